"""A search for the front of a space by Optuna's samplers: which points are worth a visit is learned from those visited.

Optuna is asked for a few points at a time and told what was found there; it runs nothing, and keeps trials in memory.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from designer.errors import ParameterError
from designer.graph.parameter import Integer, Ratio
from designer.sweeps.objective import Objective
from designer.sweeps.result import Result
from designer.sweeps.space import Point, Space, Variable

SAMPLERS = ("nsga2", "tpe")

_VIOLATION = "violation"


def why_not() -> str:
    """Why there is no search here, with what would bring it; empty where there is one."""
    if find_spec("optuna") is None:
        return "a search takes the package optuna; pip install 'bottleneck-designer[search]' brings it"
    return ""


class Search:
    """A walk that asks a sampler.

    Args:
        space: The space.
        objectives: What is looked for, one to three.
        points: How many points it visits.
        sampler: One of ``SAMPLERS``: the genetic algorithm NSGA-II, or the tree-structured Parzen estimator.
        seed: Of the sampler.

    Raises:
        ParameterError: Optuna is not installed, or there is no such sampler.
    """

    def __init__(
        self, space: Space, objectives: Sequence[Objective], points: int, sampler: str = "nsga2", seed: int = 0
    ) -> None:
        if why_not():
            raise ParameterError("search", why_not())
        if sampler not in SAMPLERS:
            raise ParameterError("sampler", f"there is no sampler '{sampler}'; there are {', '.join(SAMPLERS)}")
        import optuna

        self.total = points
        self._space, self._objectives, self._left = space, tuple(objectives), points
        self._asked: list[tuple[Any, Point]] = []
        self._distributions = {each.name: _distribution(each) for each in space.variables}
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it takes constraints by is called experimental
            chosen = _sampler(sampler, seed, min(50, max(8, points // 10)))
        self._study = optuna.create_study(directions=["minimize"] * len(self._objectives), sampler=chosen)

    def ask(self, most: int) -> Sequence[Point]:
        wanted = min(most, self._left)
        self._left -= wanted
        trials = [self._study.ask(self._distributions) for _ in range(wanted)]
        self._asked = [(trial, self._point(trial.params)) for trial in trials]
        return list(dict.fromkeys(point for _, point in self._asked))

    def _point(self, params: Mapping[str, int]) -> Point:
        return tuple(params[each.name] for each in self._space.variables)

    def tell(self, found: Mapping[Point, Result]) -> None:
        import optuna

        for trial, point in self._asked:
            values = self._values(found.get(point))
            if values is None:
                self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
                continue
            trial.set_user_attr(_VIOLATION, float(len(found[point].broken)))
            self._study.tell(trial, values)
        self._asked = []

    def _values(self, result: Result | None) -> list[float] | None:
        """The objectives at a point; None where one of them is unknown there."""
        if result is None or result.problem:
            return None
        values = [each.cost(result) for each in self._objectives]
        return None if None in values else [value for value in values if value is not None]


def _distribution(variable: Variable) -> Any:
    """Places among the values: in order where they are numbers, else as they come."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    most = len(variable.values) - 1
    if isinstance(variable.parameter, (Integer, Ratio)) and sorted(variable.values) == list(variable.values):
        return IntDistribution(0, most)
    return CategoricalDistribution(tuple(range(most + 1)))


def _sampler(name: str, seed: int, population: int) -> Any:
    import optuna

    def violation(trial: Any) -> Sequence[float]:
        return (trial.user_attrs.get(_VIOLATION, 0.0),)

    if name == "tpe":
        return optuna.samplers.TPESampler(seed=seed, constraints_func=violation, multivariate=True)
    return optuna.samplers.NSGAIISampler(seed=seed, population_size=population, constraints_func=violation)
