"""The drawing of a design and its analysis: cards and wires. Applies differences and re-creates nothing that stayed.

Items are kept by node id and by the input a wire ends at; the design keeps the data. It holds no rule: what may be
wired, what is wrong and what it costs is the analysis' word. It knows no document, so a picture is drawn by it as
well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsScene

from designer.analysis.issues import Issue, Severity
from designer.analysis.snapshot import Analysis
from designer.edit.sizes import GAP_X
from designer.graph.design import Design, Node, NodeId, NodePath, Point, PortRef, Wire
from designer.graph.difference import Difference
from designer.ui.canvas import painting
from designer.ui.canvas.card import Shares, card_font, face
from designer.ui.canvas.geometry import CARD, CARD_HEIGHT, CARD_WIDTH, WireRoute, route
from designer.ui.canvas.node_item import BubbleItem, NodeItem
from designer.ui.canvas.painting import Detail, Paints, PortMark
from designer.ui.canvas.routing import Ask, Cards, Neighbours, led, watched
from designer.ui.canvas.wire_item import LABEL_PIXELS, WireItem, is_shortcut
from designer.ui.theme import Tokens, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MARGIN = 400.0
WORDS_NEVER_BELOW, WORDS_AT_MOST = 0.9, 2.6
"""At which zoom the words under wrong cards stop shrinking, and how large they become against their card."""
MANY_CARDS = 24
"""When so many moved at once, every wire that other cards decide on is routed anew, without asking which."""
_LABEL_REACH = 60.0
"""How far a wire's label may stand out of its path's bounds."""

PortMarks = Mapping[NodeId, tuple[Mapping[int, PortMark], Mapping[int, PortMark]]]


class Drawing(QGraphicsScene):
    """Cards and wires of one design.

    Signals: ``selection_changed`` when other nodes are selected; ``nodes_moved`` with the ids of nodes where that is
    all that happened; ``content_changed`` when anything else of what is drawn became another.
    """

    selection_changed = Signal()
    content_changed = Signal()
    nodes_moved = Signal(object)

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
        self._times: Mapping[NodeId, float] = {}
        self._whole_time = 0.0
        self._unworded: set[NodeId] = set()
        self._unrouted: set[PortRef] = set()
        self._cards = Cards()
        self._elsewhere: set[NodeId] = set()
        self._watched: dict[PortRef, QRectF] = {}
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
            self.removeItem(self.wires.pop(wire.target))
            self._watched.pop(wire.target, None)
        for node in changes.removed_nodes:
            self._bubbles.discard(node.id)
            self._elsewhere.discard(node.id)
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
        self._move_cards(changes)
        self._route_dirty()
        self._make_room(changes)
        if self._meaning_changed or changes.changed_wires:
            self.content_changed.emit()
        else:
            self.nodes_moved.emit({after.id for _, after in changes.changed_nodes})

    def _add_node(self, node: Node) -> None:
        item = NodeItem(node, face(node, None), self.paints)
        self.nodes[node.id] = item
        self.addItem(item)
        self._unworded.add(node.id)
        self._meaning_changed = True

    def _change_node(self, before: Node, after: Node) -> None:
        item = self.nodes[after.id]
        item.node = after
        if before.position != after.position:
            item.setPos(*after.position)
            self._elsewhere.discard(after.id)
            self._unrouted.update(wire.target for wire in self.design.incoming(after.id))
            self._unrouted.update(wire.target for wire in self.design.outgoing(after.id))
        if before.layer != after.layer or before.name != after.name:
            self._unworded.add(after.id)
            self._meaning_changed = True
            if len(before.layer.inputs) != len(after.layer.inputs):
                self._unrouted.update(wire.target for wire in self.design.incoming(after.id))
            if len(before.layer.outputs) != len(after.layer.outputs):
                self._unrouted.update(wire.target for wire in self.design.outgoing(after.id))

    def _add_wire(self, wire: Wire) -> None:
        item = WireItem(wire)
        self.wires[wire.target] = item
        self.addItem(item)
        item.colour(self._wire_colour(item))
        self._unrouted.add(wire.target)
        self._meaning_changed = True

    def _find_shortcuts(self, changes: Difference) -> None:
        """Find anew which wires are shortcuts: of those that pass by a wire that came or went."""
        self._meaning_changed = True
        rank = self.design.rank
        touched = [*changes.added_wires, *changes.removed_wires, *(after for _, after in changes.changed_wires)]
        last = max(rank.get(wire.source.node, len(rank)) for wire in touched)
        first = min(rank.get(wire.target.node, 0) for wire in touched)
        for wire in self.design.wires.values():
            if rank[wire.target.node] < first or rank[wire.source.node] > last:
                continue
            item = self.wires[wire.target]
            shortcut = is_shortcut(self.design, wire)
            if shortcut != item.is_shortcut:
                item.is_shortcut = shortcut
                self._unrouted.add(wire.target)
                item.colour(self._wire_colour(item))

    def show_at(self, places: Mapping[NodeId, Point]) -> None:
        """Show cards elsewhere than the design has them, for a moment."""
        for id, place in places.items():
            self.nodes[id].setPos(*place)
            (self._elsewhere.discard if place == self.design.nodes[id].position else self._elsewhere.add)(id)
            self._unrouted.update(wire.target for wire in self.design.incoming(id))
            self._unrouted.update(wire.target for wire in self.design.outgoing(id))
        self._route_dirty()

    def _move_cards(self, changes: Difference) -> None:
        """Know where cards stand, and route anew what led past a place that another card took or left."""
        gone = [*changes.removed_nodes, *(before for before, _ in changes.changed_nodes)]
        come = [*changes.added_nodes, *(after for _, after in changes.changed_nodes)]
        places = {(node.id, node.position) for node in gone} ^ {(node.id, node.position) for node in come}
        for node in gone:
            self._cards.take(node.id, node.position)
        for node in come:
            self._cards.put(node.id, node.position)
        if len(places) > MANY_CARDS:
            self._unrouted.update(self._watched)
            return
        cards = [CARD.translated(*place) for _, place in places]
        for target, area in self._watched.items():
            if any(area.intersects(card) for card in cards):
                self._unrouted.add(target)

    def _route_dirty(self) -> None:
        """Route each wire once, however many of its ends moved."""
        for target in self._unrouted:
            item = self.wires.get(target)
            if item is None:
                continue
            self.update(item.label_rect)
            item.run(self._way(item))
            self.update(item.label_rect)
        self._unrouted.clear()

    def _way(self, item: WireItem) -> WireRoute:
        dots = [QPointF(*dot) for dot in item.wire.via]
        ask = Ask(*self.ends(item.wire), dots, item.is_shortcut, self.nodes[item.target.node].y())
        ends = (item.wire.source.node, item.wire.target.node)
        if any(id in self._elsewhere for id in ends):
            # On its way to a place: the cards it passes are no reason to run otherwise.
            return route(*ask)
        area = watched(ask)
        if area is None:
            self._watched.pop(item.target, None)
            return route(*ask)
        self._watched[item.target] = area
        return led(ask, self._cards, ends, lambda id: self._steps_from(id, item.wire.source))

    def _steps_from(self, id: NodeId, but: PortRef) -> Iterator[Neighbours]:
        """The wires from a card to the next column, where the design has them, but for those from one port."""
        for wire in self.design.outgoing(id):
            gap = self.design.nodes[wire.target.node].position.x - self.design.nodes[id].position.x - CARD_WIDTH
            if wire.source != but and 0.0 < gap <= GAP_X:
                start, end, _ = self.ends(wire)
                yield start.x(), start.y(), end.y()

    def ends(self, wire: Wire) -> tuple[QPointF, QPointF, int]:
        """Where a wire starts and ends, and the index of the input it ends at."""
        source, target = self.nodes[wire.source.node], self.nodes[wire.target.node]
        lane = input_index(target.node, wire.target.port)
        return source.output_at(output_index(source.node, wire.source.port)), target.input_at(lane), lane

    def _make_room(self, changes: Difference) -> None:
        """Keep the scene's bounds around the cards.

        They only grow, in large steps, as each step sorts all items anew.
        """
        touched = [*(node for node in changes.added_nodes), *(after for _, after in changes.changed_nodes)]
        if not touched:
            return
        bounds = _bounds(touched)
        # Kept here as well, because asking the scene makes it sort the items that moved: 5 ms at 10,000.
        if not self._room.contains(bounds):
            self._room = self._room.united(bounds.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
            self.setSceneRect(self._room)

    def content_rect(self, ids: Collection[NodeId] | None = None) -> QRectF:
        """The smallest rectangle around cards and the words below them, of some or all; empty where there is none."""
        chosen = list(self.design.nodes.values()) if ids is None else [self.design.nodes[id] for id in ids]
        area = _bounds(chosen)
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
        issues: dict[NodeId, list[Issue]] = {}
        for issue in analysis.issues:
            if issue.node is not None:
                issues.setdefault(issue.node, []).append(issue)
        for id, item in self.nodes.items():
            report, found = analysis.node(id), tuple(issues.get(id, ()))
            is_same = item.report is report and len(item.issues) == len(found) and id not in self._unworded
            if not is_same or any(a is not b for a, b in zip(item.issues, found, strict=True)):
                item.report, item.issues = report, found
                self._word(item)
        self._unworded.clear()
        self._carry_shapes(analysis)
        if was_stale:
            self._mark_stale(False)
        self.content_changed.emit()

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

    def _carry_shapes(self, analysis: Analysis) -> None:
        for item in self.wires.values():
            spec = analysis.spec(item.wire.source)
            broken = self.nodes[item.target.node].is_broken
            if spec != item.spec or broken != item.is_broken:
                item.is_broken = broken
                self.update(item.label_rect)
                item.carry(spec)
                item.colour(self._wire_colour(item))
                self.update(item.label_rect)

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
        if item.is_broken:
            return look.error
        return look.residual if item.is_shortcut else look.wire

    def set_port_marks(self, marks: PortMarks | None) -> None:
        """While a wire is in the hand: say of each port whether it may end there; None ends it."""
        for id, item in self.nodes.items():
            state = item.state
            if marks is None:
                if state.inputs is None and not state.is_faded:
                    continue
                state.inputs = state.outputs = None
                state.is_faded = False
            else:
                state.inputs, state.outputs = marks.get(id, ({}, {}))
                found = (*state.inputs.values(), *state.outputs.values())
                state.is_faded = not any(mark is not PortMark.REFUSED for mark in found)
            item.update()

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
        """Hide all cards but these, and all wires but those between them; for a picture of a part."""
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

    def select(self, ids: Iterable[NodeId]) -> None:
        """Select these nodes and no others; says so once."""
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
        look = self._paints.look
        if self.shows_ground:
            painter.fillRect(rect, look.ground)
        if not self.shows_grid:
            return
        painting.dots(painter, QRectF(rect), self._paints)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Write the shapes on the wires, where the zoom lets them be read."""
        level = painting.detail(painter.worldTransform().m11())
        if level is Detail.BLOCKS:
            return
        around = QRectF(rect).adjusted(-_LABEL_REACH, -_LABEL_REACH / 2, _LABEL_REACH, _LABEL_REACH / 2)
        near = self.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        wires = [item for item in near if isinstance(item, WireItem)]
        for item in wires:
            for place, dot in enumerate(item.wire.via):
                painting.dot(painter, QPointF(*dot), item.pen(), (item.target, place) == self._chosen_dot, self._paints)
        if level is not Detail.EVERYTHING:
            return
        painter.setFont(card_font(LABEL_PIXELS, False))
        painter.setPen(self._paints.quiet)
        if self.is_stale:
            painter.setOpacity(painting.DIMMED)
        for item in wires:
            if item.label and item.label_rect.intersects(QRectF(rect)):
                painter.drawText(item.label_rect, Qt.AlignmentFlag.AlignCenter, item.label)


def _bounds(nodes: Sequence[Node]) -> QRectF:
    if not nodes:
        return QRectF()
    xs = [node.position.x for node in nodes]
    ys = [node.position.y for node in nodes]
    left, top = min(xs), min(ys)
    return QRectF(left, top, max(xs) - left + CARD_WIDTH, max(ys) - top + CARD_HEIGHT)


def input_index(node: Node, port: str) -> int:
    """Place of an input port on the card's left side, from the top."""
    return [each.name for each in node.layer.inputs].index(port)


def output_index(node: Node, port: str) -> int:
    """Place of an output port on the card's right side, from the top."""
    return [each.name for each in node.layer.outputs].index(port)
