"""PyTorch's eager mode: the module as it is, call by call. All other backends are held against it."""

from __future__ import annotations

from designer.measurement.options import EAGER
from designer.runtime.compile.module import CompiledModule
from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs


def running(work: Workload, module: CompiledModule, memory_format: str) -> Prepared:
    """A module of our own, placed and ready to be called, whose nodes can be timed."""
    placed, inputs = work.placed(module, memory_format), work.placed_inputs(memory_format)
    return Prepared(lambda: placed(*inputs), torch_outputs, memory_format, placed, inputs)


class Eager(Backend):
    """The module as drawn."""

    key = EAGER
    title = "PyTorch eager"
    help = "The module as it is drawn, one call after the other."

    def prepare(self, work: Workload) -> Prepared:
        return running(work, work.module, self.format_for(work))
