"""Lining nodes up and spreading them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from designer.edit.alignment import Alignment, align, distribute
from designer.edit.sizes import CARD_WIDTH
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, Point
from designer.layers.activation import ReLU

PLACES = {"a": Point(0.0, 40.0), "b": Point(300.0, 0.0), "c": Point(900.0, 100.0)}
IDS = [NodeId(id) for id in PLACES]


def design() -> Design:
    return Design.build("three", [Node(NodeId(id), ReLU(), position=place) for id, place in PLACES.items()], [])


@pytest.mark.parametrize(
    ("by", "axis", "value"),
    [
        (Alignment.LEFT, 0, 0.0),
        (Alignment.CENTRE, 0, 450.0),
        (Alignment.RIGHT, 0, 900.0),
        (Alignment.TOP, 1, 0.0),
        (Alignment.MIDDLE, 1, 50.0),
        (Alignment.BOTTOM, 1, 100.0),
    ],
)
def test_one_coordinate_becomes_the_same_and_the_other_stays(by: Alignment, axis: int, value: float) -> None:
    after = align(design(), IDS, by)
    for id, before in PLACES.items():
        place = after.nodes[NodeId(id)].position
        assert place[axis] == value
        assert place[1 - axis] == before[1 - axis]


def test_spreading_keeps_the_outermost_and_makes_steps_alike() -> None:
    after = distribute(design(), IDS, across=True)
    assert [after.nodes[id].position.x for id in IDS] == [0.0, 450.0, 900.0]
    assert [after.nodes[id].position.y for id in IDS] == [place.y for place in PLACES.values()]


def test_cards_do_not_come_to_stand_on_each_other() -> None:
    near = Design.build(
        "near", [Node(NodeId(id), ReLU(), position=Point(10.0 * i, 0.0)) for i, id in enumerate("abc")], []
    )
    xs = [node.position.x for node in distribute(near, IDS, across=True).nodes.values()]
    assert all(b - a > CARD_WIDTH for a, b in pairwise(xs))


def test_too_few_are_refused() -> None:
    with pytest.raises(EditRefused, match="select 2"):
        align(design(), IDS[:1], Alignment.LEFT)
    with pytest.raises(EditRefused, match="select 3"):
        distribute(design(), IDS[:2], across=False)
