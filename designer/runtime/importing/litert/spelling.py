"""Functions that a LiteRT file spells out in operators that no layer computes one by one: norms, bounds, curves.

A spelling is an expression. It is looked for backwards from each operator that it could end in; what lies between must
be read nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from numpy.typing import NDArray

from designer.graph.operations import Operation
from designer.runtime.importing.litert.layout import Laid
from designer.runtime.importing.litert.model import LiteModel, LiteOperator
from designer.runtime.importing.litert.reading import NO_ACTIVATION, At, number_of

Array = NDArray[Any]


class Flowing(NamedTuple):
    """Any tensor, the same one wherever the name stands."""

    name: str


class Known(NamedTuple):
    """A constant; of one number where one is given."""

    name: str
    number: float | None = None


class Call(NamedTuple):
    """The result of an operator, which is remembered under a name where one is given."""

    kind: str
    inputs: tuple[Expression, ...]
    name: str = ""
    has_activation: bool = False


class Either(NamedTuple):
    """The first of several that is there."""

    choices: tuple[Expression, ...]


Expression = Flowing | Known | Call | Either

_COMMUTATIVE = frozenset({"ADD", "MUL", "MAXIMUM", "MINIMUM"})


class Found(NamedTuple):
    """What an expression was found to be.

    Attributes:
        tensors: By the expression's names.
        operators: Remembered ones, by name.
        parts: All operators, by their place in the file.
    """

    tensors: Mapping[str, int] = {}
    operators: Mapping[str, LiteOperator] = {}
    parts: frozenset[int] = frozenset()


class _Search:
    """Looks for expressions in a network.

    Args:
        model: The network.
        constants: Its tensors that are known, by their number.
    """

    def __init__(self, model: LiteModel, constants: Mapping[int, Array]) -> None:
        self._model, self._constants = model, constants
        self._makers = {index: place for place, each in enumerate(model.operators) for index in each.outputs}
        self._readers: dict[int, set[int]] = {}
        for place, each in enumerate(model.operators):
            for index in each.inputs:
                self._readers.setdefault(index, set()).add(place)

    def ending_in(self, expression: Call | Either, place: int) -> Found | None:
        """The expression whose last operator this is, with nothing of it read elsewhere; None where it is not one."""
        target = self._model.operators[place].outputs[0]
        for found in self._matching(expression, target, Found()):
            inner = found.parts - {place}
            made = {index for each in inner for index in self._model.operators[each].outputs}
            is_read = any(self._readers.get(index, set()) - found.parts for index in made)
            if not is_read and not made.intersection(self._model.outputs):
                return found
        return None

    def _matching(self, expression: Expression, tensor: int, found: Found) -> Iterator[Found]:
        if isinstance(expression, Either):
            for choice in expression.choices:
                yield from self._matching(choice, tensor, found)
        elif isinstance(expression, Call):
            yield from self._called(expression, tensor, found)
        elif (tensor in self._constants) == isinstance(expression, Known):
            if isinstance(expression, Known) and expression.number is not None:
                constant = self._constants[tensor]
                if constant.size != 1 or abs(float(constant.item()) - expression.number) > 1e-6:
                    return
            if found.tensors.get(expression.name, tensor) == tensor:
                yield found._replace(tensors={**found.tensors, expression.name: tensor})

    def _called(self, expression: Call, tensor: int, found: Found) -> Iterator[Found]:
        place = self._makers.get(tensor)
        if place is None:
            return
        operator = self._model.operators[place]
        if operator.kind != expression.kind or len(operator.inputs) < len(expression.inputs):
            return
        if operator.activation != NO_ACTIVATION and not expression.has_activation:
            return
        named = {**found.operators, expression.name: operator} if expression.name else found.operators
        begun = found._replace(operators=named, parts=found.parts | {place})
        yield from self._all(expression.inputs, operator.inputs, begun)
        if operator.kind in _COMMUTATIVE:
            yield from self._all(expression.inputs, operator.inputs[1::-1], begun)

    def _all(self, expressions: Sequence[Expression], tensors: Sequence[int], found: Found) -> Iterator[Found]:
        if not expressions:
            yield found
            return
        for first in self._matching(expressions[0], tensors[0], found):
            yield from self._all(expressions[1:], tensors[1:], first)


def call(kind: str, *inputs: Expression) -> Call:
    """An operator of these inputs."""
    return Call(kind, inputs)


class Bound(NamedTuple):
    """A spelled-out function where it stands.

    Attributes:
        at: Its last operator.
        found: Its parts.
    """

    at: At
    found: Found

    def value(self, name: str = "x") -> Laid:
        """A tensor that flows in."""
        return self.at.values[self.found.tensors[name]]

    def constant(self, name: str) -> Array:
        """A constant of it."""
        return self.at.constants[self.found.tensors[name]]

    def number(self, name: str) -> float:
        """A constant of one number."""
        found = self.constant(name)
        if found.size != 1:
            raise self.at.refused(f"its {name} is {found.size} numbers")
        return number_of(found)

    def places(self, name: str, rank: int) -> list[int]:
        """Dimensions of the file's that a constant names."""
        return sorted({int(each) % rank for each in self.constant(name).reshape(-1)})

    def made(
        self, operation: Operation, value: Laid, rule: str, weights: Mapping[str, Array] | None = None
    ) -> list[Laid]:
        """The function as one operation."""
        return self.at.made(operation, (value.tensor,), value.groups, weights, (rule,))

    def part(self, name: str) -> At:
        """One of its operators, making what the whole makes."""
        return replace(self.at, operator=self.found.operators[name])


_Build = Callable[[Bound], list[Laid]]


@dataclass(frozen=True)
class Spelled:
    """A function that was found.

    Attributes:
        found: Its parts.
        build: What it becomes.
    """

    found: Found
    build: _Build


Sound = Callable[[Found, Mapping[int, Array]], bool]
"""Whether what was found, with the constants of the network, is what its expression is meant to be."""


class _Spelling(NamedTuple):
    expression: Call | Either
    build: _Build
    is_sound: Sound


_SPELLINGS: list[_Spelling] = []


def spells(*expressions: Call | Either, is_sound: Sound = lambda found, constants: True) -> Callable[[_Build], _Build]:
    """Mark a function as what these expressions become; those that are marked first are looked for first.

    They are all known where ``operators`` was imported.
    """

    def note(build: _Build) -> _Build:
        _SPELLINGS.extend(_Spelling(each, build, is_sound) for each in expressions)
        return build

    return note


def spelled_out(model: LiteModel, constants: Mapping[int, Array]) -> dict[int, Spelled]:
    """What a network spells out, by the place of its last operator.

    Args:
        model: The network.
        constants: Its tensors that are known, by their number.
    """
    search = _Search(model, constants)
    made: dict[int, Spelled] = {}
    taken: set[int] = set()
    for spelling in _SPELLINGS:
        for place in range(len(model.operators)):
            if place in taken:
                continue
            found = search.ending_in(spelling.expression, place)
            if found is None or taken & found.parts or not spelling.is_sound(found, constants):
                continue
            made[place] = Spelled(found, spelling.build)
            taken |= found.parts
    return made
