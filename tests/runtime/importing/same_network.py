"""Whether two networks are one: the same numbers, moved and computed in the same way, whatever their nodes are called.

Each element of each tensor has a word of 64 bits for how it comes about: by what is computed of which elements, with
which weights. What only moves elements (a reshape, a permutation, a slice, a concatenation) moves their words; what
does nothing when running leaves them. So two networks agree only where every element of every output comes about alike,
and they do however a file has the tensors between laid out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from designer.analysis.analysis import analyse
from designer.analysis.program import program_of
from designer.export.names import state_key
from designer.graph import operations as op
from designer.graph.design import Design
from designer.graph.operations import Operation
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding
from designer.runtime.compile.folding import fold
from designer.runtime.compile.module import CompiledModule, compile_analysis

Words = NDArray[numpy.uint64]
"""How each element of one picture's tensor comes about."""
Arrays = Mapping[str, NDArray[Any]]


def as_if_trained(design: Design, seed: int = 0) -> CompiledModule:
    """A module whose weights are none of those that a fresh one has: no shift is 0, no variance 1."""
    module = compile_analysis(analyse(design), seed=seed, device=torch.device("cpu")).eval()
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith("running_var"):
                tensor.copy_(torch.rand(tensor.shape, generator=source) + 0.5)
            elif tensor.is_floating_point() and tensor.ndim < 2:
                tensor.copy_(torch.randn(tensor.shape, generator=source) * 0.3 + float(name.endswith("weight")))
    return module


def computation(design: Design, weights: Mapping[str, torch.Tensor], *, is_folded: bool = False) -> list[Words]:
    """How each element of each output of a design comes about, maps with their channels last.

    Args:
        design: A valid design.
        weights: The state dict of its module.
        is_folded: Whether norms are computed into the convolutions before them, as a file for phones has them.
    """
    program, kept = program_of(analyse(design)), weights
    if is_folded:
        folded = fold(program, dict(weights))
        program, kept = folded.program, folded.weights
    tensors = {
        value: _new(_seed(f"input {index}"), program.specs[value].shape[1:])
        for index, value in enumerate(program.whole.inputs)
    }
    for each in program.instructions:
        operation, key = each.step.operation, state_key(each.path)
        arrays = {weight.name: kept[f"{key}.{weight.name}"].detach().numpy() for weight in operation.weights()}
        taken = [tensors[value] for value in each.sources]
        specs = [program.specs[value] for value in each.sources]
        results = [program.specs[value] for value in each.targets]
        tensors.update(zip(each.targets, _results(operation, arrays, taken, specs, results), strict=True))
    return [_laid(tensors[value], program.specs[value]) for value in program.whole.outputs]


def _laid(words: Words, spec: TensorSpec) -> Words:
    """As a file with channels last has them, where a tensor of four dimensions is a map."""
    return words.transpose(1, 2, 0) if spec.is_map else words


def is_same(one: Sequence[Words], other: Sequence[Words]) -> bool:
    """Whether all outputs of two computations come about alike."""
    return len(one) == len(other) and all(numpy.array_equal(a, b) for a, b in zip(one, other, strict=True))


# Words ---------------------------------------------------------------------------------------------------------------

_ODD = numpy.uint64(0x9E3779B97F4A7C15)


def _seed(text: str) -> numpy.uint64:
    return numpy.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def _mixed(*parts: Any) -> Words:
    """One word of several, in their order, element by element."""
    word: Any = numpy.uint64(0)
    with numpy.errstate(over="ignore"):
        for part in parts:
            word = (word ^ numpy.asarray(part, numpy.uint64)) * _ODD
            word = word ^ (word >> numpy.uint64(29))
    return numpy.asarray(word)


def _new(seed: numpy.uint64, shape: Sequence[int]) -> Words:
    return _mixed(seed, numpy.arange(numpy.prod(shape, dtype=int)).astype(numpy.uint64)).reshape(shape)


def _bits(array: Any) -> Words:
    """Real numbers as words, as 32 bits have them."""
    return (numpy.asarray(array, numpy.float32) + numpy.float32(0)).view(numpy.uint32).astype(numpy.uint64)


def _summed(words: Words, axes: tuple[int, ...]) -> Words:
    """One word of many, whatever their order."""
    return words.sum(axis=axes, keepdims=True, dtype=numpy.uint64)


def _channels(array: NDArray[Any], x: Words, axis: int) -> Words:
    """One number a channel, beside the elements of a picture whose dimension ``axis`` holds the channels."""
    return _bits(array).reshape([-1 if place == axis - 1 else 1 for place in range(x.ndim)])


# Operations ----------------------------------------------------------------------------------------------------------


def _results(
    operation: Operation,
    weights: Arrays,
    taken: Sequence[Words],
    specs: Sequence[TensorSpec],
    results: Sequence[TensorSpec],
) -> Sequence[Words]:
    shape = results[0].shape[1:]
    if operation.is_view or isinstance(operation, (op.Permute, op.Concatenate, op.ChannelShuffle, op.PixelShuffle)):
        return _moved(operation, taken, shape)
    if isinstance(operation, op.Elementwise):
        return [_element_by_element(operation, weights, taken, specs[0])]
    return [_reduced(operation, weights, taken, specs[0], results[0]).reshape(shape)]


def _moved(operation: Operation, taken: Sequence[Words], shape: Sequence[int]) -> Sequence[Words]:
    x = taken[0]
    match operation:
        case op.Permute(order):
            return [x.transpose([axis - 1 for axis in order[1:]])]
        case op.Slice(axis, start, stop, step):
            return [x[(slice(None),) * (axis - 1) + (slice(start, stop, step),)]]
        case op.Split(sizes, axis):
            return numpy.split(x, numpy.cumsum(sizes)[:-1], axis - 1)
        case op.Concatenate(axis):
            return [numpy.concatenate(taken, axis - 1)]
        case op.ChannelShuffle(groups):
            return [x.reshape(groups, -1, *x.shape[1:]).swapaxes(0, 1).reshape(shape)]
        case op.PixelShuffle(factor):
            apart = x.reshape(-1, factor, factor, *x.shape[1:])
            return [apart.transpose(0, 3, 1, 4, 2).reshape(shape)]
    return [x.reshape(shape)]


def _element_by_element(operation: Operation, weights: Arrays, taken: Sequence[Words], spec: TensorSpec) -> Words:
    """Spelled out where a file may spell it out: a norm as factor and shift, h-swish and SiLU as x times a gate."""
    x = taken[0]
    match operation:
        case op.Add() | op.Multiply():
            lower, upper = numpy.minimum(*taken), numpy.maximum(*taken)
            return _mixed(_seed(type(operation).__name__), lower, upper)
        case op.Subtract() | op.Divide():
            return _mixed(_seed(type(operation).__name__), *numpy.broadcast_arrays(*taken))
        case op.HardSwish():
            return _element_by_element(op.Multiply(), {}, [x, _plainly(op.HardSigmoid(), x)], spec)
        case op.Silu():
            return _element_by_element(op.Multiply(), {}, [x, _plainly(op.Sigmoid(), x)], spec)
        case op.HardTanh(0.0, 6.0):
            return _plainly(op.Relu6(), x)
        case op.ScalarMultiply(factor):
            return _mixed(_seed("factor"), x, _bits(factor))
        case op.ScalarAdd(addend):
            return _mixed(_seed("addend"), x, _bits(addend))
        case op.LayerScale(_, _, axis):
            return _mixed(_seed("factor"), x, _channels(weights["weight"], x, axis % len(spec.shape)))
        case op.PRelu():
            slopes = numpy.broadcast_to(weights["weight"], (spec.channels,))
            return _mixed(_seed("slope"), x, _channels(slopes, x, spec.channel_axis))
    return _plainly(operation, x)


def _plainly(operation: Operation, x: Words) -> Words:
    return _mixed(_seed(_stated(operation)), x)


def _stated(operation: Operation) -> str:
    """What an operation says, real numbers as 32 bits have them."""
    values = [(each.name, getattr(operation, each.name)) for each in fields(operation)]  # type: ignore[arg-type]
    said = [(name, repr(numpy.float32(value)) if isinstance(value, float) else repr(value)) for name, value in values]
    return repr((type(operation).__name__, said))


def _reduced(
    operation: Operation, weights: Arrays, taken: Sequence[Words], spec: TensorSpec, result: TensorSpec
) -> Words:
    """Operations whose elements come of several."""
    x, rank = taken[0], len(spec.shape)
    match operation:
        case op.Pad(pads) if not any(pads):
            return x
        case op.Resize() if spec.sides == result.sides:
            return x
        case op.GlobalAveragePool():
            return _mean(x, {1, 2})
        case op.Mean(axes):
            return _mean(x, {axis - 1 for axis in axes})
        case op.AdaptiveAveragePool((rows, columns)) if not (spec.height % rows or spec.width % columns):
            kernel = (spec.height // rows, spec.width // columns)
            return _reduced(op.AveragePool(kernel=kernel, stride=kernel), weights, taken, spec, result)
        case op.AveragePool() if not any(operation.pads) and operation.kernel == spec.sides:
            return _mean(x, {1, 2})
        case op.MaxPool() | op.AveragePool():
            full = operation.full_pads(spec)
            return _as_a_whole(replace(operation, pads=full, padding=Padding.NONE, ceil_mode=False), {}, x, result)
        case op.Convolution() | op.TransposedConvolution():
            return _as_a_whole(replace(operation, padding=Padding.NONE), weights, x, result)
        case op.Softmax(axis):
            return _mixed(_seed("softmax"), x, _summed(x, (axis % rank - 1,)))
        case op.LayerNorm(_, eps, axis):
            place = axis % rank
            normed = _mixed(_seed("norm"), x, _summed(x, (place - 1,)), _bits(eps))
            return _scaled(normed, weights["weight"], weights["bias"], place)
        case op.BatchNorm():
            return _scaled(x, *_factor_and_shift(operation, weights), 1)
        case op.Linear():
            made = _dense(x.reshape(-1, x.shape[-1]), _bits(weights["weight"]))
            bias = _bits(weights["bias"]) if operation.bias else numpy.uint64(0)
            return _mixed(_seed("dense"), made, bias)
        case op.MatrixProduct(is_transposed):
            second = taken[1] if is_transposed else taken[1].swapaxes(-1, -2)
            flat = zip(x.reshape(-1, *x.shape[-2:]), second.reshape(-1, *second.shape[-2:]), strict=True)
            return numpy.stack([_dense(a, b) for a, b in flat])
    return _as_a_whole(operation, weights, x, result)


def _mean(x: Words, axes: set[int]) -> Words:
    """The mean over dimensions, which of one position is that position."""
    return x if all(x.shape[axis] == 1 for axis in axes) else _mixed(_seed("mean"), _summed(x, tuple(axes)))


def _scaled(x: Words, factor: NDArray[Any], shift: NDArray[Any], axis: int) -> Words:
    scaled = _mixed(_seed("factor"), x, _channels(factor, x, axis))
    return _mixed(_seed("addend"), scaled, _channels(shift, x, axis))


def _dense(rows: Words, columns: Words) -> Words:
    """Each of M rows with each of P columns, the pairs in whatever order: M×P."""
    pairs = _mixed(_seed("product"), rows[:, None, :], columns[None, :, :])
    return pairs.sum(axis=-1, dtype=numpy.uint64)


def _as_a_whole(operation: Operation, weights: Arrays, x: Words, result: TensorSpec) -> Words:
    """New words for all that is made, by all that is taken."""
    digest = hashlib.sha256(_stated(operation).encode() + numpy.ascontiguousarray(x).tobytes())
    for name, array in weights.items():
        digest.update(name.encode() + numpy.ascontiguousarray(array, numpy.float32).tobytes())
    return _new(_seed(digest.hexdigest()), result.shape[1:])


def _factor_and_shift(norm: op.BatchNorm, weights: Arrays) -> tuple[NDArray[Any], NDArray[Any]]:
    """γ/√(σ² + ε) and β − μ·γ/√(σ² + ε), by which a norm is two operations when running."""
    scale, shift, mean, variance = (
        weights[name].astype(numpy.float64) for name in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / numpy.sqrt(variance + norm.eps)
    return factor, shift - mean * factor
