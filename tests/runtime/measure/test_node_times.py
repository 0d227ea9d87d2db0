"""Times by node add up, on a clock that is told by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
from torch import Tensor

from designer.graph.design import NodeId, NodePath
from designer.measurement.latency import sum_of_nodes
from designer.runtime.compile.module import CompiledModule
from designer.runtime.measure.node_times import NODE_PASSES, node_times
from designer.timing.rounds import Cancelled

pytestmark = pytest.mark.torch

PARTS: tuple[NodePath, ...] = tuple(
    tuple(map(NodeId, path.split("."))) for path in ("stem", "block.a", "block.a", "block.inner.b", "block.c", "head")
)


class Interrupted(CompiledModule):
    """Steps of one millisecond each, of which in every pass another one is kept waiting for fifty."""

    def __init__(self) -> None:
        self.now = 0.0
        self.passes = 0

    def observed(self, inputs: Sequence[Tensor]) -> Iterator[NodePath]:
        for place, path in enumerate(PARTS):
            self.now += 0.051 if self.passes % len(PARTS) == place else 0.001
            yield path
        self.passes += 1


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    made = Interrupted()
    monkeypatch.setattr(time, "perf_counter", lambda: made.now)
    return made


def times(module: Interrupted, is_cancelled: bool = False) -> dict[str, float]:
    return node_times(module, (), lambda: None, 1e9, lambda share, text: None, lambda: is_cancelled)


def test_a_block_takes_what_its_parts_take_whatever_interrupts_them(module: Interrupted) -> None:
    found = times(module)
    assert module.passes == NODE_PASSES
    assert found["block.a"] == pytest.approx(2), "two steps of one node"
    assert found["block.inner"] == found["block.inner.b"] == pytest.approx(1)
    assert found["block"] == pytest.approx(found["block.a"] + found["block.inner"] + found["block.c"])
    assert sum_of_nodes(found) == pytest.approx(6)


def test_cancel_is_heard_between_nodes(module: Interrupted) -> None:
    with pytest.raises(Cancelled):
        times(module, is_cancelled=True)
    assert module.now < 0.1
