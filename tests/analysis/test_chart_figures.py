"""Shares and fronts: the whole is whole, and the front is what a search by hand finds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.analysis.chart_figures import mac_shares, time_shares
from designer.analysis.pareto import pareto_front
from designer.edit.edits import delete
from designer.graph.design import NodeId, NodePath
from designer.layers.registry import lookup
from designer.templates.networks import template

FIGURES = st.one_of(st.none(), st.integers(0, 4).map(float))


@given(st.lists(st.tuples(FIGURES, FIGURES), max_size=12))
def test_on_the_front_is_what_no_other_beats(points):
    front = pareto_front(points)

    def beats(one, other):
        return one[0] <= other[0] and one[1] <= other[1] and one != other

    known = [index for index, point in enumerate(points) if None not in point]
    assert set(front) == {index for index in known if not any(beats(points[other], points[index]) for other in known)}
    assert [points[index][0] for index in front] == sorted(points[index][0] for index in front)
    assert len(set(front)) == len(front)


def test_mac_shares_are_the_whole_design():
    analysis = analyse(template("mobilenet_v2").build())
    shares = mac_shares(analysis)

    assert sum(kind.value for kind in shares) == analysis.totals.macs
    assert math.isclose(sum(kind.share for kind in shares), 1.0)
    assert [kind.value for kind in shares] == sorted((kind.value for kind in shares), reverse=True)
    assert shares[0].title == lookup("pointwise_conv2d").title


def test_nothing_has_no_shares():
    design = template("bottleneck").build()
    idle = delete(design, [NodeId("expand"), NodeId("depthwise"), NodeId("project")])

    assert mac_shares(analyse(idle)) == ()


def test_time_shares_sum_by_kind():
    analysis = analyse(template("bottleneck").build())
    times: dict[NodePath, float] = {
        (NodeId("expand"),): 3.0,
        (NodeId("project"),): 1.0,
        (NodeId("depthwise"),): 4.0,
        (NodeId("gone"),): 9.0,
    }

    shares = {kind.key: (kind.value, kind.share) for kind in time_shares(analysis, times)}

    assert shares == {"pointwise_conv2d": (4.0, 0.5), "depthwise_conv2d": (4.0, pytest.approx(0.5))}
