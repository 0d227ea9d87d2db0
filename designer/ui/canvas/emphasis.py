"""What stands out on the canvas for a moment: the wire or port under the pointer, and wires that a stroke will cut.

Only looks change; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from designer.graph.design import NodeId, PortRef, Wire
from designer.ui.canvas.drawing import Drawing, input_index, output_index
from designer.ui.canvas.hits import NOTHING, Hit, Under
from designer.ui.canvas.wire_item import Standing

_Ports = dict[NodeId, tuple[list[int], list[int]]]
"""Inputs and outputs of nodes, by index."""


class Emphasis:
    """Lets parts of a drawing stand out."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._hovered = NOTHING
        self._lit: frozenset[PortRef] = frozenset()
        self._doomed: frozenset[PortRef] = frozenset()
        self._grown: _Ports = {}

    def hover(self, found: Hit) -> None:
        """Let what is under the pointer stand out: a port; or a wire with the ports at both its ends."""
        if found == self._hovered:
            return
        self._hovered = found
        is_wire = found.under in (Under.WIRE, Under.WIRE_END) and found.port is not None
        wire = self._drawing.design.wires.get(found.port) if is_wire and found.port is not None else None
        before, self._lit = self._lit, frozenset({wire.target} if wire is not None else ())
        self._stand_out(before, self._lit, Standing.LIT)
        self._grow(self._ports(found, wire))

    def doom(self, targets: Collection[PortRef]) -> None:
        """Mark the wires that will be cut, by the inputs they end at; none ends it."""
        before, self._doomed = self._doomed, frozenset(targets)
        self._stand_out(before, self._doomed, Standing.DOOMED)

    def _stand_out(self, before: frozenset[PortRef], now: frozenset[PortRef], how: Standing) -> None:
        for target in before ^ now:
            item = self._drawing.wires.get(target)
            if item is not None:
                self._drawing.let_stand_out(item, how if target in now else Standing.PLAIN)

    def _ports(self, found: Hit, wire: Wire | None) -> _Ports:
        nodes = self._drawing.nodes
        grown: _Ports = {}
        if wire is not None:
            source, target = nodes[wire.source.node].node, nodes[wire.target.node].node
            grown.setdefault(source.id, ([], []))[1].append(output_index(source, wire.source.port))
            grown.setdefault(target.id, ([], []))[0].append(input_index(target, wire.target.port))
        elif found.port is not None and found.under is Under.INPUT:
            grown[found.port.node] = ([input_index(nodes[found.port.node].node, found.port.port)], [])
        elif found.port is not None and found.under is Under.OUTPUT:
            grown[found.port.node] = ([], [output_index(nodes[found.port.node].node, found.port.port)])
        return grown

    def _grow(self, ports: _Ports) -> None:
        before, self._grown = self._grown, ports
        for id in {*before, *ports}:
            item = self._drawing.nodes.get(id)
            if item is not None:
                item.grow_ports(*ports.get(id, ([], [])))
