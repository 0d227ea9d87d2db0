"""A LiteRT file of floats put into eight bits, and its tables laid out so that every reader sees the same.

The engine is ai-edge-quantizer. Two things are done around it. Tensors that meet in one scale, as at a concatenation,
are given one range before: otherwise an operator that rescales would stand before each, where values alone decide. And
constants that it keeps behind the tables go back into them: TensorFlow Lite for Microcontrollers looks for them there
alone, and computes with something else, without a word, where they are not.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

import numpy
from ai_edge_litert import schema_py_generated as schema
from ai_edge_quantizer import quantizer, recipe
from numpy.typing import NDArray

from designer.errors import ExportError
from designer.runtime.formats.litert.file import SIGNATURE, packed
from designer.runtime.formats.verification import Steps
from designer.targets.lite_operators import FIXES_SCALE, JOINS_SCALES, KEEPS_SCALE

Array = NDArray[Any]

_CODE_NAMES: Mapping[int, str] = {
    value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")
}
_IN_FLOATS = (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16)


class _Range(NamedTuple):
    """The least and the largest of what a tensor held."""

    low: float
    high: float


def quantised(content: bytes, samples: Sequence[Sequence[Array]], remark: str, steps: Steps) -> bytes:
    """A file of floats in eight bits: weights with a scale a channel, activations from the ranges seen.

    Args:
        content: The file, its operators such as have a form in eight bits.
        samples: Inputs to take ranges from, N×H×W×C each.
        remark: What the file shall say of how it was made.
        steps: Progress, and where it can be cancelled.

    Raises:
        ExportError: An operator stays in floats, or the engine fails; the text names what.
    """
    model = model_of(content)
    names = [_text(entry.name) for entry in model.signatureDefs[0].inputs]
    inputs = _Fed(names, samples, steps)
    with _in_silence():
        engine = quantizer.Quantizer(content, recipe.static_wi8_ai8())
        found = engine.calibrate({SIGNATURE: inputs}, num_threads=1)
    _unify(found, model)
    try:
        with _in_silence():
            made = model_of(bytes(engine.quantize(found).quantized_model))
    except (ValueError, RuntimeError, KeyError, IndexError) as error:
        raise ExportError(f"ai-edge-quantizer cannot put it into eight bits: {error}; nothing was left") from error
    _refuse_floats(made)
    _in_order(made)
    made.description = f"{_text(model.description)}; {remark}"
    return packed(made)


class _Fed:
    """Samples by the names of the inputs; the engine goes through them twice, at first to count them.

    Progress is told outside the silence that is kept around the engine.
    """

    def __init__(self, names: Sequence[str], samples: Sequence[Sequence[Array]], steps: Steps) -> None:
        self._names, self._samples, self._steps = names, samples, steps
        self._out, self._err = sys.stdout, sys.stderr
        self._given = 0

    def __iter__(self) -> Iterator[dict[str, Array]]:
        for index, sample in enumerate(self._samples):
            number = len(self._samples)
            with redirect_stdout(self._out), redirect_stderr(self._err):
                self._steps(self._given / (2 * number), f"calibrating, sample {index + 1} of {number}")
            self._given += 1
            yield dict(zip(self._names, sample, strict=True))


@contextmanager
def _in_silence() -> Iterator[None]:
    """The engine prints sizes, times and bars to standard output, which may be a record that a program reads."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def model_of(content: bytes) -> Any:
    """The tables of a file, with the constants that lie behind them taken in."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    for buffer in model.buffers:
        if buffer.offset > 1:  # one says that there is none
            held = content[buffer.offset : buffer.offset + buffer.size]
            buffer.data = numpy.frombuffer(held, numpy.uint8)
        buffer.offset = buffer.size = 0
    return model


def code_of(model: Any, operator: Any) -> str:
    """LiteRT's name of what an operator does."""
    return _CODE_NAMES[model.operatorCodes[operator.opcodeIndex].builtinCode]


def is_constant(model: Any, tensor: Any) -> bool:
    """Whether a tensor's content is in the file."""
    data = model.buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name or "")


def _unify(found: dict[str, Any], model: Any) -> None:
    """Give tensors that have to be in one scale one range: the least that holds all of theirs."""
    graph = model.subgraphs[0]
    names = [_text(tensor.name) for tensor in graph.tensors]
    for group in _groups(model):
        ranges = [_finite(found[names[tensor]]) for tensor in group if names[tensor] in found]
        held = [each for each in ranges if each is not None]
        if not held:
            continue
        low, high = min(each.low for each in held), max(each.high for each in held)
        for tensor in group:
            entry = found.get(names[tensor])
            if entry is not None:
                entry["min"], entry["max"] = numpy.full_like(entry["min"], low), numpy.full_like(entry["max"], high)


def _finite(entry: Mapping[str, Any]) -> _Range | None:
    """A range; None where it was padded with what is less than every number, which says nothing of it."""
    low, high = float(numpy.min(entry["min"])), float(numpy.max(entry["max"]))
    return _Range(low, high) if numpy.isfinite(low) and numpy.isfinite(high) else None


def _groups(model: Any) -> list[list[int]]:
    """Tensors that have to be in one scale, but those whose scale an operator fixes."""
    graph = model.subgraphs[0]
    group = list(range(len(graph.tensors)))
    fixed: set[int] = set()
    for operator in graph.operators:
        code, made = code_of(model, operator), [int(each) for each in operator.outputs]
        taken = [int(each) for each in operator.inputs if not is_constant(model, graph.tensors[each])]
        if code in FIXES_SCALE or (code in KEEPS_SCALE and taken[0] in fixed):
            fixed |= set(made)
        elif code in KEEPS_SCALE or code in JOINS_SCALES:
            joined = [each for each in (*taken, *made) if each not in fixed]
            roots = {group[each] for each in joined}
            group = [min(roots) if root in roots else root for root in group]
    return [[each for each, found in enumerate(group) if found == root] for root in sorted(set(group))]


def _refuse_floats(model: Any) -> None:
    """Raise where an operator computes in floats: then the file is no file in eight bits."""
    graph = model.subgraphs[0]
    for operator in graph.operators:
        code = code_of(model, operator)
        if code != "DEQUANTIZE" and any(graph.tensors[each].type in _IN_FLOATS for each in operator.outputs):
            name = _text(graph.tensors[operator.outputs[0]].name)
            raise ExportError(f"{name}: LiteRT's {code} stays in floats; nothing was left")


def _in_order(model: Any) -> None:
    """Lay tensors out as operators make them, and each rescaling operator before the one that wants it.

    Planners that go by a tensor's place in the file then see the same whatever the engine did first. An operator that
    rescales to the same scale goes: the engine writes one where a tensor changed its number of dimensions.
    """
    graph = model.subgraphs[0]
    rescaling = {int(each.outputs[0]): each for each in graph.operators if code_of(model, each) == "QUANTIZE"}
    same = {
        output: int(each.inputs[0])
        for output, each in rescaling.items()
        if _scale_of(graph.tensors[each.inputs[0]]) == _scale_of(graph.tensors[output])
    }
    operators: list[Any] = []
    placed: set[int] = set()
    for operator in graph.operators:
        if int(operator.outputs[0]) in rescaling:
            continue
        operator.inputs = numpy.array([same.get(int(each), int(each)) for each in operator.inputs], numpy.int32)
        wanted = dict.fromkeys(int(each) for each in operator.inputs if int(each) in rescaling)
        operators += [rescaling[each] for each in wanted if each not in placed]
        placed |= set(wanted)
        operators.append(operator)
    graph.operators = operators
    made = [int(each) for operator in graph.operators for each in operator.outputs]
    taken = [int(each) for operator in graph.operators for each in operator.inputs if each >= 0]
    order = list(dict.fromkeys([*map(int, graph.inputs), *made, *taken]))
    number = {tensor: place for place, tensor in enumerate(order)}
    graph.tensors = [graph.tensors[each] for each in order]
    graph.inputs, graph.outputs = _renumbered(graph.inputs, number), _renumbered(graph.outputs, number)
    for operator in graph.operators:
        operator.inputs, operator.outputs = (_renumbered(each, number) for each in (operator.inputs, operator.outputs))
    for signature in model.signatureDefs:
        for entry in (*signature.inputs, *signature.outputs):
            entry.tensorIndex = number[entry.tensorIndex]


def _scale_of(tensor: Any) -> tuple[float, int]:
    """The scale and the zero point of a tensor that has one of each."""
    held = tensor.quantization
    return float(held.scale[0]), int(held.zeroPoint[0])


def _renumbered(tensors: Iterable[int], number: Mapping[int, int]) -> NDArray[numpy.int32]:
    return numpy.array([number.get(int(each), -1) for each in tensors], numpy.int32)  # −1: an input left out
