"""Random sound designs for property tests: any layers, any parameters in range, wired any way that has no cycle.

They are sound in structure, as every Design is; their shapes may well not fit.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Flag, Integer, Integers, Numbers, Parameter, Ratio, Sides
from designer.layers.blocks import Group
from designer.layers.registry import catalogue

NAMES = st.text(max_size=12)
COORDINATES = st.one_of(
    st.integers(-20_000, 20_000).map(float), st.floats(-1e6, 1e6, allow_nan=False, allow_infinity=False)
)
POINTS = st.builds(Point, COORDINATES, COORDINATES)


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Any value the parameter takes."""
    match parameter:
        case Integer(low=low, high=high):
            return st.integers(low, high)
        case Ratio(low=low, high=high):
            return st.floats(low, high)
        case Flag():
            return st.booleans()
        case Choice(options=options):
            return st.sampled_from(options)
        case Integers(parts=parts, low=low, high=high):
            return st.tuples(*[st.integers(low, high)] * len(parts))
        case Sides(low=low, high=high):
            both = st.tuples(st.integers(low, high), st.integers(low, high))
            return st.one_of(st.integers(low, high), both.map(parameter.normal))
        case Numbers(low=low, high=high, most=most):
            return st.lists(st.integers(low, high), min_size=1, max_size=most).map(tuple)
    raise NotImplementedError(parameter)


def layers_of(cls: type[Layer]) -> st.SearchStrategy[Layer]:
    """The class with any parameters."""
    return st.builds(cls, **{parameter.name: values(parameter) for parameter in cls.parameters})


@st.composite
def designs(draw: st.DrawFn, max_nodes: int = 8, nesting: int = 1) -> Design:
    """A random design, groups in it nested as deep as told."""
    count = draw(st.integers(0, max_nodes))
    nodes = [_node(draw, index, nesting) for index in range(count)]
    wires = [wire for index, node in enumerate(nodes) for wire in _wires_into(draw, node, nodes[:index])]
    order = draw(st.permutations(nodes))
    return Design.build(draw(NAMES), order, draw(st.permutations(wires)))


def _node(draw: st.DrawFn, index: int, nesting: int) -> Node:
    cls = draw(st.sampled_from(catalogue()))
    return Node(NodeId(f"{cls.key}_{index}"), draw(_layer(cls, nesting)), draw(NAMES), draw(POINTS))


def _layer(cls: type[Layer], nesting: int) -> st.SearchStrategy[Layer]:
    if cls is not Group:
        return layers_of(cls)
    return designs(4, nesting - 1).map(Group) if nesting else st.just(Group())


def _wires_into(draw: st.DrawFn, node: Node, before: list[Node]) -> list[Wire]:
    sources = [PortRef(other.id, port.name) for other in before for port in other.layer.outputs]
    if not sources:
        return []
    wires = []
    for port in node.layer.inputs:
        source = draw(st.none() | st.sampled_from(sources))
        if source is not None:
            via = draw(st.lists(POINTS, max_size=2))
            wires.append(Wire(source, PortRef(node.id, port.name), tuple(via)))
    return wires
