"""Exports of every format, whole or not at all.

The design is analysed and given its weights, the file is written and proved in a hidden folder, and moved in place only
then. Which module writes a format is told by one table; a format's packages are loaded only when it is asked for.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import torch

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.opaque import refuse_opaque
from designer.analysis.program import program_of, refuse_invalid
from designer.errors import ExportError
from designer.export.formats import MOST_IN_ONE_FILE, Format, format_of
from designer.export.options import Options
from designer.export.result import ExportResult, WrittenFile
from designer.files.design_json import dumps
from designer.files.staging import staged
from designer.graph.design import Design
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.memory import weight_bytes
from designer.runtime.compile.module import CompiledModule, compile_analysis
from designer.runtime.compile.weights import fill, require_possible
from designer.runtime.formats.opaque import runner_of
from designer.runtime.formats.verification import Proof, Steps, Verification
from designer.timing.rounds import Progress
from designer.wording import memory

HIGHEST_SEED = 2**31 - 1

Writer = Callable[[Verification, Path, Options, Steps], Proof]

_WRITERS: Mapping[str, tuple[str, str]] = {
    "onnx": ("designer.runtime.formats.onnx_file", "write_onnx"),
    "onnx_int8": ("designer.runtime.formats.int8_file", "write_int8"),
    "pytorch": ("designer.runtime.formats.source_file", "write_python"),
    "keras": ("designer.runtime.formats.source_file", "write_keras"),
    "safetensors": ("designer.runtime.formats.weight_file", "write_safetensors"),
    "program": ("designer.runtime.formats.program_file", "write_program"),
    "openvino": ("designer.runtime.formats.openvino_file", "write_openvino"),
    "ncnn": ("designer.runtime.formats.ncnn_file", "write_ncnn"),
    "litert": ("designer.runtime.formats.litert.file", "write_litert"),
    "litert_int8": ("designer.runtime.formats.litert.int8_file", "write_litert_int8"),
    "executorch": ("designer.runtime.formats.executorch_file", "write_executorch"),
    "markdown": ("designer.runtime.formats.table_file", "write_markdown"),
    "latex": ("designer.runtime.formats.table_file", "write_latex"),
}
"""By format, the module and function that write and prove it."""


def export_design(
    design: Design,
    path: str | os.PathLike[str],
    format: str,
    options: Options | None = None,
    *,
    module: CompiledModule | None = None,
    weights: str | os.PathLike[str] | None = None,
    seed: int = 0,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ExportResult:
    """Write a design in a format, prove the file, and say what was found.

    Args:
        design: What to write.
        path: Where; an old file stays until the new one has proved right.
        format: Key of the format.
        options: What was chosen; the format's defaults where None.
        module: The module whose weights to write; its mode is left as it is.
        weights: A file of weights, where there is no module; what it lacks is fresh.
        seed: For fresh weights and for random inputs.
        progress: Called between steps with the share done (0 to 1) and a text.
        is_cancelled: Asked between steps.

    Raises:
        InvalidDesign: The design has problems; nothing was written.
        NotEnoughMemory: It would not fit; nothing was allocated.
        ExportError: The format cannot be had here, the file cannot be written, or it does not prove right.
        Cancelled: ``is_cancelled`` said so; nothing was left.
    """
    begin = time.perf_counter()
    steps = Steps(progress, is_cancelled)
    chosen = format_of(format)
    settings = _settled(chosen, options, path)
    if not 0 <= seed <= HIGHEST_SEED:
        raise ExportError(f"{os.fspath(path)}: the seed {seed} is out of range; it takes 0 to {HIGHEST_SEED}")
    analysis = analyse(design, batch=settings.fixed_batch or 1)
    refuse_invalid(analysis)
    refuse_opaque(analysis, f"{chosen.title} has nothing for", chosen.keeps)
    _refuse_too_large(analysis, chosen, path)
    with staged(path) as staging:
        steps(0.0, "compiling")
        compiled, said = _with_weights(analysis, module, weights, seed)
        verification = Verification(analysis, program_of(analysis), compiled, dumps(design), seed)
        writer = writer_of(chosen)
        try:
            with steps.within(0.1, 1.0):
                proof = writer(verification, staging.draft, settings, steps)
        except ExportError as error:
            raise ExportError(f"{os.fspath(path)}: {error}") from error
        # What goes beside comes first: whoever finds the named file finds all it needs.
        *beside, named = (*proof.files[1:], proof.files[0])
        sizes = {name: (staging.folder / name).stat().st_size for name in proof.files}
        steps(1.0, "moving in place")
        staging.commit((*beside, named))
        folder = staging.target.parent if os.path.islink(path) else Path(path).parent
    return ExportResult(
        chosen.key,
        os.fspath(path),
        analysis.digest,
        tuple(WrittenFile(str(folder / name), sizes[name]) for name in proof.files),
        said if chosen.has_weights else "",
        proof.checks,
        proof.runtime,
        proof.comparisons,
        proof.facts,
        proof.renamed,
        proof.latency,
        proof.sensitivity,
        proof.warnings,
        time.perf_counter() - begin,
        proof.unproved,
    )


def _refuse_too_large(analysis: Analysis, chosen: Format, path: str | os.PathLike[str]) -> None:
    size = weight_bytes(analysis)
    if chosen.is_one_file and size > MOST_IN_ONE_FILE:
        raise ExportError(
            f"{os.fspath(path)}: its weights take {memory(size)} in float32, and {chosen.title} passes through one "
            "file, which holds 2 GB; plain ONNX keeps weights beside it, and a narrower design would fit"
        )


def _settled(chosen: Format, options: Options | None, path: str | os.PathLike[str]) -> Options:
    if not chosen.is_available:
        raise ExportError(f"{os.fspath(path)}: {chosen.title} cannot be written: {chosen.unavailable_reason}")
    if chosen.needs_ending and not Path(path).name.lower().endswith(chosen.endings):
        raise ExportError(
            f"{os.fspath(path)}: {chosen.title} is known by its ending {chosen.endings[0]}; give the file such a name"
        )
    settings = chosen.options() if options is None else options
    if type(settings) is not chosen.options:
        raise ExportError(f"{os.fspath(path)}: {chosen.title} takes {chosen.options.__name__}")
    return settings


def _with_weights(
    analysis: Analysis, module: CompiledModule | None, weights: str | os.PathLike[str] | None, seed: int
) -> tuple[CompiledModule, str]:
    """The module to write, and where its weights are from, in words."""
    if module is not None:
        if module.digest != analysis.digest:
            raise ExportError("the module was made from another design; compile this one and export that module")
        require_possible(module.state_dict())
        return module, "the given module's"
    device = torch.device("cpu")
    compiled = compile_analysis(analysis, seed=seed, device=device, keeps_opaque=True, runner=runner_of).eval()
    if not compiled.state_dict():
        return compiled, ""
    if weights is None:
        return compiled, f"fresh, seed {seed}"
    return compiled, fill(compiled, read_weights(weights)).sentence(Path(weights).name, seed)


def writer_of(chosen: Format) -> Writer:
    """What writes and proves a format; loads what the format needs."""
    module, function = _WRITERS[chosen.key]
    with warnings.catch_warnings():
        if chosen.extra:  # what other people's packages say of each other while they load is for their makers
            warnings.simplefilter("ignore")
        writer: Writer = getattr(import_module(module), function)
    return writer
