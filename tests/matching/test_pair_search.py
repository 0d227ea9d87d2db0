"""The search against trying every pairing there is."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from designer.matching.outline import NONE, Outline, Words
from designer.matching.pair_search import improved
from designer.matching.pairing import Pairing
from tests.matching.edited_designs import edited, random_design, scrambled

MOST_NODES = 6


def every_pairing(pairing: Pairing, i: int = 0) -> Iterator[Pairing]:
    """All that may be, one after another; the same object each time."""
    if i == len(pairing.a):
        yield pairing
        return
    yield from every_pairing(pairing, i + 1)
    for j in range(len(pairing.b)):
        if pairing.to_a[j] == NONE and pairing.may_join(i, j):
            pairing.join(i, j)
            yield from every_pairing(pairing, i + 1)
            pairing.part(i)


@given(st.integers(0, 2**32))
def test_from_nothing_it_finds_the_fewest_changes_there_are(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(4), nesting=1)
    after = scrambled(random, edited(random, before, random.randrange(4))[0])
    words = Words()
    a, b = Outline(before, words), Outline(after, words)
    if max(len(a), len(b)) > MOST_NODES:
        return
    fewest = min(each.weight().changes for each in every_pairing(Pairing(a, b)))

    found = improved(Pairing(a, b))

    assert found.pairing.weight().changes == fewest
    assert found.is_minimal


def test_a_pairing_that_cannot_be_bettered_is_given_back():
    design = random_design(Random(3), 8)
    words = Words()
    same = Pairing(Outline(design, words), Outline(design, words))
    for i in range(len(same.a)):
        same.join(i, i)

    found = improved(same)

    assert found.pairing is same
    assert found.is_minimal


@given(st.integers(0, 2**32))
def test_it_never_makes_things_worse(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(24))
    after = scrambled(random, edited(random, before, random.randrange(8))[0])
    words = Words()
    start = Pairing(Outline(before, words), Outline(after, words))

    assert improved(start).pairing.weight().changes <= start.weight().changes
