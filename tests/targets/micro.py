"""What TensorFlow Lite for Microcontrollers itself says of a file's memory."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from typing import NamedTuple

import torch

from designer.analysis.analysis import Analysis
from designer.analysis.program import program_of
from designer.runtime.compile.module import compile_analysis
from designer.runtime.formats.verification import Verification


class Arena(NamedTuple):
    """Bytes of the arena: what tensors take, and what structures take."""

    head: int
    tail: int


def verification_of(analysis: Analysis) -> Verification:
    return Verification(
        analysis, program_of(analysis), compile_analysis(analysis, seed=0, device=torch.device("cpu")), ""
    )


def arena_of(content: bytes) -> Arena:
    """What its interpreter allocates for a file; it says so to standard error only."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(content, arena_size=256 << 20)
    with tempfile.TemporaryFile() as heard:
        sys.stderr.flush()
        saved = os.dup(2)
        os.dup2(heard.fileno(), 2)
        try:
            interpreter.print_allocations()
        finally:
            os.dup2(saved, 2)
            os.close(saved)
        heard.seek(0)
        said = heard.read().decode()
    head, tail = (re.search(rf"Arena allocation {word} (\d+) bytes", said) for word in ("head", "tail"))
    assert head is not None, said
    assert tail is not None, said
    return Arena(int(head[1]), int(tail[1]))
