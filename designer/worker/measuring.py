"""Jobs that measure: their options as plain data, and the runtime's answers. What they do is the runtime's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from designer.files.design_json import loads
from designer.graph.design import Design
from designer.worker.options import Asked, Job, PlainJob, Tell, option, refuse_unknown

_SETTING = ("device", "threads", "batch", "dtype", "memory_format")
_EFFORT = ("time_limit_s", "share")


def _setting(options: Mapping[str, Any]) -> Any:
    from designer.runtime.measure.configuration import MeasuringConfiguration

    return MeasuringConfiguration(
        option(options, "device", str, "cpu"),
        option(options, "threads", int, None),
        option(options, "batch", int, 1),
        option(options, "dtype", str, "float32"),
        option(options, "memory_format", str, "contiguous"),
    )


def _effort(options: Mapping[str, Any], usual: Any) -> Any:
    return replace(
        usual,
        share=option(options, "share", float, usual.share),
        time_limit_s=option(options, "time_limit_s", float, usual.time_limit_s),
    )


def _folder(options: Mapping[str, Any]) -> Path | None:
    folder = option(options, "data_folder", str, None)
    return None if folder is None else Path(folder)


def _measure(design: Design, options: Mapping[str, Any], tell: Tell, asked: Asked) -> dict[str, Any]:
    from designer.runtime.measure.latency import measure_latency
    from designer.timing.rounds import TimeBudget

    refuse_unknown(options, (*_SETTING, *_EFFORT, "backend", "per_node"))
    configuration = _setting(options)
    report = measure_latency(
        design,
        device=configuration.device,
        threads=configuration.threads,
        batch=configuration.batch,
        dtype=configuration.dtype,
        memory_format=configuration.memory_format,
        backend=option(options, "backend", str, "eager"),
        per_node=option(options, "per_node", bool, True),
        budget=_effort(options, TimeBudget()),
        progress=tell,
        is_cancelled=asked,
    )
    return report.to_data()


def _pair(design: Design, options: Mapping[str, Any], tell: Tell, asked: Asked) -> dict[str, Any]:
    from designer.runtime.measure.interleaved_benchmark import PAIR_EFFORT, measure_pair

    refuse_unknown(options, (*_SETTING, *_EFFORT, "backend", "other_backend", "other_design"))
    other = option(options, "other_design", str, None)
    report = measure_pair(
        design,
        design if other is None else loads(other, "option 'other_design'"),
        backend=option(options, "backend", str, "eager"),
        other_backend=option(options, "other_backend", str, None),
        configuration=_setting(options),
        budget=_effort(options, PAIR_EFFORT),
        progress=tell,
        is_cancelled=asked,
    )
    return report.to_data()


def _rank(design: Design, options: Mapping[str, Any], tell: Tell, asked: Asked) -> dict[str, Any]:
    from designer.runtime.measure.interleaved_benchmark import RANK_EFFORT, rank_backends

    refuse_unknown(options, (*_SETTING, *_EFFORT, "backends"))
    report = rank_backends(
        design,
        keys=option(options, "backends", list, None),
        configuration=_setting(options),
        budget=_effort(options, RANK_EFFORT),
        progress=tell,
        found=lambda share, text, so_far: tell(share, text, so_far.to_data()),
        is_cancelled=asked,
    )
    return report.to_data()


def _roofline(design: Design, options: Mapping[str, Any], tell: Tell, asked: Asked) -> dict[str, Any]:
    from designer.runtime.measure.roofline_run import measure_roofline
    from designer.timing.rounds import TimeBudget

    refuse_unknown(options, (*_SETTING, *_EFFORT, "backend", "data_folder"))
    report = measure_roofline(
        design,
        backend=option(options, "backend", str, "eager"),
        configuration=_setting(options),
        budget=_effort(options, TimeBudget()),
        folder=_folder(options),
        progress=tell,
        is_cancelled=asked,
    )
    return report.to_data()


def _calibrate(options: Mapping[str, Any], tell: Tell, asked: Asked) -> dict[str, Any]:
    from designer.runtime.measure.peaks import calibrated

    refuse_unknown(options, ("device", "threads", "dtype", "data_folder", "renew"))
    peaks = calibrated(
        _setting(options),
        _folder(options),
        renew=option(options, "renew", bool, False),
        progress=tell,
        is_cancelled=asked,
    )
    return peaks.to_data()


def _devices(options: Mapping[str, Any], tell: Tell, asked: Asked) -> dict[str, Any]:
    from designer.runtime.measure.inventory import inventory

    refuse_unknown(options, ())
    tell(0.0, "looking for devices")
    return inventory().to_data()


MEASURING: Mapping[str, Job] = {"measure": _measure, "pair": _pair, "rank": _rank, "roofline": _roofline}
OF_THE_MACHINE: Mapping[str, PlainJob] = {"calibrate": _calibrate, "devices": _devices}
