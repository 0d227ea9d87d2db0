"""LiteRT on the CPU, on the .tflite file that an export would write, with XNNPACK's kernels; where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy
import torch
from torch import Tensor

from designer.files.design_json import dumps
from designer.runtime.formats.verification import Verification
from designer.runtime.measure.backends.backend import OWN_FORMAT, Backend, Prepared, Workload

ToPlanes = Callable[[Sequence[Any]], list[Any]]


class LiteRt(Backend):
    """The exported .tflite file in LiteRT."""

    key = "litert"
    title = "LiteRT, XNNPACK"
    help = "The exported .tflite file, batch norms folded, channels last, with XNNPACK's kernels."
    device_types = ("cpu",)
    dtypes = ("float32",)
    formats = ()

    def missing(self) -> str:
        lacking = [name for name in ("ai_edge_litert", "flatbuffers") if find_spec(name) is None]
        if lacking:
            are = "are" if len(lacking) > 1 else "is"
            return f"{' and '.join(lacking)} {are} not installed; pip install 'bottleneck-designer[mobile]' brings it"
        return ""

    def prepare(self, work: Workload) -> Prepared:
        from ai_edge_litert.interpreter import Interpreter

        from designer.runtime.formats.litert.file import channels_first, flat_buffer
        from designer.runtime.formats.onnx_graph import array_of

        subject = Verification(work.analysis, work.program, work.module, dumps(work.analysis.design))
        interpreter = Interpreter(model_content=flat_buffer(subject, half=False), num_threads=work.threads)
        entering = [entry["index"] for entry in interpreter.get_input_details()]
        for place, tensor in zip(entering, work.inputs, strict=True):
            interpreter.resize_tensor_input(place, [tensor.shape[0], *tensor.shape[2:], tensor.shape[1]])
        interpreter.allocate_tensors()
        fed = [numpy.ascontiguousarray(array_of(tensor).transpose(0, 2, 3, 1)) for tensor in work.inputs]
        leaving = [entry["index"] for entry in interpreter.get_output_details()]

        def call() -> Any:
            for place, array in zip(entering, fed, strict=True):
                interpreter.set_tensor(place, array)
            interpreter.invoke()
            return [interpreter.get_tensor(place) for place in leaving]

        to_planes = partial(channels_first, specs=work.analysis.given_out() or ())
        return Prepared(
            call,
            partial(_outputs, to_planes),
            OWN_FORMAT,
            facts={"litert": version("ai-edge-litert")},
            keep=interpreter,
        )


def _outputs(to_planes: ToPlanes, result: Sequence[Any]) -> list[Tensor]:
    back = to_planes(result)
    return [torch.from_numpy(numpy.ascontiguousarray(array, dtype=numpy.float32)) for array in back]
