"""The scene of an open document: the drawing, kept up with the document's bridge. Makes no edit and knows no rule."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QObject, Signal

from designer.analysis.analysis import Analysis
from designer.edit.document import Command, Edit
from designer.edit.editable import Editable
from designer.errors import DesignerError
from designer.graph.design import NodeId, NodePath, Point
from designer.graph.difference import Difference
from designer.ui.canvas.drawing import Drawing, Sheet
from designer.ui.canvas.gliding import Gliding
from designer.ui.workbench.document_bridge import DocumentBridge


class CanvasScene(Drawing):
    """The drawing of a document that is open.

    Signals: besides the drawing's, ``status_message`` with a line for the status bar.
    """

    status_message = Signal(str)

    def __init__(self, bridge: DocumentBridge, parent: QObject | None = None) -> None:
        super().__init__(bridge.design, bridge.analysis, parent=parent)
        self.bridge = bridge
        self.gliding = Gliding(self)
        self._aside: dict[NodePath, Sheet] = {}
        bridge.design_changed.connect(self._follow)
        bridge.analysed.connect(self._know)
        bridge.stale.connect(self.set_stale)
        bridge.level_changed.connect(self._show_level)

    @property
    def document(self) -> Editable:
        """What gestures edit."""
        return self.bridge.document

    def do(self, label: str, edit: Edit, merge_key: Hashable | None = None) -> bool:
        """Make one undo step; says why where it is refused. Gives whether it was made."""
        try:
            self.document.apply(Command(label, edit, merge_key))
        except DesignerError as error:
            self.status_message.emit(str(error))
            return False
        return True

    def may_edit(self, otherwise: str) -> bool:
        """Whether what is shown may be edited; says why not, after a few words on what that keeps from being done."""
        may = self.document.is_editable
        if not may:
            self.status_message.emit(f"{otherwise}: what is inside follows from the block's parameters")
        return may

    def _follow(self, changes: Difference) -> None:
        self.gliding.stop()
        self.apply(changes, self.bridge.design)
        if not changes.keeps_structure:
            self.gliding.glide_from(self._that_gave_way(changes))

    def _that_gave_way(self, changes: Difference) -> dict[NodeId, Point]:
        """Where cards were that moved because others came or went; what is in the hand stays there."""
        held = set(self.selection) if self.is_held else set()
        return {before.id: before.position for before, _ in changes.changed_nodes if before.id not in held}

    def _show_level(self, before: NodePath, now: NodePath) -> None:
        """Show another level; what is drawn of those around it is kept for the way out."""
        self.gliding.stop()
        sheet = self._aside.pop(now, None)
        self._aside[before] = self.turn_to(sheet, self.bridge.design, self.bridge.analysis)
        self._aside = {path: kept for path, kept in self._aside.items() if path == now[: len(path)]}

    def _know(self, analysis: Analysis) -> None:
        self.show_analysis(analysis)
