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

Shape = tuple[int | str, ...]

LOWEST_OPSET = 11
"""Below it Clip takes its bounds as attributes and Pad its pads, which nothing here writes."""
HIGHEST_OPSET = 21
"""The newest set that was tried in ONNX Runtime."""


@dataclass(frozen=True)
class OperatorCall:
    """Where one operation stands, to be written as ONNX nodes.

    Attributes:
        key: The node's path, which its weights have in the state dict: ``bottleneck_1.expand``.
        name: The node's name in the file.
        step: A word for an operation on the way to the node's result; empty for the last.
        inputs: Names of the tensors it takes.
        output: Name of the tensor it makes.
        shape: Shape of that tensor, N×C×H×W or N×F, the batch possibly a word.
        note: What the node is, for a person who reads the file.
    """

    key: str
    name: str
    step: str
    inputs: tuple[str, ...]
    output: str
    shape: Shape
    note: str = ""


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
        shapes: Shape of every tensor made.
    """

    opset: int
    weights: Mapping[str, NDArray[Any]]
    element: type[numpy.floating[Any]] = numpy.float32
    pads_before_pools: bool = False
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: dict[str, NDArray[Any]] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)

    def add(self, operator: str, call: OperatorCall, inputs: list[str], step: str = "", **attributes: Any) -> str:
        """Append a node; gives the name of its output.

        Args:
            operator: ONNX operator.
            call: What it belongs to.
            inputs: Names of its inputs.
            step: A word for a node on the way to the call's result, whose shape it shares; empty for the result.
            attributes: Of the operator.
        """
        name = ".".join(word for word in (call.name, call.step, step) if word)
        output = f"{name}.out" if step else call.output
        self.nodes.append(helper.make_node(operator, inputs, [output], name=name, doc_string=call.note, **attributes))
        self.shapes[output] = call.shape
        return output

    def weight(self, call: OperatorCall, name: str) -> str:
        """The name of a weight of the call's module, made an initializer."""
        key = f"{call.key}.{name}"
        self.initializers[key] = self.weights[key].astype(self.element, copy=False)
        return key

    def optional_weight(self, call: OperatorCall, name: str) -> list[str]:
        """The same, where the module has it."""
        return [self.weight(call, name)] if f"{call.key}.{name}" in self.weights else []

    def constant(self, name: str, value: float | list[int]) -> str:
        """An initializer shared by all that use the name."""
        self.initializers[name] = numpy.array(value, dtype=self.element if isinstance(value, float) else numpy.int64)
        return name


Writer = Callable[[GraphBuilder, OperatorCall, Any], object]
ONNX: Reader[Writer] = Reader("ONNX")
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


def _pads(operation: op.Convolution | op.MaxPool | op.AveragePool) -> list[int]:
    """ONNX's order: top, left, bottom, right."""
    top, bottom, left, right = operation.pads
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
    top, bottom, left, right = operation.pads
    if builder.pads_before_pools and (top != bottom or left != right):
        sides = builder.constant(f"{call.name}.pads", [0, 0, top, left, 0, 0, bottom, right])
        never = builder.constant("max_pool.never", float(numpy.finfo(builder.element).min))
        padded = builder.add("Pad", call, [*call.inputs, sides, never], step="padded", mode="constant")
        del builder.shapes[padded]  # which is not the pool's
        call, operation = replace(call, inputs=(padded,)), replace(operation, pads=(0, 0, 0, 0))
    _pool(builder, call, operation, "MaxPool")


@ONNX.answers(op.AveragePool)
def _average_pool(builder: GraphBuilder, call: OperatorCall, operation: op.AveragePool) -> None:
    more: dict[str, Any] = {"count_include_pad": 0} if any(operation.pads) else {}
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
        pads=_pads(operation),
        **more,
    )


@ONNX.answers(op.BatchNorm)
def _batch_norm(builder: GraphBuilder, call: OperatorCall, operation: op.BatchNorm) -> None:
    tensors = [builder.weight(call, name) for name in ("weight", "bias", "running_mean", "running_var")]
    builder.add("BatchNormalization", call, [*call.inputs, *tensors], epsilon=operation.eps)


@ONNX.answers(op.Linear)
def _linear(builder: GraphBuilder, call: OperatorCall, operation: op.Linear) -> None:
    tensors = [builder.weight(call, "weight"), *builder.optional_weight(call, "bias")]
    builder.add("Gemm", call, [*call.inputs, *tensors], transB=1)


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
        builder.add("Gelu", call, list(call.inputs))
        return
    # x·½·(1 + erf(x/√2))
    scaled = builder.add("Mul", call, [*call.inputs, builder.constant("gelu.scale", 0.5**0.5)], step="scaled")
    curve = builder.add("Erf", call, [scaled], step="erf")
    shifted = builder.add("Add", call, [curve, builder.constant("gelu.one", 1.0)], step="shifted")
    halved = builder.add("Mul", call, [*call.inputs, builder.constant("gelu.half", 0.5)], step="halved")
    builder.add("Mul", call, [halved, shifted])


@ONNX.answers(op.LeakyRelu)
def _leaky_relu(builder: GraphBuilder, call: OperatorCall, operation: op.LeakyRelu) -> None:
    builder.add("LeakyRelu", call, list(call.inputs), alpha=operation.negative_slope)


@ONNX.answers(op.Flatten)
def _flatten(builder: GraphBuilder, call: OperatorCall, operation: op.Flatten) -> None:
    builder.add("Flatten", call, list(call.inputs), axis=1)


@ONNX.answers(op.Concatenate)
def _concatenate(builder: GraphBuilder, call: OperatorCall, operation: op.Concatenate) -> None:
    builder.add("Concat", call, list(call.inputs), axis=1)


_PLAIN: Mapping[type[Operation], str] = {
    op.Relu: "Relu",
    op.Sigmoid: "Sigmoid",
    op.GlobalAveragePool: "GlobalAveragePool",
    # What does nothing when running keeps its place under its name; runtimes drop it.
    op.Identity: "Identity",
    op.Dropout: "Identity",
    op.Add: "Add",
    op.Multiply: "Mul",
}


def _plain(operator: str) -> Writer:
    return lambda builder, call, _operation: builder.add(operator, call, list(call.inputs))


for _type, _operator in _PLAIN.items():
    ONNX.set(_type, _plain(_operator))
