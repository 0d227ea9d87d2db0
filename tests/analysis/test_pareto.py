"""The front of any number of figures, held against its definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from designer.analysis.pareto import pareto_front

VALUES = st.one_of(st.none(), st.integers(0, 6))


@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.tuples(*[VALUES] * n), max_size=30)))
def test_nobody_on_the_front_is_dominated_and_everybody_else_is(points: list[tuple[int | None, ...]]) -> None:
    known = [point for point in points if None not in point]

    def is_dominated(point: tuple[int | None, ...]) -> bool:
        return any(
            other != point and all(a <= b for a, b in zip(other, point, strict=True))  # type: ignore[operator]
            for other in known
        )

    expected = {place for place, point in enumerate(points) if None not in point and not is_dominated(point)}
    found = pareto_front(points)
    assert set(found) == expected
    firsts = [points[place][0] for place in found]
    assert firsts == sorted(firsts)  # type: ignore[type-var]
