"""A network from a file or a module, drawn, with its weights, and proved."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.opaque import opaque_nodes
from designer.errors import ImportRefused, InvalidDesign
from designer.export.formats import format_of
from designer.files.atomic import write_whole
from designer.files.design_json import dumps
from designer.graph.design import Design
from designer.importing.blocks import blocks_of, grouped, laid_out, with_blocks
from designer.importing.drawing import (
    Drawing,
    NoLayer,
    draw,
    shapes,
    with_channels_last_where_read_so,
    with_other_dimensions_sliced,
)
from designer.importing.model_files import FORMATS, ImportOptions
from designer.importing.network import Network, Reading
from designer.importing.result import ImportResult, NodeOrigin, OpaqueNode, Rewritten
from designer.importing.rules import rewritten
from designer.runtime.compile.module import CompiledModule, compile_analysis
from designer.runtime.compile.weights import safetensors_bytes
from designer.runtime.formats.opaque import runner_of
from designer.runtime.importing.proof import Proof, prove, state_of

Tell = Callable[[float, str], None]

_READERS = {"onnx": "onnx_reader", "litert": "litert.reader"}
"""By format, the module that reads it."""


@dataclass(frozen=True)
class LoadedModel:
    """A network that was brought in.

    Attributes:
        design: The design.
        weights: A state dict for the module that ``compile_module`` makes of it.
        opaque: Paths of nodes that no layer computes, joined by dots.
        rewritten: What was rewritten, by rule.
        proved: Whether the design was run beside the original and computes the same.
        max_abs_difference: Largest difference of an output element; None where nothing ran.
        result: All that was found.
    """

    design: Design
    weights: Mapping[str, torch.Tensor]
    opaque: tuple[str, ...]
    rewritten: tuple[Rewritten, ...]
    proved: bool
    max_abs_difference: float | None
    result: ImportResult


def load_model(path: str | os.PathLike[str], options: ImportOptions | None = None) -> LoadedModel:
    """Read a network's file, draw it, and prove the drawing by running both.

    Args:
        path: A file whose name ends as ``importing.model_files`` says.
        options: What was chosen.

    Raises:
        ImportRefused: The file is no network, or none that can be drawn; the text says why.
    """
    chosen = options or ImportOptions()
    begin = time.perf_counter()
    return _loaded(_read(path, chosen, _silent), os.fspath(path), chosen, _silent, begin)


def from_module(module: torch.nn.Module, example: Any, options: ImportOptions | None = None) -> LoadedModel:
    """Draw a PyTorch module, and prove the drawing by running both.

    Args:
        module: The module; it is read in eval mode and left in the mode it was in.
        example: A tensor it takes, N×C×H×W, or a tuple of them.
        options: What was chosen.

    Raises:
        ImportRefused: It cannot be exported by ``torch.export``, or not be drawn; the text says why.
    """
    from designer.runtime.importing.pytorch_reader import read_module

    chosen = options or ImportOptions()
    begin = time.perf_counter()
    examples = example if isinstance(example, tuple) else (example,)
    return _loaded(read_module(module, examples), type(module).__name__, chosen, _silent, begin)


def import_model(
    path: str | os.PathLike[str],
    options: ImportOptions,
    *,
    weights: Path | None = None,
    progress: Tell | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ImportResult:
    """Read, draw and prove a network, and write its weights.

    Args:
        path: A file; or, where ``options.runs_code`` allows it, ``package.module:factory`` or ``FILE.py:NAME``.
        options: What was chosen.
        weights: Where the weights go, a safetensors file; nowhere where None.
        progress: Told a share from 0 to 1 and what is being done.
        is_cancelled: Asked between steps.

    Raises:
        ImportRefused: It is no network, or none that can be drawn.
        Cancelled: ``is_cancelled`` said so.
    """
    from designer.runtime.formats.verification import Steps

    begin = time.perf_counter()
    steps = Steps(progress or _silent, is_cancelled)
    loaded = _loaded(_read(path, options, steps), os.fspath(path), options, steps, begin)
    if weights is None or not loaded.weights:
        return loaded.result
    module = _with_opaque(analyse(loaded.design))
    module.load_state_dict(dict(loaded.weights), strict=False)
    write_whole(weights, safetensors_bytes(module, {"digest": module.digest, "name": loaded.design.name}))
    return replace(loaded.result, weights=str(weights), seconds=time.perf_counter() - begin)


def _silent(share: float, text: str) -> None:
    """Tell nobody."""


def _read(path: str | os.PathLike[str], options: ImportOptions, tell: Tell) -> Reading:
    """What a file or a named module is."""
    tell(0.0, "reading")
    name = os.fspath(path)
    if options.runs_code:
        from designer.runtime.importing.pytorch_reader import read_named

        return read_named(name, options)
    chosen = next((each for each in FORMATS if name.lower().endswith(each.endings)), None)
    if chosen is None:
        endings = ", ".join(ending for each in FORMATS for ending in each.endings)
        raise ImportRefused(f"{name}: networks are read from files that end in {endings}; choose one of those")
    if not Path(name).is_file():
        raise ImportRefused(f"{name}: there is no such file")
    runtime = format_of(chosen.key)
    if not runtime.is_available:
        raise ImportRefused(f"{name}: {runtime.unavailable_reason}")
    reader = import_module(f"designer.runtime.importing.{_READERS[chosen.key]}")
    reading: Reading = reader.read(path, options, tell)
    return reading


def _loaded(reading: Reading, path: str, options: ImportOptions, tell: Tell, begin: float) -> LoadedModel:
    tell(0.3, "drawing")
    network, drawing = _drawn(reading)
    if not options.is_flat:
        drawing = grouped(with_blocks(drawing))
    drawing = laid_out(drawing)
    analysis = analyse(drawing.design)
    tell(0.6, "compiling")
    weights = state_of(drawing)
    module = _compiled(analysis, weights, path)
    tell(0.7, "running both")
    proof = prove(network, reading.original, drawing, module, options.seed, lambda a, b: tell(0.7 + 0.3 * a, b))
    result = _result(reading, drawing, analysis, proof, path, time.perf_counter() - begin)
    return LoadedModel(
        drawing.design,
        module.state_dict(),
        tuple(each.node for each in result.opaque),
        result.rewritten,
        result.proved,
        result.max_abs_difference,
        result,
    )


def _drawn(reading: Reading) -> tuple[Network, Drawing]:
    """What was read, rewritten, and a flat drawing of it; what no layer computes is kept as it came, where it can be.

    Raises:
        ImportRefused: It cannot be drawn.
    """
    network, kept = reading.network, frozenset[str]()
    while True:
        network = with_other_dimensions_sliced(with_channels_last_where_read_so(network))
        network = rewritten(network, shapes(network))
        try:
            return network, draw(network)
        except NoLayer as error:
            if reading.keeping is None or error.tensors <= kept:
                raise
            kept |= error.tensors
            network = reading.keeping(kept)


def _with_opaque(analysis: Analysis) -> CompiledModule:
    """The module of a drawing; its opaque nodes run alone, in their own runtime."""
    return compile_analysis(analysis, seed=0, device=torch.device("cpu"), keeps_opaque=True, runner=runner_of)


def _compiled(analysis: Analysis, weights: Mapping[str, torch.Tensor], path: str) -> CompiledModule:
    """The design as a module with the original's weights."""
    try:
        module = _with_opaque(analysis).eval()
    except InvalidDesign as error:
        raise ImportRefused(f"{path}: what was drawn of it does not fit together: {error}") from error
    own = module.state_dict()
    lacking = [key for key in own if key not in weights and not key.endswith("num_batches_tracked")]
    strange = [key for key in weights if key not in own or own[key].shape != weights[key].shape]
    if lacking or strange:
        raise ImportRefused(f"{path}: its weights do not fit the drawing: {(lacking or strange)[0]}")
    module.load_state_dict(dict(weights), strict=False)
    return module


def _result(
    reading: Reading, drawing: Drawing, analysis: Analysis, proof: Proof, path: str, seconds: float
) -> ImportResult:
    rules: Counter[str] = Counter(reading.rewritten)
    places: dict[str, list[str]] = {}
    for node, part in drawing.parts.items():
        for rule in part.rules:
            rules[rule] += 1
            places.setdefault(rule, []).append(".".join(node))
    origins = tuple(
        NodeOrigin(".".join(node), tuple(each.text or each.operator for each in part.origins))
        for node, part in drawing.parts.items()
        if part.origins
    )
    totals = analysis.totals
    opaque = tuple(
        OpaqueNode(
            ".".join(node),
            each.operator,
            ", ".join(spec.full_label or "a number" for spec in each.gives),
            len(each.content) + sum(spec.bytes for spec in each.kept),
            drawing.parts[node].reason if node in drawing.parts else "",
        )
        for node, each in opaque_nodes(analysis)
    )
    return ImportResult(
        path,
        reading.source,
        dumps(drawing.design),
        "",
        len(drawing.parts),
        sum(len(step.origins) for step in reading.network.steps),
        totals.parameters,
        totals.macs,
        opaque,
        tuple(Rewritten(rule, times, tuple(places.get(rule, ()))) for rule, times in rules.items()),
        tuple(Rewritten(title, times) for title, times in blocks_of(drawing.design).items()),
        origins,
        reading.original.runtime,
        proof.runs,
        proof.unproved,
        proof.first_difference,
        reading.warnings,
        seconds,
    )
