"""SubgraphNavigation in and out of blocks: which level a tab shows, where its camera stood, and where undo takes it.

Edits nothing but by making a block a group; what is inside a block is the bridge's word.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from designer.edit.document import Command
from designer.edit.inside import body_at, place_of_change
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId, NodePath
from designer.graph.difference import difference
from designer.ui.canvas.camera import Standpoint
from designer.ui.canvas.view import CanvasView
from designer.ui.views.breadcrumb import Breadcrumb
from designer.ui.workbench.document_bridge import DocumentBridge
from designer.ui.workbench.levels import made_editable


class SubgraphNavigation(QObject):
    """The way of one tab through the blocks of its design.

    Signals: ``arrived`` when another level is shown, with camera and selection in place; ``status_message``, a
    line for the status bar.
    """

    arrived = Signal()
    status_message = Signal(str)

    def __init__(self, bridge: DocumentBridge, canvas: CanvasView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._canvas = canvas
        self._stood: dict[NodePath, Standpoint] = {}
        self.bar = Breadcrumb(canvas)
        self.bar.chosen.connect(lambda depth: self.go(bridge.path[:depth]))
        self.bar.edit_requested.connect(lambda: self.make_editable(bridge.path))
        bridge.level_changed.connect(self._arrive)
        bridge.design_changed.connect(lambda _changes: self._name_the_way())
        canvas.entered.connect(self.enter)
        canvas.left_block.connect(self.leave)

    def enter(self, id: NodeId) -> None:
        """Show what is inside a block of the level that is shown; says why where that cannot be."""
        node = self._bridge.design.nodes.get(id)
        if node is None or not node.layer.is_block:
            return
        if not self.go((*self._bridge.path, id)):
            self.status_message.emit(
                f"{id}: what is inside depends on its input's shape, which is not known yet; wire it first"
            )

    def leave(self) -> None:
        """Show what holds the block that is open."""
        self.go(self._bridge.path[:-1])

    def go(self, path: NodePath, takes_keyboard: bool = True) -> bool:
        """Show a level; gives whether that can be.

        Args:
            path: The way inward.
            takes_keyboard: Whether the keyboard goes to the canvas.
        """
        if path == self._bridge.path:
            return True
        self._canvas.cancel_gesture()
        self._stood[self._bridge.path] = self._canvas.standpoint
        if not self._bridge.go(path):
            return False
        if takes_keyboard:
            self._canvas.setFocus()
        return True

    def make_editable(self, path: NodePath) -> None:
        """Make a block, and those around it, groups: one undo step."""
        bridge = self._bridge

        def edit(design: Design) -> Design:
            return made_editable(design, bridge.whole_analysis, path)

        try:
            bridge.whole.apply(Command(f"Make {path[-1]} a group", edit))
        except DesignerError as error:
            self.status_message.emit(str(error))
        self._canvas.setFocus()

    @property
    def undo_label(self) -> str | None:
        """The step that undo takes back, or None."""
        return self._bridge.whole.undo_label

    @property
    def redo_label(self) -> str | None:
        """The step that redo brings again, or None."""
        return self._bridge.whole.redo_label

    def undo(self) -> None:
        """Take the last step back, and look where that was."""
        self._follow(self._bridge.whole.undo)

    def redo(self) -> None:
        """Bring the step last taken back again, and look where that was."""
        self._follow(self._bridge.whole.redo)

    def _follow(self, step: Callable[[], None]) -> None:
        bridge = self._bridge
        before, shown = bridge.whole.committed_design, bridge.design
        step()
        after = bridge.whole.committed_design
        place = place_of_change(before, after)
        holds = bridge.path[: len(place)] == place
        if bridge.path == place or (holds and bridge.design is not shown):
            return
        if self.go(place):
            self._show_changed(body_at(before, place), body_at(after, place))

    def _show_changed(self, before: Design | None, after: Design | None) -> None:
        if before is None or after is None:
            return
        changes = difference(before, after)
        touched = [*changes.added_nodes, *(node for _, node in changes.changed_nodes)]
        if touched:
            self._canvas.canvas.select([node.id for node in touched])
            self._canvas.ensure_visible([node.id for node in touched])

    def _arrive(self, before: NodePath, now: NodePath) -> None:
        canvas = self._canvas
        canvas.minimap.renew()
        self._name_the_way()
        if len(now) < len(before) and before[: len(now)] == now:
            block = before[len(now)]
            canvas.canvas.select([block] if block in self._bridge.design.nodes else [])
            stood = self._stood.pop(now, None)
            if stood is not None:
                canvas.return_to(stood)
            else:
                canvas.fit_all()
        elif now != before:
            canvas.fit_all()
        self.arrived.emit()

    def _name_the_way(self) -> None:
        self.bar.show_way(self._bridge.names, self._bridge.document.is_editable)
