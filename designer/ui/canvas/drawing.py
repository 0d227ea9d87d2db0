"""The drawing of a design and its analysis: cards, wires, annotations. What stayed the same is never made anew.

Items are kept by node id and by the input a wire ends at; the design keeps the data. It holds no rule: what may be
wired, what is wrong and what it costs is the analysis' word. It knows no document, so a picture is drawn by it as
well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsScene

from designer.analysis.analysis import Analysis
from designer.analysis.fixes import Problem, problems
from designer.analysis.issues import Severity
from designer.graph.annotation import AnnotationId
from designer.graph.design import Design, Node, NodeId, NodePath, Point, PortRef, Wire
from designer.graph.difference import Difference, difference
from designer.ui.canvas import painting
from designer.ui.canvas.annotations import Annotations
from designer.ui.canvas.card import Shares, face
from designer.ui.canvas.geometry import cards_rect
from designer.ui.canvas.node_item import BubbleItem, NodeItem
from designer.ui.canvas.painting import CardState, Paints, PortMark
from designer.ui.canvas.ways import Ways
from designer.ui.canvas.wire_item import Standing, WireItem, shortcuts
from designer.ui.canvas.wire_words import paint_words
from designer.ui.look.theme import Tokens, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MARGIN = 400.0
WORDS_NEVER_BELOW, WORDS_AT_MOST = 0.9, 2.6
"""At which zoom the words under wrong cards stop shrinking, and how large they become against their card."""

PortMarks = Mapping[NodeId, tuple[Mapping[int, PortMark], Mapping[int, PortMark]]]


class Sheet(NamedTuple):
    """What is drawn of one design, set aside while the drawing shows another.

    Attributes:
        design: The design as it was drawn.
        analysis: What the cards were worded from.
        nodes: Cards by node id.
        wires: Wires by the input they end at.
        ways: How the wires run.
        bubbles: The nodes with words under their cards.
        times: Measured times on the cards, in milliseconds.
        whole_time: Their sum.
        paints: What the wires were coloured by.
    """

    design: Design
    analysis: Analysis | None
    nodes: dict[NodeId, NodeItem]
    wires: dict[PortRef, WireItem]
    ways: Ways
    bubbles: set[NodeId]
    times: Mapping[NodeId, float]
    whole_time: float
    paints: Paints


class Drawing(QGraphicsScene):
    """Cards, wires, frames and notes of one design.

    Signals: ``selection_changed`` when other nodes, frames or notes are; ``nodes_changed`` with the ids of nodes where
    only they, or their wires, moved or look otherwise; ``content_changed`` when more of what is drawn did.
    """

    selection_changed = Signal()
    content_changed = Signal()
    nodes_changed = Signal(object)

    def __init__(
        self,
        design: Design,
        analysis: Analysis | None = None,
        look: Tokens | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.design = design
        self.analysis: Analysis | None = None
        self.nodes: dict[NodeId, NodeItem] = {}
        self.wires: dict[PortRef, WireItem] = {}
        self.is_stale = False
        self.shows_grid = True
        self.shows_ground = True
        self._paints = painting.paints(look or tokens())
        self.annotations = Annotations(self, self.paints)
        self.annotations.chosen_changed.connect(self.selection_changed)
        self._times: Mapping[NodeId, float] = {}
        self._whole_time = 0.0
        self._unworded: set[NodeId] = set()
        self._unrouted: set[PortRef] = set()
        self._ways = Ways(self.ends)
        self._meaning_changed = True
        self._bubbles: set[NodeId] = set()
        self._word_scale = 1.0
        self._chosen_dot: tuple[PortRef, int] | None = None
        self._room = QRectF()
        self.selectionChanged.connect(self.selection_changed)
        self.apply(
            Difference(added_nodes=tuple(design.nodes.values()), added_wires=tuple(design.wires.values())), design
        )
        if analysis is not None:
            self.show_analysis(analysis)

    # Following the design --------------------------------------------------------------------------------------------

    def apply(self, changes: Difference, design: Design) -> None:
        """Show what changed on the way to a design."""
        self.design = design
        for wire in changes.removed_wires:
            gone = self.wires.pop(wire.target)
            self.removeItem(gone)
            self.update(gone.area)
        for node in changes.removed_nodes:
            self._bubbles.discard(node.id)
            self.removeItem(self.nodes.pop(node.id))
        for node in changes.added_nodes:
            self._add_node(node)
        for before, after in changes.changed_nodes:
            self._change_node(before, after)
        for wire in changes.added_wires:
            self._add_wire(wire)
        for _, wire in changes.changed_wires:
            self.wires[wire.target].wire = wire
            self._unrouted.add(wire.target)
        if changes.added_wires or changes.removed_wires or changes.changed_wires:
            self._find_shortcuts(changes)
        self._find_free_ports(changes)
        touched = {after.id for _, after in changes.changed_nodes}
        past = self._ways.follow(changes, design)
        touched.update(target.node for target in past)
        self._unrouted |= past
        self._route_dirty()
        self._make_room(changes)
        if changes.keeps_structure:
            self.nodes_changed.emit(touched)
        else:
            self.content_changed.emit()

    def turn_to(self, sheet: Sheet | None, design: Design, analysis: Analysis) -> Sheet:
        """Show another design; gives what is drawn of the present one, to be shown again later.

        Frames and notes are few and made anew. What cards and wires look like for a moment, being selected, tinted or
        pointed at, does not come back with them.

        Args:
            sheet: What was drawn of the other design, or of an earlier state of it; None where nothing was.
            design: The other design as it is now.
            analysis: What it means.
        """
        aside = Sheet(
            self.design,
            self.analysis,
            self.nodes,
            self.wires,
            self._ways,
            self._bubbles,
            self._times,
            self._whole_time,
            self._paints,
        )
        self.clearSelection()
        for item in (*self.nodes.values(), *self.wires.values()):
            self.removeItem(item)
        self._unworded, self._unrouted = set(), set()
        self._take_up(sheet or Sheet(Design(), None, {}, {}, Ways(self.ends), set(), {}, 0.0, self._paints))
        self.apply(difference(self.design, design), design)
        self._meaning_changed = True
        self.show_analysis(analysis)
        self.content_changed.emit()
        self.update()
        return aside

    def _take_up(self, sheet: Sheet) -> None:
        self.design, self.analysis, self.nodes, self.wires, self._ways = sheet[:5]
        self._bubbles, self._times, self._whole_time, paints = sheet[5:]
        for node in self.nodes.values():
            node.state = CardState(free_inputs=node.state.free_inputs, free_outputs=node.state.free_outputs)
            self.addItem(node)
        for wire in self.wires.values():
            if wire.standing is not Standing.PLAIN or paints is not self._paints:
                wire.standing = Standing.PLAIN
                wire.colour(self._wire_colour(wire))
            self.addItem(wire)

    def _add_node(self, node: Node) -> None:
        item = NodeItem(node, self.paints)
        self.nodes[node.id] = item
        self.addItem(item)
        self._unworded.add(node.id)
        self._meaning_changed = True

    def _change_node(self, before: Node, after: Node) -> None:
        item = self.nodes[after.id]
        item.node = after
        if before.position != after.position:
            item.setPos(*after.position)
            self._route_again(after.id)
        if _worded(before) != _worded(after):
            self._unworded.add(after.id)
            self._meaning_changed = True
            ports, now = (before.layer.inputs, before.layer.outputs), (after.layer.inputs, after.layer.outputs)
            if list(map(len, ports)) != list(map(len, now)):
                self._route_again(after.id)

    def _add_wire(self, wire: Wire) -> None:
        item = WireItem(wire)
        self.wires[wire.target] = item
        self.addItem(item)
        item.colour(self._wire_colour(item))
        self._unrouted.add(wire.target)
        self._meaning_changed = True

    def _find_shortcuts(self, changes: Difference) -> None:
        self._meaning_changed = True
        for wire, is_one in shortcuts(self.design, changes):
            item = self.wires[wire.target]
            if is_one != item.is_shortcut:
                item.is_shortcut = is_one
                self._unrouted.add(wire.target)
                item.colour(self._wire_colour(item))

    def _find_free_ports(self, changes: Difference) -> None:
        """Say of cards whose wires or ports changed which ports have no wire."""
        wires = (*changes.added_wires, *changes.removed_wires, *(w for pair in changes.changed_wires for w in pair))
        ids = {ref.node for wire in wires for ref in (wire.source, wire.target)}
        ids.update(node.id for node in changes.added_nodes)
        ids.update(after.id for before, after in changes.changed_nodes if before.layer is not after.layer)
        for id in ids & self.nodes.keys():
            item = self.nodes[id]
            outputs = {wire.source.port for wire in self.design.outgoing(id)}
            ins = (i for i, port in enumerate(item.node.layer.inputs) if PortRef(id, port.name) not in self.wires)
            outs = (i for i, port in enumerate(item.node.layer.outputs) if port.name not in outputs)
            item.free_ports(tuple(ins), tuple(outs))

    def show_at(self, places: Mapping[NodeId, Point]) -> None:
        """Show cards elsewhere than the design has them, for a moment."""
        self._ways.show_at(places)
        for id, place in places.items():
            self.nodes[id].setPos(*place)
            self._route_again(id)
        self._route_dirty()

    def _route_again(self, id: NodeId) -> None:
        self._unrouted.update(wire.target for wire in (*self.design.incoming(id), *self.design.outgoing(id)))

    @property
    def is_held(self) -> bool:
        """Whether cards are in the hand."""
        return self._ways.is_held

    def hold(self) -> None:
        """Cards are in the hand: only their own wires follow them, and not around others, until they are let go."""
        self._ways.hold()

    def let_go(self) -> None:
        """Lead every wire around the cards again."""
        late = self._ways.let_go()
        self._unrouted |= late
        self._route_dirty()
        if late:
            self.nodes_changed.emit({target.node for target in late})

    def _route_dirty(self) -> None:
        """Route each wire once, however many of its ends moved."""
        areas: list[QRectF] = []
        for target in self._unrouted:
            item = self.wires.get(target)
            if item is None:
                continue
            areas.append(item.area)
            item.run(self._ways.of(item.wire, item.is_shortcut, self.nodes[target.node].y()))
            areas.append(item.area)
        self._unrouted.clear()
        self._paint_again(areas)

    def _paint_again(self, areas: Iterable[QRectF]) -> None:
        """Have the areas painted that wires stood in, and those they stand in now.

        Qt remembers where an item was painted last, but forgets it when another part of the view is painted before
        the item's change is dealt with: the old way would stay on screen.
        """
        for area in areas:
            self.update(area)

    def ends(self, wire: Wire) -> tuple[QPointF, QPointF, int]:
        """Where a wire starts and ends, and the index of the input it ends at."""
        source, target = self.nodes[wire.source.node], self.nodes[wire.target.node]
        lane = input_index(target.node, wire.target.port)
        return source.output_at(output_index(source.node, wire.source.port)), target.input_at(lane), lane

    def _make_room(self, changes: Difference) -> None:
        """Keep the scene's bounds around cards, frames and notes.

        They only grow, in large steps, as each step sorts all items anew.
        """
        touched = [*(node for node in changes.added_nodes), *(after for _, after in changes.changed_nodes)]
        bounds = cards_rect(touched).united(self.annotations.follow(self.design))
        if bounds.isEmpty():
            return
        # Kept here as well, because asking the scene makes it sort the items that moved: 5 ms at 10,000.
        if not self._room.contains(bounds):
            self._room = self._room.united(bounds.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
            self.setSceneRect(self._room)

    def content_rect(self, ids: Collection[NodeId] | None = None) -> QRectF:
        """The smallest rectangle around cards and the words below them, of some or all; empty where there is none.

        Frames and notes count where all are asked for.
        """
        chosen = list(self.design.nodes.values()) if ids is None else [self.design.nodes[id] for id in ids]
        area = cards_rect(chosen).united(self.annotations.area() if ids is None else QRectF())
        for id in self._bubbles.intersection(node.id for node in chosen):
            bubble = self.nodes[id].bubble
            if bubble is not None:
                area = area.united(bubble.sceneBoundingRect())
        return area

    # Following the analysis ------------------------------------------------------------------------------------------

    def show_analysis(self, analysis: Analysis) -> None:
        """Show shapes, costs and problems; only what became another is worded anew."""
        was_stale, self.is_stale = self.is_stale, False
        previous, self.analysis = self.analysis, analysis
        if not self._meaning_changed and previous is not None and not was_stale:
            return
        self._meaning_changed = False
        changed = analysis.changed_since(previous) if previous is not None else None
        ids = self.nodes.keys() if changed is None else self._unworded.union(changed)
        self._word_anew(analysis, ids)
        self._unworded.clear()
        self._carry_shapes(analysis, self.wires.values() if changed is None else self._wires_at(ids))
        if was_stale:
            self._mark_stale(False)
        if changed is None:
            self.content_changed.emit()
        else:
            self.nodes_changed.emit(ids)

    def _word_anew(self, analysis: Analysis, ids: Iterable[NodeId]) -> None:
        """Say what is known now on those of these cards where it is something else."""
        issues: dict[NodeId, list[Problem]] = {}
        for issue in problems(analysis):
            if issue.node is not None:
                issues.setdefault(issue.node, []).append(issue)
        for id in ids:
            item, report, found = self.nodes[id], analysis.node(id), tuple(issues.get(id, ()))
            is_same = item.report is report and len(item.issues) == len(found) and id not in self._unworded
            if not is_same or any(a is not b for a, b in zip(item.issues, found, strict=True)):
                item.report, item.issues = report, found
                self._word(item)

    def _wires_at(self, ids: Iterable[NodeId]) -> Iterable[WireItem]:
        for id in ids:
            for wire in (*self.design.incoming(id), *self.design.outgoing(id)):
                yield self.wires[wire.target]

    def _word(self, item: NodeItem) -> None:
        time = self._times.get(item.id)
        item.face = face(item.node, item.report, item.issues, time, self._shares(item, time))
        self._show_bubble(item)
        item.update()

    def _shares(self, item: NodeItem, milliseconds: float | None) -> Shares | None:
        """What a node takes of the whole, once a measurement is there."""
        cost = item.report.cost if item.report is not None else None
        if milliseconds is None or not self._whole_time or cost is None or self.analysis is None:
            return None
        macs = self.analysis.totals.macs
        return Shares(cost.macs / macs if macs else 0.0, milliseconds / self._whole_time)

    def _show_bubble(self, item: NodeItem) -> None:
        if item.bubble is not None:
            self.removeItem(item.bubble)
            item.bubble = None
            self._bubbles.discard(item.id)
        wrong = [issue for issue in item.issues if issue.severity is Severity.ERROR and issue.port is None]
        if wrong:
            item.bubble = BubbleItem(wrong[0], item, self.paints)
            item.bubble.setScale(self._word_scale)
            self._bubbles.add(item.id)

    def keep_words_readable(self, zoom: float) -> None:
        """Let the words under wrong cards shrink less than the cards do, at a zoom below actual size."""
        self._word_scale = min(max(1.0, WORDS_NEVER_BELOW / zoom), WORDS_AT_MOST)
        for id in self._bubbles:
            bubble = self.nodes[id].bubble
            if bubble is not None:
                bubble.setScale(self._word_scale)

    def _carry_shapes(self, analysis: Analysis, wires: Iterable[WireItem]) -> None:
        areas: list[QRectF] = []
        for item in wires:
            spec = analysis.spec(item.wire.source)
            broken = self.nodes[item.target.node].is_broken
            if spec != item.spec or broken != item.is_broken:
                item.is_broken = broken
                areas.append(item.area)
                item.carry(spec)
                item.colour(self._wire_colour(item))
                areas.append(item.area)
        self._paint_again(areas)

    def set_stale(self) -> None:
        """Say that the numbers are of an earlier design."""
        for id in self._unworded:
            item = self.nodes[id]
            item.report, item.issues = None, ()
            self._word(item)
        self.is_stale = True
        self._mark_stale(True)

    def _mark_stale(self, is_stale: bool) -> None:
        for item in self.nodes.values():
            item.state.is_stale = is_stale
        self.update()

    def set_node_times(self, times: Mapping[NodePath, float]) -> None:
        """Show measured times on cards, in milliseconds by node path; a block's is the sum of what is inside."""
        summed: dict[NodeId, float] = {}
        for path, milliseconds in times.items():
            summed[path[0]] = summed.get(path[0], 0.0) + milliseconds
        changed = {id for id in {*summed, *self._times} if summed.get(id) != self._times.get(id)}
        self._times = summed
        self._whole_time = sum(summed.values())
        for id in changed:
            if id in self.nodes:
                self._word(self.nodes[id])

    def set_heat(self, shares: Mapping[NodeId, float] | None) -> None:
        """Tint each card by a share of the largest, 0 to 1; None takes the tint away."""
        for id, item in self.nodes.items():
            heat = None if shares is None else shares.get(id, 0.0)
            if heat != item.state.heat:
                item.state.heat = heat
                item.update()
        self.content_changed.emit()

    # Look ------------------------------------------------------------------------------------------------------------

    def paints(self) -> Paints:
        """The pens and brushes of the present look."""
        return self._paints

    def set_look(self, look: Tokens) -> None:
        """Take other colours."""
        self._paints = painting.paints(look)
        for item in self.wires.values():
            item.colour(self._wire_colour(item))
        self.content_changed.emit()
        self.update()

    def _wire_colour(self, item: WireItem) -> QColor:
        look = self._paints.look
        if item.is_broken or item.standing is Standing.DOOMED:
            return look.error
        if item.standing is Standing.LIT:
            return look.accent
        return look.residual if item.is_shortcut else look.wire

    def let_stand_out(self, item: WireItem, standing: Standing) -> None:
        """Let a wire stand out, or no longer."""
        areas = [item.area]
        item.standing = standing
        item.colour(self._wire_colour(item))
        self._paint_again([*areas, item.area])

    def set_port_marks(self, marks: PortMarks | None) -> None:
        """While a wire is in the hand: say of each port whether it may end there; None ends it."""
        for id, item in self.nodes.items():
            item.mark_ports(None if marks is None else marks.get(id, ({}, {})))

    def set_chosen_dot(self, dot: tuple[PortRef, int] | None) -> None:
        """Show which reroute dot is chosen, by the input its wire ends at and its place; None for none."""
        self._chosen_dot = dot
        self.update()

    def set_found(self, ids: Collection[NodeId] | None) -> None:
        """Fade all cards but those that a search found; None ends it."""
        for id, item in self.nodes.items():
            is_faded = ids is not None and id not in ids
            if is_faded != item.state.is_faded:
                item.state.is_faded = is_faded
                item.update()

    def show_only(self, ids: Collection[NodeId]) -> None:
        """Hide all cards but these, all wires but those between them, and frames around others; for a picture."""
        self.annotations.show_only(ids)
        for id, item in self.nodes.items():
            item.setVisible(id in ids)
        for wire in self.wires.values():
            wire.setVisible(wire.wire.source.node in ids and wire.wire.target.node in ids)

    # Selection -------------------------------------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[NodeId, ...]:
        """Selected nodes, in order of placing."""
        chosen = {item.id for item in self.selectedItems() if isinstance(item, NodeItem)}
        return tuple(id for id in self.design.nodes if id in chosen) if chosen else ()

    @property
    def has_chosen(self) -> bool:
        """Whether a node, a frame or a note is selected; cheaper than asking which."""
        return bool(self.selectedItems() or self.annotations.chosen)

    def select(self, ids: Iterable[NodeId], annotations: Iterable[AnnotationId] = ()) -> None:
        """Select these nodes, frames and notes, and no others; says so once where only nodes become others."""
        self.annotations.choose(annotations)
        wanted = {id for id in ids if id in self.nodes}
        if wanted == set(self.selection):
            return
        with self._quiet_selection():
            self.clearSelection()
            for id in wanted:
                self.nodes[id].setSelected(True)
        self.selection_changed.emit()

    @contextmanager
    def _quiet_selection(self) -> Iterator[None]:
        self.selectionChanged.disconnect(self.selection_changed)
        try:
            yield
        finally:
            self.selectionChanged.connect(self.selection_changed)

    # Grid and labels -------------------------------------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Fill the ground and dot it; the dots keep their distance on screen at any zoom."""
        if self.shows_ground:
            painter.fillRect(rect, self._paints.look.ground)
        if self.shows_grid:
            painting.dots(painter, QRectF(rect), self._paints)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Put what stands on the wires over the cards, and the frames' titles."""
        self.annotations.paint_titles(painter)
        paint_words(painter, QRectF(rect), self, self._paints, self._chosen_dot, self.is_stale, self.shows_ground)


def input_index(node: Node, port: str) -> int:
    """Place of an input port on the card's left side, from the top."""
    return [each.name for each in node.layer.inputs].index(port)


def output_index(node: Node, port: str) -> int:
    """Place of an output port on the card's right side, from the top."""
    return [each.name for each in node.layer.outputs].index(port)


def _worded(node: Node) -> tuple[object, ...]:
    """What of a node is written on its card."""
    return node.layer, node.name, node.varied, node.formulas, node.condition
