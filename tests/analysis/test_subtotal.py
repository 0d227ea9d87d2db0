"""What some nodes cost together, held against hand counts and against the whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.analysis.figures.figure import Scope
from designer.analysis.figures.registry import figures
from designer.analysis.subtotal import added_figures, subtotal
from designer.graph.design import Design, NodeId
from designer.templates.networks import template
from tests.sound_designs import sound_designs


def ids(*names: str) -> list[NodeId]:
    return [NodeId(name) for name in names]


def test_sums_and_shares_by_hand() -> None:
    analysis = analyse(template("bottleneck").build())
    found = subtotal(analysis, ids("expand", "depthwise"), {"expand": 0.2, "depthwise": 0.3, "project": 0.5})
    # 24·144 weights at 56² places, and 9·144; the whole has two such 1×1 and three norms of 2·144, 2·144 and 2·24.
    assert found.parts["parameters"] == (3456 + 1296, (3456 + 1296) / (2 * 3456 + 1296 + 288 + 288 + 48))
    assert found.parts["macs"] == ((3456 + 1296) * 56**2, (3456 + 1296) / (2 * 3456 + 1296))
    assert tuple(found.parts["latency_s"]) == pytest.approx((0.5e-3, 0.5))
    assert found.is_complete


def test_what_was_not_measured_is_unknown_and_not_nothing() -> None:
    analysis = analyse(template("bottleneck").build())
    assert subtotal(analysis, ids("expand"), {}).parts["latency_s"] == (None, None)
    assert subtotal(analysis, ids("expand"), {"project": 1.0}).parts["latency_s"] == (None, None)
    acts = subtotal(analysis, ids("expand_act"), {})
    assert acts.parts["parameters"] == (0, 0.0)


def test_a_node_without_shapes_makes_it_incomplete() -> None:
    design = template("bottleneck").build()
    cut = design.without_wires([target for target in design.wires if target.node == "depthwise"])
    found = subtotal(analyse(cut), ids("expand", "depthwise"), {})
    assert not found.is_complete
    assert found.parts["parameters"].value == 3456


@settings(max_examples=40, deadline=None)
@given(sound_designs(), st.data())
def test_parts_add_up_to_the_whole(design: Design, data: st.DataObject) -> None:
    analysis = analyse(design)
    some = data.draw(st.sets(st.sampled_from(list(design.nodes))))
    rest = set(design.nodes) - some
    parts = [subtotal(analysis, chosen, {}) for chosen in (some, rest)]
    for each in figures(Scope.NODE):
        if each.adds_up and not each.is_measured:
            assert sum(each.of_node(analysis, (id,)) or 0 for id in design.nodes) == each.of_design(analysis)
    for each in added_figures():
        if not each.is_measured:
            assert sum(part.parts[each.key].value or 0 for part in parts) == each.of_design(analysis)
