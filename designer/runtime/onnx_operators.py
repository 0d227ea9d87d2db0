"""What each kind of PyTorch call is in ONNX: one function a kind, in one table. Knows tensors by name, and no design.

Source of the operators' meaning: the ONNX operator reference, https://onnx.ai/onnx/operators/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy
import onnx
from numpy.typing import NDArray
from onnx import helper

from designer.errors import ExportError
from designer.graph.layer import Quad

Shape = tuple[int | str, ...]

LOWEST_OPSET = 11
"""Below it Clip takes its bounds as attributes and Pad its pads, which nothing here writes."""
HIGHEST_OPSET = 21
"""The newest set that was tried in ONNX Runtime."""

_NO_PADS: Quad = (0, 0, 0, 0)


@dataclass(frozen=True)
class OperatorCall:
    """One PyTorch call, to be written as ONNX nodes.

    Attributes:
        key: The node's path, which its weights have in the state dict: ``bottleneck_1.expand``.
        name: The node's name in the file.
        step: A word for a call on the way to the node's result; empty for the last.
        arguments: The call's keyword arguments.
        inputs: Names of the tensors it takes.
        output: Name of the tensor it makes.
        shape: Shape of that tensor, N×C×H×W or N×F, the batch possibly a word.
        note: What the node is, for a person who reads the file.
        pads: Top, bottom, left, right of a padding taken in from the call before.
    """

    key: str
    name: str
    step: str
    arguments: Mapping[str, Any]
    inputs: tuple[str, ...]
    output: str
    shape: Shape
    note: str = ""
    pads: Quad = _NO_PADS


@dataclass
class GraphBuilder:
    """Nodes, initializers and shapes of a graph under way.

    Attributes:
        opset: The operator set to write.
        weights: Tensors by their key in the state dict.
        element: The type of numbers that are computed with.
        nodes: What was written so far.
        initializers: Weights and constants that nodes read, by name.
        shapes: Shape of every tensor made.
    """

    opset: int
    weights: Mapping[str, NDArray[Any]]
    element: type[numpy.floating[Any]] = numpy.float32
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


Writer = Callable[[GraphBuilder, OperatorCall], object]
WRITERS: dict[str, Writer] = {}
"""By the PyTorch name of a call: what writes it."""

TAKES_PADS_IN: Mapping[str, float] = {"torch.nn.Conv2d": 0.0, "torch.nn.MaxPool2d": float("-inf")}
"""Calls whose operator pads unequally itself, with the value that its padding stands for."""


def write(builder: GraphBuilder, target: str, call: OperatorCall) -> None:
    """Append the nodes of a call.

    Raises:
        ExportError: Nothing is known to write it with.
    """
    if target not in WRITERS:
        raise ExportError(
            f"{call.name}: nothing here writes {target} to ONNX, so the design cannot be exported with it"
        )
    WRITERS[target](builder, call)


def _writes(target: str) -> Callable[[Writer], Writer]:
    def note(writer: Writer) -> Writer:
        WRITERS[target] = writer
        return writer

    return note


def _pair(value: int | tuple[int, int]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _all_pads(call: OperatorCall) -> list[int]:
    """ONNX's order, top, left, bottom, right: the module's own padding and what was taken in."""
    rows, columns = _pair(call.arguments.get("padding", 0))
    top, bottom, left, right = call.pads
    return [rows + top, columns + left, rows + bottom, columns + right]


@_writes("torch.nn.Conv2d")
def _convolution(builder: GraphBuilder, call: OperatorCall) -> None:
    arguments = call.arguments
    builder.add(
        "Conv",
        call,
        [*call.inputs, builder.weight(call, "weight"), *builder.optional_weight(call, "bias")],
        kernel_shape=_pair(arguments["kernel_size"]),
        strides=_pair(arguments.get("stride", 1)),
        dilations=_pair(arguments.get("dilation", 1)),
        group=arguments.get("groups", 1),
        pads=_all_pads(call),
    )


@_writes("torch.nn.MaxPool2d")
def _max_pool(builder: GraphBuilder, call: OperatorCall) -> None:
    _pool(builder, call, "MaxPool")


@_writes("torch.nn.AvgPool2d")
def _average_pool(builder: GraphBuilder, call: OperatorCall) -> None:
    _pool(builder, call, "AveragePool")


def _pool(builder: GraphBuilder, call: OperatorCall, operator: str) -> None:
    arguments = dict(call.arguments)
    attributes: dict[str, Any] = {
        "kernel_shape": _pair(arguments["kernel_size"]),
        "strides": _pair(arguments["stride"]),
        "pads": _all_pads(call),
    }
    if "count_include_pad" in arguments:
        attributes["count_include_pad"] = int(arguments["count_include_pad"])
    builder.add(operator, call, list(call.inputs), **attributes)


@_writes("torch.nn.AdaptiveAvgPool2d")
def _global_pool(builder: GraphBuilder, call: OperatorCall) -> None:
    if call.arguments["output_size"] != 1:
        raise ExportError(f"{call.name}: only an average over the whole map can be written to ONNX")
    builder.add("GlobalAveragePool", call, list(call.inputs))


@_writes("torch.nn.BatchNorm2d")
def _batch_norm(builder: GraphBuilder, call: OperatorCall) -> None:
    tensors = [builder.weight(call, name) for name in ("weight", "bias", "running_mean", "running_var")]
    builder.add("BatchNormalization", call, [*call.inputs, *tensors], epsilon=call.arguments.get("eps", 1e-5))


@_writes("torch.nn.Linear")
def _linear(builder: GraphBuilder, call: OperatorCall) -> None:
    tensors = [builder.weight(call, "weight"), *builder.optional_weight(call, "bias")]
    builder.add("Gemm", call, [*call.inputs, *tensors], transB=1)


@_writes("torch.nn.functional.pad")
def _pad(builder: GraphBuilder, call: OperatorCall) -> None:
    left, right, top, bottom = call.arguments["pad"]
    pads = builder.constant(f"{call.name}.pads", [0, 0, top, left, 0, 0, bottom, right])
    value = builder.constant(f"{call.name}.pad_value", float(call.arguments.get("value", 0.0)))
    builder.add("Pad", call, [*call.inputs, pads, value])


@_writes("torch.nn.ReLU6")
def _relu6(builder: GraphBuilder, call: OperatorCall) -> None:
    bounds = [builder.constant("relu6.min", 0.0), builder.constant("relu6.max", 6.0)]
    builder.add("Clip", call, [*call.inputs, *bounds])


@_writes("torch.nn.Hardswish")
def _hard_swish(builder: GraphBuilder, call: OperatorCall) -> None:
    if builder.opset >= 14:
        builder.add("HardSwish", call, list(call.inputs))
        return
    gate = builder.add("HardSigmoid", call, list(call.inputs), step="gate", alpha=1 / 6, beta=0.5)
    builder.add("Mul", call, [*call.inputs, gate])


@_writes("torch.nn.Hardsigmoid")
def _hard_sigmoid(builder: GraphBuilder, call: OperatorCall) -> None:
    builder.add("HardSigmoid", call, list(call.inputs), alpha=1 / 6, beta=0.5)


@_writes("torch.nn.SiLU")
def _silu(builder: GraphBuilder, call: OperatorCall) -> None:
    gate = builder.add("Sigmoid", call, list(call.inputs), step="gate")
    builder.add("Mul", call, [*call.inputs, gate])


@_writes("torch.nn.GELU")
def _gelu(builder: GraphBuilder, call: OperatorCall) -> None:
    if builder.opset >= 20:
        builder.add("Gelu", call, list(call.inputs))
        return
    # x·½·(1 + erf(x/√2))
    scaled = builder.add("Mul", call, [*call.inputs, builder.constant("gelu.scale", 0.5**0.5)], step="scaled")
    curve = builder.add("Erf", call, [scaled], step="erf")
    shifted = builder.add("Add", call, [curve, builder.constant("gelu.one", 1.0)], step="shifted")
    halved = builder.add("Mul", call, [*call.inputs, builder.constant("gelu.half", 0.5)], step="halved")
    builder.add("Mul", call, [halved, shifted])


@_writes("torch.nn.LeakyReLU")
def _leaky_relu(builder: GraphBuilder, call: OperatorCall) -> None:
    builder.add("LeakyRelu", call, list(call.inputs), alpha=call.arguments.get("negative_slope", 0.01))


@_writes("torch.nn.Flatten")
def _flatten(builder: GraphBuilder, call: OperatorCall) -> None:
    builder.add("Flatten", call, list(call.inputs), axis=1)


@_writes("torch.cat")
def _concatenate(builder: GraphBuilder, call: OperatorCall) -> None:
    builder.add("Concat", call, list(call.inputs), axis=call.arguments["dim"])


_PLAIN = {
    "torch.nn.ReLU": "Relu",
    "torch.nn.Sigmoid": "Sigmoid",
    # What does nothing when running keeps its place under its name; runtimes drop it.
    "torch.nn.Identity": "Identity",
    "torch.nn.Dropout": "Identity",
    "torch.add": "Add",
    "torch.mul": "Mul",
}


def _plain(operator: str) -> Writer:
    return lambda builder, call: builder.add(operator, call, list(call.inputs))


WRITERS.update({target: _plain(operator) for target, operator in _PLAIN.items()})
