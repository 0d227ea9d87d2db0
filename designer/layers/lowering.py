"""What several declarations of layers share: steps, windows as parameters, and what they refuse."""

from __future__ import annotations

from typing import Any

from designer.errors import ShapeError
from designer.graph.operations import Operation, Step
from designer.graph.parameter import choice, integers, sides
from designer.graph.window import Padding, Quad, Window, size_text
from designer.issue_code import IssueCode

SIDES_OF_A_MAP = ("top", "bottom", "left", "right")


def step(operation: Operation, *inputs: str, result: str = "y") -> tuple[Step, ...]:
    """The whole lowering of a layer that is one operation, on ``x`` unless said."""
    return (Step(operation, inputs or ("x",), (result,)),)


# Parameters that several layers have, each worded once.


def kernel_size(default: int = 3, what: str = "kernel") -> Any:
    """Side k of a window, or rows and columns."""
    return sides(default=default, low=1, high=63, help=f"Side k of the {what}, or rows × columns, as in 3×5.")


def stride(default: int = 1, help: str = "Step between outputs; 2 halves height and width.") -> Any:
    """Step between outputs, or down and across."""
    return sides(default=default, low=1, high=64, help=help)


def dilation() -> Any:
    """Distance between taps, or down and across."""
    return sides(default=1, low=1, high=64, help="Distance between kernel taps.")


def padding(default: Padding = Padding.SYMMETRIC, options: tuple[Padding, ...] = ()) -> Any:
    """What stands around the input of a window."""
    return choice(default=default, options=options, help="What stands around the input.")


def explicit_padding(default: Quad, what: str) -> Any:
    """Rows and columns, where the padding is explicit."""
    return integers(
        default=default,
        parts=SIDES_OF_A_MAP,
        help=f"Rows and columns {what}: top, bottom, left, right.",
        shown_when=("padding", Padding.EXPLICIT),
    )


def require_even_symmetric(window: Window, instead: Padding = Padding.SAME) -> None:
    """Raise ShapeError for a symmetric padding that cannot be: an even extent has no middle.

    Args:
        window: What slides.
        instead: A padding of the layer's that an even extent can have, which is advised.
    """
    if window.is_lopsided:
        raise ShapeError(
            IssueCode.EVEN_SYMMETRIC,
            f"symmetric padding of an even kernel ({size_text(window.kernel)}) does not keep the size",
            f"an even window has no middle; an odd kernel, or padding '{instead.value}', would do",
        )


def require_divisible(what: str, channels: int, groups: int) -> None:
    """Raise ShapeError unless the groups divide the channels."""
    if channels % groups:
        raise ShapeError(
            IssueCode.GROUPS,
            f"{groups} groups do not divide {channels} {what} channels",
            f"each group takes the same number of channels; {channels % groups} would be left over",
        )
