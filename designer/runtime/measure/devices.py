"""What this machine can measure on: devices, their names, threads, and waiting until a device is done."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import torch

from designer import machine
from designer.errors import DeviceLost, JobFailed, near
from designer.runtime.compile.memory import is_out_of_memory
from designer.timing.rounds import Stopwatch, stopwatch


def available_devices() -> tuple[str, ...]:
    """Devices by PyTorch's words: ``cpu`` first, then every ``cuda:0``, ``xpu:0`` and ``mps`` there is."""
    found = ["cpu"]
    found += [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    if hasattr(torch, "xpu"):
        found += [f"xpu:{index}" for index in range(torch.xpu.device_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    return tuple(found)


def resolve_device(name: str) -> torch.device:
    """The device of a name; ``cuda`` and ``xpu`` alone mean the first.

    Raises:
        JobFailed: This machine has no such device; the text says which it has.
    """
    known = available_devices()
    wanted = f"{name}:0" if name in {"cuda", "xpu"} else name
    if wanted not in known:
        raise JobFailed(
            f"there is no device '{name}' on this machine{near(name, known)}; PyTorch {torch.__version__} finds: "
            f"{', '.join(known)}"
        )
    return torch.device(wanted)


@contextmanager
def running_on(threads: int | None) -> Iterator[int]:
    """Run on so many threads; gives the number, and puts the old one back.

    None is for as many as PyTorch chooses, yet no more than this process has processors' time for.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, machine.processors()) if threads is None else threads)
    try:
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def synchroniser(device: torch.device) -> Callable[[], object]:
    """What waits until the device has done all it was asked; nothing to wait for on a CPU."""
    if device.type == "cuda":
        return lambda: torch.cuda.synchronize(device)
    if device.type == "xpu":
        return lambda: torch.xpu.synchronize(device)
    if device.type == "mps":
        return torch.mps.synchronize
    return lambda: None


def stopwatch_of(device: torch.device) -> Stopwatch:
    """What times calls on a device: its own events on CUDA and XPU, the clock and a wait elsewhere."""
    if device.type == "cuda":
        return _event_stopwatch(torch.cuda, device)
    if device.type == "xpu":
        return _event_stopwatch(torch.xpu, device)
    return stopwatch(synchronise=synchroniser(device))


def _event_stopwatch(module: Any, device: torch.device) -> Stopwatch:
    def timed(call: Callable[[], object], calls: int) -> float:
        with module.device(device):
            module.synchronize()
            begin, end = (module.Event(enable_timing=True) for _ in range(2))
            begin.record()
            for _ in range(calls):
                call()
            end.record()
            module.synchronize()
            return float(begin.elapsed_time(end)) / 1e3 / calls

    return timed


@contextmanager
def losing(device: torch.device) -> Iterator[None]:
    """Says of an error that a device other than the CPU gives, and that is no lack of memory, that the device is lost.

    Raises:
        DeviceLost: In the place of PyTorch's error.
    """
    try:
        yield
    except RuntimeError as error:
        if device.type == "cpu" or is_out_of_memory(error):
            raise
        raise DeviceLost(
            f"{device} stopped answering: {str(error).strip().splitlines()[0]}; "
            "what was measured is not kept. Start anew to look for the devices that are left"
        ) from error


def device_name(device: torch.device) -> str:
    """The name its maker gave the processor of a device."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    if device.type == "xpu":
        return str(torch.xpu.get_device_name(device))
    return processor_name()


@cache
def processor_name() -> str:
    """The name of this machine's processor, as near as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.partition(":")[0].strip() in {"model name", "Model", "cpu model"}:
                return line.partition(":")[2].strip()
    except OSError:  # no Linux
        pass
    return platform.processor() or platform.machine()
