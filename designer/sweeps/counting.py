"""The figures of a space's designs, each worked out from its neighbour: what two have in common is counted once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figure, figures
from designer.analysis.report import problem_lines
from designer.errors import DesignerError, ParameterError, near
from designer.sweeps.constraints import Constraint, Value, constraint
from designer.sweeps.result import Result
from designer.sweeps.space import Point, Space


def countable() -> tuple[Figure, ...]:
    """Figures that are a quantity of a design and need no measurement."""
    return tuple(each for each in figures(Scope.DESIGN) if each.is_quantity and not each.is_measured)


def usual_keys() -> tuple[str, ...]:
    """Keys of the figures that every result states."""
    return tuple(each.key for each in countable() if each.is_headline)


def objective_keys() -> tuple[str, ...]:
    """Keys of the figures that can be an objective."""
    return tuple(each.key for each in figures(Scope.DESIGN) if each.is_quantity and each.less_is_better)


def check_objectives(keys: Sequence[str]) -> None:
    """Raise ParameterError unless these are one to three different figures that can be objectives."""
    for key in keys:
        if key not in objective_keys():
            known = objective_keys()
            raise ParameterError(key, f"there is no such objective{near(key, known)}; there are {', '.join(known)}")
    if not 1 <= len(keys) <= 3 or len(set(keys)) < len(keys):
        raise ParameterError("objective", f"{len(keys)} were given; take one to three different ones")


class Counting:
    """Counts the designs of one space.

    Args:
        space: The space.
        objectives: Keys of the figures that a result needs beside the usual ones.

    Raises:
        ParameterError: A constraint cannot be read, or speaks of what is neither a figure nor varied.
    """

    def __init__(self, space: Space, objectives: Sequence[str] = ()) -> None:
        self.space = space
        self.constraints = read_constraints(space)
        named = {name for each in self.constraints for name in each.names}
        wanted = {*usual_keys(), *objectives, *named}
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
        values: dict[str, Value | None] = {**self._said(point), **found}
        broken = tuple(each.text for each in self.constraints if each.holds(values) is False)
        return Result(settings, found, broken, base=self._base)

    def _said(self, point: Point) -> dict[str, Value | None]:
        """The variables' values as a constraint compares them: numbers as numbers, everything else as its word."""
        said: dict[str, Value | None] = {}
        for variable, place in zip(self.space.variables, point, strict=True):
            value = variable.values[place]
            said[variable.name] = value if isinstance(value, (bool, int, float, str)) else variable.text(place)
        return said


def read_constraints(space: Space) -> tuple[Constraint, ...]:
    """A space's constraints.

    Raises:
        ParameterError: One cannot be read, or speaks of what is neither a figure nor varied.
    """
    known = frozenset((*(each.key for each in figures(Scope.DESIGN)), *(each.name for each in space.variables)))
    return tuple(constraint(text, known) for text in space.constraints)


def title_of(key: str) -> str:
    """A figure's name as people read it."""
    return figure(key).title
