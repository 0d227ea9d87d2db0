"""The roofline of a machine over a design: which nodes wait for memory and which for arithmetic, in numbers and words.

A node that does F FLOPs and moves B bytes takes at least max(F / peak FLOPs a second, B / peak bytes a second). Where
the second is larger it is memory bound: its intensity F/B lies below the ridge, where both limits meet. Bytes moved are
inputs, weights and output, each once.
Source: Williams, Waterman, Patterson 2009, Roofline, Communications of the ACM 52(4).
Knows neither Qt nor torch; times come in as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from designer.analysis.analysis import Analysis
from designer.record import Record
from designer.wording import milliseconds, percentage, plural, short

_FOUR_BYTES = 4


_WHY_MORE = "timing step by step waits after each, and keeps the machine from working ahead"
_WHY_LESS = "the work between nodes is no node's, and what interrupts a run falls on the whole but on no node's median"


class Bound(Enum):
    """What a node waits for at best."""

    MEMORY = "memory"
    COMPUTE = "compute"


@dataclass(frozen=True)
class Peaks(Record):
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

    keys = (
        *("device", "processor", "threads", "dtype", "flops_per_s", "bytes_per_s", "torch_version", "from_cache"),
        "ridge",
    )

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


@dataclass(frozen=True)
class Point(Record):
    """One node under the roof.

    Attributes:
        path: The node, joined by dots.
        title: What it is.
        ms: Its measured time, in milliseconds.
        time_share: That by all nodes'.
        macs: Multiply-accumulates.
        mac_share: That by all nodes'.
        flops: FLOPs.
        bytes: Bytes moved: inputs, weights, output, each once.
        limit_ms: The least time that the peaks allow, in milliseconds.
        bound: What it waits for at best.
    """

    keys = (
        *("path", "title", "ms", "time_share", "macs", "mac_share", "flops", "bytes", "intensity"),
        *("attained_flops_per_s", "limit_ms", "bound", "of_roof"),
    )

    path: str
    title: str
    ms: float
    time_share: float
    macs: int
    mac_share: float
    flops: int
    bytes: int
    limit_ms: float
    bound: Bound

    @property
    def intensity(self) -> float:
        """FLOPs a byte moved."""
        return self.flops / self.bytes if self.bytes else 0.0

    @property
    def attained_flops_per_s(self) -> float:
        """FLOPs a second that it was measured to do."""
        return self.flops / self.ms * 1e3 if self.ms > 0 else 0.0

    @property
    def of_roof(self) -> float:
        """The least time that the peaks allow, as a share of the measured one."""
        return self.limit_ms / self.ms if self.ms > 0 else 0.0


def points_of(
    analysis: Analysis,
    node_ms: Mapping[str, float],
    peaks: Peaks,
    into: Mapping[str, str] | None = None,
    element_bytes: int = _FOUR_BYTES,
) -> tuple[Point, ...]:
    """Every timed node under the roof, in order of execution.

    Args:
        analysis: Of the design, at the batch that was measured.
        node_ms: Measured milliseconds by path joined with dots.
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
    timed = [(path, *costs[path]) for path in costs if path in node_ms and path not in into]
    whole_ms = sum(node_ms[path] for path, _, _ in timed) or 1.0
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
                node_ms[path],
                node_ms[path] / whole_ms,
                cost.macs,
                cost.macs / whole_macs,
                flops,
                moved,
                max(arithmetic_s, memory_s) * 1e3,
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


def overhead_sentence(sum_ms: float, whole_ms: float) -> str:
    """How the nodes' times together stand to the whole.

    Args:
        sum_ms: Milliseconds of all nodes, timed step by step.
        whole_ms: Milliseconds of the whole, timed without looking inside; more than 0.
    """
    difference = sum_ms - whole_ms
    way, why = ("more", _WHY_MORE) if difference >= 0 else ("less", _WHY_LESS)
    together, apart, whole = map(milliseconds, (sum_ms, abs(difference), whole_ms))
    share = percentage(abs(difference) / whole_ms)
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
