"""What each operation is in ONNX: one function a type, in one table. Knows tensors by name, and no design.

Source of the operators' meaning: the ONNX operator reference, https://onnx.ai/onnx/operators/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy
import onnx
from numpy.typing import NDArray
from onnx import helper

from designer.errors import ExportError
from designer.graph import operations as op
from designer.graph.operations import Operation, Reader
from designer.graph.tensor import TensorSpec
from designer.graph.window import Quad
from designer.runtime.formats.onnx_opaque import nodes_of

Shape = tuple[int | str, ...]


@dataclass(frozen=True)
class OperatorCall:
    """Where one operation stands, to be written as ONNX nodes.

    Attributes:
        key: The node's path, which its weights have in the state dict: ``bottleneck_1.expand``.
        name: The node's name in the file.
        step: A word for an operation on the way to the node's result; empty for the last.
        inputs: Names of the tensors it takes.
        outputs: Names of the tensors it makes.
        shapes: Their shapes, open dimensions as words.
        specs: Shapes of the tensors it takes, in numbers.
        spec: Shape of the first tensor it makes, in numbers.
        note: What the node is, for a person who reads the file.
    """

    key: str
    name: str
    step: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shapes: tuple[Shape, ...]
    specs: tuple[TensorSpec, ...]
    spec: TensorSpec
    note: str = ""

    @property
    def shape(self) -> Shape:
        """The shape of the first tensor it makes."""
        return self.shapes[0]


@dataclass
class GraphBuilder:
    """Nodes, initializers and shapes of a graph under way.

    Attributes:
        opset: The operator set to write.
        weights: Tensors by their key in the state dict.
        element: The type of numbers that are computed with.
        pads_before_pools: Whether uneven padding of a max pool is an operator of its own, for converters that take the
            padding of one side for the other's.
        nodes: What was written so far.
        initializers: Weights and constants that nodes read, by name.
        shapes: Shape of every tensor made, but of those that opaque operators make.
        domains: Versions of operator sets other than ONNX's own that some node is of.
    """

    opset: int
    weights: Mapping[str, NDArray[Any]]
    element: type[numpy.floating[Any]] = numpy.float32
    pads_before_pools: bool = False
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: dict[str, NDArray[Any]] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    domains: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        operator: str,
        call: OperatorCall,
        inputs: list[str],
        step: str = "",
        shape: Shape | None = None,
        **attributes: Any,
    ) -> str:
        """Append a node; gives the name of its output.

        Args:
            operator: ONNX operator.
            call: What it belongs to.
            inputs: Names of its inputs.
            step: A word for a node on the way to the call's result; empty for the result.
            shape: The shape of what is made on the way, where it is not the result's.
            attributes: Of the operator.
        """
        name = ".".join(word for word in (call.name, call.step, step) if word)
        outputs = [f"{name}.out"] if step else list(call.outputs)
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=name, doc_string=call.note, **attributes))
        self.shapes |= zip(outputs, (shape or call.shape,) if step else call.shapes, strict=True)
        return outputs[0]

    def weight(self, call: OperatorCall, name: str, form: tuple[int, ...] | None = None) -> str:
        """The name of a weight of the call's module, made an initializer, in another form where one is given."""
        key = f"{call.key}.{name}"
        array = self.weights[key].astype(self.element, copy=False)
        self.initializers[key] = array if form is None else array.reshape(form)
        return key

    def turned_weight(self, call: OperatorCall, name: str) -> str:
        """The name of a matrix of the call's module, rows and columns changed about, made an initializer."""
        key = f"{call.key}.{name}"
        self.initializers[key] = numpy.ascontiguousarray(self.weights[key].astype(self.element, copy=False).transpose())
        return key

    def array(self, name: str, values: NDArray[Any], element: type[numpy.generic] | None = None) -> str:
        """An initializer of these numbers, of the type that is computed with unless said."""
        self.initializers[name] = values.astype(element or self.element)
        return name

    def optional_weight(self, call: OperatorCall, name: str) -> list[str]:
        """The same, where the module has it."""
        return [self.weight(call, name)] if f"{call.key}.{name}" in self.weights else []

    def constant(self, name: str, value: float | list[int]) -> str:
        """An initializer shared by all that use the name."""
        self.initializers[name] = numpy.array(value, dtype=self.element if isinstance(value, float) else numpy.int64)
        return name


Writer = Callable[[GraphBuilder, OperatorCall, Any], object]
ONNX: Reader[Writer] = Reader("ONNX", "onnx")
"""What writes each operation."""


def write(builder: GraphBuilder, operation: Operation, call: OperatorCall) -> None:
    """Append the nodes of an operation.

    Raises:
        ExportError: Nothing is known to write it with.
    """
    writer = ONNX.find(operation)
    if writer is None:
        raise ExportError(f"{call.name}: {ONNX.refusal(operation)}, so the design cannot be exported with it")
    writer(builder, call, operation)


def _pads(operation: op.Convolution | op.TransposedConvolution) -> list[int]:
    return _onnx_order(operation.pads)


def _onnx_order(pads: Quad) -> list[int]:
    """ONNX's order: top, left, bottom, right."""
    top, bottom, left, right = pads
    return [top, left, bottom, right]


@ONNX.answers(op.Convolution)
def _convolution(builder: GraphBuilder, call: OperatorCall, operation: op.Convolution) -> None:
    builder.add(
        "Conv",
        call,
        [*call.inputs, builder.weight(call, "weight"), *builder.optional_weight(call, "bias")],
        kernel_shape=list(operation.kernel),
        strides=list(operation.stride),
        dilations=list(operation.dilation),
        group=operation.groups,
        pads=_pads(operation),
    )


@ONNX.answers(op.MaxPool)
def _max_pool(builder: GraphBuilder, call: OperatorCall, operation: op.MaxPool) -> None:
    top, bottom, left, right = operation.full_pads(call.specs[0])
    if builder.pads_before_pools and (top != bottom or left != right):
        sides = builder.constant(f"{call.name}.pads", [0, 0, top, left, 0, 0, bottom, right])
        never = builder.constant("max_pool.never", float(numpy.finfo(builder.element).min))
        padded = builder.add("Pad", call, [*call.inputs, sides, never], step="padded", mode="constant")
        del builder.shapes[padded]  # which is not the pool's
        call, operation = replace(call, inputs=(padded,)), replace(operation, pads=(0, 0, 0, 0), ceil_mode=False)
    more: dict[str, Any] = {"dilations": list(operation.dilation)} if operation.dilation != (1, 1) else {}
    _pool(builder, call, operation, "MaxPool", **more)


@ONNX.answers(op.AveragePool)
def _average_pool(builder: GraphBuilder, call: OperatorCall, operation: op.AveragePool) -> None:
    more: dict[str, Any] = {"count_include_pad": 0} if any(operation.full_pads(call.specs[0])) else {}
    _pool(builder, call, operation, "AveragePool", **more)


def _pool(
    builder: GraphBuilder, call: OperatorCall, operation: op.MaxPool | op.AveragePool, operator: str, **more: Any
) -> None:
    builder.add(
        operator,
        call,
        list(call.inputs),
        kernel_shape=list(operation.kernel),
        strides=list(operation.stride),
        pads=_onnx_order(operation.full_pads(call.specs[0])),
        **more,
    )


@ONNX.answers(op.BatchNorm)
def _batch_norm(builder: GraphBuilder, call: OperatorCall, operation: op.BatchNorm) -> None:
    tensors = [builder.weight(call, name) for name in ("weight", "bias", "running_mean", "running_var")]
    builder.add("BatchNormalization", call, [*call.inputs, *tensors], epsilon=operation.eps)


@ONNX.answers(op.Linear)
def _linear(builder: GraphBuilder, call: OperatorCall, operation: op.Linear) -> None:
    if call.spec.is_vector:
        tensors = [builder.weight(call, "weight"), *builder.optional_weight(call, "bias")]
        builder.add("Gemm", call, [*call.inputs, *tensors], transB=1)
        return
    kernel, bias = builder.turned_weight(call, "weight"), builder.optional_weight(call, "bias")
    if not bias:
        builder.add("MatMul", call, [*call.inputs, kernel])
        return
    product = builder.add("MatMul", call, [*call.inputs, kernel], step="product")
    builder.add("Add", call, [product, *bias])


@ONNX.answers(op.TransposedConvolution)
def _transposed(builder: GraphBuilder, call: OperatorCall, operation: op.TransposedConvolution) -> None:
    builder.add(
        "ConvTranspose",
        call,
        [*call.inputs, builder.weight(call, "weight"), *builder.optional_weight(call, "bias")],
        kernel_shape=list(operation.kernel),
        strides=list(operation.stride),
        dilations=list(operation.dilation),
        group=operation.groups,
        pads=_pads(operation),
        output_padding=list(operation.output_padding),
    )


@ONNX.answers(op.AdaptiveAveragePool)
def _adaptive_pool(builder: GraphBuilder, call: OperatorCall, operation: op.AdaptiveAveragePool) -> None:
    """An average pool where parts divide the map; else the means of rows and of columns as two matrix products."""
    (x,), (rows, columns) = call.specs, operation.size
    if x.height % rows == 0 and x.width % columns == 0:
        kernel = [x.height // rows, x.width // columns]
        builder.add("AveragePool", call, list(call.inputs), kernel_shape=kernel, strides=kernel)
        return
    down = builder.array(f"{call.name}.rows", _means(x.height, rows))
    across = builder.array(f"{call.name}.columns", _means(x.width, columns).transpose())
    narrow = builder.add("MatMul", call, [*call.inputs, across], "columns", (*call.shape[:2], x.height, columns))
    builder.add("MatMul", call, [down, narrow])


def _means(side: int, count: int) -> NDArray[Any]:
    """For each part of a side a row that takes the mean of its positions."""
    made = numpy.zeros((count, side))
    for row, (begin, end) in zip(made, op.adaptive_parts(side, count), strict=True):
        row[begin:end] = 1 / (end - begin)
    return made


@ONNX.answers(op.Resize)
def _resize(builder: GraphBuilder, call: OperatorCall, operation: op.Resize) -> None:
    scale = [_scale(*each) for each in zip(operation.scale, call.specs[0].sides, call.spec.sides, strict=True)]
    scales = builder.array(f"{call.name}.scales", numpy.array([1.0, 1.0, *scale]), numpy.float32)
    # Without a region of interest, its place stays empty: opset 11 asks for a tensor of no elements.
    region = "" if builder.opset >= 13 else builder.array("resize.region", numpy.zeros(0), numpy.float32)
    how: dict[str, Any] = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    if operation.mode is op.Interpolation.BILINEAR:
        how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    builder.add("Resize", call, [*call.inputs, region, scales], **how)


def _scale(scale: float, side: int, wanted: int) -> numpy.float32:
    """A scale as float32, a little more where it would lose the last position: 3 at 7/3 would be 6."""
    single = numpy.float32(scale)
    return single if int(numpy.float64(single) * side) == wanted else numpy.nextafter(single, numpy.float32(numpy.inf))


@ONNX.answers(op.PixelShuffle)
def _pixel_shuffle(builder: GraphBuilder, call: OperatorCall, operation: op.PixelShuffle) -> None:
    builder.add("DepthToSpace", call, list(call.inputs), blocksize=operation.factor, mode="CRD")


@ONNX.answers(op.Pad)
def _padding(builder: GraphBuilder, call: OperatorCall, operation: op.Pad) -> None:
    top, bottom, left, right = operation.pads
    sides = builder.constant(f"{call.name}.pads", [0, 0, top, left, 0, 0, bottom, right])
    modes = {op.PadMode.CONSTANT: "constant", op.PadMode.REFLECT: "reflect", op.PadMode.REPLICATE: "edge"}
    value = (
        [builder.constant(f"{call.name}.value", float(operation.value))]
        if operation.mode is op.PadMode.CONSTANT
        else []
    )
    builder.add("Pad", call, [*call.inputs, sides, *value], mode=modes[operation.mode])


@ONNX.answers(op.PRelu)
def _prelu(builder: GraphBuilder, call: OperatorCall, operation: op.PRelu) -> None:
    slopes = builder.weight(call, "weight", (-1, *[1] * (len(call.spec.shape) - 2)) if operation.slopes > 1 else None)
    builder.add("PRelu", call, [*call.inputs, slopes])


@ONNX.answers(op.Elu)
def _elu(builder: GraphBuilder, call: OperatorCall, operation: op.Elu) -> None:
    builder.add("Elu", call, list(call.inputs), alpha=operation.alpha)


@ONNX.answers(op.HardTanh)
def _hard_tanh(builder: GraphBuilder, call: OperatorCall, operation: op.HardTanh) -> None:
    low, high = (
        builder.constant(f"{call.name}.low", operation.low),
        builder.constant(f"{call.name}.high", operation.high),
    )
    builder.add("Clip", call, [*call.inputs, low, high])


@ONNX.answers(op.Mish)
def _mish(builder: GraphBuilder, call: OperatorCall, operation: op.Mish) -> None:
    if builder.opset >= 18:
        builder.add("Mish", call, list(call.inputs))
        return
    soft = builder.add("Softplus", call, list(call.inputs), step="soft")
    builder.add("Mul", call, [*call.inputs, builder.add("Tanh", call, [soft], step="gate")])


@ONNX.answers(op.ScalarMultiply)
def _scalar_multiply(builder: GraphBuilder, call: OperatorCall, operation: op.ScalarMultiply) -> None:
    builder.add("Mul", call, [*call.inputs, builder.constant(f"{call.name}.factor", float(operation.factor))])


@ONNX.answers(op.ScalarAdd)
def _scalar_add(builder: GraphBuilder, call: OperatorCall, operation: op.ScalarAdd) -> None:
    builder.add("Add", call, [*call.inputs, builder.constant(f"{call.name}.addend", float(operation.addend))])


def _behind(call: OperatorCall, axis: int) -> tuple[int, ...]:
    """The form in which one number a channel meets a tensor whose channels stand at an axis."""
    return (-1, *[1] * (len(call.spec.shape) - 1 - axis))


@ONNX.answers(op.LayerScale)
def _layer_scale(builder: GraphBuilder, call: OperatorCall, operation: op.LayerScale) -> None:
    builder.add("Mul", call, [*call.inputs, builder.weight(call, "weight", _behind(call, operation.axis))])


@ONNX.answers(op.LayerNorm)
def _layer_norm(builder: GraphBuilder, call: OperatorCall, operation: op.LayerNorm) -> None:
    """By mean and variance along the channels, in operators of every opset."""
    axis = operation.axis % len(call.spec.shape)
    form = _behind(call, axis)
    one = tuple(1 if place == axis else side for place, side in enumerate(call.shape))
    mean = _reduced(builder, call, "ReduceMean", call.inputs[0], (axis,), "mean", one)
    centred = builder.add("Sub", call, [call.inputs[0], mean], "centred")
    squared = builder.add("Mul", call, [centred, centred], "squared")
    variance = _reduced(builder, call, "ReduceMean", squared, (axis,), "variance", one)
    raised = builder.add(
        "Add", call, [variance, builder.constant(f"{call.name}.eps", float(operation.eps))], "raised", one
    )
    spread = builder.add("Sqrt", call, [raised], "spread", one)
    normed = builder.add("Div", call, [centred, spread], "normed")
    scaled = builder.add("Mul", call, [normed, builder.weight(call, "weight", form)], "scaled")
    builder.add("Add", call, [scaled, builder.weight(call, "bias", form)])


def _reduced(
    builder: GraphBuilder,
    call: OperatorCall,
    operator: str,
    x: str,
    axes: tuple[int, ...],
    step: str,
    shape: Shape,
    keep: bool = True,
) -> str:
    """A reduction; the axes became an input with opset 18, and with 13 for sums."""
    more: dict[str, Any] = {"keepdims": int(keep)}
    if builder.opset >= (13 if operator == "ReduceSum" else 18):
        named = builder.constant("axes_" + "_".join(map(str, axes)), list(axes))
        return builder.add(operator, call, [x, named], step, shape, **more)
    return builder.add(operator, call, [x], step, shape, axes=list(axes), **more)


@ONNX.answers(op.GroupNorm)
def _group_norm(builder: GraphBuilder, call: OperatorCall, operation: op.GroupNorm) -> None:
    """Instance normalisation of the groups laid out as channels, then a scale and a shift a channel."""
    groups = operation.groups
    flat = builder.constant(f"{call.name}.groups", [0, groups, -1])
    ones = builder.array(f"{call.name}.ones", numpy.ones(groups))
    zeros = builder.array(f"{call.name}.zeros", numpy.zeros(groups))
    batch, *open_sides = call.shape
    sides = [side for side in open_sides if isinstance(side, int)]
    if len(sides) < len(open_sides):
        raise ExportError(f"{call.name}: a group norm of open height and width cannot be written; fix the size")
    held = call.spec.elements // call.spec.batch // groups
    laid = builder.add("Reshape", call, [*call.inputs, flat], "groups", (batch, groups, held))
    normed = builder.add(
        "InstanceNormalization", call, [laid, ones, zeros], "normed", (batch, groups, held), epsilon=operation.eps
    )
    back = builder.add("Reshape", call, [normed, builder.constant(f"{call.name}.sides", [0, *sides])], "back")
    form = _behind(call, 1)
    scaled = builder.add("Mul", call, [back, builder.weight(call, "weight", form)], "scaled")
    builder.add("Add", call, [scaled, builder.weight(call, "bias", form)])


@ONNX.answers(op.LocalResponseNorm)
def _local_norm(builder: GraphBuilder, call: OperatorCall, operation: op.LocalResponseNorm) -> None:
    builder.add(
        "LRN",
        call,
        list(call.inputs),
        size=operation.size,
        alpha=operation.alpha,
        beta=operation.beta,
        bias=operation.k,
    )


@ONNX.answers(op.GlobalResponseNorm)
def _global_norm(builder: GraphBuilder, call: OperatorCall, operation: op.GlobalResponseNorm) -> None:
    x, form = call.inputs[0], _behind(call, 1)
    batch, channels, *_ = call.shape
    point, single = (batch, channels, 1, 1), (batch, 1, 1, 1)
    norm = _reduced(builder, call, "ReduceL2", x, (2, 3), "norm", point)
    mean = _reduced(builder, call, "ReduceMean", norm, (1,), "mean", single)
    raised = builder.add(
        "Add", call, [mean, builder.constant(f"{call.name}.eps", float(operation.eps))], "raised", single
    )
    share = builder.add("Div", call, [norm, raised], "share", point)
    weighed = builder.add("Mul", call, [x, share], "weighed")
    scaled = builder.add("Mul", call, [weighed, builder.weight(call, "weight", form)], "scaled")
    shifted = builder.add("Add", call, [scaled, builder.weight(call, "bias", form)], "shifted")
    builder.add("Add", call, [x, shifted])


@ONNX.answers(op.Reshape)
def _reshape(builder: GraphBuilder, call: OperatorCall, operation: op.Reshape) -> None:
    # The batch is copied from the input, so that it may be open; what is left over is worked out by the runtime.
    builder.add("Reshape", call, [*call.inputs, builder.constant(f"{call.name}.sides", [0, *operation.sides])])


@ONNX.answers(op.Permute)
def _permute(builder: GraphBuilder, call: OperatorCall, operation: op.Permute) -> None:
    builder.add("Transpose", call, list(call.inputs), perm=list(operation.order))


@ONNX.answers(op.Squeeze)
def _squeeze(builder: GraphBuilder, call: OperatorCall, operation: op.Squeeze) -> None:
    if builder.opset >= 13:
        builder.add("Squeeze", call, [*call.inputs, builder.constant(f"{call.name}.axes", list(operation.axes))])
    else:
        builder.add("Squeeze", call, list(call.inputs), axes=list(operation.axes))


@ONNX.answers(op.Split)
def _split(builder: GraphBuilder, call: OperatorCall, operation: op.Split) -> None:
    if len(operation.sizes) == 1:
        builder.add("Identity", call, list(call.inputs))
    elif builder.opset >= 13:
        sizes = builder.constant(f"{call.name}.sizes", list(operation.sizes))
        builder.add("Split", call, [*call.inputs, sizes], axis=operation.axis)
    else:
        builder.add("Split", call, list(call.inputs), axis=operation.axis, split=list(operation.sizes))


@ONNX.answers(op.Slice)
def _slice(builder: GraphBuilder, call: OperatorCall, operation: op.Slice) -> None:
    bounds = {"starts": operation.start, "ends": operation.stop, "axes": operation.axis, "steps": operation.step}
    named = [builder.constant(f"{call.name}.{name}", [value]) for name, value in bounds.items()]
    builder.add("Slice", call, [*call.inputs, *named])


@ONNX.answers(op.ChannelShuffle)
def _channel_shuffle(builder: GraphBuilder, call: OperatorCall, operation: op.ChannelShuffle) -> None:
    batch, channels, height, width = call.shape
    groups, each = operation.groups, call.spec.channels // operation.groups
    if not (isinstance(channels, int) and isinstance(height, int) and isinstance(width, int)):
        raise ExportError(f"{call.name}: a channel shuffle of open height and width cannot be written; fix the size")
    places = height * width
    apart = builder.constant(f"{call.name}.apart", [0, groups, each, places])
    sides = builder.constant(f"{call.name}.sides", [0, channels, height, width])
    dealt = builder.add("Reshape", call, [*call.inputs, apart], "apart", (batch, groups, each, places))
    turned = builder.add("Transpose", call, [dealt], "turned", (batch, each, groups, places), perm=[0, 2, 1, 3])
    builder.add("Reshape", call, [turned, sides])


@ONNX.answers(op.Mean)
def _mean(builder: GraphBuilder, call: OperatorCall, operation: op.Mean) -> None:
    _reduced(builder, call, "ReduceMean", call.inputs[0], operation.axes, "", call.shape, operation.keep)


@ONNX.answers(op.MatrixProduct)
def _matrix_product(builder: GraphBuilder, call: OperatorCall, operation: op.MatrixProduct) -> None:
    a, b = call.inputs
    if operation.transposed:
        rank = len(call.specs[1].shape)
        order = [*range(rank - 2), rank - 1, rank - 2]
        shape = (call.shape[0], *(call.specs[1].shape[axis] for axis in order[1:]))
        b = builder.add("Transpose", call, [b], "turned", shape, perm=order)
    builder.add("MatMul", call, [a, b])


@ONNX.answers(op.Softmax)
def _softmax(builder: GraphBuilder, call: OperatorCall, operation: op.Softmax) -> None:
    axis = operation.axis % len(call.spec.shape)
    if builder.opset < 13 and axis != len(call.spec.shape) - 1:
        raise ExportError(
            f"{call.name}: before opset 13 ONNX has a softmax over all dimensions from one on; opset 13 can be written"
        )
    builder.add("Softmax", call, list(call.inputs), axis=axis)


@ONNX.answers(op.Relu6)
def _relu6(builder: GraphBuilder, call: OperatorCall, operation: op.Relu6) -> None:
    bounds = [builder.constant("relu6.min", 0.0), builder.constant("relu6.max", 6.0)]
    builder.add("Clip", call, [*call.inputs, *bounds])


@ONNX.answers(op.HardSwish)
def _hard_swish(builder: GraphBuilder, call: OperatorCall, operation: op.HardSwish) -> None:
    if builder.opset >= 14:
        builder.add("HardSwish", call, list(call.inputs))
        return
    gate = builder.add("HardSigmoid", call, list(call.inputs), step="gate", alpha=1 / 6, beta=0.5)
    builder.add("Mul", call, [*call.inputs, gate])


@ONNX.answers(op.HardSigmoid)
def _hard_sigmoid(builder: GraphBuilder, call: OperatorCall, operation: op.HardSigmoid) -> None:
    builder.add("HardSigmoid", call, list(call.inputs), alpha=1 / 6, beta=0.5)


@ONNX.answers(op.Silu)
def _silu(builder: GraphBuilder, call: OperatorCall, operation: op.Silu) -> None:
    gate = builder.add("Sigmoid", call, list(call.inputs), step="gate")
    builder.add("Mul", call, [*call.inputs, gate])


@ONNX.answers(op.Gelu)
def _gelu(builder: GraphBuilder, call: OperatorCall, operation: op.Gelu) -> None:
    if builder.opset >= 20:
        more: dict[str, Any] = {"approximate": "tanh"} if operation.by_tanh else {}
        builder.add("Gelu", call, list(call.inputs), **more)
        return
    if operation.by_tanh:
        _gelu_by_tanh(builder, call)
        return
    # x·½·(1 + erf(x/√2))
    scaled = builder.add("Mul", call, [*call.inputs, builder.constant("gelu.scale", 0.5**0.5)], step="scaled")
    curve = builder.add("Erf", call, [scaled], step="erf")
    shifted = builder.add("Add", call, [curve, builder.constant("gelu.one", 1.0)], step="shifted")
    halved = builder.add("Mul", call, [*call.inputs, builder.constant("gelu.half", 0.5)], step="halved")
    builder.add("Mul", call, [halved, shifted])


def _gelu_by_tanh(builder: GraphBuilder, call: OperatorCall) -> None:
    """x·½·(1 + tanh(√(2/π)·(x + 0.044715·x³)))."""
    x = call.inputs[0]
    square = builder.add("Mul", call, [x, x], "square")
    cube = builder.add("Mul", call, [square, x], "cube")
    weighed = builder.add("Mul", call, [cube, builder.constant("gelu.cubic", 0.044715)], "weighed")
    total = builder.add("Add", call, [x, weighed], "total")
    scaled = builder.add("Mul", call, [total, builder.constant("gelu.root", (2 / numpy.pi) ** 0.5)], "scaled")
    shifted = builder.add(
        "Add", call, [builder.add("Tanh", call, [scaled], "curve"), builder.constant("gelu.one", 1.0)], "shifted"
    )
    halved = builder.add("Mul", call, [x, builder.constant("gelu.half", 0.5)], "halved")
    builder.add("Mul", call, [halved, shifted])


@ONNX.answers(op.LeakyRelu)
def _leaky_relu(builder: GraphBuilder, call: OperatorCall, operation: op.LeakyRelu) -> None:
    builder.add("LeakyRelu", call, list(call.inputs), alpha=operation.negative_slope)


@ONNX.answers(op.Flatten)
def _flatten(builder: GraphBuilder, call: OperatorCall, operation: op.Flatten) -> None:
    builder.add("Flatten", call, list(call.inputs), axis=1)


@ONNX.answers(op.Concatenate)
def _concatenate(builder: GraphBuilder, call: OperatorCall, operation: op.Concatenate) -> None:
    builder.add("Concat", call, list(call.inputs), axis=operation.axis)


_PLAIN: Mapping[type[Operation], str] = {
    op.Relu: "Relu",
    op.Tanh: "Tanh",
    op.Sigmoid: "Sigmoid",
    op.GlobalAveragePool: "GlobalAveragePool",
    op.GlobalMaxPool: "GlobalMaxPool",
    # What does nothing when running keeps its place under its name; runtimes drop it.
    op.Identity: "Identity",
    op.Dropout: "Identity",
    op.DropPath: "Identity",
    op.Add: "Add",
    op.Subtract: "Sub",
    op.Multiply: "Mul",
    op.Divide: "Div",
}


@ONNX.answers(op.Opaque)
def _opaque(builder: GraphBuilder, call: OperatorCall, operation: op.Opaque) -> None:
    if operation.format != "onnx":
        raise ExportError(
            f"{call.name}: {operation.operator} is no operator of ONNX, and cannot be written to its files"
        )
    if builder.element is not numpy.float32:
        raise ExportError(f"{call.name}: an opaque node computes in the numbers it came with; export float32")
    kept = [builder.weight(call, weight.name) for weight in operation.weights()]
    nodes, held, domains = nodes_of(operation, builder.opset, call.name, call.inputs, kept, call.outputs)
    builder.nodes += nodes
    builder.initializers |= held
    builder.domains |= domains


def _plain(operator: str) -> Writer:
    return lambda builder, call, _operation: builder.add(operator, call, list(call.inputs))


for _type, _operator in _PLAIN.items():
    ONNX.set(_type, _plain(_operator))
