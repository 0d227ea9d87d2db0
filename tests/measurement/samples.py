"""Records of measurements with figures that are made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from designer.analysis.roofline import Bound, Peaks, Point
from designer.measurement.activity import ActivityOptions, ActivityReport, LayerActivity
from designer.measurement.devices import BackendOffer, Device, Inventory, Offer
from designer.measurement.interleaved import (
    AbsentBackend,
    PairReport,
    RankedSide,
    RankPreparation,
    RankReport,
    ReadyBackend,
    Side,
)
from designer.measurement.latency import Conditions, LatencyReport, Parity
from designer.measurement.redesign import RedesignReport
from designer.measurement.roofline import RooflineReport
from designer.measurement.spiral import SpiralOptions, SpiralPicture, SpiralReport, SpiralSpread
from designer.timing.statistics import PairedRatio, Verdict

CONDITIONS = Conditions(
    "cpu", "a processor", 2, 1, "float32", "contiguous", "PyTorch eager", "2.9", "3.12", "Linux 6", 8, 1
)
PARITY = Parity(1e-6, 3.0, 1e-3)


def rounds(median_ms: float, share: float = 0.1) -> tuple[float, ...]:
    """Twelve rounds whose median is this, with an interval of so large a share of it to each side."""
    return tuple(median_ms * (1 + share * step) for step in (-1, 0, 1) for _ in range(4))


def latency(
    digest: str = "0", median_ms: float = 1.0, batch: int = 1, node_ms: Mapping[str, float] | None = None
) -> LatencyReport:
    """A latency, with the times of nodes where they are given."""
    conditions = replace(CONDITIONS, batch=batch)
    return LatencyReport(digest, "eager", rounds(median_ms), conditions, PARITY, 0.5, node_ms=node_ms or {})


def side(key: str = "eager", title: str = "PyTorch eager", median_ms: float = 1.0) -> Side:
    """One side of a pair."""
    conditions = replace(CONDITIONS, backend=title)
    return Side("0", key, rounds(median_ms), conditions, PARITY, 0.5, "it", title)


def pair() -> PairReport:
    """A second that takes half as long."""
    ratio = PairedRatio(0.5, 0.48, 0.52, 40, Verdict.FASTER)
    return PairReport(side(median_ms=2.0), side(median_ms=1.0), ratio)


def rank() -> RankReport:
    """Two backends, and one that is not here."""
    quick = PairedRatio(0.5, 0.45, 0.55, 40, Verdict.FASTER)
    same = PairedRatio(1.0, 1.0, 1.0, 40, Verdict.NO_DIFFERENCE)
    rows = (
        RankedSide.of(side("folded", "PyTorch, folded", 1.0), 1, quick),
        RankedSide.of(side("eager", "PyTorch eager", 2.0), 2, same),
    )
    return RankReport("0", "eager", rows, (AbsentBackend("openvino", "OpenVINO", "openvino is not installed"),))


def rank_so_far() -> tuple[RankPreparation | RankReport, ...]:
    """The same while it is measured: one is ready and one is not here, then both are ready, then both have times."""
    whole = rank()
    ready = tuple(ReadyBackend(row.backend, row.title, row.agreement) for row in whole.rows)
    preparing = [RankPreparation("0", "eager", rows, whole.absent) for rows in (ready[1:], ready)]
    return *preparing, whole


def roofline(digest: str = "0") -> RooflineReport:
    """A node under each part of the roof; each reaches half of what it might."""
    peaks = Peaks("cpu", "a processor", 2, "float32", 1e11, 1e10, "2.9")
    points = (
        Point("expand", "expand", 1.0, 0.5, 10**7, 0.5, 5 * 10**7, 1_250_000, 0.5, Bound.COMPUTE),
        Point("depthwise", "depthwise", 1.0, 0.5, 10**7, 0.5, 10**7, 5 * 10**6, 0.5, Bound.MEMORY),
    )
    return RooflineReport(latency(digest, node_ms={"expand": 1.0, "depthwise": 1.0}), peaks, points)


def devices() -> Inventory:
    """What can be measured on: two backends and one that is absent."""
    types, formats = ("float32", "bfloat16"), ("contiguous", "channels_last")
    backends = (
        BackendOffer("eager", "", "PyTorch eager", "As written.", types, formats),
        BackendOffer("folded", "", "PyTorch, folded", "Batch norms folded.", types, formats),
        BackendOffer("openvino", "openvino is not installed", "OpenVINO", "", ("float32",), ()),
    )
    cpu = Device("cpu", "a processor", 2, tuple(Offer(key, "") for key in types), formats, backends)
    return Inventory((cpu,), {"torch": "2.9"}, "")


def spiral(options: SpiralOptions | None = None) -> SpiralReport:
    """Three points that come back as they were, with a share for each n that means nothing."""
    chosen = options or SpiralOptions()
    points = ((1.0, 0.0), (0.0, 1.0), (-1.0, -1.0))
    pictures = tuple(SpiralPicture(n, chosen.seed, points, 0.5) for n in chosen.channels)
    curve = tuple(SpiralSpread(n, (0.25, 0.5, 0.75)) for n in sorted(set(chosen.channels)))
    return SpiralReport(chosen, points, pictures, curve)


def activity(digest: str = "0", path: tuple[str, ...] = ("expand_act",)) -> ActivityReport:
    """One layer of which each quarter does something else."""
    layer = LayerActivity(path, "ReLU6", 144, 36, 36, 36, 0.5, 0.1, 6.0, 24, 108, 4096)
    return ActivityReport(digest, ActivityOptions(), "fresh weights, seed 0", "8 inputs of normal noise", (layer,))


def pruning(design: str = "{}", weights: str = "slim.safetensors") -> RedesignReport:
    """What pruning gave; the design is the one that is told."""
    return RedesignReport(design, weights, "net.safetensors, all 3 tensors", ("classifier: the network gives them",))
