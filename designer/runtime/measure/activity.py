"""What the activations of a design let through, watched while it runs: channels off, on and clipped, and ranks."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.program import Instruction, program_of
from designer.errors import JobFailed
from designer.graph.design import Design, NodePath
from designer.graph.layer import Category
from designer.graph.operations import Elementwise
from designer.measurement.activity import ActivityOptions, ActivityReport, LayerActivity
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.module import CompiledModule, compile_analysis, random_inputs
from designer.runtime.compile.weights import fill
from designer.runtime.formats.calibration import samples_of
from designer.timing.rounds import Cancelled

Progress = Callable[[float, str], None]

_MOST_ROWS = 4096
_ROWS_A_CHANNEL = 2
"""So many times as many rows as channels, where the inputs have them, so that it is not rows that bound a rank."""


def activity_of(
    design: Design,
    options: ActivityOptions,
    *,
    weights: str | os.PathLike[str] | None = None,
    within: NodePath = (),
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ActivityReport:
    """Run a design on the CPU and watch its activations, or those inside one of its blocks.

    Args:
        design: The whole of it, so that a block is shown what reaches it there.
        options: What it is shown.
        weights: A file of weights; what it lacks, or all without a file, is fresh.
        within: The block; empty for all activations.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked between steps.

    Raises:
        InvalidDesign: The design has problems.
        NotEnoughMemory: It would not fit.
        ExportError: Weights or pictures cannot be read or do not fit.
        JobFailed: No activation is there.
        Cancelled: ``is_cancelled`` said so.
    """
    analysis = analyse(design)
    program = program_of(analysis)
    watched = {
        place: instruction
        for place, instruction in enumerate(program.instructions)
        if _is_activation(instruction) and instruction.path[: len(within)] == within
    }
    if not watched:
        where = ".".join(within) or design.name
        raise JobFailed(f"{where} has no activation, so nothing is clipped in it; give it one, such as ReLU6")
    module, said = _module(analysis, weights, options.seed)
    inputs, shown = _inputs(module, options)
    sums = {
        place: _Sum(instruction, program.specs[instruction.target].channels, len(inputs))
        for place, instruction in watched.items()
    }
    wanted = {instruction.sources[0] for instruction in watched.values()}
    with torch.inference_mode():
        for done, sample in enumerate(inputs):
            before = dict(zip(program.whole.inputs, sample, strict=True))
            for place, (_, made) in enumerate(module.watched(sample)):
                if is_cancelled():
                    raise Cancelled
                instruction = program.instructions[place]
                if place in sums:
                    sums[place].add(before[instruction.sources[0]], made)
                if instruction.target in wanted:
                    before[instruction.target] = made
            progress((done + 1) / len(inputs), f"input {done + 1} of {len(inputs)}")
    layers = tuple(each.result() for each in sums.values())
    return ActivityReport(analysis.digest, options, said, shown, layers)


def _is_activation(instruction: Instruction) -> bool:
    return instruction.layer.category is Category.ACTIVATION and isinstance(instruction.step.operation, Elementwise)


def _module(analysis: Analysis, weights: str | os.PathLike[str] | None, seed: int) -> tuple[CompiledModule, str]:
    module = compile_analysis(analysis, seed=seed, device=torch.device("cpu")).eval()
    if weights is None:
        return module, f"fresh weights, seed {seed}"
    return module, fill(module, read_weights(weights)).sentence(Path(weights).name, seed)


def _inputs(module: CompiledModule, options: ActivityOptions) -> tuple[list[list[Tensor]], str]:
    """The inputs of each run, 1×C×H×W each, and what they are in words."""
    shapes = [(1, *shape[1:]) for shape in module.input_shapes]
    if not options.pictures:
        cpu = torch.device("cpu")
        made = [random_inputs(shapes, cpu, options.seed * 1000 + index) for index in range(options.samples)]
        return made, f"{options.samples} inputs of normal noise, seed {options.seed}"
    _, arrays = samples_of(Path(options.pictures), shapes, options.samples, options.normalisation)
    number = f"{len(arrays)} sample" + "s" * (len(arrays) != 1)
    return [[torch.from_numpy(each)] for each in arrays], f"{number} of {Path(options.pictures).name}"


class _Sum:
    """What was seen of one activation so far."""

    def __init__(self, instruction: Instruction, channels: int, inputs: int) -> None:
        operation = instruction.step.operation
        assert isinstance(operation, Elementwise)  # the caller chose it
        self._instruction, self._clips, self._channels = instruction, operation.clips, channels
        self._rows = max(_MOST_ROWS, _ROWS_A_CHANNEL * channels) // inputs + 1
        self._is_low = torch.ones(channels, dtype=torch.bool)
        self._has_high = torch.zeros(channels, dtype=torch.bool)
        self._has_flat = torch.zeros(channels, dtype=torch.bool)
        self._low = self._high = self._all = 0
        self._before: list[Tensor] = []
        self._after: list[Tensor] = []

    def add(self, before: Tensor, after: Tensor) -> None:
        """Take what went in and what came out, 1×C×… each."""
        flat = _by_channel(after)
        low, high = _at(flat, self._clips.low), _at(flat, self._clips.high)
        self._is_low &= low.all(dim=0)
        self._has_high |= high.any(dim=0)
        self._has_flat |= (low | high).any(dim=0)
        self._low += int(low.sum())
        self._high += int(high.sum())
        self._all += flat.numel()
        self._before.append(_spread(_by_channel(before), self._rows))
        self._after.append(_spread(flat, self._rows))

    def result(self) -> LayerActivity:
        """All of it."""
        clipped = self._has_high & ~self._is_low
        on = ~self._has_flat
        before, after = torch.cat(self._before), torch.cat(self._after)
        return LayerActivity(
            tuple(self._instruction.path),
            self._instruction.layer.title,
            self._channels,
            int(self._is_low.sum()),
            int(clipped.sum()),
            int(on.sum()),
            self._low / self._all,
            self._high / self._all,
            self._clips.high,
            rank(before),
            rank(after),
            len(after),
        )


def _by_channel(tensor: Tensor) -> Tensor:
    """A row a position, a column a channel."""
    return tensor.movedim(1, -1).reshape(-1, tensor.shape[1])


def _at(rows: Tensor, value: float | None) -> Tensor:
    return torch.zeros_like(rows, dtype=torch.bool) if value is None else rows == value


def _spread(rows: Tensor, number: int) -> Tensor:
    """So many of the rows, evenly spread."""
    if len(rows) <= number:
        return rows.clone()
    return rows[torch.arange(number) * len(rows) // number].clone()


def rank(rows: Tensor) -> int:
    """How many independent directions rows have about their mean: singular values above what float32 rounds to.

    The bound is the usual one: the largest singular value times the longer side times the rounding step of float32.
    """
    exact = rows.double()
    exact = exact - exact.mean(dim=0)
    # The eigenvalues of the product are the squares of the singular values, and far quicker where rows are many.
    squares = torch.linalg.eigvalsh(exact.T @ exact if len(exact) >= exact.shape[1] else exact @ exact.T)
    largest = float(squares[-1])
    if largest <= 0:
        return 0
    bound = torch.finfo(torch.float32).eps * max(exact.shape)
    return int((squares > largest * bound**2).sum())
