"""What the activations of a design let through, by layer: channels off, on, clipped, and the rank before and after."""

from __future__ import annotations

from dataclasses import dataclass

from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import choice, integer, location
from designer.measurement.pictures import Normalisation
from designer.record import Record


@option_set
class ActivityOptions(OptionSet):
    """What the design is shown."""

    pictures: str = location(
        default="",
        is_folder=True,
        help="Folder of pictures or .npy arrays that the design is shown; without one, random numbers.",
    )
    samples: int = integer(default=8, low=1, high=1024, help="How many inputs it is shown.")
    normalisation: Normalisation = choice(
        title="Pixels become", default=Normalisation.IMAGENET, help="How pixels become inputs."
    )
    seed: int = integer(default=0, low=0, high=2**31 - 1, help="Of fresh weights and of random inputs.")


@dataclass(frozen=True)
class LayerActivity(Record):
    """What one activation let through, over all positions of all inputs.

    Each channel is counted once: off before clipped before on before the rest.

    Attributes:
        path: The activation's node, through blocks.
        title: ``ReLU6``.
        channels: How many it has.
        off: Channels that nothing came through of: at the lower clip everywhere.
        clipped: Channels that reach the upper clip somewhere.
        on: Channels that pass as they are everywhere, so that the activation is a straight line for them.
        numbers_off: Share of all numbers that are at the lower clip.
        numbers_clipped: Share of all numbers that are at the upper clip.
        clip: The upper clip, such as 6; None where there is none.
        rank_before: Rank of what came in, a row a position, a column a channel, each column's mean taken off.
        rank_after: Rank of what went out.
        positions: How many rows the ranks are of; no rank is larger than this.
    """

    path: tuple[str, ...]
    title: str
    channels: int
    off: int
    clipped: int
    on: int
    numbers_off: float
    numbers_clipped: float
    clip: float | None
    rank_before: int
    rank_after: int
    positions: int

    @property
    def mixed(self) -> int:
        """Channels that are off at times and on at others, and never at the upper clip."""
        return self.channels - self.off - self.clipped - self.on

    @property
    def has_few_rows(self) -> bool:
        """Whether the rank after it might be larger, had more positions been seen."""
        return self.rank_after >= self.positions - 1 and self.rank_after < self.channels

    @property
    def name(self) -> str:
        """``bottleneck_3.expand_act``."""
        return ".".join(self.path)

    @property
    def sentence(self) -> str:
        """All of it in words."""
        clip = "" if self.clip is None else f", {self.clipped} reach {self.clip:g} at times"
        few = f", of {self.positions} positions, which allow no more" if self.has_few_rows else ""
        return (
            f"{self.name} ({self.title}): of {self.channels} channels {self.off} are always off, {self.on} always on"
            f"{clip}, {self.mixed} off at times; rank {self.rank_before} comes in and {self.rank_after} goes out{few}"
        )


@dataclass(frozen=True)
class ActivityReport(Record):
    """What the activations of a design let through.

    Attributes:
        digest: Of the design that was run.
        options: What it was shown.
        weights: Where its weights are from, in words.
        inputs: What it was shown, in words.
        layers: One for each activation, in order of execution.
    """

    digest: str
    options: ActivityOptions
    weights: str
    inputs: str
    layers: tuple[LayerActivity, ...]
