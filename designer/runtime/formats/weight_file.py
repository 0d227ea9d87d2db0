"""Weights alone as a file: safetensors, read back and compared number by number."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import torch

from designer.errors import ExportError
from designer.export.names import named_for_python
from designer.export.options import WeightOptions
from designer.export.result import Check
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.weights import safetensors_bytes
from designer.runtime.formats.onnx_graph import identity_of
from designer.runtime.formats.verification import Proof, Steps, Verification


def write_safetensors(verification: Verification, draft: Path, options: WeightOptions, steps: Steps) -> Proof:
    """Write every weight under the compiled module's name; the header says which design they belong to."""
    steps(0.0, "writing")
    if not verification.weights:
        raise ExportError("the design keeps no weights: it has no convolution, norm or fully connected layer")
    draft.write_bytes(safetensors_bytes(verification.module, identity_of(verification.analysis)))
    steps(0.5, "reading back")
    again, own = read_weights(draft), verification.weights
    if list(again.tensors) != sorted(own) and set(again.tensors) != set(own):
        raise ExportError("the file has other names than the module; nothing was left")
    for key, tensor in own.items():
        if not torch.equal(again.tensors[key], tensor.cpu()):
            raise ExportError(f"{key} came back with other numbers; nothing was left")
    _, renamed = named_for_python(verification.analysis.design)
    numbers = sum(tensor.numel() for tensor in own.values())
    checks = (Check(f"read back by safetensors {version('safetensors')}", f"{len(own)} tensors equal bit for bit"),)
    return Proof((draft.name,), checks, "", (), {"tensors": len(own), "numbers": numbers}, renamed)
