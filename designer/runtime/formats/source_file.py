"""Printed source as files, each run beside the compiled module with the same weights before it counts."""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import nn

from designer.analysis.analysis import analyse
from designer.analysis.dead_ends import cost_leading_out, weighted_dead_ends
from designer.errors import ExportError
from designer.export.keras_source import keras_source
from designer.export.names import named_for_python
from designer.export.options import SourceOptions
from designer.export.python_source import python_source
from designer.export.result import Check
from designer.graph.design import NodePath
from designer.runtime.formats.verification import (
    TOLERANCE,
    Arrays,
    Proof,
    Steps,
    Verification,
    compared,
    module_outputs,
)
from designer.runtime.privacy import without_requests


def write_python(verification: Verification, draft: Path, options: SourceOptions, steps: Steps) -> Proof:
    """Write PyTorch source and prove that its module is the compiled one bit for bit."""
    steps(0.0, "printing")
    design, renamed = named_for_python(verification.analysis.design)
    analysis = analyse(design) if renamed else analyse(verification.analysis.design)
    text = python_source(analysis)
    draft.write_bytes(text.encode())
    steps(0.4, "running the source")
    module = _network_of(text, draft.name).eval()
    own, theirs = list(verification.weights), list(module.state_dict())
    if own != theirs:
        raise ExportError("the source's state dict has other keys than the compiled module's; nothing was left")
    module.load_state_dict(dict(verification.weights), strict=True)
    inputs = verification.inputs(batch=2)
    with torch.inference_mode():
        result = module(*inputs)
    outputs: Arrays = [each.numpy() for each in (result if isinstance(result, tuple) else (result,))]
    run = compared(
        module_outputs(verification.module, inputs), outputs, inputs, f"random, seed {verification.seed}", 0.0
    )
    checks = (
        Check("state dict", f"{len(theirs)} tensors, keys as of the compiled module"),
        Check("output against the compiled module", "equal bit for bit with the same weights"),
    )
    lines = text.count("\n")
    return Proof((draft.name,), checks, f"PyTorch {torch.__version__}", (run,), {"lines": lines}, renamed)


def write_keras(verification: Verification, draft: Path, options: SourceOptions, steps: Steps) -> Proof:
    """Write Keras 3 source and prove it on Keras' PyTorch backend, where Keras is installed."""
    steps(0.0, "printing")
    design, renamed = named_for_python(verification.analysis.design)
    text = keras_source(analyse(design))
    draft.write_bytes(text.encode())
    code = compile(text, draft.name, "exec")
    facts: dict[str, int | float | str] = {"lines": text.count("\n")}
    checks: tuple[Check, ...] = (Check("compiled by Python", "its syntax is right"),)
    if find_spec("keras") is None:
        return Proof(
            (draft.name,), checks, facts=facts, renamed=renamed, warnings=(_KERAS_MISSING,), unproved=_KERAS_MISSING
        )
    steps(0.2, "loading Keras")
    keras = keras_on_torch()
    steps(0.6, "running the source")
    names: dict[str, Any] = {"__name__": "printed"}
    exec(code, names)
    model = _builder(names)()
    dead = weighted_dead_ends(verification.analysis)
    left_out = (_left_out(dead),) if dead else ()
    names["load_weights"](model, {key: tensor.cpu().numpy() for key, tensor in verification.weights.items()})
    inputs = verification.inputs(batch=2)
    last = [tensor.permute(0, 2, 3, 1) for tensor in inputs]
    with torch.inference_mode():
        result = model(last if len(last) > 1 else last[0])
    arrays = [_array(keras, each) for each in (result if isinstance(result, (list, tuple)) else [result])]
    specs = verification.analysis.given_out() or ()
    first = [array.transpose(0, 3, 1, 2) if spec.is_map else array for array, spec in zip(arrays, specs, strict=True)]
    run = compared(
        module_outputs(verification.module, inputs), first, inputs, f"random, seed {verification.seed}", TOLERANCE
    )
    own = cost_leading_out(verification.analysis).parameters
    trained = sum(prod(weight.shape) for weight in model.trainable_weights)
    if trained != own:
        raise ExportError(
            f"the Keras model has {trained} parameters, and what the outputs depend on has {own}; nothing was left"
        )
    whose = "those that its outputs depend on" if dead else "the design's"
    checks = (*checks, Check("parameters of the Keras model", f"{trained}, {whose}"))
    runtime = f"Keras {keras.__version__} on {keras.backend.backend()}"
    return Proof((draft.name,), checks, runtime, (run,), facts, renamed, warnings=left_out)


def _array(keras: Any, tensor: Any) -> Any:
    if isinstance(tensor, torch.Tensor):
        return tensor.detach().cpu().numpy()
    return keras.ops.convert_to_numpy(tensor)


def _left_out(paths: Sequence[NodePath]) -> str:
    names = ", ".join(".".join(path) for path in paths)
    return f"a Keras model holds only what its outputs depend on, so it is without {names}"


_KERAS_MISSING = (
    "Keras is not installed here, so the source was not run; pip install keras, and export again to prove it"
)


def keras_on_torch() -> Any:
    """Keras, on PyTorch unless this process runs it on something else already."""
    if "keras" in sys.modules:
        return sys.modules["keras"]
    os.environ.setdefault("KERAS_BACKEND", "torch")
    # A person's own settings, such as channels first, are for other programs; none are read or written.
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("KERAS_HOME")
        os.environ["KERAS_HOME"] = folder
        try:
            with without_requests():
                import keras
        finally:
            if before is None:
                del os.environ["KERAS_HOME"]
            else:
                os.environ["KERAS_HOME"] = before
    return keras


def _builder(names: Mapping[str, Any]) -> Callable[[], Any]:
    """The last function of printed Keras source that takes nothing: it builds the model."""
    found = [
        each
        for each in names.values()
        if inspect.isfunction(each) and each.__module__ == "printed" and not inspect.signature(each).parameters
    ]
    builder: Callable[[], Any] = found[-1]
    return builder


def _network_of(text: str, name: str) -> nn.Module:
    """The network of our own printed source, executed as a module of its own."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(compile(text, name, "exec"), names)
    classes = [each for each in names.values() if isinstance(each, type) and issubclass(each, nn.Module)]
    network: nn.Module = classes[-1]()
    return network
