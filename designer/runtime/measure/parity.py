"""Whether a backend computes what the design's own module computes; asked before anything is timed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from designer.errors import WrongOutputs
from designer.measurement.latency import Parity

TOLERANCE: Mapping[str, float] = {"float32": 1e-3, "float16": 5e-2, "bfloat16": 2e-1}
"""Largest difference from the float32 module that passes, as a share of the largest output: 24, 11 and 8 significant
bits, and a hundred layers that add up."""

_TENSOR_CORES = 1e-2
"""The same in float32 off the CPU, where convolutions may round their inputs to 11 bits (TF32)."""


def parity(
    who: str, expected: Sequence[Tensor], found: Sequence[Tensor], dtype: str, device_type: str = "cpu"
) -> Parity:
    """How far a backend's outputs are from the module's, all float32 on the CPU.

    Args:
        who: The backend's name, for the text of a refusal.
        expected: The eager module's outputs.
        found: The backend's.
        dtype: What it computed in, a key of ``TOLERANCE``.
        device_type: Where.

    Raises:
        WrongOutputs: They differ by more than is allowed, or in shape, or are no numbers.
    """
    shapes = [[tuple(tensor.shape) for tensor in tensors] for tensors in (expected, found)]
    if shapes[0] != shapes[1]:
        raise WrongOutputs(f"{who} gives outputs of {shapes[1]}, and the eager module gives {shapes[0]}; not timed")
    largest = max((float(tensor.abs().max()) for tensor in expected if tensor.numel()), default=0.0)
    differences = [float((a - b).abs().max()) for a, b in zip(expected, found, strict=True) if a.numel()]
    difference = max(differences, default=0.0)
    share = max(TOLERANCE[dtype], _TENSOR_CORES if device_type != "cpu" else 0.0)
    allowed = share * (largest or 1.0)
    # Asked of each one, since not-a-number is neither above nor below, and hides from max().
    if not all(each <= allowed for each in differences):
        raise WrongOutputs(
            f"{who} computes something else than the eager module: outputs differ by {difference:.3g}, and "
            f"{allowed:.3g} is allowed at outputs up to {largest:.3g} in {dtype}; not timed"
        )
    return Parity(difference, largest, allowed)
