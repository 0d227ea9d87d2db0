"""A node put into a wire stands in it, and what cannot stand there is refused in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.edit.edits import delete, place
from designer.edit.splice import insert_on_wire, place_on_wire
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, Point
from designer.layers.activation import SiLU
from designer.layers.endpoints import Input, Output
from tests.small_designs import chain, node, ref, wire
from tests.sound_designs import sound_designs


def with_loose(layer=None) -> Design:
    return chain().with_node(node("loose", layer or SiLU()))


def test_a_node_stands_in_the_wire_it_is_put_into() -> None:
    design = insert_on_wire(with_loose(), NodeId("loose"), ref("b.x"))
    assert design.wires[ref("loose.x")].source == ref("a.y")
    assert design.wires[ref("b.x")].source == ref("loose.y")
    assert len(design.wires) == 4


def test_a_fresh_layer_stands_halfway() -> None:
    design = chain().replacing([node("a", SiLU()), node("b", SiLU())])
    design, _ = place(design, SiLU(), Point(300, 40))
    design = design.without_wires([ref("out.x")]).with_wire(wire("silu_1.y", "out.x"))
    placed, id = place_on_wire(design, SiLU(), ref("out.x"))
    assert placed.nodes[id].position == (150, 20)
    assert placed.wires[ref("out.x")].source.node == id


REFUSED: list[tuple[str, Callable[[], object], str]] = [
    ("no wire", lambda: insert_on_wire(with_loose(), NodeId("loose"), ref("in.x")), "no wire ends at in.x"),
    ("no wire for a fresh one", lambda: place_on_wire(chain(), SiLU(), ref("zz.x")), "no wire ends at zz.x"),
    ("no node", lambda: insert_on_wire(chain(), NodeId("lose"), ref("b.x")), "there is no node 'lose'"),
    (
        "no output",
        lambda: insert_on_wire(with_loose(Output()), NodeId("loose"), ref("b.x")),
        "loose cannot stand in a wire: it needs an input and an output",
    ),
    ("no input", lambda: place_on_wire(chain(), Input(), ref("b.x")), "it needs an input and an output"),
    ("its input is taken", lambda: insert_on_wire(chain(), NodeId("b"), ref("a.x")), "b.x already takes a wire"),
    ("its own end", lambda: insert_on_wire(chain(), NodeId("b"), ref("b.x")), "b.x already takes a wire from a.y"),
    (
        "its own source",
        lambda: insert_on_wire(chain().without_wires([ref("a.x")]), NodeId("a"), ref("b.x")),
        "a wire from a to a would make a cycle",
    ),
]


@pytest.mark.parametrize(("edit", "text"), [refused[1:] for refused in REFUSED], ids=[name for name, *_ in REFUSED])
def test_what_cannot_stand_there_is_refused_in_words(edit: Callable[[], object], text: str) -> None:
    with pytest.raises(EditRefused) as refusal:
        edit()
    assert text in str(refusal.value)


@settings(max_examples=40, deadline=None)
@given(sound_designs(), st.data())
def test_on_any_wire_it_can_be_put_and_taken_out_again(design: Design, data: st.DataObject) -> None:
    target = data.draw(st.sampled_from(list(design.wires)))
    put, id = place_on_wire(design, SiLU(), target)
    assert analyse(put).is_valid
    assert delete(put, [id]) == design
