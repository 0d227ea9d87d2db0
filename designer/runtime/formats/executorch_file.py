"""ExecuTorch's .pte, lowered to XNNPACK, without which it would be a hundred times slower. The only import of it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime
from numpy.typing import NDArray

from designer.export.options import ForPhones
from designer.export.result import Check
from designer.runtime.formats.mobile import folded_onnx, proved, work_folder
from designer.runtime.formats.verification import Arrays, Proof, Steps, Verification


def write_executorch(verification: Verification, draft: Path, options: ForPhones, steps: Steps) -> Proof:
    """Export, lower, save, load again and prove."""
    steps(0.0, "writing ONNX to time against")
    onnx_file = folded_onnx(verification, work_folder(draft), options)
    steps(0.1, "exporting")
    example = tuple(verification.inputs(options.batch))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are between its own parts
        program = torch.export.export(verification.module.eval(), example)
        steps(0.3, "lowering to XNNPACK")
        lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()])
        left = _left_over(lowered.exported_program())
        draft.write_bytes(lowered.to_executorch().buffer)
    steps(0.6, "loading")
    method = Runtime.get().load_program(draft).load_method("forward")

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        return [output.numpy() for output in method.execute([torch.from_numpy(array) for array in inputs])]

    found = "every operation" if not left else f"all but {', '.join(sorted(left))}"
    notes = [] if not left else [f"{', '.join(sorted(left))} did not go to XNNPACK and run by plain, slow kernels"]
    check = Check("lowered to XNNPACK", found)
    runtime = f"ExecuTorch {version('executorch')}"
    return proved(verification, draft, [], options, steps, onnx_file, runtime, run, [check], notes)


def _left_over(program: Any) -> set[str]:
    """Operations that no delegate took."""
    return {
        str(node.target)
        for node in program.graph.nodes
        if node.op == "call_function"
        and "executorch_call_delegate" not in str(node.target)
        and "getitem" not in str(node.target)
    }
