"""Where tensors lie in one block of memory: the greedy planner of TensorFlow Lite for Microcontrollers.

Largest first, of two of one size the later one; each at the lowest address at which it meets nothing that lives while
it does. Sizes are rounded up to 16 bytes, the alignment of the arena.

Source: ``tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc`` and ``micro_allocation_info.cc`` of
https://github.com/tensorflow/tflite-micro; ``kMicroArenaBufferAlignment`` is 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from designer.graph.design import NodePath

ALIGNMENT = 16


class Need(NamedTuple):
    """Memory that must be held for a while.

    Attributes:
        path: The node it belongs to.
        bytes: How much.
        first: The time from which on; operators run at one, two, three …
        last: The last time at which.
        is_scratch: Whether a kernel asked for it, rather than its being a tensor.
    """

    path: NodePath
    bytes: int
    first: int
    last: int
    is_scratch: bool = False


class Buffer(NamedTuple):
    """A need at its address.

    Attributes:
        need: What is held.
        offset: Where it begins, in bytes.
        bytes: What it takes there, rounded up to the alignment.
    """

    need: Need
    offset: int
    bytes: int

    @property
    def end(self) -> int:
        """The address behind it."""
        return self.offset + self.bytes


@dataclass(frozen=True)
class Placement:
    """All buffers at their addresses.

    Attributes:
        buffers: In the order of the needs.
    """

    buffers: tuple[Buffer, ...]

    @property
    def bytes(self) -> int:
        """The memory that is taken: the runtime's *head*."""
        return max((buffer.end for buffer in self.buffers), default=0)

    @property
    def live_bytes(self) -> int:
        """The most that lives at once: no plan takes less, and what a plan takes more is fragmentation."""
        return max(self._live(), default=0)

    @property
    def steps(self) -> int:
        """How many times there are."""
        return max((buffer.need.last for buffer in self.buffers), default=-1) + 1

    @property
    def peak_step(self) -> int:
        """The first time at which the most lives."""
        live = self._live()
        return live.index(max(live)) if live else 0

    @property
    def peak_path(self) -> NodePath:
        """The node that runs at the peak: of what is made then, or of what is highest in memory; empty for none."""
        if not self.buffers:
            return ()
        time = self.peak_step
        alive = [buffer for buffer in self.buffers if buffer.need.first <= time <= buffer.need.last]
        made = [buffer for buffer in alive if buffer.need.first == time]
        return max(made or alive, key=lambda buffer: buffer.bytes).need.path

    def _live(self) -> list[int]:
        live = [0] * self.steps
        for buffer in self.buffers:
            for time in range(buffer.need.first, buffer.need.last + 1):
                live[time] += buffer.bytes
        return live


def placed(needs: Sequence[Need]) -> Placement:
    """Every need at its address."""
    sizes = [-(-need.bytes // ALIGNMENT) * ALIGNMENT for need in needs]
    offsets = [0] * len(needs)
    at: list[list[int]] = [[] for _ in range(max((need.last for need in needs), default=-1) + 1)]
    for index in sorted(range(len(needs)), key=lambda index: (-sizes[index], -index)):
        times = range(needs[index].first, needs[index].last + 1)
        beside = {other for time in times for other in at[time]}
        offsets[index] = _first_gap(sizes[index], sorted((offsets[other], sizes[other]) for other in beside))
        for time in times:
            at[time].append(index)
    return Placement(tuple(map(Buffer, needs, offsets, sizes)))


def _first_gap(size: int, beside: Sequence[tuple[int, int]]) -> int:
    """The lowest address where so much lies between or behind what is there, given by address and size."""
    free = 0
    for offset, taken in beside:
        if offset - free >= size:
            break
        free = max(free, offset + taken)
    return free
