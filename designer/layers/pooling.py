"""Pooling: average, max, global average."""

from __future__ import annotations

from typing import Any

from designer.errors import ShapeError
from designer.graph import operations
from designer.graph.formula import Formulas, constant, elements, product, sides_mark
from designer.graph.layer import Category, Layer, Work
from designer.graph.operations import Step
from designer.graph.parameter import choice, integer, integers
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Quad, Window
from designer.layers.lowering import kernel_area, require_even_symmetric, step
from designer.layers.registry import register

_SIDES = ("top", "bottom", "left", "right")
_HALVES = (Padding.SYMMETRIC, Padding.NONE)


def _sliding(window: Window, x: TensorSpec) -> dict[str, Any]:
    """What the poolings' operations say of their window."""
    return {
        "kernel": (window.kernel_size, window.kernel_size),
        "stride": (window.stride, window.stride),
        "pads": window.pads(x),
        "padding": window.padding,
    }


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

    kernel_size: int = integer(default=2, low=1, high=63, help="Side k of the square window.")
    stride: int = integer(default=2, low=1, high=64, help="Step between outputs; 2 halves height and width.")
    padding: Padding = choice(default=Padding.NONE, help="What stands around the input.")
    explicit_padding: Quad = integers(
        default=(0, 0, 0, 0),
        parts=_SIDES,
        help="Rows and columns added: top, bottom, left, right.",
        shown_when=("padding", Padding.EXPLICIT),
    )

    def window(self) -> Window:
        return Window(self.kernel_size, self.stride, 1, self.padding, self.explicit_padding)

    def output(self, x: TensorSpec) -> TensorSpec:
        y = self.window().slide(x)
        require_even_symmetric(self.window())
        if max(self.window().pads(x)) >= self.kernel_size:
            raise ShapeError(
                "padding-too-large",
                "a window lies wholly in the padding",
                f"padding {max(self.window().pads(x))} is not smaller than the kernel {self.kernel_size}; "
                "less padding fixes it",
            )
        return y

    def work(self, x: TensorSpec, y: TensorSpec) -> Work:
        return Work(elementwise=y.elements * (self.kernel_size**2 - 1))

    def formulas(self, x: TensorSpec, y: TensorSpec) -> Formulas:
        comparisons = kernel_area(self.kernel_size).minus(constant(1))
        return Formulas(elementwise=product(comparisons, elements(y, sides=sides_mark(x, y))))

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.MaxPool(**_sliding(self.window(), x)))

    def summary(self, *_: TensorSpec) -> str:
        return f"{self.kernel_size}×{self.kernel_size} · s{self.stride}"


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

    kernel_size: int = integer(default=2, low=1, high=63, help="Side k of the square window.")
    stride: int = integer(default=2, low=1, high=64, help="Step between outputs; 2 halves height and width.")
    padding: Padding = choice(default=Padding.NONE, options=_HALVES, help="What stands around the input.")

    def window(self) -> Window:
        return Window(self.kernel_size, self.stride, 1, self.padding)

    def output(self, x: TensorSpec) -> TensorSpec:
        y = self.window().slide(x)
        require_even_symmetric(self.window(), Padding.NONE)
        return y

    def work(self, x: TensorSpec, y: TensorSpec) -> Work:
        return Work(elementwise=y.elements * self.kernel_size**2)

    def formulas(self, x: TensorSpec, y: TensorSpec) -> Formulas:
        area = kernel_area(self.kernel_size)
        return Formulas(elementwise=product(area, elements(y, sides=sides_mark(x, y))))

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.AveragePool(**_sliding(self.window(), x)))

    def summary(self, *_: TensorSpec) -> str:
        return f"{self.kernel_size}×{self.kernel_size} · s{self.stride}"


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

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x.with_sides(1, 1)

    @property
    def sees_everything(self) -> bool:
        return True

    def work(self, x: TensorSpec, y: TensorSpec) -> Work:
        return Work(elementwise=x.elements)

    def formulas(self, x: TensorSpec, y: TensorSpec) -> Formulas:
        return Formulas(elementwise=elements(x))

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.GlobalAveragePool())

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].label} → 1²" if inputs else "→ 1²"
