"""OpenVINO's IR, an .xml with a .bin beside it, read from our ONNX; node names survive. The only import of OpenVINO."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openvino
from numpy.typing import NDArray

from designer.export.options import ForPhones, Precision
from designer.runtime.formats.mobile import folded_onnx, proved, work_folder
from designer.runtime.formats.verification import Arrays, Proof, Steps, Verification


def write_openvino(verification: Verification, draft: Path, options: ForPhones, steps: Steps) -> Proof:
    """Convert, save, load again and prove."""
    steps(0.0, "writing ONNX")
    onnx_file = folded_onnx(verification, work_folder(draft), options)
    steps(0.2, "converting")
    core = openvino.Core()
    # Not convert_model, which reports its use to its makers.
    model = core.read_model(onnx_file)
    openvino.save_model(model, draft, compress_to_fp16=options.precision is Precision.FLOAT16)
    steps(0.5, "loading")
    settings = {
        "INFERENCE_NUM_THREADS": str(options.threads),
        "INFERENCE_PRECISION_HINT": "f32",  # processors with bfloat16 would use it, and the figures would be its
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = core.compile_model(core.read_model(draft), "CPU", settings).create_infer_request()

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        results = request.infer(list(inputs))
        return [results[index].copy() for index in range(len(results))]

    beside = [draft.with_suffix(".bin").name]
    return proved(verification, draft, beside, options, steps, onnx_file, f"OpenVINO {version('openvino')}", run)
