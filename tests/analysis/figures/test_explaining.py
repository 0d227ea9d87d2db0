"""Every explanation adds up to its figure: for each figure, of the design, of blocks and of what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.conventions import PRESETS, THOP, Convention, count
from designer.analysis.explain_count import explain_count
from designer.analysis.explanation import Explanation
from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figure, figures
from designer.analysis.figures.summed import SummedFigure
from designer.analysis.training_memory import Optimiser, training_memory
from designer.edit.grouping import group
from designer.graph.design import Design, Node, NodeId, NodePath, PortRef, Wire
from designer.layers.activation import ReLU
from designer.layers.convolution import DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template
from designer.wording import memory
from tests.arithmetic import evaluate

THIN = "\u202f"


def grouped_twice() -> Design:
    """A bottleneck with its depthwise part in a group, and that group and its neighbours in another."""
    design = template("bottleneck").build(channels=8, out_channels=8, resolution=12)
    inner, first = group(design, [NodeId("depthwise"), NodeId("depthwise_bn")])
    return group(inner, [NodeId("expand_act"), first, NodeId("depthwise_act")])[0]


DESIGNS = {
    "mobilenet_v2": template("mobilenet_v2").build(resolution=96),
    "mobilenet_v1": template("mobilenet_v1").build(width=0.5, padding="tensorflow"),
    "bottleneck": template("bottleneck").build(),
    "article": template("article_bottleneck").build(),
    "grouped": grouped_twice(),
}
designs = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)

COUNTED = [each for each in figures(Scope.NODE) if not each.is_measured]
"""Figures of nodes that no measurement gives."""


def key(figure: Figure) -> str:
    return figure.key


def paths(analysis: Analysis, prefix: NodePath = ()) -> Iterator[NodePath]:
    """The design, every node, and every node inside a block."""
    yield prefix
    for id in analysis.design.order:
        inner = analysis.node(id).inner
        if inner is not None:
            yield from paths(inner, (*prefix, id))
        else:
            yield (*prefix, id)


def adds_up(explanation: Explanation) -> None:
    """Numbers, terms and shares all amount to the value."""
    assert explanation.value is not None
    if explanation.numbers:
        assert evaluate(explanation.numbers) == explanation.value
        assert explanation.symbols
    if explanation.terms:
        assert sum(term.value for term in explanation.terms) == explanation.value
        assert sum(term.share for term in explanation.terms) == pytest.approx(1)
        assert [term.value for term in explanation.terms] == sorted((t.value for t in explanation.terms), reverse=True)
    assert bool(explanation.numbers or explanation.terms) == (explanation.value > 0)
    assert explanation.title
    assert explanation.counted
    assert explanation.source


@designs
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(
    "which", [each for each in COUNTED if each.key not in {"receptive_field", "macs_per_byte"}], ids=key
)
def test_every_figure_everywhere_adds_up(design: Design, which: Figure, batch: int) -> None:
    analysis = analyse(design, batch=batch)
    for path in paths(analysis):
        explanation = which.explain(analysis, path)
        if which.key == "peak_activation_bytes" and len(path) > 1 and path[-1].startswith("x"):
            assert explanation.notes == ("It is no step of its own: it brings in what the block is given.",)
        else:
            adds_up(explanation)


@designs
def test_values_are_the_analysis_values(design: Design) -> None:
    analysis = analyse(design)
    for which in figures():
        if isinstance(which, SummedFigure):
            for path, _, report in analysis.primitives():
                assert which.explain(analysis, path).value == getattr(report.cost, which.key)
        if which.key != "receptive_field" and not which.is_measured:
            assert which.explain(analysis).value == which.of_design(analysis)
    assert figure("peak_activation_bytes").explain(analysis).value == analysis.totals.peak_activation_bytes


@designs
def test_a_node_takes_as_much_memory_as_the_timeline_says(design: Design) -> None:
    analysis = analyse(design)
    for id in design.nodes:
        most = max(held for path, held in analysis.memory_timeline if path[0] == id)
        assert figure("peak_activation_bytes").explain(analysis, (id,)).value == most


@designs
def test_receptive_fields_add_up(design: Design) -> None:
    analysis = analyse(design)
    for id in design.nodes:
        explanation = figure("receptive_field").explain(analysis, (id,))
        size = analysis.receptive_field(id).size
        assert explanation.value == (None if size is None else size[1])
        if explanation.value is None:
            assert explanation.text == "all of the input"
        else:
            adds_up(explanation)


def test_the_line_of_a_depthwise() -> None:
    analysis = analyse(template("bottleneck").build())
    explanation = figure("macs").explain(analysis, (NodeId("depthwise"),))
    assert explanation.title == "MACs of depthwise"
    assert explanation.line == f"k²·C·H·W = 3²·144·56·56 = 4{THIN}064{THIN}256 MACs"
    assert "biases" in explanation.not_counted
    inside = analyse(template("mobilenet_v2").build())
    again = figure("macs").explain(inside, (NodeId("bottleneck_3"), NodeId("depthwise")))
    assert (again.title, again.line) == ("MACs of bottleneck_3 › depthwise", explanation.line)


def test_a_sum_of_three_says_its_parts_and_where_to_look_next() -> None:
    analysis = analyse(template("bottleneck").build())
    explanation = figure("macs").explain(analysis)
    assert explanation.symbols == "expand + project + depthwise"
    assert explanation.numbers.replace(THIN, "") == "10838016 + 10838016 + 4064256"
    assert explanation.terms[2].path == (NodeId("depthwise"),)
    assert explanation.terms[2].detail == figure("macs").explain(analysis, (NodeId("depthwise"),)).line


def test_a_long_sum_shows_the_largest() -> None:
    explanation = figure("macs").explain(analyse(template("mobilenet_v2").build()))
    assert explanation.symbols.endswith(" + 15 others")
    assert len(explanation.terms) == 20
    assert explanation.terms[0].label == "bottleneck_2"
    assert explanation.terms[0].detail == "8 nodes inside"


def test_flops_say_both_their_parts() -> None:
    analysis = analyse(template("mobilenet_v2").build())
    explanation = figure("flops").explain(analysis, (NodeId("classifier"),))
    assert explanation.line.replace(THIN, "") == "2·MACs + element-wise = 2·1280000 + 1000 = 2561000 FLOPs"
    assert [term.label for term in explanation.terms] == ["2 × MACs", "element-wise operations"]


def test_parameters_name_their_tensors() -> None:
    notes = figure("parameters").explain(analyse(template("bottleneck").build()), (NodeId("depthwise_bn"),)).notes
    assert notes[0] == "weight: 144"
    assert notes[2] == "running_mean: 144, kept but not trained"


def test_the_peak_by_hand() -> None:
    # 2×4×4 in, floats: x lives for the add while a (8×4×4) is read and b (8×4×4) is written: 128 + 512 + 512 bytes.
    nodes = [
        Node(NodeId("x"), Input(2, 4, 4)),
        Node(NodeId("a"), PointwiseConv2d(8)),
        Node(NodeId("b"), DepthwiseConv2d()),
        Node(NodeId("c"), PointwiseConv2d(2)),
        Node(NodeId("add"), Add()),
        Node(NodeId("out"), Output()),
    ]
    chain = [("x", "a.x"), ("a", "b.x"), ("b", "c.x"), ("x", "add.a"), ("c", "add.b"), ("add", "out.x")]
    wires = [
        Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target.split(".")[0]), target.split(".")[1]))
        for source, target in chain
    ]
    analysis = analyse(Design.build("by hand", nodes, wires))
    explanation = figure("peak_activation_bytes").explain(analysis)
    assert explanation.value == 1152
    assert explanation.notes[0] == "The most lives in the step of b: 3 tensors at once."
    assert [(term.label, term.value) for term in explanation.terms] == [
        ("a 8×4²", 512),
        ("b 8×4²", 512),
        ("x 2×4²", 128),
    ]
    details = [term.detail.partition("; ")[2] for term in explanation.terms]
    assert details == ["kept until b", "made in this step", "kept until add"]
    # While c runs: b 512, c 128, x 128.
    assert figure("peak_activation_bytes").explain(analysis, (NodeId("c"),)).value == 768


def test_what_a_block_gave_is_not_made_in_the_step_after_it() -> None:
    analysis = analyse(template("mobilenet_v1").build())
    explanation = figure("peak_activation_bytes").explain(analysis, (NodeId("separable_2"), NodeId("depthwise")))
    assert [(term.path[0], term.detail.partition("; ")[2]) for term in explanation.terms if term.path] == [
        ("separable_1", "kept until separable_2"),
        ("separable_2", "made in this step"),
    ]


def test_the_receptive_field_of_mobilenet_v2() -> None:
    # 1 + 2·1 for the stem, then (k − 1)·jump of the 17 depthwise, jumps 2, 2, 4, 4, 8 ×3, 16 ×7, 32 ×3.
    jumps = [2, 2, 4, 4, 8, 8, 8, 16, 16, 16, 16, 16, 16, 16, 32, 32, 32]
    explanation = figure("receptive_field").explain(analyse(template("mobilenet_v2").build()))
    assert explanation.value == 1 + 2 + 2 * sum(jumps) == 491
    assert explanation.notes[0] == "It is that of head: what follows sees every position."


def test_what_sees_everything_says_from_where_on() -> None:
    analysis = analyse(template("mobilenet_v2").build())
    explanation = figure("receptive_field").explain(analysis, (NodeId("classifier"),))
    assert (explanation.value, explanation.notes) == (
        None,
        ("From pool on, each output sees every position of the input.",),
    )


def unknown() -> Analysis:
    nodes = [
        Node(NodeId("x"), Input(6, 8, 8)),
        Node(NodeId("first"), PointwiseConv2d(4)),
        Node(NodeId("shape_error"), GroupedConv2d(9, groups=5)),
        Node(NodeId("after"), ReLU()),
        Node(NodeId("out"), Output()),
    ]
    wires = [Wire(PortRef(before.id, "y"), PortRef(after.id, "x")) for before, after in pairwise(nodes)]
    return analyse(Design.build("unknown", nodes, wires))


@pytest.mark.parametrize("which", COUNTED, ids=key)
@pytest.mark.parametrize("id", ["shape_error", "after"])
def test_the_unknown_is_said_and_never_a_number(which: Figure, id: str) -> None:
    explanation = which.explain(unknown(), (NodeId(id),))
    if which.key == "receptive_field" and id == "shape_error":
        return  # its window is known, though its channels do not fit
    assert explanation.value is None
    assert explanation.text == "–"
    assert explanation.notes[0] == "It is unknown, because a shape on the way is."


def test_an_incomplete_total_says_how_much_is_missing() -> None:
    explanation = figure("macs").explain(unknown())
    assert explanation.value == 6 * 4 * 64
    assert explanation.notes == ("3 nodes of unknown shape not counted.",)


def test_a_path_that_is_none_is_refused() -> None:
    analysis = analyse(template("bottleneck").build())
    for which in figures():
        if not which.is_measured:
            with pytest.raises(KeyError):
                which.explain(analysis, (NodeId("nowhere"),))
            with pytest.raises(KeyError):
                which.explain(analysis, (NodeId("depthwise"), NodeId("expand")))


@designs
@pytest.mark.parametrize("convention", PRESETS, ids=lambda convention: convention.key)
def test_every_convention_adds_up(design: Design, convention: Convention) -> None:
    analysis = analyse(design)
    assert explain_count(analysis, convention).value == count(analysis, convention).total
    for path in paths(analysis):
        explanation = explain_count(analysis, convention, path)
        if explanation.terms:
            assert sum(term.value for term in explanation.terms) == explanation.value
        if explanation.numbers:
            assert evaluate(explanation.numbers) == explanation.value


def test_a_convention_says_what_it_does_with_one_node() -> None:
    explanation = explain_count(analyse(template("bottleneck").build()), THOP, (NodeId("expand_bn"),))
    assert explanation.title == "thop: MACs of expand_bn"
    assert explanation.value == 4 * 144 * 56 * 56
    assert explanation.counted == ("Batch norm: 4 × elements read",)
    assert explanation.notes[-1] == "The model's code: as published (torchvision)."


def test_the_design_s_memory_tells_what_training_holds() -> None:
    analysis = analyse(template("mobilenet_v2").build())
    (note,) = [note for note in figure("peak_activation_bytes").explain(analysis).notes if "training" in note]
    # Kingma and Ba 2015: Adam keeps two moments a parameter, so with the gradient four numbers of four bytes.
    kept = training_memory(analysis, Optimiser.SGD).total_bytes
    assert training_memory(analysis, Optimiser.ADAM).total_bytes - kept == 3_504_872 * 2 * 4
    for optimiser in Optimiser:
        assert f"{optimiser.title} {memory(training_memory(analysis, optimiser).total_bytes)}" in note
    inside = figure("peak_activation_bytes").explain(analysis, (NodeId("bottleneck_2"),))
    assert not [note for note in inside.notes if "training" in note]


def test_macs_per_byte_are_macs_by_bytes_moved() -> None:
    analysis = analyse(template("bottleneck").build())
    found = figure("macs_per_byte").explain(analysis, (NodeId("depthwise"),))
    # 3²·144·56² MACs; the map is read and written, in floats, and 3²·144 weights are read.
    moved = 4 * (2 * 144 * 56 * 56 + 9 * 144)
    assert found.value == pytest.approx(9 * 144 * 56 * 56 / moved)
    assert [evaluate(part) for part in found.numbers.split(" / ")] == [9 * 144 * 56 * 56, moved]
    assert found.text == "1.1 MACs a byte"
    flat = analyse(template("mobilenet_v2").build())
    assert figure("macs_per_byte").explain(flat, (NodeId("flatten"),)).text == "none"
