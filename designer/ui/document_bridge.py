"""Bridge from a document to the window: changes and analyses as Qt signals. Computes nothing itself and edits nothing.

Signals flow one way, document → bridge → views. A change small enough to analyse within a frame is analysed at once,
so that numbers follow in the same event; a larger one is analysed in a thread on the frozen design, and what was known
looks stale until its answer comes.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from designer.analysis.snapshot import Analysis, analyse
from designer.edit.document import Document
from designer.graph.design import Design
from designer.graph.difference import Difference, difference

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
        self._answer.ready.emit(analyse(self._design, self._previous, self._batch), self._turn)


class DocumentBridge(QObject):
    """A document seen from the window.

    Signals: ``design_changed(Difference)`` after each change of what is shown, previews included;
    ``analysed(Analysis)`` when the analysis is the shown design's again; ``stale()`` when it is not, and will take
    longer than a frame.
    """

    design_changed = Signal(object)
    analysed = Signal(object)
    stale = Signal()

    def __init__(self, document: Document, batch: int = 1, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._batch = batch
        self._turn = 0
        self._running = False
        self._answer = _Answer(self)
        self._answer.ready.connect(self._take)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.analysis: Analysis = analyse(document.design, None, batch)
        self._forget = document.observe(self._changed)

    @property
    def design(self) -> Design:
        """What is on screen now, a preview if one is under way."""
        return self.document.design

    @property
    def is_stale(self) -> bool:
        """Whether the analysis is of an earlier design."""
        return self.analysis.design is not self.document.design

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

    def _changed(self, before: Design, after: Design) -> None:
        changes = difference(before, after)
        keeps_meaning = self.analysis.design is before and after.same_structure(before) and _keeps_layers(changes)
        self._turn += 1
        self.design_changed.emit(changes)
        if keeps_meaning or len(after.nodes) <= AT_ONCE:
            self._publish(analyse(after, self.analysis, self._batch))
            return
        self.stale.emit()
        self._recount()

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
        elif self.is_stale:
            self.analysis = analysis
            self._recount()

    def _publish(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.analysed.emit(analysis)


def _keeps_layers(changes: Difference) -> bool:
    """Whether the nodes that changed did so in place and name only."""
    return all(before.layer is after.layer or before.layer == after.layer for before, after in changes.changed_nodes)
