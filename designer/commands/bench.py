"""Measure latency: one backend, all of them ranked, or two in turns."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from designer.commands.console import DONE, add_file, add_json, design_of, print_json, say, seconds
from designer.errors import JobFailed

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
    data = report.as_data()
    if options.json:
        print_json(data)
        return DONE
    _print_figure(data)
    _say_noise(data)
    return DONE


def _print_figure(data: Mapping[str, Any]) -> None:
    from designer.wording import milliseconds, plural

    of_rounds = "" if data["rounds"] == 1 else f"  (median of {plural(data['rounds'], 'round')})"
    print(_latency(data) + of_rounds)
    print(_words(data["conditions"]))
    for path, node_ms in sorted(data["node_ms"].items(), key=lambda entry: -float(entry[1])):
        print(f"    {path}  {milliseconds(node_ms)}")
    if data["node_ms"]:
        print(data["overhead_sentence"])
    if any("." in path for path in data["node_ms"]):
        print("A block has the time of its parts, which are listed as well.")


def _words(conditions: Mapping[str, Any]) -> str:
    known = {name: value for name, value in conditions.items() if value not in ("", None, {}) and name != "facts"}
    return "  ".join(f"{name}={value}" for name, value in (known | conditions["facts"]).items())


def _say_noise(data: Mapping[str, Any]) -> None:
    if data["noisy"]:
        say(f"noisy: {data['warning']}")


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
    data = report.as_data()
    if options.json:
        print_json(data)
        return DONE
    for point in sorted(data["points"], key=lambda point: -float(point["ms"])):
        shares = f"{percentage(point['time_share'])} of time, {percentage(point['mac_share'])} of MACs"
        reached = f"{percentage(point['of_roof'])} of the roof"
        print(f"    {point['path']}  {milliseconds(point['ms'])}  {shares}, {point['bound']} bound, {reached}")
    for sentence in (*data["sentences"], data["overhead_sentence"]):
        print(sentence)
    _say_noise(data["figure"])
    return DONE


def _pair(options: argparse.Namespace) -> int:
    from designer.runtime.measure.interleaved_benchmark import PAIR_EFFORT, measure_pair

    design = design_of(options.file)
    data = measure_pair(
        design,
        design if options.against is None else design_of(options.against),
        backend=options.backend,
        other_backend=options.against_backend,
        configuration=_setting(options),
        budget=_effort(options, PAIR_EFFORT),
    ).as_data()
    if options.json:
        print_json(data)
        return DONE
    for side in (data["first"], data["second"]):
        print(_side(side))
    print(data["sentence"])
    print(_words(data["first"]["conditions"]))
    _say_noise(data)
    return DONE


def _rank(options: argparse.Namespace) -> int:
    from designer.runtime.measure.interleaved_benchmark import RANK_EFFORT, rank_backends

    data = rank_backends(
        design_of(options.file), configuration=_setting(options), budget=_effort(options, RANK_EFFORT)
    ).as_data()
    if options.json:
        print_json(data)
        return DONE
    for row in data["rows"]:
        print(f"{row['place']}. {_side(row)}  {_against(row, data['reference'])}")
    for absent in data["absent"]:
        print(f"-  {absent['title']}: {absent['reason']}")
    shared = {key: value for key, value in data["rows"][0]["conditions"].items() if key not in _OF_ONE_BACKEND}
    print(_words(shared | {"facts": {}}))
    _say_noise(data)
    return DONE


def _against(row: Mapping[str, Any], reference: str) -> str:
    from designer.wording import ratio_interval

    if row["backend"] == reference:
        return "the reference"
    ratio = row["to_reference"]
    return f"×{ratio['ratio']:.3f} {ratio_interval(ratio['low'], ratio['high'], ratio['pairs'])} of {reference}"


def _side(side: Mapping[str, Any]) -> str:
    return f"{side['design']}, {side['title']}  {_latency(side)}"


def _latency(side: Mapping[str, Any]) -> str:
    from designer.wording import milliseconds

    return milliseconds(side["median_ms"], side["low_ms"], side["high_ms"], side["rounds"])
