"""Automatic layout, of a design that remembers nothing of its structure; and how often its wires cross.

Crossings are counted of the wires as they are drawn, around cards and from row to row, against the library's own
drawing of the same wires between the same ports in one endless row.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from PySide6.QtWidgets import QApplication

from designer.edit.layout import tidy
from designer.graph.design import Design
from designer.ui.canvas.drawing import Drawing
from tests.benchmarks.designs import bottlenecks, fresh, mobilenet_v2
from tests.benchmarks.pairs import Subject, time_alone
from tests.benchmarks.rows import Crossings, Duration, Row, installed
from tests.layered_designs import branched, cells, residuals, u_net
from tests.ui.canvas.wiring import crossings, library_crossings


def rows(rounds: int) -> Iterator[Row]:
    """MobileNetV2 with its blocks closed, as many nodes as it has drawn out, and 2,000; then crossings."""
    yield Duration("layout of MobileNetV2", time_alone(layout_of(mobilenet_v2()), rounds), 0.020)
    for nodes, goal_s in ((156, 0.020), (2000, 0.300)):
        yield Duration(f"layout of {nodes} nodes", time_alone(layout_of(bottlenecks(nodes)), rounds), goal_s)
    few, many = cells(11), cells(124)
    yield Duration(f"layout of {len(few.nodes)} nodes in cells", time_alone(layout_of(few), rounds))
    yield Duration(f"layout of {len(many.nodes)} nodes in cells", time_alone(layout_of(many), rounds), 0.300)
    tidied = tidy(few)
    yield Duration("the same once it is tidy", time_alone(layout_of(tidied), rounds))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _ = QApplication.instance() or QApplication([])
    for design in (bottlenecks(400), residuals(), branched(), u_net(5), cells(3), *(cells(11, n) for n in (1, 2, 3))):
        yield crossing(design)


def layout_of(design: Design) -> Subject:
    """Places for every node."""
    waiting: list[Design] = []

    def prepare() -> None:
        waiting[:] = [fresh(design)]

    return Subject(lambda: tidy(waiting[0]), prepare)


def crossing(design: Design) -> Row:
    """Of one design, against the library that orders it."""
    ours = crossings(Drawing(tidy(design)))
    peer = installed("fast-sugiyama") or "fast-sugiyama"
    return Crossings(f"crossings in {design.name}", peer, ours, library_crossings(design))
