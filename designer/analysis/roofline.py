"""The roofline of a machine over a design: which nodes wait for memory and which for arithmetic, in numbers and words.

A node that does F FLOPs and moves B bytes takes at least max(F / peak FLOPs a second, B / peak bytes a second). Where
the second is larger it is memory bound: its intensity F/B lies below the ridge, where both limits meet. Bytes moved are
inputs, weights and output, each once.
Source: Williams, Waterman, Patterson 2009, Roofline, Communications of the ACM 52(4).
Knows neither Qt nor torch; times come in as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from designer.analysis.analysis import Analysis
from designer.wording import milliseconds, percentage, plural, short

_FOUR_BYTES = 4


_WHY_MORE = "timing step by step waits after each, and keeps the machine from working ahead"
_WHY_LESS = "the work between nodes is no node's, and what interrupts a run falls on the whole but on no node's median"


class Bound(Enum):
    """What a node waits for at best."""

    MEMORY = "memory"
    COMPUTE = "compute"


@dataclass(frozen=True)
class Peaks:
    """What a machine was measured to do at most.

    Attributes:
        device: In PyTorch's words.
        processor: Its name.
        threads: CPU threads.
        dtype: Element type of the arithmetic.
        flops_per_s: Floating-point operations a second; a multiply-accumulate is two.
        bytes_per_s: Bytes a second to and from memory.
        torch_version: What it was measured with.
        from_cache: Whether it was measured earlier.
    """

    device: str
    processor: str
    threads: int
    dtype: str
    flops_per_s: float
    bytes_per_s: float
    torch_version: str
    from_cache: bool = False

    @property
    def ridge(self) -> float:
        """FLOPs a byte where both limits meet."""
        return self.flops_per_s / self.bytes_per_s

    def as_data(self) -> dict[str, Any]:
        """It as JSON data."""
        return {**asdict(self), "ridge": self.ridge}


@dataclass(frozen=True)
class Point:
    """One node under the roof.

    Attributes:
        path: The node, joined by dots.
        title: What it is.
        seconds: Its measured time.
        time_share: That by all nodes'.
        macs: Multiply-accumulates.
        mac_share: That by all nodes'.
        flops: FLOPs.
        bytes: Bytes moved: inputs, weights, output, each once.
        limit_s: The least time that the peaks allow.
        bound: What it waits for at best.
    """

    path: str
    title: str
    seconds: float
    time_share: float
    macs: int
    mac_share: float
    flops: int
    bytes: int
    limit_s: float
    bound: Bound

    @property
    def intensity(self) -> float:
        """FLOPs a byte moved."""
        return self.flops / self.bytes if self.bytes else 0.0

    def as_data(self) -> dict[str, Any]:
        """It as JSON data, in milliseconds."""
        return {
            "path": self.path,
            "title": self.title,
            "ms": self.seconds * 1e3,
            "time_share": self.time_share,
            "macs": self.macs,
            "mac_share": self.mac_share,
            "flops": self.flops,
            "bytes": self.bytes,
            "intensity": self.intensity,
            "attained_flops_per_s": self.flops / self.seconds if self.seconds > 0 else 0.0,
            "limit_ms": self.limit_s * 1e3,
            "bound": self.bound.value,
            "of_roof": self.limit_s / self.seconds if self.seconds > 0 else 0.0,
        }


def points_of(
    analysis: Analysis,
    node_s: Mapping[str, float],
    peaks: Peaks,
    into: Mapping[str, str] | None = None,
    element_bytes: int = _FOUR_BYTES,
) -> tuple[Point, ...]:
    """Every timed node under the roof, in order of execution.

    Args:
        analysis: Of the design, at the batch that was measured.
        node_s: Measured seconds by path joined with dots.
        peaks: What the machine does at most.
        into: By path of a node that is computed within another, that other; its arithmetic counts there, and nothing is
            moved between the two.
        element_bytes: Bytes of an element as it was measured; the analysis counts four.
    """
    into = into or {}
    costs = {".".join(path): (node.layer.title, report.cost) for path, node, report in analysis.primitives()}
    within: dict[str, int] = {}
    for path, other in into.items():
        cost = costs[path][1]
        within[other] = within.get(other, 0) + (cost.elementwise if cost else 0)
    timed = [(path, *costs[path]) for path in costs if path in node_s and path not in into]
    whole_s = sum(node_s[path] for path, _, _ in timed) or 1.0
    whole_macs = sum(cost.macs for _, _, cost in timed if cost) or 1
    found = []
    for path, title, cost in timed:
        if cost is None:
            continue
        flops, moved = cost.flops + within.get(path, 0), cost.bytes_moved * element_bytes // _FOUR_BYTES
        arithmetic_s, memory_s = flops / peaks.flops_per_s, moved / peaks.bytes_per_s
        found.append(
            Point(
                path,
                title,
                node_s[path],
                node_s[path] / whole_s,
                cost.macs,
                cost.macs / whole_macs,
                flops,
                moved,
                max(arithmetic_s, memory_s),
                Bound.MEMORY if memory_s > arithmetic_s else Bound.COMPUTE,
            )
        )
    return tuple(found)


def sentences(points: Sequence[Point], peaks: Peaks) -> tuple[str, ...]:
    """What the points say: how much waits for memory, which kinds of layer do, and which node costs more than its work.

    Args:
        points: As ``points_of`` gives them.
        peaks: The machine they were measured on.
    """
    if not points:
        return ()
    return (
        f"This machine does {short(peaks.flops_per_s)}FLOP/s and moves {short(peaks.bytes_per_s)}B/s at most "
        f"({peaks.device}, {plural(peaks.threads, 'thread')}, {peaks.dtype}): a node with fewer than "
        f"{short(peaks.ridge)} FLOPs a byte waits for memory, however quick the arithmetic is.",
        _split_sentence(points),
        *_kind_sentences(points),
        *_costlier_than_its_work(points, peaks),
    )


def overhead_sentence(sum_s: float, whole_s: float) -> str:
    """How the nodes' times together stand to the whole.

    Args:
        sum_s: Seconds of all nodes, timed step by step.
        whole_s: Seconds of the whole, timed without looking inside; more than 0.
    """
    difference = sum_s - whole_s
    way, why = ("more", _WHY_MORE) if difference >= 0 else ("less", _WHY_LESS)
    together, apart, whole = (milliseconds(1e3 * each) for each in (sum_s, abs(difference), whole_s))
    share = percentage(abs(difference) / whole_s)
    return f"The nodes take {together} together, {apart} ({share}) {way} than the whole of {whole}: {why}."


def _split_sentence(points: Sequence[Point]) -> str:
    parts = []
    for bound in (Bound.MEMORY, Bound.COMPUTE):
        ours = [point for point in points if point.bound is bound]
        shares = percentage(sum(point.time_share for point in ours)), percentage(sum(point.mac_share for point in ours))
        parts.append(
            f"{plural(len(ours), 'node')} {bound.value} bound with {shares[0]} of the time and {shares[1]} of the MACs"
        )
    return f"{parts[0]}; {parts[1]}."


def _kind_sentences(points: Sequence[Point]) -> list[str]:
    """One sentence on each bound, naming the kinds of layer that take most of its time."""
    found = []
    for bound in (Bound.MEMORY, Bound.COMPUTE):
        times: dict[str, float] = {}
        for point in points:
            if point.bound is bound:
                times[point.title] = times.get(point.title, 0.0) + point.time_share
        leading = sorted(times.items(), key=lambda entry: -entry[1])[:3]
        if leading:
            named = ", ".join(f"{title} ({percentage(share)} of the time)" for title, share in leading)
            found.append(f"{bound.value.capitalize()} bound above all: {named}.")
    return found


def _costlier_than_its_work(points: Sequence[Point], peaks: Peaks) -> list[str]:
    """The memory-bound node whose share of time exceeds its share of MACs most."""
    ours = [point for point in points if point.bound is Bound.MEMORY and point.macs]
    if not ours:
        return []
    point = max(ours, key=lambda point: point.time_share - point.mac_share)
    if point.time_share <= point.mac_share:
        return []
    macs, time = percentage(point.mac_share), percentage(point.time_share)
    return [
        f"{point.path} ({point.title}) has {macs} of the MACs and {time} of the time: "
        f"it does {short(point.intensity)} FLOPs for each byte it moves, and {short(peaks.ridge)} "
        "would be needed to keep the arithmetic busy."
    ]
