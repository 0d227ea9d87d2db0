"""Shared makers of weights, work and PyTorch calls, as data. Declarations use them; nobody else needs to."""

from __future__ import annotations

from typing import Any

from designer.errors import Misfit
from designer.graph.formula import Expression, Formulas, batch, positions, product, quantity, sides_mark
from designer.graph.layer import Call, Padding, Quad, Weight, Window, Work
from designer.graph.tensor import TensorSpec


def call(target: str, *inputs: str, result: str = "y", **arguments: Any) -> Call:
    """One PyTorch call with keyword arguments."""
    return Call(target, tuple(arguments.items()), inputs or ("x",), result)


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


def convolution_calls(x: TensorSpec, window: Window, *, out_channels: int, groups: int, bias: bool) -> tuple[Call, ...]:
    """torch.nn.Conv2d, after a torch.nn.functional.pad where the padding differs between the sides."""
    pads = window.pads(x)
    module_padding, before = split_padding(pads)
    arguments: dict[str, Any] = {
        "in_channels": x.channels,
        "out_channels": out_channels,
        "kernel_size": window.kernel_size,
    }
    if window.stride != 1:
        arguments["stride"] = window.stride
    if module_padding is not None and any(module_padding):
        arguments["padding"] = module_padding[0] if module_padding[0] == module_padding[1] else module_padding
    if window.dilation != 1:
        arguments["dilation"] = window.dilation
    if groups != 1:
        arguments["groups"] = groups
    if not bias:
        arguments["bias"] = False
    if before is None:
        return (call("torch.nn.Conv2d", **arguments),)
    return (pad_call(before), call("torch.nn.Conv2d", "padded", **arguments))


def split_padding(pads: Quad) -> tuple[tuple[int, int] | None, Quad | None]:
    """What a module can pad itself (rows, columns), else what must be padded before it."""
    top, bottom, left, right = pads
    if top == bottom and left == right:
        return (top, left), None
    return None, pads


def pad_call(pads: Quad, value: float = 0.0) -> Call:
    """torch.nn.functional.pad to ``padded``; PyTorch lists left, right, top, bottom."""
    top, bottom, left, right = pads
    arguments: dict[str, Any] = {"pad": (left, right, top, bottom)}
    if value:
        arguments["value"] = value
    return call("torch.nn.functional.pad", result="padded", **arguments)


def require_even_symmetric(window: Window) -> None:
    """Raise Misfit for a symmetric padding that cannot be: an even extent has no middle."""
    if window.padding is Padding.SYMMETRIC and window.extent % 2 == 0:
        raise Misfit(
            "even-symmetric",
            f"symmetric padding of an even kernel ({window.kernel_size}×{window.kernel_size}) does not keep the size",
            "an even window has no middle; an odd kernel, or padding 'same', would",
        )


def require_divisible(what: str, channels: int, groups: int) -> None:
    """Raise Misfit unless the groups divide the channels."""
    if channels % groups:
        raise Misfit(
            "groups",
            f"{groups} groups do not divide {channels} {what} channels",
            f"each group takes the same number of channels; {channels % groups} would be left over",
        )
