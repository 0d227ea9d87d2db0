"""Groups with parameters: a bottleneck drawn of primitives with formulas is the declared one, whatever its numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.recognising import recognise
from designer.analysis.report import problem_lines
from designer.edit.document import Command, Document
from designer.edit.edits import set_condition, set_formula, set_parameter
from designer.edit.grouping import expand_block, group
from designer.edit.inside import InsideGroup, Setting
from designer.errors import DesignFileError, ParameterError
from designer.files.design_json import dumps, loads
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.parameter import Parameter
from designer.graph.tensor import TensorSpec
from designer.layers.activation import ReLU6
from designer.layers.blocks import Bottleneck, Group
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.layers.own_parameters import own_parameter
from designer.matching.differences_in_words import difference_lines
from designer.matching.matching import match_designs
from tests.small_designs import row

PARAMETERS: tuple[Parameter, ...] = (
    own_parameter("t", "number", "6", 0.1, 64),
    own_parameter("c", "integer", "24", 1, 4096),
    own_parameter("k", "integer", "3", 1, 31),
    own_parameter("s", "integer", "1", 1, 4),
)


def drawn_body() -> Design:
    """The paper's bottleneck of primitives: fields are formulas, expansion and residual are there on conditions."""
    nodes = [
        Node(NodeId("x"), Input()),
        Node(NodeId("expand"), PointwiseConv2d(8)).with_formula("out_channels", "round(t * in)"),
        Node(NodeId("expand_bn"), BatchNorm()),
        Node(NodeId("expand_act"), ReLU6()),
        Node(NodeId("depthwise"), DepthwiseConv2d()).with_formula("kernel_size", "k").with_formula("stride", "s"),
        Node(NodeId("depthwise_bn"), BatchNorm()),
        Node(NodeId("depthwise_act"), ReLU6()),
        Node(NodeId("project"), PointwiseConv2d(8)).with_formula("out_channels", "c"),
        Node(NodeId("project_bn"), BatchNorm()),
        replace(Node(NodeId("add"), Add()), condition="s == 1 and c == in"),
        Node(NodeId("y"), Output()),
    ]
    nodes = [replace(node, condition="t != 1") if node.id.startswith("expand") else node for node in nodes]
    chain = [node for node in nodes if node.id not in ("add", "y")]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(chain)]
    shortcut, main = (port.name for port in Add().inputs)
    wires += [
        Wire(PortRef(NodeId("x"), "y"), PortRef(NodeId("add"), shortcut)),
        Wire(PortRef(NodeId("project_bn"), "y"), PortRef(NodeId("add"), main)),
        Wire(PortRef(NodeId("add"), "y"), PortRef(NodeId("y"), "x")),
    ]
    return Design.build("Drawn bottleneck", nodes, wires, parameters=PARAMETERS)


def drawn(**values: float) -> Group:
    made = Group(drawn_body())
    for name, value in values.items():
        made = made.with_parameter(name, value)
    return made


def around(layer: Group | Bottleneck, channels: int = 24, side: int = 28) -> Analysis:
    return analyse(row(Input(channels, side, side), layer, Output()))


@settings(max_examples=60, deadline=None)
@given(
    t=st.sampled_from([1, 2, 3, 6, 0.5]),
    c=st.integers(1, 64),
    k=st.sampled_from([1, 3, 5]),
    s=st.integers(1, 2),
    channels=st.sampled_from([2, 8, 24]),
)
def test_it_is_the_declared_bottleneck(t: float, c: int, k: int, s: int, channels: int) -> None:
    ours = around(drawn(t=float(t), c=c, k=k, s=s), channels)
    theirs = around(Bottleneck(expansion=t, out_channels=c, kernel_size=k, stride=s), channels)
    assert ours.is_valid
    assert theirs.is_valid
    for name in ("parameters", "macs", "elementwise"):
        assert getattr(ours.totals, name) == getattr(theirs.totals, name), name
    assert ours.node(NodeId("n1")).outputs == theirs.node(NodeId("n1")).outputs


def test_its_parameters_are_its_form() -> None:
    layer = drawn(t=4.0)
    assert [each.name for each in layer.parameters] == ["t", "c", "k", "s"]
    assert (layer.t, layer.c) == (4.0, 24)
    assert layer.with_parameter("t", 6.0) == drawn()
    assert layer != drawn()
    with pytest.raises(ParameterError, match="did you mean"):
        layer.with_parameter("tt", 3)
    with pytest.raises(ParameterError, match="out of range"):
        layer.with_parameter("c", 0)


def test_a_file_keeps_formulas_parameters_and_conditions() -> None:
    design = row(Input(24, 28, 28), drawn(t=4.0, s=2), Output())
    text = dumps(design)
    assert '"formulas": {"out_channels": "round(t * in)"}' in text
    assert '"condition": "t != 1"' in text
    again = loads(text)
    assert again == design
    assert dumps(again) == text
    assert again.digest == design.digest != row(Input(24, 28, 28), drawn(t=3.0, s=2), Output()).digest


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("out_channels", "t * inn", "no parameter 'inn'"),
        ("out_channels", "in / (s - 1)", "divides by zero"),
        ("out_channels", "in - in", "0 is out of range"),
        ("out_channels", "in * 1000000000", "out of range"),
        ("out_channels", "in / 5", "4.8 is no whole number"),
        ("out_channels", "'wide'", "no value of it"),
    ],
)
def test_a_formula_that_cannot_be_is_a_problem_in_words(field: str, text: str, words: str) -> None:
    body = set_formula(drawn_body(), [NodeId("project")], field, text)
    analysis = analyse(row(Input(24, 28, 28), Group(body), Output()))
    assert not analysis.is_valid
    said = " ".join(problem_lines(analysis))
    assert "out_channels of project" in said
    assert words in said


def test_a_parameter_that_was_deleted_is_named() -> None:
    body = drawn_body().parametrised([each for each in PARAMETERS if each.name != "c"])
    said = " ".join(problem_lines(analyse(row(Input(24, 28, 28), Group(body), Output()))))
    assert "no parameter 'c'" in said


def test_what_flows_into_a_node_is_here() -> None:
    body = set_formula(drawn_body(), [NodeId("project")], "out_channels", "here // 2")
    analysis = analyse(row(Input(24, 28, 28), Group(body).with_parameter("s", 2), Output()))
    assert analysis.node(NodeId("n1")).outputs[0].channels == 72  # type: ignore[index]


def test_a_value_takes_the_place_of_a_formula_and_undo_brings_it_back() -> None:
    document = Document(row(Input(24, 28, 28), drawn(), Output()))
    path = (NodeId("n1"),)
    inside = InsideGroup(document, path, Setting(drawn().own_values, document.design.nodes[path[0]].layer.body and ()))
    before = document.design
    inside.apply(Command("x", lambda design: set_parameter(design, [NodeId("expand")], "out_channels", 10)))
    assert inside.design.nodes[NodeId("expand")].formula("out_channels") == ""
    document.undo()
    assert document.design == before
    inside.apply(Command("x", lambda design: set_condition(design, [NodeId("add")], "")))
    assert not inside.design.nodes[NodeId("add")].condition


def test_inside_a_group_fields_show_what_their_formulas_give() -> None:
    layer = drawn(t=4.0)
    document = Document(row(Input(24, 28, 28), layer, Output()))
    analysis = analyse(document.design)
    inputs = analysis.node(NodeId("n1")).inputs
    inside = InsideGroup(document, (NodeId("n1"),), Setting(layer.own_values, inputs))
    assert inside.design.nodes[NodeId("expand")].layer.out_channels == 96  # type: ignore[attr-defined]
    inner = analysis.node(NodeId("n1")).inner
    assert inner is not None
    assert inner.design is inside.design


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"t * in"', '"t *"'), "cannot be read"),
        (('"kind": "integer"', '"kind": "whole"'), "no kind of parameter"),
        (('"name": "k"', '"name": "in"'), "something else by that name"),
        (('"name": "k"', '"name": "body"'), "already"),
        (('"name": "k"', '"name": "t"'), "two parameters are called 't'"),
        (('"low": 1, "high": 31', '"low": 40, "high": 31'), "no number is between"),
        (('"out_channels": "c"', '"out_chanels": "c"'), "out_chanels"),
        (('"condition": "t != 1"', '"condition": "open(1)"'), "cannot be called"),
        (('"parameters": {"t": 4.0', '"parameters": {"q": 4.0'), "no such parameter"),
    ],
)
def test_a_file_that_does_not_hold_is_refused_with_its_line(change: tuple[str, str], words: str) -> None:
    text = dumps(row(Input(24, 28, 28), drawn(t=4.0), Output())).replace("round(t * in)", "t * in")
    assert change[0] in text
    with pytest.raises(DesignFileError, match=words):
        loads(text.replace(*change, 1))


def test_expanding_leaves_the_numbers_and_no_formula() -> None:
    design = row(Input(24, 28, 28), drawn(t=4.0, s=2), Output())
    before = analyse(design)
    expanded, ids = expand_block(design, NodeId("n1"), (TensorSpec((1, 24, 28, 28)),))
    after = analyse(expanded)
    assert after.is_valid
    assert after.totals.parameters == before.totals.parameters
    assert after.totals.macs == before.totals.macs
    assert not any(expanded.nodes[id].formulas or expanded.nodes[id].condition for id in ids)


def test_a_group_within_a_group_is_told_its_parameters() -> None:
    body = drawn_body()
    some = [NodeId("depthwise"), NodeId("depthwise_bn"), NodeId("depthwise_act")]
    grouped, id = group(body, some)
    assert grouped.nodes[id].formula("s") == "s"
    for s in (1, 2):
        ours, theirs = around(Group(grouped).with_parameter("s", s)), around(drawn(s=s))
        assert ours.is_valid
        assert ours.totals.macs == theirs.totals.macs


def test_a_difference_names_formulas_parameters_and_conditions() -> None:
    before = row(Input(24, 28, 28), drawn(), Output())
    body = set_condition(
        set_formula(drawn_body(), [NodeId("expand")], "out_channels", "round8(t * in)"), [NodeId("add")], ""
    )
    after = row(Input(24, 28, 28), Group(body).with_parameter("t", 4.0), Output())
    said = "\n".join(difference_lines(before, after, match_designs(before, after)))
    assert "formula of out channels round(t * in) → round8(t * in)" in said
    assert "condition s == 1 and c == in → none" in said
    assert "t 6 → 4" in said


@settings(max_examples=25, deadline=None)
@given(t=st.sampled_from([1.0, 2.0, 6.0]), c=st.sampled_from([16, 24]), k=st.sampled_from([3, 5]), s=st.integers(1, 2))
def test_drawn_out_it_is_recognised_as_the_declared_bottleneck(t: float, c: int, k: int, s: int) -> None:
    design = row(Input(24, 28, 28), drawn(t=t, c=c, k=k, s=s), Output())
    expanded, _ = expand_block(design, NodeId("n1"), (TensorSpec((1, 24, 28, 28)),))
    found = [node.layer for node in recognise(expanded).design.nodes.values() if node.layer.is_block]
    assert found == [Bottleneck(expansion=t, out_channels=c, kernel_size=k, stride=s)]


def test_what_is_switched_off_is_not_worked_out() -> None:
    body = set_formula(drawn_body(), [NodeId("expand")], "out_channels", "in // (t - 1)")
    assert analyse(row(Input(24, 28, 28), Group(body).with_parameter("t", 1.0), Output())).is_valid


def test_a_long_row_before_a_formula_is_no_trouble() -> None:
    many = [Node(NodeId(f"act_{place}"), ReLU6()) for place in range(1500)]
    last = Node(NodeId("wide"), PointwiseConv2d(8)).with_formula("out_channels", "here * 2")
    nodes = [Node(NodeId("x"), Input()), *many, last, Node(NodeId("y"), Output())]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    analysis = analyse(row(Input(4, 2, 2), Group(Design.build("Long", nodes, wires)), Output()))
    assert analysis.is_valid
    assert analysis.node(NodeId("n1")).outputs[0].channels == 8  # type: ignore[index]
