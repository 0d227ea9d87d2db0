"""A window that slides over a map, and what stands around the map's edge. Knows no layer and no operation."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from designer.errors import ShapeError
from designer.graph.tensor import TensorSpec, require_map
from designer.issue_code import IssueCode


class Padding(Enum):
    """What stands around the input of a sliding window.

    SYMMETRIC is PyTorch's usual d·(k−1)/2 zeros on both sides. SAME is TensorFlow's: just enough that the output has
    ceil(in / s) positions, the odd one after rather than before. NONE adds nothing. EXPLICIT adds what is given.
    """

    SYMMETRIC = "symmetric"
    SAME = "same"
    NONE = "none"
    EXPLICIT = "explicit"

    __hash__ = object.__hash__  # each is there once, and a recount hashes hundreds of layers

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


Size = int | Pair
"""One number for both directions, or rows and columns."""


def pair(size: Size) -> Pair:
    """Rows and columns of a size.

    >>> pair(3), pair((3, 5))
    ((3, 3), (3, 5))
    """
    return (size, size) if isinstance(size, int) else size


def short(sides: Pair) -> Size:
    """One number where both are the same, as people write it."""
    return sides[0] if sides[0] == sides[1] else sides


def size_text(size: Size) -> str:
    """``3×3``, ``3×5``."""
    rows, columns = pair(size)
    return f"{rows}×{columns}"


def brief_size(size: Size) -> str:
    """``2`` where both are the same, else ``2×1``."""
    rows, columns = pair(size)
    return str(rows) if rows == columns else f"{rows}×{columns}"


class Window(NamedTuple):
    """A window that slides over height and width.

    Attributes:
        kernel: Rows and columns of the window, in taps.
        stride: Step between outputs, down and across.
        dilation: Distance between taps, down and across.
        padding: What stands around the input.
        explicit: Top, bottom, left, right, where padding is EXPLICIT.
    """

    kernel: Pair
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Padding = Padding.SYMMETRIC
    explicit: Quad = (0, 0, 0, 0)

    @property
    def extent(self) -> Pair:
        """Input positions from the first tap to the last, (k − 1)·d + 1, down and across."""
        return extent(self.kernel, self.dilation)

    @property
    def is_lopsided(self) -> bool:
        """Whether symmetric padding cannot keep the size: an even extent has no middle."""
        if self.padding is not Padding.SYMMETRIC:
            return False
        down, across = self.extent
        return not (down % 2 and across % 2)

    def pads(self, x: TensorSpec) -> Quad:
        """Rows added at top and bottom, columns at left and right, for an input N×C×H×W."""
        if self.padding is Padding.NONE:
            return (0, 0, 0, 0)
        if self.padding is Padding.EXPLICIT:
            return self.explicit
        down, across = self.extent
        if self.padding is Padding.SYMMETRIC:
            rows, columns = (down - 1) // 2, (across - 1) // 2
            return (rows, rows, columns, columns)
        require_map(x)
        return (*same_pads(x.height, down, self.stride[0]), *same_pads(x.width, across, self.stride[1]))


def extent(kernel: Pair, dilation: Pair) -> Pair:
    """Input positions from a window's first tap to its last, (k − 1)·d + 1, down and across.

    >>> extent((3, 5), (2, 1))
    (5, 5)
    """
    return (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1


def slid(
    x: TensorSpec, reach: Pair, stride: Pair, pads: Quad, ceil_mode: bool = False, channels: int | None = None
) -> TensorSpec:
    """Shape after a window slides over N×C×H×W: floor((in + pads − extent) / s) + 1 a side.

    Args:
        x: The input.
        reach: The window's extent, down and across.
        stride: Step between outputs.
        pads: What is added at top, bottom, left and right.
        ceil_mode: Whether the quotient is rounded up instead, for a last window that begins inside the padded input
            but ends beyond it; one that would begin in the padding behind is left out, as PyTorch does.
        channels: C of the output, where it is another than the input's.

    Raises:
        ShapeError: The input is no map, or the window is larger than the padded input.
    """
    require_map(x)
    batch, depth, rows, columns = x.shape
    top, bottom, left, right = pads
    height = _positions(rows, reach[0], stride[0], top, bottom, ceil_mode)
    width = _positions(columns, reach[1], stride[1], left, right, ceil_mode)
    if height < 1 or width < 1:
        raise ShapeError(
            IssueCode.WINDOW_TOO_LARGE,
            f"a window of {size_text(reach)} does not fit",
            f"its input {x.label} is {rows + top + bottom}×{columns + left + right} with padding; "
            "a smaller kernel or dilation, more padding or less stride before it would fit",
        )
    return TensorSpec((batch, depth if channels is None else channels, height, width), x.dtype)


def _positions(size: int, reach: int, stride: int, before: int, behind: int, ceil_mode: bool) -> int:
    room = size + before + behind - reach
    if not ceil_mode or room < 0:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= size + before else count


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
