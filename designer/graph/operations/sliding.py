"""Operations that slide a window over N×C×H×W, and those that change height and width otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from designer.errors import ShapeError
from designer.graph.formula import Statement, T, Terms
from designer.graph.operations.operation import Operation
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.weight import Weight, weight_and_bias
from designer.graph.window import Padding, Pair, Quad, extent, same_pads, size_text, slid
from designer.issue_code import IssueCode


def kernel_area(of: Terms[T], kernel: Pair) -> T | None:
    """The taps of a window: k², or kₕ·kᵥ where its sides differ; None for one tap."""
    if kernel == (1, 1):
        return None
    if kernel[0] == kernel[1]:
        return of.quantity("k", kernel[0]) ** 2
    return of.quantity("kₕ", kernel[0]) * of.quantity("kᵥ", kernel[1])


@dataclass(frozen=True, kw_only=True)
class _Sliding(Operation):
    """What slides a window over N×C×H×W.

    Attributes:
        kernel: Rows and columns of the window.
        stride: Step between outputs, down and across.
        pads: What is added at top, bottom, left and right, in numbers: they hold for the input's size.
        padding: What the numbers come from; ``SAME`` makes others for another size.
    """

    kernel: Pair
    stride: Pair = (1, 1)
    pads: Quad = (0, 0, 0, 0)
    padding: Padding = Padding.NONE

    @property
    def extent(self) -> Pair:
        """Input positions from the first tap to the last, down and across."""
        return self.kernel

    def is_same(self, x: TensorSpec) -> bool:
        """Whether the pads are those of TensorFlow's SAME for an input N×C×H×W, wherever they come from."""
        rows = same_pads(x.height, self.extent[0], self.stride[0])
        columns = same_pads(x.width, self.extent[1], self.stride[1])
        return self.pads == (*rows, *columns)


@dataclass(frozen=True, kw_only=True)
class Convolution(_Sliding, title="convolution"):
    """Slides filters over N×C×H×W: out N×C'×H'×W'; keeps ``weight`` C'×(C/g)×k×k and ``bias`` C'.

    MACs k²·(C/g)·C'·H'·W' a picture; the bias is one addition an output element (Howard et al. 2017, sec. 3.1).

    Attributes:
        in_channels: C of the input.
        out_channels: C', one filter each.
        dilation: Distance between taps, down and across.
        groups: g, each reading C/g channels.
        bias: Whether one number is added to each output channel.
    """

    in_channels: int
    out_channels: int
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = True

    @property
    def extent(self) -> Pair:
        return extent(self.kernel, self.dilation)

    @property
    def is_depthwise(self) -> bool:
        """Whether each of several channels is filtered by itself."""
        return self.groups == self.in_channels > 1

    def output(self, x: TensorSpec) -> TensorSpec:
        reach = extent(self.kernel, self.dilation)
        return slid(x, reach, self.stride, self.pads, channels=self.out_channels)

    def weights(self) -> tuple[Weight, ...]:
        shape = (self.out_channels, self.in_channels // self.groups, *self.kernel)
        return weight_and_bias(shape, self.out_channels, self.bias)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        places = of.positions(output, of.sides_mark(inputs[0], output))
        filters = self._filters(of)
        weight = of.product(self._one_filter(of), filters)
        return Statement(
            weight + filters if self.bias else weight,
            of.product(of.batch(output), weight, *places),
            of.product(of.batch(output), filters, *places) if self.bias else None,
        )

    def _one_filter(self, of: Terms[T]) -> T | None:
        """The numbers in one filter."""
        channels = of.quantity("C", self.in_channels)
        if self.groups == 1:
            return of.product(kernel_area(of, self.kernel), channels)
        if self.groups == self.in_channels:
            return kernel_area(of, self.kernel)
        return of.product(kernel_area(of, self.kernel), channels // of.quantity("g", self.groups))

    def _filters(self, of: Terms[T]) -> T:
        """How many filters there are."""
        if not self.is_depthwise:
            return of.quantity("C'", self.out_channels)
        multiplier = self.out_channels // self.groups
        return of.product(of.quantity("C", self.in_channels), None if multiplier == 1 else of.quantity("m", multiplier))


@dataclass(frozen=True, kw_only=True)
class TransposedConvolution(_Sliding, title="transposed convolution"):
    """Spreads each position of N×C×H×W over a window of the output; keeps ``weight`` C×(C'/g)×k×k and ``bias`` C'.

    Out N×C'×H'×W' with H' = (H − 1)·s − pads + (k − 1)·d + 1 + output padding. MACs C·k²·(C'/g)·H·W a picture: each
    input position meets each tap once (Dumoulin and Visin 2016, sec. 4).

    Attributes:
        in_channels: C of the input.
        out_channels: C'.
        dilation: Distance between taps, down and across.
        groups: g.
        bias: Whether one number is added to each output channel.
        output_padding: Rows and columns added at the bottom and right of the output.
    """

    in_channels: int
    out_channels: int
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = True
    output_padding: Pair = (0, 0)

    @property
    def extent(self) -> Pair:
        return extent(self.kernel, self.dilation)

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        top, bottom, left, right = self.pads
        sides = (
            (x.height - 1) * self.stride[0] - top - bottom + self.extent[0] + self.output_padding[0],
            (x.width - 1) * self.stride[1] - left - right + self.extent[1] + self.output_padding[1],
        )
        if min(sides) < 1:
            raise ShapeError(
                IssueCode.WINDOW_TOO_LARGE,
                "nothing of the output is left",
                f"padding takes all that the {size_text(self.extent)} window makes of {x.label}; less would do",
            )
        return x.with_channels(self.out_channels).with_sides(*sides)

    def weights(self) -> tuple[Weight, ...]:
        shape = (self.in_channels, self.out_channels // self.groups, *self.kernel)
        return weight_and_bias(shape, self.out_channels, self.bias)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        made, filters = of.quantity("C'", self.out_channels), of.quantity("C'", self.out_channels)
        if self.groups != 1:
            made = made // of.quantity("g", self.groups)
        weight = of.product(of.quantity("C", self.in_channels), kernel_area(of, self.kernel), made)
        added = of.product(of.batch(output), filters, *of.positions(output, of.sides_mark(inputs[0], output)))
        return Statement(
            weight + filters if self.bias else weight,
            of.product(of.batch(output), weight, *of.positions(inputs[0])),
            added if self.bias else None,
        )


@dataclass(frozen=True, kw_only=True)
class _Pool(_Sliding):
    """A window from which one number is made.

    Attributes:
        ceil_mode: Whether a last window may begin inside the padded input and end beyond it.
    """

    ceil_mode: bool = False

    def output(self, x: TensorSpec) -> TensorSpec:
        return slid(x, self.extent, self.stride, self.pads, self.ceil_mode)

    def full_pads(self, x: TensorSpec) -> Quad:
        """The pads with which windows that end inside the padded input N×C×H×W are those of this pool, no more or less.

        A last window that ends beyond it ends at its edge; one that would begin in the padding behind is not reached.
        """
        top, bottom, left, right = self.pads
        y = self.output(x)
        down = self._pad_behind(x.height + top, bottom, y.height, 0)
        across = self._pad_behind(x.width + left, right, y.width, 1)
        return (top, down, left, across)

    def _pad_behind(self, before: int, stated: int, made: int, axis: int) -> int:
        """What is padded behind so many positions of one side, where so many windows are made of it."""
        reach, step = self.extent[axis], self.stride[axis]
        lacking = (made - 1) * step + reach - before
        is_too_much = (before + stated - reach) // step + 1 > made
        return max(lacking, 0) if is_too_much else max(lacking, stated)


@dataclass(frozen=True, kw_only=True)
class MaxPool(_Pool, title="max pool"):
    """The largest value under a window over N×C×H×W; what is padded never wins. k²−1 comparisons an output element.

    Attributes:
        dilation: Distance between taps, down and across.
    """

    dilation: Pair = (1, 1)

    @property
    def extent(self) -> Pair:
        return extent(self.kernel, self.dilation)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        comparisons = (kernel_area(of, self.kernel) or of.constant(1)) - of.constant(1)
        return Statement(
            elementwise=of.product(comparisons, of.elements(output, sides=of.sides_mark(inputs[0], output)))
        )


@dataclass(frozen=True, kw_only=True)
class AveragePool(_Pool, title="average pool"):
    """The mean under a window over N×C×H×W; what is padded is not counted in the mean.

    k² operations an output element: k²−1 additions and a division.
    """

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        area = kernel_area(of, self.kernel)
        return Statement(elementwise=of.product(area, of.elements(output, sides=of.sides_mark(inputs[0], output))))


@dataclass(frozen=True)
class GlobalAveragePool(Operation, title="global average pool"):
    """The mean of each channel of N×C×H×W over all positions: N×C×1×1. H·W−1 additions and a division a channel."""

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x.with_sides(1, 1)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return Statement(elementwise=of.elements(inputs[0]))


@dataclass(frozen=True)
class GlobalMaxPool(Operation, title="global max pool"):
    """The largest value of each channel of N×C×H×W: N×C×1×1. H·W−1 comparisons a channel."""

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x.with_sides(1, 1)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        x = inputs[0]
        comparisons = of.product(*of.positions(x)) - of.constant(1)
        return Statement(elementwise=of.product(of.batch(x), of.quantity("C", x.channels), comparisons))


@dataclass(frozen=True)
class AdaptiveAveragePool(Operation, title="adaptive average pool"):
    """The mean of each of h×w parts of N×C×H×W that cover it: N×C×h×w.

    Part i of a side runs from ⌊i·H/h⌋ to ⌈(i + 1)·H/h⌉, so that parts may overlap by one. One operation for each
    element that a part reads.

    Attributes:
        size: h and w.
    """

    size: Pair

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x.with_sides(*self.size)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        x = inputs[0]
        read = [
            of.quantity(symbol, _covered(side, parts))
            for symbol, side, parts in zip(("Σh", "Σw"), x.sides, self.size, strict=True)
        ]
        return Statement(elementwise=of.product(of.batch(x), of.quantity("C", x.channels), *read))

    def parts(self, side: int, axis: int) -> list[tuple[int, int]]:
        """Where each part of a side begins, and where it ends, the end not in it."""
        return adaptive_parts(side, self.size[axis])


def adaptive_parts(side: int, count: int) -> list[tuple[int, int]]:
    """Where each of so many parts of a side begins and ends, the end not in it.

    >>> adaptive_parts(7, 3)
    [(0, 3), (2, 5), (4, 7)]
    """
    return [(index * side // count, -(-(index + 1) * side // count)) for index in range(count)]


def _covered(side: int, count: int) -> int:
    return sum(end - begin for begin, end in adaptive_parts(side, count))


class Interpolation(Enum):
    """How values between positions come about."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"


@dataclass(frozen=True)
class Resize(Operation, title="resize"):
    """N×C×H×W at other sides: N×C×⌊H·a⌋×⌊W·b⌋.

    Nearest takes the position ⌊i/a⌋; bilinear weighs the four around (i + ½)/a − ½. Four multiplications and three
    additions an output element where it is bilinear; nothing where it is nearest.

    Attributes:
        scale: a and b, down and across.
        mode: How values between positions come about.
    """

    scale: tuple[float, float]
    mode: Interpolation = Interpolation.NEAREST

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        sides = (int(x.height * self.scale[0]), int(x.width * self.scale[1]))
        if min(sides) < 1:
            raise ShapeError(
                IssueCode.TOO_SMALL,
                "nothing is left of the map",
                f"{x.label} at {self.scale[0]:g} of its sides has no position",
            )
        return x.with_sides(*sides)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        if self.mode is Interpolation.NEAREST:
            return Statement()
        return Statement(
            elementwise=of.product(of.constant(7), of.elements(output, sides=of.sides_mark(inputs[0], output)))
        )


@dataclass(frozen=True)
class PixelShuffle(Operation, title="pixel shuffle"):
    """N×(C·r²)×H×W laid out as N×C×(r·H)×(r·W): channels become positions (Shi et al. 2016, eq. 4).

    Attributes:
        factor: r.
    """

    factor: int

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        area = self.factor**2
        if x.channels % area:
            raise ShapeError(
                IssueCode.GROUPS,
                f"{x.channels} channels are no multiple of {area}",
                f"each position becomes {self.factor}×{self.factor} of them; {x.channels % area} are left over",
            )
        return x.with_channels(x.channels // area).with_sides(x.height * self.factor, x.width * self.factor)


class PadMode(Enum):
    """What stands where a map is padded."""

    CONSTANT = "constant"
    REFLECT = "reflect"
    REPLICATE = "replicate"

    @property
    def title(self) -> str:
        """The word on screen."""
        return {PadMode.CONSTANT: "a number", PadMode.REFLECT: "mirrored", PadMode.REPLICATE: "the edge"}[self]


@dataclass(frozen=True)
class Pad(Operation, title="padding"):
    """N×C×H×W with rows and columns added, or any four dimensions with the last two grown. Nothing is computed.

    Attributes:
        pads: Rows at top and bottom, columns at left and right.
        mode: What stands there.
        value: The number, where it is one.
    """

    pads: Quad
    mode: PadMode = PadMode.CONSTANT
    value: float = 0.0

    def output(self, x: TensorSpec) -> TensorSpec:
        if len(x.shape) != 4:
            require_map(x)
        top, bottom, left, right = self.pads
        if self.mode is PadMode.REFLECT and (max(top, bottom) >= x.height or max(left, right) >= x.width):
            raise ShapeError(
                IssueCode.PADDING_TOO_LARGE,
                "there is too little to mirror",
                f"padding {max(self.pads)} mirrors as many positions beside the edge, and its input is {x.label}; "
                "less padding fixes it",
            )
        return x._replace(shape=(*x.shape[:2], x.height + top + bottom, x.width + left + right))
