"""What a person chooses before measuring: device, threads, batch, element type, order of channels; checked in words.

Plain data on one side, what PyTorch calls it on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import torch

from designer.errors import JobFailed, near
from designer.runtime.measure.devices import check_threads, resolve_device

BATCH_HIGH = 2**20

DTYPES: Mapping[str, torch.dtype] = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}
"""Element types by the word in conditions and options."""

MEMORY_FORMATS: Mapping[str, torch.memory_format] = {
    "contiguous": torch.contiguous_format,
    "channels_last": torch.channels_last,
}
"""How the channels of a map lie in memory: N×C×H×W plane by plane, or all channels of a pixel together."""


@dataclass(frozen=True)
class MeasuringConfiguration:
    """What to measure under.

    Attributes:
        device: In PyTorch's words: ``cpu``, ``cuda:0``, ``mps``.
        threads: CPU threads within an operation; None for as many as PyTorch chooses.
        batch: Pictures at once, N.
        dtype: A key of ``DTYPES``.
        memory_format: A key of ``MEMORY_FORMATS``.
    """

    device: str = "cpu"
    threads: int | None = None
    batch: int = 1
    dtype: str = "float32"
    memory_format: str = "contiguous"

    def check(self) -> torch.device:
        """The device, where all of it can be had.

        Raises:
            JobFailed: One of the choices is none on this machine; the text says what there is.
        """
        device = resolve_device(self.device)
        if self.threads is not None:
            check_threads(self.threads)
        check_batch(self.batch)
        _check_word("element type", self.dtype, DTYPES)
        _check_word("memory format", self.memory_format, MEMORY_FORMATS)
        if reason := why_not(device, self.dtype):
            raise JobFailed(reason)
        return device


def check_batch(batch: int) -> None:
    """Raise JobFailed unless this is a number of pictures one can run at once."""
    if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= BATCH_HIGH:
        raise JobFailed(f"{batch!r} is no batch; it takes a whole number from 1 to {BATCH_HIGH}")


def _check_word(what: str, word: str, known: Mapping[str, object]) -> None:
    if word not in known:
        raise JobFailed(f"there is no {what} '{word}'{near(str(word), known)}; there are: {', '.join(known)}")


@cache
def why_not(device: torch.device, dtype: str) -> str:
    """Why a device does not compute in an element type; empty where it does, which is found by trying."""
    try:
        with torch.inference_mode():
            image = torch.ones(1, 4, 6, 6, device=device, dtype=DTYPES[dtype])
            kernel = torch.ones(4, 1, 3, 3, device=device, dtype=DTYPES[dtype])
            found = torch.nn.functional.relu6(torch.nn.functional.conv2d(image, kernel, groups=4))
            if float(found.float().sum().cpu()) != 4 * 16 * 6.0:
                return f"{device} computes {dtype} wrongly with PyTorch {torch.__version__}"
    except (RuntimeError, TypeError) as error:  # not implemented, or no such type on this device
        return f"{device} does not compute in {dtype} with PyTorch {torch.__version__}: {str(error).splitlines()[0]}"
    return ""
