"""CUDA graphs: the folded module recorded once and replayed whole, so that launching costs next to nothing."""

from __future__ import annotations

import torch

from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs

_BEFORE_RECORDING = 3


class CudaGraph(Backend):
    """The folded module as one recorded CUDA graph."""

    key = "cuda_graph"
    title = "CUDA graph, folded"
    help = "The folded module's kernels, recorded once and launched together."
    device_types = ("cuda",)

    def missing(self) -> str:
        return "" if torch.cuda.is_available() else "there is no CUDA device on this machine"

    def prepare(self, work: Workload) -> Prepared:
        memory_format = self.format_for(work)
        module, inputs = work.placed(work.folded_module, memory_format), work.placed_inputs(memory_format)
        side = torch.cuda.Stream(device=work.device)  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream(work.device))
        with torch.cuda.stream(side), torch.no_grad():  # libraries choose kernels in the first calls
            for _ in range(_BEFORE_RECORDING):
                module(*inputs)
        torch.cuda.current_stream(work.device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph), torch.no_grad():
            result = module(*inputs)

        def replay() -> object:
            graph.replay()
            return result

        return Prepared(replay, torch_outputs, memory_format, keep=(module, inputs))
