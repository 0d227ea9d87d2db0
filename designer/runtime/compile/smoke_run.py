"""Compile a design and run it once: the proof that it computes, with what came out."""

from __future__ import annotations

import time

import torch

from designer.analysis.analysis import analyse
from designer.graph.design import Design
from designer.measurement.options import MeasuringConfiguration
from designer.measurement.smoke_run import SmokeRunReport
from designer.runtime.compile.module import compile_analysis, random_inputs
from designer.runtime.measure.configuration import device_of
from designer.runtime.measure.devices import synchroniser


def smoke_run(design: Design, *, device: str = "cpu", batch: int = 1) -> SmokeRunReport:
    """Compile a design with fresh weights and run it once on random pictures.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: There is no such device.
        ParameterError: The batch is out of range.
        NotEnoughMemory: It would not fit; nothing was allocated.
    """
    chosen = device_of(MeasuringConfiguration(device=device, batch=batch))
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
