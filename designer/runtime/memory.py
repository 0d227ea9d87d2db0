"""How much memory there is, how much a design needs, and the refusal that compares the two before any is allocated."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch

from designer.analysis.snapshot import Analysis
from designer.errors import NotEnoughMemory
from designer.wording import memory as in_bytes

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


_SCRATCH_SHARE = 0.7
"""Bytes that a convolution takes for copies in its own order, as a share of the activations: on a CPU the whole process
was seen to grow by 1.2 to 1.67 times the peak of activations (MobileNets and bottlenecks, batch 1 to 64)."""


def required_bytes(analysis: Analysis) -> int:
    """Bytes to run a design once: weights and running statistics, the most activations at once, and scratch space."""
    return weight_bytes(analysis) + analysis.totals.peak_activation_bytes + scratch_bytes(analysis)


def scratch_bytes(analysis: Analysis) -> int:
    """Bytes that PyTorch's kernels take beside the activations, as far as one can say beforehand."""
    return int(analysis.totals.peak_activation_bytes * _SCRATCH_SHARE)


def weight_bytes(analysis: Analysis) -> int:
    """Bytes of everything a module of the design keeps: what is trained, and the running statistics."""
    return sum(
        weight.bytes(inputs[0].dtype)
        for _, node, report in analysis.primitives()
        if (inputs := report.known_inputs)
        for weight in node.layer.weights(*inputs)
    )


def available_bytes(device: torch.device) -> int | None:
    """Bytes that can still be allocated on a device, or None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    known = [size for size in (_free_bytes(), _cgroup_bytes(), _address_space_bytes()) if size is not None]
    return min(known, default=None)


def require_memory(analysis: Analysis, device: torch.device, copies: int = 1) -> None:
    """Raise NotEnoughMemory, with the sum shown, where a design cannot fit.

    Args:
        analysis: What it means.
        device: Where it shall be.
        copies: How many of it at once.

    Raises:
        NotEnoughMemory: It needs more than there is.
    """
    needed, available = required_bytes(analysis), available_bytes(device)
    if available is None or needed * copies <= available:
        return
    weights, activations = weight_bytes(analysis), analysis.totals.peak_activation_bytes
    times = f", {copies} times at once" if copies > 1 else ""
    raise NotEnoughMemory(
        f"'{analysis.design.name}' with a batch of {analysis.batch} needs {in_bytes(weights)} of weights + "
        f"{in_bytes(activations)} of activations + {in_bytes(scratch_bytes(analysis))} of scratch space = "
        f"{in_bytes(needed)}{times}, and {device} has {in_bytes(available)} free; "
        "a smaller batch or input, or fewer channels, would fit"
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that an allocation failed, in any of the ways PyTorch says so."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(
        phrase in text for phrase in ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")
    )


def _free_bytes() -> int | None:
    """What the system could still give out."""
    try:
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return _windows_free_bytes() if sys.platform == "win32" else _sysconf_bytes()


def _sysconf_bytes() -> int | None:
    """Free pages where the system counts them, else all pages (macOS tells only those)."""
    for pages in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES"):
        try:
            return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
        except (ValueError, OSError, AttributeError):
            continue
    return None


def _windows_free_bytes() -> int | None:
    if sys.platform != "win32":  # said again so that type checkers of other systems skip what follows
        return None
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *(
                (name, ctypes.c_ulonglong)
                for name in ("total", "free", "file", "file_free", "space", "space_free", "ext")
            ),
        )

    status = MemoryStatus()
    status.length = ctypes.sizeof(status)
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.free)


def _cgroup_bytes() -> int | None:
    """What a container may still take, where it is limited."""
    pairs = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))
    for limit, used in pairs:
        try:
            return max(0, int((_CGROUP / limit).read_text()) - int((_CGROUP / used).read_text()))
        except (OSError, ValueError):  # no such file, or the word "max" for no limit
            continue
    return None


def _address_space_bytes() -> int | None:
    """What the process may still map, where ``ulimit -v`` limits it."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError, ValueError):
        return None
    return None if limit == resource.RLIM_INFINITY else max(0, limit - mapped)
