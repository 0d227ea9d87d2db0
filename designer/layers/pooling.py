"""Pooling: average, max, global average."""

from __future__ import annotations

from typing import Any

from designer.errors import ShapeError
from designer.graph import operations
from designer.graph.layer import Category, Layer
from designer.graph.operations import Step
from designer.graph.parameter import flag, sides
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, Quad, Size, Window, brief_size, pair, size_text
from designer.issue_code import IssueCode
from designer.layers.lowering import explicit_padding, kernel_size, padding, require_even_symmetric, step, stride
from designer.layers.registry import register

_HALVES = (Padding.SYMMETRIC, Padding.NONE)


def _sliding(window: Window, x: TensorSpec) -> dict[str, Any]:
    """What the poolings' operations say of their window."""
    return {"kernel": window.kernel, "stride": window.stride, "pads": window.pads(x), "padding": window.padding}


def _ceil_mode() -> Any:
    return flag(default=False, help="Count a last window that begins inside and ends beyond the padded input.")


@register(
    key="max_pool",
    title="Max pool",
    glyph="MAX",
    category=Category.POOLING,
    source="Krizhevsky et al. 2012, sec. 3.4",
)
class MaxPool(Layer):
    """The largest value under a k×k window; what is padded never wins.

    In N×C×H×W, out N×C×H'×W'. k²−1 comparisons an output element.
    """

    kernel_size: Size = kernel_size(2, "window")
    stride: Size = stride(2)
    padding: Padding = padding(Padding.NONE)
    explicit_padding: Quad = explicit_padding((0, 0, 0, 0), "added")
    ceil_mode: bool = _ceil_mode()

    def window(self) -> Window:
        return Window(pair(self.kernel_size), pair(self.stride), (1, 1), self.padding, self.explicit_padding)

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        window = self.window()
        operation = operations.MaxPool(**_sliding(window, x), ceil_mode=self.ceil_mode)
        operation.output(x)
        require_even_symmetric(window)
        top, bottom, left, right = operation.pads
        if max(top, bottom) >= window.kernel[0] or max(left, right) >= window.kernel[1]:
            raise ShapeError(
                IssueCode.PADDING_TOO_LARGE,
                "a window lies wholly in the padding",
                f"padding {max(operation.pads)} is not smaller than the kernel {brief_size(self.kernel_size)}; "
                "less padding fixes it",
            )
        return step(operation)

    def summary(self, *_: TensorSpec) -> str:
        return f"{size_text(self.kernel_size)} · s{brief_size(self.stride)}"


@register(
    key="average_pool",
    title="Average pool",
    glyph="AVG",
    category=Category.POOLING,
    source="LeCun et al. 1998, sec. II",
    keywords=("mean", "avg"),
)
class AveragePool(Layer):
    """The mean under a k×k window; what is padded is not counted in the mean.

    In N×C×H×W, out N×C×H'×W'. k² operations an output element: k²−1 additions and a division.
    """

    kernel_size: Size = kernel_size(2, "window")
    stride: Size = stride(2)
    padding: Padding = padding(Padding.NONE, _HALVES)
    ceil_mode: bool = _ceil_mode()

    def window(self) -> Window:
        return Window(pair(self.kernel_size), pair(self.stride), (1, 1), self.padding)

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        operation = operations.AveragePool(**_sliding(self.window(), x), ceil_mode=self.ceil_mode)
        operation.output(x)
        require_even_symmetric(self.window(), Padding.NONE)
        return step(operation)

    def summary(self, *_: TensorSpec) -> str:
        return f"{size_text(self.kernel_size)} · s{brief_size(self.stride)}"


@register(
    key="global_average_pool",
    title="Global average pool",
    glyph="GAP",
    category=Category.POOLING,
    source="Lin et al. 2013, Network in Network, sec. 3.2",
    keywords=("gap", "mean", "squeeze"),
)
class GlobalAveragePool(Layer):
    """The mean of each channel over all positions.

    In N×C×H×W, out N×C×1×1. H·W operations a channel: H·W−1 additions and a division.
    """

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.GlobalAveragePool())

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].label} → 1²" if inputs else "→ 1²"


@register(
    key="global_max_pool",
    title="Global max pool",
    glyph="GMP",
    category=Category.POOLING,
    source="Oquab et al. 2015, sec. 3.1",
    keywords=("max", "squeeze"),
)
class GlobalMaxPool(Layer):
    """The largest value of each channel over all positions.

    In N×C×H×W, out N×C×1×1. H·W−1 comparisons a channel.
    """

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.GlobalMaxPool())

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].label} → 1²" if inputs else "→ 1²"


@register(
    key="adaptive_average_pool",
    title="Adaptive pool",
    glyph="AAP",
    category=Category.POOLING,
    source="He et al. 2014, Spatial Pyramid Pooling, sec. 2.2",
    keywords=("mean", "avg", "fixed size"),
)
class AdaptiveAveragePool(Layer):
    """The mean of each of h×w parts that cover the map, whatever its size; parts may overlap by one position.

    In N×C×H×W, out N×C×h×w. One operation for each element that a part reads.
    """

    size: Size = sides(default=7, low=1, high=1024, help="Rows and columns of the output.")

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.AdaptiveAveragePool(pair(self.size)))

    def summary(self, *_: TensorSpec) -> str:
        return f"→ {size_text(self.size)}"
