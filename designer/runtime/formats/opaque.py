"""Who runs an opaque operator alone, by the format it is from; its runtime is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from torch import Tensor

from designer.graph import operations as op
from designer.layers.opaque import FORMATS
from designer.runtime.compile.kept import NotRun, Runner

_RUNNERS = {"onnx": ("designer.runtime.formats.onnx_opaque", "runner")}
"""By format, the module and function that run one operator."""


def runner_of(operation: op.Opaque) -> Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]:
    """What runs an opaque operator alone, on what flows into it and its constants.

    Raises:
        NotRun: Nothing here runs operators of its format.
    """
    place = _RUNNERS.get(operation.format)
    if place is None or not operation.content:
        source = FORMATS.get(operation.format, operation.format)
        raise NotRun(f"{operation.operator} of {source} is kept as it came, and nothing here runs it alone")
    make: Runner = getattr(import_module(place[0]), place[1])
    return make(operation)
