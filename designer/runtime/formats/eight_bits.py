"""What files in eight bits share, whatever runs them: samples in batches, signal to noise, agreement, warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from designer.export.result import Comparison, LatencyPair
from designer.runtime.formats.calibration import CalibrationData
from designer.runtime.formats.verification import Arrays, Verification, compared, module_outputs

Sample = tuple[NDArray[Any], ...]
Runner = Callable[[Sequence[NDArray[Any]]], Arrays]
"""Runs a loaded file once: N×C×H×W arrays in, floats N×C×H×W or N×F out."""

TOLERANCE = 1.0
"""Noise as large as the output itself is no quantised network but a broken one."""

_OWN_ERROR_DB = 1.0
"""How much less signal to noise than the file's own is this processor's doing, not rounding."""


def in_batches(samples: Sequence[Sample], batch: int) -> list[Sample]:
    """Samples joined to the batch that the file takes, the first ones again where they do not come out even."""
    filled = [samples[index % len(samples)] for index in range(-(-len(samples) // batch) * batch)]
    return [
        tuple(numpy.concatenate(each) for each in zip(*filled[start : start + batch], strict=True))
        for start in range(0, len(filled), batch)
    ]


def compared_on(verification: Verification, run: Runner, data: CalibrationData, batch: int) -> Comparison:
    """The file beside the module on the samples to measure on, all together.

    Raises:
        ExportError: It is further from the module than any quantised network may be.
    """
    expected: list[NDArray[Any]] = []
    outputs: list[NDArray[Any]] = []
    samples = in_batches(data.measuring, batch)
    for sample in samples:
        expected += module_outputs(verification.module, [torch.from_numpy(each) for each in sample])
        outputs += run(sample)
    inputs = [torch.from_numpy(each) for each in samples[0]]
    what = "random" if data.is_random else "the folder's"
    seen = "kept from calibration" if data.is_held_back else "calibrated with as well"
    return compared(expected, outputs, inputs, f"{len(data.measuring)} of {what}, {seen}", TOLERANCE)


def agreement(verification: Verification, run: Runner, data: CalibrationData, batch: int) -> str:
    """In how many samples the largest output element is the same."""
    same = total = 0
    left = len(data.measuring)  # what fills the last batch up was counted already
    for sample in in_batches(data.measuring, batch):
        expected = module_outputs(verification.module, [torch.from_numpy(each) for each in sample])[0]
        found = run(sample)[0]
        strongest = [array.reshape(len(array), -1).argmax(axis=1) for array in (expected, found)]
        agree = (strongest[0] == strongest[1])[: left - total]
        same += int(agree.sum())
        total += len(agree)
    return f"{same} of {total}"


def has_error_of_its_own(run: Comparison, alone: Comparison) -> bool:
    """Whether what computes here is so much further from the module than the file itself that rounding is not why."""
    return run.snr_db is not None and alone.snr_db is not None and alone.snr_db - run.snr_db > _OWN_ERROR_DB


def common_warnings(data: CalibrationData, pair: LatencyPair) -> Iterator[str]:
    """What a person should know of any file in eight bits: what it was calibrated with, and what it gains here."""
    if data.is_random:
        yield (
            "calibrated with random inputs: a trial of size and speed only; "
            "give a folder of pictures like those the network will see"
        )
    if pair.low > 0.5:
        yield (
            f"eight bits take {pair.ratio:.2f} of float32's time on this processor; "
            "those with instructions for it (VNNI, dot product) need less than half"
        )
