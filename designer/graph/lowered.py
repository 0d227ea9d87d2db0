"""What follows from the steps of a lowering: shapes, weights, formulas, and whose memory each output is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from designer.graph.formula import COUNTED, WRITTEN, Formulas, Statement, T, Terms, summed
from designer.graph.operations import Operation, Step
from designer.graph.tensor import TensorSpec
from designer.graph.weight import Weight

Flow = tuple[Operation, tuple[TensorSpec, ...], tuple[TensorSpec, ...]]
"""One operation, the shapes it takes and the shapes of its results."""


class Lowered(NamedTuple):
    """Steps, and what follows from them.

    Attributes:
        steps: The operations in order.
        flows: The same with their shapes instead of their names.
        specs: The shape of every tensor by its name: what comes in, what is made on the way, what goes out.
        outputs: The shape at each output port.
        aliases: For each output, which input's memory it is, by its place; None where it is its own.
    """

    steps: tuple[Step, ...]
    flows: Sequence[Flow]
    specs: Mapping[str, TensorSpec]
    outputs: tuple[TensorSpec, ...]
    aliases: tuple[int | None, ...]

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The tensors that are kept, in state-dict order."""
        return tuple([weight for step in self.steps for weight in step.operation.weights()])

    @property
    def formulas(self) -> Formulas:
        """How parameters and work come about, summed over the steps."""
        return self._stated(WRITTEN)

    @property
    def figures(self) -> Statement[int]:
        """What they amount to."""
        return self._stated(COUNTED)

    def _stated(self, of: Terms[T]) -> Statement[T]:
        return summed(of, [operation.formulas(of, taken, made[0]) for operation, taken, made in self.flows])


def follow(
    steps: tuple[Step, ...], input_names: Sequence[str], inputs: Sequence[TensorSpec], output_names: Sequence[str]
) -> Lowered:
    """Lead shapes through steps.

    Args:
        steps: The operations in order.
        input_names: What the steps call the tensors that come in.
        inputs: Their shapes.
        output_names: What they call the tensors that go out.

    Raises:
        ShapeError: An operation cannot take what reaches it.
    """
    specs = dict(zip(input_names, inputs, strict=True))
    known = specs.__getitem__  # for ``map``: a recount leads shapes through hundreds of layers
    flows: list[Flow] = []
    seen_through: dict[str, str] = {}
    for operation, read, results in steps:
        taken = tuple(map(known, read))
        made = operation.outputs(*taken)
        specs.update(zip(results, made, strict=True))
        flows.append((operation, taken, made))
        if operation.is_view:
            seen_through.update(dict.fromkeys(results, read[0]))
    aliases: tuple[int | None, ...] = (None,) * len(output_names)
    if seen_through:
        aliases = tuple(_held(name, seen_through, input_names) for name in output_names)
    return Lowered(steps, flows, specs, tuple(map(known, output_names)), aliases)


def _held(name: str, seen_through: Mapping[str, str], input_names: Sequence[str]) -> int | None:
    """Which input's memory a tensor is, by its place."""
    while name in seen_through:
        name = seen_through[name]
    return input_names.index(name) if name in input_names else None
