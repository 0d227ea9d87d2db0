"""Compile a design and run it once: the proof that it computes, with what came out."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import torch

from designer.analysis.analysis import analyse
from designer.graph.design import Design
from designer.runtime.compile.module import compile_analysis, random_inputs
from designer.runtime.measure.configuration import check_batch
from designer.runtime.measure.devices import resolve_device, synchroniser


@dataclass(frozen=True)
class SmokeRunReport:
    """What one run of a design gave.

    Attributes:
        digest: Of the design that was run.
        device: Where, in PyTorch's words.
        parameters: Trained numbers of the module.
        input_shapes: Shape of each input, N×C×H×W.
        output_shapes: Shape of each output, N×C×H×W or N×F.
        is_finite: Whether every output is a number.
        seconds: How long the run took, cold; no measurement.
    """

    digest: str
    device: str
    parameters: int
    input_shapes: tuple[tuple[int, ...], ...]
    output_shapes: tuple[tuple[int, ...], ...]
    is_finite: bool
    seconds: float

    def as_data(self) -> dict[str, Any]:
        """The report as JSON data."""
        return asdict(self)


def smoke_run(design: Design, *, device: str = "cpu", batch: int = 1) -> SmokeRunReport:
    """Compile a design with fresh weights and run it once on random pictures.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: There is no such device, or the batch is no such number.
        NotEnoughMemory: It would not fit; nothing was allocated.
    """
    chosen = resolve_device(device)
    check_batch(batch)
    analysis = analyse(design, batch=batch)
    module = compile_analysis(analysis, seed=0, device=chosen).eval()
    inputs = random_inputs(module.input_shapes, chosen)
    begin = time.perf_counter()
    with torch.inference_mode():
        result = module(*inputs)
    synchroniser(chosen)()
    seconds = time.perf_counter() - begin
    outputs = result if isinstance(result, tuple) else (result,)
    return SmokeRunReport(
        analysis.digest,
        str(chosen),
        sum(parameter.numel() for parameter in module.parameters()),
        module.input_shapes,
        tuple(tuple(output.shape) for output in outputs),
        all(bool(output.isfinite().all()) for output in outputs),
        seconds,
    )
