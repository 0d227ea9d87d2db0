"""For every hint that a target gives: a design with the fault, and its twin without it."""

from __future__ import annotations

from dataclasses import dataclass

from designer.graph.design import Design
from designer.graph.window import Padding
from designer.issue_code import IssueCode
from designer.layers.activation import Mish, ReLU6
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from tests.analysis.twins import Twin
from tests.small_designs import row


@dataclass(frozen=True)
class TargetTwin(Twin):
    """The same of a target.

    Attributes:
        target: Which gives the hint.
    """

    target: str = "microcontroller_256k"


def _convolved(*layers: PointwiseConv2d | Conv2d, side: int = 16) -> Design:
    return row(Input(8, side, side), *layers, Output())


TARGET_TWINS: tuple[TargetTwin, ...] = (
    TargetTwin(
        IssueCode.TARGET_MEMORY,
        "two maps of 144 KiB do not fit into 256",
        _convolved(PointwiseConv2d(16), PointwiseConv2d(16), side=96),
        _convolved(PointwiseConv2d(12), PointwiseConv2d(12), side=96),
    ),
    TargetTwin(
        IssueCode.TARGET_WEIGHTS,
        "1200 × 1200 weights are more than a mebibyte",
        _convolved(PointwiseConv2d(1200), PointwiseConv2d(1200), side=1),
        _convolved(PointwiseConv2d(800), PointwiseConv2d(800), side=1),
    ),
    TargetTwin(
        IssueCode.TARGET_OPERATOR,
        "an Ethos-U has no logarithm, of which Mish is made",
        row(Input(8, 16, 16), PointwiseConv2d(8), Mish(), PointwiseConv2d(8), Output()),
        row(Input(8, 16, 16), PointwiseConv2d(8), ReLU6(), PointwiseConv2d(8), Output()),
        target="ethos_u55_128",
    ),
    TargetTwin(
        IssueCode.TARGET_CHANNELS,
        "a Cortex-M4 takes four channels at a time",
        _convolved(PointwiseConv2d(10), PointwiseConv2d(8)),
        _convolved(PointwiseConv2d(12), PointwiseConv2d(8)),
        target="arduino_nano_33_ble",
    ),
    TargetTwin(
        IssueCode.TARGET_PADDING,
        "PyTorch's padding of a stride of two is an operator in LiteRT",
        _convolved(Conv2d(8, 3, 2)),
        _convolved(Conv2d(8, 3, 2, Padding.SAME)),
    ),
)
