"""The figures of a space's designs, each worked out from its neighbour: what two have in common is counted once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figures
from designer.analysis.report import problem_lines
from designer.errors import DesignerError
from designer.sweeps.constraints import Constraint, Value, constraint
from designer.sweeps.objective import Objective
from designer.sweeps.result import Result
from designer.sweeps.space import Point, Space


def countable() -> tuple[Figure, ...]:
    """Figures that are a quantity of a design and need no measurement."""
    return tuple(each for each in figures(Scope.DESIGN) if each.is_quantity and not each.is_measured)


def usual_keys() -> tuple[str, ...]:
    """Keys of the figures that every result states."""
    return tuple(each.key for each in countable() if each.is_headline)


class Counting:
    """Counts the designs of one space.

    Args:
        space: The space.
        objectives: What is looked for; results state these figures beside the usual ones.

    Raises:
        ParameterError: A constraint cannot be read, or speaks of what is neither a figure nor varied.
    """

    def __init__(self, space: Space, objectives: Sequence[Objective] = ()) -> None:
        self.space = space
        self.constraints = read_constraints(space)
        named = {name for each in self.constraints for name in each.names}
        wanted = {*usual_keys(), *(each.key for each in objectives), *named}
        self._figures = tuple(each for each in countable() if each.key in wanted)
        self._base = space.base.digest
        self._last: Analysis | None = None

    def results(self, points: Sequence[Point]) -> Iterator[Result]:
        """A result for each point, in order, as soon as it is counted."""
        for point in points:
            yield self.result(point)

    def result(self, point: Point) -> Result:
        """What one design costs, or why there is none."""
        settings = dict(self.space.settings_at(point))
        try:
            design = self.space.design(point)
        except DesignerError as error:
            return Result(settings, problem=str(error), base=self._base)
        self._last = analysis = analyse(design, self._last)
        if not analysis.is_valid:
            return Result(settings, problem=problem_lines(analysis)[0], base=self._base)
        known = {each.key: each.known_of_design(analysis) for each in self._figures}
        found = {key: value for key, value in known.items() if value is not None}
        result = Result(settings, found, base=self._base)
        return replace(result, broken=self.broken(result)) if self.constraints else result

    def broken(self, result: Result) -> tuple[str, ...]:
        """The constraints that a result does not keep; one that speaks of what is not known yet is not broken."""
        values: dict[str, Value | None] = {name: result.value(name) for each in self.constraints for name in each.names}
        for variable in self.space.variables:
            # Numbers are compared as numbers, everything else by its word.
            plain = result.settings[variable.name]
            values[variable.name] = plain if isinstance(plain, (bool, int, float, str)) else str(plain)
        return tuple(each.text for each in self.constraints if each.holds(values) is False)


def read_constraints(space: Space) -> tuple[Constraint, ...]:
    """A space's constraints.

    Raises:
        ParameterError: One cannot be read, or speaks of what is neither a figure nor varied.
    """
    known = frozenset((*(each.key for each in figures(Scope.DESIGN)), *(each.name for each in space.variables)))
    return tuple(constraint(text, known) for text in space.constraints)
