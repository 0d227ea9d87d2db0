"""A .tflite file as plain tables, each offset and length looked at before it is believed; and as a file again.

Source of the format: the schema that comes with the runtime, https://ai.google.dev/edge/litert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, TypeVar

import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from designer.errors import ImportRefused

Array = NDArray[Any]
_T = TypeVar("_T")

_IDENTIFIER = b"TFL3"
_VERSION = 3


def _names(kind: type) -> dict[int, str]:
    return {value: name for name, value in vars(kind).items() if isinstance(value, int)}


_KINDS, _OPERATORS = _names(schema.TensorType), _names(schema.BuiltinOperator)
_NUMBERS = {name: value for value, name in _KINDS.items()}
_CODES = {name: value for value, name in _OPERATORS.items()}

_DTYPES = {
    "FLOAT32": "<f4",
    "FLOAT16": "<f2",
    "FLOAT64": "<f8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "UINT8": "<u1",
    "BOOL": "?",
}
_QUANTISED = frozenset({"INT2", "INT4", "UINT4", "INT8", "UINT8", "INT16", "UINT16"})
_MOST_DENSE = 2**26
"""Elements of a sparse constant once its zeros are written out."""


class Damaged(Exception):
    """What a file says of itself cannot be."""


@dataclass(frozen=True)
class Scale:
    """What whole numbers of a constant stand for: (number − zero)·factor, one pair or one a position of a dimension.

    Attributes:
        factors: The factors.
        zeros: The zeros, as many, or none.
        axis: The dimension, where there are several.
    """

    factors: Array
    zeros: Array
    axis: int

    def real(self, array: Array) -> Array:
        """A constant of whole numbers as the float32 that it stands for."""
        zeros = self.zeros if self.zeros.size == self.factors.size else numpy.zeros(self.factors.size, numpy.int64)
        form = [1] * array.ndim
        if self.factors.size > 1:
            form[self.axis] = self.factors.size
        moved = array.astype(numpy.int64) - zeros.reshape(form)
        return moved.astype(numpy.float32) * self.factors.astype(numpy.float32).reshape(form)


@dataclass(frozen=True)
class LiteTensor:
    """A tensor of a file.

    Attributes:
        name: Its name, no other tensor's.
        kind: What it holds, in the schema's word: ``FLOAT32``.
        shape: The dimensions the file states.
        open: Which of them the file leaves open.
        constant: Its numbers, where the file has them.
        scale: What its numbers stand for, where they are quantised.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    open: tuple[bool, ...]
    constant: Array | None = None
    scale: Scale | None = None


@dataclass(frozen=True)
class LiteOperator:
    """An operator of a file.

    Attributes:
        kind: Its type in the schema's word, ``CONV_2D``; of a custom one its own name behind ``CUSTOM``.
        version: Of its meaning.
        inputs: Tensors it takes; −1 for what is left out.
        outputs: Tensors it makes.
        options_type: Which table of options it has.
        options: That table, or None.
    """

    kind: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options_type: int
    options: Any

    @property
    def activation(self) -> int:
        """What is computed at once behind it, in the schema's number; 0 for nothing."""
        found: int = getattr(self.options, "fusedActivationFunction", schema.ActivationFunctionType.NONE)
        return found


@dataclass(frozen=True)
class LiteModel:
    """The network of a file.

    Attributes:
        tensors: By index.
        operators: In the order in which they run.
        inputs: Tensors that enter.
        outputs: Tensors that leave.
        description: What the file says of itself.
        warnings: What a person should know.
    """

    tensors: tuple[LiteTensor, ...]
    operators: tuple[LiteOperator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    description: str
    warnings: tuple[str, ...] = ()


def model_of(name: str, content: bytes) -> LiteModel:
    """The network of a file's content.

    Raises:
        ImportRefused: It is no such file, is damaged, or its network computes with quantised numbers.
    """
    if content[4:8] != _IDENTIFIER:
        raise ImportRefused(f"{name}: it is no .tflite file, or a part of one; its bytes 4 to 8 would be TFL3")
    try:
        model = _File(content).model()
    except Damaged as error:
        raise ImportRefused(f"{name}: it is damaged: {error}") from error
    except Exception as error:  # an offset that leads nowhere raises what struct and NumPy raise
        raise ImportRefused(f"{name}: it is damaged: an offset in it leads nowhere ({error})") from error
    return _real(name, model)


class _File:
    """The tables of a file's content."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._left = len(content) + 1024
        self._bytes_left = 8 * len(content) + 2**26

    def model(self) -> LiteModel:
        root = schema.Model.GetRootAs(self._content, 0)
        if root.Version() != _VERSION:
            raise Damaged(f"it says that it is of version {root.Version()} of the format, and there is only {_VERSION}")
        if not root.SubgraphsLength():
            raise Damaged("there is no network in it")
        buffers = self._each(root.BuffersLength(), root.Buffers)
        codes = [self._code(each) for each in self._each(root.OperatorCodesLength(), root.OperatorCodes)]
        graph = root.Subgraphs(0)
        tensors = [self._tensor(each, buffers) for each in self._each(graph.TensorsLength(), graph.Tensors)]
        operators = [self._operator(each, codes) for each in self._each(graph.OperatorsLength(), graph.Operators)]
        inputs, outputs = self._whole(graph.InputsAsNumpy()), self._whole(graph.OutputsAsNumpy())
        used = {*inputs, *outputs}.union(*((*each.inputs, *each.outputs) for each in operators))
        if used and (max(used) >= len(tensors) or min(used) < -1 or -1 in {*inputs, *outputs}):
            raise Damaged(f"it has {len(tensors)} tensors and names one that is none of them")
        if not operators:
            raise Damaged("there is no operator in it")
        description = root.Description()
        said = description.decode("utf-8", "replace")[:200] if description is not None else ""
        return LiteModel(tuple(_named_once(tensors)), tuple(operators), inputs, outputs, said)

    def _each(self, count: int, at: Callable[[int], _T | None]) -> list[_T]:
        """The entries of a list, of which all lists of a file have no more than it has bytes."""
        self._left -= count
        if count < 0 or self._left < 0:
            raise Damaged("its lists claim more entries than there is room for")
        found = [at(index) for index in range(count)]
        return [each for each in found if each is not None]

    def _whole(self, array: Any) -> tuple[int, ...]:
        """A list of whole numbers; one that is left out reads as 0."""
        if not isinstance(array, numpy.ndarray):
            return ()
        self._left -= array.size
        if self._left < 0:
            raise Damaged("its lists claim more entries than there is room for")
        return tuple(array.tolist())

    def _code(self, code: Any) -> tuple[str, int]:
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if number not in _OPERATORS:
            return f"operator {number}", code.Version()
        if _OPERATORS[number] == "CUSTOM":
            return f"CUSTOM {(code.CustomCode() or b'').decode('utf-8', 'replace')[:60]}", code.Version()
        return _OPERATORS[number], code.Version()

    def _operator(self, operator: Any, codes: Sequence[tuple[str, int]]) -> LiteOperator:
        index = operator.OpcodeIndex()
        if index >= len(codes):
            raise Damaged(f"it names {len(codes)} kinds of operators and has one of kind {index}")
        kind, version = codes[index]
        inputs, outputs = self._whole(operator.InputsAsNumpy()), self._whole(operator.OutputsAsNumpy())
        options_type, options = operator.BuiltinOptionsType(), operator.BuiltinOptions()
        table = None if options is None else schema.BuiltinOptionsCreator(options_type, options)
        if not outputs:
            raise Damaged(f"its {kind} makes nothing")
        return LiteOperator(kind, version, inputs, outputs, options_type if table is not None else 0, table)

    def _tensor(self, tensor: Any, buffers: Sequence[Any]) -> LiteTensor:
        kind = _KINDS.get(tensor.Type(), f"kind {tensor.Type()}")
        shape, signature = self._whole(tensor.ShapeAsNumpy()), self._whole(tensor.ShapeSignatureAsNumpy())
        name = (tensor.Name() or b"").decode("utf-8", "replace")[:200]
        if len(signature) != len(shape):
            signature = shape
        if len(shape) > 8 or any(side < 0 for side in (*shape,)):
            raise Damaged(f"its tensor '{name[:60]}' claims the dimensions {'×'.join(map(str, shape[:9]))}")
        scale = self._scale(tensor.Quantization(), name, shape)
        open_sides = tuple(side < 0 for side in signature)
        made = LiteTensor(name, kind, shape, open_sides, None, scale)
        if tensor.Buffer() >= len(buffers):
            raise Damaged(f"its tensor '{name[:60]}' has its numbers in buffer {tensor.Buffer()}, which is none")
        data = self._data(buffers[tensor.Buffer()])
        if data is None or kind not in _DTYPES:
            return made
        sparsity = tensor.Sparsity()
        stored = self._numbers(kind, name, data)
        if sparsity is not None:
            return replace(made, constant=self._dense(stored, sparsity, shape, name))
        if stored.size != prod(shape):
            raise Damaged(f"its tensor '{name[:60]}' claims {prod(shape):,} numbers, and {stored.size:,} are there")
        return replace(made, constant=stored.reshape(shape))

    def _data(self, buffer: Any) -> Array | None:
        """The bytes of a buffer; those of files beyond 2 GB lie behind the tables."""
        if buffer.Offset() > 1:
            start, end = buffer.Offset(), buffer.Offset() + buffer.Size()
            if end > len(self._content):
                raise Damaged("a buffer ends beyond the file")
            return numpy.frombuffer(self._content, numpy.uint8, end - start, start)
        found = buffer.DataAsNumpy()
        return found if isinstance(found, numpy.ndarray) and found.size else None

    def _numbers(self, kind: str, name: str, data: Array) -> Array:
        dtype = numpy.dtype(_DTYPES[kind])
        self._bytes_left -= data.size
        if self._bytes_left < 0:
            raise Damaged("its tensors claim more numbers than there is room for")
        if data.size % dtype.itemsize:
            raise Damaged(f"its tensor '{name[:60]}' has {data.size:,} bytes, which are no whole number of {kind}")
        return numpy.frombuffer(data.tobytes(), dtype)

    def _scale(self, parameters: Any, name: str, shape: Sequence[int]) -> Scale | None:
        if parameters is None:
            return None
        factors, zeros = parameters.ScaleAsNumpy(), parameters.ZeroPointAsNumpy()
        if not isinstance(factors, numpy.ndarray) or not factors.size:
            return None
        found = zeros if isinstance(zeros, numpy.ndarray) else numpy.zeros(0, numpy.int64)
        axis = parameters.QuantizedDimension()
        if factors.size > 1 and not (0 <= axis < len(shape) and shape[axis] == factors.size):
            raise Damaged(f"its tensor '{name[:60]}' has {factors.size} scales, and no dimension of as many positions")
        return Scale(factors, found, axis)

    def _dense(self, stored: Array, sparsity: Any, shape: tuple[int, ...], name: str) -> Array:
        """A sparse constant with its zeros.

        Levels of a tree, each a dimension or a block's: a dense one has a branch for every position, a compressed one
        (CSR) for those that its indices name; the leaves are the numbers in their order.
        """
        order, blocked = self._whole(sparsity.TraversalOrderAsNumpy()), self._whole(sparsity.BlockMapAsNumpy())
        levels = self._each(sparsity.DimMetadataLength(), sparsity.DimMetadata)
        rank = len(shape)
        if len(order) != len(levels) or sorted(order) != list(range(rank + len(blocked))) or prod(shape) > _MOST_DENSE:
            raise Damaged(f"its sparse tensor '{name[:60]}' has levels that are not its dimensions")
        if any(not 0 <= each < rank for each in blocked):
            raise Damaged(f"its sparse tensor '{name[:60]}' has blocks of dimensions that it has not")
        nodes = numpy.zeros(1, numpy.int64)
        places: dict[int, Array] = {}
        widths: dict[int, int] = {}
        for dimension, level in zip(order, levels, strict=True):
            parents, nodes, at = _branches(level, nodes, name)
            places = {each: known[parents] for each, known in places.items()}
            places[dimension] = at
            widths[dimension] = level.DenseSize()
        if nodes.size and (nodes.max() >= stored.size or nodes.size > _MOST_DENSE):
            raise Damaged(f"its sparse tensor '{name[:60]}' has places for more numbers than are there")
        for index, dimension in enumerate(blocked):
            places[dimension] = places[dimension] * widths[rank + index] + places[rank + index]
        full = numpy.zeros(shape, stored.dtype)
        where = tuple(places[axis] for axis in range(rank))
        if any(at.size and (at.max() >= side or at.min() < 0) for at, side in zip(where, shape, strict=True)):
            raise Damaged(f"its sparse tensor '{name[:60]}' has a number beyond its dimensions")
        full[where] = stored[nodes]
        return full


def _branches(level: Any, nodes: Array, name: str) -> tuple[Array, Array, Array]:
    """Of each branch that a level of a sparse tensor adds: the node it is of, its own number, and its position."""
    if level.Format() == schema.DimensionType.DENSE:
        width = level.DenseSize()
        if not 0 <= width * nodes.size <= _MOST_DENSE:
            raise Damaged(f"its sparse tensor '{name[:60]}' claims {width:,} positions")
        parents = numpy.repeat(numpy.arange(nodes.size), width)
        at = numpy.tile(numpy.arange(width), nodes.size)
        return parents, nodes[parents] * width + at, at
    segments = _listed(level.ArraySegmentsType(), level.ArraySegments())
    indices = _listed(level.ArrayIndicesType(), level.ArrayIndices())
    is_sound = segments.size > 1 and segments[0] == 0 and segments[-1] == indices.size
    if not is_sound or (numpy.diff(segments) < 0).any() or (nodes.size and nodes.max() + 1 >= segments.size):
        raise Damaged(f"its sparse tensor '{name[:60]}' has segments that do not fit its indices")
    counts = segments[nodes + 1] - segments[nodes]
    if counts.sum() > _MOST_DENSE:
        raise Damaged(f"its sparse tensor '{name[:60]}' claims {counts.sum():,} numbers")
    parents = numpy.repeat(numpy.arange(nodes.size), counts)
    before = numpy.concatenate(([0], numpy.cumsum(counts)[:-1])) if counts.size else counts
    numbers = segments[nodes][parents] + numpy.arange(parents.size) - before[parents]
    return parents, numbers, indices[numbers]


def _listed(kind: int, table: Any) -> Array:
    """The whole numbers in one of three tables."""
    made = schema.SparseIndexVectorCreator(kind, table)
    if made is None or made.values is None:
        raise Damaged("a sparse tensor lacks its indices")
    return numpy.asarray(made.values).astype(numpy.int64)


def _named_once(tensors: Iterable[LiteTensor]) -> Iterable[LiteTensor]:
    taken: set[str] = set()
    for index, tensor in enumerate(tensors):
        name = tensor.name or f"tensor_{index}"
        if name in taken:
            name = f"{name}#{index}"
        taken.add(name)
        yield replace(tensor, name=name)


# Quantised numbers ---------------------------------------------------------------------------------------------------


def _real(name: str, model: LiteModel) -> LiteModel:
    """The network with every quantised constant as the float32 it stands for, and dense where it was sparse.

    Raises:
        ImportRefused: A tensor that flows is quantised; the text names the first.
    """
    entering = [*model.inputs, *(index for each in model.operators for index in each.outputs)]
    for index in entering:
        tensor = model.tensors[index]
        if tensor.kind in _QUANTISED:
            raise ImportRefused(
                f"{name}: its tensor '{tensor.name[:80]}' is {tensor.kind.lower()}: the network computes with "
                "quantised numbers, and networks of float32 are drawn; export it without quantisation"
            )
    tensors = list(model.tensors)
    operators: list[LiteOperator] = []
    quantised = 0
    for index, tensor in enumerate(tensors):
        if tensor.kind in _QUANTISED and tensor.scale is not None and tensor.constant is not None:
            real = tensor.scale.real(tensor.constant)
            tensors[index] = replace(tensor, kind="FLOAT32", constant=real, scale=None)
            quantised += 1
    for operator in model.operators:
        made, source = operator.outputs[0], operator.inputs[0] if operator.inputs else -1
        constant = tensors[source].constant if source >= 0 else None
        is_done = operator.kind == "DENSIFY" or (operator.kind == "DEQUANTIZE" and tensors[source].kind == "FLOAT32")
        if is_done and constant is not None:
            tensors[made] = replace(tensors[made], constant=constant, kind=tensors[source].kind)
        else:
            operators.append(operator)
    words = (
        f"{quantised} of its weights are whole numbers of eight bits or fewer; they were read as the numbers they "
        "stand for, and the runtime ran the file with those",
    )
    return replace(
        model,
        tensors=tuple(tensors),
        operators=tuple(operators),
        warnings=(*model.warnings, *(words if quantised else ())),
    )


# A file again --------------------------------------------------------------------------------------------------------


def packed(model: LiteModel) -> bytes:
    """The network as a file, so that the runtime meets no offset but those written here."""
    whole, graph = schema.ModelT(), schema.SubGraphT()
    whole.version, whole.description, whole.buffers = _VERSION, model.description, [schema.BufferT()]
    graph.tensors = [_tensor_table(each, whole.buffers) for each in model.tensors]
    codes: dict[tuple[str, int], int] = {}
    graph.operators = [_operator_table(each, codes) for each in model.operators]
    graph.inputs, graph.outputs = (numpy.array(each, numpy.int32) for each in (model.inputs, model.outputs))
    graph.name = "main"
    whole.operatorCodes = [_code_table(kind, version) for kind, version in codes]
    whole.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), file_identifier=_IDENTIFIER)
    return bytes(builder.Output())


def _tensor_table(tensor: LiteTensor, buffers: list[Any]) -> Any:
    made = schema.TensorT()
    made.name, made.shape, made.type = tensor.name, numpy.array(tensor.shape, numpy.int32), _NUMBERS[tensor.kind]
    made.hasRank = True
    if any(tensor.open):
        signature = [-1 if is_open else side for side, is_open in zip(tensor.shape, tensor.open, strict=True)]
        made.shapeSignature = numpy.array(signature, numpy.int32)
    if tensor.constant is not None:
        buffer = schema.BufferT()
        buffer.data = numpy.frombuffer(tensor.constant.tobytes(), numpy.uint8)
        buffers.append(buffer)
        made.buffer = len(buffers) - 1
    return made


def _operator_table(operator: LiteOperator, codes: dict[tuple[str, int], int]) -> Any:
    made = schema.OperatorT()
    made.opcodeIndex = codes.setdefault((operator.kind, operator.version), len(codes))
    made.inputs, made.outputs = (numpy.array(each, numpy.int32) for each in (operator.inputs, operator.outputs))
    made.builtinOptionsType, made.builtinOptions = operator.options_type, operator.options
    return made


def _code_table(kind: str, version: int) -> Any:
    made = schema.OperatorCodeT()
    made.builtinCode = _CODES[kind]
    made.deprecatedBuiltinCode, made.version = min(made.builtinCode, 127), version
    return made
