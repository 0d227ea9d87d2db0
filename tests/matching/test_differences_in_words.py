"""The difference in words: one line a change, always the same, and no name can break a line."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from designer.edit.edits import connect, delete, disconnect, place, rename, set_parameter
from designer.edit.grouping import group
from designer.edit.splice import place_on_wire
from designer.graph.design import Design, Node, NodeId, Point
from designer.layers.activation import SiLU
from designer.layers.blocks import Group
from designer.layers.merge import Add
from designer.layers.pooling import GlobalAveragePool
from designer.matching.differences_in_words import difference_lines
from designer.matching.matching import match_designs
from designer.templates.networks import template
from tests.matching.edited_designs import edited, random_design, scrambled
from tests.matching.test_matching import ref


def bottleneck() -> Design:
    """Input, expand, depthwise, project with their norms and activations, add, output."""
    return template("bottleneck").build()


@given(st.integers(0, 2**32))
def test_a_line_a_change_and_the_same_every_time(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(14))
    after, _ = edited(random, before, random.randrange(9))
    after = scrambled(random, after)

    lines = difference_lines(before, after)

    assert len(lines) == len(match_designs(before, after).changes)
    assert all(line.isprintable() and line.strip() for line in lines)
    assert lines == difference_lines(before, after)


def test_equal_designs_have_nothing_to_say():
    assert difference_lines(bottleneck(), scrambled(Random(1), bottleneck())) == ()


def test_a_changed_field():
    before = template("mobilenet_v2").build()
    after = set_parameter(before, [NodeId("bottleneck_3")], "expansion", 4.0)

    assert difference_lines(before, after) == ("bottleneck_3: expansion 6 → 4",)


def test_units_choices_and_flags_read_as_in_the_inspector():
    before = bottleneck()
    after = set_parameter(before, [NodeId("input")], "height", 112)
    after = set_parameter(after, [NodeId("expand")], "bias", True)

    assert difference_lines(before, after) == ("input: height 56 → 112 px", "expand: bias off → on")


def test_a_node_called_otherwise_says_so():
    before = bottleneck()
    after = set_parameter(before, [NodeId("expand")], "out_channels", 96)
    (line,) = difference_lines(before, renamed(after, "expand", "wide"))

    assert line == "wide (was expand): out channels 144 → 96"


def renamed(design: Design, old: str, new: str) -> Design:
    def at(ref):
        return ref._replace(node=NodeId(new)) if ref.node == old else ref

    nodes = [replace(node, id=NodeId(new)) if id == old else node for id, node in design.nodes.items()]
    wires = [replace(wire, source=at(wire.source), target=at(wire.target)) for wire in design.wires.values()]
    return Design.build(design.name, nodes, wires)


def test_a_node_put_into_a_wire_and_one_taken_out():
    before = bottleneck()
    after, id = place_on_wire(before, SiLU(), ref("depthwise.x"))

    assert difference_lines(before, after) == ("+ silu_1 (SiLU) after expand_act",)
    assert difference_lines(after, before) == ("- silu_1 (SiLU) after expand_act",)
    assert id == "silu_1"


def test_a_node_with_parameters_of_its_own_says_them():
    before = template("mobilenet_v2").build()

    assert difference_lines(before, delete(before, [NodeId("bottleneck_9")])) == (
        "- bottleneck_9 (Bottleneck (V2), out channels 64) after bottleneck_8",
    )


def test_a_branch_says_where_it_ends():
    before = bottleneck()
    with_pool, pool = place(before, GlobalAveragePool(), Point(0, 0))
    after = connect(connect(with_pool, ref("expand.y"), ref(f"{pool}.x")), ref(f"{pool}.y"), ref("add.a"))

    assert difference_lines(before, after) == (f"+ {pool} (Global average pool) after expand, before add.a",)


def test_wires():
    before = bottleneck()
    moved = connect(before, ref("expand.y"), ref("add.a"))
    cut = disconnect(before, [ref("add.a")])

    assert difference_lines(before, moved) == ("wire into add.a: input → expand",)
    assert difference_lines(before, cut) == ("wire into add.a: input → nothing",)
    assert difference_lines(cut, before) == ("wire into add.a: nothing → input",)


def test_what_reads_nothing_after_a_deletion_is_said():
    before = bottleneck()

    assert difference_lines(before, delete(before, [NodeId("depthwise_act")], heal=False)) == (
        "- depthwise_act (ReLU6) after depthwise_bn; project reads nothing",
    )


def test_another_type_and_the_wire_that_no_longer_fits():
    before = bottleneck()
    after = before.with_layer(NodeId("expand_act"), Add())

    (line,) = difference_lines(before, after)

    assert line == "expand_act: layer ReLU6 → Residual add, no longer reads expand_bn"


def test_inside_a_group_by_its_path():
    before, id = group(bottleneck(), [NodeId("depthwise"), NodeId("depthwise_bn")])
    body = before.nodes[id].layer.body
    assert body is not None
    after = before.with_layer(id, Group(set_parameter(body, [NodeId("depthwise")], "stride", 2)))

    assert difference_lines(before, after) == ("group_1 / depthwise: stride 1 → 2",)


def test_a_hostile_name_stays_on_its_line():
    before = bottleneck()
    after = rename(before, NodeId("expand"), "a\nb\x1b[31m\u2028c")

    (line,) = difference_lines(before, after)

    assert line == "expand: name none → a b [31m c"


def test_a_new_node_wired_to_nothing():
    before = bottleneck()

    assert difference_lines(before, before.with_node(Node(NodeId("loose"), SiLU()))) == ("+ loose (SiLU)",)
