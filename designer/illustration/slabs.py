"""Tensors and kernels as bodies, in oblique projection: rows stand upright, channels go across, columns go back.

Sides of tensors are to scale with H and W, all tensors of a picture alike; how deep they are goes with channels, in
proportion or by their logarithm, whichever is said. Kernels have the same depth and larger sides, else nobody could
count their taps.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from math import log2, sqrt
from typing import NamedTuple

from designer.graph.tensor import TensorSpec
from designer.illustration.chain import Kernels
from designer.illustration.scene import Box, Spot
from designer.wording import count

BACK_X, BACK_Y = 0.24, -0.13
"""How far one unit to the back goes across and up, for a tensor's columns."""

KERNEL_BACK_X, KERNEL_BACK_Y = 0.5, -0.28
"""The same for a kernel's columns, which are few and must be told apart."""

LINEAR_UP_TO = 64
"""Beyond such a ratio of the most channels to the fewest, the thinnest would be no more than a line."""

_THINNEST = 1.5
_WIDEST_KERNEL = 5
"""A kernel of more taps than this is drawn as large as one of so many."""


class Depth(Enum):
    """How the depth of a slab goes with its channels; the value is the word for it."""

    LINEAR = "linear"
    LOG = "log"
    ROOT = "root"

    @property
    def words(self) -> str:
        """What is said of it."""
        return {
            Depth.LINEAR: "in proportion to channels",
            Depth.LOG: "with the logarithm of channels",
            Depth.ROOT: "with the square root of channels",
        }[self]

    def share(self, channels: int, most: int) -> float:
        """How deep so many channels are, as a share of how deep the most are."""
        match self:
            case Depth.LINEAR:
                return channels / most
            case Depth.LOG:
                return log2(1 + channels) / log2(1 + most)
            case Depth.ROOT:
                return sqrt(channels / most)


class Solid(NamedTuple):
    """A box in oblique projection.

    Attributes:
        front: The upright face: channels across, rows down.
        back: How far the columns go back: across, and up where negative.
    """

    front: Box
    back: Spot

    @property
    def front_face(self) -> tuple[Spot, ...]:
        """Corners of the upright face."""
        box = self.front
        return Spot(box.x, box.y), Spot(box.right, box.y), Spot(box.right, box.bottom), Spot(box.x, box.bottom)

    @property
    def top_face(self) -> tuple[Spot, ...]:
        """Corners of what is seen from above."""
        box, (dx, dy) = self.front, self.back
        return (
            Spot(box.x, box.y),
            Spot(box.x + dx, box.y + dy),
            Spot(box.right + dx, box.y + dy),
            Spot(box.right, box.y),
        )

    @property
    def side_face(self) -> tuple[Spot, ...]:
        """Corners of what is seen from the right: rows down, columns to the back."""
        box, (dx, dy) = self.front, self.back
        return (
            Spot(box.right, box.y),
            Spot(box.right + dx, box.y + dy),
            Spot(box.right + dx, box.bottom + dy),
            Spot(box.right, box.bottom),
        )

    @property
    def box(self) -> Box:
        """The upright rectangle around it."""
        (dx, dy), front = self.back, self.front
        return Box(front.x, front.y + dy, front.width + dx, front.height - dy)


class Scale(NamedTuple):
    """What lengths mean in a picture.

    Attributes:
        position: Units a row or a column of a tensor; with square roots, units for the root of their number.
        most_channels: How many channels have the full depth.
        full_depth: The depth of so many.
        depth: How depth goes with channels.
        tap: Units a tap of a kernel.
        has_roots: Whether sides go with the square roots of H and W, so that small maps beside large ones are seen.
    """

    position: float
    most_channels: int
    full_depth: float
    depth: Depth
    tap: float
    has_roots: bool = False

    def thickness(self, channels: int) -> float:
        """How deep so many channels are."""
        return max(self.full_depth * self.depth.share(channels, self.most_channels), _THINNEST)

    def side(self, positions: int) -> float:
        """How long so many rows or columns are."""
        return self.position * (sqrt(positions) if self.has_roots else positions)

    def width(self, spec: TensorSpec) -> float:
        """How much room a tensor takes across."""
        return self.thickness(spec.channels) + BACK_X * self.side(spec.width)

    def solid(self, spec: TensorSpec, left: float, bottom: float) -> Solid:
        """A tensor N×C×H×W that stands with its front corner at a place; the batch is not drawn."""
        height, columns = self.side(spec.height), self.side(spec.width)
        front = Box(left, bottom - height, self.thickness(spec.channels), height)
        return Solid(front, Spot(BACK_X * columns, BACK_Y * columns))

    def kernel(self, kernels: Kernels, left: float, bottom: float) -> Solid:
        """One kernel that stands with its front corner at a place."""
        tap = self.tap * min(1.0, _WIDEST_KERNEL / max(kernels.rows, kernels.columns))
        front = Box(left, bottom - kernels.rows * tap, self.thickness(kernels.depth), kernels.rows * tap)
        return Solid(front, Spot(KERNEL_BACK_X * kernels.columns * tap, KERNEL_BACK_Y * kernels.columns * tap))

    @property
    def words(self) -> str:
        """What is said of the scale."""
        sides = "with the square roots of H and W" if self.has_roots else "to scale with H and W"
        return f"Sides of tensors {sides}; depth {self.depth.words}, the deepest has {count(self.most_channels)}."


def scale_for(
    tensors: Iterable[TensorSpec],
    height: float,
    full_depth: float,
    tap: float,
    depth: Depth | None = None,
    has_roots: bool = False,
) -> Scale:
    """One scale for all tensors of a picture.

    Args:
        tensors: What is drawn, N×C×H×W each.
        height: How high the largest map is drawn.
        full_depth: How deep the most channels are drawn.
        tap: How large a tap of a kernel is drawn.
        depth: How depth goes with channels; where None, in proportion unless the thinnest would vanish.
        has_roots: Whether sides go with the square roots of H and W.
    """
    specs = list(tensors)
    largest = max(max(spec.height, spec.width) for spec in specs)
    channels = [spec.channels for spec in specs]
    if depth is None:
        depth = Depth.LINEAR if max(channels) <= LINEAR_UP_TO * min(channels) else Depth.LOG
    position = height / (sqrt(largest) if has_roots else largest)
    return Scale(position, max(channels), full_depth, depth, tap, has_roots)
