"""A torch.export program: graph and weights in one .pt2, loaded again and run beside the module."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import torch
from torch import Tensor

from designer.export.names import named_for_python
from designer.export.options import ProgramOptions
from designer.export.result import Check
from designer.runtime.formats.onnx_graph import FREE_BATCH, identity_of
from designer.runtime.formats.verification import Arrays, Proof, Steps, Verification, compared, module_outputs

_TOLERANCE = 1e-5


def write_program(verification: Verification, draft: Path, options: ProgramOptions, steps: Steps) -> Proof:
    """Export a program, save it, load it, and run it at the batches it takes."""
    steps(0.0, "exporting")
    # A batch of 1 as the example would be taken for a fixed one.
    example = verification.inputs(2 if options.dynamic_batch else options.batch)
    open_batch = {0: torch.export.Dim(FREE_BATCH)} if options.dynamic_batch else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of its own future
        program = torch.export.export(
            verification.module.eval(), tuple(example), dynamic_shapes={"inputs": tuple(open_batch for _ in example)}
        )
        steps(0.5, "saving")
        content = io.BytesIO()  # on a full disk PyTorch's writer would take the whole process down
        torch.export.save(program, content, extra_files=identity_of(verification.analysis))
        draft.write_bytes(content.getbuffer())
        steps(0.6, "loading")
        again = torch.export.load(draft).module()
    comparisons = []
    batches = (1, 2, 3) if options.dynamic_batch else (options.batch,)
    for index, batch in enumerate(batches):
        steps(0.7 + 0.3 * index / len(batches), f"comparing with PyTorch, batch {batch}")
        inputs = verification.inputs(batch)
        with torch.inference_mode():
            result = again(*inputs)
        outputs: Arrays = [each.numpy() for each in ((result,) if isinstance(result, Tensor) else result)]
        said = f"random, seed {verification.seed}"
        comparisons.append(compared(module_outputs(verification.module, inputs), outputs, inputs, said, _TOLERANCE))
    _, renamed = named_for_python(verification.analysis.design)
    nodes = sum(node.op == "call_function" for node in program.graph.nodes)
    checks = (Check("torch.export.load", f"a program of {nodes} operations"),)
    return Proof(
        (draft.name,), checks, f"PyTorch {torch.__version__}", tuple(comparisons), {"operations": nodes}, renamed
    )
