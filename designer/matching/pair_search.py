"""Search for a pairing with fewer changes than one that is known: branch and bound over the nodes in doubt.

Small designs are searched whole; of large ones only what takes part in a change and its neighbours, the rest staying
as paired. A branch is left as soon as what it costs already, and what the nodes that are left must cost at least,
reaches the best that is known. The search ends when it is through, or after a number of steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from designer.matching.alignment import agreements, own_likeness
from designer.matching.outline import NONE, Outline
from designer.matching.pairing import UNDECIDED, Pairing

STEPS = 2500
"""Assignments tried at most when a design is searched whole; near the start twice as many, of others a third."""
_DEPARTURES = 3
SEARCHED_WHOLE = 18
"""Designs of at most so many nodes each are searched whole."""
_LARGEST_REGION = 40


@dataclass(frozen=True)
class Found:
    """What a search gave.

    Attributes:
        pairing: The best pairing known.
        is_minimal: Whether it is proven that none has fewer changes.
    """

    pairing: Pairing
    is_minimal: bool


def improved(pairing: Pairing) -> Found:
    """The pairing, or one with fewer changes."""
    a, b = pairing.a, pairing.b
    known, least = pairing.weight().changes, _least(a, b)
    if known <= least:
        return Found(pairing, True)
    whole = max(len(a), len(b)) <= SEARCHED_WHOLE
    free_a, free_b = (list(range(len(a))), list(range(len(b)))) if whole else _region(pairing)
    if max(len(free_a), len(free_b)) > _LARGEST_REGION:
        return Found(pairing, False)
    search = _Search(pairing, free_a, free_b, known, least)
    search.look_near(2 * STEPS if whole else STEPS // 3)
    is_proven = search.limit <= least or (whole and search.look_everywhere(STEPS))
    return Found(search.best, is_proven)


def _least(a: Outline, b: Outline) -> int:
    """How many changes there are at least: nodes that no equal node answers; those in groups may go with theirs."""
    common = sum((Counter(a.full) & Counter(b.full)).values())
    return max(len(b) - common, a.parent.count(NONE) - common, 0)


def _region(pairing: Pairing) -> tuple[list[int], list[int]]:
    """Nodes that take part in a change, with their neighbours where there is room."""
    a, b = pairing.a, pairing.b
    in_a: set[int] = set()
    in_b: set[int] = set()
    for i, j in enumerate(pairing.to_b):
        if j == NONE or a.full[i] != b.full[j]:
            in_a.add(i)
        elif pairing.rewirings(i):
            in_a.add(i)
            in_a.update(port.source for port in a.ports[i] if port.source != NONE)
            in_b.update(port.source for port in b.ports[j] if port.source != NONE)
    in_b.update(j for j, i in enumerate(pairing.to_a) if i == NONE)
    core = _closed(pairing, in_a, in_b)
    wide = _closed(pairing, _around(a, core[0]), _around(b, core[1]))
    return wide if max(map(len, wide)) <= _LARGEST_REGION else core


def _around(outline: Outline, nodes: Sequence[int]) -> set[int]:
    found = set(nodes)
    for i in nodes:
        found.update(port.source for port in outline.ports[i] if port.source != NONE)
        found.update(reader for reader, _ in outline.readers[i])
    return found


def _closed(pairing: Pairing, in_a: set[int], in_b: set[int]) -> tuple[list[int], list[int]]:
    """With partners, and with what is inside groups: a group that goes takes it along."""
    in_a, in_b = _with_inside(pairing.a, in_a), _with_inside(pairing.b, in_b)
    in_b |= {pairing.to_b[i] for i in in_a if pairing.to_b[i] != NONE}
    in_b = _with_inside(pairing.b, in_b)
    in_a |= {pairing.to_a[j] for j in in_b if pairing.to_a[j] != NONE}
    return sorted(in_a), sorted(in_b)


def _with_inside(outline: Outline, nodes: set[int]) -> set[int]:
    found = set(nodes)
    for i in range(len(outline)):  # groups come before what is in them
        if outline.parent[i] in found:
            found.add(i)
    return found


class _Search:
    """One search. ``best`` and ``limit`` are the pairing with the fewest changes so far and their number."""

    def __init__(self, start: Pairing, free_a: list[int], free_b: list[int], known: int, least: int) -> None:
        self.best, self.limit = start, known
        self._steps_left = 0
        self._start, self._least, self._free_a, self._free_b = start, least, free_a, free_b
        self._now = start.copy()
        for i in free_a:
            self._now.to_b[i] = UNDECIDED
        for j in free_b:
            self._now.to_a[j] = UNDECIDED
        a, b = start.a, start.b
        self._spent = sum(a.full[i] != b.full[j] for i, j in enumerate(self._now.to_b) if j >= 0)
        self._rewired: Counter[Hashable] = Counter()
        for i, j in enumerate(self._now.to_b):
            if j >= 0:
                self._count(self._decided_rewirings({(i, p) for p, _ in self._now.port_pairs(i, j)}))
        self._left_a = Counter(a.full[i] for i in free_a)
        self._left_b = Counter(b.full[j] for j in free_b)
        self._common = sum((self._left_a & self._left_b).values())
        self._outer_a = sum(a.parent[i] == NONE for i in free_a)
        self._total_b = len(free_b)
        self._likeness: dict[tuple[int, int], float] = {}

    def look_near(self, steps: int) -> None:
        """Look where little departs from the best that is known, again from each better one that is found."""
        departures, self._steps_left = 1, steps
        while departures <= _DEPARTURES and self._steps_left > 0:
            self._decide(0, departures)
            departures = departures + 1 if self._start is self.best else 1
            self._start = self.best

    def look_everywhere(self, steps: int) -> bool:
        """Look at every pairing; gives whether there were steps enough to."""
        self._steps_left = steps
        self._decide(0, len(self._free_a))
        return self._steps_left > 0

    def _decide(self, place: int, departures: int) -> None:
        """Give the free node at this place a partner, or none, in every way allowed, and so on with the next.

        Args:
            place: Position among the free nodes.
            departures: How many more nodes may have another partner than the likeliest.
        """
        rest = max(self._total_b - self._common, self._outer_a - self._common)
        if self._spent + len(self._rewired) + rest >= self.limit or self.limit <= self._least or self._steps_left <= 0:
            return
        if place == len(self._free_a):
            self._take()
            return
        i = self._free_a[place]
        self._leave(i)
        options = self._options(i) if departures or not self._is_open(i) else [self._start.to_b[i]]
        for number, j in enumerate(options):
            if number and not departures:
                break
            self._steps_left -= 1
            self._try(place, j, departures - bool(number))
        self._unleave(i)
        self._now.to_b[i] = UNDECIDED

    def _try(self, place: int, j: int, departures: int) -> None:
        i, now = self._free_a[place], self._now
        now.to_b[i] = j
        if j == NONE:
            cost = int(not now.goes_with_group(i))
        else:
            now.to_a[j] = i
            cost = int(now.a.full[i] != now.b.full[j])
            self._claim(now.b.full[j])
        self._spent += cost
        rewired = self._decided_rewirings(self._inputs_about(i, j))
        self._count(rewired)
        self._decide(place + 1, departures)
        self._uncount(rewired)
        self._spent -= cost
        if j != NONE:
            self._unclaim(now.b.full[j])
            now.to_a[j] = UNDECIDED

    def _take(self) -> None:
        ended = self._now.copy()
        ended.to_a = [NONE if i == UNDECIDED else i for i in ended.to_a]
        changes = ended.weight().changes
        if changes < self.limit:
            self.best, self.limit = ended, changes

    def _is_open(self, i: int) -> bool:
        """Whether a node can have what it had at the start."""
        j = self._start.to_b[i]
        return j == NONE or (self._now.to_a[j] == UNDECIDED and self._now.may_join(i, j))

    def _own_likeness(self, i: int, j: int) -> float:
        if (i, j) not in self._likeness:
            self._likeness[i, j] = own_likeness(self._now.a, self._now.b, i, j)
        return self._likeness[i, j]

    def _options(self, i: int) -> list[int]:
        """What it may have for a partner, NONE among it, the likeliest first; of those nobody could tell apart, one."""
        b, now = self._now.b, self._now
        agreeing = agreements(now, i)
        seen: set[Hashable] = set()
        found = []
        for j in self._free_b:
            if now.to_a[j] == UNDECIDED and now.may_join(i, j):
                twin = (b.full[j], b.parent[j], tuple(port[:3] for port in b.ports[j])) if not b.readers[j] else j
                if j in b.children or self._start.to_b[i] == j:
                    twin = j
                if twin not in seen:
                    seen.add(twin)
                    found.append((self._start.to_b[i] == j, self._own_likeness(i, j) + agreeing.get(j, 0.0), -j, j))
        options = [j for *_, j in sorted(found, reverse=True)]
        options.insert(0 if self._start.to_b[i] == NONE else len(options), NONE)
        return options

    # What is left to decide, by label ---------------------------------------------------------------------------------

    def _leave(self, i: int) -> None:
        word = self._now.a.full[i]
        self._common -= self._left_a[word] <= self._left_b[word]
        self._left_a[word] -= 1
        self._outer_a -= self._now.a.parent[i] == NONE

    def _unleave(self, i: int) -> None:
        word = self._now.a.full[i]
        self._left_a[word] += 1
        self._common += self._left_a[word] <= self._left_b[word]
        self._outer_a += self._now.a.parent[i] == NONE

    def _claim(self, word: int) -> None:
        self._common -= self._left_b[word] <= self._left_a[word]
        self._left_b[word] -= 1
        self._total_b -= 1

    def _unclaim(self, word: int) -> None:
        self._left_b[word] += 1
        self._common += self._left_b[word] <= self._left_a[word]
        self._total_b += 1

    # Wires ------------------------------------------------------------------------------------------------------------

    def _inputs_about(self, i: int, j: int) -> set[tuple[int, int]]:
        """Inputs of nodes with partners whose wires the decision on i touches."""
        now = self._now
        found = {(reader, p) for reader, p in now.a.readers[i] if now.to_b[reader] >= 0}
        if j == NONE:
            return found
        found.update((i, p) for p, _ in now.port_pairs(i, j))
        for reader, q in now.b.readers[j]:
            other = now.to_a[reader]
            if other >= 0:
                found.update((other, p) for p, position in now.port_pairs(other, reader) if position == q)
        return found

    def _decided_rewirings(self, inputs: set[tuple[int, int]]) -> list[Hashable]:
        """The changes of wires at these inputs, as far as all they hang on is decided."""
        now = self._now
        found = []
        for i, p in sorted(inputs):
            j = now.to_b[i]
            for position, q in now.port_pairs(i, j):
                before, after = now.a.ports[i][position], now.b.ports[j][q]
                if position != p or not self._is_decided(before.source, after.source):
                    continue
                key = now.rewiring(i, position, before, after)
                if key is not None:
                    found.append(key)
        return found

    def _is_decided(self, old: int, new: int) -> bool:
        now = self._now
        return (old == NONE or now.to_b[old] != UNDECIDED) and (new == NONE or now.to_a[new] != UNDECIDED)

    def _count(self, keys: list[Hashable]) -> None:
        for key in keys:
            self._rewired[key] += 1

    def _uncount(self, keys: list[Hashable]) -> None:
        for key in keys:
            self._rewired[key] -= 1
            if not self._rewired[key]:
                del self._rewired[key]
