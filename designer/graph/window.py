"""A window that slides over a map, and what stands around the map's edge. Knows no layer and no operation."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from designer.errors import ShapeError
from designer.graph.tensor import TensorSpec, require_map


class Padding(Enum):
    """What stands around the input of a sliding window.

    SYMMETRIC is PyTorch's usual d·(k−1)/2 zeros on both sides. SAME is TensorFlow's: just enough that the output has
    ceil(in / s) positions, the odd one after rather than before. NONE adds nothing. EXPLICIT adds what is given.
    """

    SYMMETRIC = "symmetric"
    SAME = "same"
    NONE = "none"
    EXPLICIT = "explicit"

    @property
    def title(self) -> str:
        """The word on screen, with whose convention it is."""
        return {
            Padding.SYMMETRIC: "symmetric (PyTorch)",
            Padding.SAME: "same (TensorFlow)",
            Padding.NONE: "none",
            Padding.EXPLICIT: "explicit",
        }[self]


Pair = tuple[int, int]
"""Rows and columns."""

Quad = tuple[int, int, int, int]
"""Top, bottom, left, right."""


class Window(NamedTuple):
    """A square window that slides over height and width.

    Attributes:
        kernel_size: Side k of the window, in taps.
        stride: Step s between outputs.
        dilation: Distance d between taps.
        padding: What stands around the input.
        explicit: Top, bottom, left, right, where padding is EXPLICIT.
    """

    kernel_size: int
    stride: int = 1
    dilation: int = 1
    padding: Padding = Padding.SYMMETRIC
    explicit: Quad = (0, 0, 0, 0)

    @property
    def extent(self) -> int:
        """Input positions from the first tap to the last: (k − 1)·d + 1."""
        return (self.kernel_size - 1) * self.dilation + 1

    @property
    def is_lopsided(self) -> bool:
        """Whether symmetric padding cannot keep the size: an even extent has no middle."""
        return self.padding is Padding.SYMMETRIC and self.extent % 2 == 0

    def pads(self, x: TensorSpec) -> Quad:
        """Rows added at top and bottom, columns at left and right, for an input N×C×H×W."""
        if self.padding is Padding.NONE:
            return (0, 0, 0, 0)
        if self.padding is Padding.EXPLICIT:
            return self.explicit
        if self.padding is Padding.SYMMETRIC:
            side = (self.extent - 1) // 2
            return (side, side, side, side)
        rows, columns = (same_pads(size, self.extent, self.stride) for size in (x.height, x.width))
        return (*rows, *columns)

    def slide(self, x: TensorSpec) -> TensorSpec:
        """Shape after sliding over N×C×H×W, the channels as they were: floor((in + pads − extent) / s) + 1 a side.

        Raises:
            ShapeError: The input is no map, or the window is larger than the padded input.
        """
        require_map(x)
        top, bottom, left, right = self.pads(x)
        height = (x.height + top + bottom - self.extent) // self.stride + 1
        width = (x.width + left + right - self.extent) // self.stride + 1
        if height < 1 or width < 1:
            raise ShapeError(
                "window-too-large",
                f"a window of {self.extent}×{self.extent} does not fit",
                f"its input {x.label} is {x.height + top + bottom}×{x.width + left + right} with padding; "
                "a smaller kernel or dilation, more padding or less stride before it would fit",
            )
        return x.with_sides(height, width)


def same_pads(size: int, extent: int, stride: int) -> Pair:
    """What TensorFlow's SAME adds before and after one side of a map.

    total = max((ceil(in / s) − 1)·s + (k − 1)·d + 1 − in, 0), the smaller half before.

    Args:
        size: Positions of that side.
        extent: Positions from the window's first tap to its last, (k − 1)·d + 1.
        stride: Step between outputs.
    """
    positions = -(-size // stride)
    total = max((positions - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2
