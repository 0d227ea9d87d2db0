"""What is chosen before measuring, in PyTorch's words: whether this machine has it, and what PyTorch calls it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import torch

from designer.errors import JobFailed
from designer.measurement.options import ElementType, MeasuringConfiguration, MemoryFormat
from designer.runtime.measure.devices import resolve_device

DTYPES: Mapping[str, torch.dtype] = {each.value: getattr(torch, each.value) for each in ElementType}
"""Element types by the word in conditions and options."""

MEMORY_FORMATS: Mapping[str, torch.memory_format] = {
    MemoryFormat.CONTIGUOUS.value: torch.contiguous_format,
    MemoryFormat.CHANNELS_LAST.value: torch.channels_last,
}
"""How the channels of a map lie in memory: N×C×H×W plane by plane, or all channels of a pixel together."""


def device_of(configuration: MeasuringConfiguration) -> torch.device:
    """The device that was chosen, where this machine has it and it computes in the element type.

    Raises:
        JobFailed: It has not, or it does not; the text says what there is.
    """
    device = resolve_device(configuration.device)
    if reason := why_not(device, configuration.dtype.value):
        raise JobFailed(reason)
    return device


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
