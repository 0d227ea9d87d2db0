"""What readers of networks share: one operation as a file's operator becomes it, and windows from their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from designer.graph.operations import AveragePool, Convolution, Operation, Pad, TransposedConvolution
from designer.graph.window import Padding, Pair, Quad, extent

Weights = Any
"""A NumPy array or a tensor of PyTorch: what has a shape."""


class Built(NamedTuple):
    """One operation that an operator becomes.

    Attributes:
        operation: What is computed.
        inputs: Names of the tensors it takes.
        results: Names of what it makes.
        weights: Arrays or tensors by the names of the operation's weights.
        rules: Names of what was rewritten, for people.
    """

    operation: Operation
    inputs: tuple[str, ...]
    results: tuple[str, ...]
    weights: Mapping[str, Weights] = {}
    rules: tuple[str, ...] = ()


def padding_of(kernel: Pair, dilation: Pair, numbers: Quad) -> Padding:
    """What the pads of a window are for: none, the symmetric ones of an odd window, or just these numbers."""
    if not any(numbers):
        return Padding.NONE
    down, across = extent(kernel, dilation)
    is_symmetric = numbers == (down // 2, down // 2, across // 2, across // 2)
    return Padding.SYMMETRIC if down % 2 and across % 2 and is_symmetric else Padding.EXPLICIT


def convolution(
    weight: Weights, has_bias: bool, stride: Pair, dilation: Pair, groups: int, padding: tuple[Padding, Quad]
) -> Convolution:
    """A convolution from its kernel C'×(C/g)×k×k.

    Args:
        weight: The kernel.
        has_bias: Whether one number is added to each output channel.
        stride: Step between outputs.
        dilation: Distance between taps.
        groups: g.
        padding: What stands around the input, and its numbers.
    """
    out_channels, channels, rows, columns = (int(side) for side in weight.shape)
    return Convolution(
        kernel=(rows, columns),
        stride=stride,
        pads=padding[1],
        padding=padding[0],
        in_channels=channels * groups,
        out_channels=out_channels,
        dilation=dilation,
        groups=groups,
        bias=has_bias,
    )


def transposed_convolution(
    weight: Weights, has_bias: bool, stride: Pair, dilation: Pair, groups: int, pads: Quad, output_padding: Pair
) -> TransposedConvolution:
    """A transposed convolution from its kernel C×(C'/g)×k×k.

    Args:
        weight: The kernel.
        has_bias: Whether one number is added to each output channel.
        stride: Positions of the output from one of the input to the next.
        dilation: Distance between taps.
        groups: g.
        pads: Rows and columns cut off at top, bottom, left and right.
        output_padding: Rows and columns added at the bottom and right.
    """
    channels, made, rows, columns = (int(side) for side in weight.shape)
    return TransposedConvolution(
        kernel=(rows, columns),
        stride=stride,
        pads=pads,
        padding=Padding.EXPLICIT if any(pads) else Padding.NONE,
        in_channels=channels,
        out_channels=made * groups,
        dilation=dilation,
        groups=groups,
        bias=has_bias,
        output_padding=output_padding,
    )


def counted_padding(kernel: Pair, stride: Pair, pads: Quad, x: str, between: str, result: str) -> list[Built]:
    """An average pool that counts its padding in the mean: zeros around the map, and a pool without padding.

    Args:
        kernel: Of the pool.
        stride: Of the pool.
        pads: Rows and columns around the map at top, bottom, left and right.
        x: What is pooled.
        between: What the padded map is called.
        result: What the pool makes.
    """
    return [
        Built(Pad(pads), (x,), (between,)),
        Built(AveragePool(kernel=kernel, stride=stride), (between,), (result,), {}, ("padding counted in a mean",)),
    ]
