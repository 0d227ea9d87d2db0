"""A difference says what was added, changed and removed, and leads from the one design to the other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from designer.graph.design import Design, NodeId, Point
from designer.graph.difference import difference
from designer.layers.activation import ReLU6, SiLU
from designer.layers.endpoints import Input
from tests.random_designs import designs
from tests.small_designs import chain, node, ref, wire

A = NodeId("a")


def test_what_was_added_changed_and_removed() -> None:
    before = chain()
    after = before.without_nodes([NodeId("b")]).with_node(node("c", ReLU6())).with_wire(wire("a.y", "c.x"))
    after = after.with_layer(NodeId("in"), Input(channels=5))
    found = difference(before, after)
    assert [each.id for each in found.added_nodes] == ["c"]
    assert [each.id for each in found.removed_nodes] == ["b"]
    assert [(old.layer, new.layer) for old, new in found.changed_nodes] == [(Input(), Input(channels=5))]
    assert [str(each.target) for each in found.added_wires] == ["c.x"]
    assert sorted(str(each.target) for each in found.removed_wires) == ["b.x", "out.x"]
    assert found.changed_wires == ()
    assert not found.keeps_meaning


def test_another_source_of_an_input_is_a_changed_wire() -> None:
    after = chain().without_wires([ref("out.x")]).with_wire(wire("a.y", "out.x"))
    found = difference(chain(), after)
    assert [(str(old.source), str(new.source)) for old, new in found.changed_wires] == [("b.y", "a.y")]
    assert (found.added_wires, found.removed_wires) == ((), ())
    assert not found.keeps_meaning


def test_equal_designs_have_none() -> None:
    assert not difference(chain(), chain())
    assert difference(chain(), chain()).keeps_meaning


def test_only_nodes_and_wires_make_the_structure() -> None:
    layer_set = chain().with_layer(A, ReLU6())
    assert difference(chain(), chain().with_layer(NodeId("in"), Input(channels=5))).keeps_structure
    assert difference(chain(), layer_set).keeps_structure
    assert not difference(chain(), chain().without_wires([ref("out.x")])).keeps_structure
    assert not difference(chain(), chain().without_nodes([NodeId("b")])).keeps_structure


LOOKS = [
    lambda d: d.replacing([replace(d.node(A), position=Point(9, 9))]),
    lambda d: d.replacing([replace(d.node(A), name="clip")]),
    lambda d: d.replacing([replace(d.node(A), layer=ReLU6())]),
    lambda d: d.rerouted([replace(wire("in.y", "a.x"), via=(Point(1, 1),))]),
]


@pytest.mark.parametrize("edit", LOOKS)
def test_looks_keep_the_meaning(edit) -> None:
    assert difference(chain(), edit(chain())).keeps_meaning


def test_another_layer_does_not_keep_the_meaning() -> None:
    assert not difference(chain(), chain().with_layer(A, SiLU())).keeps_meaning


@settings(deadline=None)
@given(designs(), designs())
def test_it_leads_from_one_design_to_the_other(before: Design, after: Design) -> None:
    found = difference(before, after)
    nodes = dict(before.nodes)
    for each in found.removed_nodes:
        del nodes[each.id]
    nodes |= {each.id: each for each in (*found.added_nodes, *(new for _, new in found.changed_nodes))}
    wires = dict(before.wires)
    for lost in found.removed_wires:
        del wires[lost.target]
    wires |= {each.target: each for each in (*found.added_wires, *(new for _, new in found.changed_wires))}
    assert (nodes, wires) == (after.nodes, after.wires)
    assert bool(found) == ((before.nodes, before.wires) != (after.nodes, after.wires))
