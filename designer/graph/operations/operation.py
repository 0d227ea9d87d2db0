"""What a layer computes, as data: one frozen record an operation, in no framework's words, with its own defaults.

A layer lowers to a few steps of these; shapes, weights, work and formulas of the layer follow from them. Whatever
writes, builds or counts a design is a ``Reader``: it holds one answer for each type of operation, or a reason why it
has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from designer.graph import plug_ins
from designer.graph.formula import Statement, T, Terms
from designer.graph.tensor import TensorSpec
from designer.graph.weight import Weight

_types: list[type[Operation]] = []


class Operation:
    """One thing that is computed. Subclasses are frozen dataclasses whose fields say all of it.

    A subclass that names a ``title`` is an operation that every reader must answer for; one without is a shared base.
    """

    title: ClassVar[str] = ""
    is_view: ClassVar[bool] = False
    """Whether its results are its first input's own memory when running."""
    is_opaque: ClassVar[bool] = False
    """Whether it is kept as it came, so that nothing is known of its work."""

    def __init_subclass__(cls, title: str = "") -> None:
        """Note an operation by its title."""
        if title:
            cls.title = title
            _types.append(cls)

    # The base signatures take any number of tensors, so that each operation can name its own.

    def outputs(self, *inputs: TensorSpec) -> tuple[TensorSpec, ...]:
        """The shapes of its results, for the shapes it takes.

        Raises:
            ShapeError: It cannot take these inputs.
        """
        return (self.output(*inputs),)

    def output(self, *inputs: Any) -> TensorSpec:
        """The shape of its only result; the first input's unless said.

        Raises:
            ShapeError: It cannot take these inputs.
        """
        first: TensorSpec = inputs[0]
        return first

    def weights(self) -> tuple[Weight, ...]:
        """The tensors it keeps, in state-dict order."""
        return ()

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        """How its parameters, multiply-accumulates and element-wise operations come about.

        Args:
            of: What the statement is made of: numbers, or expressions that a person reads.
            inputs: The shapes it takes.
            output: The shape of its first result.
        """
        return Statement()


def operations() -> tuple[type[Operation], ...]:
    """Every type of operation, in the order of declaration."""
    return tuple(_types)


class Step(NamedTuple):
    """One operation of a lowering, with the names of its tensors.

    Attributes:
        operation: What is computed.
        inputs: Names of the tensors it takes: the layer's input ports, or results of steps before it.
        results: Names of what it makes; those called as the layer's output ports are its outputs.
    """

    operation: Operation
    inputs: tuple[str, ...] = ("x",)
    results: tuple[str, ...] = ("y",)

    @property
    def result(self) -> str:
        """The name of its first result."""
        return self.results[0]


Answer = TypeVar("Answer")
Function = TypeVar("Function", bound=Callable[..., object])


class Reader(Generic[Answer]):
    """What one reader of operations answers for each type of them.

    Args:
        title: What it makes of operations, as a refusal says it: ``ONNX``, ``Keras``.
        group: Where other packages' answers are named; empty where none are asked for.
    """

    def __init__(self, title: str, group: str = "") -> None:
        self.title = title
        self._group = group
        self._answers: dict[type[Operation], Answer] = {}
        self._refusals: dict[type[Operation], str] = {}

    def answers(self, *types: type[Operation]) -> Callable[[Function], Function]:
        """Mark a function as the answer for these types."""

        def note(function: Function) -> Function:
            for each in types:
                self.set(each, function)  # type: ignore[arg-type]  # mypy checks the function where the table is read
            return function

        return note

    def set(self, type: type[Operation], answer: Answer) -> None:
        """State the answer for a type."""
        self._answers[type] = answer

    def refuse(self, type: type[Operation], reason: str) -> None:
        """State why a type has no answer, as the end of a sentence: ``Keras has no …``."""
        self._refusals[type] = reason

    def find(self, operation: Operation) -> Answer | None:
        """The answer for an operation, where there is one; other packages are asked for what none here answers."""
        if type(operation) not in self._answers and self._group:
            plug_ins.load(self._group)
        return self._answers.get(type(operation))

    def refusal(self, operation: Operation) -> str:
        """Why there is none."""
        stated = self._refusals.get(type(operation))
        return stated or f"nothing here writes a {operation.title} to {self.title}"

    def changed(self, answers: Mapping[type[Operation], Answer | None]) -> Reader[Answer]:
        """A reader that answers these types otherwise, or not at all where None is given."""
        made: Reader[Answer] = Reader(self.title, self._group)
        kept = {**self._answers, **answers}
        made._answers = {type: answer for type, answer in kept.items() if answer is not None}
        made._refusals = dict(self._refusals)
        return made

    def unanswered(self) -> Iterator[type[Operation]]:
        """Types that have neither an answer nor a stated refusal."""
        return (each for each in operations() if each not in self._answers and each not in self._refusals)
