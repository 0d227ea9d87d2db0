"""What every export shares: the design as it shall leave, the steps that can be cancelled, and the proof by running.

A writer takes a Verification and a folder and gives a Proof; it knows nothing of where the files go in the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from designer.analysis.analysis import Analysis
from designer.analysis.program import Program
from designer.errors import ExportError
from designer.export.formats import MOST_IN_ONE_FILE
from designer.export.result import Check, Comparison, LatencyPair, Renamed, Sensitivity
from designer.runtime.compile.module import CompiledModule, random_inputs
from designer.timing.rounds import Cancelled, Progress

Arrays = list[NDArray[Any]]

TOLERANCE = 1e-3
"""Largest difference from the PyTorch module that passes in float32, as a share of the largest output."""
HALF_TOLERANCE = 5e-2
"""The same in float16, whose numbers have 11 significant bits; a hundred layers add up."""

_RELATIVE_FROM = 1e-2


class Steps:
    """Progress of one export, and the places where it can be cancelled.

    Args:
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked at each step.
    """

    def __init__(self, progress: Progress, is_cancelled: Callable[[], bool]) -> None:
        self._progress = progress
        self._is_cancelled = is_cancelled
        self._low, self._high = 0.0, 1.0

    def __call__(self, share: float, text: str) -> None:
        """Say what is done next; raises Cancelled where that was asked for."""
        if self._is_cancelled():
            raise Cancelled
        self._progress(self._low + share * (self._high - self._low), text)

    @property
    def is_cancelled(self) -> Callable[[], bool]:
        """What is asked at each step."""
        return self._is_cancelled

    @contextmanager
    def within(self, low: float, high: float) -> Iterator[Steps]:
        """Steps whose shares fill this part of the whole."""
        before = self._low, self._high
        width = before[1] - before[0]
        self._low, self._high = before[0] + low * width, before[0] + high * width
        try:
            yield self
        finally:
            self._low, self._high = before


@dataclass(frozen=True)
class Verification:
    """A design as it shall leave.

    Attributes:
        analysis: What it means.
        program: What it computes.
        module: It as a module with its weights, in eval mode.
        design_text: Its file's text.
        seed: Of the random inputs it is proved with.
    """

    analysis: Analysis
    program: Program
    module: CompiledModule
    design_text: str
    seed: int = 0

    @property
    def weights(self) -> Mapping[str, torch.Tensor]:
        """The module's weights, by canvas name."""
        return self.module.state_dict()

    @property
    def can_be_optimised(self) -> bool:
        """Whether ONNX Runtime may make copies of weights in another order or type, which one file has to hold."""
        largest = max((tensor.numel() * 4 for tensor in self.weights.values()), default=0)
        return largest <= MOST_IN_ONE_FILE

    def inputs(self, batch: int, grown: tuple[int, int] = (0, 0)) -> list[torch.Tensor]:
        """Random inputs N×C×H×W for a batch, height and width larger than the design's by so much."""
        shapes = [
            (batch, channels, height + grown[0], width + grown[1])
            for _, channels, height, width in self.module.input_shapes
        ]
        return random_inputs(shapes, torch.device("cpu"), self.seed)


@dataclass(frozen=True)
class Proof:
    """What a writer wrote and what it found.

    Attributes:
        files: Names of the files in the folder, the named one first.
        checks: What was checked.
        runtime: What it was run in.
        comparisons: Its runs beside the module.
        facts: Other figures, by words.
        renamed: Names that differ from the canvas.
        latency: Timings in pairs.
        sensitivity: By node.
        warnings: What a person should know.
        unproved: Why the file could not be run here.
    """

    files: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    runtime: str = ""
    comparisons: tuple[Comparison, ...] = ()
    facts: Mapping[str, int | float | str] = field(default_factory=dict)
    renamed: tuple[Renamed, ...] = ()
    latency: tuple[LatencyPair, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    warnings: tuple[str, ...] = ()
    unproved: str = ""


def module_outputs(module: CompiledModule, inputs: Sequence[torch.Tensor]) -> Arrays:
    """The module's outputs in eval mode; its mode is left as it is."""
    modes = [(part, part.training) for part in module.modules()]
    device = next(iter(module.state_dict().values()), torch.empty(0)).device
    try:
        with torch.inference_mode():
            result = module.eval()(*[tensor.to(device) for tensor in inputs])
    finally:
        for part, was_training in modes:
            part.training = was_training
    return [tensor.detach().cpu().numpy() for tensor in (result if isinstance(result, tuple) else (result,))]


def compared(
    expected: Arrays, outputs: Arrays, inputs: Sequence[torch.Tensor], said: str, tolerance: float
) -> Comparison:
    """How far outputs are from the module's; tolerance is a share of the largest output.

    Raises:
        ExportError: They are further than that, or of another shape.
    """
    if [array.shape for array in expected] != [array.shape for array in outputs]:
        raise ExportError(
            f"the file gives outputs of {[array.shape for array in outputs]}, "
            f"and the PyTorch module gives {[array.shape for array in expected]}; nothing was left"
        )
    errors = [numpy.abs(ours.astype(numpy.float64) - theirs) for ours, theirs in zip(expected, outputs, strict=True)]
    sizes = [numpy.abs(ours) for ours in expected]
    largest = max((float(size.max(initial=0.0)) for size in sizes), default=0.0)
    difference = max((float(error.max(initial=0.0)) for error in errors), default=0.0)
    counted = [size >= _RELATIVE_FROM * largest for size in sizes]
    relative = max(
        (
            float((error[which] / numpy.maximum(size[which], numpy.finfo(numpy.float32).tiny)).max(initial=0.0))
            for error, size, which in zip(errors, sizes, counted, strict=True)
        ),
        default=0.0,
    )
    allowed = tolerance * (largest or 1.0)
    if not difference <= allowed:  # said so that not-a-number is refused too
        raise ExportError(
            f"the file computes something else than the PyTorch module: outputs differ by {difference:.3g}, "
            f"and {allowed:.3g} is allowed at outputs up to {largest:.3g}; nothing was left"
        )
    shapes = tuple(tuple(tensor.shape) for tensor in inputs)
    return Comparison(shapes, said, difference, relative, largest, allowed, snr_db(expected, outputs))


def snr_db(expected: Arrays, outputs: Arrays) -> float | None:
    """Signal to noise of outputs, 10·log₁₀(Σ y² / Σ (y − ŷ)²) in decibels; None where both are equal."""
    signal = sum(float(numpy.square(ours, dtype=numpy.float64).sum()) for ours in expected)
    noise = sum(
        float(numpy.square(ours.astype(numpy.float64) - theirs).sum())
        for ours, theirs in zip(expected, outputs, strict=True)
    )
    if noise == 0 or signal == 0:
        return None
    return 10 * math.log10(signal / noise)
