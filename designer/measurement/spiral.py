"""What an activation leaves of a spiral: the experiment of figure 1 in Sandler et al. 2018 (arXiv 1801.04381), as data.

Points of a spiral in two dimensions are lifted by a random matrix to n dimensions, one a channel, passed through an
activation, and brought back to two. What is kept is said as a share of the spiral's variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from statistics import median

from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import choice, integer, numbers
from designer.layers.activation import Activation
from designer.record import Record

MOST_CHANNELS = 4096
LEAST_CHANNELS = 2
"""A plane does not go through fewer, whatever the activation."""


class WayBack(Enum):
    """Which matrix brings points back from n dimensions to two."""

    MATRIX = "matrix"
    POINTS = "points"

    @property
    def title(self) -> str:
        """The words on screen."""
        return {
            WayBack.MATRIX: "least-squares inverse of the matrix",
            WayBack.POINTS: "best fit to these points",
        }[self]


@option_set
class SpiralOptions(OptionSet):
    """What to lift, through what, and how often."""

    channels: tuple[int, ...] = numbers(
        title="Channels n",
        default=(2, 3, 5, 15, 30),
        low=LEAST_CHANNELS,
        high=MOST_CHANNELS,
        help="To how many dimensions the spiral is lifted, one picture for each.",
    )
    activation: Activation = choice(default=Activation.RELU, help="What the lifted spiral passes through.")
    way_back: WayBack = choice(
        title="Way back",
        default=WayBack.MATRIX,
        help="The inverse of the random matrix, as in the paper, or the best that a 1×1 convolution could learn.",
    )
    seed: int = integer(default=0, low=0, high=2**31 - 1, help="Of the first random matrix, which is drawn.")
    seeds: int = integer(
        title="Seeds", default=20, low=1, high=500, help="How many random matrices the curve and its spread are of."
    )


@dataclass(frozen=True)
class SpiralPicture(Record):
    """What came back from n dimensions, with one random matrix.

    Attributes:
        channels: n.
        seed: Of the matrix.
        points: Where each point of the spiral came back to.
        kept: The share of the spiral's variance that is kept.
    """

    channels: int
    seed: int
    points: tuple[tuple[float, float], ...]
    kept: float


@dataclass(frozen=True)
class SpiralSpread(Record):
    """The share that is kept of n dimensions, over several random matrices.

    Attributes:
        channels: n.
        shares: One for each seed, in their order.
    """

    channels: int
    shares: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.shares)

    @property
    def low(self) -> float:
        """The least."""
        return min(self.shares)

    @property
    def high(self) -> float:
        """The greatest."""
        return max(self.shares)


@dataclass(frozen=True)
class SpiralReport(Record):
    """An experiment that was run.

    Attributes:
        options: With what.
        spiral: The points that were lifted, their mean at the origin.
        pictures: One for each n that was asked for, with the first seed.
        curve: The share by n, with those that were asked for and some between, in increasing order.
    """

    options: SpiralOptions
    spiral: tuple[tuple[float, float], ...]
    pictures: tuple[SpiralPicture, ...]
    curve: tuple[SpiralSpread, ...]

    def spread(self, channels: int) -> SpiralSpread:
        """The shares of an n that is in the curve.

        Raises:
            KeyError: It is not.
        """
        for each in self.curve:
            if each.channels == channels:
                return each
        raise KeyError(f"the curve has no {channels} channels")


REMARKS = (
    "What an activation leaves unclipped it only scales: where everything of interest stays above zero, ReLU is a "
    "straight line, and all of it gets through.",
    "What it clips can be kept by other channels, if there are many more of them than what is of interest has "
    "dimensions. So widen first and clip there; where channels are few, stay linear.",
)
"""What the authors conclude, in our words."""
SOURCE = "Sandler et al. 2018, MobileNetV2, sec. 3.2 and fig. 1"

DEFINITION = (
    "Kept is the share of the spiral's variance that a straight-line reading of what came back explains: 100 % is the "
    "same spiral, however stretched, turned or moved; 0 % tells nothing of where a point was."
)
"""What the number is, in words; in formulas 1 − Σ‖x − Ay − b‖² / Σ‖x − mean x‖² with the best A and b."""
