"""From quick add to the document: where the chosen layer goes and what it is wired to. One undo step each."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF
from PySide6.QtGui import QCursor

from designer.analysis.fitting import misfit_if_placed
from designer.edit.document import Edit
from designer.edit.edits import paste
from designer.edit.room import with_room
from designer.errors import DesignFileError
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.graph.layer import Layer
from designer.templates.table import Template
from designer.ui.canvas.camera import Camera
from designer.ui.canvas.geometry import snapped
from designer.ui.canvas.placing import LooseEnd, place_at, place_at_end, place_behind
from designer.ui.canvas.quick_add import QuickAdd, choice_of
from designer.ui.panels.node_library import Entry, NodeLibrary, network, title_of
from designer.ui.widgets.picker import Choice


class Adding(QObject):
    """Keeps a view's quick add box and does what it chooses."""

    def __init__(self, view: Camera) -> None:
        super().__init__(view)
        self._view = view
        self.library = NodeLibrary(parent=self)
        self.box = QuickAdd(view)
        self.box.chosen.connect(self._place)
        self._at = QPointF()
        self._end: LooseEnd | None = None
        self._behind: NodeId | None = None
        self._made: dict[Entry, Layer | None] = {}
        self._wire: PortRef | None = None

    def open(self, at: QPointF | None = None, end: LooseEnd | None = None, wire: PortRef | None = None) -> None:
        """Open the box.

        Args:
            at: Where the card is to go; None for after the one selected node, or else where the pointer is.
            end: The loose end of a wire; then only what fits it is offered.
            wire: The input that a wire ends at; then what fits into the wire is offered, and put into it.
        """
        canvas = self._view.canvas
        self._wire = wire
        if wire is not None:
            end = LooseEnd(canvas.design.wires[wire].source, is_output=True)
        self._end = end
        selected = canvas.selection
        self._behind = selected[0] if at is None and len(selected) == 1 else None
        if self._behind is not None:
            item = canvas.nodes[self._behind]
            outputs = item.node.layer.outputs
            self._end = LooseEnd(PortRef(self._behind, outputs[0].name), is_output=True) if outputs else None
            at = item.card_rect.topRight()
        self._at = at if at is not None else self._pointed_at()
        pixel = self._view.mapFromScene(self._at) + QPoint(14, 14)
        self._made = {}
        self.box.open_at(pixel, self._offer)

    def _pointed_at(self) -> QPointF:
        room = self._view.viewport()
        pixel = room.mapFromGlobal(QCursor.pos())
        return self._view.mapToScene(pixel if room.rect().contains(pixel) else room.rect().center())

    def _offer(self, text: str) -> list[Choice]:
        """What may be placed for a typed text: at the loose end of a wire only what fits there."""
        found = self.library.search(text)
        return [choice_of(entry) for entry in found if self._end is None or self._fits(entry, self._end)]

    def _fits(self, entry: Entry, end: LooseEnd) -> bool:
        if entry not in self._made:
            self._made[entry] = self._layer(entry)
        layer = self._made[entry]
        analysis = self._view.canvas.bridge.analysis
        if layer is None or (self._wire is not None and not layer.outputs):
            return False  # a wire that ends here would lead nowhere
        return misfit_if_placed(analysis, end.port, layer, end.is_output) is None

    def _layer(self, entry: Entry) -> Layer | None:
        """What is placed for an entry; None, with a word on why, where its file cannot be read."""
        try:
            return self.library.layer(entry)
        except DesignFileError as error:
            self._view.canvas.status_message.emit(str(error))
            return None

    def _place(self, entry: Entry) -> None:
        added: list[NodeId] = []
        if isinstance(entry, Template) and not self._view.canvas.design.nodes:
            edit = self._laying_out(entry, added)
        else:
            layer = self._layer(entry)
            if layer is None:
                return
            edit = self._placing(layer, added)
        if self._view.canvas.do(f"Place {title_of(entry)}", edit):
            self.library.used(entry)
            self._view.canvas.select(added)
            self._view.ensure_visible(added)

    def _placing(self, layer: Layer, added: list[NodeId]) -> Edit:
        def edit(design: Design) -> Design:
            after, id = self._placed(design, layer)
            added[:] = [id]
            return with_room(after, id)

        return edit

    def _laying_out(self, template: Template, added: list[NodeId]) -> Edit:
        """On an empty canvas a template is not put into a block: it is the design, input and all."""

        def edit(design: Design) -> Design:
            after, ids = paste(design, network(template), Point(snapped(self._at.x()), snapped(self._at.y())))
            added[:] = ids
            return after

        return edit

    def _placed(self, design: Design, layer: Layer) -> tuple[Design, NodeId]:
        if self._wire is not None and self._wire in design.wires:
            return place_at(design, layer, self._at, self._wire)
        if self._behind is not None and self._behind in design.nodes:
            return place_behind(design, layer, self._behind)
        if self._end is not None:
            return place_at_end(design, layer, self._at, self._end)
        return place_at(design, layer, self._at)
