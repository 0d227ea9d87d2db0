"""Convolutions: standard, pointwise, depthwise, grouped; padding PyTorch's, TensorFlow's, none or explicit."""

from __future__ import annotations

from typing import Any

from designer.graph.formula import Expression, Formulas, product, quantity
from designer.graph.layer import Category, Layer, Weight, Work
from designer.graph.operations import Step
from designer.graph.parameter import choice, flag, integer, integers
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Quad, Window
from designer.layers.lowering import (
    convolution_formulas,
    convolution_step,
    convolution_weights,
    convolution_work,
    kernel_area,
    require_divisible,
    require_even_symmetric,
)
from designer.layers.registry import register

_CHANNELS_HIGH = 2**31 - 1
_SIDES = ("top", "bottom", "left", "right")


# Parameters that several convolutions have, each worded once.


def _out_channels() -> Any:
    return integer(default=64, low=1, high=_CHANNELS_HIGH, help="Output channels C', one filter each.")


def _kernel_size() -> Any:
    return integer(default=3, low=1, high=63, help="Side k of the square kernel.")


def _stride() -> Any:
    return integer(default=1, low=1, high=64, help="Step between outputs; 2 halves height and width.")


def _padding() -> Any:
    return choice(default=Padding.SYMMETRIC, help="What stands around the input.")


def _explicit_padding() -> Any:
    return integers(
        default=(1, 1, 1, 1),
        parts=_SIDES,
        help="Rows and columns of zeros: top, bottom, left, right.",
        shown_when=("padding", Padding.EXPLICIT),
    )


def _dilation() -> Any:
    return integer(default=1, low=1, high=64, help="Distance between kernel taps.")


def _bias() -> Any:
    return flag(default=False, help="One number added to each output channel; off where a batch norm follows.")


class _Convolution(Layer):
    """What the four convolutions share: the window, and everything that follows from channels and groups."""

    kernel_size: int
    stride: int
    padding: Padding
    explicit_padding: Quad
    dilation: int
    bias: bool

    def channels_out(self, x: TensorSpec) -> int:
        """C' for an input N×C×H×W."""
        raise NotImplementedError

    def groups_of(self, x: TensorSpec) -> int:
        """Groups g for an input N×C×H×W."""
        return 1

    def window(self) -> Window:
        return Window(self.kernel_size, self.stride, self.dilation, self.padding, self.explicit_padding)

    def output(self, x: TensorSpec) -> TensorSpec:
        window = self.window()
        y = window.slide(x)
        require_even_symmetric(window)
        require_divisible("input", x.channels, self.groups_of(x))
        require_divisible("output", self.channels_out(x), self.groups_of(x))
        return y.with_channels(self.channels_out(x))

    def weights(self, x: TensorSpec) -> tuple[Weight, ...]:
        return convolution_weights(self.channels_out(x), x.channels // self.groups_of(x), self.kernel_size, self.bias)

    def work(self, x: TensorSpec, y: TensorSpec) -> Work:
        return convolution_work(y, x.channels // self.groups_of(x), self.kernel_size, self.bias)

    def formulas(self, x: TensorSpec, y: TensorSpec) -> Formulas:
        return convolution_formulas(x, y, self.one_filter(x), self.all_filters(x), self.bias)

    def one_filter(self, x: TensorSpec) -> Expression:
        """The numbers in one filter for an input N×C×H×W, as a formula."""
        return product(kernel_area(self.kernel_size), quantity("C", x.channels))

    def all_filters(self, x: TensorSpec) -> Expression:
        """How many filters there are for an input N×C×H×W, as a formula."""
        return quantity("C'", self.channels_out(x))

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return convolution_step(
            x, self.window(), out_channels=self.channels_out(x), groups=self.groups_of(x), bias=self.bias
        )

    def _step(self) -> str:
        words = [f"s{self.stride}"] if self.stride != 1 else []
        words += [f"d{self.dilation}"] if self.dilation != 1 else []
        return " · ".join(words)


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)


@register(
    key="pointwise_conv2d",
    title="Pointwise 1×1",
    glyph="PW",
    category=Category.CONVOLUTION,
    source="Howard et al. 2017, MobileNets, sec. 3.1",
    keywords=("conv", "1x1", "expand", "project", "linear"),
)
class PointwiseConv2d(_Convolution):
    """Mixes channels at each position with a 1×1 kernel: expands, or projects.

    In N×C×H×W, out N×C'×H'×W' with C' chosen freely. Parameters C·C', MACs C·C'·H'·W'.
    """

    out_channels: int = _out_channels()
    stride: int = _stride()
    bias: bool = _bias()

    kernel_size = 1
    padding = Padding.NONE
    explicit_padding = (0, 0, 0, 0)
    dilation = 1

    def channels_out(self, x: TensorSpec) -> int:
        return self.out_channels

    def one_filter(self, x: TensorSpec) -> Expression:
        return quantity("C", x.channels)

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return _joined(arrow, self._step())


@register(
    key="depthwise_conv2d",
    title="Depthwise k×k",
    glyph="DW",
    category=Category.CONVOLUTION,
    source="Howard et al. 2017, MobileNets, sec. 3.1",
    keywords=("conv", "filter", "spatial", "3x3"),
)
class DepthwiseConv2d(_Convolution):
    """Filters each channel with its own k×k kernels; channels do not mix.

    In N×C×H×W, out N×(C·m)×H'×W'. The number of filters follows the input: to choose it, expand first with a pointwise.
    Parameters k²·C·m, MACs k²·C·m·H'·W'.
    """

    kernel_size: int = _kernel_size()
    stride: int = _stride()
    padding: Padding = _padding()
    explicit_padding: Quad = _explicit_padding()
    dilation: int = _dilation()
    multiplier: int = integer(default=1, low=1, high=1024, help="Output channels per input channel, m.")
    bias: bool = _bias()

    def channels_out(self, x: TensorSpec) -> int:
        return x.channels * self.multiplier

    def groups_of(self, x: TensorSpec) -> int:
        return x.channels

    def one_filter(self, x: TensorSpec) -> Expression:
        return kernel_area(self.kernel_size)

    def all_filters(self, x: TensorSpec) -> Expression:
        times = None if self.multiplier == 1 else quantity("m", self.multiplier)
        return product(quantity("C", x.channels), times)

    def card_title(self) -> str:
        return f"Depthwise {self.kernel_size}×{self.kernel_size}"

    def summary(self, *inputs: TensorSpec) -> str:
        channels = f"{self.channels_out(inputs[0])} ch" if inputs else ""
        times = f"m{self.multiplier}" if self.multiplier != 1 else ""
        dilation = f"d{self.dilation}" if self.dilation != 1 else ""
        return _joined(f"s{self.stride}", channels, times, dilation)


@register(
    key="conv2d",
    title="Convolution k×k",
    glyph="CONV",
    category=Category.CONVOLUTION,
    source="Howard et al. 2017, MobileNets, sec. 3.1, eq. 1 and 2",
    keywords=("standard", "full", "3x3"),
)
class Conv2d(_Convolution):
    """The standard convolution: every output channel reads every input channel through its own k×k kernel.

    In N×C×H×W, out N×C'×H'×W'. Parameters k²·C·C', MACs k²·C·C'·H'·W'.
    """

    out_channels: int = _out_channels()
    kernel_size: int = _kernel_size()
    stride: int = _stride()
    padding: Padding = _padding()
    explicit_padding: Quad = _explicit_padding()
    dilation: int = _dilation()
    bias: bool = _bias()

    def channels_out(self, x: TensorSpec) -> int:
        return self.out_channels

    def card_title(self) -> str:
        return f"Convolution {self.kernel_size}×{self.kernel_size}"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return _joined(arrow, self._step())


@register(
    key="grouped_conv2d",
    title="Grouped k×k",
    glyph="GRP",
    category=Category.CONVOLUTION,
    source="Krizhevsky et al. 2012, sec. 3.5; Xie et al. 2017, ResNeXt, sec. 3.3",
    keywords=("conv", "groups", "resnext"),
)
class GroupedConv2d(_Convolution):
    """A convolution in g separate groups: each output channel reads only its group's C/g input channels.

    In N×C×H×W, out N×C'×H'×W', g dividing both C and C'. Parameters k²·(C/g)·C', MACs k²·(C/g)·C'·H'·W'.
    """

    out_channels: int = _out_channels()
    kernel_size: int = _kernel_size()
    groups: int = integer(default=2, low=1, high=_CHANNELS_HIGH, help="Groups g; it must divide both channel counts.")
    stride: int = _stride()
    padding: Padding = _padding()
    explicit_padding: Quad = _explicit_padding()
    dilation: int = _dilation()
    bias: bool = _bias()

    def channels_out(self, x: TensorSpec) -> int:
        return self.out_channels

    def groups_of(self, x: TensorSpec) -> int:
        return self.groups

    def one_filter(self, x: TensorSpec) -> Expression:
        share = quantity("C", x.channels).over(quantity("g", self.groups))
        return product(kernel_area(self.kernel_size), share)

    def card_title(self) -> str:
        return f"Grouped {self.kernel_size}×{self.kernel_size}"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return _joined(arrow, f"g{self.groups}", self._step())
