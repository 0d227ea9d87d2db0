"""The quickest backend of MobileNetV2 in float32 against plain eager, on one thread and on all."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from designer.measurement.interleaved import Side
from designer.measurement.options import EAGER, RankOptions
from designer.runtime.measure.interleaved_benchmark import rank_backends
from designer.timing.rounds import TimeBudget
from tests.benchmarks.designs import mobilenet_v2
from tests.benchmarks.pairs import PairedTimes
from tests.benchmarks.rows import Comparison, Row

GOAL = 0.30
_SECONDS_A_ROUND = 1.0


def rows(rounds: int) -> Iterator[Row]:
    """Every backend against eager; the goal is for the quickest."""
    for threads in sorted({1, torch.get_num_threads()}) if rounds > 1 else (1,):
        budget = TimeBudget(share=1e-9, time_limit_s=rounds * _SECONDS_A_ROUND, most_rounds=10 * rounds)
        sides = rank_backends(mobilenet_v2(), RankOptions(threads=threads), budget=budget).rows
        (eager,) = (side for side in sides if side.backend == EAGER)
        for side in sides:
            if side is not eager:
                yield _row(side, eager, threads)


def _row(side: Side, eager: Side, threads: int) -> Comparison:
    facts = " ".join(f"{name} {version}" for name, version in side.conditions.facts.items())
    what = f"{side.title}{f' ({facts})' if facts else ''}, threads: {threads}"
    return Comparison(what, f"eager, torch {torch.__version__}", PairedTimes(_seconds(side), _seconds(eager)), GOAL)


def _seconds(side: Side) -> tuple[float, ...]:
    return tuple(ms / 1e3 for ms in side.rounds_ms)
