"""Shared makers of weights, work and steps, as data. Declarations use them; nobody else needs to."""

from __future__ import annotations

from designer.errors import ShapeError
from designer.graph.formula import Expression, Formulas, batch, positions, product, quantity, sides_mark
from designer.graph.layer import Weight, Work
from designer.graph.operations import Convolution, Operation, Step
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Window


def step(operation: Operation, *inputs: str, result: str = "y") -> tuple[Step, ...]:
    """The whole lowering of a layer that is one operation, on ``x`` unless said."""
    return (Step(operation, inputs or ("x",), result),)


def convolution_weights(
    out_channels: int, in_channels_per_group: int, kernel_size: int, bias: bool
) -> tuple[Weight, ...]:
    """Weight out×in/g×k×k, and a bias of one number an output channel."""
    weight = Weight("weight", (out_channels, in_channels_per_group, kernel_size, kernel_size))
    return (weight, Weight("bias", (out_channels,))) if bias else (weight,)


def convolution_work(y: TensorSpec, in_channels_per_group: int, kernel_size: int, bias: bool) -> Work:
    """MACs k²·(in/g)·out·H'·W' a picture; the bias is one addition an output element."""
    return Work(y.elements * kernel_size**2 * in_channels_per_group, y.elements if bias else 0)


def convolution_formulas(x: TensorSpec, y: TensorSpec, kernel: Expression, filters: Expression, bias: bool) -> Formulas:
    """Parameters, MACs and the bias' additions, for N×C×H×W in and N×C'×H'×W' out.

    Args:
        x: The input.
        y: The output.
        kernel: The numbers in one filter, k²·C or less.
        filters: How many filters there are, C'.
        bias: Whether each has one number to add.
    """
    places = positions(y, sides_mark(x, y))
    weight = product(kernel, filters)
    return Formulas(
        weight.plus(filters) if bias else weight,
        product(batch(y), weight, *places),
        product(batch(y), filters, *places) if bias else None,
    )


def kernel_area(kernel_size: int) -> Expression:
    """k²."""
    return quantity("k", kernel_size).power(2)


def convolution_step(x: TensorSpec, window: Window, *, out_channels: int, groups: int, bias: bool) -> tuple[Step, ...]:
    """The convolution that slides a window over N×C×H×W."""
    return step(
        Convolution(
            in_channels=x.channels,
            out_channels=out_channels,
            kernel=(window.kernel_size, window.kernel_size),
            stride=(window.stride, window.stride),
            dilation=(window.dilation, window.dilation),
            groups=groups,
            bias=bias,
            pads=window.pads(x),
            padding=window.padding,
        )
    )


EVEN_SYMMETRIC = "even-symmetric"
"""The word for a symmetric padding that cannot be."""


def require_even_symmetric(window: Window, instead: Padding = Padding.SAME) -> None:
    """Raise ShapeError for a symmetric padding that cannot be: an even extent has no middle.

    Args:
        window: What slides.
        instead: A padding of the layer's that an even extent can have, which is advised.
    """
    if window.is_lopsided:
        raise ShapeError(
            EVEN_SYMMETRIC,
            f"symmetric padding of an even kernel ({window.kernel_size}×{window.kernel_size}) does not keep the size",
            f"an even window has no middle; an odd kernel, or padding '{instead.value}', would do",
        )


def require_divisible(what: str, channels: int, groups: int) -> None:
    """Raise ShapeError unless the groups divide the channels."""
    if channels % groups:
        raise ShapeError(
            "groups",
            f"{groups} groups do not divide {channels} {what} channels",
            f"each group takes the same number of channels; {channels % groups} would be left over",
        )
