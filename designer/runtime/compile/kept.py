"""The module of an opaque node: the constants it keeps, and who runs it, where anybody does.

A design with opaque nodes is no PyTorch program; a file of their own format is proved with them, each run alone in that
format's runtime.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from designer.errors import DesignerError
from designer.graph import operations as op

Runner = Callable[[op.Opaque], Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]]
"""From an opaque operator to what runs it: on what flows into it and its constants, in this order."""


class NotRun(DesignerError):
    """An opaque operator did not run; the text says why."""


class KeptOperator(nn.Module):
    """An opaque operator with its constants as parameters.

    Args:
        operation: What was kept.
        runner: Who runs it; None where nobody does.
    """

    def __init__(self, operation: op.Opaque, runner: Runner | None) -> None:
        super().__init__()
        self._operation, self._runner = operation, runner
        self._run: Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]] | None = None
        for weight in operation.weights():
            self.register_parameter(weight.name, nn.Parameter(torch.empty(weight.shape)))

    def reset_parameters(self, source: torch.Generator) -> None:
        """Give the constants fresh numbers, as He's rule has it for kernels; of vectors, zeros."""
        with torch.no_grad():
            for each in self.parameters():
                if each.dim() < 2:
                    each.zero_()
                else:
                    each.normal_(0.0, (2 / max(each[0].numel(), 1)) ** 0.5, generator=source)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Run it alone, in its own runtime.

        Raises:
            NotRun: Nobody runs operators of its format, or it does not run.
        """
        if self._run is None:
            if self._runner is None:
                raise NotRun(f"{self._operation.operator} is kept as it came, and nothing here runs it")
            self._run = self._runner(self._operation)
        made = self._run((*inputs, *self.parameters()))
        return made[0] if len(made) == 1 else made
