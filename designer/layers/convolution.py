"""Convolutions: standard, pointwise, depthwise, grouped; padding PyTorch's, TensorFlow's, none or explicit."""

from __future__ import annotations

from typing import Any

from designer.errors import ShapeError
from designer.graph.layer import Category, Layer
from designer.graph.operations import Convolution, Step, TransposedConvolution
from designer.graph.parameter import flag, integer, sides
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Quad, Size, Window, brief_size, pair, size_text, slid
from designer.issue_code import IssueCode
from designer.layers.lowering import (
    dilation,
    explicit_padding,
    kernel_size,
    padding,
    require_divisible,
    require_even_symmetric,
    step,
    stride,
)
from designer.layers.registry import register

_CHANNELS_HIGH = 2**31 - 1


def _out_channels() -> Any:
    return integer(default=64, low=1, high=_CHANNELS_HIGH, help="Output channels C', one filter each.")


def _explicit_padding() -> Any:
    return explicit_padding((1, 1, 1, 1), "of zeros")


def _bias() -> Any:
    return flag(default=False, help="One number added to each output channel; off where a batch norm follows.")


class _Convolution(Layer):
    """What the four convolutions share: the window, and the operation that follows from channels and groups."""

    kernel_size: Size
    stride: Size
    padding: Padding
    explicit_padding: Quad
    dilation: Size
    bias: bool

    def channels_out(self, x: TensorSpec) -> int:
        """C' for an input N×C×H×W."""
        raise NotImplementedError

    def groups_of(self, x: TensorSpec) -> int:
        """Groups g for an input N×C×H×W."""
        return 1

    def window(self) -> Window:
        return Window(
            pair(self.kernel_size), pair(self.stride), pair(self.dilation), self.padding, self.explicit_padding
        )

    def slid(self, x: TensorSpec) -> TensorSpec:
        """The shape after the window slid over N×C×H×W, the channels as they were.

        Raises:
            ShapeError: The window does not fit, or its padding cannot be.
        """
        window = self.window()
        found = slid(x, window.extent, window.stride, window.pads(x))
        require_even_symmetric(window)
        return found

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_map(x)
        window, groups = self.window(), self.groups_of(x)
        operation = Convolution(
            in_channels=x.channels,
            out_channels=self.channels_out(x),
            kernel=window.kernel,
            stride=window.stride,
            dilation=window.dilation,
            groups=groups,
            bias=self.bias,
            pads=window.pads(x),
            padding=window.padding,
        )
        if window.is_lopsided or x.channels % groups or operation.out_channels % groups:
            operation.output(x)  # a window that does not fit is told first
            require_even_symmetric(window)
            require_divisible("input", x.channels, groups)
            require_divisible("output", operation.out_channels, groups)
        return step(operation)

    def _step(self) -> str:
        words = [f"s{brief_size(self.stride)}"] if self.stride != 1 else []
        words += [f"d{brief_size(self.dilation)}"] if self.dilation != 1 else []
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
    stride: Size = stride()
    bias: bool = _bias()

    kernel_size = 1
    padding = Padding.NONE
    explicit_padding = (0, 0, 0, 0)
    dilation = 1

    def channels_out(self, x: TensorSpec) -> int:
        return self.out_channels

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

    kernel_size: Size = kernel_size()
    stride: Size = stride()
    padding: Padding = padding()
    explicit_padding: Quad = _explicit_padding()
    dilation: Size = dilation()
    multiplier: int = integer(default=1, low=1, high=1024, help="Output channels per input channel, m.")
    bias: bool = _bias()

    def channels_out(self, x: TensorSpec) -> int:
        return x.channels * self.multiplier

    def groups_of(self, x: TensorSpec) -> int:
        return x.channels

    def card_title(self) -> str:
        return f"Depthwise {size_text(self.kernel_size)}"

    def summary(self, *inputs: TensorSpec) -> str:
        channels = f"{self.channels_out(inputs[0])} ch" if inputs else ""
        times = f"m{self.multiplier}" if self.multiplier != 1 else ""
        dilation = f"d{brief_size(self.dilation)}" if self.dilation != 1 else ""
        return _joined(f"s{brief_size(self.stride)}", channels, times, dilation)


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
    kernel_size: Size = kernel_size()
    stride: Size = stride()
    padding: Padding = padding()
    explicit_padding: Quad = _explicit_padding()
    dilation: Size = dilation()
    bias: bool = _bias()

    def channels_out(self, x: TensorSpec) -> int:
        return self.out_channels

    def card_title(self) -> str:
        return f"Convolution {size_text(self.kernel_size)}"

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
    kernel_size: Size = kernel_size()
    groups: int = integer(default=2, low=1, high=_CHANNELS_HIGH, help="Groups g; it must divide both channel counts.")
    stride: Size = stride()
    padding: Padding = padding()
    explicit_padding: Quad = _explicit_padding()
    dilation: Size = dilation()
    bias: bool = _bias()

    def channels_out(self, x: TensorSpec) -> int:
        return self.out_channels

    def groups_of(self, x: TensorSpec) -> int:
        return self.groups

    def card_title(self) -> str:
        return f"Grouped {size_text(self.kernel_size)}"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return _joined(arrow, f"g{self.groups}", self._step())


@register(
    key="transposed_conv2d",
    title="Transposed k×k",
    glyph="TC",
    category=Category.CONVOLUTION,
    source="Dumoulin and Visin 2016, sec. 4",
    keywords=("conv", "deconvolution", "upsample", "decoder", "u-net"),
)
class TransposedConv2d(Layer):
    """Spreads each position over a k×k window of the output: a convolution run backwards, which enlarges the map.

    In N×C×H×W, out N×C'×H'×W' with H' = (H − 1)·s − 2·p + (k − 1)·d + 1 + output padding. Parameters k²·C·(C'/g), MACs
    k²·C·(C'/g)·H·W: each input position meets each tap once.
    """

    out_channels: int = _out_channels()
    kernel_size: Size = kernel_size(2)
    stride: Size = stride(2, "How many output positions a step of the input is; 2 doubles height and width.")
    padding: Size = sides(default=0, low=0, high=63, help="Rows and columns cut off all around the output.")
    output_padding: Size = sides(default=0, low=0, high=63, help="Rows and columns added at the bottom and the right.")
    dilation: Size = dilation()
    groups: int = integer(default=1, low=1, high=_CHANNELS_HIGH, help="Groups g; it must divide both channel counts.")
    bias: bool = _bias()

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_map(x)
        rows, columns = pair(self.padding)
        more, steps, spread = pair(self.output_padding), pair(self.stride), pair(self.dilation)
        for added, own, between in zip(more, steps, spread, strict=True):
            if added >= max(own, between):
                raise ShapeError(
                    IssueCode.PADDING_TOO_LARGE,
                    f"output padding {added} adds positions that nothing reaches",
                    f"it is smaller than the stride {own} or the dilation {between}; 0 fits always",
                )
        require_divisible("input", x.channels, self.groups)
        require_divisible("output", self.out_channels, self.groups)
        return step(
            TransposedConvolution(
                in_channels=x.channels,
                out_channels=self.out_channels,
                kernel=pair(self.kernel_size),
                stride=steps,
                dilation=spread,
                groups=self.groups,
                bias=self.bias,
                pads=(rows, rows, columns, columns),
                padding=Padding.EXPLICIT if self.padding else Padding.NONE,
                output_padding=more,
            )
        )

    def card_title(self) -> str:
        return f"Transposed {size_text(self.kernel_size)}"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · ×{brief_size(self.stride)}"
