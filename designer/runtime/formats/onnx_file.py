"""A design as an ONNX file, written from the layers' calls, checked, and run against the PyTorch module.

Nodes have the canvas' names, weights the state dict's; every edge has a shape; the file says which design it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import onnx

from designer.analysis.program import Program, program_of
from designer.errors import ExportError
from designer.export.names import names_in_files
from designer.export.open_size import fixed_size_reason, other_sizes
from designer.export.options import OnnxOptions, Precision
from designer.export.result import Check, Comparison, ExportResult, Renamed
from designer.graph.design import Design
from designer.runtime.compile.folding import fold
from designer.runtime.compile.kept import NotRun
from designer.runtime.compile.module import CompiledModule
from designer.runtime.formats.export import export_design
from designer.runtime.formats.onnx_graph import BuiltGraph, GraphPlan, array_of, build_graph
from designer.runtime.formats.onnx_session import RUNTIME, run_session, session_of
from designer.runtime.formats.verification import (
    HALF_TOLERANCE,
    TOLERANCE,
    Proof,
    Steps,
    Verification,
    compared,
    module_outputs,
)
from designer.timing.rounds import Progress

_FREE_BATCHES = (1, 2, 3)
_GROWN = (32, 64)
_RUN_BYTES = 2**29
"""A batch whose activations would be larger than this is left out of the proof, which shall not need more memory than
the design."""


def export_onnx(
    design: Design,
    path: str | os.PathLike[str],
    *,
    module: CompiledModule | None = None,
    batch: int | None = None,
    seed: int = 0,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    **options: Any,
) -> ExportResult:
    """Write a design as ONNX, check the file, run it, and compare it with the PyTorch module.

    Args:
        design: What to write.
        path: Where; an old file stays until the new one has proved right.
        module: The module whose weights to write; a fresh one by default. Its mode is left as it is.
        batch: The batch size to fix, or None to leave it open.
        seed: For the fresh weights and the random pictures of the comparison.
        progress: Called between steps with the share done (0 to 1) and a text.
        is_cancelled: Asked between steps.
        **options: As ``OnnxOptions`` declares them: ``opset``, ``fold_batch_norm``, ``dynamic_size`` …

    Raises:
        InvalidDesign: The design has problems.
        NotEnoughMemory: It would not fit; nothing was allocated.
        ParameterError: There is no such option, or its value does not suit it.
        ExportError: The file cannot be written, does not check, does not run, or computes something else.
        Cancelled: ``is_cancelled`` said so.
    """
    if batch is not None:
        options |= {"dynamic_batch": False, "batch": batch}
    return export_design(
        design,
        path,
        "onnx",
        OnnxOptions.from_data(options),
        module=module,
        seed=seed,
        progress=progress,
        is_cancelled=is_cancelled,
    )


def write_onnx(verification: Verification, draft: Path, options: OnnxOptions, steps: Steps) -> Proof:
    """Write a float ONNX file into the folder of the draft and prove it."""
    steps(0.0, "writing")
    built, renamed = onnx_graph_of(verification, options)
    files = store(built, draft, options.external_over_mb * 10**6)
    steps(0.3, "checking")
    checks = [check_file(draft)]
    steps(0.4, "running in ONNX Runtime")
    comparisons = _proved_by_running(verification, draft, options, steps)
    graph = built.model.graph
    facts: dict[str, int | float | str] = {
        "opset": options.opset,
        "nodes": len(graph.node),
        "shapes written": len(graph.value_info) + len(graph.output),
        "batch norms": sum(node.op_type == "BatchNormalization" for node in graph.node),
        "precision": options.precision.value,
    }
    return Proof(tuple(files), tuple(checks), RUNTIME, comparisons, facts, renamed)


def onnx_graph_of(
    verification: Verification, options: OnnxOptions, *, pads_before_pools: bool = False
) -> tuple[BuiltGraph, tuple[Renamed, ...]]:
    """The graph that the options ask for, and the names in it that differ from the canvas.

    Args:
        verification: The design.
        options: What was chosen.
        pads_before_pools: Whether uneven padding of a max pool is an operator of its own, as pnnx needs it.

    Raises:
        ExportError: Height and width cannot be left open, or a call has no operator in ONNX.
    """
    analysis, program, weights = verification.analysis, verification.program, verification.weights
    others: tuple[Program, ...] = ()
    if options.dynamic_size:
        if reason := fixed_size_reason(analysis):
            raise ExportError(f"height and width cannot be left open: {reason}; a fixed size can be exported")
        others = tuple(map(program_of, other_sizes(analysis)))
    if options.fold_batch_norm:
        folded = fold(program, weights)
        program, weights = folded.program, folded.weights
        others = tuple(fold(other, verification.weights).program for other in others)
    names, renamed = names_in_files(analysis)
    plan = GraphPlan(
        options.opset,
        options.dynamic_batch,
        options.precision is Precision.FLOAT16,
        names,
        others,
        {"design_file": verification.design_text},
        pads_before_pools,
    )
    return build_graph(analysis, program, weights, plan), renamed


def store(built: BuiltGraph, draft: Path, over_bytes: int) -> list[str]:
    """Write a model, its weights in a second file where they are larger than so many bytes; gives the files' names."""
    if built.weight_bytes <= over_bytes:
        draft.write_bytes(built.with_weights_inside().SerializeToString())
        return [draft.name]
    beside = f"{draft.name}.data"
    model, content = built.with_weights_beside(beside)
    with draft.with_name(beside).open("wb") as stream:
        for block in content:
            stream.write(block)
    draft.write_bytes(model.SerializeToString())
    return [draft.name, beside]


def check_file(draft: Path) -> Check:
    """Have ONNX's checker look at all of a file, and infer every shape strictly.

    Raises:
        ExportError: It does not pass.
    """
    try:
        onnx.checker.check_model(str(draft), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ExportError(f"the file does not pass ONNX's checker: {error}; nothing was left") from error
    return Check(f"onnx.checker {onnx.__version__}, full", "valid, and every shape is the one that ONNX infers")


def _proved_by_running(
    verification: Verification, draft: Path, options: OnnxOptions, steps: Steps
) -> tuple[Comparison, ...]:
    tolerance = HALF_TOLERANCE if options.precision is Precision.FLOAT16 else TOLERANCE
    try:
        session = session_of(draft, optimised=verification.can_be_optimised)
    except Exception as error:  # its exceptions share no base but this
        raise ExportError(f"ONNX Runtime does not load the file: {error}; nothing was left") from error
    cases = [(batch, (0, 0)) for batch in _batches(verification, options)]
    cases += [(1 if options.dynamic_batch else options.batch, _GROWN)] if options.dynamic_size else []
    found: list[Comparison] = []
    for index, (batch, grown) in enumerate(cases):
        steps(0.5 + 0.5 * index / len(cases), f"comparing with PyTorch, batch {batch}")
        inputs = verification.inputs(batch, grown)
        try:
            expected = module_outputs(verification.module, inputs)
        except NotRun as error:
            if found:  # an opaque operator may hold fast to the batch it came with
                break
            raise ExportError(f"{error}, so the file cannot be proved; nothing was left") from error
        try:
            outputs = run_session(session, [array_of(tensor) for tensor in inputs])
        except Exception as error:
            raise ExportError(f"ONNX Runtime does not run the file: {error}; nothing was left") from error
        found.append(compared(expected, outputs, inputs, f"random, seed {verification.seed}", tolerance))
    return tuple(found)


def _batches(verification: Verification, options: OnnxOptions) -> Sequence[int]:
    if not options.dynamic_batch:
        return (options.batch,)
    analysis = verification.analysis
    a_picture = analysis.totals.peak_activation_bytes / analysis.batch
    return [batch for batch in _FREE_BATCHES if batch == 1 or batch * a_picture <= _RUN_BYTES]
