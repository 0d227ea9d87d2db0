"""Document: the design on screen, its history, and who watches it. Knows no window.

Edits flow one way: a gesture makes a Command, ``apply`` makes the next design, observers get the designs before and
after. A gesture that shows what it would do uses ``preview`` and ends with ``commit`` or ``cancel_preview``.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Hashable, Sized
from dataclasses import dataclass, replace
from functools import cached_property

from designer.graph.design import Design

Edit = Callable[[Design], Design]
Observer = Callable[[Design, Design], None]


@dataclass(frozen=True)
class Command:
    """One change with a name.

    Attributes:
        label: What the undo menu calls it: ``Move 3 nodes``.
        edit: From the present design to the next.
        merge_key: Commands in a row with the same key are one undo step (typing a number digit by digit); None never
            merges.
        weights_place: The place beside which the weights lie that the next design has; those of the present one where
            None.
    """

    label: str
    edit: Edit
    merge_key: Hashable | None = None
    weights_place: str | None = None


@dataclass(frozen=True)
class _Step:
    label: str
    before: Design
    after: Design
    merge_key: Hashable | None
    weights_place: str | None = None

    @cached_property
    def bytes(self) -> int:
        """About what it holds in memory that the step before it does not."""
        held = _STEP_BYTES
        for earlier, later in zip(_parts(self.before), _parts(self.after), strict=True):
            if later is not earlier:
                held += sys.getsizeof(later) + abs(len(later) - len(earlier)) * _ENTRY_BYTES
        return held


_STEP_BYTES = 1_500
_ENTRY_BYTES = 800
"""Measured: a step's own records, and one more node or wire."""

USUAL_HISTORY_BYTES = 256_000_000


def _parts(design: Design) -> tuple[Sized, ...]:
    return design.nodes, design.wires, design.annotations


class Document:
    """One open design with undo and redo.

    The history holds at most ``history_limit`` bytes; beyond that its oldest steps go. ``brought_in`` is the place
    beside which the weights of a network that was brought in lie, until the design has a file of its own.
    """

    def __init__(self, design: Design, path: str | None = None) -> None:
        self.path = path
        self.brought_in: str | None = None
        self.history_limit = USUAL_HISTORY_BYTES
        self._first_weights: str | None = None
        self._step_observers: list[Callable[[], None]] = []
        self._done_bytes = 0
        self._design = design
        self._committed = design
        self._saved: Design | None = design
        self._done: deque[_Step] = deque()
        self._undone: list[_Step] = []
        self._observers: list[Observer] = []

    @property
    def whole(self) -> Document:
        """This document; what is inside one of its blocks belongs to it as well."""
        return self

    @property
    def carrier(self) -> str | None:
        """The design's file beside which its weights lie, or the place that stands for it; None where there is none."""
        places = (step.weights_place for step in reversed(self._done))
        return next(filter(None, places), None) or self._first_weights or self.path or self.brought_in

    @property
    def places_of_weights(self) -> tuple[str, ...]:
        """Every place that was made for weights of a state of this design."""
        steps = (step.weights_place for step in (*self._done, *self._undone))
        return tuple(filter(None, (self.brought_in, self._first_weights, *steps)))

    def keep_first_weights(self, place: str) -> None:
        """Say where the weights are kept that the design had before any step gave it others; the first time counts."""
        self._first_weights = self._first_weights or place

    @property
    def keeps_first_weights(self) -> bool:
        """Whether that was said."""
        return self._first_weights is not None

    @property
    def is_editable(self) -> bool:
        """Whether edits are taken: always."""
        return True

    @property
    def design(self) -> Design:
        """What is on screen now, a preview if one is under way."""
        return self._design

    @property
    def committed_design(self) -> Design:
        """What is in the history, without a preview."""
        return self._committed

    @property
    def is_saved(self) -> bool:
        """Whether the file holds what the history holds."""
        return self._saved is self._committed or self._saved == self._committed

    def mark_saved(self, path: str | None = None) -> None:
        """Say that the present design is in the file."""
        self._saved = self._committed
        self.path = path or self.path

    def mark_unsaved(self) -> None:
        """Say that no file holds this design, as after opening a template or a recovery copy."""
        self._saved = None

    @property
    def undo_label(self) -> str | None:
        """The name of the step that undo takes back, or None."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """The name of the step that redo brings again, or None."""
        return self._undone[-1].label if self._undone else None

    @property
    def history(self) -> tuple[tuple[str, Design], ...]:
        """Every step that undo can take back, oldest first: its name and the design after it."""
        return tuple((step.label, step.after) for step in self._done)

    @property
    def earlier(self) -> tuple[tuple[str, Design], ...]:
        """Every step that undo can take back, the latest first: its name and the design before it."""
        return tuple((step.label, step.before) for step in reversed(self._done))

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call ``observer(before, after)`` at each change; gives a function that ends it."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def observe_steps(self, observer: Callable[[], None]) -> Callable[[], None]:
        """Call ``observer()`` where the history changed and the design on screen did not, as when a drag is kept."""
        self._step_observers.append(observer)
        return lambda: self._step_observers.remove(observer)

    @property
    def history_bytes(self) -> int:
        """About how much memory undo and redo hold."""
        return self._done_bytes + sum(step.bytes for step in self._undone)

    def apply(self, command: Command) -> None:
        """Make a change and remember it.

        Raises:
            DesignerError: The edit was refused; nothing changed.
        """
        after = command.edit(self._committed)
        if self._design is not self._committed and after == self._design:
            after = self._design  # what was previewed is kept: nobody needs to draw or count it again
        if after is self._committed or after == self._committed:
            self._show(self._committed)
            return
        self._remember(_Step(command.label, self._committed, after, command.merge_key, command.weights_place))
        self._committed = after
        was_shown = self._design is after
        self._show(after)
        if was_shown:
            for observer in tuple(self._step_observers):
                observer()

    def seal(self) -> None:
        """End a run of merging commands: the next one is an undo step of its own."""
        if self._done:
            self._done[-1] = replace(self._done[-1], merge_key=None)

    def take_back(self, merge_key: Hashable) -> None:
        """Be as before a run of merging commands that has not ended, with no step to redo; nothing where none runs."""
        if self._done and merge_key is not None and self._done[-1].merge_key == merge_key:
            self._committed = self._pop().before
            self._show(self._committed)

    def preview(self, edit: Edit) -> None:
        """Show what an edit of the committed design would make, without a step in the history.

        Raises:
            DesignerError: The edit was refused; what was shown stays.
        """
        self._show(edit(self._committed))

    def cancel_preview(self) -> None:
        """Show the committed design again."""
        self._show(self._committed)

    def commit(self, label: str) -> None:
        """Make what is previewed a step in the history."""
        shown = self._design
        self.apply(Command(label, lambda _: shown))

    def undo(self) -> None:
        """Take the last step back; nothing where there is none."""
        if not self._done:
            return
        step = self._pop()
        self.seal()
        self._undone.append(replace(step, merge_key=None))
        self._committed = step.before
        self._show(step.before)

    def redo(self) -> None:
        """Bring the step last taken back again; nothing where there is none."""
        if not self._undone:
            return
        step = self._undone.pop()
        self._push(step)
        self._committed = step.after
        self._show(step.after)

    def _remember(self, step: _Step) -> None:
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is None or step.merge_key is None or last.merge_key != step.merge_key:
            self._push(step)
        elif last.before == step.after:  # the run came back to where it began
            self._pop()
        else:
            self._pop()
            self._push(replace(step, before=last.before))

    def _push(self, step: _Step) -> None:
        """Put a step on the history, and keep that within its bytes.

        What earlier designs can work out again goes first, then the oldest steps.
        """
        if len(self._done) > 1:
            self._done[-1].before.forget_structure(unless_of=self._design)
        self._done.append(step)
        self._done_bytes += step.bytes
        while self._done_bytes > self.history_limit and len(self._done) > 1:
            oldest = self._done.popleft()
            self._done_bytes -= oldest.bytes
            self._first_weights = oldest.weights_place or self._first_weights

    def _pop(self) -> _Step:
        step = self._done.pop()
        self._done_bytes -= step.bytes
        return step

    def _show(self, design: Design) -> None:
        before, self._design = self._design, design
        if before is not design:
            for observer in tuple(self._observers):
                observer(before, design)
