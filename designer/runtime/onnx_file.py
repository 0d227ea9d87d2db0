"""A design as an ONNX file, written from the layers' calls, checked, and run against the PyTorch module.

Nodes, values and weights have the canvas' names; every edge has a shape; the file says which design it is. What does
not check, or does not compute what the module computes, is not left behind.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper

from designer.analysis.snapshot import Analysis, analyse
from designer.errors import ExportError
from designer.graph.design import Design
from designer.graph.layer import Quad
from designer.graph.tensor import TensorSpec
from designer.runtime.latency import Progress, random_inputs
from designer.runtime.memory import weight_bytes
from designer.runtime.module import CompiledModule, compile_analysis
from designer.runtime.onnx_operators import (
    HIGHEST_OPSET,
    LOWEST_OPSET,
    TAKES_PADS_IN,
    GraphBuilder,
    OperatorCall,
    Shape,
    write,
)
from designer.runtime.program import Instruction, Program, Value, program_of
from designer.runtime.rounds import Cancelled
from designer.wording import memory as in_bytes

DEFAULT_OPSET = 17
TOLERANCE = 1e-3
"""Largest difference from the PyTorch module that passes, as a share of the largest output."""

_PROTOBUF_LIMIT = 2**31 - 2**20
_PROJECT = "bottleneck-designer"
_FREE_BATCH = "batch"


@dataclass(frozen=True)
class ExportReport:
    """A file that was written, checked and run.

    Attributes:
        path: Where it is.
        digest: Of the design it holds.
        opset: Its operator set.
        nodes: ONNX nodes in it.
        file_bytes: Its size.
        max_abs_difference: Largest absolute difference between an output in ONNX Runtime and the PyTorch module's.
        max_abs_output: Largest absolute value of the module's outputs, to judge the difference by.
        tolerance: What the difference would have been refused at.
        runtime: What it was run in.
        seconds: How long it all took.
    """

    path: str
    digest: str
    opset: int
    nodes: int
    file_bytes: int
    max_abs_difference: float
    max_abs_output: float
    tolerance: float
    runtime: str
    seconds: float

    def as_data(self) -> dict[str, Any]:
        """The report as JSON data, as ``export --json`` prints it and the worker sends it."""
        return asdict(self)


def _tell_nobody(share: float, text: str) -> None:
    """Progress that nobody reads."""


def export_onnx(
    design: Design,
    path: str | os.PathLike[str],
    *,
    module: CompiledModule | None = None,
    opset: int = DEFAULT_OPSET,
    batch: int | None = None,
    seed: int = 0,
    progress: Progress = _tell_nobody,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ExportReport:
    """Write a design as ONNX, check the file, run it, and compare it with the PyTorch module.

    Args:
        design: What to write.
        path: Where; an old file stays until the new one has proved right.
        module: The module whose weights to write; a fresh one by default. Its mode is left as it is.
        opset: ONNX operator set, 11 to 21; 13 is what old devices read.
        batch: The batch size to fix, or None to leave it free.
        seed: For the fresh weights and the random pictures of the comparison.
        progress: Called between steps with the share done (0 to 1) and a text.
        is_cancelled: Asked between steps.

    Raises:
        InvalidDesign: The design has problems.
        NotEnoughMemory: It would not fit; nothing was allocated.
        ExportError: The file cannot be written, does not check, does not run, or computes something else.
        Cancelled: ``is_cancelled`` said so.
    """
    begin = time.perf_counter()

    def step(share: float, text: str) -> None:
        if is_cancelled():
            raise Cancelled
        progress(share, text)

    target = Path(path)
    _check_options(target, opset, batch)
    analysis = analyse(design, batch=batch or 1)
    program = program_of(analysis)
    _refuse_too_large(analysis)
    step(0.0, "compiling")
    compiled = module or compile_analysis(analysis, seed=seed, device=torch.device("cpu"))
    if compiled.digest != analysis.digest:
        raise ExportError(f"{target}: the module was made from another design; compile this one and export that module")
    step(0.2, "writing")
    model = build_model(analysis, program, compiled, opset, free_batch=batch is None)
    with _replacing(target) as draft:
        draft.write_bytes(model.SerializeToString())
        step(0.4, "checking")
        _check(draft, target)
        step(0.6, "running in ONNX Runtime")
        shapes = [program.specs[value].shape for value in program.whole.inputs]
        difference, largest = _compare(draft, target, compiled, random_inputs(shapes, torch.device("cpu"), seed))
        step(0.95, "comparing")
        tolerance = TOLERANCE * (largest or 1.0)
        if not difference <= tolerance:  # said so that not-a-number is refused too
            raise ExportError(
                f"{target}: the file computes something else than the PyTorch module: outputs differ by "
                f"{difference:.3g}, and {tolerance:.3g} is allowed at outputs up to {largest:.3g}; nothing was left"
            )
        size = draft.stat().st_size
    return ExportReport(
        str(target),
        analysis.digest,
        opset,
        len(model.graph.node),
        size,
        difference,
        largest,
        tolerance,
        f"ONNX Runtime {onnxruntime.__version__}",
        time.perf_counter() - begin,
    )


def _check_options(target: Path, opset: int, batch: int | None) -> None:
    if isinstance(opset, bool) or not isinstance(opset, int) or not LOWEST_OPSET <= opset <= HIGHEST_OPSET:
        raise ExportError(f"{target}: operator set {opset!r} is not written; choose {LOWEST_OPSET} to {HIGHEST_OPSET}")
    if batch is not None and (isinstance(batch, bool) or not isinstance(batch, int) or batch < 1):
        raise ExportError(f"{target}: {batch!r} is no batch; it takes a whole number from 1, or nothing to be free")
    if not target.parent.is_dir():
        raise ExportError(f"{target}: the folder {target.parent} is not there; make it, or choose another")
    if target.is_dir():
        raise ExportError(f"{target}: this is a folder; give the name of a file in it")


def _refuse_too_large(analysis: Analysis) -> None:
    if (size := weight_bytes(analysis)) > _PROTOBUF_LIMIT:
        raise ExportError(
            f"'{analysis.design.name}' has {in_bytes(size)} of weights, and one ONNX file holds at most "
            f"{in_bytes(_PROTOBUF_LIMIT)}; fewer channels would fit"
        )


# Writing ------------------------------------------------------------------------------------------


def build_model(
    analysis: Analysis, program: Program, module: CompiledModule, opset: int, *, free_batch: bool
) -> onnx.ModelProto:
    """The ONNX model of a program with a module's weights.

    Raises:
        ExportError: A call has no operator in ONNX.
    """
    weights = {name: _array(tensor) for name, tensor in module.state_dict().items()}
    builder = GraphBuilder(opset, weights)
    names = _value_names(program)
    specs = dict(program.specs)

    def shape(spec: TensorSpec) -> Shape:
        return (_FREE_BATCH, *spec.shape[1:]) if free_batch else spec.shape

    for instruction, pads in _with_pads_taken_in(program):
        if instruction.target not in specs:
            specs[instruction.target] = _step_spec(instruction, specs[instruction.sources[0]])
        call = OperatorCall(
            ".".join(instruction.path),
            "" if instruction.gives_output else instruction.call.result,
            dict(instruction.call.arguments),
            tuple(names[value] for value in instruction.sources),
            names[instruction.target],
            shape(specs[instruction.target]),
            instruction.layer.card_title(),
            pads,
        )
        write(builder, instruction.call.target, call)
    ends = {path[0]: value for path, value in zip(program.output_paths, program.whole.outputs, strict=True)}
    for name, value in ends.items():
        if names[value] != name:  # an input, or what another Output gives already
            builder.nodes.append(helper.make_node("Identity", [names[value]], [name], name=name))
    entering = [_info(names[value], shape(program.specs[value])) for value in program.whole.inputs]
    leaving = [_info(name, shape(program.specs[value])) for name, value in ends.items()]
    between = [_info(name, found) for name, found in builder.shapes.items() if name not in ends]
    graph = helper.make_graph(
        builder.nodes,
        analysis.design.name or "design",
        entering,
        leaving,
        initializer=list(builder.initializers.values()),
        value_info=between,
    )
    return _signed(graph, analysis, opset)


def _signed(graph: onnx.GraphProto, analysis: Analysis, opset: int) -> onnx.ModelProto:
    """The model around a graph, with what says where it is from."""
    version = _own_version()
    opsets = [helper.make_opsetid("", opset)]
    model = helper.make_model(
        graph,
        opset_imports=opsets,
        ir_version=helper.find_min_ir_version_for(opsets),
        producer_name=_PROJECT,
        producer_version=version,
    )
    totals = analysis.totals
    helper.set_model_props(
        model,
        {
            "design": analysis.design.name,
            "digest": analysis.digest,
            "parameters": str(totals.parameters),
            "macs": str(totals.macs),
            "tool": f"{_PROJECT} {version}",
        },
    )
    return model


def _own_version() -> str:
    try:
        return metadata.version(_PROJECT)
    except metadata.PackageNotFoundError:  # run from its source folder
        return "unreleased"


def _array(tensor: torch.Tensor) -> NDArray[Any]:
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def _info(name: str, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def _value_names(program: Program) -> dict[Value, str]:
    """The canvas' names of tensors: an Input's or Output's own name, else the node's with ``.out``."""
    names = {value: str(path[0]) for value, path in zip(program.whole.inputs, program.input_paths, strict=True)}
    for value, path in zip(program.whole.outputs, program.output_paths, strict=True):
        names.setdefault(value, str(path[0]))
    for instruction in program.instructions:
        steps = () if instruction.gives_output else (instruction.call.result,)
        names.setdefault(instruction.target, ".".join((*instruction.path, *steps, "out")))
    return names


def _step_spec(instruction: Instruction, source: TensorSpec) -> TensorSpec:
    """Shape of a tensor within a node: a padded input is larger, all else has the shape of what it is made from."""
    pads = dict(instruction.call.arguments).get("pad")
    if pads is None:
        return source
    left, right, top, bottom = pads
    return source.with_sides(source.height + top + bottom, source.width + left + right)


def _with_pads_taken_in(program: Program) -> Iterator[tuple[Instruction, Quad]]:
    """The instructions, each padding taken into the operator after it where that pads with the same value itself."""
    pending: Instruction | None = None
    for instruction in program.instructions:
        pads: Quad = (0, 0, 0, 0)
        if pending is not None:
            if instruction.sources == (pending.target,) and _takes_in(instruction, pending):
                left, right, top, bottom = dict(pending.call.arguments)["pad"]
                pads = (top, bottom, left, right)
                instruction = replace(instruction, sources=pending.sources)
            else:
                yield pending, pads
            pending = None
        if not instruction.gives_output and instruction.call.target == "torch.nn.functional.pad":
            pending = instruction  # what a node pads within itself, the node's next call alone reads
        else:
            yield instruction, pads


def _takes_in(instruction: Instruction, pad: Instruction) -> bool:
    value = float(dict(pad.call.arguments).get("value", 0.0))
    return TAKES_PADS_IN.get(instruction.call.target) == value


# Proving ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A new file beside the target that takes its place at the end, or is gone after any failure."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(number)
    except OSError as error:
        raise ExportError(f"{target}: it cannot be written: {error.strerror}; choose another folder") from error
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        mode = target.stat().st_mode if target.exists() else 0o666 & ~_umask()
        draft.chmod(mode)
        draft.replace(target)
    except OSError as error:
        raise ExportError(f"{target}: it cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _check(draft: Path, target: Path) -> None:
    try:
        onnx.checker.check_model(str(draft), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ExportError(f"{target}: the file does not pass ONNX's checker: {error}") from error


def _compare(draft: Path, target: Path, module: CompiledModule, inputs: Sequence[torch.Tensor]) -> tuple[float, float]:
    """Largest absolute difference between the file's outputs and the module's, and the module's largest output."""
    expected = _run_module(module, inputs)
    try:
        outputs = run_file(draft, [_array(tensor) for tensor in inputs])
    except Exception as error:  # its exceptions share no base but this
        raise ExportError(f"{target}: ONNX Runtime does not run the file: {error}") from error
    difference = max(float(numpy.abs(ours - theirs).max()) for ours, theirs in zip(expected, outputs, strict=True))
    return difference, max(float(numpy.abs(ours).max()) for ours in expected)


def _run_module(module: CompiledModule, inputs: Sequence[torch.Tensor]) -> list[NDArray[Any]]:
    modes = [(part, part.training) for part in module.modules()]
    device = next(iter(module.state_dict().values()), torch.empty(0)).device
    try:
        with torch.inference_mode():
            result = module.eval()(*[tensor.to(device) for tensor in inputs])
    finally:
        for part, was_training in modes:
            part.training = was_training
    return [_array(tensor) for tensor in (result if isinstance(result, tuple) else (result,))]


def run_file(path: Path, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Run an ONNX file once in ONNX Runtime on the CPU; inputs in the graph's order, N×C×H×W each."""
    options = onnxruntime.SessionOptions()
    # Threads that spin after a run would slow whatever is measured in this process next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]
    outputs: list[NDArray[Any]] = session.run(None, dict(zip(names, inputs, strict=True)))
    return outputs
