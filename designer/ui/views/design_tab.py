"""A page of the window: one design on its canvas, with its document and analysis; what actions reach of a design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.analysis.analysis import Analysis
from designer.edit.document import Document
from designer.edit.editable import Editable
from designer.edit.edits import paste, place
from designer.edit.room import free_place
from designer.graph.annotation import AnnotationId
from designer.graph.design import Design, NodeId, NodePath, Point
from designer.graph.difference import Difference
from designer.graph.layer import Layer
from designer.templates.networks import template
from designer.ui.canvas.ghosts import Ghosts
from designer.ui.canvas.picture import PictureOptions, picture_data
from designer.ui.canvas.placing import centred_corner, place_behind
from designer.ui.canvas.rename_box import RenameBox
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.view import CanvasView
from designer.ui.look.heat import HeatMap
from designer.ui.panels.node_library import network
from designer.ui.views.beginning import Beginning
from designer.ui.views.notice_bar import NoticeBar
from designer.ui.views.subgraph_navigation import SubgraphNavigation
from designer.ui.views.wiring_by_list import Wiring
from designer.ui.workbench.document_bridge import DocumentBridge

if TYPE_CHECKING:
    from designer.ui.views.find_bar import FindBar


class DesignTab(QWidget):
    """One open design.

    ``document`` and ``analysis`` are the whole design's; ``shown`` and ``shown_analysis`` those of what is on the
    canvas, which may be the inside of a block.

    Signals: ``analysed`` when shapes and costs became others and are known; ``document_changed`` after an edit, undo
    or save; ``selection_changed``; ``level_changed`` when another block, or the whole, is on the canvas;
    ``zoom_changed`` with the scale; ``status_message`` with a line for the status bar.
    """

    analysed = Signal()
    document_changed = Signal()
    selection_changed = Signal()
    level_changed = Signal()
    zoom_changed = Signal(float)
    status_message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.is_untouched = False
        self._heat: HeatMap | None = None
        self.node_ms: Mapping[str, float] = {}
        self.bridge = DocumentBridge(document, parent=self)
        self.scene = CanvasScene(self.bridge, self)
        self.canvas = CanvasView(self.scene, self)
        self.ghosts = Ghosts(self.scene)
        self.walking = SubgraphNavigation(self.bridge, self.canvas, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.notice = NoticeBar(self)
        layout.addWidget(self.notice)
        layout.addWidget(self.walking.bar)
        layout.addWidget(self.canvas)
        self.setFocusProxy(self.canvas)
        self.beginning = Beginning(self.canvas)
        self.beginning.chosen.connect(self._begin_with)
        self._meaning_changed = False
        self.bridge.design_changed.connect(self._changed)
        self._forget_steps = document.observe_steps(self.document_changed.emit)
        self.bridge.analysed.connect(lambda _analysis: self._analysed())
        self.scene.selection_changed.connect(self.selection_changed)
        self.canvas.zoom_changed.connect(self.zoom_changed)
        self.scene.status_message.connect(self.status_message)
        self.walking.status_message.connect(self.status_message)
        self.walking.arrived.connect(self._arrived)
        self._offer_beginning()

    @property
    def analysis(self) -> Analysis:
        """What the design means; of an earlier state while a large one is being counted."""
        return self.bridge.whole_analysis

    @property
    def shown(self) -> Editable:
        """What is on the canvas: the whole design, or what is inside a block."""
        return self.bridge.document

    @property
    def shown_analysis(self) -> Analysis:
        """What that means."""
        return self.bridge.analysis

    @property
    def path(self) -> NodePath:
        """The blocks one is inside of, from the outermost inward."""
        return self.bridge.path

    @property
    def selection(self) -> tuple[NodeId, ...]:
        """Selected nodes."""
        return self.scene.selection

    @property
    def has_selection(self) -> bool:
        """Whether any node is selected; cheaper than asking which."""
        return bool(self.scene.selectedItems())

    @property
    def annotations(self) -> tuple[AnnotationId, ...]:
        """Chosen frames and notes."""
        return self.scene.annotations.chosen

    def select(self, ids: Iterable[NodeId]) -> None:
        """Select these nodes and no others."""
        self.scene.select(ids)

    def select_all(self) -> None:
        """Select every node, frame and note."""
        self.scene.select(self.shown.design.nodes, self.shown.design.annotations)

    def show_node(self, id: NodeId) -> None:
        """Select a node of what is on the canvas and bring it on screen."""
        if id in self.shown.design.nodes:
            self.scene.select([id])
            self.canvas.ensure_visible([id])
            self.canvas.setFocus()

    def rename(self) -> None:
        """Name the one selected node, or write in the one chosen frame or note, where it stands."""
        if len(self.annotations) == 1 and not self.selection:
            self.canvas.write_in(self.annotations[0])
        if len(self.selection) == 1 and self.shown.is_editable:
            RenameBox(self.canvas, self.selection[0])

    def find_nodes(self) -> None:
        """Open the find bar."""
        self._find_bar.open()

    @cached_property
    def _find_bar(self) -> FindBar:
        from designer.ui.views.find_bar import FindBar  # not before it is asked for: the window starts sooner

        bar = FindBar(self.canvas, lambda: self.node_ms)
        self.analysed.connect(bar.refresh)
        self.level_changed.connect(bar.refresh)
        return bar

    def show_inside(self, path: NodePath) -> None:
        """Go to a node inside blocks of what is on the canvas, as far as that can be shown, and select it."""
        here = self.path
        depth = len(path) - 1
        while depth > 0 and not self.walking.go((*here, *path[:depth])):
            depth -= 1
        self.show_node(path[depth])

    def show_times(self, node_ms: Mapping[str, float]) -> None:
        """Write measured times on the cards, in milliseconds by node; what is not named shows none."""
        self.node_ms = node_ms
        self.scene.set_node_times({(id,): node_ms[id] for id in self.shown.design.nodes if id in node_ms})

    def show_heat(self, shown: HeatMap | None) -> None:
        """Tint the cards by a share of the largest, and say what the tint means; None takes it away."""
        if shown != self._heat:
            self._heat = shown
            self.scene.set_heat(shown.shares if shown is not None and shown.shares else None)
            self.canvas.legend.show_map(shown)

    # Looking ----------------------------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """The scale; 1 is actual size."""
        return self.canvas.zoom

    def zoom_in(self) -> None:
        """Larger by a step."""
        self.canvas.zoom_by(1.25)

    def zoom_out(self) -> None:
        """Smaller by a step."""
        self.canvas.zoom_by(0.8)

    def zoom_to_actual(self) -> None:
        """Actual size."""
        self.canvas.zoom_to(1.0)

    def fit_all(self) -> None:
        """Everything on screen."""
        self.canvas.fit_all()

    def fit_selection(self) -> None:
        """The selection as large as fits."""
        self.canvas.fit_selection()

    def view_centre(self) -> Point:
        """The middle of what is on screen, in canvas units."""
        return self.canvas.centre

    def picture(self, ending: str, options: PictureOptions) -> bytes:
        """What is on the canvas as the bytes of a picture's file.

        Raises:
            ExportError: Nothing is drawn.
        """
        self.bridge.wait()
        return picture_data(self.shown.design, self.shown_analysis, ending, options)

    @property
    def pointed_at(self) -> Point | None:
        """Where the pointer is on the canvas, or None where it is elsewhere."""
        room = self.canvas.viewport()
        pixel = room.mapFromGlobal(QCursor.pos())
        if not room.rect().contains(pixel) or not room.underMouse():
            return None
        place = self.canvas.mapToScene(pixel)
        return Point(place.x(), place.y())

    # Editing ----------------------------------------------------------------------------------------------------------

    def place_wired(self, layer: Layer) -> None:
        """Place a layer after the one selected node, wired to it; at the view's centre where none is selected."""
        selected = self.selection[0] if len(self.selection) == 1 else None
        centre = self.view_centre()
        added: list[NodeId] = []

        def edit(before: Design) -> Design:
            if selected is not None:
                after, id = place_behind(before, layer, selected)
            else:
                corner = free_place(before, centred_corner(QPointF(centre.x, centre.y)))
                after, id = place(before, layer, corner)
            added[:] = [id]
            return after

        if self.scene.do(f"Place {layer.card_title()}", edit):
            self.show_node(added[0])

    def _offer_beginning(self) -> None:
        design = self.shown.design
        self.beginning.setVisible(self.shown.is_editable and not design.nodes and not design.annotations)

    def _begin_with(self, key: str) -> None:
        """Lay a template out on the empty canvas: its nodes, not a block of them."""
        begun = network(template(key))
        if self.scene.do(f"Begin with {begun.name}", lambda design: paste(design, begun, Point(0.0, 0.0))[0]):
            self.fit_all()
            self.canvas.setFocus()

    @cached_property
    def wiring(self) -> Wiring:
        """Asks by lists what is to be wired to what."""
        return Wiring(self.canvas)

    def end(self) -> None:
        """Stop listening to the document; for a tab that closes."""
        self._forget_steps()
        self.bridge.end()

    def _arrived(self) -> None:
        self._offer_beginning()
        self._heat = None  # the cards are other ones
        self._meaning_changed = True
        self.level_changed.emit()

    def _changed(self, changes: Difference) -> None:
        self.is_untouched = False
        self._offer_beginning()
        # Where nothing of what is inside a block changed, something around it did.
        self._meaning_changed |= not changes.keeps_meaning or (bool(self.path) and not changes)
        self.document_changed.emit()

    def _analysed(self) -> None:
        # A move is analysed at each of its steps, and every number stays as it was: panels need not be asked.
        if self._meaning_changed:
            self._meaning_changed = False
            self.analysed.emit()
