"""What TensorFlow Lite for Microcontrollers itself says of a file's memory."""

from __future__ import annotations

import numpy
import torch

from designer.analysis.analysis import Analysis
from designer.analysis.program import program_of
from designer.runtime.compile.module import compile_analysis
from designer.runtime.formats.litert.micro import Arena, MicroInterpreter
from designer.runtime.formats.verification import Steps, Verification


def verification_of(analysis: Analysis) -> Verification:
    return Verification(
        analysis, program_of(analysis), compile_analysis(analysis, seed=0, device=torch.device("cpu")), ""
    )


def arena_of(content: bytes) -> Arena:
    """What its interpreter allocates for a file."""
    return MicroInterpreter(content).arena()


def in_eight_bits(analysis: Analysis) -> bytes:
    """A design as a LiteRT file in eight bits, calibrated with two samples of noise."""
    from designer.runtime.formats.litert.file import flat_buffer
    from designer.runtime.formats.litert.quantising import quantised

    verification = verification_of(analysis)
    drawn = numpy.random.default_rng(0)
    samples = [
        [
            drawn.standard_normal((batch, height, width, channels)).astype(numpy.float32)
            for batch, channels, height, width in verification.module.input_shapes
        ]
        for _ in range(2)
    ]
    steps = Steps(lambda share, text: None, lambda: False)
    return quantised(flat_buffer(verification, to_quantise=True), samples, "noise", steps)
