"""How much memory there is, how much a design needs, and the refusal that compares the two before any is allocated."""

from __future__ import annotations

import torch

from designer.analysis.analysis import Analysis
from designer.errors import NotEnoughMemory
from designer.machine import free_memory
from designer.wording import memory as in_bytes

_SCRATCH_SHARE = 0.7
"""Bytes that a convolution takes for copies in its own order, as a share of the activations: on a CPU the whole process
was seen to grow by 1.2 to 1.67 times the peak of activations (MobileNets and bottlenecks, batch 1 to 64)."""


def required_bytes(analysis: Analysis) -> int:
    """Bytes to run a design once: weights and running statistics, the most activations at once, and scratch space."""
    return weight_bytes(analysis) + analysis.totals.peak_activation_bytes + scratch_bytes(analysis)


def scratch_bytes(analysis: Analysis) -> int:
    """Bytes that PyTorch's kernels take beside the activations, as far as one can say beforehand."""
    return int(analysis.totals.peak_activation_bytes * _SCRATCH_SHARE)


def weight_bytes(analysis: Analysis) -> int:
    """Bytes of everything a module of the design keeps: what is trained, and the running statistics."""
    return sum(
        weight.bytes(inputs[0].dtype)
        for _, node, report in analysis.primitives()
        if (inputs := report.known_inputs)
        for weight in node.layer.weights(*inputs)
    )


def available_bytes(device: torch.device) -> int | None:
    """Bytes that can still be allocated on a device, or None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return free_memory()


def require_memory(analysis: Analysis, device: torch.device, copies: int = 1) -> None:
    """Raise NotEnoughMemory, with the sum shown, where a design cannot fit.

    Args:
        analysis: What it means.
        device: Where it shall be.
        copies: How many of it at once.

    Raises:
        NotEnoughMemory: It needs more than there is.
    """
    needed, available = required_bytes(analysis), available_bytes(device)
    if available is None or needed * copies <= available:
        return
    weights, activations = weight_bytes(analysis), analysis.totals.peak_activation_bytes
    times = f", {copies} times at once" if copies > 1 else ""
    raise NotEnoughMemory(
        f"'{analysis.design.name}' with a batch of {analysis.batch} needs {in_bytes(weights)} of weights + "
        f"{in_bytes(activations)} of activations + {in_bytes(scratch_bytes(analysis))} of scratch space = "
        f"{in_bytes(needed)}{times}, and {device} has {in_bytes(available)} free; "
        "a smaller batch or input, or fewer channels, would fit"
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that an allocation failed, in any of the ways PyTorch says so."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(
        phrase in text for phrase in ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")
    )
