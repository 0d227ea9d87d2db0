"""Find partners in two outlines: anchors whose surroundings are alike, then what lies between as a diff aligns text.

An anchor is a node whose whole way back to the inputs is as its partner's, or whose whole way on to the outputs is:
one number each, made in one pass over the wires (the colours of Weisfeiler and Lehman, run once along the wires and
once against them rather than in rounds). What lies between anchors is in the order of execution, so it is aligned like
lines of text: a shortest edit script on equal content where it is long (Myers 1986, An O(ND) Difference Algorithm),
then the best scoring order-keeping alignment where it is short.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from designer.matching.outline import NONE, Outline
from designer.matching.pairing import Pairing

_LARGEST_TABLE = 1600
"""Cells of an alignment's table; gaps that need more are first cut by an edit script."""
_LONGEST_SCRIPT = 400


def aligned(pairing: Pairing) -> Pairing:
    """The pairing with partners found for those that have none, as far as there are any."""
    found = pairing.copy()
    colours = [(_colours(outline, outline.full), _colours(outline, outline.content)) for outline in (found.a, found.b)]
    waiting = [(NONE, NONE)]
    while waiting:
        group, other = waiting.pop()
        _align_scope(found, found.a.children.get(group, []), found.b.children.get(other, []), colours)
        waiting += [
            (i, found.to_b[i]) for i in found.a.children.get(group, ()) if found.to_b[i] >= 0 and i in found.a.children
        ]
    return found


# Anchors --------------------------------------------------------------------------------------------------------------

_Colours = tuple[list[int], list[int]]


def _colours(outline: Outline, word: Sequence[int]) -> _Colours:
    """By node, a number for all that leads to it, and one for all that it leads to; ``word`` tells nodes apart."""
    number, levels = outline.words.number, _levels(outline, word)
    back = [0] * len(outline)
    for i, ports in enumerate(outline.ports):
        above = back[outline.parent[i]] if outline.parent[i] != NONE else NONE
        reads = tuple((port.label, port.output, back[port.source] if port.source != NONE else NONE) for port in ports)
        back[i] = number((levels[i], above, reads))
    on = [0] * len(outline)
    for i in reversed(range(len(outline))):
        above = levels[outline.parent[i]] if outline.parent[i] != NONE else NONE
        read_by = sorted((outline.ports[r][p].output, outline.ports[r][p].label, on[r]) for r, p in outline.readers[i])
        on[i] = number((levels[i], above, tuple(read_by)))
    return back, on


def _levels(outline: Outline, word: Sequence[int]) -> list[int]:
    """What each node is by itself, a group by all that is in it and how that is wired."""
    levels = list(word)
    if len(outline.children) == 1:
        return levels
    number = outline.words.number
    outermost = list(range(len(outline)))
    wired = [0] * len(outline)
    inside: dict[int, list[int]] = {}
    for i, ports in enumerate(outline.ports):
        if outline.parent[i] == NONE:
            continue
        outermost[i] = outermost[outline.parent[i]]
        reads = [
            wired[port.source] if port.source != NONE and outermost[port.source] == outermost[i] else NONE
            for port in ports
        ]
        wired[i] = number(("wired", word[i], tuple(reads)))
        group = outline.parent[i]
        while group != NONE:
            inside.setdefault(group, []).append(wired[i])
            group = outline.parent[group]
    for group, words in inside.items():
        levels[group] = number(("group", word[group], tuple(sorted(words))))
    return levels


def _align_scope(
    found: Pairing, before: list[int], after: list[int], colours: Sequence[tuple[_Colours, _Colours]]
) -> None:
    (a_named, a_plain), (b_named, b_plain) = colours
    for a_colours, b_colours in ((a_named, b_named), (a_plain, b_plain)):
        a_both, b_both = list(zip(*a_colours, strict=True)), list(zip(*b_colours, strict=True))
        _anchor(found, before, after, a_both, b_both)
    _anchor(found, before, after, a_plain[0], b_plain[0])
    _anchor(found, before[::-1], after[::-1], a_plain[1], b_plain[1])
    for gap_before, gap_after in _gaps(found, before, after):
        _align_gap(found, gap_before, gap_after, found.a.content, found.b.content)
    _pair_by_neighbours(found, before, after)


def _anchor(
    found: Pairing, before: list[int], after: list[int], a_colour: Sequence[object], b_colour: Sequence[object]
) -> None:
    """Pair nodes of one colour, in order; among several, the one of the same id where its surroundings agree too."""
    classes: dict[object, list[int]] = {}
    for j in after:
        if found.to_a[j] == NONE:
            classes.setdefault(b_colour[j], []).append(j)
    for i in before:
        if found.to_b[i] == NONE and (candidates := classes.get(a_colour[i])):
            path = found.a.places[i].path
            fitting = [j for j in candidates if found.may_join(i, j) and _agrees(found, i, j)]
            if fitting:
                j = next((j for j in fitting if found.b.places[j].path == path), fitting[0])
                candidates.remove(j)
                found.join(i, j)


def _agrees(found: Pairing, i: int, j: int) -> bool:
    """Whether no node that one reads has a partner that the other does not read."""
    for port, other in zip(found.a.ports[i], found.b.ports[j], strict=False):
        if port.source != NONE and other.source != NONE and found.to_b[port.source] not in (NONE, other.source):
            return False
        if other.source != NONE and port.source != NONE and found.to_a[other.source] not in (NONE, port.source):
            return False
    return True


# Gaps -----------------------------------------------------------------------------------------------------------------


def _gaps(found: Pairing, before: list[int], after: list[int]) -> list[tuple[list[int], list[int]]]:
    """Runs of nodes without partner between pairs that keep the order."""
    place = {j: position for position, j in enumerate(after)}
    spine = longest_rising([(n, place[found.to_b[i]]) for n, i in enumerate(before) if found.to_b[i] >= 0])
    gaps = []
    last_n = last_m = -1
    for n, m in [*spine, (len(before), len(after))]:
        free_a = [i for i in before[last_n + 1 : n] if found.to_b[i] == NONE]
        free_b = [j for j in after[last_m + 1 : m] if found.to_a[j] == NONE]
        if free_a and free_b:
            gaps.append((free_a, free_b))
        last_n, last_m = n, m
    return gaps


def longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second figures rise as the first do (Fredman 1975)."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(at[length - 1] if length else NONE)
        ends[length : length + 1] = [second]
        at[length : length + 1] = [index]
    found = []
    index = at[-1] if at else NONE
    while index != NONE:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _align_gap(found: Pairing, before: list[int], after: list[int], a_word: list[int], b_word: list[int]) -> None:
    if len(before) * len(after) <= _LARGEST_TABLE:
        _align_by_score(found, before, after)
        return
    script = common_run([a_word[i] for i in before], [b_word[j] for j in after])
    for n, m in script:
        if found.may_join(before[n], after[m]):
            found.join(before[n], after[m])
    by_kind = a_word is found.a.kind
    for gap_before, gap_after in _gaps(found, before, after):
        if len(gap_before) * len(gap_after) <= _LARGEST_TABLE or not by_kind:
            _align_gap(found, gap_before, gap_after, found.a.kind, found.b.kind)


def common_run(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """Positions of the longest common subsequence; as far as a script of bounded length goes from the front."""
    offset = _LONGEST_SCRIPT + 1
    furthest = [0] * (2 * offset + 1)
    rows: list[list[int]] = []
    best = (0, 0, 0)
    for edits in range(_LONGEST_SCRIPT + 1):
        rows.append(furthest[offset - edits - 1 : offset + edits + 2])
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and furthest[offset + k - 1] < furthest[offset + k + 1])
            x = furthest[offset + k + 1] if down else furthest[offset + k - 1] + 1
            y = x - k
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            furthest[offset + k] = x
            best = max(best, (x + y, edits, k)) if x <= len(a) and y <= len(b) else best
            if x >= len(a) and y >= len(b):
                return _walked_back(rows, edits, k, x)
    _, edits, k = best
    return _walked_back(rows, edits, k, _furthest(rows, edits, k, a, b))


def _furthest(rows: list[list[int]], edits: int, k: int, a: Sequence[int], b: Sequence[int]) -> int:
    """How far in ``a`` the best script of so many edits came on diagonal k."""
    row = rows[edits]
    down = k == -edits or (k != edits and row[edits + k] < row[edits + k + 2])
    x = row[edits + k + 2] if down else row[edits + k] + 1
    while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
        x += 1
    return x


def _walked_back(rows: list[list[int]], edits: int, k: int, x: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while True:
        row = rows[edits]  # as it stood before this number of edits: diagonal d at edits + 1 + d
        down = k == -edits or (k != edits and row[edits + k] < row[edits + k + 2])
        start = 0 if edits == 0 else (row[edits + k + 2] if down else row[edits + k] + 1)
        found += [(n, n - k) for n in range(x - 1, start - 1, -1)]
        if edits == 0:
            return found[::-1]
        x = row[edits + k + 2] if down else row[edits + k]
        k, edits = (k + 1 if down else k - 1), edits - 1


def _align_by_score(found: Pairing, before: list[int], after: list[int]) -> None:
    """The order-keeping alignment with the highest sum of likeness."""
    scores = [likenesses(found, i, after) for i in before]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for n in range(len(before) - 1, -1, -1):
        row, below, score = best[n], best[n + 1], scores[n]
        for m in range(len(after) - 1, -1, -1):
            row[m] = max(below[m], row[m + 1], below[m + 1] + score[m] if score[m] else 0.0)
    n = m = 0
    while n < len(before) and m < len(after):
        if scores[n][m] and best[n][m] == best[n + 1][m + 1] + scores[n][m]:
            found.join(before[n], after[m])
            n, m = n + 1, m + 1
        elif best[n][m] == best[n + 1][m]:
            n += 1
        else:
            m += 1


def likenesses(found: Pairing, i: int, after: Iterable[int]) -> list[float]:
    """How well a node suits each of these: 0 where they may not be partners, else more for what is alike."""
    agreeing = agreements(found, i)
    return [own_likeness(found.a, found.b, i, j) + agreeing.get(j, 0.0) if found.may_join(i, j) else 0.0 for j in after]


def own_likeness(a: Outline, b: Outline, i: int, j: int) -> float:
    """How alike two nodes are in themselves."""
    if a.full[i] == b.full[j]:
        own = 12.0
    elif a.content[i] == b.content[j]:
        own = 11.0
    elif a.kind[i] == b.kind[j]:
        own = 7.0 + 2.0 * _share_alike(a, b, i, j)
    else:
        own = 1.0
    return own + 0.01 * (a.places[i].node.id == b.places[j].node.id)


def _share_alike(a: Outline, b: Outline, i: int, j: int) -> float:
    """The share of parameters that are equal, of two layers of one type; of groups, of what is inside."""
    if a.places[i].node.layer.body is not None:
        inside, other = [a.content[n] for n in a.children.get(i, ())], [b.content[n] for n in b.children.get(j, ())]
        common = sum(min(inside.count(word), other.count(word)) for word in sorted(set(inside)))
        return common / max(len(inside), len(other), 1)
    alike = [bool(before == after) for before, after in zip(a.values[i], b.values[j], strict=False)]
    return sum(alike) / max(len(alike), 1)


def agreements(found: Pairing, i: int) -> dict[int, float]:
    """By node of ``b`` that has any: more for each wire that it has from or to partners as ``i`` has."""
    a, b = found.a, found.b
    agreeing: dict[int, float] = {}
    for place, port in enumerate(a.ports[i]):
        source = found.to_b[port.source] if port.source != NONE else NONE
        for reader, other_place in b.readers[source] if source >= 0 else ():
            if other_place == place:
                agreeing[reader] = agreeing.get(reader, 0.0) + 3.0
    read: dict[int, float] = {}
    for partner in {found.to_b[reader] for reader, _ in a.readers[i]}:
        for port in b.ports[partner] if partner >= 0 else ():
            if port.source != NONE:
                read[port.source] = read.get(port.source, 0.0) + 2.0
    for j, sum_of_readers in read.items():
        agreeing[j] = agreeing.get(j, 0.0) + min(sum_of_readers, 6.0)
    return agreeing


def _pair_by_neighbours(found: Pairing, before: Iterable[int], after: Iterable[int]) -> None:
    """Pair what the order kept apart but a wire holds together, or what is alike in all."""
    free = [j for j in after if found.to_a[j] == NONE]
    for i in before:
        if found.to_b[i] != NONE or not free:
            continue
        alike = likenesses(found, i, free)
        best = max(alike)
        j = free[alike.index(best)]
        if best >= 9.0 and (found.a.kind[i] == found.b.kind[j]):
            found.join(i, j)
            free.remove(j)
