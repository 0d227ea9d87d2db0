"""Edits: functions from a design to a new one. A gesture or a menu entry makes a Command of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from designer.errors import EditRefused, ExpressionError, ParameterError
from designer.graph.arithmetic import expression
from designer.graph.bypass import bypassed
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.values import MOST_SWEPT, parse_values
from designer.graph.variation import Variation


def place(design: Design, layer: Layer, position: Point, stem: str | None = None) -> tuple[Design, NodeId]:
    """Put a layer on the canvas under a fresh id; gives the new design and the id."""
    id = design.fresh_id(stem or layer.key.removesuffix("_conv2d"))
    return design.with_node(Node(id, layer, position=position)), id


def connect(design: Design, source: PortRef, target: PortRef, replace_present: bool = True) -> Design:
    """Wire an output to an input; a wire that is there already gives way, unless told otherwise.

    Raises:
        EditRefused: An end is no port, the input is taken and may not give way, or there would be a cycle.
    """
    if replace_present and target in design.wires:
        design = design.without_wires([target])
    return design.with_wire(Wire(source, target))


def disconnect(design: Design, targets: Iterable[PortRef]) -> Design:
    """Remove the wires that end at these inputs."""
    return design.without_wires(targets)


def delete(design: Design, ids: Iterable[NodeId], heal: bool = True) -> Design:
    """Remove nodes; where one input and the readers of one output remain, they are wired to each other again."""
    gone = {id for id in ids if id in design.nodes}
    result = design.without_nodes(gone)
    healing = list(_healing(design, gone)) if heal else []
    # Each new wire follows a way that was there, so there can be no cycle; building checks that too.
    if not healing:
        return result
    wires = [*result.wires.values(), *healing]
    return Design.build(
        result.name, result.nodes.values(), wires, result.annotations.values(), result.constraints, result.parameters
    )


def _healing(design: Design, gone: Collection[NodeId]) -> Iterator[Wire]:
    """A wire for each reader that stays of a node that goes, from what feeds that node through others that go."""
    for wire in design.wires.values():
        if wire.source.node in gone and wire.target.node not in gone:
            source = _feeding(design, wire.source, gone)
            if source is not None:
                yield Wire(source, wire.target)


def _feeding(design: Design, source: PortRef, gone: Collection[NodeId]) -> PortRef | None:
    """The nearest output upstream that stays, along the main path."""
    while source.node in gone:
        incoming = design.incoming(source.node)
        if not incoming:
            return None
        # Of a merge the last input is the main path by this catalogue's habit: a residual's shortcut comes first.
        source = incoming[-1].source
    return source


def set_parameter(design: Design, ids: Iterable[NodeId], name: str, value: Any) -> Design:
    """Set one parameter on each of the nodes.

    Raises:
        ParameterError: One of the layers has no such parameter, or the value does not suit it.
        EditRefused: There is no such node.
    """
    return design.replacing([_with_value(design.node(id), name, value) for id in ids])


def _with_value(node: Node, name: str, value: Any) -> Node:
    """A value that is given takes the place of a formula."""
    changed = replace(node, layer=node.layer.with_parameter(name, value))
    return changed.with_formula(name, "") if node.formulas else changed


def set_formula(design: Design, ids: Iterable[NodeId], name: str, text: str) -> Design:
    """Let a field of each of the nodes follow from the parameters of the group they are in, and from what flows in.

    Args:
        design: What is inside a group.
        ids: The nodes.
        name: The field: a parameter's name.
        text: The formula; an empty one takes it away, and the field keeps the value that it has.

    Raises:
        ParameterError: One of the layers has no such parameter, or the formula cannot be read.
        EditRefused: There is no such node.
    """
    for id in ids:
        design.node(id).layer.parameter(name)
    if text:
        _require_readable(name, text)
    return design.replacing([design.node(id).with_formula(name, text) for id in ids])


def set_condition(design: Design, ids: Iterable[NodeId], text: str) -> Design:
    """Let each of the nodes be there only where something holds; else its input passes through.

    Raises:
        ParameterError: The condition cannot be read.
        EditRefused: There is no such node, or nothing can pass one of them.
    """
    if text:
        _require_readable("condition", text)
    for id in ids:
        bypassed(design.node(id).layer)
    return design.replacing([replace(design.node(id), condition=text) for id in ids])


def _require_readable(name: str, text: str) -> None:
    try:
        expression(text)
    except ExpressionError as error:
        raise ParameterError(name, error.reason) from None


def vary(design: Design, ids: Iterable[NodeId], name: str, values: str, variable: str = "") -> Design:
    """Mark a field of each of the nodes, for a sweep to give it these values.

    Args:
        design: The design.
        ids: The nodes.
        name: The field: a parameter's name.
        values: The values, as ``parse_values`` reads them.
        variable: What fields that take the same value at a time are called; each varies by itself where empty.

    Raises:
        ParameterError: One of the layers has no such parameter, or a value does not suit it.
        EditRefused: There is no such node.
    """
    return design.replacing([_varied(design.node(id), Variation(name, values.strip(), variable.strip())) for id in ids])


def _varied(node: Node, variation: Variation) -> Node:
    parse_values(node.layer.parameter(variation.field), variation.values, MOST_SWEPT)
    others = tuple(each for each in node.varied if each.field != variation.field)
    return replace(node, varied=(*others, variation))


def hold(design: Design, ids: Iterable[NodeId], name: str) -> Design:
    """Take the mark from a field of each of the nodes, so that it varies no longer.

    Raises:
        EditRefused: There is no such node.
    """
    nodes = [design.node(id) for id in ids]
    return design.replacing(
        [replace(node, varied=tuple(each for each in node.varied if each.field != name)) for node in nodes]
    )


def move(design: Design, places: Mapping[NodeId, Point]) -> Design:
    """Put nodes elsewhere on the canvas.

    Raises:
        EditRefused: There is no such node.
    """
    return design.replacing([replace(design.node(id), position=Point(*place)) for id, place in places.items()])


def rename(design: Design, id: NodeId, name: str) -> Design:
    """Give a node a name of its own, or take it away with an empty text.

    Raises:
        EditRefused: There is no such node.
    """
    return design.replacing([replace(design.node(id), name=name.strip())])


def fragment(design: Design, ids: Iterable[NodeId]) -> Design:
    """The nodes and the wires among them, as a design of its own: what the clipboard holds."""
    wanted = set(ids)
    return design.without_nodes([id for id in design.nodes if id not in wanted]).without_annotations(design.annotations)


def paste(design: Design, piece: Design, offset: Point) -> tuple[Design, tuple[NodeId, ...]]:
    """Put a fragment into a design, under fresh ids where they are taken, moved by the offset; gives the new ids."""
    names: dict[NodeId, NodeId] = {}
    result = design
    for node in piece.nodes.values():
        id = node.id if node.id not in result.nodes else result.fresh_id(_stem(node.id))
        names[node.id] = id
        place = Point(node.position.x + offset.x, node.position.y + offset.y)
        result = result.with_node(replace(node, id=id, position=place))
    wires = {**result.wires}
    for wire in piece.wires.values():
        target = PortRef(names[wire.target.node], wire.target.port)
        via = tuple(Point(dot.x + offset.x, dot.y + offset.y) for dot in wire.via)
        wires[target] = Wire(PortRef(names[wire.source.node], wire.source.port), target, via)
    built = Design.build(
        result.name,
        result.nodes.values(),
        wires.values(),
        result.annotations.values(),
        result.constraints,
        result.parameters,
    )
    return built, tuple(names.values())


def incoming_wires(design: Design, ids: Iterable[NodeId]) -> tuple[Wire, ...]:
    """Wires into these nodes from others."""
    wanted = set(ids)
    return tuple(
        wire for wire in design.wires.values() if wire.target.node in wanted and wire.source.node not in wanted
    )


def rewired(design: Design, wires: Iterable[Wire], names: Mapping[NodeId, NodeId]) -> Design:
    """Let copies read what their originals read, as far as it is there and their inputs are free.

    Args:
        design: What the copies are in already.
        wires: Into the originals, from others.
        names: Each original's copy.
    """
    for wire in wires:
        if wire.target.node not in names or wire.source.node not in design.nodes:
            continue
        target = PortRef(names[wire.target.node], wire.target.port)
        if target in design.wires:
            continue
        try:
            design = design.with_wire(Wire(wire.source, target))
        except EditRefused:
            continue  # another design, where that id is something else
    return design


def _stem(id: NodeId) -> str:
    stem, _, number = id.rpartition("_")
    return stem if stem and number.isdigit() else id


def place_after(design: Design, source: NodeId, layer: Layer, position: Point) -> tuple[Design, NodeId]:
    """Place a layer and wire its main input to a node's first output, where both have one and it is no cycle."""
    result, id = place(design, layer, position)
    before = design.nodes[source].layer
    if not before.outputs or layer.main_input is None:
        return result, id
    wire = Wire(PortRef(source, before.outputs[0].name), PortRef(id, layer.main_input.name))
    try:
        return result.with_wire(wire), id
    except EditRefused:
        return result, id
