"""Other shapes, parts and orders of what is there; resizing; arithmetic with a number."""

from __future__ import annotations

from designer.errors import ShapeError
from designer.graph import operations
from designer.graph.layer import Category, Layer, Port
from designer.graph.operations import Interpolation, PadMode, Step
from designer.graph.parameter import choice, flag, integer, integers, numbers, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Quad
from designer.issue_code import IssueCode
from designer.layers.lowering import SIDES_OF_A_MAP, require_divisible, step
from designer.layers.registry import register

_PARTS = "abcdefgh"
_MOST_PARTS = len(_PARTS)


def _parted(sizes: tuple[int, ...], x: TensorSpec) -> tuple[Step, ...]:
    operation = operations.Split(sizes, x.channel_axis)
    return (Step(operation, ("x",), tuple(_PARTS[: len(sizes)])),)


@register(
    key="split",
    title="Split",
    glyph="SPL",
    category=Category.DENSE,
    source="Ma et al. 2018, ShuffleNet V2, sec. 3.2",
    keywords=("channels", "parts", "branch"),
)
class Split(Layer):
    """Takes the channels apart: an output for each part, one behind the other.

    In N×C×H×W, N×L×C or N×F, out N×Cᵢ×H×W each, the parts together all channels. Nothing is computed: they are views.
    """

    sizes: tuple[int, ...] = numbers(
        default=(1, 2), low=1, most=_MOST_PARTS, help="Channels of each part; together they are all channels."
    )

    @property
    def outputs(self) -> tuple[Port, ...]:
        return tuple(Port(letter) for letter in _PARTS[: len(self.sizes)])

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return _parted(self.sizes, x)

    def summary(self, *_: TensorSpec) -> str:
        return " + ".join(map(str, self.sizes))


@register(
    key="chunk",
    title="Chunk",
    glyph="CHK",
    category=Category.DENSE,
    source="Ma et al. 2018, ShuffleNet V2, fig. 3c",
    keywords=("split", "channels", "halves", "branch", "shuffle unit"),
)
class Chunk(Layer):
    """Takes the channels apart into equal parts: an output for each.

    In N×C×H×W, N×L×C or N×F, out N×(C/n)×H×W each, n dividing C. Nothing is computed: they are views.
    """

    count: int = integer(default=2, low=2, high=_MOST_PARTS, help="How many parts there are.")

    @property
    def outputs(self) -> tuple[Port, ...]:
        return tuple(Port(letter) for letter in _PARTS[: self.count])

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_divisible("input", x.channels, self.count)
        return _parted((x.channels // self.count,) * self.count, x)

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{self.count} × {inputs[0].channels // self.count}" if inputs else f"{self.count} parts"


@register(key="slice", title="Slice", glyph="SLI", category=Category.DENSE, keywords=("crop", "part", "range"))
class Slice(Layer):
    """A range of one dimension: of the channels, the rows or the columns.

    In any N×…, out the same with fewer positions there. Nothing is computed: it is a view.
    """

    axis: int = integer(default=1, low=1, high=7, help="Which dimension, the batch being 0: 1 is a map's channels.")
    start: int = integer(default=0, low=0, high=2**31 - 1, help="The first position.")
    stop: int = integer(default=1, low=1, high=2**31 - 1, help="The position behind the last; it may be too large.")
    step: int = integer(default=1, low=1, high=1024, help="From each position to the next.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        operation = operations.Slice(self.axis, self.start, self.stop, self.step)
        operation.output(x)
        return step(operations.Slice(self.axis, self.start, min(self.stop, x.shape[self.axis]), self.step))

    def summary(self, *_: TensorSpec) -> str:
        return f"[{self.start}:{self.stop}" + (f":{self.step}]" if self.step != 1 else "]")


@register(
    key="channel_shuffle",
    title="Channel shuffle",
    glyph="SHF",
    category=Category.DENSE,
    source="Zhang et al. 2018, ShuffleNet, fig. 1",
    keywords=("groups", "shuffle unit"),
)
class ChannelShuffle(Layer):
    """Deals the channels of g groups out, so that neighbours come from different groups.

    In N×C×H×W, out the same, g dividing C. Nothing is computed; the memory is moved.
    """

    groups: int = integer(default=2, low=1, high=2**31 - 1, help="Groups g; it must divide the channels.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.ChannelShuffle(self.groups))

    def summary(self, *_: TensorSpec) -> str:
        return f"g{self.groups}"


@register(key="pad", title="Pad", glyph="PAD", category=Category.DENSE, keywords=("padding", "border", "reflect"))
class Pad(Layer):
    """Adds rows and columns around the map.

    In N×C×H×W, out N×C×(H + top + bottom)×(W + left + right). Nothing is computed; the memory is moved.
    """

    pads: Quad = integers(
        default=(0, 1, 0, 1), parts=SIDES_OF_A_MAP, help="Rows and columns added: top, bottom, left, right."
    )
    mode: PadMode = choice(default=PadMode.CONSTANT, help="What stands there.")
    value: float = ratio(
        default=0.0, low=-1e6, high=1e6, help="The number that stands there.", shown_when=("mode", PadMode.CONSTANT)
    )

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        value = self.value if self.mode is PadMode.CONSTANT else 0.0
        return step(operations.Pad(self.pads, self.mode, value))

    def summary(self, *_: TensorSpec) -> str:
        return " ".join(map(str, self.pads))


@register(
    key="reshape", title="Reshape", glyph="RSH", category=Category.DENSE, keywords=("view", "tokens", "unflatten")
)
class Reshape(Layer):
    """The same elements in the same order under other dimensions; the batch stays.

    In any N×…, out N×d₁×d₂…, one of them −1 for what is left. Nothing is computed or moved: it is a view.
    """

    sides: tuple[int, ...] = numbers(
        default=(-1,), low=-1, most=5, help="The dimensions after the batch; one may be −1, for what is left."
    )
    channels_last: bool = flag(default=False, help="Whether the last dimension holds the channels, not the second.")

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Reshape(self.sides, len(self.sides) if self.channels_last else 1))

    def summary(self, *_: TensorSpec) -> str:
        return "×".join("?" if side == -1 else str(side) for side in self.sides)


@register(key="permute", title="Permute", glyph="PRM", category=Category.DENSE, keywords=("transpose", "axes", "order"))
class Permute(Layer):
    """The dimensions in another order; the batch stays first.

    In any N×…, out its dimensions as the order says: 0, 2, 3, 1 makes N×H×W×C of N×C×H×W. The memory is moved.
    """

    order: tuple[int, ...] = numbers(
        default=(0, 2, 3, 1), low=0, high=7, help="For each dimension of the output, which of the input's it is."
    )

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Permute(self.order))

    def summary(self, *_: TensorSpec) -> str:
        return " ".join(map(str, self.order))


@register(
    key="mean",
    title="Mean over axes",
    glyph="AVG",
    category=Category.DENSE,
    source="Lin et al. 2013, Network in Network, sec. 3.2",
    keywords=("average", "reduce", "pool"),
)
class Mean(Layer):
    """The mean over some dimensions.

    In any N×…, out without these dimensions, or with one position in each. One operation for each element it reads.
    """

    axes: tuple[int, ...] = numbers(default=(2, 3), low=1, high=7, help="Which dimensions, the batch being 0.")
    keep: bool = flag(default=False, help="Keep the dimensions, with one position each.")

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Mean(tuple(sorted(set(self.axes))), self.keep))

    def summary(self, *_: TensorSpec) -> str:
        return f"axes {' '.join(map(str, self.axes))}"


@register(key="squeeze", title="Squeeze", glyph="SQZ", category=Category.DENSE, keywords=("axes", "flatten", "drop"))
class Squeeze(Layer):
    """Leaves dimensions of one position out.

    In any N×…, such as N×C×1×1, out without them: N×C. Nothing is computed or moved: it is a view.
    """

    axes: tuple[int, ...] = numbers(default=(2, 3), low=1, high=7, help="Which dimensions, the batch being 0.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Squeeze(tuple(sorted(set(self.axes)))))

    def summary(self, *_: TensorSpec) -> str:
        return f"axes {' '.join(map(str, self.axes))}"


@register(
    key="resize",
    title="Resize",
    glyph="RSZ",
    category=Category.DENSE,
    source="Ronneberger et al. 2015, U-Net, sec. 2; bilinear by half positions as PyTorch and ONNX define it",
    keywords=("upsample", "interpolate", "nearest", "bilinear", "decoder", "u-net"),
)
class Resize(Layer):
    """The map at other sides, from the nearest position or weighed between four.

    In N×C×H×W, out N×C×⌊H·a⌋×⌊W·a⌋. Seven operations an output element where it is bilinear, none where it is nearest.
    """

    scale: float = ratio(default=2.0, low=0.05, high=64.0, help="How many times the sides there are afterwards.")
    mode: Interpolation = choice(default=Interpolation.NEAREST, help="How values between positions come about.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Resize((self.scale, self.scale), self.mode))

    def summary(self, *_: TensorSpec) -> str:
        return f"×{self.scale:g} {self.mode.value}"


@register(
    key="pixel_shuffle",
    title="Pixel shuffle",
    glyph="PXS",
    category=Category.DENSE,
    source="Shi et al. 2016, Efficient Sub-Pixel Convolution, eq. 4",
    keywords=("depth to space", "upsample", "super resolution"),
)
class PixelShuffle(Layer):
    """Lays channels out as positions: r×r of them for each one.

    In N×(C·r²)×H×W, out N×C×(r·H)×(r·W). Nothing is computed; the memory is moved.
    """

    factor: int = integer(default=2, low=1, high=64, help="How many times height and width grow, r.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.PixelShuffle(self.factor))

    def summary(self, *_: TensorSpec) -> str:
        return f"×{self.factor}"


@register(
    key="tokens",
    title="To sequence",
    glyph="SEQ",
    category=Category.DENSE,
    source="Dosovitskiy et al. 2021, An Image is Worth 16x16 Words, sec. 3.1",
    keywords=("tokens", "transformer", "attention", "flatten"),
)
class ToSequence(Layer):
    """A map as a sequence of its positions, for attention.

    In N×C×H×W, out N×(H·W)×C. Nothing is computed; the memory is moved.
    """

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_map(x)
        rows = Step(operations.Reshape((x.channels, -1)), ("x",), ("rows",))
        return (rows, Step(operations.Permute((0, 2, 1)), ("rows",), ("y",)))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].height * inputs[0].width} × {inputs[0].channels}" if inputs and inputs[0].is_map else ""


@register(
    key="to_map",
    title="To map",
    glyph="MAP",
    category=Category.DENSE,
    source="Mehta and Rastegari 2022, MobileViT, fig. 1b",
    keywords=("fold", "tokens", "unflatten", "transformer"),
)
class ToMap(Layer):
    """A sequence of positions as the map it came from.

    In N×(H·W)×C, out N×C×H×W. Nothing is computed; the memory is moved.
    """

    height: int = integer(default=14, low=1, high=65536, help="Rows H of the map; columns follow from the length.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        if len(x.shape) != 3 or not x.has_channels_last or x.shape[1] % self.height:
            raise ShapeError(
                IssueCode.RESHAPE,
                f"{x.label} is no map of {self.height} rows",
                "it takes a sequence of positions, as many as rows times columns, with the channels last",
            )
        turned = Step(operations.Permute((0, 2, 1)), ("x",), ("turned",))
        sides = (x.channels, self.height, x.shape[1] // self.height)
        return (turned, Step(operations.Reshape(sides), ("turned",), ("y",)))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{self.height} rows"


@register(key="scalar_multiply", title="Multiply by a number", glyph="×N", category=Category.DENSE, source="a·x")
class ScalarMultiply(Layer):
    """Each element times one number.

    In any N×…, out the same. One multiplication an element.
    """

    factor: float = ratio(default=1.0, low=-1e6, high=1e6, help="The number.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.ScalarMultiply(self.factor))

    def summary(self, *_: TensorSpec) -> str:
        return f"× {self.factor:g}"


@register(key="scalar_add", title="Add a number", glyph="+N", category=Category.DENSE, source="x + a")
class ScalarAdd(Layer):
    """Each element and one number.

    In any N×…, out the same. One addition an element.
    """

    addend: float = ratio(default=0.0, low=-1e6, high=1e6, help="The number.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.ScalarAdd(self.addend))

    def summary(self, *_: TensorSpec) -> str:
        return f"+ {self.addend:g}"
