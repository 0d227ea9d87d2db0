"""Which node's tensor is in memory when: what stands behind the peak, as data for charts and explanations.

A step is one primitive node that runs; a span is one tensor, from the step that makes it to the last step that reads
it. At each step, the bytes of the spans that are alive sum to the step's bytes: the figure that the peak is the most
of. Reads the same memory plan, through blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.graph.design import NodePath
from designer.graph.tensor import TensorSpec


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
        spec: Its shape.
        bytes: Its size.
        first: The step that makes it, by its index.
        last: The last step in which it lives.
        until: The last node that reads it; of what a block gives, that block; None for what the design gives.
    """

    path: NodePath
    spec: TensorSpec
    bytes: int
    first: int
    last: int
    until: NodePath | None


@dataclass(frozen=True)
class LiveSet:
    """What lives together in one step.

    Attributes:
        step: What runs; it makes the tensors of the same path, others were there.
        spans: The tensors, largest first; their bytes sum to the step's.
    """

    step: Step
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class MemoryTimeline:
    """What lives when, over a design.

    Attributes:
        steps: In order of execution.
        spans: By their first step.
    """

    steps: tuple[Step, ...]
    spans: tuple[Span, ...]

    @property
    def peak(self) -> int | None:
        """Index of the step in which most lives, the first of them; None where nothing runs."""
        return self._fullest(())

    @property
    def peak_bytes(self) -> int:
        """The most bytes that live at once."""
        return max((step.bytes for step in self.steps), default=0)

    def largest_live_set(self, path: NodePath = ()) -> LiveSet | None:
        """What lives in the step that needs most memory; None where there is no such step.

        Args:
            path: A node, or a block: only its steps are looked at. Empty for every step of the design.
        """
        index = self._fullest(path)
        if index is None:
            return None
        alive = [span for span in self.spans if span.first <= index <= span.last]
        return LiveSet(self.steps[index], tuple(sorted(alive, key=lambda span: -span.bytes)))

    def _fullest(self, path: NodePath) -> int | None:
        found = (index for index, step in enumerate(self.steps) if step.path[: len(path)] == path)
        return max(found, key=lambda index: self.steps[index].bytes, default=None)


def memory_timeline_of(analysis: Analysis) -> MemoryTimeline:
    """What lives when; tensors of unknown shape count as nothing. Its time grows with the nodes, not with their square.

    Args:
        analysis: Of the whole design.
    """
    steps = tuple(Step(path, size) for path, size in analysis.memory_timeline)
    spans = sorted(_spans(analysis, (), 0), key=lambda span: (span.first, span.last))
    return MemoryTimeline(steps, tuple(spans))


def _spans(analysis: Analysis, prefix: NodePath, offset: int) -> Iterator[Span]:
    """The spans of a design, or of a block's inside whose first step has this index."""
    plan, order = analysis.memory_plan, analysis.design.order
    ranges = plan.step_ranges(is_inside=bool(prefix))
    end = max((steps.stop for steps in ranges), default=0)
    for place, id in enumerate(order):
        report, steps = analysis.node(id), ranges[place]
        if report.inner is not None and len(steps):
            yield from _spans(report.inner, (*prefix, id), offset + steps.start)
        for held in plan.made_at(place):
            # Inside a block the tensor is its inner node's; it is the block's own when the block is done.
            first = steps.start if report.inner is None else steps.stop
            is_given = held.dies_at >= len(order)
            last = end - 1 if is_given else _last(plan.last_step(held), ranges[held.dies_at])
            if first <= last and report.outputs is not None:
                until = prefix or None if is_given else (*prefix, order[held.dies_at])
                spec = report.outputs[held.output]
                yield Span((*prefix, id), spec, held.bytes, offset + first, offset + last, until)


def _last(step: int | None, steps: range) -> int:
    return steps.stop - 1 if step is None else steps.start + step
