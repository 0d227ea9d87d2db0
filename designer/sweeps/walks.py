"""Ways to walk through a space: the whole grid, points drawn at random, or a search that learns from what it found."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Protocol

from designer.errors import ParameterError
from designer.sweeps.result import Result
from designer.sweeps.space import Point, Space
from designer.wording import count

MOST_OF_A_GRID = 1_000_000
"""A grid of more points would take days; a search finds its front in thousands."""


class Walk(Protocol):
    """Which points to visit, asked for a few at a time.

    Attributes:
        total: How many points it visits at most.
    """

    total: int

    def ask(self, most: int) -> Sequence[Point]:
        """The next points, at most so many; none where the walk is over."""

    def tell(self, found: Mapping[Point, Result]) -> None:
        """What was found at the points that were asked for last."""


class InOrder:
    """Points whose places in the space are known beforehand.

    Args:
        space: The space.
        places: Places of the points in the space's order.
    """

    def __init__(self, space: Space, places: Sequence[int]) -> None:
        self.total = len(places)
        self._space = space
        self._places = iter(places)

    def ask(self, most: int) -> Sequence[Point]:
        return [self._space.point(place) for place in islice(self._places, most)]

    def tell(self, found: Mapping[Point, Result]) -> None:
        """Nothing is learned."""


def grid(space: Space) -> InOrder:
    """Every point of a space.

    Raises:
        ParameterError: It has more points than anybody waits for.
    """
    if space.size > MOST_OF_A_GRID:
        raise ParameterError(
            "grid",
            f"the space has {count(space.size)} points, and a grid takes at most {count(MOST_OF_A_GRID)}; vary fewer "
            "values, draw some at random, or search for the front",
        )
    return InOrder(space, range(space.size))


def at_random(space: Space, points: int, seed: int = 0) -> InOrder:
    """Different points of a space, drawn with a seed; all of them where there are no more.

    Raises:
        ParameterError: The space is too large to number its points.
    """
    if space.size > sys.maxsize:
        raise ParameterError("random", f"the space has {space.size:.3g} points; vary fewer values, or search instead")
    return InOrder(space, random.Random(seed).sample(range(space.size), min(points, space.size)))
