"""Traits found in what layers declare: residuals and what binds depthwise filters."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.design_features import depthwise_filters, has_residual
from designer.edit.edits import connect, delete, place
from designer.edit.grouping import group
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.layers.activation import ReLU6
from designer.templates.networks import template


def of(key: str, **settings: object) -> Analysis:
    return analyse(template(key).build(**settings))


@pytest.mark.parametrize(
    ("key", "settings", "residual"),
    [
        ("mobilenet_v2", {}, True),
        ("mobilenet_v1", {}, False),
        ("separable", {}, False),
        ("bottleneck", {}, True),
        ("bottleneck", {"stride": 2}, False),
        ("bottleneck", {"out_channels": 32}, False),
        ("article_bottleneck", {}, True),
    ],
)
def test_residual(key, settings, residual):
    assert has_residual(of(key, **settings)) is residual


def test_a_residual_in_a_group_counts():
    design = template("bottleneck").build()
    inner = [id for id in design.nodes if id not in {"input", "output"}]

    assert has_residual(analyse(group(design, inner)[0])) is True


def test_a_sum_of_branches_that_do_not_follow_each_other_is_no_residual():
    design = template("bottleneck").build()
    forked, id = place(design, ReLU6(), Point(0, 0))
    forked = connect(forked, PortRef(NodeId("input"), "y"), PortRef(id, "x"))

    assert has_residual(analyse(connect(forked, PortRef(id, "y"), PortRef(NodeId("add"), "a")))) is False


@pytest.mark.parametrize(
    ("key", "settings", "text"),
    [
        ("separable", {"channels": 24}, "24 (= input)"),
        ("bottleneck", {"channels": 24, "expansion": 6.0}, "144 (free)"),
        ("bottleneck", {"channels": 24, "expansion": 4.0, "kernel": 5}, "96 (free)"),
        ("bottleneck", {"channels": 24, "expansion": 1.0}, "24 (= input)"),
        ("mobilenet_v1", {}, "32–1024 (= input)"),  # Howard et al. 2017, table 1: dw 32 to dw 1024
        ("mobilenet_v2", {}, "32–960 (16 of 17 free)"),  # Sandler et al. 2018, table 2: only the first has t = 1
    ],
)
def test_depthwise_filters(key, settings, text):
    filters = depthwise_filters(of(key, **settings))

    assert filters is not None
    assert filters.text == text


def test_no_depthwise_convolution_has_no_filters():
    design = template("bottleneck").build()

    assert depthwise_filters(analyse(delete(design, [NodeId("depthwise")]))) is None


def test_unknown_shapes_have_no_traits():
    analysis = analyse(Design.build("cut", template("bottleneck").build().nodes.values(), []))

    assert has_residual(analysis) is None
    assert depthwise_filters(analysis) is None
