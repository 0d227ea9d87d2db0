"""What follows from the steps of a lowering: shapes, weights, formulas, and whose memory each output is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from designer.graph.formula import COUNTED, WRITTEN, Formulas, Statement, T, Terms, summed
from designer.graph.operations import Step
from designer.graph.tensor import TensorSpec
from designer.graph.weight import Weight


class Lowered(NamedTuple):
    """Steps, and what follows from them.

    Attributes:
        steps: The operations in order.
        specs: The shape of every tensor by its name: what comes in, what is made on the way, what goes out.
        outputs: The shape at each output port.
        aliases: For each output, which input's memory it is, by its place; None where it is its own.
    """

    steps: tuple[Step, ...]
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
        specs = self.specs
        found = [
            operation.formulas(of, tuple([specs[name] for name in read]), specs[results[0]])
            for operation, read, results in self.steps
        ]
        return summed(of, found)


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
    seen_through: dict[str, str] = {}
    for operation, read, results in steps:
        made = operation.outputs(*[specs[name] for name in read])
        specs.update(zip(results, made, strict=True))
        if operation.is_view:
            seen_through.update(dict.fromkeys(results, read[0]))
    aliases: tuple[int | None, ...] = (None,) * len(output_names)
    if seen_through:
        aliases = tuple(_held(name, seen_through, input_names) for name in output_names)
    return Lowered(steps, specs, tuple([specs[name] for name in output_names]), aliases)


def _held(name: str, seen_through: Mapping[str, str], input_names: Sequence[str]) -> int | None:
    """Which input's memory a tensor is, by its place."""
    while name in seen_through:
        name = seen_through[name]
    return input_names.index(name) if name in input_names else None
