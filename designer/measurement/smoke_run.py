"""What one run of a design gave: the proof that it computes."""

from __future__ import annotations

from dataclasses import dataclass

from designer.record import Record


@dataclass(frozen=True)
class SmokeRunReport(Record):
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
