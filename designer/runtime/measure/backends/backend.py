"""The contract of a backend: a way to run a design, declared once, with the reason where it cannot be had.

A backend gets a workload and gives something that can be called again and again. What calls it compares its outputs
with the eager module's before any of it is timed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import torch
from torch import Tensor

from designer.analysis.analysis import Analysis
from designer.analysis.program import Program
from designer.graph.design import NodePath
from designer.runtime.compile.folding import Folded, fold
from designer.runtime.compile.module import CompiledModule, assembled
from designer.runtime.measure.configuration import DTYPES, MEMORY_FORMATS

OWN_FORMAT = "its own"
"""The memory format of what orders channels as it likes."""


@dataclass(frozen=True)
class Workload:
    """What a backend shall run.

    Attributes:
        analysis: What the design means, at the batch that is measured.
        program: What it computes.
        module: It as an eager module in float32, in eval mode, on the CPU.
        inputs: In float32 on the CPU, N×C×H×W each.
        device: Where to run.
        dtype: A key of ``DTYPES``.
        memory_format: A key of ``MEMORY_FORMATS``.
        threads: CPU threads within an operation.
    """

    analysis: Analysis
    program: Program
    module: CompiledModule
    inputs: tuple[Tensor, ...]
    device: torch.device
    dtype: str
    memory_format: str
    threads: int

    @cached_property
    def folded(self) -> Folded:
        """The program with its batch norms computed into convolutions."""
        return fold(self.program, self.module.state_dict())

    @cached_property
    def folded_module(self) -> CompiledModule:
        """The folded program as a module, in float32 on the CPU."""
        return assembled(self.folded.program, self.folded.weights).eval()

    def placed(self, module: CompiledModule, memory_format: str) -> CompiledModule:
        """A copy of a module, on the device, in the element type and order of channels."""
        copy = deepcopy(module).to(device=self.device, dtype=DTYPES[self.dtype])
        return copy.to(memory_format=MEMORY_FORMATS[memory_format])  # type: ignore[call-overload,no-any-return]

    def placed_inputs(self, memory_format: str) -> tuple[Tensor, ...]:
        """The inputs, likewise."""
        return tuple(
            tensor.to(device=self.device, dtype=DTYPES[self.dtype]).contiguous(
                memory_format=_suited(tensor, memory_format)
            )
            for tensor in self.inputs
        )


def _suited(tensor: Tensor, memory_format: str) -> torch.memory_format:
    return MEMORY_FORMATS[memory_format] if tensor.dim() == 4 else torch.contiguous_format


@dataclass(frozen=True)
class Prepared:
    """A design that a backend is ready to run.

    Attributes:
        call: Runs it once; gives whatever the backend gives.
        outputs: Makes float32 tensors on the CPU of what a call gave, one an output.
        memory_format: How channels lie, in words.
        module: What runs it step by step, where nodes can be timed.
        inputs: What that takes.
        into: By node that is computed within another, that other.
        facts: What else belongs to the conditions, by words: the version of a runtime.
        keep: What must live as long as this does.
    """

    call: Callable[[], Any]
    outputs: Callable[[Any], list[Tensor]]
    memory_format: str
    module: CompiledModule | None = None
    inputs: tuple[Tensor, ...] = ()
    into: Mapping[NodePath, NodePath] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    keep: object = None


class Backend(ABC):
    """A way to run a design.

    Attributes:
        key: Its word in options and results.
        title: Its name for people.
        help: What it does, in a sentence.
        device_types: The kinds of devices it runs on, in PyTorch's words; empty for all.
        dtypes: The element types it computes in, keys of ``DTYPES``.
        formats: The memory formats it takes, keys of ``MEMORY_FORMATS``; empty where it orders channels as it likes.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    device_types: ClassVar[tuple[str, ...]] = ()
    dtypes: ClassVar[tuple[str, ...]] = tuple(DTYPES)
    formats: ClassVar[tuple[str, ...]] = tuple(MEMORY_FORMATS)

    def missing(self) -> str:
        """Why this machine lacks what it needs, and what would fix it; empty where it is there."""
        return ""

    def is_for(self, device: torch.device) -> bool:
        """Whether it runs on this kind of device at all."""
        return not self.device_types or device.type in self.device_types

    def reason_against(self, device: torch.device, dtype: str) -> str:
        """Why it cannot run on a device in an element type; empty where it can."""
        if not self.is_for(device):
            return f"{self.title} runs on {' and '.join(self.device_types)} only, not on {device}"
        if dtype not in self.dtypes:
            return f"{self.title} is measured in {' and '.join(self.dtypes)} only, not in {dtype}"
        return self.missing()

    @abstractmethod
    def prepare(self, work: Workload) -> Prepared:
        """Make ready whatever happens once: folding, compiling, loading."""

    def format_for(self, work: Workload) -> str:
        """The memory format that it runs a workload in."""
        if not self.formats:
            return OWN_FORMAT
        return work.memory_format if work.memory_format in self.formats else self.formats[0]


def torch_outputs(result: Any) -> list[Tensor]:
    """What a PyTorch module gave, as float32 on the CPU."""
    results: Sequence[Tensor] = result if isinstance(result, (tuple, list)) else (result,)
    return [tensor.detach().float().cpu() for tensor in results]
