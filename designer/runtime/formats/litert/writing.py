"""How operations are written as LiteRT's operators: what is under way, and the table of who writes which.

Knows no design. Channels come last. A module a family fills the table, named as the operations' own modules;
``operators`` has it complete.

Source of the operators' meaning: the schema that comes with the runtime, and TensorFlow Lite's operator reference,
https://ai.google.dev/edge/litert/conversion/tensorflow/ops_compatibility.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from designer.graph.operations import Reader
from designer.graph.tensor import TensorSpec

Array = NDArray[Any]
OP = schema.BuiltinOperator
"""Codes of operators."""


@dataclass(frozen=True)
class LiteCall:
    """Where one operation stands, to be written as operators.

    Attributes:
        name: The node's name.
        key: Its path, which its weights have in the state dict.
        inputs: Tensors it takes.
        specs: Their shapes, N×C×H×W or N×F.
        outputs: Names of the tensors it makes.
        made: Their shapes.
        clip: ``relu`` or ``relu6``, where that follows alone and is computed at once.
    """

    name: str
    key: str
    inputs: tuple[int, ...]
    specs: tuple[TensorSpec, ...]
    outputs: tuple[str, ...]
    made: tuple[TensorSpec, ...]
    clip: str = ""

    @property
    def output(self) -> str:
        """The name of the first tensor it makes."""
        return self.outputs[0]

    @property
    def spec(self) -> TensorSpec:
        """The shape of the first tensor it makes."""
        return self.made[0]


@dataclass
class LiteBuilder:
    """Tensors, buffers and operators under way.

    Attributes:
        weights: Tensors by their key in the state dict.
        half: Whether weights are kept as float16.
        to_quantise: Whether the file is in floats only to be put into eight bits: what has no form there is written as
            operators that have one.
    """

    weights: Mapping[str, Array]
    half: bool = False
    to_quantise: bool = False
    buffers: list[Any] = field(default_factory=lambda: [schema.BufferT()])
    tensors: list[Any] = field(default_factory=list)
    operators: list[Any] = field(default_factory=list)
    codes: dict[int, int] = field(default_factory=dict)
    _constants: dict[tuple[str, bytes], int] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)

    def tensor(self, name: str, shape: Sequence[int], kind: int = schema.TensorType.FLOAT32, buffer: int = 0) -> int:
        """A tensor by its index."""
        made = schema.TensorT()
        self._names[name] = seen = self._names.get(name, 0) + 1
        name = name if seen == 1 else f"{name}.{seen}"  # tools find tensors by their names
        made.name, made.shape, made.type, made.buffer = name, numpy.array(shape, numpy.int32), kind, buffer
        made.hasRank = True
        self.tensors.append(made)
        return len(self.tensors) - 1

    def constant(self, name: str, array: Array) -> int:
        """A tensor that is in the file; the same one where it is there already."""
        key = (str(array.dtype), array.tobytes() + repr(array.shape).encode())
        if array.nbytes <= 64 and key in self._constants:
            return self._constants[key]
        kinds = {"float32": schema.TensorType.FLOAT32, "float16": schema.TensorType.FLOAT16}
        buffer = schema.BufferT()
        buffer.data = numpy.frombuffer(numpy.ascontiguousarray(array).tobytes(), numpy.uint8)
        self.buffers.append(buffer)
        kind = kinds.get(str(array.dtype), schema.TensorType.INT32)
        index = self.tensor(name, array.shape, kind, len(self.buffers) - 1)
        self._constants[key] = index
        return index

    def weight(self, name: str, array: Array) -> int:
        """A constant of floats; kept as float16 and widened when loading, where that was asked for."""
        if not self.half:
            return self.constant(name, array.astype(numpy.float32))
        narrow = self.constant(f"{name}.float16", array.astype(numpy.float16))
        wide = self.tensor(name, array.shape)
        self.operator(OP.DEQUANTIZE, [narrow], wide)
        return wide

    def operator(self, code: int, inputs: Sequence[int], output: int, options: Any = None) -> int:
        """Append an operator; gives its output."""
        self.operator_of_several(code, inputs, [output], options)
        return output

    def operator_of_several(self, code: int, inputs: Sequence[int], outputs: Sequence[int], options: Any) -> None:
        """Append an operator that makes several tensors."""
        made = schema.OperatorT()
        made.opcodeIndex = self.codes.setdefault(code, len(self.codes))
        made.inputs, made.outputs = numpy.array(inputs, numpy.int32), numpy.array(outputs, numpy.int32)
        if options is not None:
            made.builtinOptions = options
            made.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        self.operators.append(made)

    def made(self, call: LiteCall, step: str = "", spec: TensorSpec | None = None) -> int:
        """A tensor for the call's output, or for a step on the way."""
        return self.tensor(f"{call.name}.{step}" if step else call.output, laid(spec or call.spec))


def laid(spec: TensorSpec) -> tuple[int, ...]:
    """A shape with its channels last."""
    return (spec.batch, spec.height, spec.width, spec.channels) if spec.is_map else spec.shape


Writer = Callable[[LiteBuilder, LiteCall, Any], int | tuple[int, ...]]
LITERT: Reader[Writer] = Reader("LiteRT", "litert")
"""What writes each operation, giving the tensors made. Complete where ``operators`` was imported."""

CLIPS: Mapping[str, int] = {
    "": schema.ActivationFunctionType.NONE,
    "relu": schema.ActivationFunctionType.RELU,
    "relu6": schema.ActivationFunctionType.RELU6,
}
"""The schema's word for each clip of a call."""


def options_of(kind: Any, **values: Any) -> Any:
    """A table of options with these values."""
    made = kind()
    for name, value in values.items():
        assert hasattr(made, name), name  # a misspelt option would be left out in silence
        setattr(made, name, value)
    return made


# Channels of maps come last in a file, so what counts dimensions is led through the order in which they are laid.

_MAP_ORDER = (0, 2, 3, 1)


def order_of(spec: TensorSpec) -> tuple[int, ...]:
    """For each dimension in the file, which of the tensor's it is."""
    return _MAP_ORDER if spec.is_map else tuple(range(len(spec.shape)))


def axis_in_file(spec: TensorSpec, axis: int) -> int:
    """Where a dimension of the tensor stands in the file."""
    return order_of(spec).index(axis % len(spec.shape))


def numbers(builder: LiteBuilder, call: LiteCall, word: str, values: Sequence[int]) -> int:
    """Whole numbers that an operator of the call reads."""
    return builder.constant(f"{call.name}.{word}", numpy.array(values, numpy.int32))


_OF_TWO = {
    OP.ADD: schema.AddOptionsT,
    OP.SUB: schema.SubOptionsT,
    OP.MUL: schema.MulOptionsT,
    OP.DIV: schema.DivOptionsT,
}


class Writing:
    """Operators of one call, one after the other, each making a tensor of a shape as it stands in the file."""

    def __init__(self, builder: LiteBuilder, call: LiteCall) -> None:
        self.builder = builder
        self.call = call
        self._steps = 0

    def tensor(self, shape: Sequence[int], is_result: bool) -> int:
        if is_result:
            return self.builder.made(self.call)
        self._steps += 1
        return self.builder.tensor(f"{self.call.name}.step_{self._steps}", shape)

    def add(
        self, code: int, inputs: Sequence[int], shape: Sequence[int], options: Any = None, is_result: bool = False
    ) -> int:
        """One operator; gives its output."""
        return self.builder.operator(code, inputs, self.tensor(shape, is_result), options)

    def transposed(self, x: int, shape: Sequence[int], order: Sequence[int], is_result: bool = False) -> int:
        """Dimensions in another order; the tensor itself where it is the same and no result."""
        if list(order) == sorted(order) and not is_result:
            return x
        named = numbers(self.builder, self.call, "order_" + "".join(map(str, order)), order)
        made = [shape[axis] for axis in order]
        return self.add(OP.TRANSPOSE, [x, named], made, schema.TransposeOptionsT(), is_result)

    def reshaped(self, x: int, shape: Sequence[int], is_result: bool = False) -> int:
        named = numbers(self.builder, self.call, "shape_" + "_".join(map(str, shape)), shape)
        options = options_of(schema.ReshapeOptionsT, newShape=numpy.array(shape, numpy.int32))
        return self.add(OP.RESHAPE, [x, named], shape, options, is_result)

    def reduced(self, code: int, x: int, shape: Sequence[int], axes: Sequence[int], is_result: bool = False) -> int:
        """A reduction that keeps the dimensions."""
        named = numbers(self.builder, self.call, "axes_" + "".join(map(str, axes)), axes)
        made = [1 if axis in axes else side for axis, side in enumerate(shape)]
        return self.add(code, [x, named], made, options_of(schema.ReducerOptionsT, keepDims=True), is_result)

    def bound(self, word: str, value: float, shape: Sequence[int]) -> int:
        """A number that a tensor of a shape meets in its own scale: in eight bits it needs as many dimensions."""
        rank = len(shape) if self.builder.to_quantise else 1
        return self.builder.constant(f"{self.call.name}.{word}", numpy.full([1] * rank, value, numpy.float32))

    def number(self, word: str, value: float) -> int:
        return self.builder.constant(f"{self.call.name}.{word}", numpy.array([value], numpy.float32))

    def channels(self, name: str, spec: TensorSpec, axis: int) -> int:
        """A weight of one number a channel, in the form in which it meets a tensor."""
        place = axis_in_file(spec, axis)
        array = self.builder.weights[f"{self.call.key}.{name}"].reshape(-1, *[1] * (len(spec.shape) - 1 - place))
        return self.builder.weight(f"{self.call.key}.{name}", array)

    def weight(self, name: str, value: Array) -> int:
        """A constant of the call that is no number of the state dict."""
        return self.builder.weight(f"{self.call.key}.{name}", numpy.asarray(value, numpy.float32))

    def binary(self, code: int, a: int, b: int, shape: Sequence[int], clip: str = "", is_result: bool = False) -> int:
        """An operator of two tensors, clipped where that is asked for."""
        kind = _OF_TWO.get(code)
        options = options_of(kind, fusedActivationFunction=CLIPS[clip]) if kind is not None else None
        return self.add(code, [a, b], shape, options, is_result)

    def as_result(self, x: int, spec: TensorSpec) -> int:
        """A tensor with its dimensions in the order of the call's result."""
        order = [order_of(spec).index(axis) for axis in order_of(self.call.spec)]
        return self.transposed(x, laid(spec), order) if len(spec.shape) == len(self.call.spec.shape) else x

    def planes(self, x: int, spec: TensorSpec) -> int:
        """A tensor with its dimensions in the order that it has outside a file."""
        return self.transposed(x, laid(spec), [0, 3, 1, 2]) if spec.is_map else x

    def from_planes(self, x: int) -> int:
        """The call's result, from a tensor of its shape whose dimensions are in the order outside a file."""
        spec = self.call.spec
        order = order_of(spec)
        if order == tuple(sorted(order)):
            return self.reshaped(x, spec.shape, is_result=True)
        return self.transposed(x, spec.shape, order, is_result=True)
