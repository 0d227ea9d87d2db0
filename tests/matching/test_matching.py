"""Matching: equal designs match whole under any ids and order, and nothing is reported that was not edited."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.edit.edits import connect, delete, move, rename, set_parameter
from designer.edit.splice import place_on_wire
from designer.graph.design import Design, Node, NodeId, NodePath, Point, PortRef, Wire
from designer.layers.activation import ReLU6, SiLU
from designer.layers.blocks import Bottleneck, Group
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.layers.normalization import BatchNorm
from designer.matching.changes import ChangeKind
from designer.matching.matching import Matching, match_designs
from designer.templates.networks import template
from tests.benchmarks.designs import bottlenecks
from tests.matching.edited_designs import edited, random_design, scrambled

SEEDS = st.integers(0, 2**32)


def mobilenet(**settings: object) -> Design:
    return template("mobilenet_v2").build(**settings)


def chain(*layers) -> Design:
    """Input, the layers under ids n0, n1 …, output, one after another."""
    nodes = [
        Node(NodeId("input"), Input()),
        *(Node(NodeId(f"n{index}"), layer) for index, layer in enumerate(layers)),
        Node(NodeId("output"), Output()),
    ]
    wires = [
        Wire(PortRef(before.id, before.layer.outputs[0].name), PortRef(after.id, after.layer.inputs[0].name))
        for before, after in pairwise(nodes)
    ]
    return Design.build("chain", nodes, wires)


def ref(text: str) -> PortRef:
    node, _, port = text.partition(".")
    return PortRef(NodeId(node), port)


# What must hold for any designs ---------------------------------------------------------------------------------------


@given(SEEDS)
def test_equal_designs_match_whole_under_other_ids_and_order(seed):
    random = Random(seed)
    design = random_design(random, random.randrange(13))

    matching = match_designs(design, scrambled(random, design))

    assert matching.changes == ()
    assert matching.is_minimal
    assert not matching.removed
    assert not matching.added


@given(SEEDS)
def test_never_more_changes_than_edits_where_ids_were_kept(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(20))
    after, edits = edited(random, before, random.randrange(9))

    assert len(match_designs(before, after).changes) <= edits


@given(SEEDS)
def test_never_more_changes_than_edits_where_ids_were_lost(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(9))
    after, edits = edited(random, before, random.randrange(4))

    matching = match_designs(before, scrambled(random, after))

    assert len(matching.changes) <= edits


@given(SEEDS)
def test_the_changes_say_all_that_differs(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(16))
    after, _ = edited(random, before, random.randrange(12))
    after = scrambled(random, after)

    assert_complete(before, after, match_designs(before, after))


@given(SEEDS)
def test_it_reads_the_same_twice_and_backwards_as_much(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(9), nesting=0)
    after, _ = edited(random, before, random.randrange(5))
    forth, back = match_designs(before, after), match_designs(after, before)

    assert forth == match_designs(before, after)
    for matching in (forth, back):
        assert set(matching.pairs) | set(matching.removed) == {(id,) for id in (before, after)[matching is back].nodes}


def assert_complete(before: Design, after: Design, matching: Matching) -> None:
    """The first design with the changes made to it is the second."""
    inside: dict[NodePath, tuple[NodePath, Design, Design]] = {(): ((), before, after)}
    for path, partner in matching.pairs.items():
        old, new = node_at(before, path), node_at(after, partner)
        if old.layer.body is not None and new.layer.body is not None:
            inside[path] = (partner, old.layer.body, new.layer.body)
        fields = [item for change in matching.changes if change.after == partner for item in change.fields]
        plain = (old.layer.file_key, old.layer.file_data, old.name, old.layer.body and old.layer.body.name)
        assert bool(fields) == (
            plain != (new.layer.file_key, new.layer.file_data, new.name, new.layer.body and new.layer.body.name)
        )
    gone = {placed for change in matching.changes for placed in change.wires_removed}
    come = {placed for change in matching.changes for placed in change.wires_added}
    for path, (partner, old_scope, new_scope) in inside.items():
        added = {str(wire.target): str(wire.source) for scope, wire in come if scope == partner}
        kept = [wire for wire in old_scope.wires.values() if (path, replace(wire, via=())) not in gone]
        made = {at(matching, path, wire.target): at(matching, path, wire.source) for wire in kept}
        assert not set(made) & set(added)
        assert made | added == {str(wire.target): str(wire.source) for wire in new_scope.wires.values()}


def node_at(design: Design, path: NodePath) -> Node:
    for id in path[:-1]:
        body = design.nodes[id].layer.body
        assert body is not None
        design = body
    return design.nodes[path[-1]]


def at(matching: Matching, scope: NodePath, port: PortRef) -> str:
    """The port of the second design that answers one of the first."""
    partner = matching.partner((*scope, port.node))
    assert partner is not None, f"{port} stays wired and has no partner"
    inner = matching.partner((*scope, port.node, NodeId(port.port)))
    return f"{partner[-1]}.{inner[-1] if inner else port.port}"


# Cases one can check by eye -------------------------------------------------------------------------------------------


def test_moving_and_other_ids_are_no_change():
    design = mobilenet()
    moved = move(design, {id: Point(1.0, 2.0) for id in design.nodes})

    assert match_designs(design, scrambled(Random(1), moved)).is_same


def test_a_changed_field_has_its_old_and_new_value():
    before = mobilenet()
    after = set_parameter(before, [NodeId("bottleneck_3")], "expansion", 4.0)

    (change,) = match_designs(before, scrambled(Random(2), after)).changes

    assert change.kind is ChangeKind.CHANGED
    assert change.before == ("bottleneck_3",)
    assert [(field.name, field.before, field.after) for field in change.fields] == [("expansion", "6", "4")]


def test_a_node_put_into_a_wire_is_one_change_with_its_wires():
    before = chain(PointwiseConv2d(), BatchNorm())
    after, id = place_on_wire(before, SiLU(), ref("n1.x"))

    (change,) = match_designs(before, scrambled(Random(3), after)).changes

    assert change.kind is ChangeKind.ADDED
    assert [str(wire.source) for _, wire in change.wires_removed] == ["n0.y"]
    assert len(change.wires_added) == 2
    assert match_designs(before, after).added == ((id,),)


def test_deleting_with_healing_is_one_change():
    before = chain(PointwiseConv2d(), BatchNorm(), ReLU6())
    after = delete(before, [NodeId("n1")])

    (change,) = match_designs(before, scrambled(Random(4), after)).changes

    assert (change.kind, change.before) == (ChangeKind.REMOVED, ("n1",))
    assert [len(change.wires_removed), len(change.wires_added)] == [2, 1]


def test_readers_of_a_removed_node_that_was_rewired_before_are_one_change():
    design = chain(PointwiseConv2d(), BatchNorm(), Add(count=4))
    for port in "bcd":
        design = connect(design, ref("n1.y"), ref(f"n2.{port}"))
    after = delete(connect(design, ref("input.y"), ref("n1.x")), [NodeId("n1")])

    changes = match_designs(design, scrambled(Random(11), after)).changes

    assert {change.kind: len(change.wires_added) for change in changes} == {
        ChangeKind.REMOVED: 0,
        ChangeKind.REWIRED: 4,
    }
    assert len(changes) == 2


def test_an_input_that_reads_something_else_is_a_change_of_its_own():
    design = chain(PointwiseConv2d(), BatchNorm(), Add())
    before = connect(design, ref("n0.y"), ref("n2.b"))
    after = connect(design, ref("input.y"), ref("n2.b"))

    (change,) = match_designs(before, after).changes

    assert change.kind is ChangeKind.REWIRED
    assert (change.before, change.after) == (("n2",), ("n2",))
    assert [str(wire.source) for _, wire in (*change.wires_removed, *change.wires_added)] == ["n0.y", "input.y"]


def test_another_type_in_the_same_place_is_the_same_node():
    before = chain(PointwiseConv2d(), ReLU6(), BatchNorm())
    after = before.with_layer(NodeId("n1"), SiLU())

    (change,) = match_designs(before, scrambled(Random(5), after)).changes

    assert [(field.name, field.before, field.after) for field in change.fields] == [("layer", "ReLU6", "SiLU")]


def test_several_fields_of_one_node_are_one_change():
    before = chain(Bottleneck(6.0, 24))
    after = rename(before.with_layer(NodeId("n0"), Bottleneck(4.0, 32)), NodeId("n0"), "Neck")

    (change,) = match_designs(before, after).changes

    assert [(field.name, field.before, field.after) for field in change.fields] == [
        ("expansion", "6", "4"),
        ("out_channels", "24", "32"),
        ("name", "none", "Neck"),
    ]


@pytest.mark.parametrize("gone", ["bottleneck_5", "bottleneck_9", "bottleneck_17", "stem", "dropout"])
def test_the_rest_of_a_network_stays_aligned_when_one_goes(gone):
    before = mobilenet()
    after = delete(before, [NodeId(gone)])

    matching = match_designs(before, scrambled(Random(6), after))

    assert [change.kind for change in matching.changes] == [ChangeKind.REMOVED]
    assert len(matching.pairs) == len(before.nodes) - 1


def test_networks_of_other_widths_align_node_by_node():
    before, after = mobilenet(), mobilenet(width=0.5)

    matching = match_designs(before, scrambled(Random(7), after))
    same_ids = match_designs(before, after)

    assert not matching.removed
    assert {change.kind for change in matching.changes} == {ChangeKind.CHANGED}
    assert all(old == new for old, new in same_ids.pairs.items())


def test_many_alike_in_a_row_align_as_a_diff_would():
    def repeats(count):
        return [layer for _ in range(count) for layer in (PointwiseConv2d(96), BatchNorm(), ReLU6())]

    before = chain(*repeats(17))
    longer = chain(*repeats(4), SiLU(), *repeats(9), BatchNorm(), *repeats(4))

    matching = match_designs(before, scrambled(Random(8), longer))

    assert len(matching.changes) == 2
    assert [change.kind for change in matching.changes] == [ChangeKind.ADDED, ChangeKind.ADDED]


def test_a_parameter_that_brings_a_port_and_its_wire():
    before = connect(connect(chain(ReLU6(), Concatenate()), ref("n0.y"), ref("n1.a")), ref("n0.y"), ref("n1.b"))
    wider = set_parameter(before, [NodeId("n1")], "count", 3)
    after = connect(wider, ref("input.y"), ref("n1.c"))

    assert [change.kind for change in match_designs(before, wider).changes] == [ChangeKind.CHANGED]
    assert [change.kind for change in match_designs(before, after).changes] == [ChangeKind.CHANGED, ChangeKind.REWIRED]
    assert [change.kind for change in match_designs(after, wider).changes] == [ChangeKind.REWIRED]


def test_groups_are_compared_by_what_is_in_them():
    body = chain(PointwiseConv2d(), ReLU6())
    before = chain_around(Group(body))
    after = chain_around(Group(set_parameter(body, [NodeId("n0")], "out_channels", 8)))

    (change,) = match_designs(before, scrambled(Random(9), after)).changes

    assert change.before == ("group", "n0")
    assert change.fields[0].name == "out_channels"


def chain_around(group: Group) -> Design:
    """Input, group, output, by the group's own port names."""
    nodes = [Node(NodeId("in"), Input()), Node(NodeId("group"), group), Node(NodeId("out"), Output())]
    wires = [
        Wire(ref("in.y"), PortRef(NodeId("group"), group.inputs[0].name)),
        Wire(PortRef(NodeId("group"), group.outputs[0].name), ref("out.x")),
    ]
    return Design.build("around", nodes, wires)


def test_a_group_that_goes_takes_all_in_it_along_in_one_change():
    before = chain_around(Group(chain(PointwiseConv2d(), ReLU6())))
    after = delete(before, [NodeId("group")])

    matching = match_designs(before, after)

    assert [change.kind for change in matching.changes] == [ChangeKind.REMOVED]
    assert matching.removed == (("group",),)


def test_changes_come_in_the_order_of_execution():
    before = chain(PointwiseConv2d(), BatchNorm(), ReLU6(), Bottleneck())
    after = delete(set_parameter(before, [NodeId("n0")], "out_channels", 8), [NodeId("n1")])
    after, added = place_on_wire(after, SiLU(), ref("n3.x"))
    after = set_parameter(after, [NodeId("n3")], "stride", 2)

    changes = match_designs(before, after).changes

    assert [change.after or change.before for change in changes] == [("n0",), ("n1",), (added,), ("n3",)]


def test_ids_decide_between_matchings_that_are_equally_good():
    before = chain(ReLU6(), ReLU6(), ReLU6())
    after = delete(before, [NodeId("n1")])

    assert match_designs(before, after).removed == (("n1",),)


def test_many_nodes():
    before = bottlenecks(600)
    after = delete(before, [NodeId("filter_norm_20"), NodeId("expand_relu_50")])

    assert len(match_designs(before, scrambled(Random(10), after)).changes) == 2
