"""An analysis after an edit is the analysis from nothing; blocks count as their parts; memory as a simulation says."""

from __future__ import annotations

import gc
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.fixes import problems
from designer.edit.bypass import toggle_bypass
from designer.edit.edits import delete
from designer.edit.grouping import expand_block, group
from designer.errors import DesignerError
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.layers.activation import Linear, ReLU6
from designer.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template
from tests.random_designs import designs, values
from tests.small_designs import row
from tests.sound_designs import grouped_designs, sound_designs


def seen(analysis: Analysis) -> tuple[Any, ...]:
    """Everything a reader can ask, in comparable form."""
    design = analysis.design
    return (
        analysis.totals,
        analysis.is_valid,
        [(issue.line(), issue.severity, [fix.label for fix in issue.fixes]) for issue in problems(analysis)],
        {id: (report.inputs, report.outputs, report.cost) for id in design.nodes for report in [analysis.node(id)]},
        {id: analysis.receptive_field(id) for id in design.nodes},
        analysis.memory_timeline,
        analysis.depth,
        analysis.by_layer_type,
    )


def any_edit(draw: st.DataObject, design: Design) -> Design:
    """A parameter set, a node deleted, or a wire removed."""
    ids = list(design.nodes)
    id = draw.draw(st.sampled_from(ids))
    kind = draw.draw(st.sampled_from(["parameter", "parameter", "parameter", "delete", "unplug"]))
    parameters = design.nodes[id].layer.parameters
    if kind == "parameter" and parameters:
        parameter = draw.draw(st.sampled_from(parameters))
        value = draw.draw(values(parameter) | st.just(parameter.default))
        try:
            return design.with_layer(id, design.nodes[id].layer.with_parameter(parameter.name, value))
        except DesignerError:
            return design
    if kind == "delete":
        return delete(design, [id])
    return design.without_wires([wire.target for wire in design.incoming(id)])


@settings(max_examples=60, deadline=None)
@given(grouped_designs() | designs(), st.data())
def test_following_edits_equals_starting_over(design: Design, data: st.DataObject) -> None:
    analysis = analyse(design)
    for _ in range(4):
        if not design.nodes:
            return
        design = any_edit(data, design)
        analysis = analyse(design, analysis)
        assert seen(analysis) == seen(analyse(design))


@settings(max_examples=60, deadline=None)
@given(grouped_designs() | designs(), st.data())
def test_nodes_that_are_not_named_as_changed_are_as_they_were(design: Design, data: st.DataObject) -> None:
    first = analysis = analyse(design)
    for _ in range(3):
        if not design.nodes:
            return
        design = any_edit(data, design)
        asked = data.draw(st.sampled_from(list(design.nodes))) if design.nodes else None
        analysis = analyse(design, analysis)
        if asked is not None:  # only some fields are asked for on the way, as an inspector does
            assert analysis.receptive_field(asked) == analyse(design).receptive_field(asked)
    changed = analysis.changed_since(first)
    if changed is None:
        assert not design.same_structure(first.design)
        return
    for id in set(design.nodes) - set(changed):
        assert design.nodes[id].layer == first.design.nodes[id].layer
        assert analysis.node(id) is first.node(id)
        now, then = ([issue for issue in each.issues if issue.node == id] for each in (analysis, first))
        assert now == then


def test_what_changed_is_forgotten_after_many_edits() -> None:
    design = row(PointwiseConv2d(8), ReLU6())
    first = analysis = analyse(design)
    (id,) = [id for id, node in design.nodes.items() if isinstance(node.layer, PointwiseConv2d)]
    for channels in range(9, 60):
        design = design.with_layer(id, PointwiseConv2d(channels))
        analysis = analyse(design, analysis)
    assert analysis.changed_since(first) is None
    assert analysis.changed_since(analysis) == set()


def laid_open(design: Design) -> Design:
    """The design with every block expanded."""
    while True:
        blocks = [id for id, node in design.nodes.items() if node.layer.is_block]
        if not blocks:
            return design
        inputs = analyse(design).node(blocks[0]).known_inputs
        assert inputs is not None
        design, _ = expand_block(design, blocks[0], inputs)


@settings(max_examples=40, deadline=None)
@given(grouped_designs())
def test_a_block_counts_as_its_parts(design: Design) -> None:
    closed, opened = analyse(design), analyse(laid_open(design))
    assert closed.is_valid
    assert opened.is_valid
    # A block waits for all of its inputs; its parts, laid open, may run before some of them: then other tensors live
    # at once.
    runs_alike = [node.layer for _, node, _ in closed.primitives()] == [n.layer for _, n, _ in opened.primitives()]
    peak = opened.totals.peak_activation_bytes if runs_alike else closed.totals.peak_activation_bytes
    assert closed.totals == replace(opened.totals, peak_activation_bytes=peak)
    assert closed.depth == opened.depth
    assert [kind.cost for kind in closed.by_layer_type] == [kind.cost for kind in opened.by_layer_type]


def test_a_whole_network_counts_as_its_parts() -> None:
    design = template("mobilenet_v2").build()
    assert analyse(design).totals == analyse(laid_open(design)).totals


def _is_view(layer: Layer) -> bool:
    """Whether PyTorch's own call for it, when running, gives the input's memory."""
    return layer.is_bypassed or layer.key in {"flatten", "dropout", "linear_activation"}


def simulated_peak(design: Design) -> int:
    """The most bytes alive, by running through the order and keeping whatever something later still reads.

    Independent of the analysis' lifetimes: at each node, what it reads and writes and what is read later are summed.
    """
    analysis = analyse(design)
    order = [id for id in design.order if design.nodes[id].layer.outputs]
    memory: dict[NodeId, NodeId] = {}  # whose memory a node's result lies in
    for id in order:
        memory[id] = memory[_read_by(design, id)[0]] if _is_view(design.nodes[id].layer) else id
    size = {id: (analysis.node(id).outputs or ())[0].bytes for id in order}
    given = {memory[source] for node in design.output_nodes() for source in design.predecessors[node.id]}
    peak = 0
    for place, id in enumerate(order):
        later = {memory[source] for after in order[place + 1 :] for source in _read_by(design, after)}
        made = {memory[before] for before in order[:place]}
        alive = {memory[source] for source in _read_by(design, id)} | {memory[id]} | (made & (later | given))
        peak = max(peak, sum(size[owner] for owner in alive))
    return peak


def _read_by(design: Design, id: NodeId) -> list[NodeId]:
    """What a node reads: where it is bypassed, only what passes it, which is what reaches its last port."""
    sources = [
        wire.source.node for port in design.nodes[id].layer.inputs if (wire := design.wires.get(PortRef(id, port.name)))
    ]
    return sources[-1:] if design.nodes[id].layer.is_bypassed else sources


@settings(max_examples=60, deadline=None)
@given(sound_designs(), st.data())
def test_peak_memory_with_bypassed_nodes_is_what_a_simulation_finds(design: Design, data: st.DataObject) -> None:
    inner = [id for id in design.nodes if id.startswith("n")]
    for id in data.draw(st.lists(st.sampled_from(inner), min_size=1, max_size=4, unique=True)):
        design = toggle_bypass(design, [id])
    closed, opened = analyse(design), analyse(laid_open(design))
    simulated = simulated_peak(opened.design)
    assert opened.totals.peak_activation_bytes == simulated
    # A block waits for all of its inputs; its parts, laid open, may run before some of them.
    if [node.layer for _, node, _ in closed.primitives()] == [node.layer for _, node, _ in opened.primitives()]:
        assert closed.totals.peak_activation_bytes == simulated


@settings(max_examples=60, deadline=None)
@given(grouped_designs())
def test_peak_memory_is_what_a_simulation_finds(design: Design) -> None:
    closed, opened = analyse(design), analyse(laid_open(design))
    simulated = simulated_peak(opened.design)
    assert opened.totals.peak_activation_bytes == simulated
    # A block waits for all of its inputs; its parts, laid open, may run before some of them.
    if [node.layer for _, node, _ in closed.primitives()] == [node.layer for _, node, _ in opened.primitives()]:
        assert closed.totals.peak_activation_bytes == simulated


def test_two_outputs_of_a_group_can_be_one_memory() -> None:
    nodes = [
        Node(NodeId("input"), Input(8, 12, 12)),
        Node(NodeId("n0"), PointwiseConv2d(8)),
        Node(NodeId("n1"), Linear()),
        Node(NodeId("n2"), PointwiseConv2d(8)),
        Node(NodeId("n3"), PointwiseConv2d(8)),
        Node(NodeId("n4"), PointwiseConv2d(8)),
        Node(NodeId("add"), Add(count=3)),
        Node(NodeId("output"), Output()),
    ]
    wires = [("input", "n0.x"), ("n0", "n1.x"), ("n0", "n2.x"), ("n2", "n3.x"), ("n3", "n4.x")]
    wires += [("n1", "add.a"), ("n4", "add.b"), ("n3", "add.c"), ("add", "output.x")]
    design = Design.build(
        "x",
        nodes,
        [
            Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target.split(".")[0]), target.split(".")[1]))
            for source, target in wires
        ],
    )
    grouped, _ = group(design, [NodeId("n0"), NodeId("n1")])
    grouped = Design.build("x", [grouped.nodes[id] for id in grouped.order], grouped.wires.values())
    assert analyse(grouped).totals.peak_activation_bytes == simulated_peak(laid_open(grouped))


def test_peak_memory_of_the_bottleneck_by_hand() -> None:
    # While ReLU6 works on the expansion: its input and its output, 144×56² floats each, and the input kept for the add.
    analysis = analyse(template("bottleneck").build(batch_norm=False))
    assert analysis.totals.peak_activation_bytes == (144 + 144 + 24) * 56 * 56 * 4


def test_costs_of_the_bottleneck_by_hand() -> None:
    analysis = analyse(template("bottleneck").build(batch_norm=False))
    positions = 56 * 56
    assert analysis.totals.parameters == 24 * 144 + 9 * 144 + 144 * 24
    assert analysis.totals.macs == (24 * 144 + 9 * 144 + 144 * 24) * positions
    # Two comparisons an element for each ReLU6, one addition an element for the residual.
    assert analysis.totals.elementwise == (2 * 2 * 144 + 24) * positions
    assert analysis.totals.flops == 2 * analysis.totals.macs + analysis.totals.elementwise


def test_receptive_fields_by_hand() -> None:
    nodes = [
        Node(NodeId("in"), Input(3, 64, 64)),
        Node(NodeId("a"), Conv2d(4, stride=2)),
        Node(NodeId("b"), DepthwiseConv2d(5)),
        Node(NodeId("c"), Conv2d(4, dilation=2)),
        Node(NodeId("out"), Output()),
    ]
    design = Design.build(
        "x",
        nodes,
        [Wire(PortRef(before.id, "y"), PortRef(after.id, "x")) for before, after in pairwise(nodes)],
    )
    analysis = analyse(design)
    # 3, then 4 taps more at a jump of 2, then a window of 5 (dilated) at a jump of 2.
    assert [analysis.receptive_field(NodeId(id)).size for id in "abc"] == [
        (side, side) for side in (3, 3 + 4 * 2, 3 + 4 * 2 + 4 * 2)
    ]


def broken() -> Design:
    """A bottleneck whose depthwise has a stride, so that its residual does not fit; a tail follows."""
    design = template("bottleneck").build(batch_norm=False)
    return design.with_layer(NodeId("depthwise"), DepthwiseConv2d(stride=2))


def test_a_misfit_is_reported_once_where_it_is_and_the_rest_keeps_its_numbers() -> None:
    analysis = analyse(broken())
    assert [(issue.path, issue.code) for issue in analysis.issues] == [(("add",), "shapes-differ")]
    assert not analysis.is_valid
    assert not analysis.totals.complete
    assert analysis.node(NodeId("add")).outputs is None
    assert analysis.node(NodeId("output")).cost is None
    assert analysis.node(NodeId("project")).outputs is not None
    assert analysis.totals.macs == (24 * 144 * 56 + (9 * 144 + 144 * 24) * 14) * 56


def test_numbers_too_large_to_hold_are_still_counted() -> None:
    design = row(Input(3, 224, 224), PointwiseConv2d(10**9), Output())
    totals = analyse(design).totals
    assert totals.parameters == 3 * 10**9
    assert totals.macs == 3 * 10**9 * 224 * 224


def test_an_input_that_no_wire_outside_feeds_as_yet_is_unknown() -> None:
    inner = row(Input(8, 12, 12), ReLU6(), Output())
    given = analyse(inner, given=(TensorSpec((1, 8, 12, 12)),)).given
    more = inner.with_node(Node(NodeId("another"), Input(3, 9, 9)))
    found = analyse(more, given=given)
    assert found.node(NodeId("another")).outputs is None
    assert found.node(NodeId("n1")).outputs == (TensorSpec((1, 8, 12, 12)),)


@pytest.mark.parametrize("collects", [True, False])
def test_an_analysis_leaves_no_cycles_and_the_collector_as_it_was(collects: bool) -> None:
    gc.collect()
    gc.disable()
    try:
        (gc.enable if collects else gc.disable)()
        analysis = analyse(template("mobilenet_v2").build(width=0.3))
        assert gc.isenabled() == collects
        gc.collect()
        gc.disable()
        _ = seen(analysis), analyse(analysis.design.renamed("another"), previous=analysis).totals
        del analysis
        assert gc.collect() == 0
    finally:
        gc.enable()
