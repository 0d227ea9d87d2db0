"""For every kind of problem and every place that reports one: a design with the fault, and its twin without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from designer.graph import operations
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Category, Layer, UnknownLayer
from designer.graph.operations import Operation, PadMode, Step
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding
from designer.issue_code import IssueCode
from designer.layers.activation import HardTanh, PReLU, ReLU6
from designer.layers.attention import SelfAttention
from designer.layers.blocks import Bottleneck, Group
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d, TransposedConv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.lowering import step
from designer.layers.merge import Add, Concatenate, MatrixProduct
from designer.layers.normalization import GroupNorm, LayerNorm, LocalResponseNorm
from designer.layers.opaque import Opaque
from designer.layers.pooling import MaxPool
from designer.layers.shaping import (
    ChannelShuffle,
    Chunk,
    Mean,
    Pad,
    Permute,
    PixelShuffle,
    Reshape,
    Resize,
    Slice,
    Split,
    Squeeze,
    ToMap,
    ToSequence,
)
from tests.small_designs import chain, diamond, drawn, row


@dataclass(frozen=True)
class Twin:
    """A fault, and the same design with the one thing changed that was wrong.

    Attributes:
        code: The problem that the faulty one has.
        title: Which of the code's faults it is.
        faulty: The design with it.
        fixed: Its twin, which has no problem at all.
    """

    code: IssueCode
    title: str
    faulty: Design
    fixed: Design


@dataclass(frozen=True)
class Nothing(Operation):
    """An operation of another package that may leave nothing of a map."""

    rows: int

    def output(self, x: TensorSpec) -> TensorSpec:
        return x.with_sides(self.rows, x.width)


@dataclass(frozen=True)
class Foreign(Layer):
    """A layer of another package: whatever operation it likes, with values that no layer of the catalogue has."""

    made: Operation

    title = "Foreign"
    category = Category.DENSE

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(self.made)


def _between(*layers: Layer, given: Input | None = None) -> Design:
    """The layers in a chain, from an Input to an Output."""
    return row(given or Input(4, 8, 8), *layers, Output())


def _of_two(first: Input, second: Input, merge: Layer) -> Design:
    return drawn({"a": first, "b": second, "both": merge, "out": Output()}, "a>both.a b>both.b both>out")


def _parts(layer: Layer) -> Design:
    """The parts of a split or chunk, joined again."""
    return drawn(
        {"in": Input(4, 8, 8), "parts": layer, "join": Concatenate(), "out": Output()},
        "in>parts parts.a>join.a parts.b>join.b join>out",
    )


_WIDE = Conv2d(8, kernel_size=5, padding=Padding.NONE)
_LOOSE = drawn({"in": Input(), "a": ReLU6(), "out": Output()}, "in>a in>out")
_UNKNOWN = UnknownLayer("from_later", "{}", ("x",), ("y",), "this version does not know it")
_KEPT = Opaque("CumSum", takes=(TensorSpec((1, 4, 6, 6)),), gives=(TensorSpec((1, 4, 6, 6)),))
_WITHOUT_END = Group(row(Input(), ReLU6()))
_WITH_END = Group(row(Input(), ReLU6(), Output()))
_CHANNELS_AT_2 = Permute((0, 2, 1, 3))


def _own(formula: str, is_wired: bool = True) -> Design:
    """A group with a pointwise convolution inside whose width follows from a formula."""
    x, wide, y = NodeId("x"), NodeId("wide"), NodeId("y")
    nodes = [Node(x, Input()), Node(wide, PointwiseConv2d(8)).with_formula("out_channels", formula), Node(y, Output())]
    wires = [Wire(PortRef(wide, "y"), PortRef(y, "x"))]
    if is_wired:
        wires.append(Wire(PortRef(x, "y"), PortRef(wide, "x")))
    return _between(Group(Design.build("Own", nodes, wires)))


def twins() -> Iterable[Twin]:
    """All of them; a code may have several faults."""
    # Of nodes and wires
    yield Twin(IssueCode.EMPTY, "nothing drawn", Design(), chain())
    yield Twin(IssueCode.NO_INPUT, "no input", row(ReLU6(), Output()), row(Input(), ReLU6(), Output()))
    yield Twin(IssueCode.NO_OUTPUT, "no output", row(Input(), ReLU6()), row(Input(), ReLU6(), Output()))
    yield Twin(
        IssueCode.NO_OUTPUT,
        "a group that gives nothing",
        drawn({"in": Input(), "group": _WITHOUT_END, "out": Output()}, "in>group.n0 in>out"),
        drawn({"in": Input(), "group": _WITH_END, "out": Output()}, "in>group.n0 group.n2>out"),
    )
    yield Twin(IssueCode.UNCONNECTED, "a sum of one", row(Input(), Add(), Output()), diamond())
    yield Twin(IssueCode.DEAD_END, "a result that nothing reads", _LOOSE, chain())

    # The form of what reaches a layer
    yield Twin(
        IssueCode.NEEDS_MAP, "a pool of a vector", _between(Flatten(), MaxPool()), _between(MaxPool(), Flatten())
    )
    yield Twin(
        IssueCode.NEEDS_MAP,
        "slopes a channel of a sequence",
        _between(ToSequence(), PReLU()),
        _between(ToSequence(), PReLU(per_channel=False)),
    )
    yield Twin(
        IssueCode.NEEDS_MAP,
        "a norm over channels in the middle",
        _between(_CHANNELS_AT_2, LayerNorm()),
        _between(LayerNorm(), _CHANNELS_AT_2),
    )
    yield Twin(
        IssueCode.NEEDS_VECTOR,
        "a map into a fully connected",
        _between(FullyConnected()),
        _between(Flatten(), FullyConnected()),
    )
    yield Twin(
        IssueCode.NEEDS_SEQUENCE,
        "attention over a map",
        _between(SelfAttention(4)),
        _between(ToSequence(), SelfAttention(4)),
    )
    yield Twin(
        IssueCode.SHAPES_DIFFER,
        "a sum of unlike channels",
        _of_two(Input(3, 8, 8), Input(4, 8, 8), Add()),
        _of_two(Input(4, 8, 8), Input(4, 8, 8), Add()),
    )
    yield Twin(
        IssueCode.SIDES_DIFFER,
        "joined maps of unlike sides",
        _of_two(Input(3, 8, 8), Input(3, 8, 9), Concatenate()),
        _of_two(Input(3, 8, 9), Input(5, 8, 9), Concatenate()),
    )
    yield Twin(
        IssueCode.MATRICES_DIFFER,
        "rows and columns of unlike lengths",
        _of_two(Input(2, 5, 7), Input(2, 6, 3), MatrixProduct()),
        _of_two(Input(2, 5, 7), Input(2, 7, 3), MatrixProduct()),
    )
    yield Twin(
        IssueCode.MATRICES_DIFFER,
        "a second that is not turned",
        _of_two(Input(2, 5, 7), Input(2, 3, 7), MatrixProduct()),
        _of_two(Input(2, 5, 7), Input(2, 3, 7), MatrixProduct(transposed=True)),
    )

    # Channels that do not divide
    yield Twin(
        IssueCode.GROUPS,
        "input channels of a convolution",
        _between(GroupedConv2d(8, groups=4), given=Input(6, 8, 8)),
        _between(GroupedConv2d(8, groups=4), given=Input(8, 8, 8)),
    )
    yield Twin(
        IssueCode.GROUPS,
        "output channels of a convolution",
        _between(GroupedConv2d(6, groups=4)),
        _between(GroupedConv2d(8, groups=4)),
    )
    yield Twin(
        IssueCode.GROUPS,
        "channels of a transposed convolution",
        _between(TransposedConv2d(6, groups=4)),
        _between(TransposedConv2d(8, groups=4)),
    )
    yield Twin(
        IssueCode.GROUPS,
        "channels that are shuffled",
        _between(ChannelShuffle(4), given=Input(6)),
        _between(ChannelShuffle(4), given=Input(8)),
    )
    yield Twin(
        IssueCode.GROUPS,
        "channels that become positions",
        _between(PixelShuffle(2), given=Input(6)),
        _between(PixelShuffle(2), given=Input(8)),
    )
    yield Twin(IssueCode.GROUPS, "channels of a norm", _between(GroupNorm(3)), _between(GroupNorm(2)))
    yield Twin(
        IssueCode.GROUPS,
        "a group of one number",
        _between(GroupNorm(4), given=Input(4, 1, 1)),
        _between(GroupNorm(2), given=Input(4, 1, 1)),
    )
    yield Twin(IssueCode.GROUPS, "equal parts", _parts(Chunk(3)), _parts(Chunk(2)))
    yield Twin(
        IssueCode.GROUPS,
        "heads of an attention",
        _between(ToSequence(), SelfAttention(3)),
        _between(ToSequence(), SelfAttention(2)),
    )

    # Windows and sides
    yield Twin(
        IssueCode.WINDOW_TOO_LARGE,
        "a kernel beyond the map",
        _between(_WIDE, given=Input(3, 4, 4)),
        _between(_WIDE, given=Input(3, 5, 5)),
    )
    yield Twin(
        IssueCode.WINDOW_TOO_LARGE,
        "padding that takes all of a transposed convolution",
        _between(TransposedConv2d(8, 2, 2, padding=8)),
        _between(TransposedConv2d(8, 2, 2, padding=7)),
    )
    yield Twin(
        IssueCode.PADDING_TOO_LARGE,
        "a pool's window in the padding",
        _between(MaxPool(3, 1, Padding.EXPLICIT, (3, 0, 0, 0))),
        _between(MaxPool(3, 1, Padding.EXPLICIT, (1, 0, 0, 0))),
    )
    yield Twin(
        IssueCode.PADDING_TOO_LARGE,
        "more mirrored than there is",
        _between(Pad((8, 0, 0, 0), PadMode.REFLECT)),
        _between(Pad((7, 0, 0, 0), PadMode.REFLECT)),
    )
    yield Twin(
        IssueCode.PADDING_TOO_LARGE,
        "output padding that nothing reaches",
        _between(TransposedConv2d(8, 2, 2, output_padding=2)),
        _between(TransposedConv2d(8, 2, 2, output_padding=1)),
    )
    yield Twin(IssueCode.EVEN_SYMMETRIC, "an even kernel", _between(DepthwiseConv2d(4)), _between(DepthwiseConv2d(5)))
    yield Twin(
        IssueCode.EVEN_SIZE,
        "an even number of neighbours",
        _between(LocalResponseNorm(4)),
        _between(LocalResponseNorm(5)),
    )
    yield Twin(IssueCode.TOO_SMALL, "a map scaled away", _between(Resize(0.1)), _between(Resize(0.125)))
    yield Twin(
        IssueCode.TOO_SMALL,
        "nothing that reaches the output",
        _between(Foreign(Nothing(0))),
        _between(Foreign(Nothing(1))),
    )
    yield Twin(
        IssueCode.TOO_LARGE,
        "more parameters than can be counted",
        _between(Conv2d(2**31 - 1), given=Input(2**31 - 1, 4, 4)),
        _between(Conv2d(2**20), given=Input(2**20, 4, 4)),
    )
    yield Twin(
        IssueCode.TOO_LARGE,
        "more elements than can be counted",
        _between(Resize(64.0), given=Input(2**31 - 1, 65536, 65536)),
        _between(Resize(64.0)),
    )

    # Dimensions
    yield Twin(
        IssueCode.RESHAPE,
        "elements that do not divide",
        _between(Reshape((5, -1)), given=Input(3, 4, 4)),
        _between(Reshape((5, -1)), given=Input(5, 4, 4)),
    )
    yield Twin(
        IssueCode.RESHAPE,
        "a sequence of no whole rows",
        _between(ToSequence(), ToMap(7)),
        _between(ToSequence(), ToMap(8)),
    )
    yield Twin(
        IssueCode.PERMUTE,
        "a dimension that is not named",
        _between(Permute((0, 2, 1))),
        _between(Permute((0, 2, 1, 3))),
    )
    yield Twin(
        IssueCode.SQUEEZE,
        "more than one position",
        _between(Squeeze((2, 3))),
        _between(Squeeze((2, 3)), given=Input(4, 1, 1)),
    )
    yield Twin(IssueCode.SPLIT, "parts that are not all", _parts(Split((1, 2))), _parts(Split((1, 3))))
    yield Twin(
        IssueCode.SLICE,
        "positions past the end",
        _between(Slice(1, 3, 4), given=Input(3)),
        _between(Slice(1, 3, 4), given=Input(4)),
    )
    yield Twin(IssueCode.SLICE, "a dimension that is not there", _between(Slice(4, 0, 2)), _between(Slice(3, 0, 2)))
    yield Twin(IssueCode.MEAN, "a dimension that is not there", _between(Mean((4,))), _between(Mean((3,))))
    yield Twin(IssueCode.MEAN, "nothing but the batch", _between(Mean((1, 2, 3))), _between(Mean((2, 3))))
    yield Twin(
        IssueCode.SOFTMAX,
        "a dimension that is not there",
        _between(Foreign(operations.Softmax(4))),
        _between(Foreign(operations.Softmax(3))),
    )

    yield Twin(
        IssueCode.OPAQUE_SHAPE,
        "an operator brought in for another size",
        _between(_KEPT, given=Input(4, 8, 8)),
        _between(_KEPT, given=Input(4, 6, 6)),
    )

    # Of a layer by itself
    yield Twin(IssueCode.BOUNDS, "low above high", _between(HardTanh(2.0, 1.0)), _between(HardTanh(1.0, 2.0)))
    yield Twin(
        IssueCode.PARAMETERS,
        "a block whose own layers cannot be",
        _between(Bottleneck(64, 8), given=Input(2**26, 1, 1)),
        _between(Bottleneck(16, 8), given=Input(2**26, 1, 1)),
    )
    yield Twin(IssueCode.PARAMETERS, "a formula that divides by zero", _own("in / 0"), _own("in / 2"))
    yield Twin(
        IssueCode.PARAMETERS,
        "a formula of what flows into a loose node",
        _own("here * 2", is_wired=False),
        _own("here * 2"),
    )
    yield Twin(IssueCode.UNKNOWN_LAYER, "a type from later", _between(_UNKNOWN), _between(ReLU6()))


TWINS = tuple(twins())
