"""Outlines: an order that holds, groups laid open, and nothing that hangs on ids, order or places."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from designer.edit.grouping import group
from designer.graph.design import NodeId
from designer.matching.outline import NONE, Outline, Words
from designer.templates.networks import template
from tests.matching.edited_designs import random_design, scrambled

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_each_comes_after_what_it_reads_and_after_its_group(seed):
    random = Random(seed)
    outline = Outline(random_design(random, random.randrange(15), nesting=2), Words())

    for i in range(len(outline)):
        assert outline.parent[i] < i
        healing = outline.parent[i] if outline.gives[i] else i
        assert outline.heal[healing] < i or outline.places[i].node.layer.body is not None
        assert all(port.source < i for port in outline.ports[i])
    assert sorted(i for inside in outline.children.values() for i in inside) == list(range(len(outline)))


@given(SEEDS)
def test_readers_are_ports_the_other_way_round(seed):
    random = Random(seed)
    outline = Outline(random_design(random, random.randrange(15), nesting=2), Words())

    forth = {(i, p, port.source) for i, ports in enumerate(outline.ports) for p, port in enumerate(ports)}
    back = {(i, p, source) for source, readers in enumerate(outline.readers) for i, p in readers}
    assert {entry for entry in forth if entry[2] != NONE} == back


@given(SEEDS)
def test_numbers_do_not_hang_on_ids_order_or_places(seed):
    random = Random(seed)
    design = random_design(random, random.randrange(15), nesting=2)
    words = Words()
    first, second = Outline(design, words), Outline(scrambled(random, design), words)

    def labels(outline: Outline) -> Counter[tuple[object, ...]]:
        columns = (outline.shape, outline.kind, outline.content, outline.full)
        return Counter(
            (
                *(column[i] for column in columns),
                tuple((port.label, port.output, port.source == NONE) for port in outline.ports[i]),
                len(outline.readers[i]),
            )
            for i in range(len(outline))
        )

    assert labels(first) == labels(second)


def test_a_wire_to_a_group_is_one_to_the_input_inside():
    design, id = group(template("bottleneck").build(), [NodeId("depthwise"), NodeId("depthwise_bn")])
    outline = Outline(design, Words())
    entry, gift = outline.index[(id, NodeId("x_1"))], outline.index[(id, NodeId("y_1"))]
    before, after = outline.index[(NodeId("expand_act"),)], outline.index[(NodeId("depthwise_act"),)]

    assert outline.ports[entry][0].source == before
    assert outline.ports[after][0].source == gift
    assert outline.ports[outline.index[(id,)]] == ()
    assert outline.gives[gift]
    assert not outline.gives[entry]
