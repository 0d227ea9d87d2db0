"""What follows from the steps of a lowering: shapes, weights, formulas, and whose memory each output is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from designer.graph.formula import Formulas
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
        return tuple(weight for step in self.steps for weight in step.operation.weights())

    @property
    def formulas(self) -> Formulas:
        """How parameters and work come about, summed over the steps."""
        found = [
            step.operation.formulas(tuple(self.specs[name] for name in step.inputs), self.specs[step.result])
            for step in self.steps
        ]
        if len(set(found)) == 1:
            return found[0] if len(found) == 1 else found[0].times(len(found))
        return reduce(Formulas.plus, found, Formulas())


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
    holder: dict[str, int | None] = {name: index for index, name in enumerate(input_names)}
    for step in steps:
        made = step.operation.outputs(*[specs[name] for name in step.inputs])
        held = holder[step.inputs[0]] if step.operation.is_view else None
        for name, spec in zip(step.results, made, strict=True):
            specs[name], holder[name] = spec, held
    return Lowered(
        steps, specs, tuple(specs[name] for name in output_names), tuple(holder[name] for name in output_names)
    )
