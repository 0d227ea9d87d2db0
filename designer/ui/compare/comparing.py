"""What is compared: the members, the baseline, which node answers which; each change of the set is an undo step.

Knows no widget but the members' views, which it listens to. Large designs are matched in a thread, as an analysis is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal, Slot

from designer.analysis.analysis import Analysis
from designer.edit.document import Document
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId
from designer.matching.differences_in_words import difference_lines
from designer.matching.matching import Matching, match_designs
from designer.ui.compare.member import LETTERS, MOST, Member
from designer.ui.jobs.threads import unless_gone
from designer.ui.views.design_tab import DesignTab

AT_ONCE = 160
"""Nodes of two designs together that are matched within a frame; two MobileNetV2s have 60 at their top."""


@dataclass(frozen=True)
class _Set:
    members: tuple[Member, ...]
    baseline: Member


@dataclass(frozen=True)
class _SetStep:
    label: str
    before: _Set
    after: _Set


@dataclass(frozen=True)
class _DocumentStep:
    document: Document
    depth: int
    """How many steps the document's history had after it."""


@dataclass(frozen=True)
class _Known:
    """A matching, and of which designs it is."""

    base: Design
    other: Design
    matching: Matching


_Key = tuple[int, int]
"""Identities of two members."""


class _Answer(QObject):
    """Brings a thread's matching home."""

    ready = Signal(object, object)


class _Match(QRunnable):
    """One matching in a thread, of two immutable designs."""

    def __init__(self, key: _Key, base: Design, other: Design, answer: _Answer) -> None:
        super().__init__()
        self._key = key
        self._pair = base, other
        self._answer = answer

    def run(self) -> None:
        """Match and send the result home."""
        known = _Known(*self._pair, match_designs(*self._pair))
        with unless_gone(self._answer):
            self._answer.ready.emit(self._key, known)


class Comparing(QObject):
    """Two to six designs and what is known of them together.

    Signals: ``set_changed`` when members or baseline are others; ``figures_changed`` when a member means something
    else; ``matched`` when it is known again which node is which; ``selected`` with a member whose selection changed;
    ``taken_in`` with a member that was not there before.
    """

    set_changed = Signal()
    figures_changed = Signal()
    matched = Signal()
    selected = Signal(object)
    taken_in = Signal(object)

    def __init__(self, members: Sequence[Member], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._set = _Set(tuple(members), members[0])
        self._known: dict[_Key, _Known] = {}
        self._on_its_way: set[_Key] = set()
        self._depths: dict[Document, int] = {}
        self._is_redoing = False
        self._log: list[_SetStep | _DocumentStep] = []
        self._undone: list[_SetStep | _DocumentStep] = []
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answer = _Answer(self)
        self._answer.ready.connect(self._take)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._match)
        self._heard: set[Member] = set()
        for member in members:
            self._listen(member)
        self._match()

    # The set ---------------------------------------------------------------------------------------------------------

    @property
    def members(self) -> tuple[Member, ...]:
        """The designs, in the order of their letters."""
        return self._set.members

    @property
    def baseline(self) -> int:
        """Place of the design that the others are held against."""
        return self.members.index(self._set.baseline)

    @property
    def analyses(self) -> list[Analysis]:
        """What each design means."""
        return [member.analysis for member in self.members]

    def letter(self, member: Member) -> str:
        """``A`` to ``F``."""
        return LETTERS[self.members.index(member)]

    def add(self, members: Sequence[Member], label: str) -> None:
        """Take designs in, one undo step.

        Raises:
            EditRefused: There would be more than fit side by side.
        """
        if len(self.members) + len(members) > MOST:
            raise EditRefused(
                f"{len(self.members)} designs are compared, {len(members)} more would make "
                f"{len(self.members) + len(members)}, and {MOST} fit side by side; remove some first"
            )
        for member in members:
            self._listen(member)
            self.taken_in.emit(member)
        self._change(label, replace(self._set, members=(*self.members, *members)))

    def remove(self, member: Member) -> None:
        """Leave a design out, one undo step.

        Raises:
            EditRefused: One would be left.
        """
        if len(self.members) <= 2:
            raise EditRefused("two designs are the least there is to compare; add another before this one goes")
        left = tuple(each for each in self.members if each is not member)
        baseline = left[0] if member is self._set.baseline else self._set.baseline
        self._change(f"Remove {member.name}", _Set(left, baseline))

    def drop(self, member: Member) -> bool:
        """Leave out a design whose tab is closing, for good; gives whether enough are left to compare."""
        self._log = [step for step in self._log if not _tells_of(step, member)]
        self._undone = [step for step in self._undone if not _tells_of(step, member)]
        left = tuple(each for each in self.members if each is not member)
        if not left:
            return False
        self._set = _Set(left, left[0] if member is self._set.baseline else self._set.baseline)
        self.set_changed.emit()
        self._soon.start()
        return len(left) >= 2

    def set_baseline(self, member: Member) -> None:
        """Hold the others against this one, one undo step."""
        if member is not self._set.baseline:
            self._change(f"Compare with {member.name}", replace(self._set, baseline=member))

    def move(self, member: Member, place: int) -> None:
        """Give a design another letter, one undo step."""
        others = [each for each in self.members if each is not member]
        order = (*others[:place], member, *others[place:])
        if order != self.members:
            self._change(f"Move {member.name}", replace(self._set, members=order))

    def sort(self, keys: Sequence[float]) -> None:
        """Order the designs by a number each, the smallest first, one undo step."""
        order = tuple(self.members[index] for index in sorted(range(len(keys)), key=lambda index: keys[index]))
        if order != self.members:
            self._change("Sort the designs", replace(self._set, members=order))

    def _change(self, label: str, after: _Set) -> None:
        self._log.append(_SetStep(label, self._set, after))
        self._undone.clear()
        self._show(after)

    def _show(self, state: _Set) -> None:
        self._set = state
        self.set_changed.emit()
        self._soon.start()

    def end(self) -> None:
        """Stop listening; for a page that closes."""
        self._pool.waitForDone()
        for member in self._heard:
            member.view.end()
            member.view.deleteLater()
        self._heard.clear()

    # Undo ------------------------------------------------------------------------------------------------------------

    @property
    def undo_label(self) -> str | None:
        """The last step on this page, of the set or of a member's design."""
        step = self._last(self._log)
        if isinstance(step, _SetStep):
            return step.label
        return step.document.undo_label if step is not None else None

    @property
    def redo_label(self) -> str | None:
        """The step that redo brings again."""
        step = self._undone[-1] if self._undone else None
        if isinstance(step, _SetStep):
            return step.label
        return step.document.redo_label if step is not None else None

    def undo(self) -> None:
        """Take the last step back."""
        step = self._last(self._log)
        if step is None:
            return
        self._log.remove(step)
        self._undone.append(step)
        if isinstance(step, _SetStep):
            self._show(step.before)
        else:
            self._view_of(step).walking.undo()

    def redo(self) -> None:
        """Make it again."""
        if not self._undone:
            return
        step = self._undone.pop()
        if isinstance(step, _SetStep):
            self._log.append(step)
            self._show(step.after)
        else:
            self._is_redoing = True
            self._view_of(step).walking.redo()  # which is heard of as a step
            self._is_redoing = False

    def _view_of(self, step: _DocumentStep) -> DesignTab:
        return next(member.view for member in self._heard if member.document is step.document)

    def _last(self, log: list[_SetStep | _DocumentStep]) -> _SetStep | _DocumentStep | None:
        """The last step that is still to be undone; what was undone in another tab is none any more."""
        while log:
            step = log[-1]
            if isinstance(step, _SetStep) or len(step.document.history) >= step.depth:
                return step
            log.pop()
        return None

    def _note_step(self, document: Document) -> None:
        """Remember that a member's design got a step, so that undo finds it in its turn."""
        before, depth = self._depths[document], len(document.history)
        self._depths[document] = depth
        if depth > before:
            self._log.append(_DocumentStep(document, depth))
            if not self._is_redoing:
                self._undone.clear()

    # Following the members -------------------------------------------------------------------------------------------

    def _listen(self, member: Member) -> None:
        if member in self._heard:
            return
        self._heard.add(member)
        self._depths[member.document] = len(member.document.history)
        member.view.analysed.connect(self._analysed)
        member.view.document_changed.connect(lambda: self._note_step(member.document))
        member.view.level_changed.connect(self._soon.start)
        member.view.selection_changed.connect(lambda: self.selected.emit(member))

    def _analysed(self) -> None:
        self.figures_changed.emit()
        self._soon.start()

    # Matching --------------------------------------------------------------------------------------------------------

    def matching(self, member: Member) -> Matching | None:
        """How the baseline's nodes answer a member's; None for the baseline, and where it is not known yet."""
        return None if member is self._set.baseline else self._between(self._set.baseline, member)

    @property
    def matchings(self) -> list[Matching | None]:
        """How the baseline's nodes answer each design's."""
        return [self.matching(member) for member in self.members]

    def partner(self, member: Member, node: NodeId, other: Member) -> NodeId | None:
        """The node of another design that answers one of this; None where there is none, or it is not known yet."""
        if member is other:
            return node
        if self._between(other, member) is None:
            self._find(member, other)
        matching = self._between(member, other)
        if matching is not None:
            path = matching.partner((node,))
        else:
            matching = self._between(other, member)
            path = matching.source((node,)) if matching is not None else None
        return path[0] if path is not None else None

    def partners(self, member: Member, nodes: Iterable[NodeId], other: Member) -> list[NodeId]:
        """The partners of several nodes, as far as there are any."""
        return [found for node in nodes if (found := self.partner(member, node, other)) is not None]

    def difference_words(self) -> str:
        """How each design differs from the baseline, a line a change, as far as it is known."""
        base = self._set.baseline
        parts = []
        for member in self.members:
            matching = self.matching(member)
            if matching is not None:
                lines = difference_lines(base.design, member.design, matching) or ("no difference",)
                parts.append("\n".join((f"{self.letter(base)} → {self.letter(member)}", *lines)))
        return "\n\n".join(parts)

    def _between(self, a: Member, b: Member) -> Matching | None:
        """What is known of two designs, where since it was found things were moved about at most."""
        known = self._known.get((id(a), id(b)))
        is_true = known is not None and _alike(known.base, a.design) and _alike(known.other, b.design)
        return known.matching if known is not None and is_true else None

    def _find(self, a: Member, b: Member) -> None:
        """Match two designs, at once where that is quick, else in a thread; nothing where it is known or on its way."""
        key = (id(a), id(b))
        if self._between(a, b) is not None or key in self._on_its_way:
            return
        if len(a.design.nodes) + len(b.design.nodes) <= AT_ONCE:
            self._known[key] = _Known(a.design, b.design, match_designs(a.design, b.design))
        else:
            self._on_its_way.add(key)
            self._pool.start(_Match(key, a.design, b.design, self._answer))

    def _match(self) -> None:
        base = self._set.baseline
        for member in self.members:
            if member is not base:
                self._find(base, member)
        self.matched.emit()

    @Slot(object, object)
    def _take(self, key: _Key, known: _Known) -> None:
        self._on_its_way.discard(key)
        self._known[key] = known
        self.matched.emit()
        self._soon.start()  # what changed meanwhile is matched next


def _tells_of(step: _SetStep | _DocumentStep, member: Member) -> bool:
    if isinstance(step, _DocumentStep):
        return step.document is member.document
    return member in step.before.members or member in step.after.members


def _alike(a: Design, b: Design) -> bool:
    """Whether two designs differ in places at most."""
    return a is b or (
        a.wires == b.wires
        and len(a.nodes) == len(b.nodes)
        and all(
            x.id == y.id and x.name == y.name and (x.layer is y.layer or x.layer == y.layer)
            for x, y in zip(a.nodes.values(), b.nodes.values(), strict=True)
        )
    )
