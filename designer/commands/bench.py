"""Measure latency: one backend, all of them ranked, or two in turns."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from designer.commands.console import DONE, add_file, add_json, design_of, print_json, say, seconds
from designer.errors import JobFailed

if TYPE_CHECKING:
    from designer.measurement.interleaved import RankedSide, Side
    from designer.measurement.latency import Conditions, LatencyReport, TimedRun

ALL = "all"

_OF_ONE_BACKEND = ("backend", "memory_format", "facts", "warm_up_rounds", "calls_per_round")
"""Conditions in which the backends of a ranking differ."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("--backend", default="eager", metavar="NAME|all", help="what runs it; all ranks all of them")
    parser.add_argument("--device", default="cpu", metavar="cpu|cuda:0|mps")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads; PyTorch's choice where not said")
    parser.add_argument("--batch", type=int, default=1, metavar="N", help="pictures at once")
    parser.add_argument("--dtype", default="float32", metavar="float32|float16|bfloat16", help="element type")
    parser.add_argument("--channels-last", action="store_true", help="a pixel's channels together in memory")
    parser.add_argument("--per-node", action="store_true", help="time each node as well")
    parser.add_argument("--roofline", action="store_true", help="hold each node against what this machine does at most")
    parser.add_argument("--against", type=Path, metavar="OTHER.design.json", help="measure both in turns, and compare")
    parser.add_argument("--against-backend", metavar="NAME", help="what runs the other; the same where not said")
    parser.add_argument("--time-limit", type=seconds, metavar="S", help="seconds that measuring may take")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status.

    Raises:
        JobFailed: The options do not go together.
    """
    if options.against is not None or options.against_backend is not None:
        if options.backend == ALL:
            raise JobFailed("--backend all ranks one design; --against takes one backend by its name")
        return _pair(options)
    if options.backend == ALL:
        return _rank(options)
    return _roofline(options) if options.roofline else _one(options)


def _setting(options: argparse.Namespace) -> Any:
    from designer.runtime.measure.configuration import MeasuringConfiguration

    memory_format = "channels_last" if options.channels_last else "contiguous"
    return MeasuringConfiguration(options.device, options.threads, options.batch, options.dtype, memory_format)


def _effort(options: argparse.Namespace, usual: Any) -> Any:
    return usual if options.time_limit is None else replace(usual, time_limit_s=options.time_limit)


def _one(options: argparse.Namespace) -> int:
    from designer.runtime.measure.latency import measure_latency
    from designer.timing.rounds import TimeBudget

    setting = _setting(options)
    report = measure_latency(
        design_of(options.file),
        device=setting.device,
        threads=setting.threads,
        batch=setting.batch,
        dtype=setting.dtype,
        memory_format=setting.memory_format,
        backend=options.backend,
        per_node=options.per_node,
        budget=_effort(options, TimeBudget()),
    )
    if options.json:
        print_json(report.to_data())
        return DONE
    _print_figure(report)
    _say_noise(report.warning)
    return DONE


def _print_figure(report: LatencyReport) -> None:
    from designer.wording import milliseconds, plural

    of_rounds = "" if report.rounds == 1 else f"  (median of {plural(report.rounds, 'round')})"
    print(_latency(report) + of_rounds)
    print(_words(report.conditions))
    for path, node_ms in sorted(report.node_ms.items(), key=lambda entry: -entry[1]):
        print(f"    {path}  {milliseconds(node_ms)}")
    if report.node_ms:
        print(report.overhead_sentence)
    if any("." in path for path in report.node_ms):
        print("A block has the time of its parts, which are listed as well.")


def _words(conditions: Conditions, leaving_out: tuple[str, ...] = ()) -> str:
    """The conditions that are known, by name; what the backend says of itself last."""
    values = {each.name: getattr(conditions, each.name) for each in fields(conditions) if each.name not in leaving_out}
    values |= values.pop("facts", {})
    return "  ".join(f"{name}={value}" for name, value in values.items() if value not in ("", None))


def _say_noise(warning: str) -> None:
    if warning:
        say(f"noisy: {warning}")


def _roofline(options: argparse.Namespace) -> int:
    from designer.runtime.measure.roofline_run import measure_roofline
    from designer.timing.rounds import TimeBudget
    from designer.wording import milliseconds, percentage

    report = measure_roofline(
        design_of(options.file),
        backend=options.backend,
        configuration=_setting(options),
        budget=_effort(options, TimeBudget()),
    )
    if options.json:
        print_json(report.to_data())
        return DONE
    for point in sorted(report.points, key=lambda point: -point.ms):
        shares = f"{percentage(point.time_share)} of time, {percentage(point.mac_share)} of MACs"
        reached = f"{percentage(point.of_roof)} of the roof"
        print(f"    {point.path}  {milliseconds(point.ms)}  {shares}, {point.bound.value} bound, {reached}")
    for sentence in (*report.sentences, report.overhead_sentence):
        print(sentence)
    _say_noise(report.figure.warning)
    return DONE


def _pair(options: argparse.Namespace) -> int:
    from designer.runtime.measure.interleaved_benchmark import PAIR_EFFORT, measure_pair

    design = design_of(options.file)
    report = measure_pair(
        design,
        design if options.against is None else design_of(options.against),
        backend=options.backend,
        other_backend=options.against_backend,
        configuration=_setting(options),
        budget=_effort(options, PAIR_EFFORT),
    )
    if options.json:
        print_json(report.to_data())
        return DONE
    for side in (report.first, report.second):
        print(_side(side))
    print(report.sentence)
    print(_words(report.first.conditions))
    _say_noise(report.warning)
    return DONE


def _rank(options: argparse.Namespace) -> int:
    from designer.runtime.measure.interleaved_benchmark import RANK_EFFORT, rank_backends

    report = rank_backends(
        design_of(options.file), configuration=_setting(options), budget=_effort(options, RANK_EFFORT)
    )
    if options.json:
        print_json(report.to_data())
        return DONE
    for row in report.rows:
        print(f"{row.place}. {_side(row)}  {_against(row, report.reference)}")
    for absent in report.absent:
        print(f"-  {absent.title}: {absent.reason}")
    print(_words(report.rows[0].conditions, _OF_ONE_BACKEND))
    _say_noise(report.warning)
    return DONE


def _against(row: RankedSide, reference: str) -> str:
    from designer.wording import ratio_interval

    if row.backend == reference:
        return "the reference"
    ratio = row.to_reference
    return f"×{ratio.ratio:.3f} {ratio_interval(ratio.low, ratio.high, ratio.pairs)} of {reference}"


def _side(side: Side) -> str:
    return f"{side.design}, {side.title}  {_latency(side)}"


def _latency(run: TimedRun) -> str:
    from designer.wording import milliseconds

    return milliseconds(run.median_ms, run.low_ms, run.high_ms, run.rounds)
