"""The Pareto front: the designs that no other is better than in one objective and as good in all."""

from __future__ import annotations

from collections.abc import Sequence


def front(points: Sequence[Sequence[float]]) -> frozenset[int]:
    """Places of the points that no other dominates, less being better in each coordinate.

    A point dominates another where it is nowhere greater and somewhere less; of equal points all are on the front. Two
    coordinates take time n·log n, more take that times the size of the front.
    """
    order = sorted(range(len(points)), key=lambda index: tuple(points[index]))
    if points and len(points[0]) == 2:
        return _front_of_two(points, order)
    kept: list[int] = []
    for index in order:  # whoever dominates a point comes before it
        if not any(dominates(points[other], points[index]) for other in kept):
            kept.append(index)
    return frozenset(kept)


def _front_of_two(points: Sequence[Sequence[float]], order: Sequence[int]) -> frozenset[int]:
    kept: list[int] = []
    for index in order:
        last = points[kept[-1]] if kept else None
        if last is None or points[index][1] < last[1] or tuple(points[index]) == tuple(last):
            kept.append(index)
    return frozenset(kept)


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether one is nowhere greater than the other and somewhere less."""
    return all(a <= b for a, b in zip(one, other, strict=True)) and any(a < b for a, b in zip(one, other, strict=True))
