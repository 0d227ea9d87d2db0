"""The scene of an open document: the drawing, kept up with the document's bridge. Makes no edit and knows no rule."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from designer.analysis.snapshot import Analysis
from designer.edit.document import Command, Document, Edit
from designer.errors import DesignerError
from designer.graph.difference import Difference
from designer.ui.canvas.drawing import Drawing
from designer.ui.document_bridge import DocumentBridge


class CanvasScene(Drawing):
    """The drawing of a document that is open.

    Signals: besides the drawing's, ``said`` with a line for the status bar.
    """

    said = Signal(str)

    def __init__(self, bridge: DocumentBridge, parent: QObject | None = None) -> None:
        super().__init__(bridge.design, bridge.analysis, parent=parent)
        self.bridge = bridge
        bridge.design_changed.connect(self._follow)
        bridge.analysed.connect(self._know)
        bridge.stale.connect(self.set_stale)

    @property
    def document(self) -> Document:
        """What gestures edit."""
        return self.bridge.document

    def do(self, label: str, edit: Edit) -> bool:
        """Make one undo step; says why where it is refused. Gives whether it was made."""
        try:
            self.document.apply(Command(label, edit))
        except DesignerError as error:
            self.said.emit(str(error))
            return False
        return True

    def _follow(self, changes: Difference) -> None:
        self.apply(changes, self.bridge.design)

    def _know(self, analysis: Analysis) -> None:
        self.show_analysis(analysis)
