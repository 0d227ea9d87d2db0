"""TorchScript, frozen and optimised for inference: weights laid out beforehand as oneDNN wants them, steps fused."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs

_MISSING = "this build of PyTorch has no oneDNN"


class Frozen(Backend):
    """The folded module as a frozen TorchScript graph."""

    key = "frozen"
    title = "TorchScript frozen, oneDNN"
    help = (
        "The folded module as a fixed graph with weights laid out beforehand; activations are fused into convolutions."
    )
    device_types = ("cpu",)
    dtypes = ("float32",)

    def missing(self) -> str:
        return "" if torch.backends.mkldnn.is_available() else _MISSING  # type: ignore[no-untyped-call]

    def prepare(self, work: Workload) -> Prepared:
        memory_format = self.format_for(work)
        module, inputs = work.placed(work.folded_module, memory_format), work.placed_inputs(memory_format)
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # that it is deprecated is ours to follow, not the reader's
            traced = torch.jit.trace(module, inputs, check_trace=False)  # type: ignore[no-untyped-call]
            graph = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
            for _ in range(2):  # the first two calls specialise
                graph(*inputs)

        def run() -> Any:
            with torch.no_grad():
                return graph(*inputs)

        return Prepared(run, torch_outputs, memory_format, keep=graph)
