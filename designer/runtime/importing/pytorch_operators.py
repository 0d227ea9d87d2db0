"""PyTorch's calls as operations: one function an operator, by its name without overload."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, fx

from designer.errors import ImportRefused
from designer.graph import operations as op
from designer.graph.operations import Interpolation, Operation, PadMode
from designer.graph.window import Padding, Pair, Quad, extent, same_pads
from designer.importing.network import Attribute
from designer.runtime.importing.building import Built, convolution, counted_padding, padding_of, transposed_convolution
from designer.runtime.importing.pytorch_batch import is_reshape_of_ours, layout_of, order_between, shape_of


class Call:
    """One call of a program, with what is known of its arguments.

    Args:
        node: The call.
        operator: Its name.
        held: By node, the name of its tensor, its constant, or its parts.
        name: What its result is called; the node's own name where empty.
    """

    def __init__(self, node: fx.Node, operator: str, held: Mapping[fx.Node, Any], name: str = "") -> None:
        self.node, self.operator = node, operator
        self._held = held
        self._name = name or node.name
        self.made: list[str] = [self._name]
        schema = getattr(node.target, "_schema", None)
        self._names = [each.name for each in schema.arguments] if schema else []
        self._defaults = {each.name: each.default_value for each in schema.arguments} if schema else {}

    @property
    def result(self) -> str:
        """The name of what it makes."""
        return self._name

    def part(self, index: int) -> str:
        """The name of one of several results."""
        return f"{self._name}.{index}"

    def between(self, word: str) -> str:
        """The name of a tensor on the way to the result."""
        return f"{self._name}/{word}"

    def raw(self, name: str) -> Any:
        """An argument by its name in PyTorch's schema: a node, a number, a list, or its default."""
        index = self._names.index(name) if name in self._names else len(self.node.args)
        if index < len(self.node.args):
            return self.node.args[index]
        return self.node.kwargs.get(name, self._defaults.get(name))

    def get(self, name: str, default: Any = None) -> Any:
        """An argument, constants and tensors' names in the place of nodes."""
        found = self.raw(name)
        if found is None:
            return default
        if isinstance(found, fx.Node):
            return self._held[found]
        if isinstance(found, (list, tuple)):
            return [self._held[each] if isinstance(each, fx.Node) else each for each in found]
        return found

    @property
    def plain(self) -> dict[str, Attribute]:
        """Its arguments that are numbers, words, or rows of numbers."""
        found: dict[str, Attribute] = {}
        for name in self._names:
            value = self.raw(name)
            if isinstance(value, (int, float, str)):
                found[name] = value
            elif isinstance(value, (list, tuple)) and all(isinstance(each, int) for each in value):
                found[name] = tuple(value)
        return found

    def tensor(self, name: str) -> str:
        """The name of a tensor that flows.

        Raises:
            ImportRefused: A constant stands there.
        """
        found = self.get(name)
        if isinstance(found, str):
            return found
        raise self.refused(f"its '{name}' is a constant")

    def value(self, name: str) -> Tensor:
        """What the trace knows of a tensor: its shape, where the batch may be a symbol."""
        found = self.raw(name)
        value: Tensor = found.meta["val"] if isinstance(found, fx.Node) else found
        return value

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor that flows, as ours lies, or of a constant; its batch 1 where it is open."""
        return shape_of(self.value(name))

    @property
    def results(self) -> tuple[Tensor, ...]:
        """What the trace knows of each of its results."""
        value = self.node.meta["val"]
        return (value,) if isinstance(value, Tensor) else tuple(value)

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of its first result, the batch 1 where it is open."""
        return shape_of(self.results[0])

    def axis(self, name: str = "dim") -> int:
        """The dimension of our ``self`` that an argument says.

        Raises:
            ImportRefused: It is the batch.
        """
        return self.axes([int(self.get(name, 0))])[0]

    def axes(self, given: Iterable[int], of: str = "self") -> tuple[int, ...]:
        """The dimensions of our tensor that these of the trace are.

        Raises:
            ImportRefused: One is the batch.
        """
        value = self.value(of)
        found = tuple(layout_of(value).axis(axis % value.dim()) for axis in given)
        if 0 in found:
            raise self.refused("it works along the batch")
        return found

    def refused(self, why: str) -> ImportRefused:
        """The refusal of this call."""
        return ImportRefused(f"aten.{self.operator} '{self.node.name}': {why}, and no layer computes that")

    def one(self, operation: Operation, *inputs: str, **weights: Tensor | None) -> list[Built]:
        """The whole call as one operation."""
        kept = {name: tensor for name, tensor in weights.items() if tensor is not None}
        return [Built(operation, inputs or (self.tensor(self._first()),), (self.result,), kept)]

    def _first(self) -> str:
        return "input" if "input" in self._names else "self"


Build = Callable[[Call], Iterable[Built]]
OPERATORS: dict[str, Build] = {}
"""What each operator becomes."""


def operator_of(target: Any) -> str:
    """A call's name without overload: ``conv2d`` of ``aten.conv2d.default``."""
    name = getattr(target, "_overloadpacket", target)
    return str(getattr(name, "__name__", name)).rpartition(".")[2]


def _answers(*names: str) -> Callable[[Build], Build]:
    def note(build: Build) -> Build:
        OPERATORS.update(dict.fromkeys(names, build))
        return build

    return note


def _pair(value: Any) -> Pair:
    if isinstance(value, int):
        return value, value
    sides = [int(each) for each in value]
    return (sides[0], sides[0]) if len(sides) == 1 else (sides[0], sides[1])


def _padding(kernel: Pair, dilation: Pair, pads: Pair) -> tuple[Padding, Quad]:
    """What equal pads on both sides are, and their numbers."""
    numbers = (pads[0], pads[0], pads[1], pads[1])
    return padding_of(kernel, dilation, numbers), numbers


# Convolutions and dense layers ---------------------------------------------------------------------------------------


@_answers("conv2d")
def _conv2d(call: Call) -> list[Built]:
    weight, bias = call.get("weight"), call.get("bias")
    if not isinstance(weight, Tensor):
        raise call.refused("its kernel is computed by the network")
    kernel = (int(weight.shape[2]), int(weight.shape[3]))
    dilation, given = _pair(call.get("dilation", 1)), call.get("padding", 0)
    if given == "same":
        padding = _same(kernel, dilation)
    else:
        padding = _padding(kernel, dilation, (0, 0) if given == "valid" else _pair(given))
    groups = int(call.get("groups", 1))
    operation = convolution(weight, bias is not None, _pair(call.get("stride", 1)), dilation, groups, padding)
    return call.one(operation, weight=weight, bias=bias)


def _same(kernel: Pair, dilation: Pair) -> tuple[Padding, Quad]:
    """PyTorch's ``same``, which has stride 1: of an even window, the odd row and column stand behind."""
    (top, bottom), (left, right) = (same_pads(1, reach, 1) for reach in extent(kernel, dilation))
    numbers = (top, bottom, left, right)
    is_even = (top, left) != (bottom, right)
    return (Padding.SAME if is_even else padding_of(kernel, dilation, numbers)), numbers


@_answers("conv_transpose2d")
def _conv_transpose2d(call: Call) -> list[Built]:
    weight, bias = call.get("weight"), call.get("bias")
    groups, pads = int(call.get("groups", 1)), _pair(call.get("padding", 0))
    stride, dilation = _pair(call.get("stride", 1)), _pair(call.get("dilation", 1))
    numbers, more = (pads[0], pads[0], pads[1], pads[1]), _pair(call.get("output_padding", 0))
    operation = transposed_convolution(weight, bias is not None, stride, dilation, groups, numbers, more)
    return call.one(operation, weight=weight, bias=bias)


@_answers("linear")
def _linear(call: Call) -> list[Built]:
    weight, bias = call.get("weight"), call.get("bias")
    operation = op.Linear(int(weight.shape[1]), int(weight.shape[0]), bias is not None)
    return call.one(operation, weight=weight, bias=bias)


@_answers("matmul", "bmm")
def _matmul(call: Call) -> list[Built]:
    other = "mat2" if call.operator == "bmm" else "other"
    return call.one(op.MatrixProduct(), call.tensor("self"), call.tensor(other))


@_answers("scaled_dot_product_attention")
def _attention(call: Call) -> list[Built]:
    if call.get("attn_mask") is not None or call.get("is_causal"):
        raise call.refused("it has a mask")
    width = call.shape("query")[-1]
    scale = call.get("scale") or width**-0.5
    names = [call.between(word) for word in ("scores", "scaled", "shares")]
    call.made += names
    return [
        Built(op.MatrixProduct(transposed=True), (call.tensor("query"), call.tensor("key")), (names[0],)),
        Built(op.ScalarMultiply(float(scale)), (names[0],), (names[1],)),
        Built(op.Softmax(-1), (names[1],), (names[2],)),
        Built(op.MatrixProduct(), (names[2], call.tensor("value")), (call.result,)),
    ]


# Norms ---------------------------------------------------------------------------------------------------------------


@_answers("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm")
def _batch_norm(call: Call) -> list[Built]:
    mean, variance = call.get("running_mean"), call.get("running_var")
    if len(call.shape("input")) != 4 or not isinstance(mean, Tensor):
        raise call.refused("it is no batch norm of a map with kept statistics")
    channels = mean.shape[0]
    weight, bias = call.get("weight"), call.get("bias")
    return call.one(
        op.BatchNorm(int(channels), float(call.get("eps")), float(call.get("momentum") or 0.0)),
        weight=torch.ones(channels) if weight is None else weight,
        bias=torch.zeros(channels) if bias is None else bias,
        running_mean=mean,
        running_var=variance,
    )


@_answers("layer_norm")
def _layer_norm(call: Call) -> list[Built]:
    shape = list(call.get("normalized_shape"))
    if len(shape) != 1:
        raise call.refused("it goes over several dimensions")
    weight, bias = call.get("weight"), call.get("bias")
    operation = op.LayerNorm(int(shape[0]), float(call.get("eps", 1e-5)), -1)
    return call.one(
        operation,
        weight=torch.ones(shape) if weight is None else weight,
        bias=torch.zeros(shape) if bias is None else bias,
    )


@_answers("group_norm")
def _group_norm(call: Call) -> list[Built]:
    channels = call.shape("input")[1]
    weight, bias = call.get("weight"), call.get("bias")
    return call.one(
        op.GroupNorm(int(call.get("num_groups")), channels, float(call.get("eps", 1e-5))),
        weight=torch.ones(channels) if weight is None else weight,
        bias=torch.zeros(channels) if bias is None else bias,
    )


# Activations ---------------------------------------------------------------------------------------------------------


def _activation(operation: Operation) -> Build:
    return lambda call: call.one(operation)


for _name, _operation in {
    "relu": op.Relu(),
    "relu6": op.Relu6(),
    "hardswish": op.HardSwish(),
    "hardsigmoid": op.HardSigmoid(),
    "silu": op.Silu(),
    "mish": op.Mish(),
    "sigmoid": op.Sigmoid(),
    "tanh": op.Tanh(),
}.items():
    OPERATORS[_name] = OPERATORS[f"{_name}_"] = _activation(_operation)


@_answers("hardtanh", "hardtanh_", "clamp", "clamp_")
def _clamp(call: Call) -> list[Built]:
    is_clamp = call.operator.startswith("clamp")
    low, high = (call.get("min"), call.get("max")) if is_clamp else (call.get("min_val"), call.get("max_val"))
    if low == 0 and high is None:
        return call.one(op.Relu())
    if low is None or high is None:
        raise call.refused("it has one bound only")
    return call.one(op.Relu6() if (low, high) == (0, 6) else op.HardTanh(float(low), float(high)))


@_answers("gelu")
def _gelu(call: Call) -> list[Built]:
    return call.one(op.Gelu(call.get("approximate", "none") == "tanh"))


@_answers("leaky_relu", "leaky_relu_")
def _leaky_relu(call: Call) -> list[Built]:
    return call.one(op.LeakyRelu(float(call.get("negative_slope", 0.01))))


@_answers("elu", "elu_")
def _elu(call: Call) -> list[Built]:
    return call.one(op.Elu(float(call.get("alpha", 1.0))))


@_answers("prelu", "_prelu_kernel")
def _prelu(call: Call) -> list[Built]:
    weight = call.get("weight").reshape(-1)
    return call.one(op.PRelu(int(weight.numel())), weight=weight)


@_answers("softmax", "_softmax")
def _softmax(call: Call) -> list[Built]:
    axis = call.axis()
    return call.one(op.Softmax(-1 if axis == len(call.shape("self")) - 1 else axis))


@_answers("dropout", "dropout_", "feature_dropout")
def _dropout(call: Call) -> list[Built]:
    return call.one(op.Dropout(min(float(call.get("p", 0.5)), 0.99)))


# Arithmetic ----------------------------------------------------------------------------------------------------------


@_answers("add", "add_")
def _add(call: Call) -> list[Built]:
    if call.get("alpha", 1) != 1:
        raise call.refused("it weighs one of them")
    return _of_two(call, op.Add(), lambda value: op.ScalarAdd(value))


@_answers("mul", "mul_")
def _mul(call: Call) -> list[Built]:
    return _of_two(call, op.Multiply(), lambda value: op.ScalarMultiply(value))


@_answers("sub", "sub_")
def _sub(call: Call) -> list[Built]:
    return _of_two(call, op.Subtract(), lambda value: op.ScalarAdd(-value))


@_answers("div", "div_")
def _div(call: Call) -> list[Built]:
    return _of_two(call, op.Divide(), lambda value: op.ScalarMultiply(1 / value))


@_answers("rsub")
def _rsub(call: Call) -> list[Built]:
    whole = call.get("other")
    if call.get("alpha", 1) != 1 or isinstance(whole, str) or (isinstance(whole, Tensor) and whole.numel() != 1):
        raise call.refused("its first operand is no number")
    return _less(call, float(whole), call.tensor("self"))


def _less(call: Call, whole: float, part: str) -> list[Built]:
    """A number less a tensor."""
    negative = call.between("negative")
    call.made.append(negative)
    return [
        Built(op.ScalarMultiply(-1.0), (part,), (negative,)),
        Built(op.ScalarAdd(whole), (negative,), (call.result,)),
    ]


@_answers("neg", "neg_")
def _neg(call: Call) -> list[Built]:
    return call.one(op.ScalarMultiply(-1.0))


@_answers("pow", "pow_", "square")
def _power(call: Call) -> list[Built]:
    exponent = 2 if call.operator == "square" else call.get("exponent")
    x, square = call.tensor("self"), call.between("square")
    if exponent == 2:
        return call.one(op.Multiply(), x, x)
    if exponent != 3:
        raise call.refused(f"its exponent is {exponent}")
    call.made.append(square)
    return [Built(op.Multiply(), (x, x), (square,)), Built(op.Multiply(), (square, x), (call.result,))]


def _of_two(call: Call, operation: Operation, with_number: Callable[[float], Operation]) -> list[Built]:
    """Two tensors, or one and a constant."""
    one, other = call.get("self"), call.get("other")
    if isinstance(one, str) and isinstance(other, str):
        return call.one(operation, one, other)
    is_ordered = isinstance(operation, (op.Subtract, op.Divide))
    if not isinstance(one, str) and is_ordered:
        if isinstance(operation, op.Subtract) and (isinstance(one, (int, float)) or one.numel() == 1):
            return _less(call, float(one), other)
        raise call.refused("its first operand is a constant")
    flowing, constant = (one, other) if isinstance(one, str) else (other, one)
    if isinstance(constant, (int, float)) or (isinstance(constant, Tensor) and constant.numel() == 1):
        return call.one(with_number(float(constant)), flowing)
    shape = call.output
    sides = (1,) * (len(shape) - constant.dim()) + tuple(constant.shape)
    (*varying,) = (axis for axis, side in enumerate(sides) if side > 1)
    if isinstance(operation, op.Multiply) and len(varying) == 1 and varying[0] in (1, len(shape) - 1):
        axis = varying[0]
        kept = constant.reshape(-1)
        return call.one(op.LayerScale(int(kept.numel()), 1.0, axis), flowing, weight=kept)
    raise call.refused(f"it takes a constant of {'×'.join(map(str, constant.shape))}")


# Pools, and other shapes ---------------------------------------------------------------------------------------------


@_answers("adaptive_avg_pool2d")
def _adaptive(call: Call) -> list[Built]:
    size = _pair(call.get("output_size"))
    return call.one(op.GlobalAveragePool() if size == (1, 1) else op.AdaptiveAveragePool(size))


@_answers("adaptive_max_pool2d")
def _adaptive_max(call: Call) -> list[Built]:
    if _pair(call.get("output_size")) != (1, 1):
        raise call.refused("it gives more than one position")
    call.made.append(call.part(0))
    return [Built(op.GlobalMaxPool(), (call.tensor("self"),), (call.part(0),))]


@_answers("max_pool2d", "max_pool2d_with_indices")
def _max_pool(call: Call) -> list[Built]:
    kernel = _pair(call.get("kernel_size"))
    dilation = _pair(call.get("dilation", 1))
    padding, pads = _padding(kernel, dilation, _pair(call.get("padding", 0)))
    operation = op.MaxPool(
        kernel=kernel,
        stride=_pair(call.get("stride") or kernel),
        pads=pads,
        padding=padding,
        ceil_mode=bool(call.get("ceil_mode", False)),
        dilation=dilation,
    )
    return call.one(operation)


@_answers("avg_pool2d")
def _average_pool(call: Call) -> list[Built]:
    kernel = _pair(call.get("kernel_size"))
    padding, pads = _padding(kernel, (1, 1), _pair(call.get("padding", 0)))
    stride, ceil = _pair(call.get("stride") or kernel), bool(call.get("ceil_mode", False))
    if call.get("divisor_override"):
        raise call.refused("it divides by a number of its own")
    if padding is not Padding.NONE and call.get("count_include_pad", True):
        if ceil:
            raise call.refused("it counts its padding in the mean, and not what lies beyond it")
        between = call.between("padded")
        call.made.append(between)
        return counted_padding(kernel, stride, pads, call.tensor("self"), between, call.result)
    return call.one(op.AveragePool(kernel=kernel, stride=stride, pads=pads, padding=padding, ceil_mode=ceil))


@_answers("mean")
def _mean(call: Call) -> list[Built]:
    given = call.get("dim")
    rank = len(call.shape("self"))
    if not given:
        raise call.refused("it works along the batch")
    axes, keep = tuple(sorted(call.axes(given))), bool(call.get("keepdim", False))
    if rank == 4 and axes == (2, 3):
        if keep:
            return call.one(op.GlobalAveragePool())
        pooled = call.between("pooled")
        call.made.append(pooled)
        return [
            Built(op.GlobalAveragePool(), (call.tensor("self"),), (pooled,)),
            Built(op.Flatten(), (pooled,), (call.result,)),
        ]
    return call.one(op.Mean(axes, keep))


@_answers("flatten", "view", "reshape", "_unsafe_view", "unsqueeze", "unflatten", "reshape_as", "view_as")
def _reshape(call: Call) -> list[Built]:
    before, after = call.shape("self"), call.output
    if prod(before[1:]) != prod(after[1:]) or not is_reshape_of_ours(call.value("self"), call.results[0]):
        raise call.refused("it moves elements into or out of the batch")
    if before == after:
        return call.one(op.Identity())
    if len(after) == 2:
        return call.one(op.Flatten())
    return call.one(op.Reshape(after[1:], 1 if len(after) == 4 else len(after) - 1))


@_answers("expand", "expand_as", "broadcast_to")
def _expand(call: Call) -> list[Built]:
    """What reads it meets each position of the other tensor by itself; the trial beside the original says whether."""
    if len(call.shape("self")) != len(call.output):
        raise call.refused("it makes dimensions out of nothing")
    return call.one(op.Identity())


@_answers("squeeze")
def _squeeze(call: Call) -> list[Built]:
    given, value = call.get("dim"), call.value("self")
    layout = layout_of(value)
    axes = [given] if isinstance(given, int) else list(given) if given is not None else list(range(value.dim()))
    real = sorted({axis % value.dim() for axis in axes} - {layout.at})
    gone = tuple(sorted(layout.axis(axis) for axis in real if value.shape[axis] == 1))
    return call.one(op.Squeeze(gone)) if gone else call.one(op.Identity())


@_answers("permute")
def _permute(call: Call) -> list[Built]:
    return _turned(call, [int(each) for each in call.get("dims")])


@_answers("transpose", "swapaxes", "t", "numpy_T")
def _transpose(call: Call) -> list[Built]:
    order = list(range(call.value("self").dim()))
    one, other = int(call.get("dim0", 0)) % len(order), int(call.get("dim1", 1)) % len(order)
    order[one], order[other] = order[other], order[one]
    return _turned(call, order)


def _turned(call: Call, order: Sequence[int]) -> list[Built]:
    """The dimensions in another order; nothing where only the batch has moved, as ours stays first."""
    before, after = layout_of(call.value("self")), layout_of(call.results[0])
    ours = order_between(before, after, [axis % len(order) for axis in order])
    if ours[0] != 0:
        raise call.refused("it moves the batch")
    return call.one(op.Permute(ours) if ours != tuple(sorted(ours)) else op.Identity())


@_answers("unbind")
def _unbind(call: Call) -> list[Built]:
    axis = call.axis()
    parts = [call.part(index) for index in range(len(call.results))]
    call.made += parts
    return [each for index, part in enumerate(parts) for each in _selected(call, axis, index, part)]


@_answers("select")
def _select(call: Call) -> list[Built]:
    axis = call.axis()
    return _selected(call, axis, int(call.get("index")) % call.shape("self")[axis], call.result)


def _selected(call: Call, axis: int, index: int, result: str) -> list[Built]:
    """One position of a dimension, which goes."""
    between = f"{result}/kept"
    call.made.append(between)
    return [
        Built(op.Slice(axis, index, index + 1), (call.tensor("self"),), (between,)),
        Built(op.Squeeze((axis,)), (between,), (result,)),
    ]


@_answers("cat", "concat", "concatenate")
def _concatenate(call: Call) -> list[Built]:
    tensors = call.get("tensors")
    if any(not isinstance(each, str) for each in tensors):
        raise call.refused("a constant is among what it joins")
    value = call.results[0]
    axis = layout_of(value).axis(int(call.get("dim", 0)) % value.dim())
    if not axis:
        raise call.refused("it works along the batch")
    return call.one(op.Concatenate(axis) if len(tensors) > 1 else op.Identity(), *tensors)


@_answers("split", "split_with_sizes", "chunk", "tensor_split")
def _split(call: Call) -> list[Built]:
    shapes = [shape_of(each) for each in call.results]
    axis = call.axis()
    parts = tuple(call.part(index) for index in range(len(shapes)))
    call.made += parts
    return [Built(op.Split(tuple(int(shape[axis]) for shape in shapes), axis), (call.tensor("self"),), parts)]


@_answers("slice")
def _slice(call: Call) -> list[Built]:
    before, after = call.shape("self"), call.output
    if before == after:
        return call.one(op.Identity())
    axis, step = call.axis(), int(call.get("step", 1))
    side = before[axis]
    start, stop, _ = slice(call.get("start"), call.get("end"), step).indices(side)
    return call.one(op.Slice(axis, start, stop, step))


@_answers("narrow")
def _narrow(call: Call) -> list[Built]:
    axis, length = call.axis(), int(call.get("length"))
    start = int(call.get("start")) % call.shape("self")[axis]
    return call.one(op.Slice(axis, start, start + length))


@_answers("pixel_shuffle")
def _pixel_shuffle(call: Call) -> list[Built]:
    return call.one(op.PixelShuffle(int(call.get("upscale_factor"))))


@_answers("channel_shuffle")
def _channel_shuffle(call: Call) -> list[Built]:
    return call.one(op.ChannelShuffle(int(call.get("groups"))))


@_answers("upsample_nearest2d", "upsample_bilinear2d")
def _resize(call: Call) -> list[Built]:
    if call.get("align_corners"):
        raise call.refused("it aligns corners")
    before = call.shape("input")
    scale = (call.output[2] / before[2], call.output[3] / before[3])
    mode = Interpolation.NEAREST if "nearest" in call.operator else Interpolation.BILINEAR
    return call.one(op.Resize(scale, mode))


@_answers("pad", "constant_pad_nd")
def _pad(call: Call) -> list[Built]:
    numbers = [int(each) for each in call.get("pad")]
    modes = {"constant": PadMode.CONSTANT, "reflect": PadMode.REFLECT, "replicate": PadMode.REPLICATE}
    mode = modes.get(call.get("mode", "constant"))
    if len(numbers) > 4 or mode is None or len(call.output) != 4:
        raise call.refused("it pads something else than rows and columns, or in another way")
    left, right, top, bottom = (*numbers, 0, 0)[:4]
    return call.one(op.Pad((top, bottom, left, right), mode, float(call.get("value") or 0.0)))
