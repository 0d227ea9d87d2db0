"""torch.compile on the folded module: kernels written for this design, by the C++ compiler of this machine on a CPU."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs

MOST_KEPT_BYTES = 2**30
"""Compiled code that is kept for the next time: a gibibyte, some hundred networks."""


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
        keep_within(Path(os.environ["TORCHINDUCTOR_CACHE_DIR"]), MOST_KEPT_BYTES)
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


def keep_within(folder: Path, most_bytes: int) -> None:
    """Begin a folder of compiled code anew where it has grown beyond a size; what is needed is compiled again."""
    sizes = (path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    with suppress(OSError):  # another process may clear it at the same time
        if sum(sizes) > most_bytes:
            shutil.rmtree(folder)


def _settings() -> Any:
    from torch._inductor import codecache, config

    # Headers compiled ahead would lie in the system's folder for temporary files, whatever folder is said.
    headers = os.path.join(os.environ["TORCHINDUCTOR_CACHE_DIR"], "precompiled_headers")
    for name, place in (("_HEADER_DIR", headers), ("_HEADER_LOCK_DIR", os.path.join(headers, "locks"))):
        if hasattr(codecache, name):  # from 2.8 on
            setattr(codecache, name, place)
    # One process: a compile pool's children would outlive a worker that is ended in the middle.
    return config.patch({"freezing": True, "compile_threads": 1})
