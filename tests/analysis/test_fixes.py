"""Fixes that are offered: they fix, reach into groups, and are what a person would do first."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pytest
from hypothesis import given, settings

from designer.analysis.analysis import analyse
from designer.analysis.fixes import problems
from designer.edit.grouping import group
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.window import Padding
from designer.issue_code import IssueCode
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Concatenate
from designer.layers.pooling import AveragePool, MaxPool
from designer.layers.shaping import Split
from designer.templates.networks import template
from tests.random_designs import designs
from tests.small_designs import row


def broken() -> Design:
    """A bottleneck whose depthwise has a stride, so that its residual does not fit; a tail follows."""
    design = template("bottleneck").build(batch_norm=False)
    return design.with_layer(NodeId("depthwise"), DepthwiseConv2d(stride=2))


def test_the_stride_that_tore_the_residual_can_be_taken_away() -> None:
    (issue,) = problems(analyse(broken()))
    labels = [fix.label for fix in issue.fixes]
    assert labels == [
        "Set depthwise's stride to 1",
        "Add a 1×1 with stride 2 on the shortcut",
        "Remove the residual",
    ]


def test_channels_that_differ_are_fixed_where_they_were_chosen_before_a_layer_is_added() -> None:
    design = template("bottleneck").build(batch_norm=False)
    (issue,) = problems(analyse(design.with_layer(NodeId("project"), PointwiseConv2d(32))))
    assert [fix.label for fix in issue.fixes] == [
        "Set project's channels to 24",
        "Add a 1×1 to 32 channels on the shortcut",
        "Add a 1×1 to 24 channels on the main path",
        "Remove the residual",
    ]


def test_maps_of_different_sizes_are_joined_without_the_stride_or_with_another() -> None:
    (issue,) = problems(analyse(broken().with_layer(NodeId("add"), Concatenate())))
    assert [fix.label for fix in issue.fixes] == [
        "Set depthwise's stride to 1",
        "Add a 1×1 with stride 2 in front of input a",
    ]


def test_every_fix_offered_fixes() -> None:
    for design in (broken(), template("article_bottleneck").build(depth=32)):
        (issue,) = problems(analyse(design))
        assert len(issue.fixes) >= 2
        for fix in issue.fixes:
            assert analyse(fix.edit(design)).is_valid, fix.label
            assert fix.label[0].lower() + fix.label[1:] in issue.advice


@settings(max_examples=60, deadline=None)
@given(designs())
def test_every_fix_of_any_design_removes_its_problem(design: Design) -> None:
    for issue in problems(analyse(design)):
        for fix in issue.fixes:
            after = analyse(fix.edit(design))
            again = {(each.code, each.path, each.port, each.output) for each in after.issues}
            assert (issue.code, issue.path, issue.port, issue.output) not in again, fix.label


def test_each_loose_output_of_a_split_is_a_problem_of_its_own_and_named() -> None:
    split, end = NodeId("split_0"), NodeId("output_1")
    nodes = [Node(NodeId("input"), Input(2, 8, 8)), Node(split, Split((1, 1))), Node(end, Output())]
    design = Design.build("", nodes, [Wire(PortRef(NodeId("input"), "y"), PortRef(split, "x"))])
    loose = [each for each in problems(analyse(design)) if each.code == IssueCode.DEAD_END]
    assert [(each.output, each.what) for each in loose] == [
        (PortRef(split, port), f"its output '{port}' goes nowhere") for port in "ab"
    ]
    ended = analyse(loose[0].fixes[0].edit(design))
    assert [each.output for each in ended.issues if each.code == IssueCode.DEAD_END] == [PortRef(split, "b")]


@pytest.mark.parametrize(
    "layer", [Conv2d(4, 4), DepthwiseConv2d(4), MaxPool(4), AveragePool(4)], ids=lambda each: each.key
)
def test_the_padding_advised_for_an_even_window_is_one_the_layer_has(layer: Any) -> None:
    design = row(Input(), layer.with_parameter("padding", Padding.SYMMETRIC), Output())
    issue = next(issue for issue in problems(analyse(design)) if issue.code == "even-symmetric")
    advised = Padding(issue.why.partition("padding '")[2].partition("'")[0])
    assert analyse(row(Input(), layer.with_parameter("padding", advised), Output())).is_valid
    assert any(f"adding to {advised.title}" in fix.label for fix in issue.fixes)


def test_a_fix_inside_a_group_is_tried_with_the_shapes_that_reach_it_and_reaches_in_from_outside() -> None:
    design = row(Input(32, 56, 56), GroupedConv2d(32, groups=5), Output())
    grouped, id = group(design, [NodeId("n1")])
    (issue,) = problems(analyse(grouped))
    assert issue.path == (id, "n1")
    (plain,) = problems(analyse(design))
    assert [fix.label for fix in issue.fixes] == [fix.label for fix in plain.fixes] != []
    fixed = issue.fixes[0].edit(grouped)
    assert analyse(fixed).issues == ()
    assert analyse(fixed).totals == analyse(plain.fixes[0].edit(design)).totals


def test_what_was_tried_goes_with_the_analysis() -> None:
    analysis = analyse(broken())
    assert problems(analysis) is not None
    gone = ref(analysis)
    del analysis
    gc.collect()
    assert gone() is None
