"""What float16 cannot hold, found before a file is written: its numbers end at 65,504."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from designer.errors import ExportError

_MOST = torch.finfo(torch.float16).max


def require_half_range(weights: Mapping[str, Tensor]) -> None:
    """Refuse weights that would become infinite in float16.

    Args:
        weights: By key of the state dict, as the file would have them.

    Raises:
        ExportError: A weight is too large; the text names the node and what would help.
    """
    for key, tensor in weights.items():
        if not tensor.is_floating_point() or not tensor.numel():
            continue
        largest = float(tensor.abs().max())
        if largest > _MOST:
            node, _, name = key.rpartition(".")
            is_statistic = name.startswith("running_")
            remedy = (
                "folding batch norms (--fold-batch-norm) leaves no statistics in the file"
                if is_statistic
                else "scale it down, or keep float32"
            )
            raise ExportError(f"{node}: its {name} reaches {largest:,.6g}, and float16 ends at {_MOST:,.0f}; {remedy}")
