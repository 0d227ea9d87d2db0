"""What of a LiteRT file follows from constants and shapes alone: shapes that converters compute, widened weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_FOLDED = 2**26
"""Elements of a constant that is worked out."""

_NONE = schema.ActivationFunctionType.NONE


def folded(kind: str, inputs: Sequence[Array], options: Any) -> Array | None:
    """The result of an operator whose inputs are all constants; None where it is not worked out here.

    Args:
        kind: The operator's type, as ``STRIDED_SLICE``.
        inputs: Its inputs.
        options: Its table of options.
    """
    fold = _FOLDS.get(kind)
    if fold is None or getattr(options, "fusedActivationFunction", _NONE) != _NONE:
        return None
    try:
        found = fold(inputs, options)
    except Exception:  # noqa: BLE001  # a damaged file's numbers raise what NumPy raises; then it is no constant
        return None
    return found if found.size <= MOST_FOLDED else None


def sliced(inputs: Sequence[Array], options: Any, rank: int) -> tuple[tuple[slice, ...], tuple[int, ...]] | None:
    """What a STRIDED_SLICE takes of each dimension, and which dimensions it takes away; None where it adds some."""
    begins, ends, steps = ([int(each) for each in array] for array in inputs)
    if getattr(options, "ellipsisMask", 0) or getattr(options, "newAxisMask", 0) or len(begins) > rank:
        return None
    parts, gone = [], []
    for axis, (begin, end, step) in enumerate(zip(begins, ends, steps, strict=True)):
        if options.shrinkAxisMask & 1 << axis:
            parts.append(slice(begin, begin + 1 or None))
            gone.append(axis)
            continue
        first = None if options.beginMask & 1 << axis else begin
        last = None if options.endMask & 1 << axis else begin + end if getattr(options, "offset", False) else end
        parts.append(slice(first, last, step))
    return tuple(parts), tuple(gone)


def _strided(inputs: Sequence[Array], options: Any) -> Array:
    found = sliced(inputs[1:], options, inputs[0].ndim)
    if found is None:
        raise ValueError("it adds dimensions")
    parts, gone = found
    return numpy.squeeze(inputs[0][parts], gone)


def _reduced(inputs: Sequence[Array], options: Any) -> Array:
    axes = tuple(int(each) for each in inputs[1].reshape(-1))
    return numpy.asarray(numpy.prod(inputs[0], axis=axes, keepdims=options.keepDims, dtype=inputs[0].dtype))


def _filled(inputs: Sequence[Array], options: Any) -> Array:
    sides = tuple(int(each) for each in inputs[0])
    if numpy.prod([float(side) for side in sides]) > MOST_FOLDED:
        raise ValueError("it claims too much")
    return numpy.full(sides, inputs[1])


def _cut(inputs: Sequence[Array], options: Any) -> Array:
    pairs = zip(inputs[1], inputs[2], strict=True)
    return inputs[0][tuple(slice(int(at), None if size < 0 else int(at + size)) for at, size in pairs)]


def _cast(inputs: Sequence[Array], options: Any) -> Array:
    kinds = {
        schema.TensorType.FLOAT32: numpy.float32,
        schema.TensorType.INT32: numpy.int32,
        schema.TensorType.INT64: numpy.int64,
    }
    return inputs[0].astype(kinds[options.outDataType])


def _floor(inputs: Sequence[Array], options: Any) -> Array:
    return inputs[0] // inputs[1]


_FOLDS: dict[str, Callable[[Sequence[Array], Any], Array]] = {
    "DEQUANTIZE": lambda inputs, options: inputs[0].astype(numpy.float32),
    "CAST": _cast,
    "RESHAPE": lambda inputs, options: inputs[0].reshape([int(each) for each in inputs[1]]),
    "TRANSPOSE": lambda inputs, options: inputs[0].transpose([int(each) for each in inputs[1]]),
    "EXPAND_DIMS": lambda inputs, options: numpy.expand_dims(inputs[0], int(inputs[1].item())),
    "SQUEEZE": lambda inputs, options: numpy.squeeze(
        inputs[0], None if options.squeezeDims is None else tuple(int(each) for each in options.squeezeDims)
    ),
    "STRIDED_SLICE": _strided,
    "SLICE": _cut,
    "GATHER": lambda inputs, options: numpy.take(inputs[0], inputs[1], axis=options.axis),
    "PACK": lambda inputs, options: numpy.stack(inputs, options.axis),
    "CONCATENATION": lambda inputs, options: numpy.concatenate(inputs, options.axis),
    "REDUCE_PROD": _reduced,
    "FILL": _filled,
    "ADD": lambda inputs, options: inputs[0] + inputs[1],
    "SUB": lambda inputs, options: inputs[0] - inputs[1],
    "MUL": lambda inputs, options: inputs[0] * inputs[1],
    "FLOOR_DIV": _floor,
    "MAXIMUM": lambda inputs, options: numpy.maximum(inputs[0], inputs[1]),
    "MINIMUM": lambda inputs, options: numpy.minimum(inputs[0], inputs[1]),
    "NEG": lambda inputs, options: -inputs[0],
    "SQRT": lambda inputs, options: numpy.sqrt(inputs[0]),
    "RSQRT": lambda inputs, options: 1 / numpy.sqrt(inputs[0]),
}
