"""A design as a classifier that can be trained: what it has to give out, its loss, and what a step needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.program import refuse_invalid
from designer.analysis.training_memory import training_memory
from designer.errors import JobFailed, NotEnoughMemory
from designer.graph.design import Design, NodePath
from designer.runtime.compile.memory import available_bytes, is_out_of_memory
from designer.runtime.compile.module import CompiledModule, compile_analysis
from designer.wording import memory as in_bytes

_ONE = 1e-3
"""How near to one the outputs of a picture sum up, where they are probabilities."""


class Classifier:
    """A design, and how well it tells classes apart.

    Args:
        design: What is trained.
        batch: Pictures a step.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: It takes more than one picture, or gives out no classes.
        NotEnoughMemory: A step would not fit; nothing was allocated.
    """

    def __init__(self, design: Design, batch: int) -> None:
        self.analysis = analyse(design, batch=batch)
        self.name = design.name
        refuse_invalid(self.analysis)
        self.input_shape = _picture_shape(self.analysis)
        self.outputs = _class_outputs(self.analysis)

    def require(self, classes: tuple[str, ...], device: torch.device) -> None:
        """Refuse what cannot be trained.

        Raises:
            JobFailed: It has fewer outputs than there are classes.
            NotEnoughMemory: A step would not fit.
        """
        if self.outputs < len(classes):
            raise JobFailed(
                f"'{self.name}' gives out {self.outputs} numbers a picture, and the data have {len(classes)} classes; "
                f"expected is one output N×K with K ≥ {len(classes)}: give the last fully connected layer more features"
            )
        needed, available = training_memory(self.analysis).total_bytes, available_bytes(device)
        if available is not None and needed > available:
            raise NotEnoughMemory(
                f"'{self.name}': a step of training on {self.analysis.batch} pictures needs {in_bytes(needed)}, and "
                f"{device} has {in_bytes(available)} free; a smaller batch or input would fit"
            )

    def module(self, seed: int, device: torch.device) -> CompiledModule:
        """Its module with fresh weights."""
        return compile_analysis(self.analysis, seed=seed, device=device)

    def paths(self, module: CompiledModule) -> Iterator[tuple[NodePath, list[nn.Parameter]]]:
        """Every node that has parameters, in the order in which the signal meets them."""
        for path, _, _ in self.analysis.primitives():
            try:
                parameters = list(module.submodule(path).parameters())
            except KeyError:
                continue
            if parameters:
                yield path, parameters


def logits(module: nn.Module, inputs: Tensor) -> Tensor:
    """Outputs N×K of which cross-entropy may take the softmax; of a design that ends in one, their logarithms.

    The logarithm of a softmax has itself as its own log-softmax, so that nothing is squashed twice.
    """
    given: Tensor = module(inputs).flatten(1)
    with torch.no_grad():
        is_share = bool((given >= 0).all()) and bool(((given.sum(1) - 1).abs() < _ONE).all())
    return given.clamp_min(torch.finfo(given.dtype).tiny).log() if is_share else given


def loss_of(outputs: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy, in nats."""
    return functional.cross_entropy(outputs, labels)


def right_of(outputs: Tensor, labels: Tensor) -> int:
    """How many pictures have their own class as the largest output."""
    return int((outputs.argmax(1) == labels).sum())


@contextmanager
def in_memory(name: str, batch: int) -> Iterator[None]:
    """Says of a failed allocation what would fit.

    Raises:
        NotEnoughMemory: In the place of PyTorch's error.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise NotEnoughMemory(
            f"'{name}' ran out of memory while it was trained on {batch} pictures a step; "
            "a smaller batch or input would fit"
        ) from error


def _picture_shape(analysis: Analysis) -> tuple[int, ...]:
    reports = [analysis.node(node.id) for node in analysis.design.input_nodes()]
    shapes = [spec.shape for report in reports for spec in report.outputs or ()]
    if len(shapes) != 1 or len(shapes[0]) != 4:
        told = ", ".join("×".join(map(str, shape)) for shape in shapes) or "nothing"
        raise JobFailed(f"'{analysis.design.name}' takes {told}; expected is one input of pictures, N×C×H×W")
    return tuple(shapes[0])


def _class_outputs(analysis: Analysis) -> int:
    shapes = [spec.shape for spec in analysis.given_out() or ()]
    if len(shapes) != 1 or not _is_vector(shapes[0]):
        told = ", ".join("×".join(map(str, shape)) for shape in shapes) or "nothing"
        raise JobFailed(
            f"'{analysis.design.name}' gives out {told}, which tells no classes apart; expected is one output N×K, a "
            "number for each class: end it with a global average pool and a fully connected layer"
        )
    return int(shapes[0][1])


def _is_vector(shape: tuple[int, ...]) -> bool:
    """Whether it is N×K, also as N×K×1×1, with two classes or more."""
    return len(shape) >= 2 and shape[1] >= 2 and all(side == 1 for side in shape[2:])
