"""The Pareto front: the designs that no other is better than in one figure and as good in all."""

from __future__ import annotations

from collections.abc import Sequence


def pareto_front(points: Sequence[Sequence[float | None]]) -> tuple[int, ...]:
    """Places of the points that no other is below in one figure without being above it in another.

    Less is better in each. Points that are equal in all are on the front together; points with an unknown figure are on
    none. Two figures take time n·log n, more take n times the size of the front.

    Returns:
        Indices, by the first figure rising.
    """
    known = sorted((*values, index) for index, each in enumerate(points) if (values := _known(each)) is not None)
    front: list[tuple[float, ...]] = []
    for point in known:  # whoever dominates it comes before it
        # Of two figures the last of the front has the least second one, so it alone decides.
        rivals = front[-1:] if len(point) == 3 else front
        if not any(_dominates(rival[:-1], point[:-1]) for rival in rivals):
            front.append(point)
    return tuple(int(point[-1]) for point in front)


def _known(values: Sequence[float | None]) -> tuple[float, ...] | None:
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) else None


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True)) and any(a < b for a, b in zip(one, other, strict=True))
