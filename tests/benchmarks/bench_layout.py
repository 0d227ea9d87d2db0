"""Automatic layout, of a design that remembers nothing of its structure."""

from __future__ import annotations

from collections.abc import Iterator

from designer.edit.layout import tidy
from designer.graph.design import Design
from tests.benchmarks.designs import bottlenecks, fresh, mobilenet_v2
from tests.benchmarks.pairs import Subject, time_alone
from tests.benchmarks.rows import Duration, Row


def rows(rounds: int) -> Iterator[Row]:
    """MobileNetV2 with its blocks closed, as many nodes as it has drawn out, and 2,000."""
    yield Duration("layout of MobileNetV2", time_alone(layout_of(mobilenet_v2()), rounds), 0.020)
    for nodes, goal_s in ((156, 0.020), (2000, 0.300)):
        yield Duration(f"layout of {nodes} nodes", time_alone(layout_of(bottlenecks(nodes)), rounds), goal_s)


def layout_of(design: Design) -> Subject:
    """Places for every node."""
    waiting: list[Design] = []

    def prepare() -> None:
        waiting[:] = [fresh(design)]

    return Subject(lambda: tidy(waiting[0]), prepare)
