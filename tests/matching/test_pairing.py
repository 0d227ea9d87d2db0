"""Weights of pairings that one can count by hand."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from designer.edit.edits import connect, delete, rename, set_parameter
from designer.edit.grouping import group
from designer.graph.design import Design, NodeId
from designer.matching.outline import Outline, Words
from designer.matching.pairing import Pairing
from designer.templates.networks import template
from tests.matching.edited_designs import random_design
from tests.matching.test_matching import ref


def by_id(before: Design, after: Design) -> Pairing:
    words = Words()
    a, b = Outline(before, words), Outline(after, words)
    pairing = Pairing(a, b)
    for i, place in enumerate(a.places):
        if place.path in b.index and pairing.may_join(i, b.index[place.path]):
            pairing.join(i, b.index[place.path])
    return pairing


@given(st.integers(0, 2**32))
def test_a_design_weighs_nothing_against_itself(seed):
    random = Random(seed)
    design = random_design(random, random.randrange(15), nesting=2)

    assert by_id(design, design).weight() == (0, 0, 0, 0)


def test_each_sort_of_change_weighs_one():
    design = template("bottleneck").build()
    changed = set_parameter(design, [NodeId("expand")], "out_channels", 8)
    rewired = connect(design, ref("expand.y"), ref("add.a"))
    shorter = delete(design, [NodeId("depthwise_bn")])

    assert by_id(design, changed).weight() == (1, 0, 1, 0)
    assert by_id(design, rename(changed, NodeId("expand"), "Wide")).weight() == (1, 0, 2, 0)
    assert by_id(design, rewired).weight() == (1, 0, 0, 0)
    assert by_id(design, shorter).weight() == (1, 0, 0, 0)
    assert by_id(shorter, design).weight() == (1, 0, 0, 0)


def test_no_partner_at_all_weighs_every_node():
    design = template("bottleneck").build()
    words = Words()

    assert Pairing(Outline(design, words), Outline(design, words)).weight().changes == 2 * len(design.nodes)


def test_a_group_that_goes_weighs_one_and_one_that_comes_all_its_nodes():
    plain = template("bottleneck").build()
    grouped, id = group(plain, [NodeId("depthwise"), NodeId("depthwise_bn")])
    bare = delete(grouped, [id])

    assert by_id(grouped, bare).weight().changes == 1
    assert by_id(bare, grouped).weight().changes == 1 + 4  # itself; x_1, depthwise, depthwise_bn, y_1


def test_a_removed_chain_heals_to_what_fed_it():
    design = template("bottleneck").build()
    pairing = by_id(design, delete(design, [NodeId("depthwise"), NodeId("depthwise_bn")]))
    a = pairing.a
    root, last = pairing.healed(a.index[(NodeId("depthwise_bn"),)])

    assert (a.places[root].path, a.places[last].path) == (("expand_act",), ("depthwise",))
