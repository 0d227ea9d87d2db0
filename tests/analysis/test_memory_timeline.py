"""The spans alive in each step sum to the step's bytes, through blocks, in time that grows with the nodes.

So do those of the fullest step, whether a part is in a block or not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.memory_timeline import LiveSet, MemoryTimeline, memory_timeline_of
from designer.edit.grouping import expand_block, group
from designer.graph.design import Design, Node, NodeId, NodePath, PortRef, Wire
from designer.layers.activation import Linear, ReLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template


def alive(found: MemoryTimeline, step: int) -> int:
    return sum(span.bytes for span in found.spans if span.first <= step <= span.last)


def adds_up(design: Design, batch: int = 1) -> MemoryTimeline:
    analysis = analyse(design, batch=batch)
    found = memory_timeline_of(analysis)
    assert [alive(found, index) for index in range(len(found.steps))] == [step.bytes for step in found.steps]
    assert found.peak_bytes == analysis.totals.peak_activation_bytes
    assert all(0 <= span.first <= span.last < len(found.steps) for span in found.spans)
    return found


@pytest.mark.parametrize("key", ["mobilenet_v1", "mobilenet_v2", "article_bottleneck", "bottleneck", "separable"])
@pytest.mark.parametrize("batch", [1, 3])
def test_templates_add_up_in_every_step(key: str, batch: int) -> None:
    adds_up(template(key).build(), batch)


def residual() -> Design:
    x, a, b, add, y = (NodeId(id) for id in ("x", "a", "b", "add", "y"))
    nodes = [
        Node(x, Input(4, 8, 8)),
        Node(a, PointwiseConv2d(8)),
        Node(b, PointwiseConv2d(4)),
        Node(add, Add()),
        Node(y, Output()),
    ]
    wires = [
        Wire(PortRef(x, "y"), PortRef(a, "x")),
        Wire(PortRef(a, "y"), PortRef(b, "x")),
        Wire(PortRef(b, "y"), PortRef(add, "a")),
        Wire(PortRef(x, "y"), PortRef(add, "b")),
        Wire(PortRef(add, "y"), PortRef(y, "x")),
    ]
    return Design.build("residual", nodes, wires)


def test_a_residual_holds_its_input_until_the_addition() -> None:
    found = adds_up(residual())
    spans = {
        ".".join(span.path): (span.bytes, found.steps[span.first].path, found.steps[span.last].path)
        for span in found.spans
    }
    size = 4 * 8 * 8 * 4
    assert spans["x"] == (size, ("x",), ("add",))
    assert spans["a"] == (2 * size, ("a",), ("b",))
    assert spans["b"] == (size, ("b",), ("add",))
    assert spans["add"] == (size, ("add",), ("y",))
    assert found.peak is not None
    assert found.steps[found.peak].path in {("b",)}


def test_the_same_in_a_block() -> None:
    closed, _ = group(residual(), [NodeId("a"), NodeId("b")])
    found = adds_up(closed)
    assert found.peak_bytes == adds_up(residual()).peak_bytes
    assert {span.path: span.bytes for span in found.spans if len(span.path) > 1}.keys() == {
        (closed.order[1], "a"),
        (closed.order[1], "b"),
    }


def long_chain(length: int) -> Analysis:
    names = [NodeId("x"), *(NodeId(f"n{index}") for index in range(length)), NodeId("y")]
    nodes = [Node(names[0], Input(4, 8, 8)), *(Node(name, ReLU()) for name in names[1:-1]), Node(names[-1], Output())]
    wires = [Wire(PortRef(names[index], "y"), PortRef(names[index + 1], "x")) for index in range(len(names) - 1)]
    return analyse(Design.build("long", nodes, wires))


def lines_of_code(work: Callable[[], object]) -> int:
    """How many lines Python runs; unlike seconds, the same on every machine."""
    count = 0

    def trace(_frame: FrameType, event: str, _given: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_ten_thousand_nodes_are_looked_at_once() -> None:
    analysis = long_chain(10_000)
    found = memory_timeline_of(analysis)
    assert len(found.spans) == 10_001
    assert {span.last - span.first for span in found.spans} == {1}


def test_the_work_grows_with_the_nodes_and_not_with_their_square() -> None:
    few, many = long_chain(200), long_chain(1600)
    assert lines_of_code(lambda: memory_timeline_of(many)) < 10 * lines_of_code(lambda: memory_timeline_of(few))


# What lives in the fullest step ---------------------------------------------------------------------------------------


def live_set(analysis: Analysis, path: NodePath = ()) -> LiveSet:
    found = memory_timeline_of(analysis).largest_live_set(path)
    assert found is not None
    assert sum(span.bytes for span in found.spans) == found.step.bytes
    return found


def live_set_adds_up(analysis: Analysis) -> None:
    found = live_set(analysis)
    assert found.step.bytes == analysis.totals.peak_activation_bytes
    assert all(span.bytes == span.spec.bytes for span in found.spans)
    assert len({span.path for span in found.spans}) == len(found.spans)


@pytest.mark.parametrize("key", ["mobilenet_v2", "mobilenet_v1", "bottleneck", "separable", "article_bottleneck"])
@pytest.mark.parametrize("batch", [1, 2])
def test_live_sets_of_templates(key: str, batch: int) -> None:
    live_set_adds_up(analyse(template(key).build(), batch=batch))


def opened(design: Design) -> Design:
    """Every block drawn out."""
    for id, node in tuple(design.nodes.items()):
        if node.layer.is_block:
            inputs = analyse(design).node(id).known_inputs
            assert inputs is not None
            design, _ = expand_block(design, id, inputs)
    return design


def test_every_node_of_a_network_drawn_out_or_not() -> None:
    closed = template("mobilenet_v2").build(width=0.35, resolution=64)
    laid_open = opened(closed)
    for design in (closed, laid_open):
        analysis = analyse(design)
        for id in design.nodes:
            found = live_set(analysis, (id,))
            assert found.step.path[0] == id
            assert found.step.bytes == max(held for path, held in analysis.memory_timeline if path[0] == id)
    in_blocks, drawn_out = (
        sorted(span.bytes for span in live_set(analyse(design)).spans) for design in (closed, laid_open)
    )
    assert in_blocks == drawn_out


def test_any_neighbours_in_a_group() -> None:
    design = template("bottleneck").build(channels=8, out_channels=8, resolution=10)
    parts = [id for id in design.order if design.nodes[id].layer.inputs and design.nodes[id].layer.outputs]
    for start in range(len(parts)):
        for stop in range(start + 1, len(parts) + 1):
            live_set_adds_up(analyse(group(design, parts[start:stop])[0]))


def test_views_take_no_room() -> None:
    nodes = [
        Node(NodeId("x"), Input(2, 3, 3)),
        Node(NodeId("relu"), ReLU()),
        Node(NodeId("as_is"), Linear()),
        Node(NodeId("flat"), Flatten()),
        Node(NodeId("out"), Output()),
    ]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    analysis = analyse(Design.build("views", nodes, wires))
    live_set_adds_up(analysis)
    found = live_set(analysis, (NodeId("flat"),))
    assert [(span.path, span.until) for span in found.spans] == [((NodeId("relu"),), None)]


def test_an_empty_design_has_no_live_set() -> None:
    assert memory_timeline_of(analyse(Design())).largest_live_set() is None
