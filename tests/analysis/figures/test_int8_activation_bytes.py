"""Activation bytes of int8 against a simulation that knows nothing of memory plans: tensors come, are read, and go."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import pytest
from hypothesis import given

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.figures.registry import figure
from designer.edit.edits import set_parameter
from designer.graph.design import Design, Node, NodeId, NodePath, PortRef, Wire
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template
from tests.sound_designs import grouped_designs, sound_designs

FIGURE = figure("int8_activation_bytes")

Value = tuple[NodePath, int]
"""A node that writes, and which of its outputs."""


class Run(NamedTuple):
    """One primitive node when its turn comes.

    Attributes:
        path: The node.
        reads: The values it reads.
        writes: The values it writes, with their elements.
    """

    path: NodePath
    reads: tuple[Value, ...]
    writes: dict[Value, int]


def flattened(analysis: Analysis) -> tuple[list[Run], set[Value]]:
    """The primitive nodes of a design with blocks taken apart, in order, and what the design gives."""
    runs: list[Run] = []
    given = _flatten(analysis, (), None, runs)
    return runs, set(given)


def _flatten(analysis: Analysis, prefix: NodePath, entering: list[Value] | None, runs: list[Run]) -> list[Value]:
    design, given = analysis.design, list[Value]()
    at: dict[NodeId, list[Value]] = {}
    sources = [node.id for node in design.input_nodes()]
    for id in design.order:
        layer, report = design.nodes[id].layer, analysis.node(id)
        reads = [at[feed.node][feed.output] for feed in design.feeds[id] if feed is not None]
        path = (*prefix, id)
        if entering is not None and id in sources:
            at[id] = [entering[sources.index(id)]]
        elif report.inner is not None:
            at[id] = _flatten(report.inner, path, reads, runs)
        elif not layer.outputs:
            given += reads
            if not prefix:
                runs.append(Run(path, tuple(reads), {}))
        elif report.is_view and len(layer.outputs) == 1 and reads:
            at[id] = [reads[layer.passed_input if layer.is_bypassed else 0]]
            runs.append(Run(path, (reads[layer.passed_input if layer.is_bypassed else 0],), {}))
        else:
            outputs = report.outputs or ()
            at[id] = [(path, place) for place in range(len(outputs))]
            written = {value: prod(spec.shape) for value, spec in zip(at[id], outputs, strict=True)}
            runs.append(Run(path, tuple(reads), written))
    return given


def simulated_peak(analysis: Analysis) -> int:
    """The most bytes there ever are, one an element: what is written stays until nobody reads it any more."""
    runs, given = flattened(analysis)
    memory: dict[Value, int] = {}
    most = 0
    for place, run in enumerate(runs):
        memory |= run.writes
        most = max(most, sum(memory.values()))
        later = given.union(*(after.reads for after in runs[place + 1 :]))
        memory = {value: size for value, size in memory.items() if value in later}
    return most


TEMPLATES = ["bottleneck", "separable", "article_bottleneck", "mobilenet_v1", "mobilenet_v2"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_peak_is_that_of_a_run(name: str) -> None:
    analysis = analyse(template(name).build())
    assert FIGURE.of_design(analysis) == simulated_peak(analysis) > 0


@given(sound_designs())
def test_the_peak_of_any_design_is_that_of_a_run(design: Design) -> None:
    analysis = analyse(design)
    assert FIGURE.of_design(analysis) == simulated_peak(analysis)


@given(grouped_designs())
def test_the_peak_of_blocks_in_blocks_is_that_of_a_run(design: Design) -> None:
    analysis = analyse(design)
    assert FIGURE.of_design(analysis) == simulated_peak(analysis)


def test_the_peak_and_the_outputs_by_hand() -> None:
    # x (2×4×4) lives for the add while b reads a (8×4×4) and writes as much: 32 + 128 + 128 bytes.
    nodes = [
        Node(NodeId("x"), Input(2, 4, 4)),
        Node(NodeId("a"), PointwiseConv2d(8)),
        Node(NodeId("b"), DepthwiseConv2d()),
        Node(NodeId("c"), PointwiseConv2d(2)),
        Node(NodeId("add"), Add()),
        Node(NodeId("flat"), Flatten()),
        Node(NodeId("out"), Output()),
    ]
    chain = ["x a.x", "a b.x", "b c.x", "x add.a", "c add.b", "add flat.x", "flat out.x"]
    ends = [(source, *target.split(".")) for source, target in (pair.split() for pair in chain)]
    wires = [Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(id), port)) for source, id, port in ends]
    analysis = analyse(Design.build("by hand", nodes, wires))
    assert FIGURE.of_design(analysis) == 288
    outputs = {id: FIGURE.of_node(analysis, (NodeId(id),)) for id in ("x", "a", "b", "c", "add", "flat", "out")}
    assert outputs == {"x": 32, "a": 128, "b": 128, "c": 32, "add": 32, "flat": 0, "out": 0}, "a flatten writes nothing"
    assert FIGURE.explain(analysis, (NodeId("a"),)).line == "C·H·W = 8·4·4 = 128 bytes"
    parts = [(term.label, term.value) for term in FIGURE.explain(analysis).terms]
    assert parts == [("a 8×4²", 128), ("b 8×4²", 128), ("x 2×4²", 32)]


def test_a_batch_is_counted() -> None:
    design = template("bottleneck").build()
    once, thrice = analyse(design), analyse(design, batch=3)
    assert FIGURE.of_design(thrice) == 3 * (FIGURE.of_design(once) or 0)


def test_it_follows_an_edit() -> None:
    design = template("mobilenet_v2").build(resolution=96)
    before = analyse(design)
    after = analyse(set_parameter(design, [NodeId("bottleneck_2")], "expansion", 12.0), before)
    assert FIGURE.of_design(after) == simulated_peak(after) != FIGURE.of_design(before)


def test_of_unknown_shape_it_is_unknown() -> None:
    cut = analyse(Design.build("cut", template("bottleneck").build().nodes.values(), []))
    assert FIGURE.known_of_design(cut) is None
    assert FIGURE.of_node(cut, (NodeId("expand"),)) is None
