"""What a sweep looks for: a figure to make small, or, of what makes a network able, to make large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from designer.analysis.figures.figure import Figure, Scope
from designer.analysis.figures.registry import figure, figures
from designer.errors import ParameterError, near
from designer.sweeps.result import Result

_MORE = "max:"


@dataclass(frozen=True)
class Objective:
    """A figure, and which way is better.

    Attributes:
        key: The figure's.
        wants_more: Whether more of it is better.
    """

    key: str
    wants_more: bool = False

    @property
    def figure(self) -> Figure:
        """The figure."""
        return figure(self.key)

    @property
    def label(self) -> str:
        """``MACs``, or ``MACs (more)``."""
        return f"{self.figure.label} (more)" if self.wants_more else self.figure.label

    def cost(self, result: Result) -> float | None:
        """A result's figure so that less is better; None where it is unknown."""
        value = result.value(self.key)
        return -value if value is not None and self.wants_more else value


def objective_keys() -> tuple[str, ...]:
    """Keys of the figures that can be an objective."""
    return tuple(each.key for each in figures(Scope.DESIGN) if each.is_quantity)


def read_objectives(texts: Sequence[str]) -> tuple[Objective, ...]:
    """Objectives from their texts: ``latency_s``, or ``max:macs`` where more is better.

    Raises:
        ParameterError: There is no such figure, or they are not one to three different ones.
    """
    found = tuple(Objective(text.removeprefix(_MORE), text.startswith(_MORE)) for text in texts)
    known = objective_keys()
    for each in found:
        if each.key not in known:
            raise ParameterError(
                each.key, f"there is no such objective{near(each.key, known)}; there are {', '.join(known)}"
            )
    if not 1 <= len(found) <= 3 or len({each.key for each in found}) < len(found):
        raise ParameterError("objective", f"{len(found)} were given; take one to three different ones")
    return found
