"""An operator of a file that nothing here computes, kept as it came."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.errors import ShapeError
from designer.graph.formula import Statement, T, Terms
from designer.graph.operations.operation import Operation
from designer.graph.tensor import TensorSpec
from designer.graph.weight import Weight
from designer.issue_code import IssueCode


@dataclass(frozen=True)
class Opaque(Operation, title="opaque operator"):
    """An operator of another format, of which the shapes it takes and gives are known, and nothing of its work.

    Attributes:
        format: Of the file it is from: ``onnx``, ``litert``, ``pytorch``.
        operator: Its type there: ``NonMaxSuppression``.
        takes: The shape of each tensor that flows into it, as it was brought in.
        gives: The shape of each of its results, then.
        kept: The shapes of the constants that it keeps as weights.
        content: The operator as its file has it, as text that the format's writer reads; empty where none does.
    """

    format: str
    operator: str
    takes: tuple[TensorSpec, ...]
    gives: tuple[TensorSpec, ...]
    kept: tuple[TensorSpec, ...] = ()
    content: str = ""

    is_opaque = True

    def outputs(self, *inputs: TensorSpec) -> tuple[TensorSpec, ...]:
        """The shapes it gave when it was brought in, for any batch."""
        if not self.takes:
            return self.gives
        then, now = self.takes[0].batch, inputs[0].batch
        for known, given in zip(self.takes, inputs, strict=True):
            if given.shape not in (known.shape, _of_batch(known, then, now).shape):
                raise ShapeError(
                    IssueCode.OPAQUE_SHAPE,
                    f"{self.operator} was brought in for {known.described}",
                    f"its input is {given.described} now, and what it makes of that is not known; "
                    "bring the network in again at this size, or feed it the shape it had",
                )
        return tuple(_of_batch(spec, then, now) for spec in self.gives)

    def weights(self) -> tuple[Weight, ...]:
        return tuple(Weight(constant_name(index), spec.shape) for index, spec in enumerate(self.kept))

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        kept = sum(prod(spec.shape) for spec in self.kept)
        return Statement(parameters=of.several(kept)) if kept else Statement()


def constant_name(index: int) -> str:
    """What a constant of an opaque operator is called among its weights."""
    return f"constant_{index}"


def _of_batch(spec: TensorSpec, then: int, now: int) -> TensorSpec:
    """A tensor for another batch, where its first dimension is the batch."""
    if spec.batch != then or not spec.shape:
        return spec
    return spec._replace(shape=(now, *spec.shape[1:]))
