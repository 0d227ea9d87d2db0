"""The figures of a space's designs, each worked out from its neighbour: what two have in common is counted once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figures
from designer.analysis.report import problem_lines
from designer.errors import DesignerError
from designer.sweeps.constraints import FITS, Constraint, Value, constraint
from designer.sweeps.objective import Objective
from designer.sweeps.result import Result
from designer.sweeps.space import Point, Space
from designer.targets.profile import Profile
from designer.targets.profile_files import targets
from designer.targets.verdict import Fits, verdict_of


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
        self._targets = tuple(each for key, each in _targets_by_name(space).items() if key in named)
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
        result = Result(settings, found, base=self._base, fits=self._fits(analysis))
        return replace(result, broken=self.broken(result)) if self.constraints else result

    def rechecked(self, known: Mapping[Point, Result]) -> dict[Point, Result]:
        """An earlier run's results held against the present constraints, what these speak of counted where it lacks."""
        return {point: self._rechecked(point, result) for point, result in known.items()}

    def _rechecked(self, point: Point, result: Result) -> Result:
        if result.problem:
            return result
        lacking = [each.key for each in self._figures if each.key not in result.figures]
        lacking += [each.key for each in self._targets if each.key not in result.fits]
        if lacking:
            fresh = self.result(point)
            result = replace(result, figures={**fresh.figures, **result.figures}, fits=fresh.fits)
        return replace(result, broken=self.broken(result))

    def _fits(self, analysis: Analysis) -> dict[str, bool]:
        verdicts = {each.key: verdict_of(analysis, each).fits for each in self._targets}
        return {key: fits is Fits.YES for key, fits in verdicts.items() if fits is not Fits.UNKNOWN}

    def broken(self, result: Result) -> tuple[str, ...]:
        """The constraints that a result does not keep; one that speaks of what is not known yet is not broken."""
        values: dict[str, Value | None] = {name: result.value(name) for each in self.constraints for name in each.names}
        values |= {f"{FITS}{key}": fits for key, fits in result.fits.items()}
        for variable in self.space.variables:
            # Numbers are compared as numbers, everything else by its word.
            plain = result.settings[variable.name]
            values[variable.name] = plain if isinstance(plain, (bool, int, float, str)) else str(plain)
        return tuple(each.text for each in self.constraints if each.holds(values) is False)


def read_constraints(space: Space) -> tuple[Constraint, ...]:
    """A space's constraints.

    Raises:
        ParameterError: One cannot be read, or speaks of what is neither a figure, nor varied, nor a target.
    """
    variables, targets = (each.name for each in space.variables), _targets_by_name(space)
    known = frozenset((*(each.key for each in figures(Scope.DESIGN)), *variables, *targets))
    return tuple(constraint(text, known) for text in space.constraints)


def _targets_by_name(space: Space) -> dict[str, Profile]:
    """The targets as constraints call them; none are read where no constraint speaks of any."""
    is_asked = any(FITS in text for text in space.constraints)
    return {f"{FITS}{each.key}": each for each in targets()} if is_asked else {}
