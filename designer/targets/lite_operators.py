"""Our operations as the operators of a LiteRT file: which tensors they bring into memory, and what they need beside.

The twin of the LiteRT writer without weights, so that memory can be told while one draws: operator by operator, tensor
by tensor, in the order in which the writer makes them. A test writes every layer and compares.

Source of the scratch memory: the reference kernels of TensorFlow Lite for Microcontrollers (``reduce_common.cc``,
``mirror_pad.cc``, ``transpose_conv.cc`` in ``tensorflow/lite/micro/kernels``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, NamedTuple

from designer.graph import operations as op
from designer.graph.design import NodePath
from designer.graph.operations import Operation, Reader
from designer.graph.tensor import TensorSpec

Shape = tuple[int, ...]

FLOAT_ONLY = frozenset(
    {
        *("REDUCE_MAX", "EXP", "LOG", "ABS", "NEG", "MINIMUM", "ELU", "PRELU", "RELU6", "LEAKY_RELU", "SPLIT_V"),
        "LOCAL_RESPONSE_NORMALIZATION",
    }
)
"""Operators of a file in floats alone."""

INT8 = frozenset(
    {
        *("ADD", "SUB", "MUL", "DIV", "MEAN", "SUM", "MAXIMUM", "RSQRT", "SQRT", "GELU", "HARD_SWISH", "LOGISTIC"),
        *("TANH", "RELU", "SOFTMAX", "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"),
        *("BATCH_MATMUL", "AVERAGE_POOL_2D", "MAX_POOL_2D", "PAD", "PADV2", "MIRROR_PAD", "RESHAPE", "TRANSPOSE"),
        *("CONCATENATION", "STRIDED_SLICE", "SLICE", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "QUANTIZE"),
    }
)
"""Operators that have a form in eight bits: what ai-edge-quantizer 0.10.0 quantises (``qtyping.TFLOperationName``)."""

CODES = INT8 | FLOAT_ONLY
"""Every operator that the LiteRT writer writes."""

KEEPS_SCALE = frozenset(
    {
        *("RESHAPE", "TRANSPOSE", "SLICE", "STRIDED_SLICE", "PAD", "MIRROR_PAD", "AVERAGE_POOL_2D", "MAX_POOL_2D"),
        *("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"),
    }
)
"""Operators whose kernels of eight bits give out the scale that came in."""

JOINS_SCALES = frozenset({"CONCATENATION", "MAXIMUM", "PADV2"})
"""Operators whose kernels of eight bits want every input in the scale of what they make."""

FIXES_SCALE = frozenset({"LOGISTIC", "TANH", "SOFTMAX"})
"""Operators whose kernels of eight bits make one scale only: 1/256 from 0 on, or 1/128 about 0."""

BROADCAST = "broadcast multiplication"
"""The title of a multiplication of N×C×H×W by N×C×1×1, as in a squeeze-and-excite: slow where others are not."""


class Scratch(NamedTuple):
    """Memory that a kernel asks for beside its tensors, while it runs.

    Attributes:
        bytes: How much.
        is_int8: Whether it is asked for by the kernel of eight bits alone.
    """

    bytes: int
    is_int8: bool = False


class Kernel(NamedTuple):
    """One operator of a file.

    Attributes:
        code: LiteRT's name of it.
        title: The operation that it computes, or is a step of.
        path: The node it belongs to, through blocks.
        inputs: The tensors it reads that are no constants.
        outputs: Those it makes.
        scratch: What it needs beside them.
    """

    code: str
    title: str
    path: NodePath
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    scratch: tuple[Scratch, ...] = ()


class Call(NamedTuple):
    """Where one operation stands.

    Attributes:
        path: The node.
        title: The operation, in our words.
        inputs: Tensors it takes.
        specs: Their shapes, N×C×H×W, N×F or N×L×C.
        made: The shapes of what it makes.
    """

    path: NodePath
    title: str
    inputs: tuple[int, ...]
    specs: tuple[TensorSpec, ...]
    made: tuple[TensorSpec, ...]

    @property
    def spec(self) -> TensorSpec:
        """The shape of the first tensor it makes."""
        return self.made[0]


@dataclass
class Kernels:
    """Operators and tensors under way.

    Attributes:
        is_int8: Whether the file is in eight bits, where a few operations are written otherwise.
        elements: Of each tensor.
        makers: The node of each tensor.
        kernels: The operators.
    """

    is_int8: bool = False
    elements: list[int] = field(default_factory=list)
    makers: list[NodePath] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    _fixed: set[int] = field(default_factory=set)

    def tensor(self, path: NodePath, elements: int) -> int:
        """A tensor; gives its number."""
        self.elements.append(elements)
        self.makers.append(path)
        return len(self.elements) - 1

    def add(
        self, call: Call, code: str, inputs: Sequence[int], elements: int, scratch: tuple[Scratch, ...] = ()
    ) -> int:
        """An operator that makes one tensor; gives its number."""
        taken = tuple(self._rescaled(call, x) for x in inputs) if code in JOINS_SCALES else tuple(inputs)
        made = self.tensor(call.path, elements)
        self.kernels.append(Kernel(code, call.title, call.path, taken, (made,), scratch))
        if code in FIXES_SCALE or (code in KEEPS_SCALE and taken[0] in self._fixed):
            self._fixed.add(made)
        return made

    def _rescaled(self, call: Call, x: int) -> int:
        """A tensor in the scale of what is made of it: an operator of its own where its scale cannot be chosen."""
        if not self.is_int8 or x not in self._fixed:
            return x
        made = self.tensor(call.path, self.elements[x])
        self.kernels.append(Kernel("QUANTIZE", call.title, call.path, (x,), (made,)))
        return made

    def reduced(self, call: Call, code: str, x: int, shape: Shape, axes: Sequence[int]) -> int:
        """A reduction that keeps the dimensions."""
        elements = prod(1 if axis in axes else side for axis, side in enumerate(shape))
        beside = (Scratch(4 * len(shape)), Scratch(4 * len(axes)))
        sums = code in ("MEAN", "SUM")
        return self.add(call, code, [x], elements, (Scratch(4 * elements, is_int8=True), *beside) if sums else beside)

    def transposed(self, call: Call, x: int, shape: Shape, order: Sequence[int]) -> int:
        """Dimensions in another order; the tensor itself where that is the same."""
        return x if list(order) == sorted(order) else self.add(call, "TRANSPOSE", [x], prod(shape))

    def planes(self, call: Call, x: int, spec: TensorSpec) -> int:
        """A tensor with its dimensions in the order that it has outside a file."""
        return self.add(call, "TRANSPOSE", [x], spec.elements) if spec.is_map else x


LiteWriter = Callable[[Kernels, Call, Any], int | tuple[int, ...]]

LITE: Reader[LiteWriter] = Reader("LiteRT's memory", "lite_memory")
"""What each operation is in a file, giving the tensors it makes."""


def laid(spec: TensorSpec) -> Shape:
    """A shape with its channels last."""
    return (spec.batch, spec.height, spec.width, spec.channels) if spec.is_map else spec.shape


def _in_file(spec: TensorSpec, axis: int) -> int:
    """Where a dimension of the tensor stands in the file."""
    order = (0, 2, 3, 1) if spec.is_map else tuple(range(len(spec.shape)))
    return order.index(axis % len(spec.shape))


# Windows and maps -----------------------------------------------------------------------------------------------------


def padded(operation: op.Convolution | op.MaxPool | op.AveragePool, x: TensorSpec) -> tuple[int, int, int, int] | None:
    """The rows and columns that a padding operator of its own adds; None where the kernel pads, or nothing does.

    LiteRT's kernels pad as TensorFlow does; PyTorch's symmetric padding is that where the stride is one.
    """
    pads = operation.pads if isinstance(operation, op.Convolution) else operation.full_pads(x)
    if not any(pads) or replace(operation, pads=pads).is_same(x):
        return None
    return pads


def _window(
    write: Kernels, call: Call, operation: op.Convolution | op.MaxPool | op.AveragePool, code: str, pad: str = "PAD"
) -> int:
    x, source, pads = call.specs[0], call.inputs[0], padded(operation, call.specs[0])
    if pads is not None:
        top, bottom, left, right = pads
        elements = x.batch * x.channels * (x.height + top + bottom) * (x.width + left + right)
        source = write.add(call, pad, [source], elements)
    return write.add(call, code, [source], call.spec.elements)


@LITE.answers(op.Convolution)
def _convolution(write: Kernels, call: Call, operation: op.Convolution) -> int:
    return _window(write, call, operation, "DEPTHWISE_CONV_2D" if operation.is_depthwise else "CONV_2D")


@LITE.answers(op.MaxPool)
def _max_pool(write: Kernels, call: Call, operation: op.MaxPool) -> int:
    return _window(write, call, operation, "MAX_POOL_2D", "PADV2")


@LITE.answers(op.AveragePool)
def _average_pool(write: Kernels, call: Call, operation: op.AveragePool) -> int:
    return _window(write, call, operation, "AVERAGE_POOL_2D")


@LITE.answers(op.AdaptiveAveragePool)
def _adaptive_pool(write: Kernels, call: Call, operation: op.AdaptiveAveragePool) -> int:
    return write.add(call, "AVERAGE_POOL_2D", call.inputs, call.spec.elements)


@LITE.answers(op.GlobalAveragePool)
def _global_pool(write: Kernels, call: Call, operation: op.GlobalAveragePool) -> int:
    return write.reduced(call, "MEAN", call.inputs[0], laid(call.specs[0]), (1, 2))


@LITE.answers(op.GlobalMaxPool)
def _global_max(write: Kernels, call: Call, operation: op.GlobalMaxPool) -> int:
    return write.reduced(call, "REDUCE_MAX", call.inputs[0], laid(call.specs[0]), (1, 2))


@LITE.answers(op.Resize)
def _resize(write: Kernels, call: Call, operation: op.Resize) -> int:
    is_nearest = operation.mode is op.Interpolation.NEAREST
    return write.add(
        call, "RESIZE_NEAREST_NEIGHBOR" if is_nearest else "RESIZE_BILINEAR", call.inputs, call.spec.elements
    )


@LITE.answers(op.Pad)
def _pad(write: Kernels, call: Call, operation: op.Pad) -> int:
    if operation.mode is op.PadMode.REFLECT:
        beside = (Scratch(16), Scratch(16))  # four whole numbers each: the dimensions of a map
        return write.add(call, "MIRROR_PAD", call.inputs, call.spec.elements, beside)
    return write.add(call, "PADV2", call.inputs, call.spec.elements)


@LITE.answers(op.TransposedConvolution)
def _transposed(write: Kernels, call: Call, operation: op.TransposedConvolution) -> int:
    x, y = call.specs[0], call.spec
    rows, columns = (
        (side - 1) * step + taps for side, step, taps in zip(x.sides, operation.stride, operation.kernel, strict=True)
    )
    whole = x.batch * rows * columns * y.channels
    made = write.add(call, "TRANSPOSE_CONV", call.inputs, whole, (Scratch(4 * whole, is_int8=True),))
    if whole != y.elements:
        made = write.add(call, "SLICE", [made], y.elements)
    return write.add(call, "ADD", [made], y.elements) if operation.bias else made


@LITE.answers(op.PixelShuffle)
def _pixel_shuffle(write: Kernels, call: Call, operation: op.PixelShuffle) -> int:
    elements = call.spec.elements
    apart = write.add(call, "RESHAPE", call.inputs, elements)
    return write.add(call, "RESHAPE", [write.add(call, "TRANSPOSE", [apart], elements)], elements)


# Dense layers ---------------------------------------------------------------------------------------------------------


@LITE.answers(op.Linear)
def _linear(write: Kernels, call: Call, operation: op.Linear) -> int:
    return write.add(call, "FULLY_CONNECTED", call.inputs, call.spec.elements)


@LITE.answers(op.MatrixProduct)
def _matrix_product(write: Kernels, call: Call, operation: op.MatrixProduct) -> int:
    inputs = [write.planes(call, x, spec) for x, spec in zip(call.inputs, call.specs, strict=True)]
    return write.add(call, "BATCH_MATMUL", inputs, call.spec.elements)


@LITE.answers(op.Softmax)
def _softmax(write: Kernels, call: Call, operation: op.Softmax) -> int:
    x, shape, elements = call.inputs[0], laid(call.spec), call.spec.elements
    axis = _in_file(call.spec, operation.axis)
    if axis == len(shape) - 1:
        return write.add(call, "SOFTMAX", [x], elements)
    below = write.add(call, "SUB", [x, write.reduced(call, "REDUCE_MAX", x, shape, (axis,))], elements)
    powers = write.add(call, "EXP", [below], elements)
    return write.add(call, "DIV", [powers, write.reduced(call, "SUM", powers, shape, (axis,))], elements)


# Element by element ---------------------------------------------------------------------------------------------------


def _plain(code: str) -> LiteWriter:
    return lambda write, call, _operation: write.add(call, code, call.inputs, call.spec.elements)


for _type, _code in (
    (op.ScalarMultiply, "MUL"),
    (op.ScalarAdd, "ADD"),
    (op.LayerScale, "MUL"),
    (op.Relu, "RELU"),
    (op.Sigmoid, "LOGISTIC"),
    (op.Tanh, "TANH"),
    (op.Gelu, "GELU"),
    (op.HardSwish, "HARD_SWISH"),
    (op.PRelu, "PRELU"),
    (op.Concatenate, "CONCATENATION"),
    (op.Slice, "STRIDED_SLICE"),
    (op.LocalResponseNorm, "LOCAL_RESPONSE_NORMALIZATION"),
):
    LITE.set(_type, _plain(_code))


def _of_two(code: str) -> LiteWriter:
    """Two tensors, both laid as the result is: one of four dimensions that is no map may have to be turned."""

    def write_both(write: Kernels, call: Call, _operation: Operation) -> int:
        inputs = [
            write.add(call, "TRANSPOSE", [x], spec.elements)
            if len(spec.shape) == len(call.spec.shape) and spec.is_map != call.spec.is_map
            else x
            for x, spec in zip(call.inputs, call.specs, strict=True)
        ]
        return write.add(call, code, inputs, call.spec.elements)

    return write_both


LITE.set(op.Add, _of_two("ADD"))
LITE.set(op.Subtract, _of_two("SUB"))
LITE.set(op.Multiply, _of_two("MUL"))
LITE.set(op.Divide, _of_two("DIV"))


def _in_turn(write: Kernels, call: Call, *codes: str) -> int:
    """Operators one after the other on tensors of one size."""
    x = call.inputs[0]
    for code in codes:
        x = write.add(call, code, [x], call.spec.elements)
    return x


@LITE.answers(op.Relu6)
def _relu6(write: Kernels, call: Call, operation: op.Relu6) -> int:
    return _in_turn(write, call, "ADD" if write.is_int8 else "RELU6")


@LITE.answers(op.LeakyRelu)
def _leaky_relu(write: Kernels, call: Call, operation: op.LeakyRelu) -> int:
    if not write.is_int8:
        return _in_turn(write, call, "LEAKY_RELU")
    return write.add(call, "MAXIMUM", [call.inputs[0], _in_turn(write, call, "MUL")], call.spec.elements)


@LITE.answers(op.Silu)
def _silu(write: Kernels, call: Call, operation: op.Silu) -> int:
    gate = write.add(call, "LOGISTIC", call.inputs, call.spec.elements)
    return write.add(call, "MUL", [call.inputs[0], gate], call.spec.elements)


@LITE.answers(op.HardSigmoid)
def _hard_sigmoid(write: Kernels, call: Call, operation: op.HardSigmoid) -> int:
    return _in_turn(write, call, "ADD", "MUL")


@LITE.answers(op.HardTanh)
def _hard_tanh(write: Kernels, call: Call, operation: op.HardTanh) -> int:
    return _in_turn(write, call, "MAXIMUM", "MINIMUM")


@LITE.answers(op.Elu)
def _elu(write: Kernels, call: Call, operation: op.Elu) -> int:
    if operation.alpha == 1.0:
        return _in_turn(write, call, "ELU")
    scaled = _in_turn(write, call, "MINIMUM", "EXP", "SUB", "MUL")
    return write.add(call, "ADD", [_in_turn(write, call, "RELU"), scaled], call.spec.elements)


@LITE.answers(op.Mish)
def _mish(write: Kernels, call: Call, operation: op.Mish) -> int:
    x, elements = call.inputs[0], call.spec.elements
    small = _in_turn(write, call, "ABS", "NEG", "EXP", "ADD")
    positive = write.add(call, "RELU", [x], elements)
    soft = write.add(call, "ADD", [positive, write.add(call, "LOG", [small], elements)], elements)
    return write.add(call, "MUL", [x, write.add(call, "TANH", [soft], elements)], elements)


@LITE.answers(op.Identity, op.Dropout, op.DropPath)
def _nothing(write: Kernels, call: Call, operation: Operation) -> int:
    return call.inputs[0]


# Norms ----------------------------------------------------------------------------------------------------------------


@LITE.answers(op.BatchNorm)
def _batch_norm(write: Kernels, call: Call, operation: op.BatchNorm) -> int:
    return _in_turn(write, call, "MUL", "ADD")


def _normed(write: Kernels, call: Call, x: int, shape: Shape, axes: Sequence[int]) -> int:
    elements = prod(shape)
    centred = write.add(call, "SUB", [x, write.reduced(call, "MEAN", x, shape, axes)], elements)
    squares = write.add(call, "MUL", [centred, centred], elements)
    variance = write.reduced(call, "MEAN", squares, shape, axes)
    one = write.elements[variance]
    raised = write.add(call, "ADD", [variance], one)
    return write.add(call, "MUL", [centred, write.add(call, "RSQRT", [raised], one)], elements)


def _scaled(write: Kernels, call: Call, x: int) -> int:
    elements = call.spec.elements
    return write.add(call, "ADD", [write.add(call, "MUL", [x], elements)], elements)


@LITE.answers(op.LayerNorm)
def _layer_norm(write: Kernels, call: Call, operation: op.LayerNorm) -> int:
    axis = _in_file(call.spec, operation.axis)
    return _scaled(write, call, _normed(write, call, call.inputs[0], laid(call.spec), (axis,)))


@LITE.answers(op.GroupNorm)
def _group_norm(write: Kernels, call: Call, operation: op.GroupNorm) -> int:
    batch, height, width, channels = laid(call.spec)
    apart = (batch, height * width, operation.groups, channels // operation.groups)
    elements = call.spec.elements
    normed = _normed(write, call, write.add(call, "RESHAPE", call.inputs, elements), apart, (1, 3))
    return _scaled(write, call, write.add(call, "RESHAPE", [normed], elements))


@LITE.answers(op.GlobalResponseNorm)
def _global_norm(write: Kernels, call: Call, operation: op.GlobalResponseNorm) -> int:
    x, shape, elements = call.inputs[0], laid(call.spec), call.spec.elements
    point, channels = (shape[0], 1, 1, shape[3]), shape[0] * shape[3]
    squares = write.add(call, "MUL", [x, x], elements)
    norm = write.add(call, "SQRT", [write.reduced(call, "SUM", squares, shape, (1, 2))], channels)
    mean = write.reduced(call, "MEAN", norm, point, (3,))
    share = write.add(call, "DIV", [norm, write.add(call, "ADD", [mean], shape[0])], channels)
    shifted = _scaled(write, call, write.add(call, "MUL", [x, share], elements))
    return write.add(call, "ADD", [x, shifted], elements)


# Layout ---------------------------------------------------------------------------------------------------------------


@LITE.answers(op.Flatten)
def _flatten(write: Kernels, call: Call, operation: op.Flatten) -> int:
    x, source = call.specs[0], call.inputs[0]
    if x.is_map and x.channels > 1 and x.height * x.width > 1:
        source = write.planes(call, source, x)
    return write.add(call, "RESHAPE", [source], x.elements)


@LITE.answers(op.Reshape, op.Squeeze)
def _reshape(write: Kernels, call: Call, operation: op.Reshape | op.Squeeze) -> int:
    flat = write.add(call, "RESHAPE", [write.planes(call, call.inputs[0], call.specs[0])], call.spec.elements)
    return write.planes(call, flat, call.spec)


@LITE.answers(op.Permute)
def _permute(write: Kernels, call: Call, operation: op.Permute) -> int:
    return write.add(call, "TRANSPOSE", call.inputs, call.spec.elements)


@LITE.answers(op.Split)
def _split(write: Kernels, call: Call, operation: op.Split) -> tuple[int, ...]:
    if write.is_int8:
        return tuple(write.add(call, "STRIDED_SLICE", call.inputs, spec.elements) for spec in call.made)
    made = tuple(write.tensor(call.path, spec.elements) for spec in call.made)
    write.kernels.append(Kernel("SPLIT_V", call.title, call.path, call.inputs, made))
    return made


@LITE.answers(op.ChannelShuffle)
def _channel_shuffle(write: Kernels, call: Call, operation: op.ChannelShuffle) -> int:
    return _in_turn(write, call, "RESHAPE", "TRANSPOSE", "RESHAPE")


@LITE.answers(op.Mean)
def _mean(write: Kernels, call: Call, operation: op.Mean) -> int:
    x, source = call.specs[0], call.inputs[0]
    if operation.keep:
        return write.reduced(call, "MEAN", source, laid(x), [_in_file(x, axis) for axis in operation.axes])
    kept = write.reduced(call, "MEAN", write.planes(call, source, x), x.shape, operation.axes)
    return write.add(call, "RESHAPE", [kept], call.spec.elements)


LITE.refuse(op.Opaque, "nothing is known of the memory that an operator of another format takes")
