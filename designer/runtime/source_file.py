"""Printed source as files, each run beside the compiled module with the same weights before it counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from designer.analysis.snapshot import analyse
from designer.errors import ExportError
from designer.export.names import named_for_python
from designer.export.options import SourceOptions
from designer.export.python_source import python_source
from designer.export.result import Check
from designer.runtime.proving import Arrays, Proof, Steps, Subject, compared, module_outputs


def write_python(subject: Subject, draft: Path, options: SourceOptions, steps: Steps) -> Proof:
    """Write PyTorch source and prove that its module is the compiled one bit for bit."""
    steps(0.0, "printing")
    design, renamed = named_for_python(subject.analysis.design)
    analysis = analyse(design) if renamed else analyse(subject.analysis.design)
    text = python_source(analysis)
    draft.write_bytes(text.encode())
    steps(0.4, "running the source")
    module = _network_of(text, draft.name).eval()
    own, theirs = list(subject.weights), list(module.state_dict())
    if len(own) != len(theirs) or (not renamed and own != theirs):
        raise ExportError("the source's state dict has other keys than the compiled module's; nothing was left")
    module.load_state_dict(dict(zip(theirs, subject.weights.values(), strict=True)), strict=True)
    inputs = subject.inputs(batch=2)
    with torch.inference_mode():
        result = module(*inputs)
    outputs: Arrays = [each.numpy() for each in (result if isinstance(result, tuple) else (result,))]
    run = compared(module_outputs(subject.module, inputs), outputs, inputs, f"random, seed {subject.seed}", 0.0)
    checks = (
        Check(
            "state dict", f"{len(theirs)} tensors, keys as on the canvas" if not renamed else f"{len(theirs)} tensors"
        ),
        Check("output against the compiled module", "equal bit for bit with the same weights"),
    )
    lines = text.count("\n")
    return Proof((draft.name,), checks, f"PyTorch {torch.__version__}", (run,), {"lines": lines}, renamed)


def _network_of(text: str, name: str) -> nn.Module:
    """The network of our own printed source, executed as a module of its own."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, name, "exec"), names)
    classes = [each for each in names.values() if isinstance(each, type) and issubclass(each, nn.Module)]
    network: nn.Module = classes[-1]()
    return network
