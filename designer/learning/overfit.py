"""Whether a design can learn one batch by heart, and where the gradient ends if it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from designer.record import Record
from designer.wording import plural

STEPS = 200
"""Steps that one batch may take: a few dozen are enough for networks that learn."""


class Fault(Enum):
    """What is wrong at a node while one batch is learnt."""

    DEAD = "gives out zeros alone"
    ZERO = "gets a gradient of zero"
    VANISHING = "gets a vanishing gradient"
    EXPLODING = "gets an exploding gradient"
    NOT_A_NUMBER = "has numbers that are infinite or none at all"


@dataclass(frozen=True)
class Finding(Record):
    """A fault at a node.

    Attributes:
        path: The node, with the blocks around it.
        fault: What is wrong.
        step: At which step it was seen, from 1.
    """

    path: tuple[str, ...]
    fault: Fault
    step: int

    @property
    def sentence(self) -> str:
        """``bottleneck_1.expand gets a gradient of zero (step 1)``."""
        return f"{'.'.join(self.path)} {self.fault.value} (step {self.step})"


@dataclass(frozen=True)
class OverfitReport(Record):
    """How the check went.

    Attributes:
        design: The design's name.
        data: What it was shown, in words.
        pictures: How many were in the batch.
        right: How many of them had their own class as the largest output at the end.
        most_steps: Steps it might take.
        losses: The cross-entropy before each step, in nats; what is no number is left out.
        is_learnt: Whether the batch was learnt: all right, and a loss below a tenth.
        findings: What was found at nodes, in the order in which the signal meets them.
    """

    keys = ("design", "data", "pictures", "right", "most_steps", "losses", "is_learnt", "findings", "sentence")

    design: str
    data: str
    pictures: int
    right: int
    most_steps: int
    losses: tuple[float, ...]
    is_learnt: bool
    findings: tuple[Finding, ...]

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.is_learnt:
            return f"{self.design}: learns one batch of {self.pictures} by heart in {plural(len(self.losses), 'step')}"
        if not self.losses:
            return f"{self.design}: its loss is no number from the first step on"
        return (
            f"{self.design}: does not learn one batch of {self.pictures} by heart "
            f"in {plural(self.most_steps, 'step')}: {self.right} right, "
            f"loss {self.losses[0]:.3g} → {self.losses[-1]:.3g}"
        )
