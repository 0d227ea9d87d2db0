"""Bridge from a document to the window: changes and analyses as Qt signals. Computes nothing itself and edits nothing.

Signals flow one way, document → bridge → views. A change small enough to analyse within a frame is analysed at once,
so that numbers follow in the same event; a larger one is analysed in a thread on the frozen design, and what was known
looks stale until its answer comes.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from designer.analysis.analysis import Analysis, analyse
from designer.edit.document import Document
from designer.edit.editable import Editable
from designer.edit.inside import InsideBlock, InsideGroup, place_of_change
from designer.graph.design import Design, NodePath
from designer.graph.difference import Difference, difference
from designer.ui.jobs.threads import unless_gone
from designer.ui.workbench.levels import Level, level_at

AT_ONCE = 300
"""Nodes that a full recount takes less than a frame for; the analysis is held to 150 ms at 10 000."""


class _Answer(QObject):
    """Brings a thread's result home; lives in the window's thread."""

    ready = Signal(object, int)


class _Recount(QRunnable):
    """One analysis in a thread: everything it reads is immutable, so there is nothing to lock."""

    def __init__(self, design: Design, previous: Analysis | None, batch: int, turn: int, answer: _Answer) -> None:
        super().__init__()
        self._design = design
        self._previous = previous
        self._batch = batch
        self._turn = turn
        self._answer = answer

    def run(self) -> None:
        """Analyse and send the result home."""
        analysis = analyse(self._design, self._previous, self._batch)
        with unless_gone(self._answer):
            self._answer.ready.emit(analysis, self._turn)


class DocumentBridge(QObject):
    """A document seen from the window, at one of its levels: the whole design, or what is inside a block.

    ``document``, ``design`` and ``analysis`` are of the level that is shown; those of the whole design are named so.

    Signals: ``design_changed(Difference)`` after each change of what is shown, previews included;
    ``analysed(Analysis)`` when the analysis is the shown design's again; ``stale()`` when it is not, and will take
    longer than a frame; ``level_changed(NodePath, NodePath)`` when another level is shown, from and to, and all of
    what is shown is another.
    """

    design_changed = Signal(object)
    analysed = Signal(object)
    stale = Signal()
    level_changed = Signal(object, object)

    def __init__(self, document: Document, batch: int = 1, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.whole = document
        self.path: NodePath = ()
        self._batch = batch
        self._turn = 0
        self._running = False
        self._answer = _Answer(self)
        self._answer.ready.connect(self._take)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._whole_analysis: Analysis = analyse(document.design, None, batch)
        self._level = Level(document, self._whole_analysis, (document.design.name,))
        self._shown = document.design
        self._forget = document.observe(self._changed)

    @property
    def document(self) -> Editable:
        """What takes the edits of what is shown."""
        return self._level.document

    @property
    def design(self) -> Design:
        """What is on screen now, a preview if one is under way."""
        return self.document.design

    @property
    def analysis(self) -> Analysis:
        """What is known of what is shown; of an earlier state while a large design is being counted."""
        return self._level.analysis

    @property
    def whole_analysis(self) -> Analysis:
        """What is known of the whole design."""
        if self.path and self._whole_analysis.design is not self.whole.design:
            # An edit inside a block leaves the rest as it was, so this follows from what was known.
            self._whole_analysis = analyse(self.whole.design, self._whole_analysis, self._batch)
        return self._whole_analysis

    @property
    def names(self) -> tuple[str, ...]:
        """The design's name, and the names of the blocks on the way to what is shown."""
        return (self.whole.design.name, *self._level.names[1:])

    @property
    def is_stale(self) -> bool:
        """Whether the analysis is of an earlier design."""
        return self.analysis.design is not self.design

    def go(self, path: NodePath) -> bool:
        """Show what is inside a block, or the whole design for an empty path; gives whether that can be shown."""
        if path == self.path:
            return True
        self.wait()
        level = level_at(self.whole, self.whole_analysis, path)
        if level is None:
            return False
        self._turn_to(path, level)
        return True

    def end(self) -> None:
        """Stop listening; for a tab that closes."""
        self._forget()
        self._turn += 1
        self._pool.waitForDone()

    def wait(self) -> None:
        """Analyse what is shown now if that has not happened; for pictures and tests."""
        if self.is_stale:
            self._turn += 1
            self._publish(analyse(self.design, self.analysis, self._batch))

    def _turn_to(self, path: NodePath, level: Level) -> None:
        before, self.path, self._level = self.path, path, level
        self._turn += 1
        self._shown = level.document.design
        self.level_changed.emit(before, path)

    def _changed(self, before: Design, after: Design) -> None:
        if self.path:
            self._changed_around(before, after)
            return
        self._shown = after
        changes = difference(before, after)
        keeps_meaning = self.analysis.design is before and after.same_structure(before) and _keeps_layers(changes)
        self._turn += 1
        self.design_changed.emit(changes)
        if keeps_meaning or len(after.nodes) <= AT_ONCE:
            self._publish(analyse(after, self.analysis, self._batch))
            return
        self.stale.emit()
        self._recount()

    def _changed_around(self, before: Design, after: Design) -> None:
        """The whole design changed while what is inside a block is shown."""
        shown = self._shown
        if self.document.is_editable and place_of_change(before, after)[: len(self.path)] == self.path:
            now = self.design
            level = self._level._replace(analysis=analyse(now, self.analysis, self._batch, self.analysis.given))
        else:
            found = level_at(self.whole, self.whole_analysis, self.path)
            if found is None or found.document.is_editable != self.document.is_editable:
                self._turn_to(*self._nearest())
                self.design_changed.emit(Difference())
                self.analysed.emit(self.analysis)
                return
            level, now = found._replace(document=self.document), found.document.design
            if isinstance(self.document, InsideBlock):
                self.document.design = now
            if isinstance(self.document, InsideGroup) and isinstance(found.document, InsideGroup):
                self.document.setting = found.document.setting
        self._shown, self._level = now, level
        self.design_changed.emit(difference(shown, now))
        self.analysed.emit(level.analysis)

    def _nearest(self) -> tuple[NodePath, Level]:
        """The level that is shown, or the innermost above it that is still there."""
        for depth in range(len(self.path), 0, -1):
            level = level_at(self.whole, self.whole_analysis, self.path[:depth])
            if level is not None:
                return self.path[:depth], level
        return (), Level(self.whole, self.whole_analysis, (self.whole.design.name,))

    def _recount(self) -> None:
        # One thread at a time, on the latest design: what changed meanwhile is taken up when it answers.
        if not self._running:
            self._running = True
            self._pool.start(_Recount(self.design, self.analysis, self._batch, self._turn, self._answer))

    @Slot(object, int)
    def _take(self, analysis: Analysis, turn: int) -> None:
        self._running = False
        if turn == self._turn:
            self._publish(analysis)
        elif not self.path and self.is_stale:
            self._keep(analysis)
            self._recount()

    def _publish(self, analysis: Analysis) -> None:
        self._keep(analysis)
        self.analysed.emit(analysis)

    def _keep(self, analysis: Analysis) -> None:
        self._whole_analysis = analysis
        self._level = Level(self.whole, analysis, (analysis.design.name,))


def _keeps_layers(changes: Difference) -> bool:
    """Whether the nodes that changed did so in place and name only."""
    return all(before.layer is after.layer or before.layer == after.layer for before, after in changes.changed_nodes)
