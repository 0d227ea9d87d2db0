"""What a sweep is asked to do, as records that cross to another process or another machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from designer.errors import ParameterError
from designer.files.design_json import loads
from designer.record import Record
from designer.sweeps.objective import Objective, read_objectives
from designer.sweeps.search import Search
from designer.sweeps.space import Space, space_around, space_of
from designer.sweeps.walks import Walk, at_random, grid
from designer.templates.networks import template


@dataclass(frozen=True)
class SpaceSource(Record):
    """What a space is made of, as texts.

    Attributes:
        design: The design as the text of its file; empty where a template is swept.
        template: The template's key; empty where a design is swept.
        settings: Settings of the template that do not vary, as typed.
        vary: What varies beside the marked fields, and its values as typed.
        constraints: Constraints beside the design's own.
    """

    design: str = ""
    template: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    vary: tuple[tuple[str, str], ...] = ()
    constraints: tuple[str, ...] = ()

    def space(self) -> Space:
        """The space.

        Raises:
            ParameterError: Nothing varies, or something of it cannot be varied so.
            TemplateError: There is no such template or setting.
            DesignFileError: The text is no design.
        """
        if self.template:
            space = space_around(template(self.template), self.settings, self.vary)
        else:
            space = space_of(loads(self.design), self.vary)
        if not space.variables:
            raise ParameterError("vary", "nothing varies; say a field and its values: bottleneck_6.expansion=2,4,6")
        return space.constrained(self.constraints)


class Way(Enum):
    """How a space is walked through."""

    GRID = "grid"
    RANDOM = "random"
    SEARCH = "search"


@dataclass(frozen=True)
class Plan(Record):
    """How a sweep goes.

    Attributes:
        objectives: What is looked for, as ``read_objectives`` takes it, one to three.
        way: How the space is walked through.
        points: How many points at most, of a walk that is not the whole grid.
        sampler: Of a search: ``nsga2`` or ``tpe``.
        seed: Of what is drawn.
        measures: Whether what keeps the constraints is measured.
    """

    objectives: tuple[str, ...] = ("macs", "parameters")
    way: Way = Way.GRID
    points: int = 1000
    sampler: str = "nsga2"
    seed: int = 0
    measures: bool = False

    @property
    def wanted(self) -> tuple[Objective, ...]:
        """The objectives.

        Raises:
            ParameterError: One of them is none.
        """
        return read_objectives(self.objectives)

    def walk(self, space: Space) -> Walk:
        """The walk through a space.

        Raises:
            ParameterError: The space is too large for it, an objective is unknown, or what it takes is not installed.
        """
        wanted = self.wanted
        match self.way:
            case Way.GRID:
                return grid(space)
            case Way.RANDOM:
                return at_random(space, self.points, self.seed)
        return Search(space, wanted, self.points, self.sampler, self.seed)
