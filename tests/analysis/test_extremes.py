"""Designs at the edge of what can be: sides far apart, counts without end, layers that are switched off."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.analysis.compare import compare
from designer.analysis.fixes import problems
from designer.graph.bypass import bypassed
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer, UnknownLayer
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.layers.pooling import GlobalAveragePool
from designer.templates.networks import template, templates
from designer.wording import count, memory, short


def wire(source: str, target: str, port: str = "x") -> Wire:
    return Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target), port))


def node(id: str, layer: Layer) -> Node:
    return Node(NodeId(id), layer)


@pytest.mark.parametrize("merge", [Add(), Concatenate()])
def test_sides_that_differ_more_than_a_stride_can_have_no_fix_by_a_stride(merge: Layer) -> None:
    nodes = [node("x", Input(8, 224, 224)), node("gap", GlobalAveragePool()), node("m", merge), node("y", Output())]
    wires = [wire("x", "gap"), wire("x", "m", "a"), wire("gap", "m", "b"), wire("m", "y")]
    analysis = analyse(Design.build("far apart", nodes, wires))
    (issue,) = [each for each in problems(analysis) if each.where == "m"]
    assert issue.code in ("shapes-differ", "sides-differ")
    assert not any("1×1" in fix.label for fix in issue.fixes)
    for fix in issue.fixes:
        assert analyse(fix.edit(analysis.design)) is not None


def test_channels_beyond_a_convolutions_range_have_no_fix_by_channels() -> None:
    """2³¹ channels reach one side: no convolution has as many."""
    nodes = [node("x", Input(2**31 - 1, 1, 1)), node("c", Concatenate()), node("p", PointwiseConv2d(4))]
    nodes += [node("m", Add()), node("y", Output())]
    wires = [wire("x", "c", "a"), wire("x", "c", "b"), wire("x", "p"), wire("c", "m", "a"), wire("p", "m", "b")]
    analysis = analyse(Design.build("wide", nodes, [*wires, wire("m", "y")]))
    (issue,) = [each for each in problems(analysis) if each.code == "shapes-differ"]
    assert not any("channels to" in fix.label for fix in issue.fixes)


def test_counts_past_64_bits_are_a_problem_at_the_first_node_that_has_them() -> None:
    ports = "abcdefgh"
    names = [f"c{index}" for index in range(400)]
    nodes = [node("x", Input()), *(node(name, Concatenate(8)) for name in names), node("y", Output())]
    wires = [wire(before, name, port) for before, name in zip(["x", *names], names, strict=False) for port in ports]
    analysis = analyse(Design.build("many", nodes, [*wires, wire(names[-1], "y")]))
    (issue,) = analysis.issues
    # 3 · 224² · 8ⁿ passes 2⁶³ at n = 16.
    assert (issue.code, issue.where) == ("too-large", "c15")
    assert compare([analysis, analysis]).rows


@pytest.mark.parametrize("word", [short, memory])
def test_numbers_beyond_every_float_have_a_word(word: object) -> None:
    assert callable(word)
    assert "∞" in word(10**400)
    assert word(-(10**400)).startswith("−")
    assert count(10**30).count("\u202f") == 10


@pytest.mark.parametrize("made", templates(), ids=lambda each: each.key)
def test_any_layer_of_any_template_can_be_switched_off(made: object) -> None:
    design = template(made.key).build()  # type: ignore[attr-defined]
    before = analyse(design)
    for id, each in design.nodes.items():
        if not each.layer.inputs or len(each.layer.outputs) != 1:
            continue
        after = analyse(design.with_layer(id, bypassed(each.layer)))
        kinds = after.by_layer_type
        assert all(isinstance(kind.title, str) and isinstance(kind.key, str) for kind in kinds)
        if after.totals.complete:
            assert each.layer.key in {kind.key for kind in kinds}
        compare([before, after])


def test_an_unknown_layer_that_is_switched_off_is_counted_as_unknown() -> None:
    unknown = UnknownLayer("from_later", "{}", ("x",), ("y",), "this version does not know it")
    nodes = [node("x", Input()), node("u", bypassed(unknown)), node("y", Output())]
    analysis = analyse(Design.build("later", nodes, [wire("x", "u"), wire("u", "y")]))
    assert [kind.title for kind in analysis.by_layer_type] == ["Unknown layer"]
    compare([analysis, analysis])
