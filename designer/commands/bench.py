"""Measure latency: one backend, all of them ranked, or two in turns."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from designer.commands.console import DONE, add_file, add_json, design_of, print_json, say
from designer.commands.flags import add_flag, said
from designer.errors import JobFailed
from designer.graph.option_set import OptionSet
from designer.graph.parameter import Parameter
from designer.measurement.options import LatencyOptions, MemoryFormat, PairOptions, RankOptions, RooflineOptions

if TYPE_CHECKING:
    from designer.measurement.interleaved import RankedSide, Side
    from designer.measurement.latency import Conditions, LatencyReport, TimedRun

ALL = "all"

O = TypeVar("O", bound=OptionSet)  # noqa: E741  # one letter, as type variables are

_OF_ONE_BACKEND = ("backend", "memory_format", "facts", "warm_up_rounds", "calls_per_round")
"""Conditions in which the backends of a ranking differ."""


_SETS = (LatencyOptions, PairOptions, RankOptions, RooflineOptions)


def _parameters() -> dict[str, Parameter]:
    """By name what may be chosen of one way of measuring or another."""
    return {each.name: each for options in _SETS for each in options.parameters}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes; what can be chosen before measuring is a flag here."""
    add_file(parser)
    for parameter in _parameters().values():
        if parameter.name == "backend":
            add_flag(parser, parameter, f"{parameter.help} The word all ranks all of them.", f"NAME|{ALL}")
        else:
            add_flag(parser, parameter)
    parser.add_argument(
        "--channels-last",
        dest="memory_format",
        action="store_const",
        const=MemoryFormat.CHANNELS_LAST.value,
        help="A pixel's channels together in memory.",
    )
    parser.add_argument("--roofline", action="store_true", help="Hold each node against the most this machine does.")
    parser.add_argument("--against", type=Path, metavar="OTHER.design.json", help="Measure both in turns, and compare.")
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


def _chosen(options: argparse.Namespace, kind: type[O]) -> O:
    """What was said of one way of measuring."""
    return kind.from_texts(said(options, [parameter.name for parameter in kind.parameters]))


def _one(options: argparse.Namespace) -> int:
    from designer.runtime.measure.latency import latency_of

    report = latency_of(design_of(options.file), _chosen(options, LatencyOptions))
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
    from designer.wording import milliseconds, percentage

    report = measure_roofline(design_of(options.file), _chosen(options, RooflineOptions))
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
    from designer.runtime.measure.interleaved_benchmark import measure_pair

    design = design_of(options.file)
    other = design if options.against is None else design_of(options.against)
    report = measure_pair(design, other, _chosen(options, PairOptions))
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
    from designer.runtime.measure.interleaved_benchmark import rank_backends

    report = rank_backends(design_of(options.file), _chosen(options, RankOptions))
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
