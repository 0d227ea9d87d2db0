"""Alignment: its edit script and its rising runs are as long as slow textbook searches find them."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from designer.matching.alignment import aligned, common_run, longest_rising
from designer.matching.outline import Outline, Words
from designer.matching.pairing import Pairing
from tests.matching.edited_designs import edited, random_design, scrambled

WORDS = st.lists(st.integers(0, 3), max_size=14)


@given(WORDS, WORDS)
def test_the_common_run_is_a_longest_common_subsequence(a, b):
    run = common_run(a, b)
    longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for n in range(len(a)):
        for m in range(len(b)):
            longest[n + 1][m + 1] = longest[n][m] + 1 if a[n] == b[m] else max(longest[n][m + 1], longest[n + 1][m])

    assert len(run) == longest[-1][-1]
    assert all(a[n] == b[m] for n, m in run)
    assert all(first[0] < second[0] and first[1] < second[1] for first, second in pairwise(run))


def test_a_script_of_bounded_length_still_gives_what_it_found():
    a = list(range(300))
    b = list(range(1000, 2000))

    assert common_run(a, b) == []
    assert common_run([*range(50), *a], [*range(50), *b])[:50] == [(n, n) for n in range(50)]


@given(st.permutations(range(8)))
def test_the_rising_run_is_a_longest_one(order):
    run = longest_rising(list(enumerate(order)))
    best = max(
        length
        for length in range(1, 9)
        for chosen in combinations(range(8), length)
        if all(order[n] < order[m] for n, m in pairwise(chosen))
    )

    assert len(run) == best
    assert all(first[0] < second[0] and first[1] < second[1] for first, second in pairwise(run))
    assert longest_rising([]) == []


@given(st.integers(0, 2**32))
def test_partners_are_alike_in_shape_and_in_partner_groups(seed):
    random = Random(seed)
    before = random_design(random, random.randrange(15), nesting=2)
    after = scrambled(random, edited(random, before, random.randrange(6))[0])
    words = Words()
    found = aligned(Pairing(Outline(before, words), Outline(after, words)))

    taken = [j for j in found.to_b if j >= 0]
    assert len(taken) == len(set(taken))
    for i, j in enumerate(found.to_b):
        if j >= 0:
            assert found.to_a[j] == i
            assert found.may_join(i, j)
