"""Which node's tensor is in memory when: the timeline behind the peak, as data for a chart.

A step is one primitive node that runs; a span is one tensor, from the step that makes it to the last step that reads
it. At each step, the bytes of the spans that are alive sum to the step's bytes: the figure that the peak is the most
of. Reads the same memory plan, through blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.graph.design import NodePath


@dataclass(frozen=True)
class Step:
    """One step of execution.

    Attributes:
        path: The primitive node that runs.
        bytes: What lives meanwhile.
    """

    path: NodePath
    bytes: int


@dataclass(frozen=True)
class Span:
    """One tensor in memory.

    Attributes:
        path: The node that made it; what a block gives is an inner node's while the block runs, and the block's after.
        bytes: Its size.
        first: The step that makes it, by its index.
        last: The last step in which it lives.
    """

    path: NodePath
    bytes: int
    first: int
    last: int


@dataclass(frozen=True)
class MemoryTimeline:
    """What lives when, over a design.

    Attributes:
        steps: In order of execution.
        spans: By their first step.
        peak: Index of the step in which most lives, the first of them; None where nothing runs.
    """

    steps: tuple[Step, ...]
    spans: tuple[Span, ...]
    peak: int | None

    @property
    def peak_bytes(self) -> int:
        """The most bytes that live at once."""
        return 0 if self.peak is None else self.steps[self.peak].bytes


def memory_timeline_of(analysis: Analysis) -> MemoryTimeline:
    """What lives when; tensors of unknown shape count as nothing. Its time grows with the nodes, not with their square.

    Args:
        analysis: Of the whole design.
    """
    steps = tuple(Step(path, size) for path, size in analysis.memory_timeline)
    spans = sorted(_spans(analysis, (), 0), key=lambda span: (span.first, span.last))
    peak = max(range(len(steps)), key=lambda index: steps[index].bytes, default=None)
    return MemoryTimeline(steps, tuple(spans), peak)


def _spans(analysis: Analysis, prefix: NodePath, offset: int) -> Iterator[Span]:
    """The spans of a design, or of a block's inside whose first step has this index."""
    plan, order = analysis.memory_plan, analysis.design.order
    ranges = plan.step_ranges(is_inside=bool(prefix))
    end = max((steps.stop for steps in ranges), default=0)
    for place, id in enumerate(order):
        inner = analysis.node(id).inner
        steps = ranges[place]
        if inner is not None and len(steps):
            yield from _spans(inner, (*prefix, id), offset + steps.start)
        for held in plan.made_at(place):
            # Inside a block the tensor is its inner node's; it is the block's own when the block is done.
            first = steps.stop if inner is not None else steps.start
            last = end - 1 if held.dies_at >= len(order) else _last(plan.last_step(held), ranges[held.dies_at])
            if first <= last:
                yield Span((*prefix, id), held.bytes, offset + first, offset + last)


def _last(step: int | None, steps: range) -> int:
    return steps.stop - 1 if step is None else steps.start + step
