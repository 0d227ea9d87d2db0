"""LiteRT's operators as operations: one function an operator.

Source of their meaning: TensorFlow Lite's operator reference,
https://ai.google.dev/edge/litert/conversion/tensorflow/ops_compatibility.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, NamedTuple

import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from designer.errors import ImportRefused
from designer.graph import operations as op
from designer.graph.operations import Interpolation, Operation, PadMode
from designer.graph.window import Padding, Pair, Quad, extent, same_pads
from designer.runtime.importing.building import convolution, padding_of, transposed_convolution
from designer.runtime.importing.litert_folding import sliced
from designer.runtime.importing.litert_layout import Flow, Group, Laid
from designer.runtime.importing.litert_model import LiteOperator

Array = NDArray[Any]

_SEEN_AS_MAP: tuple[Group, ...] = ((0,), (2,), (3,), (1,))
_LOWEST = -3e38


class Padded(NamedTuple):
    """A map before the padding that the windows behind it take in.

    Attributes:
        source: The map.
        pads: Rows and columns added at top, bottom, left and right.
    """

    source: Laid
    pads: Quad


@dataclass(frozen=True)
class At:
    """One operator of a file, with what is known where it stands.

    Attributes:
        operator: What the file states.
        outputs: Names of what it makes.
        flow: The steps so far, and their shapes.
        values: Tensors that flow, by their number in the file.
        constants: Tensors that are known, by their number in the file.
        padded: Tensors that a PAD made for windows, by their number in the file.
        readers: Operators that read what it makes first.
        is_given_out: Whether what it makes first leaves the network.
    """

    operator: LiteOperator
    outputs: Sequence[str]
    flow: Flow
    values: Mapping[int, Laid]
    constants: Mapping[int, Array]
    padded: dict[int, Padded]
    readers: Sequence[LiteOperator] = ()
    is_given_out: bool = False

    @property
    def out(self) -> str:
        """The name of what it makes first."""
        return self.outputs[0]

    def option(self, name: str, default: Any = 0) -> Any:
        """What its table of options states."""
        return getattr(self.operator.options, name, default)

    def constant(self, index: int) -> Array | None:
        """The constant at an input, or None where none or a tensor that flows is there."""
        inputs = self.operator.inputs
        return self.constants.get(inputs[index]) if index < len(inputs) else None

    def kept(self, index: int, what: str, rank: int | None = None) -> Array:
        """The constant at an input.

        Raises:
            ImportRefused: A tensor that flows, nothing, or one of another rank stands there.
        """
        found = self.constant(index)
        if found is None:
            raise self.refused(f"its {what} is computed by the network or left out")
        if rank is not None and found.ndim != rank:
            raise self.refused(f"its {what} has {found.ndim} dimensions, not {rank}")
        return found

    def numbers(self, index: int, what: str) -> list[int]:
        """The whole numbers at an input."""
        found = self.kept(index, what)
        if found.dtype.kind not in "iu" or found.size > 64:
            raise self.refused(f"its {what} is no short list of whole numbers")
        return [int(each) for each in found.reshape(-1)]

    def value(self, index: int = 0) -> Laid:
        """The tensor at an input.

        Raises:
            ImportRefused: A constant stands there.
        """
        inputs = self.operator.inputs
        found = self.values.get(inputs[index]) if index < len(inputs) else None
        if found is None:
            raise self.refused(f"its operand {index + 1} is a constant")
        return found

    def map(self, index: int = 0) -> Laid:
        """The same as a map N×C×H×W.

        Raises:
            ImportRefused: It has other than four dimensions.
        """
        found = self.value(index)
        if len(found.groups) != 4:
            sides = "×".join(map(str, self.flow.sides(found)))
            raise self.refused(f"it works on {sides}, and maps N×H×W×C are drawn")
        return self.flow.as_map(found)

    def sides(self, value: Laid) -> Pair:
        """Rows and columns of a map."""
        shape = self.flow.shape(value)
        return shape[2], shape[3]

    def refused(self, why: str) -> ImportRefused:
        """The refusal of this operator."""
        return self.flow.refused(why)

    def made(
        self,
        operation: Operation,
        inputs: Sequence[str],
        groups: Sequence[Sequence[int]],
        weights: Mapping[str, Array | None] | None = None,
        rules: tuple[str, ...] = (),
    ) -> list[Laid]:
        """The operator's result as one operation, and the activation that stands in its options behind it."""
        clip = self._activation()
        target = self.out if clip is None else self.flow.free(f"{self.out}/before")
        kept = {name: array for name, array in (weights or {}).items() if array is not None}
        self.flow.add(operation, inputs, (target,), kept, rules)
        if clip is not None:
            self.flow.add(clip, (target,), (self.out,))
        return [self.flow.seen(self.out, groups, self.out)]

    def mapped(
        self,
        operation: Operation,
        source: Laid,
        weights: Mapping[str, Array | None] | None = None,
        rules: tuple[str, ...] = (),
    ) -> list[Laid]:
        """The same, where a map becomes a map."""
        return self.made(operation, (source.tensor,), _SEEN_AS_MAP, weights, rules)

    def step(
        self, operation: Operation, inputs: Sequence[str], word: str, weights: Mapping[str, Array] | None = None
    ) -> str:
        """An operation on the way to the result; gives what it makes."""
        name = self.flow.free(f"{self.out}/{word}")
        self.flow.add(operation, inputs, (name,), weights)
        return name

    def _activation(self) -> Operation | None:
        code = self.option("fusedActivationFunction", _NONE)
        if code == _NONE:
            return None
        if code not in _ACTIVATIONS:
            raise self.refused("its activation is a sign bit or unknown")
        return _ACTIVATIONS[code]


_NONE = schema.ActivationFunctionType.NONE
_ACTIVATIONS: Mapping[int, Operation] = {
    schema.ActivationFunctionType.RELU: op.Relu(),
    schema.ActivationFunctionType.RELU6: op.Relu6(),
    schema.ActivationFunctionType.RELU_N1_TO_1: op.HardTanh(-1.0, 1.0),
    schema.ActivationFunctionType.TANH: op.Tanh(),
}

Build = Callable[[At], list[Laid]]
OPERATORS: dict[str, Build] = {}
"""What each operator becomes: how what it makes is laid; nothing for a padding that the windows behind it take in."""


def _answers(*names: str) -> Callable[[Build], Build]:
    def note(build: Build) -> Build:
        OPERATORS.update(dict.fromkeys(names, build))
        return build

    return note


def number_of(array: Array) -> float:
    """A number as it was written: 0.1, not the nearest number in 32 bits."""
    return float(str(numpy.float32(array.item())))


def _plain_number(value: float) -> float:
    return float(str(numpy.float32(value)))


# Windows -------------------------------------------------------------------------------------------------------------


def _pair(at: At, rows: str, columns: str) -> Pair:
    found = (int(at.option(rows, 1)), int(at.option(columns, 1)))
    if min(found) < 1 or max(found) > 4096:
        raise at.refused(f"a step or window of {found[0]}×{found[1]}")
    return found


def _source(at: At, kernel: Pair, stride: Pair, dilation: Pair) -> tuple[Laid, Padding, Quad]:
    """The map a window slides over, and what stands around it."""
    before = at.padded.get(at.operator.inputs[0])
    if before is not None:
        return before.source, padding_of(kernel, dilation, before.pads), before.pads
    x = at.map()
    if at.option("padding") != schema.Padding.SAME:
        return x, Padding.NONE, (0, 0, 0, 0)
    reach = extent(kernel, dilation)
    (top, bottom), (left, right) = (
        same_pads(side, *each) for side, each in zip(at.sides(x), zip(reach, stride, strict=True), strict=True)
    )
    # One tap needs no padding, whatever the size.
    return x, Padding.NONE if reach == (1, 1) else Padding.SAME, (top, bottom, left, right)


def _bias(at: At, index: int, channels: int) -> Array | None:
    """What is added to each output channel; nothing where it is all zeros, as files write what has none."""
    if index >= len(at.operator.inputs) or at.operator.inputs[index] < 0:
        return None
    found = at.kept(index, "bias").reshape(-1)
    if found.size != channels:
        raise at.refused(f"its bias has {found.size} numbers for {channels} channels")
    return found if found.any() else None


@_answers("CONV_2D")
def _conv(at: At) -> list[Laid]:
    weight = at.kept(1, "kernel", 4).transpose(0, 3, 1, 2)
    stride, dilation = _pair(at, "strideH", "strideW"), _pair(at, "dilationHFactor", "dilationWFactor")
    x, padding, pads = _source(at, (int(weight.shape[2]), int(weight.shape[3])), stride, dilation)
    channels = at.flow.shape(x)[1]
    if not weight.size or channels % weight.shape[1]:
        raise at.refused(f"its kernel reads {weight.shape[1]} channels, and {channels} come")
    bias = _bias(at, 2, weight.shape[0])
    groups = channels // weight.shape[1]
    if weight.shape[0] % groups:
        raise at.refused(f"it has {groups} groups for {weight.shape[0]} channels")
    operation = convolution(weight, bias is not None, stride, dilation, groups, (padding, pads))
    return at.mapped(operation, x, {"weight": weight, "bias": bias})


@_answers("DEPTHWISE_CONV_2D")
def _depthwise(at: At) -> list[Laid]:
    weight = at.kept(1, "kernel", 4).transpose(3, 0, 1, 2)
    stride, dilation = _pair(at, "strideH", "strideW"), _pair(at, "dilationHFactor", "dilationWFactor")
    x, padding, pads = _source(at, (int(weight.shape[2]), int(weight.shape[3])), stride, dilation)
    channels = at.flow.shape(x)[1]
    if not weight.size or weight.shape[1] != 1 or weight.shape[0] % channels:
        raise at.refused(f"its kernel makes {weight.shape[0]} channels, and {channels} come")
    bias = _bias(at, 2, weight.shape[0])
    operation = convolution(weight, bias is not None, stride, dilation, channels, (padding, pads))
    return at.mapped(operation, x, {"weight": weight, "bias": bias})


@_answers("TRANSPOSE_CONV")
def _transpose_conv(at: At) -> list[Laid]:
    x, weight = at.map(2), at.kept(1, "kernel", 4)
    wanted = at.numbers(0, "size")
    stride = _pair(at, "strideH", "strideW")
    whole = [(side - 1) * step + taps for side, step, taps in zip(at.sides(x), stride, weight.shape[1:3], strict=True)]
    if len(wanted) != 4:
        raise at.refused("its size has other than four dimensions")
    over = [max(side - size, 0) for side, size in zip(whole, wanted[1:3], strict=True)]
    is_same = at.option("padding") == schema.Padding.SAME
    before = [each // 2 if is_same else 0 for each in over]
    return spread(at, x, _bias(at, 3, weight.shape[0]), (before[0], before[1]), (wanted[1], wanted[2]))


def spread(at: At, x: Laid, bias: Array | None, cut: Pair, sides: Pair) -> list[Laid]:
    """A transposed convolution, of whose whole result so many rows and columns are kept.

    Args:
        at: The operator; its kernel C'×k×k×C is the second input.
        x: What it takes, a map.
        bias: What is added to each channel.
        cut: Rows and columns cut off at the top and the left.
        sides: Rows and columns that are kept.
    """
    weight = at.kept(1, "kernel", 4).transpose(3, 0, 1, 2)
    channels, stride = at.flow.shape(x)[1], _pair(at, "strideH", "strideW")
    if weight.shape[0] != channels or not weight.size:
        raise at.refused(f"its kernel reads {weight.shape[0]} channels, and {channels} come")
    kernel = (int(weight.shape[2]), int(weight.shape[3]))
    rest = [
        (side - 1) * step + taps - before - kept
        for side, step, taps, before, kept in zip(at.sides(x), stride, kernel, cut, sides, strict=True)
    ]
    # Where as much is cut off behind as before, or less by what output padding gives back, one operation says it all.
    added = [before - behind for before, behind in zip(cut, rest, strict=True)]
    is_even = all(0 <= more < step for more, step in zip(added, stride, strict=True))
    kept = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    has_bias = bias is not None
    if is_even:
        pads, back = (cut[0], cut[0], cut[1], cut[1]), (added[0], added[1])
        return at.mapped(transposed_convolution(weight, has_bias, stride, (1, 1), 1, pads, back), x, kept)
    if min(rest) < 0:
        raise at.refused("it makes more rows or columns than its windows reach")
    whole = transposed_convolution(weight, has_bias, stride, (1, 1), 1, (0, 0, 0, 0), (0, 0))
    tensor = at.step(whole, (x.tensor,), "whole", kept)
    ranges = [
        op.Slice(axis, first, first + size)
        for axis, first, size, behind in zip((2, 3), cut, sides, rest, strict=True)
        if first or behind
    ]
    for each in ranges[:-1]:
        tensor = at.step(each, (tensor,), "cut")
    return at.made(ranges[-1], (tensor,), _SEEN_AS_MAP)


@_answers("MAX_POOL_2D")
def _max_pool(at: At) -> list[Laid]:
    kernel, stride = _pair(at, "filterHeight", "filterWidth"), _pair(at, "strideH", "strideW")
    x, padding, pads = _source(at, kernel, stride, (1, 1))
    return at.mapped(op.MaxPool(kernel=kernel, stride=stride, pads=pads, padding=padding), x)


@_answers("AVERAGE_POOL_2D")
def _average_pool(at: At) -> list[Laid]:
    kernel, stride = _pair(at, "filterHeight", "filterWidth"), _pair(at, "strideH", "strideW")
    x, padding, pads = _source(at, kernel, stride, (1, 1))
    if padding is not Padding.NONE:
        padding = padding_of(kernel, (1, 1), pads)
    if padding is Padding.NONE and kernel == at.sides(x):
        return at.mapped(op.GlobalAveragePool(), x)
    return at.mapped(op.AveragePool(kernel=kernel, stride=stride, pads=pads, padding=padding), x)


_WINDOWS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})


@_answers("PAD", "PADV2")
def _pad(at: At) -> list[Laid]:
    widths, fill = _widths(at), at.constant(2)
    value = 0.0 if fill is None else number_of(fill)
    x = at.value()
    if not any(any(each) for each in widths):
        return [replace(x, name=at.out)]
    if len(widths) != 4 or any(widths[0]):
        raise at.refused("it pads the batch, or something else than a map")
    x = at.map()
    (top, bottom), (left, right), channels = widths[1:]
    pads = (top, bottom, left, right)
    if any(channels):
        if any(pads) or value:
            raise at.refused("it pads channels with something else than zeros, or positions too")
        return _more_channels(at, x, *channels)
    wanted = _WINDOWS if not value else frozenset({"MAX_POOL_2D"}) if value < _LOWEST else frozenset()
    target = at.operator.outputs[0]
    if at.readers and not at.is_given_out and all(_takes_pads(each, target, wanted) for each in at.readers):
        at.padded[target] = Padded(x, pads)
        return []
    return at.mapped(op.Pad(pads, PadMode.CONSTANT, value), x)


def _takes_pads(operator: LiteOperator, target: int, kinds: frozenset[str]) -> bool:
    """Whether an operator slides a window, without padding of its own, over a tensor."""
    is_window = operator.kind in kinds and operator.inputs[0] == target and target not in operator.inputs[1:]
    return is_window and getattr(operator.options, "padding", None) == schema.Padding.VALID


def _widths(at: At) -> list[Pair]:
    """How much is added before and after each dimension."""
    numbers = at.numbers(1, "widths")
    rank = len(at.value().groups)
    if len(numbers) != 2 * rank or any(not 0 <= each <= 1 << 20 for each in numbers):
        raise at.refused(f"its widths are {len(numbers)} numbers for {rank} dimensions, or no sizes")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _more_channels(at: At, x: Laid, before: int, after: int) -> list[Laid]:
    """Channels of zeros beside those there are: as many channels times nothing."""
    channels = at.flow.shape(x)[1]
    if before + after > 63 * channels:
        raise at.refused(f"it adds {before + after} channels to {channels}")
    parts: list[str] = []
    for count, word in ((before, "before"), (after, "after")):
        made: list[str] = []
        while count:
            size = min(count, channels)
            source = x.tensor if size == channels else at.step(op.Slice(1, 0, size), (x.tensor,), word)
            made.append(at.step(op.ScalarMultiply(0.0), (source,), "zeros"))
            count -= size
        parts += [*made, x.tensor] if word == "before" else made
    return at.made(op.Concatenate(), parts, _SEEN_AS_MAP, rules=("channels of zeros",))


@_answers("MIRROR_PAD")
def _mirror(at: At) -> list[Laid]:
    widths = _widths(at)
    if len(widths) != 4 or any(widths[0]) or any(widths[3]) or at.option("mode") != schema.MirrorPadMode.REFLECT:
        raise at.refused("it mirrors something else than rows and columns, or the edge itself too")
    (top, bottom), (left, right) = widths[1:3]
    return at.mapped(op.Pad((top, bottom, left, right), PadMode.REFLECT), at.map())


# Resizing ------------------------------------------------------------------------------------------------------------


def _scale(at: At, x: Laid) -> tuple[float, float]:
    wanted = at.numbers(1, "size")
    if len(wanted) != 2 or min(wanted) < 1:
        raise at.refused("its size is not rows and columns")
    before = at.sides(x)
    scale = wanted[0] / before[0], wanted[1] / before[1]
    if any(int(side * each) != size for side, each, size in zip(before, scale, wanted, strict=True)):
        raise at.refused("its size is no multiple that is kept")
    return scale


@_answers("RESIZE_BILINEAR")
def _bilinear(at: At) -> list[Laid]:
    x = at.map()
    scale = _scale(at, x)
    if scale == (1.0, 1.0):
        return [replace(x, name=at.out)]
    if not at.option("halfPixelCenters") or at.option("alignCorners"):
        raise at.refused("its corners are aligned or its pixels have no middle")
    return at.mapped(op.Resize(scale, Interpolation.BILINEAR), x)


@_answers("RESIZE_NEAREST_NEIGHBOR")
def _nearest(at: At) -> list[Laid]:
    x = at.map()
    scale = _scale(at, x)
    for side, each in zip(at.sides(x), scale, strict=True):
        places = numpy.arange(int(side * each))
        if not numpy.array_equal(_taken(at, places, side), numpy.floor(places / each).astype(int)):
            raise at.refused("it takes other positions than the nearest before")
    return at.mapped(op.Resize(scale, Interpolation.NEAREST), x)


def _taken(at: At, places: Array, side: int) -> Array:
    """Which position of the input each of the output is, as LiteRT's kernel has it."""
    is_aligned, is_half = at.option("alignCorners"), at.option("halfPixelCenters")
    step = (side - 1) / (places.size - 1) if is_aligned and places.size > 1 else side / places.size
    exact = (places + (0.5 if is_half else 0.0)) * step
    found = numpy.floor(exact + 0.5) if is_aligned else numpy.floor(exact + 1e-9)
    return numpy.clip(found, 0, side - 1).astype(int)


@_answers("DEPTH_TO_SPACE")
def _depth_to_space(at: At) -> list[Laid]:
    """Each pixel's channels are block rows, block columns, and what is left, in this order."""
    block, x = int(at.option("blockSize")), at.map()
    batch, channels, height, width = at.flow.shape(x)
    if not 0 < block <= channels or channels % block**2:
        raise at.refused(f"its block {block} does not divide {channels} channels")
    deep = channels // block**2
    parted = at.flow.reshaped(x, (batch, height, width, block, block, deep))
    return _rejoined(at, at.flow.turned(parted, (0, 1, 3, 2, 4, 5)), (batch, height * block, width * block, deep))


@_answers("SPACE_TO_DEPTH")
def _space_to_depth(at: At) -> list[Laid]:
    block, x = int(at.option("blockSize")), at.map()
    batch, channels, height, width = at.flow.shape(x)
    if block < 1 or height % block or width % block:
        raise at.refused(f"its block {block} does not divide {height}×{width}")
    apart = (batch, height // block, block, width // block, block, channels)
    parted = at.flow.turned(at.flow.reshaped(x, apart), (0, 1, 3, 2, 4, 5))
    return _rejoined(at, parted, (batch, height // block, width // block, channels * block**2))


def _rejoined(at: At, value: Laid, sides: Sequence[int]) -> list[Laid]:
    return [at.flow.as_map(replace(at.flow.reshaped(value, sides), name=at.out))]


# Norms and dense layers ----------------------------------------------------------------------------------------------


@_answers("LOCAL_RESPONSE_NORMALIZATION")
def _local_norm(at: At) -> list[Laid]:
    size = 2 * int(at.option("radius")) + 1
    alpha, beta, k = (_plain_number(at.option(name)) for name in ("alpha", "beta", "bias"))
    return at.mapped(op.LocalResponseNorm(size, _plain_number(alpha * size), beta, k), at.map())


@_answers("FULLY_CONNECTED")
def _fully_connected(at: At) -> list[Laid]:
    weight, value = at.kept(1, "matrix", 2), at.value()
    if at.option("weightsFormat"):
        raise at.refused("its matrix is shuffled")
    outputs, inputs = weight.shape
    bias = _bias(at, 2, outputs)
    sides = at.flow.sides(value)
    if not inputs or not outputs or prod(sides) % inputs:
        raise at.refused(f"its matrix reads {inputs} numbers, and {prod(sides)} come")
    if at.option("keepNumDims") or sides[-1] == inputs:
        if sides[-1] != inputs:
            raise at.refused(f"its matrix reads {inputs} numbers, and {sides[-1]} come")
        made = _dense(at, value, weight, bias)
        if at.option("keepNumDims"):
            return made
        return [at.flow.reshaped(made[0], (prod(sides[:-1]), outputs))]
    if sides[0] * inputs != prod(sides):
        raise at.refused("it moves elements into or out of the batch")
    return _dense(at, at.flow.reshaped(value, (sides[0], inputs)), weight, bias)


def _dense(at: At, value: Laid, weight: Array, bias: Array | None) -> list[Laid]:
    """Every output reads the file's last dimension."""
    outputs, inputs = (int(side) for side in weight.shape)
    operation = op.Linear(inputs, outputs, bias is not None)
    shape = at.flow.shape(value)
    if len(value.groups) == 2 and value.groups[0] == (0,) and shape[0] * inputs == prod(shape):
        tensor, order = at.flow.flat(value)
        ours = numpy.empty_like(weight)
        ours[:, order] = weight
        is_moved = not numpy.array_equal(order, numpy.arange(inputs))
        rules = ("matrix in the order of channels, rows, columns",) if is_moved else ()
        return at.made(operation, (tensor,), ((0,), (1,)), {"weight": ours, "bias": bias}, rules)
    last = at.flow.channels_last(value)
    groups = [*last.groups[:-1], (len(at.flow.shape(last)) - 1,)]
    return at.made(operation, (last.tensor,), groups, {"weight": weight, "bias": bias})


@_answers("BATCH_MATMUL")
def _batch_matmul(at: At) -> list[Laid]:
    constant = at.constant(1)
    if constant is not None:
        matrix = constant.reshape(constant.shape[-2:]) if constant.size == prod(constant.shape[-2:]) else None
        if matrix is None or at.option("adjX"):
            raise at.refused("it multiplies by several matrices of constants, or turns what it multiplies")
        return _dense(at, at.value(), matrix if at.option("adjY") else matrix.T, None)
    a, b = at.value(0), at.value(1)
    rank = len(a.groups)
    if rank < 3 or len(b.groups) != rank:
        raise at.refused("it multiplies matrices of one picture or of other dimensions")
    if at.option("adjX"):
        a = at.flow.turned(a, (*range(rank - 2), rank - 1, rank - 2))
    operation = op.MatrixProduct(bool(at.option("adjY")))
    inputs = [at.flow.as_it_is(each).tensor for each in (a, b)]
    return at.made(operation, inputs, [(axis,) for axis in range(rank)])


# Element by element --------------------------------------------------------------------------------------------------


def _elementwise(operation: Callable[[At], Operation]) -> Build:
    def build(at: At) -> list[Laid]:
        value = at.value()
        return at.made(operation(at), (value.tensor,), value.groups)

    return build


_SIMPLE: Mapping[str, Operation] = {
    "RELU": op.Relu(),
    "RELU6": op.Relu6(),
    "RELU_N1_TO_1": op.HardTanh(-1.0, 1.0),
    "RELU_0_TO_1": op.HardTanh(0.0, 1.0),
    "LOGISTIC": op.Sigmoid(),
    "TANH": op.Tanh(),
    "ELU": op.Elu(),
    "HARD_SWISH": op.HardSwish(),
    "NEG": op.ScalarMultiply(-1.0),
}
for _name, _operation in _SIMPLE.items():
    OPERATORS[_name] = _elementwise(lambda at, operation=_operation: operation)  # type: ignore[misc]
OPERATORS["LEAKY_RELU"] = _elementwise(lambda at: op.LeakyRelu(_plain_number(at.option("alpha"))))
OPERATORS["GELU"] = _elementwise(lambda at: op.Gelu(bool(at.option("approximate"))))


@_answers("SQUARE")
def _square(at: At) -> list[Laid]:
    value = at.value()
    return at.made(op.Multiply(), (value.tensor, value.tensor), value.groups)


@_answers("SQUARED_DIFFERENCE")
def _squared_difference(at: At) -> list[Laid]:
    a, b = _alike(at, at.value(0), at.value(1))
    less = at.step(op.Subtract(), (a.tensor, b.tensor), "difference")
    return at.made(op.Multiply(), (less, less), a.groups)


@_answers("MAXIMUM", "MINIMUM")
def _bounded(at: At) -> list[Laid]:
    """Only max(x, 0): other bounds are known in pairs."""
    index = next((index for index in (0, 1) if at.constant(index) is not None), None)
    if at.operator.kind == "MINIMUM" or index is None or at.kept(index, "bound").any():
        raise at.refused("it has one bound only, or two tensors")
    value = at.value(1 - index)
    return at.made(op.Relu(), (value.tensor,), value.groups)


@_answers("PRELU")
def _prelu(at: At) -> list[Laid]:
    slope, value = at.kept(1, "slope"), at.value()
    if not slope.ndim or not slope.size or (slope != slope.reshape(-1, slope.shape[-1])[0]).any():
        raise at.refused("it has other slopes than one a channel")
    slopes = slope.reshape(-1, slope.shape[-1])[0]
    if slopes.size == 1:
        return at.made(op.PRelu(1), (value.tensor,), value.groups, {"weight": slopes})
    if slopes.size != at.flow.sides(value)[-1]:
        raise at.refused("it has other slopes than one a channel")
    found, axis = at.flow.axis_of(value, len(value.groups) - 1)
    if axis != 1 and len(value.groups) == 4:
        found, axis = at.flow.as_map(value), 1
    if axis != 1:
        raise at.refused("its slopes are those of a sequence's channels")
    return at.made(op.PRelu(int(slopes.size)), (found.tensor,), found.groups, {"weight": slopes})


@_answers("SOFTMAX")
def _softmax(at: At) -> list[Laid]:
    return shared_out(at, at.value(), len(at.value().groups) - 1, _plain_number(at.option("beta", 1.0)))


def shared_out(at: At, value: Laid, place: int, beta: float = 1.0) -> list[Laid]:
    """Softmax along a dimension of the file's."""
    found, axis = at.flow.axis_of(value, place)
    tensor = found.tensor if beta == 1 else at.step(op.ScalarMultiply(beta), (found.tensor,), "sharpened")
    is_last = axis == len(at.flow.shape(found)) - 1
    return at.made(op.Softmax(-1 if is_last else axis), (tensor,), found.groups)


def _alike(at: At, a: Laid, b: Laid) -> tuple[Laid, Laid]:
    """Two tensors so that a dimension of the one meets the same of the other."""
    if a.groups == b.groups and at.flow.shape(a) == at.flow.shape(b):
        return a, b
    rank = max(len(a.groups), len(b.groups))
    a, b = (_of_rank(at, each, rank) for each in (a, b))
    if prod(at.flow.sides(a)) >= prod(at.flow.sides(b)):
        a = at.flow.one_for_one(a)
        return a, at.flow.like(b, a)
    b = at.flow.one_for_one(b)
    return at.flow.like(a, b), b


def _of_rank(at: At, value: Laid, rank: int) -> Laid:
    if len(value.groups) == rank:
        return value
    return at.flow.reshaped(value, ((1,) * (rank - len(value.groups)) + at.flow.sides(value)))


def _of_two(operation: Operation) -> Build:
    def build(at: At) -> list[Laid]:
        if at.constant(0) is not None or at.constant(1) is not None:
            return _with_constant(at, operation)
        a, b = _alike(at, at.value(0), at.value(1))
        larger = a if prod(at.flow.shape(a)) >= prod(at.flow.shape(b)) else b
        return at.made(operation, (a.tensor, b.tensor), larger.groups)

    return build


OPERATORS["ADD"] = _of_two(op.Add())
OPERATORS["MUL"] = _of_two(op.Multiply())
OPERATORS["SUB"] = _of_two(op.Subtract())
OPERATORS["DIV"] = _of_two(op.Divide())


def _with_constant(at: At, operation: Operation) -> list[Laid]:
    """A tensor and numbers of the file: a factor or a shift, for all of it or for each channel."""
    is_first = at.constant(0) is not None
    constant, value = at.kept(0 if is_first else 1, "operand"), at.value(1 if is_first else 0)
    if constant.dtype.kind != "f" or not constant.size:
        raise at.refused("its constant holds no real numbers")
    if isinstance(operation, op.Divide) and (is_first or not constant.all()):
        raise at.refused("it divides a constant, or by zero")
    if isinstance(operation, op.Divide):
        constant = 1 / constant
    if isinstance(operation, op.Subtract):
        if is_first:
            name = at.step(op.ScalarMultiply(-1.0), (value.tensor,), "negated")
            value = replace(value, tensor=name)
        else:
            constant = -constant
    is_factor = isinstance(operation, (op.Multiply, op.Divide))
    sides = at.flow.sides(value)
    if constant.size == 1 and constant.ndim <= len(sides):
        number = number_of(constant)
        plain: Operation = op.ScalarMultiply(number) if is_factor else op.ScalarAdd(number)
        return at.made(plain, (value.tensor,), value.groups)
    form = (1,) * (len(sides) - constant.ndim) + constant.shape
    varying = [place for place, side in enumerate(form) if side > 1]
    if len(form) != len(sides) or len(varying) != 1 or form[varying[0]] != sides[varying[0]]:
        raise at.refused(f"it takes a constant of {'×'.join(map(str, constant.shape))}")
    found, axis = at.flow.axis_of(value, varying[0])
    kept = constant.reshape(-1)
    if is_factor:
        return at.made(op.LayerScale(int(kept.size), 1.0, axis), (found.tensor,), found.groups, {"weight": kept})
    if axis != 1 or len(at.flow.shape(found)) != 4:
        raise at.refused(f"it adds a constant of {'×'.join(map(str, constant.shape))}")
    return shifted(at, found, kept)


def shifted(at: At, value: Laid, shift: Array) -> list[Laid]:
    """A number added to each channel of a map: a batch norm whose statistics are 0 and 1, which is no rounding more."""
    zero, one = numpy.zeros_like(shift), numpy.ones_like(shift)
    weights = {"weight": one, "bias": shift, "running_mean": zero, "running_var": one}
    rules = ("shift of channels as a batch norm",)
    return at.made(op.BatchNorm(int(shift.size), 0.0), (value.tensor,), value.groups, weights, rules)


# Other shapes --------------------------------------------------------------------------------------------------------


@_answers("CAST", "DEQUANTIZE")
def _passed(at: At) -> list[Laid]:
    return [replace(at.value(), name=at.out)]


def _again(at: At, value: Laid) -> list[Laid]:
    """The same numbers looked at in another way."""
    return [replace(value, name=at.out, origins=(*at.value().origins, *at.flow.origins))]


@_answers("RESHAPE")
def _reshape(at: At) -> list[Laid]:
    value = at.value()
    stated = at.option("newShape", None)
    is_stated = stated is not None and len(at.operator.inputs) == 1
    wanted = [int(each) for each in stated] if is_stated else at.numbers(1, "shape")
    whole = prod(at.flow.sides(value))
    known = prod(side for side in wanted if side != -1)
    if wanted.count(-1) > 1 or known < 1 or len(wanted) > 8:
        raise at.refused(f"its shape is {'×'.join(map(str, wanted[:9]))}")
    return _again(at, at.flow.reshaped(value, [whole // known if side == -1 else side for side in wanted]))


@_answers("SQUEEZE")
def _squeeze(at: At) -> list[Laid]:
    sides = at.flow.sides(at.value())
    given = at.option("squeezeDims", None)
    listed = given is not None and len(given)
    axes = {int(each) % len(sides) for each in given} if listed else {a for a, side in enumerate(sides) if side == 1}
    if any(sides[axis] != 1 for axis in axes):
        raise at.refused("it leaves out a dimension of several positions")
    kept = [side for axis, side in enumerate(sides) if axis not in axes]
    return _again(at, at.flow.reshaped(at.value(), kept or [1]))


@_answers("EXPAND_DIMS")
def _expand(at: At) -> list[Laid]:
    sides = list(at.flow.sides(at.value()))
    (axis,) = at.numbers(1, "dimension")[:1] or [0]
    sides.insert(axis % (len(sides) + 1), 1)
    return _again(at, at.flow.reshaped(at.value(), sides))


@_answers("TRANSPOSE")
def _transpose(at: At) -> list[Laid]:
    order, value = at.numbers(1, "order"), at.value()
    if sorted(order) != list(range(len(value.groups))):
        raise at.refused(f"its order is {order}")
    return _again(at, at.flow.turned(value, order))


@_answers("CONCATENATION")
def _concatenation(at: At) -> list[Laid]:
    values = [at.value(index) for index in range(len(at.operator.inputs))]
    return _joined(at, values, int(at.option("axis")))


def _joined(at: At, values: Sequence[Laid], axis: int) -> list[Laid]:
    rank = len(values[0].groups)
    if any(len(each.groups) != rank for each in values) or not -rank <= axis < rank or axis % rank == 0:
        raise at.refused("it joins along the batch, or tensors of several ranks")
    lead = at.flow.one_for_one(values[0])
    parts = [lead, *(at.flow.like(each, lead) for each in values[1:])]
    order = at.flow.axes(lead)
    assert order is not None  # it is what one_for_one gave
    if len(parts) == 1:
        return [replace(lead, name=at.out)]
    operation = op.Concatenate(order[axis % rank])
    return at.made(operation, [each.tensor for each in parts], [(place,) for place in order])


@_answers("PACK")
def _pack(at: At) -> list[Laid]:
    rank, axis = len(at.value().groups) + 1, int(at.option("axis"))
    if not -rank <= axis < rank:
        raise at.refused(f"its dimension is {axis}")
    made = []
    for index in range(len(at.operator.inputs)):
        sides = list(at.flow.sides(at.value(index)))
        sides.insert(axis % rank, 1)
        made.append(at.flow.reshaped(at.value(index), sides))
    return _joined(at, made, axis)


_MOST_PARTS = 8


def _parted(at: At, value: Laid, axis: int, sizes: Sequence[int]) -> list[Laid]:
    """A dimension in parts, one behind the other."""
    rank = len(value.groups)
    if not -rank <= axis < rank or axis % rank == 0:
        raise at.refused("it splits the batch")
    found, place = at.flow.axis_of(value, axis % rank)
    order = at.flow.axes(found)
    groups = found.groups if order is None else tuple((each,) for each in order)
    if sum(sizes) != at.flow.shape(found)[place] or min(sizes) < 1 or len(sizes) != len(at.outputs):
        raise at.refused(f"its parts are {list(sizes)[:9]}")
    if place == at.flow.specs[found.tensor].channel_axis and len(sizes) <= _MOST_PARTS:
        at.flow.add(op.Split(tuple(sizes), place), (found.tensor,), tuple(at.outputs))
    else:
        start = 0
        for size, name in zip(sizes, at.outputs, strict=True):
            at.flow.add(op.Slice(place, start, start + size), (found.tensor,), (name,))
            start += size
    return [at.flow.seen(name, groups, name) for name in at.outputs]


@_answers("SPLIT")
def _split(at: At) -> list[Laid]:
    axis, count = at.numbers(0, "dimension")[0], len(at.outputs)
    value = at.value(1)
    side = at.flow.sides(value)[axis % len(value.groups)]
    return _parted(at, value, axis, [side // count] * count)


@_answers("SPLIT_V")
def _split_v(at: At) -> list[Laid]:
    sizes, axis = at.numbers(1, "sizes"), at.numbers(2, "dimension")[0]
    value = at.value()
    side = at.flow.sides(value)[axis % len(value.groups)]
    known = sum(size for size in sizes if size != -1)
    return _parted(at, value, axis, [side - known if size == -1 else size for size in sizes])


@_answers("UNPACK")
def _unpack(at: At) -> list[Laid]:
    value, axis = at.value(), int(at.option("axis"))
    sides = at.flow.sides(value)
    parts = _parted(at, value, axis, [1] * len(at.outputs))
    axis %= len(sides)
    return [at.flow.reshaped(each, (*sides[:axis], *sides[axis + 1 :])) for each in parts]


@_answers("SLICE")
def _slice(at: At) -> list[Laid]:
    begins, sizes = at.numbers(1, "beginning"), at.numbers(2, "size")
    if len(begins) != len(sizes) or len(begins) != len(at.value().groups):
        raise at.refused("its beginning and size are not those of its dimensions")
    parts = [slice(first, None if size < 0 else first + size) for first, size in zip(begins, sizes, strict=True)]
    return _cut(at, parts, ())


@_answers("STRIDED_SLICE")
def _strided_slice(at: At) -> list[Laid]:
    inputs = [at.kept(index, "range") for index in (1, 2, 3)]
    found = sliced(inputs, at.operator.options, len(at.value().groups))
    if found is None:
        raise at.refused("it adds dimensions or leaves some unsaid")
    return _cut(at, *found)


def _cut(at: At, parts: Sequence[slice], gone: Sequence[int]) -> list[Laid]:
    """A range of each dimension; those that are gone have one position and are left out."""
    value = at.value()
    for place, part in enumerate(parts):
        sides = at.flow.sides(value)
        start, stop, step = part.indices(sides[place])
        if (start, stop, step) == (0, sides[place], 1):
            continue
        if step < 1 or place == 0:
            raise at.refused("it runs backwards or takes a part of the batch")
        value, axis = at.flow.axis_of(value, place)
        order = at.flow.axes(value)
        groups = value.groups if order is None else tuple((each,) for each in order)
        name = at.step(op.Slice(axis, start, stop, step), (value.tensor,), f"slice_{place}")
        value = at.flow.seen(name, groups, at.out)
    kept = [side for place, side in enumerate(at.flow.sides(value)) if place not in gone]
    return _again(at, at.flow.reshaped(value, kept or [1]))


@_answers("MEAN")
def _mean(at: At) -> list[Laid]:
    return [_averaged(at, at.out)]


@_answers("SUM")
def _sum(at: At) -> list[Laid]:
    sides = at.flow.sides(at.value())
    count = prod(sides[axis % len(sides)] for axis in set(at.numbers(1, "dimensions")))
    mean = _averaged(at, at.flow.free(f"{at.out}/mean"))
    return at.made(op.ScalarMultiply(float(count)), (mean.tensor,), mean.groups)


def _averaged(at: At, name: str) -> Laid:
    """The mean over some dimensions of the file's."""
    value = at.value()
    rank = len(value.groups)
    places = sorted({axis % rank for axis in at.numbers(1, "dimensions")})
    if not places or 0 in places:
        raise at.refused("it goes over the batch")
    if rank == 4 and places == [1, 2]:
        source = at.map()
        at.flow.add(op.GlobalAveragePool(), (source.tensor,), (name,))
        return _reduced(at, at.flow.seen(name, _SEEN_AS_MAP, name), places)
    gone = sorted(axis for place in places for axis in value.groups[place])
    operation: Operation
    if not gone:
        return _reduced(at, value, places)
    if any(len(value.groups[place]) != 1 for place in places):
        value = at.flow.one_for_one(value)
        order = at.flow.axes(value)
        assert order is not None  # it is what one_for_one gave
        gone = sorted(order[place] for place in places)
    shape = at.flow.shape(value)
    keep = bool(at.option("keepDims")) or len(shape) - len(gone) < 2
    if gone == [2, 3] and at.flow.specs[value.tensor].is_map:
        operation, keep = op.GlobalAveragePool(), True
    else:
        operation = op.Mean(tuple(gone), keep)
    at.flow.add(operation, (value.tensor,), (name,))
    left = [axis for axis in range(len(shape)) if keep or axis not in gone]
    groups = [[left.index(axis) for axis in group if axis not in gone] for group in value.groups]
    return _reduced(at, at.flow.seen(name, groups, name), places)


def _reduced(at: At, value: Laid, places: Sequence[int]) -> Laid:
    if at.option("keepDims"):
        return value
    sides = at.flow.sides(value)
    return at.flow.reshaped(value, [side for place, side in enumerate(sides) if place not in places])


@_answers("REDUCE_MAX")
def _largest(at: At) -> list[Laid]:
    places = sorted({axis % len(at.value().groups) for axis in at.numbers(1, "dimensions")})
    if places != [1, 2]:
        raise at.refused("it goes over other dimensions than rows and columns")
    return [_reduced(at, at.mapped(op.GlobalMaxPool(), at.map())[0], places)]
