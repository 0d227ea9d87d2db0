"""torch.compile on the folded module: kernels written for this design, by the C++ compiler of this machine on a CPU."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs

MOST_KEPT_BYTES = 2**30
"""Compiled code that is kept for the next time: a gibibyte, some hundred networks."""

SPARED_S = 24 * 3600.0
"""What was used within this time, in seconds, is never removed."""

HEADERS = "precompiled_headers"
"""Name of the folder of headers that are compiled ahead, within that of compiled code."""


class Compiled(Backend):
    """Compiled by TorchInductor, with its weights taken as constants."""

    key = "compiled"
    title = "torch.compile, folded"
    help = "Kernels are written and compiled for this design; takes half a minute, once for each design."
    device_types = ("cpu", "cuda", "xpu")

    def missing(self) -> str:
        if sys.platform == "win32" and shutil.which("cl") is None:
            return "torch.compile needs Microsoft's C++ compiler (cl), and it is not on the path"
        if sys.platform != "win32" and not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
            return "torch.compile needs a C++ compiler, and neither c++, g++ nor clang++ is on the path"
        return ""

    def prepare(self, work: Workload) -> Prepared:
        memory_format = self.format_for(work)
        module, inputs = work.placed(work.folded_module, memory_format), work.placed_inputs(memory_format)
        for parameter in module.parameters():
            parameter.requires_grad_(False)
        folder = Path(os.environ["TORCHINDUCTOR_CACHE_DIR"])
        mark_used(folder / HEADERS)
        keep_within(folder, MOST_KEPT_BYTES)
        settings = _settings()
        with warnings.catch_warnings(), settings:
            warnings.simplefilter("ignore")  # of its own parts among themselves
            torch._dynamo.reset()  # or what was compiled before would count against the limit of this one
            call = torch.compile(module, fullgraph=True, dynamic=False)
            with torch.no_grad():
                for _ in range(2):  # the first call compiles
                    call(*inputs)

        def run() -> Any:
            with torch.no_grad():
                return call(*inputs)

        return Prepared(run, torch_outputs, memory_format)


def keep_within(folder: Path, most_bytes: int, now: float | None = None) -> None:
    """Remove what was used longest ago from a folder of compiled code until it is no larger than a size.

    What any process used within a day stays, however large the folder: PyTorch remembers the headers and kernels that
    it wrote, in this process and in others, and would look for them in vain.

    Args:
        folder: The folder; it need not be there.
        most_bytes: How large it may be, in bytes.
        now: The time to count from, in seconds since 1970; the clock's, where none is given.
    """
    now = time.time() if now is None else now
    kept = []
    for path in folder.rglob("*"):
        with suppress(OSError):  # another process may remove it at the same time
            state = path.lstat()
            if not stat.S_ISDIR(state.st_mode):
                kept.append((max(state.st_mtime, state.st_atime), state.st_size, path))
    too_many = sum(size for _, size, _ in kept) - most_bytes
    for used, size, path in sorted(kept):
        if too_many <= 0 or used > now - SPARED_S:
            return
        with suppress(OSError):
            path.unlink()
            too_many -= size


def mark_used(headers: Path) -> None:
    """Give the headers that were compiled ahead today's date: a compiler reads them without a trace in the folder."""
    for path in headers.glob("*.*"):
        with suppress(OSError):
            os.utime(path)


def _settings() -> Any:
    from torch._inductor import codecache, config

    # Headers compiled ahead would lie in the system's folder for temporary files, whatever folder is said.
    headers = os.path.join(os.environ["TORCHINDUCTOR_CACHE_DIR"], HEADERS)
    for name, place in (("_HEADER_DIR", headers), ("_HEADER_LOCK_DIR", os.path.join(headers, "locks"))):
        if hasattr(codecache, name):  # from 2.8 on
            setattr(codecache, name, place)
    # One process: a compile pool's children would outlive a worker that is ended in the middle.
    return config.patch({"freezing": True, "compile_threads": 1})
