"""What this machine does at most: arithmetic and memory, found by trying for a moment, and kept for the next time.

Arithmetic: square matrix products, two FLOPs a multiply-accumulate. Memory: adding one to a tensor far larger than the
caches, which reads and writes each byte once. Of several tries the best counts: a peak is what nothing disturbed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from designer.analysis.roofline import Peaks
from designer.errors import RecordError
from designer.measurement.options import MeasuringConfiguration
from designer.runtime.measure.configuration import DTYPES, device_of
from designer.runtime.measure.devices import device_name, losing, running_on, stopwatch_of
from designer.timing.measurement_lock import measurement_lock
from designer.timing.rounds import Cancelled, Progress

CACHE_NAME = "calibration.json"

_SIDES = {"cpu": 1024}
_SIDE_ELSEWHERE = 8192
_STREAM_BYTES = {"cpu": 2**27}
_STREAM_BYTES_ELSEWHERE = 2**30
_TRIES = 8


def calibrated(
    configuration: MeasuringConfiguration | None = None,
    folder: Path | None = None,
    *,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Peaks:
    """The peaks of a device for an element type and a number of threads.

    Args:
        configuration: Device, threads and element type; the rest does not matter.
        folder: Where they are kept; None keeps nothing.
        progress: Called between tries with the share done (0 to 1) and a text.
        is_cancelled: Asked between tries.

    Raises:
        JobFailed: One of the choices cannot be had on this machine.
        Cancelled: ``is_cancelled`` said so.
    """
    configuration = configuration or MeasuringConfiguration()
    device, dtype = device_of(configuration), configuration.dtype.value
    with running_on(configuration.threads) as threads:
        key = _key(device, threads, dtype)
        known = _read(folder)
        if key in known and (found := _peaks(known[key])) is not None:
            return found
        with measurement_lock(progress, is_cancelled), losing(device):
            peaks = _measured(device, threads, dtype, progress, is_cancelled)
    if folder is not None:
        _write(folder, known | {key: peaks.to_data()})
    return peaks


def _key(device: torch.device, threads: int, dtype: str) -> str:
    return " | ".join((device_name(device), str(device), f"{threads} threads", dtype, f"torch {torch.__version__}"))


def _measured(
    device: torch.device, threads: int, dtype: str, progress: Progress, is_cancelled: Callable[[], bool]
) -> Peaks:
    with torch.inference_mode():
        side = _SIDES.get(device.type, _SIDE_ELSEWHERE)
        left, right = (torch.randn(side, side, device=device).to(DTYPES[dtype]) for _ in range(2))
        product = torch.empty_like(left)
        product_s = _best(lambda: torch.mm(left, right, out=product), device, progress, is_cancelled, 0.0)
        elements = _STREAM_BYTES.get(device.type, _STREAM_BYTES_ELSEWHERE) // 4
        stream = torch.zeros(elements, device=device)
        stream_s = _best(lambda: stream.add_(1.0), device, progress, is_cancelled, 0.5)
    return Peaks(
        str(device),
        device_name(device),
        threads,
        dtype,
        2 * side**3 / product_s,
        2 * 4 * elements / stream_s,
        str(torch.__version__),
    )


def _best(
    call: Callable[[], object],
    device: torch.device,
    progress: Progress,
    is_cancelled: Callable[[], bool],
    done: float,
) -> float:
    timed = stopwatch_of(device)
    call()
    best = float("inf")
    for index in range(_TRIES):
        if is_cancelled():
            raise Cancelled
        progress(done + 0.5 * index / _TRIES, "finding what this machine does at most")
        best = min(best, timed(call, 1))
    return best


def _read(folder: Path | None) -> dict[str, Any]:
    """What is kept; nothing where there is no such file, or it is none of ours: it is made anew."""
    if folder is None:
        return {}
    try:
        data = json.loads((folder / CACHE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _peaks(entry: Any) -> Peaks | None:
    """Peaks from what is kept, or None where it is not whole."""
    try:
        found = replace(Peaks.from_data(entry), from_cache=True)
    except RecordError:
        return None
    return found if found.flops_per_s > 0 and found.bytes_per_s > 0 else None


def _write(folder: Path, entries: Mapping[str, Any]) -> None:
    """Keep what was found; a folder that cannot be written costs a second the next time, and no more."""
    part = folder / f"{CACHE_NAME}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(entries, indent=1), encoding="utf-8")
        part.replace(folder / CACHE_NAME)
    except OSError:
        with suppress(OSError):
            part.unlink()
