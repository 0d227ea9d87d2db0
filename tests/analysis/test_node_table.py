"""Node by node: partners in one row, differences that add up to the difference of the designs."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.analysis.cost import added
from designer.analysis.node_table import NodeState, node_table
from designer.edit.edits import delete, set_parameter
from designer.edit.grouping import group
from designer.edit.splice import place_on_wire
from designer.graph.design import NodeId, PortRef
from designer.layers.blocks import Bottleneck, Group
from designer.templates.networks import template
from tests.matching.edited_designs import scrambled

EXPANDED = NodeId("bottleneck_3")


def test_partners_stand_in_one_row_with_what_differs():
    before = template("mobilenet_v2").build()
    after = set_parameter(before, [EXPANDED], "expansion", 4.0)
    rows = node_table([analyse(before), analyse(scrambled(Random(1), after))])

    changed = [row for row in rows if row.cells[1].state is not NodeState.SAME]

    assert len(rows) == len(before.nodes)
    assert [row.cells[0].id for row in rows] == list(before.order)
    assert [(row.cells[0].id, row.cells[1].fields) for row in changed] == [(EXPANDED, ("expansion 6 → 4",))]
    assert changed[0].cells[1].difference is not None
    assert changed[0].cells[1].difference.macs < 0


def test_added_and_missing_nodes_have_rows_of_their_own():
    before = template("mobilenet_v2").build()
    shorter = delete(before, [NodeId("bottleneck_9")])
    longer, id = place_on_wire(before, Bottleneck(6.0, 64), PortRef(NodeId("bottleneck_9"), "x"))

    rows = node_table([analyse(each) for each in (before, shorter, longer)])
    states = {(row.cells[0].id, row.cells[1].state, row.cells[2].state) for row in rows}

    assert len(rows) == len(before.nodes) + 1
    assert (NodeId("bottleneck_9"), NodeState.MISSING, NodeState.SAME) in states
    place = [row.cells[2].id for row in rows].index(id)
    assert rows[place].cells[0].state is NodeState.MISSING
    assert rows[place].cells[2].state is NodeState.ADDED
    assert [rows[place - 1].cells[0].id, rows[place + 1].cells[0].id] == ["bottleneck_8", "bottleneck_9"]


@given(st.sampled_from(["mobilenet_v1", "mobilenet_v2"]), st.sampled_from([0.5, 0.75, 1.0]), st.integers(0, 1))
def test_the_differences_add_up_to_that_of_the_designs(key, width, baseline):
    analyses = [analyse(template("mobilenet_v2").build()), analyse(template(key).build(width=width))]
    rows = node_table(analyses, baseline)

    for column, analysis in enumerate(analyses):
        differences = [row.cells[column].difference for row in rows]
        assert None not in differences
        total = added(difference for difference in differences if difference is not None)
        assert total == tuple(
            mine - theirs for mine, theirs in zip(analysis.cost, analyses[baseline].cost, strict=True)
        )


def test_what_changed_inside_a_group_is_said_in_its_row():
    before, id = group(template("bottleneck").build(), [NodeId("depthwise"), NodeId("depthwise_bn")])
    body = before.nodes[id].layer.body
    assert body is not None
    after = before.with_layer(id, Group(set_parameter(body, [NodeId("depthwise")], "kernel_size", 5)))

    (row,) = [row for row in node_table([analyse(before), analyse(after)]) if row.cells[0].id == id]

    assert row.cells[1].state is NodeState.CHANGED
    assert row.cells[1].fields == ("depthwise / kernel size 3 → 5",)
