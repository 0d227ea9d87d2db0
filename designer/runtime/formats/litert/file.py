"""LiteRT's .tflite, written from the layers' operations with channels last, norms folded and activations taken in.

No converter is needed: the runtime's package has the schema, and the program says the rest. Input and output are
N×H×W×C; names are the canvas'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from designer.analysis.program import Instruction, Program, Value
from designer.analysis.program_folding import fused_clips
from designer.errors import ExportError
from designer.export.names import names_in_files, state_key
from designer.export.options import ForPhones, Precision
from designer.graph.design import NodePath
from designer.graph.operations import Operation, Relu, Relu6
from designer.graph.tensor import TensorSpec
from designer.runtime.compile.folding import fold
from designer.runtime.compile.half_range import require_half_range
from designer.runtime.formats.litert.operators import LITERT
from designer.runtime.formats.litert.writing import LiteBuilder, LiteCall, laid
from designer.runtime.formats.mobile import folded_onnx, proved, work_folder
from designer.runtime.formats.onnx_graph import array_of, own_version
from designer.runtime.formats.verification import Arrays, Proof, Steps, Verification

_CLIP_WORDS: Mapping[type[Operation], str] = {Relu: "relu", Relu6: "relu6"}
_SCHEMA_VERSION = 3
_IDENTIFIER = b"TFL3"
SIGNATURE = "serving_default"
"""The key of the one signature of a file."""


def write_litert(verification: Verification, draft: Path, options: ForPhones, steps: Steps) -> Proof:
    """Write, load and prove."""
    steps(0.0, "writing ONNX to time against")
    onnx_file = folded_onnx(verification, work_folder(draft), options)
    steps(0.2, "writing")
    draft.write_bytes(flat_buffer(verification, options.precision is Precision.FLOAT16))
    steps(0.5, "loading")
    runtime = f"LiteRT {version('ai-edge-litert')}"
    try:
        interpreter = Interpreter(str(draft), num_threads=options.threads)
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise ExportError(f"{runtime} does not load the file: {error}; nothing was left") from error
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()

    def run(arrays: Sequence[NDArray[Any]]) -> Arrays:
        for entry, array in zip(inputs, arrays, strict=True):
            interpreter.set_tensor(entry["index"], numpy.ascontiguousarray(array.transpose(0, 2, 3, 1)))
        interpreter.invoke()
        found = [interpreter.get_tensor(entry["index"]) for entry in outputs]
        return channels_first(found, verification.analysis.given_out() or ())

    return proved(verification, draft, [], options, steps, onnx_file, runtime, run)


def channels_first(arrays: Sequence[NDArray[Any]], specs: Sequence[TensorSpec]) -> list[NDArray[Any]]:
    """What a file gives out, as the design's own tensors: maps N×C×H×W, all others as they are."""
    pairs = zip(arrays, specs, strict=True)
    return [array.transpose(0, 3, 1, 2) if spec.is_map else array for array, spec in pairs]


def flat_buffer(verification: Verification, half: bool = False, *, to_quantise: bool = False) -> bytes:
    """The content of a .tflite file.

    Args:
        verification: The design.
        half: Whether weights are kept as float16.
        to_quantise: Whether operators that have no form in eight bits are written as such that have one.

    Raises:
        ExportError: LiteRT has nothing for an operation, or the design gives out what enters.
    """
    folded = fold(verification.program, verification.weights)
    if half:
        require_half_range(folded.weights)
    weights = {key: array_of(each) for key, each in folded.weights.items()}
    graph = _Graph(folded.program, LiteBuilder(weights, half, to_quantise), verification)
    model = schema.ModelT()
    model.version = _SCHEMA_VERSION
    totals = verification.analysis.totals
    model.description = (
        f"{verification.analysis.design.name}, bottleneck-designer {own_version()}, "
        f"design {verification.analysis.digest}, "
        f"{totals.parameters} parameters, {totals.macs // verification.analysis.batch} MACs a sample"
    )
    builder = graph.builder
    model.subgraphs, model.buffers = [graph.subgraph()], builder.buffers
    model.operatorCodes = [_code(code) for code in builder.codes]
    model.signatureDefs = [graph.signature()]
    return packed(model)


def packed(model: Any) -> bytes:
    """The tables of a file as its content."""
    buffer = flatbuffers.Builder(1024)
    buffer.Finish(model.Pack(buffer), file_identifier=_IDENTIFIER)
    return bytes(buffer.Output())


def _code(code: int) -> Any:
    made = schema.OperatorCodeT()
    made.builtinCode, made.deprecatedBuiltinCode, made.version = code, min(code, 127), 1
    return made


class _Graph:
    """One program as a LiteRT subgraph."""

    def __init__(self, program: Program, builder: LiteBuilder, verification: Verification) -> None:
        self.builder = builder
        self._program = program
        self._names, _ = names_in_files(verification.analysis)
        self._specs = program.specs
        self._tensors: dict[Value, int] = {}
        for value, path in zip(program.whole.inputs, program.input_paths, strict=True):
            self._tensors[value] = self.builder.tensor(self._name(path), laid(self._specs[value]))
        self._write_all()

    def _name(self, path: NodePath) -> str:
        return self._names.get(path) or ".".join(path)

    def _write_all(self) -> None:
        instructions, clipped = self._program.instructions, fused_clips(self._program)
        place = 0
        while place < len(instructions):
            instruction, following = instructions[place], instructions[place + 1 : place + 2]
            is_clipped = place in clipped
            clip = _CLIP_WORDS[type(following[0].step.operation)] if is_clipped else ""
            targets = following[0].targets if is_clipped else instruction.targets
            self._tensors |= zip(targets, self._write(instruction, clip), strict=True)
            place += 1 + is_clipped

    def _write(self, instruction: Instruction, clip: str) -> tuple[int, ...]:
        step, sources = instruction.step, instruction.sources
        writer = LITERT.find(step.operation)
        if writer is None:
            raise ExportError(f"{self._name(instruction.path)}: {LITERT.refusal(step.operation)}")
        name = self._name(instruction.path)
        lite = LiteCall(
            name,
            state_key(instruction.path),
            tuple(self._tensors[value] for value in sources),
            tuple(self._specs[value] for value in sources),
            tuple(".".join(filter(None, (name, word, "out"))) for word in instruction.words),
            tuple(self._specs[value] for value in instruction.targets),
            clip,
        )
        made = writer(self.builder, lite, step.operation)
        return (made,) if isinstance(made, int) else made

    def _ends(self) -> list[tuple[str, int]]:
        paths, values = self._program.output_paths, self._program.whole.outputs
        return [(self._name(path), self._tensors[value]) for path, value in zip(paths, values, strict=True)]

    def _begins(self) -> list[tuple[str, int]]:
        paths, values = self._program.input_paths, self._program.whole.inputs
        return [(self._name(path), self._tensors[value]) for path, value in zip(paths, values, strict=True)]

    def subgraph(self) -> Any:
        """Tensors and operators, with what enters and leaves."""
        made = schema.SubGraphT()
        made.tensors, made.operators = self.builder.tensors, self.builder.operators
        made.inputs = numpy.array([tensor for _, tensor in self._begins()], numpy.int32)
        made.outputs = numpy.array([tensor for _, tensor in self._ends()], numpy.int32)
        if set(made.inputs) & set(made.outputs):
            raise ExportError("LiteRT cannot give out what enters unchanged; put a layer between Input and Output")
        made.name = "main"
        return made

    def signature(self) -> Any:
        """Names by which programs find inputs and outputs."""
        made = schema.SignatureDefT()
        made.signatureKey, made.subgraphIndex = SIGNATURE, 0
        made.inputs, made.outputs = ([_named(*each) for each in ends] for ends in (self._begins(), self._ends()))
        return made


def _named(name: str, tensor: int) -> Any:
    made = schema.TensorMapT()
    made.name, made.tensorIndex = name, tensor
    return made
