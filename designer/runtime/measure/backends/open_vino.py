"""OpenVINO on the CPU, on the file that an export would write; only where it is installed."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import Tensor

from designer.runtime.measure.backends.backend import OWN_FORMAT, Backend, Prepared, Workload
from designer.runtime.measure.backends.onnx_runtime import write_folded


class OpenVino(Backend):
    """The exported file in OpenVINO, asked for the least latency in float32."""

    key = "openvino"
    title = "OpenVINO"
    help = "The exported file, batch norms folded, compiled for this CPU in float32."
    device_types = ("cpu",)
    dtypes = ("float32",)
    formats = ()

    def missing(self) -> str:
        if importlib.util.find_spec("openvino") is None:
            return "openvino is not installed; pip install 'bottleneck-designer[mobile]' brings it"
        return ""

    def prepare(self, work: Workload) -> Prepared:
        import openvino

        from designer.runtime.formats.onnx_graph import array_of

        core = openvino.Core()
        with tempfile.TemporaryDirectory(prefix="designer_") as folder:
            model = core.read_model(str(write_folded(work, Path(folder))))
            compiled = core.compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_NUM_THREADS": work.threads,
                    "PERFORMANCE_HINT": "LATENCY",
                    "NUM_STREAMS": 1,
                    "INFERENCE_PRECISION_HINT": "f32",  # else it may compute in bfloat16 where the CPU has it
                },
            )
        request = compiled.create_infer_request()
        fed = {index: openvino.Tensor(array_of(tensor)) for index, tensor in enumerate(work.inputs)}
        facts = {"openvino": str(openvino.get_version())}
        return Prepared(lambda: request.infer(fed), _outputs, OWN_FORMAT, facts=facts, keep=(core, compiled))


def _outputs(result: Any) -> list[Tensor]:
    return [torch.from_numpy(numpy.array(array, dtype=numpy.float32)) for array in result.values()]
