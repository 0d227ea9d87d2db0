"""Hand-made .tflite files, table by table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
from numpy.typing import NDArray

from designer.runtime.importing.load import LoadedModel
from tests.runtime.importing.proving import proved

flatbuffers: Any = pytest.importorskip("flatbuffers")
schema: Any = pytest.importorskip("ai_edge_litert.schema_py_generated")

KINDS = {
    "float32": schema.TensorType.FLOAT32,
    "float16": schema.TensorType.FLOAT16,
    "int32": schema.TensorType.INT32,
    "int8": schema.TensorType.INT8,
    "uint8": schema.TensorType.UINT8,
}


class LiteFile:
    """Tensors and operators of one network under way; a tensor is its number."""

    def __init__(self) -> None:
        self.tensors: list[Any] = []
        self.operators: list[Any] = []
        self._buffers: list[Any] = [schema.BufferT()]
        self._codes: dict[tuple[int, str], int] = {}

    def tensor(self, shape: Sequence[int], name: str = "", kind: str = "float32", signature: Any = None) -> int:
        """A tensor that flows."""
        made = schema.TensorT()
        made.name, made.shape, made.type = name or f"t{len(self.tensors)}", numpy.array(shape, numpy.int32), KINDS[kind]
        made.hasRank = True
        if signature is not None:
            made.shapeSignature = numpy.array(signature, numpy.int32)
        self.tensors.append(made)
        return len(self.tensors) - 1

    def constant(self, array: NDArray[Any], name: str = "") -> int:
        """A tensor that is in the file."""
        index = self.tensor(array.shape, name, str(array.dtype))
        buffer = schema.BufferT()
        buffer.data = numpy.frombuffer(array.tobytes(), numpy.uint8)
        self._buffers.append(buffer)
        self.tensors[index].buffer = len(self._buffers) - 1
        return index

    def numbers(self, *values: int) -> int:
        """Whole numbers that are in the file."""
        return self.constant(numpy.array(values, numpy.int32))

    def random(self, *shape: int, name: str = "") -> int:
        """Real numbers that are in the file."""
        source = numpy.random.default_rng(len(self.tensors))
        return self.constant(source.normal(size=shape).astype(numpy.float32), name)

    def quantised(self, index: int, scale: Sequence[float], zero: int = 0, axis: int = 0) -> int:
        """Say what the whole numbers of a tensor stand for."""
        made = schema.QuantizationParametersT()
        made.scale, made.zeroPoint = numpy.array(scale, numpy.float32), numpy.array([zero] * len(scale), numpy.int64)
        made.quantizedDimension = axis
        self.tensors[index].quantization = made
        return index

    def operator(
        self, kind: str, inputs: Sequence[int], *shapes: Sequence[int], options: str = "", **values: Any
    ) -> int:
        """An operator; gives the first tensor it makes."""
        outputs = [self.tensor(shape) for shape in shapes]
        made = schema.OperatorT()
        code = getattr(schema.BuiltinOperator, kind)
        made.opcodeIndex = self._codes.setdefault((code, values.pop("custom", "")), len(self._codes))
        made.inputs, made.outputs = numpy.array(inputs, numpy.int32), numpy.array(outputs, numpy.int32)
        if options:
            made.builtinOptions = getattr(schema, f"{options}OptionsT")()
            made.builtinOptionsType = getattr(schema.BuiltinOptions, f"{options}Options")
            for name, value in values.items():
                assert hasattr(made.builtinOptions, name), name
                setattr(made.builtinOptions, name, value)
        self.operators.append(made)
        return outputs[0]

    def content(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """The file."""
        model, graph = schema.ModelT(), schema.SubGraphT()
        model.version, model.buffers, model.description = 3, self._buffers, "by hand"
        graph.tensors, graph.operators, graph.name = self.tensors, self.operators, "main"
        graph.inputs, graph.outputs = numpy.array(inputs, numpy.int32), numpy.array(outputs, numpy.int32)
        model.subgraphs, model.operatorCodes = [graph], [self._code(*key) for key in self._codes]
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def saved(self, folder: Path, inputs: Sequence[int], outputs: Sequence[int]) -> Path:
        """The file in a folder."""
        path = folder / "net.tflite"
        path.write_bytes(self.content(inputs, outputs))
        return path

    @staticmethod
    def _code(code: int, custom: str) -> Any:
        made = schema.OperatorCodeT()
        made.builtinCode, made.deprecatedBuiltinCode, made.version = code, min(code, 127), 1
        made.customCode = custom or None
        return made


# Operators that many tests need --------------------------------------------------------------------------------------

SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
CLIP = schema.ActivationFunctionType
MAP = (1, 8, 6, 4)

Make = Callable[[LiteFile, int], int]
"""What a test puts behind an input 1×8×6×4; gives what leaves."""
Operators = dict[str, tuple[Make, list[str] | None]]
"""By what a test calls it: what is put there, and the layers it becomes; None where there are many."""


def assert_drawn(folder: Path, make: Make, wanted: list[str] | None) -> None:
    """Assert that a file is drawn of these layers and computes what LiteRT computes."""
    loaded = proved(made(folder, make))
    assert wanted is None or layers(loaded) == wanted


def made(folder: Path, make: Make, shape: tuple[int, ...] = (1, 8, 6, 4)) -> Path:
    file = LiteFile()
    x = file.tensor(shape, "x")
    return file.saved(folder, [x], [make(file, x)])


def layers(loaded: LoadedModel) -> list[str]:
    return [node.layer.key for node in loaded.design.nodes.values() if node.layer.key not in ("input", "output")]


def conv(file: LiteFile, x: int, shape: tuple[int, ...], padding: int = VALID, **more: Any) -> int:
    """A convolution 3×3 to five channels."""
    stated: dict[str, Any] = {
        "strideH": 1,
        "strideW": 1,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
        "padding": padding,
        **more,
    }
    return file.operator("CONV_2D", [x, file.random(5, 3, 3, 4), file.random(5)], shape, options="Conv2D", **stated)


def pool(file: LiteFile, kind: str, x: int, shape: tuple[int, ...], size: int, padding: int = VALID) -> int:
    sides: dict[str, Any] = {"filterHeight": size, "filterWidth": size, "strideH": 2, "strideW": 2}
    return file.operator(kind, [x], shape, options="Pool2D", padding=padding, **sides)


def binary(file: LiteFile, kind: str, a: int, b: int, shape: tuple[int, ...], clip: int = 0) -> int:
    return file.operator(kind, [a, b], shape, options=kind.capitalize(), fusedActivationFunction=clip)


def number(file: LiteFile, value: float) -> int:
    return file.constant(numpy.array(value, numpy.float32))


def padded(file: LiteFile, x: int, *widths: int) -> int:
    sides = [8 + widths[2] + widths[3], 6 + widths[4] + widths[5], 4 + widths[6] + widths[7]]
    pads = file.constant(numpy.array(widths, numpy.int32).reshape(4, 2))
    return file.operator("PAD", [x, pads], (1, *sides), options="Pad")


def resized(kind: str, options: str, **values: Any) -> Make:
    return lambda file, x: file.operator(kind, [x, file.numbers(16, 12)], (1, 16, 12, 4), options=options, **values)


def plain(kind: str, options: str = "", **values: Any) -> Make:
    return lambda file, x: file.operator(kind, [x], (1, 8, 6, 4), options=options, **values)
