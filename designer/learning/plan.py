"""What training is asked for, as a record that crosses to another process."""

from __future__ import annotations

from dataclasses import dataclass

from designer.errors import ParameterError
from designer.record import Record

SHAPES, DIGITS = "shapes", "digits"
"""The words for data that no folder holds."""

LEAST_SEEDS = 8
"""How many seeds a claim takes at least: with 8 that all agree, chance alone would do it once in 128, less than 1 %."""


@dataclass(frozen=True)
class LearningPlan(Record):
    """On what, how, and how long designs are trained.

    Attributes:
        data: ``shapes``, ``digits``, or the path of a folder with a folder of pictures for each class.
        difficulty: Of the shapes, 0 to 1.
        batch: Pictures a step.
        learning_rate: Adam's.
        seconds: How long a race takes about, all designs and seeds together; what is under way is ended.
        steps: Steps of each run; where None, as many as the seconds allow.
        seeds: How many runs each design has, each with other weights and another order of the data.
        device: PyTorch's word for where it runs.
    """

    data: str = SHAPES
    difficulty: float = 0.3
    batch: int = 32
    learning_rate: float = 1e-3
    seconds: float = 60.0
    steps: int | None = None
    seeds: int = LEAST_SEEDS
    device: str = "cpu"

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            ParameterError: A number is.
        """
        _require("difficulty", 0 <= self.difficulty <= 1, "it takes 0, clear shapes, to 1, hard to tell apart")
        _require("batch", 2 <= self.batch <= 4096, "it takes 2 to 4096 pictures: a norm over one has no variance")
        _require("learning_rate", 0 < self.learning_rate <= 10, "it takes more than 0, up to 10; 0.001 is usual")
        _require("seconds", 0 < self.seconds <= 86_400, "it takes more than 0 seconds, up to a day")
        _require("steps", self.steps is None or 1 <= self.steps <= 1_000_000, "it takes 1 to 1,000,000 steps")
        _require("seeds", 1 <= self.seeds <= 100, f"it takes 1 to 100; a claim takes {LEAST_SEEDS}")
        _require("data", bool(self.data.strip()), f"it takes {SHAPES}, {DIGITS}, or a folder of pictures by class")


def _require(name: str, holds: bool, reason: str) -> None:
    if not holds:
        raise ParameterError(name, reason)
