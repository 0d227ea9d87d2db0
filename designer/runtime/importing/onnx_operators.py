"""ONNX's operators as operations: one function an operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy
from numpy.typing import NDArray

from designer.errors import ImportRefused
from designer.graph import operations as op
from designer.graph.operations import Interpolation, Operation, PadMode
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Pair, Quad, extent, same_pads
from designer.importing.network import Attribute
from designer.runtime.importing.building import Built, convolution, counted_padding, padding_of, transposed_convolution

Array = NDArray[Any]


@dataclass
class At:
    """One operator of a file, with what is known where it stands.

    Attributes:
        operator: Its type.
        name: Its name, or its first result's.
        inputs: Names of what it takes; empty for what is left out.
        outputs: Names of what it makes.
        attributes: What it states.
        constants: Arrays by name.
        specs: Shapes by name.
    """

    operator: str
    name: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    attributes: Mapping[str, Attribute]
    constants: Mapping[str, Array]
    specs: Mapping[str, TensorSpec]

    def attribute(self, name: str, default: Any = None) -> Any:
        """What it states under a name."""
        return self.attributes.get(name, default)

    def constant(self, index: int) -> Array | None:
        """The constant at an input, or None where none or a tensor that flows is there."""
        return self.constants.get(self.inputs[index]) if index < len(self.inputs) else None

    def kept(self, index: int, what: str) -> Array:
        """The constant at an input.

        Raises:
            ImportRefused: A tensor that flows, or nothing, stands there.
        """
        found = self.constant(index)
        if found is None:
            raise self.refused(f"its {what} is computed by the network or left out")
        return found

    @property
    def x(self) -> str:
        """The tensor it takes first."""
        return self.inputs[0]

    @property
    def spec(self) -> TensorSpec:
        """The shape of what it takes first."""
        return self.specs[self.x]

    @property
    def map(self) -> TensorSpec:
        """The same, where it is a map N×C×H×W.

        Raises:
            ImportRefused: It is none.
        """
        if len(self.spec.shape) != 4:
            raise self.refused(f"it works on {self.spec.full_label}, and maps N×C×H×W are drawn")
        return self.spec

    def refused(self, why: str) -> ImportRefused:
        """The refusal of this operator."""
        return ImportRefused(f"{self.operator} '{self.name}': {why}, and no layer computes that")

    def one(self, operation: Operation, *inputs: str, **weights: Array | None) -> list[Built]:
        """The whole operator as one operation."""
        kept = {name: array for name, array in weights.items() if array is not None}
        return [Built(operation, inputs or (self.x,), (self.outputs[0],), kept)]


Build = Callable[[At], list[Built]]
OPERATORS: dict[str, Build] = {}
"""What each operator becomes; none for one that only passes its input on."""


def _answers(*names: str) -> Callable[[Build], Build]:
    def note(build: Build) -> Build:
        OPERATORS.update(dict.fromkeys(names, build))
        return build

    return note


# Windows -------------------------------------------------------------------------------------------------------------


def _pads(at: At, kernel: Pair, stride: Pair, dilation: Pair) -> tuple[Padding, Quad]:
    """What stands around the input, and its numbers."""
    auto = at.attribute("auto_pad", "NOTSET")
    reach = extent(kernel, dilation)
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        (top, bottom), (left, right) = (
            same_pads(side, *each) for side, each in zip(at.map.sides, zip(reach, stride, strict=True), strict=True)
        )
        if auto == "SAME_LOWER":
            return Padding.EXPLICIT, (bottom, top, right, left)
        return Padding.SAME, (top, bottom, left, right)
    if auto == "VALID":
        return Padding.NONE, (0, 0, 0, 0)
    top, left, bottom, right = at.attribute("pads", (0, 0, 0, 0))
    numbers = (top, bottom, left, right)
    return padding_of(kernel, dilation, numbers), numbers


def _pair(at: At, name: str) -> Pair:
    _ = at.map
    found = at.attribute(name, (1, 1))
    if len(found) != 2:
        raise at.refused(f"its {name} has {len(found)} sides")
    return found[0], found[1]


@_answers("Conv")
def _conv(at: At) -> list[Built]:
    weight, bias = at.kept(1, "kernel"), at.constant(2)
    stride, dilation = _pair(at, "strides"), _pair(at, "dilations")
    padding = _pads(at, (int(weight.shape[2]), int(weight.shape[3])), stride, dilation)
    operation = convolution(weight, bias is not None, stride, dilation, at.attribute("group", 1), padding)
    return at.one(operation, weight=weight, bias=bias)


@_answers("ConvTranspose")
def _conv_transpose(at: At) -> list[Built]:
    weight, bias, groups = at.kept(1, "kernel"), at.constant(2), at.attribute("group", 1)
    if at.attribute("output_shape") or at.attribute("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise at.refused("its padding follows from a size")
    stride, dilation = _pair(at, "strides"), _pair(at, "dilations")
    top, left, bottom, right = at.attribute("pads", (0, 0, 0, 0))
    down, across = at.attribute("output_padding", (0, 0))
    operation = transposed_convolution(
        weight, bias is not None, stride, dilation, groups, (top, bottom, left, right), (down, across)
    )
    return at.one(operation, weight=weight, bias=bias)


@_answers("MaxPool")
def _max_pool(at: At) -> list[Built]:
    if len(at.outputs) > 1 and at.outputs[1]:
        raise at.refused("it gives the places of what it found too")
    kernel, stride, dilation = _pair(at, "kernel_shape"), _pair(at, "strides"), _pair(at, "dilations")
    padding, numbers = _pads(at, kernel, stride, dilation)
    return at.one(
        op.MaxPool(
            kernel=kernel,
            stride=stride,
            pads=numbers,
            padding=padding,
            ceil_mode=bool(at.attribute("ceil_mode", 0)),
            dilation=dilation,
        )
    )


@_answers("AveragePool")
def _average_pool(at: At) -> list[Built]:
    kernel, stride = _pair(at, "kernel_shape"), _pair(at, "strides")
    padding, numbers = _pads(at, kernel, stride, (1, 1))
    ceil = bool(at.attribute("ceil_mode", 0))
    if padding is not Padding.NONE and at.attribute("count_include_pad", 0):
        if ceil:
            raise at.refused("it counts its padding in the mean, and not what lies beyond it")
        return counted_padding(kernel, stride, numbers, at.x, f"{at.outputs[0]}/padded", at.outputs[0])
    if kernel == at.map.sides and padding is Padding.NONE:
        return at.one(op.GlobalAveragePool())
    return at.one(op.AveragePool(kernel=kernel, stride=stride, pads=numbers, padding=padding, ceil_mode=ceil))


@_answers("GlobalAveragePool")
def _global_average(at: At) -> list[Built]:
    _ = at.map
    return at.one(op.GlobalAveragePool())


@_answers("GlobalMaxPool")
def _global_max(at: At) -> list[Built]:
    _ = at.map
    return at.one(op.GlobalMaxPool())


@_answers("Pad")
def _pad(at: At) -> list[Built]:
    numbers = [int(each) for each in at.kept(1, "number of rows")]
    value = at.constant(2)
    modes = {"constant": PadMode.CONSTANT, "reflect": PadMode.REFLECT, "edge": PadMode.REPLICATE}
    mode = modes.get(at.attribute("mode", "constant"))
    if len(numbers) != 8 or any(numbers[index] for index in (0, 1, 4, 5)) or mode is None or len(at.inputs) > 3:
        raise at.refused("it pads something else than rows and columns, or in another way")
    top, left, bottom, right = numbers[2], numbers[3], numbers[6], numbers[7]
    return at.one(op.Pad((top, bottom, left, right), mode, float(value.item()) if value is not None else 0.0))


@_answers("Resize")
def _resize(at: At) -> list[Built]:
    before = at.map
    scales, sizes = at.constant(2), at.constant(3)
    if scales is not None and scales.size == 4:
        down, across = float(scales[2]), float(scales[3])
    elif sizes is not None and sizes.size == 4:
        down, across = float(sizes[2]) / before.height, float(sizes[3]) / before.width
    else:
        raise at.refused("its size is computed by the network")
    mode = at.attribute("mode", "nearest")
    places = at.attribute("coordinate_transformation_mode", "half_pixel")
    rounding = at.attribute("nearest_mode", "round_prefer_floor")
    is_whole = down.is_integer() and across.is_integer()
    if mode == "nearest" and (is_whole or (places == "asymmetric" and rounding == "floor")):
        return at.one(op.Resize((down, across), Interpolation.NEAREST))
    if mode == "linear" and places in ("half_pixel", "pytorch_half_pixel"):
        return at.one(op.Resize((down, across), Interpolation.BILINEAR))
    raise at.refused(f"it resizes by '{mode}' with '{places}'")


# Norms and dense layers ----------------------------------------------------------------------------------------------


@_answers("BatchNormalization")
def _batch_norm(at: At) -> list[Built]:
    _ = at.map
    weight, bias, mean, variance = (at.kept(index, "statistic") for index in range(1, 5))
    operation = op.BatchNorm(int(mean.size), float(at.attribute("epsilon", 1e-5)), 0.1)
    return at.one(operation, weight=weight, bias=bias, running_mean=mean, running_var=variance)


@_answers("LayerNormalization")
def _layer_norm(at: At) -> list[Built]:
    weight, bias = at.kept(1, "scale"), at.constant(2)
    if at.attribute("axis", -1) not in (-1, len(at.spec.shape) - 1):
        raise at.refused("it goes over several dimensions")
    operation = op.LayerNorm(int(weight.size), float(at.attribute("epsilon", 1e-5)), -1)
    return at.one(operation, weight=weight, bias=numpy.zeros_like(weight) if bias is None else bias)


@_answers("InstanceNormalization")
def _instance_norm(at: At) -> list[Built]:
    channels = at.map.channels
    operation = op.GroupNorm(channels, channels, float(at.attribute("epsilon", 1e-5)))
    return at.one(operation, weight=at.kept(1, "scale"), bias=at.kept(2, "shift"))


@_answers("LRN")
def _lrn(at: At) -> list[Built]:
    operation = op.LocalResponseNorm(
        int(at.attribute("size")),
        float(at.attribute("alpha", 1e-4)),
        float(at.attribute("beta", 0.75)),
        float(at.attribute("bias", 1.0)),
    )
    return at.one(operation)


@_answers("Gemm")
def _gemm(at: At) -> list[Built]:
    weight, bias = at.kept(1, "matrix"), at.constant(2)
    if at.attribute("transA", 0) or at.attribute("alpha", 1.0) != 1 or at.attribute("beta", 1.0) != 1:
        raise at.refused("it turns or weighs what it multiplies")
    return _dense(at, weight if at.attribute("transB", 0) else weight.T, bias)


@_answers("MatMul")
def _matmul(at: At) -> list[Built]:
    weight = at.constant(1)
    if weight is None:
        if at.constant(0) is not None:
            raise at.refused("its first matrix is a constant")
        return at.one(op.MatrixProduct(), *at.inputs)
    if weight.ndim != 2:
        raise at.refused(f"it multiplies by {weight.ndim} dimensions of constants")
    return _dense(at, weight.T, None)


def _dense(at: At, weight: Array, bias: Array | None) -> list[Built]:
    outputs, inputs = weight.shape
    if bias is not None:
        bias = numpy.broadcast_to(bias.reshape(-1), (outputs,))
    operation = op.Linear(int(inputs), int(outputs), bias is not None)
    return at.one(operation, weight=numpy.ascontiguousarray(weight), bias=bias)


# Element by element --------------------------------------------------------------------------------------------------


def _plain(operation: Operation) -> Build:
    return lambda at: at.one(operation)


for _name, _operation in {
    "Relu": op.Relu(),
    "Sigmoid": op.Sigmoid(),
    "Tanh": op.Tanh(),
    "HardSwish": op.HardSwish(),
    "Mish": op.Mish(),
}.items():
    OPERATORS[_name] = _plain(_operation)


@_answers("Clip")
def _clip(at: At) -> list[Built]:
    low, high = at.constant(1), at.constant(2)
    least = float(low.item()) if low is not None else at.attribute("min", -numpy.inf)
    most = float(high.item()) if high is not None else at.attribute("max", numpy.inf)
    if (least, most) == (0.0, 6.0):
        return at.one(op.Relu6())
    if least == 0 and most > _UNBOUNDED:
        return at.one(op.Relu())
    if not (-_UNBOUNDED < least < most < _UNBOUNDED):
        raise at.refused("it has one bound only")
    return at.one(op.HardTanh(float(least), float(most)))


_UNBOUNDED = 1e30


@_answers("LeakyRelu")
def _leaky(at: At) -> list[Built]:
    return at.one(op.LeakyRelu(float(at.attribute("alpha", 0.01))))


@_answers("Elu")
def _elu(at: At) -> list[Built]:
    return at.one(op.Elu(float(at.attribute("alpha", 1.0))))


@_answers("PRelu")
def _prelu(at: At) -> list[Built]:
    slope = at.kept(1, "slope").reshape(-1)
    if slope.size not in (1, at.spec.channels):
        raise at.refused("it has other slopes than one a channel")
    return at.one(op.PRelu(int(slope.size)), weight=slope)


@_answers("HardSigmoid")
def _hard_sigmoid(at: At) -> list[Built]:
    alpha, beta = float(at.attribute("alpha", 0.2)), float(at.attribute("beta", 0.5))
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return at.one(op.HardSigmoid())
    scaled, moved = f"{at.outputs[0]}/scaled", f"{at.outputs[0]}/moved"
    return [
        Built(op.ScalarMultiply(alpha), (at.x,), (scaled,)),
        Built(op.ScalarAdd(beta), (scaled,), (moved,)),
        Built(op.HardTanh(0.0, 1.0), (moved,), (at.outputs[0],)),
    ]


@_answers("Gelu")
def _gelu(at: At) -> list[Built]:
    return at.one(op.Gelu(at.attribute("approximate", "none") == "tanh"))


@_answers("Softmax")
def _softmax(at: At) -> list[Built]:
    axis = at.attribute("axis", -1) % len(at.spec.shape)
    return at.one(op.Softmax(-1 if axis == len(at.spec.shape) - 1 else axis))


@_answers("Add", "Sum")
def _add(at: At) -> list[Built]:
    if len(at.inputs) > 2:
        built, before = [], at.inputs[0]
        for index, each in enumerate(at.inputs[1:], start=1):
            after = at.outputs[0] if index == len(at.inputs) - 1 else f"{at.outputs[0]}/sum_{index}"
            built.append(Built(op.Add(), (before, each), (after,)))
            before = after
        return built
    return _of_two(at, op.Add(), op.ScalarAdd)


@_answers("Mul")
def _mul(at: At) -> list[Built]:
    return _of_two(at, op.Multiply(), op.ScalarMultiply)


@_answers("Sub")
def _sub(at: At) -> list[Built]:
    return _of_two(at, op.Subtract(), lambda value: op.ScalarAdd(-value))


@_answers("Div")
def _div(at: At) -> list[Built]:
    return _of_two(at, op.Divide(), lambda value: op.ScalarMultiply(1 / value))


def _of_two(at: At, operation: Operation, with_number: Callable[[float], Operation]) -> list[Built]:
    one, other = at.constant(0), at.constant(1)
    if one is None and other is None:
        return at.one(operation, *at.inputs)
    if one is not None and isinstance(operation, (op.Subtract, op.Divide)):
        if isinstance(operation, op.Subtract) and one.size == 1:
            return _less(at, float(one.item()))
        raise at.refused("its first operand is a constant")
    constant = one if other is None else other
    flowing = at.inputs[1] if other is None else at.inputs[0]
    assert constant is not None  # one of them is
    if constant.size == 1:
        return at.one(with_number(float(constant.item())), flowing)
    spec = at.specs[flowing]
    sides = (1,) * (len(spec.shape) - constant.ndim) + constant.shape
    varying = [axis for axis, side in enumerate(sides) if side > 1]
    if isinstance(operation, op.Multiply) and len(varying) == 1 and varying[0] in (1, len(spec.shape) - 1):
        kept = constant.reshape(-1)
        return at.one(op.LayerScale(int(kept.size), 1.0, varying[0]), flowing, weight=kept)
    if isinstance(operation, op.Add) and varying == [1] and spec.is_map:
        return [_shifted(at, flowing, constant.reshape(-1))]
    raise at.refused(f"it takes a constant of {'×'.join(map(str, constant.shape))}")


def _less(at: At, whole: float) -> list[Built]:
    """A number less a tensor."""
    negative = f"{at.outputs[0]}/negative"
    return [
        Built(op.ScalarMultiply(-1.0), (at.inputs[1],), (negative,)),
        Built(op.ScalarAdd(whole), (negative,), (at.outputs[0],)),
    ]


@_answers("Neg")
def _neg(at: At) -> list[Built]:
    return at.one(op.ScalarMultiply(-1.0))


@_answers("Pow")
def _power(at: At) -> list[Built]:
    given = at.kept(1, "exponent")
    exponent = float(given.item()) if given.size == 1 else 0.0
    if exponent == 2:
        return at.one(op.Multiply(), at.x, at.x)
    if exponent != 3:
        raise at.refused("its exponent is not 2 or 3")
    square = f"{at.outputs[0]}/square"
    return [Built(op.Multiply(), (at.x, at.x), (square,)), Built(op.Multiply(), (square, at.x), (at.outputs[0],))]


def _shifted(at: At, flowing: str, shift: Array) -> Built:
    """A number added to each channel of a map: a batch norm whose statistics are 0 and 1, which is no rounding more."""
    zero, one = numpy.zeros_like(shift), numpy.ones_like(shift)
    return Built(
        op.BatchNorm(int(shift.size), 0.0),
        (flowing,),
        (at.outputs[0],),
        {"weight": one, "bias": shift, "running_mean": zero, "running_var": one},
        ("shift of channels as a batch norm",),
    )


_REAL = (1, 10, 11, 16)
"""ONNX's words for real numbers, all of which are float32 here."""


# Other shapes --------------------------------------------------------------------------------------------------------


@_answers("Identity", "Dropout")
def _passed(at: At) -> list[Built]:
    return []


@_answers("Cast")
def _cast(at: At) -> list[Built]:
    if at.attribute("to") not in _REAL:
        raise at.refused("it makes other than real numbers")
    return []


@_answers("Flatten")
def _flatten(at: At) -> list[Built]:
    if at.attribute("axis", 1) != 1:
        raise at.refused("it flattens into the batch")
    return at.one(op.Flatten())


@_answers("Reshape")
def _reshape(at: At) -> list[Built]:
    before = at.spec.shape
    sides = [int(each) for each in at.kept(1, "shape")]
    if not at.attribute("allowzero", 0):
        sides = [before[index] if side == 0 else side for index, side in enumerate(sides)]
    known = prod(side for side in sides if side != -1)
    sides = [prod(before) // known if side == -1 and known else side for side in sides]
    return _shaped(at, tuple(sides))


@_answers("Unsqueeze")
def _unsqueeze(at: At) -> list[Built]:
    axes = [int(each) for each in at.kept(1, "dimensions")]
    rank = len(at.spec.shape) + len(axes)
    wanted = {axis % rank for axis in axes}
    left = iter(at.spec.shape)
    return _shaped(at, tuple(1 if axis in wanted else next(left) for axis in range(rank)))


def _shaped(at: At, sides: tuple[int, ...]) -> list[Built]:
    before = at.spec.shape
    if len(sides) < 2 or sides[0] != before[0] or prod(sides) != prod(before):
        raise at.refused("it moves elements into or out of the batch")
    if len(sides) == 2:
        return at.one(op.Flatten())
    return at.one(op.Reshape(sides[1:], 1 if len(sides) == 4 else len(sides) - 1))


@_answers("Squeeze")
def _squeeze(at: At) -> list[Built]:
    shape, given = at.spec.shape, at.constant(1)
    axes = [int(each) % len(shape) for each in given] if given is not None else range(1, len(shape))
    gone = tuple(sorted(axis for axis in axes if shape[axis] == 1))
    if 0 in gone:
        raise at.refused("it takes the batch away")
    return at.one(op.Squeeze(gone))


@_answers("Transpose")
def _transpose(at: At) -> list[Built]:
    rank = len(at.spec.shape)
    order = tuple(at.attribute("perm", tuple(reversed(range(rank)))))
    if order[0] != 0:
        raise at.refused("it moves the batch")
    return at.one(op.Permute(order))


@_answers("Concat")
def _concat(at: At) -> list[Built]:
    if any(name in at.constants for name in at.inputs):
        raise at.refused("a constant is among what it joins")
    if len(at.inputs) == 1:
        return []
    return at.one(op.Concatenate(at.attribute("axis") % len(at.spec.shape)), *at.inputs)


@_answers("Split")
def _split(at: At) -> list[Built]:
    axis = at.attribute("axis", 0) % len(at.spec.shape)
    given = at.constant(1)
    count, side = len(at.outputs), at.spec.shape[axis]
    sizes = tuple(int(each) for each in given) if given is not None else (side // count,) * count
    if axis == 0:
        raise at.refused("it splits the batch")
    return [Built(op.Split(sizes, axis), (at.x,), tuple(at.outputs))]


@_answers("Slice")
def _slice(at: At) -> list[Built]:
    starts, stops = at.kept(1, "beginning"), at.kept(2, "end")
    given, strides = at.constant(3), at.constant(4)
    axes = given if given is not None else numpy.arange(starts.size)
    built: list[Built] = []
    source, shape = at.x, at.spec.shape
    for index, axis in enumerate(int(each) % len(shape) for each in axes):
        start, stop, step = slice(
            int(starts[index]), int(stops[index]), int(strides[index]) if strides is not None else 1
        ).indices(shape[axis])
        if (start, stop, step) == (0, shape[axis], 1):
            continue
        if step < 1 or axis == 0:
            raise at.refused("it runs backwards or takes a part of the batch")
        result = f"{at.outputs[0]}/slice_{index}"
        built.append(Built(op.Slice(axis, start, stop, step), (source,), (result,)))
        source = result
    if built:
        built[-1] = built[-1]._replace(results=(at.outputs[0],))
    return built


@_answers("ReduceMean")
def _mean(at: At) -> list[Built]:
    given = at.constant(1)
    axes = [int(each) for each in given] if given is not None else list(at.attribute("axes", ()))
    rank = len(at.spec.shape)
    wanted, keep = tuple(sorted(axis % rank for axis in axes)), bool(at.attribute("keepdims", 1))
    if not wanted or 0 in wanted:
        raise at.refused("it goes over the batch")
    if rank == 4 and wanted == (2, 3):
        if keep:
            return at.one(op.GlobalAveragePool())
        pooled = f"{at.outputs[0]}/pooled"
        return [
            Built(op.GlobalAveragePool(), (at.x,), (pooled,)),
            Built(op.Flatten(), (pooled,), (at.outputs[0],)),
        ]
    return at.one(op.Mean(wanted, keep))


@_answers("DepthToSpace")
def _depth_to_space(at: At) -> list[Built]:
    if at.attribute("mode", "DCR") != "CRD":
        raise at.refused("it deals channels out depth first")
    return at.one(op.PixelShuffle(int(at.attribute("blocksize"))))
