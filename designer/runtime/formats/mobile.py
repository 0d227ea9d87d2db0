"""What files for phones' runtimes share: run beside the module, timed in turns with ONNX Runtime, said the same way.

Each runtime has a module of its own, which alone imports it; what is here knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from designer.errors import ExportError
from designer.export.formats import MOST_IN_ONE_FILE
from designer.export.options import ForPhones, OnnxOptions, Precision
from designer.export.result import Check, Comparison
from designer.runtime.compile.folding import fold
from designer.runtime.compile.half_range import require_half_range
from designer.runtime.formats.onnx_file import onnx_graph_of, store
from designer.runtime.formats.onnx_graph import array_of
from designer.runtime.formats.onnx_session import RUNTIME, run_session, session_of, timed_in_turns
from designer.runtime.formats.verification import (
    HALF_TOLERANCE,
    TOLERANCE,
    Arrays,
    Proof,
    Steps,
    Verification,
    compared,
    module_outputs,
)

Runner = Callable[[Sequence[NDArray[Any]]], Arrays]
"""Runs a loaded file once: N×C×H×W arrays in, N×C×H×W or N×F out."""


def work_folder(draft: Path) -> Path:
    """A folder beside the draft for files on the way."""
    work = draft.with_name(".converting")
    work.mkdir()
    return work


def folded_onnx(
    verification: Verification, folder: Path, options: ForPhones, *, pads_before_pools: bool = False
) -> Path:
    """The design as an ONNX file with norms folded and the batch fixed, to convert from and to time against.

    Raises:
        ExportError: Its weights are too large for float16, where that was chosen.
    """
    if options.precision is Precision.FLOAT16:
        require_half_range(fold(verification.program, verification.weights).weights)
    built, _ = onnx_graph_of(
        verification,
        OnnxOptions(dynamic_batch=False, batch=options.batch, fold_batch_norm=True, opset=13),
        pads_before_pools=pads_before_pools,
    )
    path = folder / "float32.onnx"
    store(built, path, MOST_IN_ONE_FILE)
    return path


def proved(
    verification: Verification,
    draft: Path,
    beside: Sequence[str],
    options: ForPhones,
    steps: Steps,
    onnx_file: Path,
    runtime: str,
    run: Runner,
    checks: Sequence[Check] = (),
    warnings: Sequence[str] = (),
) -> Proof:
    """Compare a loaded file with the module and time it in turns with ONNX Runtime.

    Args:
        verification: The design.
        draft: The named file.
        beside: Names of the other files.
        options: What was chosen.
        steps: Progress.
        onnx_file: The same in ONNX.
        runtime: Name and version of what runs the file.
        run: Runs it.
        checks: What was checked before.
        warnings: What a person should know.

    Raises:
        ExportError: It computes something else than the module.
    """
    steps(0.7, "comparing with PyTorch")
    inputs = verification.inputs(options.batch)
    arrays = [array_of(tensor) for tensor in inputs]
    comparison = _compared(verification, inputs, arrays, options, runtime, run)
    steps(0.8, "timing against ONNX Runtime")
    session = session_of(onnx_file, options.threads, optimised=verification.can_be_optimised)
    pair = timed_in_turns(
        runtime, lambda: run(arrays), RUNTIME, lambda: run_session(session, arrays), threads=options.threads
    )
    said = (Check(f"loaded and run by {runtime}", "outputs within the tolerance"), *checks)
    facts: dict[str, int | float | str] = {"precision": options.precision.value, "batch": options.batch}
    return Proof((draft.name, *beside), said, runtime, (comparison,), facts, latency=(pair,), warnings=tuple(warnings))


def _compared(
    verification: Verification,
    inputs: Sequence[torch.Tensor],
    arrays: Sequence[NDArray[Any]],
    options: ForPhones,
    runtime: str,
    run: Runner,
) -> Comparison:
    tolerance = HALF_TOLERANCE if options.precision is Precision.FLOAT16 else TOLERANCE
    try:
        outputs = run(arrays)
    except (RuntimeError, ValueError) as error:
        raise ExportError(f"{runtime} does not run the file: {error}; nothing was left") from error
    return compared(
        module_outputs(verification.module, inputs), outputs, inputs, f"random, seed {verification.seed}", tolerance
    )
