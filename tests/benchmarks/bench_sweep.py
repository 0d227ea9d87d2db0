"""A sweep's points, costs only: where every shape changes, and where a few blocks do; and the memory a long one takes.

Points that are drawn were not counted before, so that nothing of them is remembered; a grid's share their blocks.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable, Iterator
from itertools import cycle

from designer.sweeps.counting import Counting
from designer.sweeps.space import Point, Space, space_around
from designer.sweeps.walks import at_random, grid
from designer.templates.networks import template
from tests.benchmarks.designs import forget
from tests.benchmarks.pairs import Subject, time_alone
from tests.benchmarks.rows import Duration, Row, Size

ALL_CHANGE_S, FEW_CHANGE_S = 0.003, 0.0005
MANY = 100_000
GROWTH_BYTES = 50 * 2**20


def rows(rounds: int) -> Iterator[Row]:
    """MobileNetV2's width and resolution, expansions of three of its blocks, and 100,000 designs."""
    network, three = template("mobilenet_v2"), [f"bottleneck_{n}.expansion" for n in (6, 9, 12)]
    shapes = space_around(network, [], [("width", "0.25:1.4:0.001"), ("resolution", "96:256:1")])
    steps = space_around(network, [], [(name, "1:8:1") for name in three])
    blocks = space_around(network, [], [(name, "1:8:0.01") for name in three])
    for what, space, goal_s in (
        ("a point where width and resolution change", shapes, ALL_CHANGE_S),
        ("a point where three blocks change, a grid of eight values each", steps, FEW_CHANGE_S),
        ("a point where three blocks change, each to a value not seen before", blocks, FEW_CHANGE_S),
    ):
        yield Duration(what, time_alone(Subject(one_more(space)), rounds), goal_s)
    yield Size(f"memory that grows over {MANY:,} points after the first 20,000", growth(blocks), GROWTH_BYTES)


def one_more(space: Space) -> Callable[[], object]:
    """Counts the next of a space's points: all of a grid in order, else drawn at random."""
    forget()
    counting = Counting(space)
    points = cycle(grid(space).ask(space.size) if space.size < 1000 else drawn(space, 100_000))
    return lambda: counting.result(next(points))


def drawn(space: Space, most: int) -> list[Point]:
    return list(at_random(space, most).ask(most))


def growth(space: Space) -> int:
    """By how much the process' largest size grows while points are counted, in bytes."""
    counting = Counting(space)
    points = drawn(space, MANY + 20_000)
    for point in points[:20_000]:  # until what is remembered of layers is full
        counting.result(point)
    gc.collect()
    before = most_so_far()
    for point in points[20_000:]:
        counting.result(point)
    return most_so_far() - before


def most_so_far() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
