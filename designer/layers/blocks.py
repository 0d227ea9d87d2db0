"""Blocks: layers that stand for a small design. One declares parameters and expands; all else follows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from designer.errors import ShapeError
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Category, Layer, Port
from designer.graph.parameter import choice, flag, integer, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Padding, Size, brief_size, pair, size_text
from designer.issue_code import IssueCode
from designer.layers.activation import Activation
from designer.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.lowering import kernel_size, padding, stride
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.layers.registry import register

_CHANNELS_HIGH = 2**31 - 1
_WINDOW_PADDINGS = (Padding.SYMMETRIC, Padding.SAME, Padding.NONE)


# Bodies by their parts; the parts' names say how they are wired, so it is checked and ordered once.
_wired: dict[tuple[tuple[NodeId, type[Layer]], ...], Design] = {}


class _Chain:
    """Builds a body part by part, each reading the one before."""

    def __init__(self) -> None:
        self.parts: list[Node] = [_ENTRANCE]

    def then(self, name: str, layer: Layer | None) -> None:
        """Append a layer under a name; nothing for None."""
        if layer is not None:
            self.parts.append(Node(NodeId(name), layer))

    def convolution(self, name: str, layer: Layer, norm: BatchNorm | None, activation: Activation) -> None:
        """A convolution, its batch norm if there is one, its activation if there is one."""
        self.then(name, layer)
        self.then(f"{name}_bn", norm)
        self.then(f"{name}_act", activation.layer())

    def design(self, name: str, residual: bool = False) -> Design:
        """The finished body, its input added at the end where told; bodies of the same parts share their wiring."""
        self.parts += [_RESIDUAL, _EXIT] if residual else [_EXIT]
        key = tuple([(node.id, type(node.layer)) for node in self.parts])
        wired = _wired.get(key)
        if wired is None:
            wired = _wired[key] = Design.build(name, self.parts, list(self._wires()))
        return wired.refilled(name, self.parts)

    def _wires(self) -> Iterator[Wire]:
        for before, node in pairwise(self.parts):
            if node.layer.main_input is not None:
                yield Wire(PortRef(before.id, "y"), PortRef(node.id, node.layer.main_input.name))
            if node is _RESIDUAL:
                yield Wire(PortRef(_ENTRANCE.id, "y"), PortRef(node.id, node.layer.inputs[0].name))


@lru_cache(maxsize=64)
def _norm(eps: float, momentum: float) -> BatchNorm:
    """One value for all blocks that have such a norm, so that it is compared in no time."""
    return BatchNorm(eps, momentum)


def _eps() -> Any:
    """Of a block's batch norms, where it has them."""
    return ratio(default=1e-5, low=0.0, high=1.0, help="Added to the variance.", shown_when=("batch_norm", True))


def _momentum() -> Any:
    """Of a block's batch norms, where it has them."""
    what = "Share of a new batch in the running mean and variance."
    return ratio(default=0.1, low=0.0, high=1.0, help=what, shown_when=("batch_norm", True))


@lru_cache(maxsize=64)
def _depthwise(kernel_size: Size, stride: Size, padding: Padding, bias: bool = False) -> DepthwiseConv2d:
    """One value for all blocks that filter so."""
    return DepthwiseConv2d(kernel_size, stride, padding, bias=bias)


_ENTRANCE = Node(NodeId("x"), Input(channels=1, height=1, width=1))
_RESIDUAL = Node(NodeId("add"), Add())
_EXIT = Node(NodeId("y"), Output())


@register(
    key="conv_block",
    title="Conv + norm + act",
    glyph="CBA",
    category=Category.BLOCK,
    source="Howard et al. 2017, MobileNets, fig. 3 left",
    keywords=("stem", "head", "conv", "bn", "relu"),
)
class ConvBlock(Layer):
    """A standard convolution, batch norm, activation: the stem and the head of the MobileNets.

    In N×C×H×W, out N×C'×H'×W'.
    """

    out_channels: int = integer(default=32, low=1, high=_CHANNELS_HIGH, help="Output channels C'.")
    kernel_size: Size = kernel_size(what="kernel; 1 makes it a pointwise")
    stride: Size = stride()
    padding: Padding = padding(options=_WINDOW_PADDINGS)
    activation: Activation = choice(default=Activation.RELU6, help="After the batch norm.")
    batch_norm: bool = flag(default=True, help="Normalize after the convolution.")
    bias: bool = flag(default=False, help="Bias of the convolution.", shown_when=("batch_norm", False))
    eps: float = _eps()
    momentum: float = _momentum()

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    @property
    def _norm(self) -> BatchNorm | None:
        return _norm(self.eps, self.momentum) if self.batch_norm else None

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        chain = _Chain()
        bias = self.bias and not self.batch_norm
        layer: Layer = (
            PointwiseConv2d(self.out_channels, self.stride, bias)
            if self.kernel_size == 1
            else Conv2d(self.out_channels, self.kernel_size, self.stride, self.padding, bias=bias)
        )
        chain.convolution("conv", layer, self._norm, self.activation)
        return chain.design(self.title)

    def card_title(self) -> str:
        return f"Conv {size_text(self.kernel_size)} + norm"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · s{brief_size(self.stride)}"


@register(
    key="separable",
    title="Separable (V1)",
    glyph="SEP",
    category=Category.BLOCK,
    source="Howard et al. 2017, MobileNets, fig. 3 right",
    keywords=("mobilenet", "depthwise separable"),
)
class Separable(Layer):
    """Depthwise k×k, then pointwise 1×1, each with batch norm and activation: MobileNetV1's block.

    In N×C×H×W, out N×C'×H'×W'. MACs k²·C·H'·W' + C·C'·H'·W', a share of 1/C' + 1/k² of the standard convolution's. The
    number of depthwise filters is bound to C.
    """

    out_channels: int = integer(default=64, low=1, high=_CHANNELS_HIGH, help="Output channels C' of the pointwise.")
    kernel_size: Size = kernel_size(what="depthwise kernel")
    stride: Size = stride(help="Stride of the depthwise; 2 halves height and width.")
    padding: Padding = padding(options=_WINDOW_PADDINGS)
    activation: Activation = choice(default=Activation.RELU, help="After each batch norm.")
    batch_norm: bool = flag(default=True, help="Normalize after each convolution.")
    bias: bool = flag(default=False, help="Bias of both convolutions.", shown_when=("batch_norm", False))
    eps: float = _eps()
    momentum: float = _momentum()

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    @property
    def _norm(self) -> BatchNorm | None:
        return _norm(self.eps, self.momentum) if self.batch_norm else None

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        bias = self.bias and not self.batch_norm
        chain = _Chain()
        depthwise = _depthwise(self.kernel_size, self.stride, self.padding, bias)
        chain.convolution("depthwise", depthwise, self._norm, self.activation)
        chain.convolution("pointwise", PointwiseConv2d(self.out_channels, bias=bias), self._norm, self.activation)
        return chain.design(self.title)

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"


@register(
    key="bottleneck",
    title="Bottleneck (V2)",
    glyph="BTL",
    category=Category.BLOCK,
    source="Sandler et al. 2018, MobileNetV2, table 1 and fig. 4d",
    keywords=("inverted residual", "mobilenet", "mbconv", "expand", "project"),
)
class Bottleneck(Layer):
    """Expand 1×1, filter depthwise k×k, project 1×1 without activation, add the input: MobileNetV2's inverted residual.

    In N×C×H×W, hidden N×tC×H×W, out N×C'×H'×W'. The residual is there where the stride is 1 and C' = C; t = 1 has no
    expansion. MACs H·W·C·tC + H'·W'·tC·(k² + C').
    """

    expansion: float = ratio(default=6.0, low=0.05, high=64.0, help="Expansion t: hidden channels per input channel.")
    out_channels: int = integer(default=24, low=1, high=_CHANNELS_HIGH, help="Output channels C' of the projection.")
    kernel_size: Size = kernel_size(what="depthwise kernel")
    stride: Size = stride(help="Stride of the depthwise; 2 halves height and width.")
    padding: Padding = padding(options=_WINDOW_PADDINGS)
    activation: Activation = choice(
        default=Activation.RELU6, help="After expansion and depthwise; never after the projection."
    )
    batch_norm: bool = flag(default=True, help="Normalize after each convolution.")
    bias: bool = flag(default=False, help="Bias of the three convolutions.", shown_when=("batch_norm", False))
    eps: float = _eps()
    momentum: float = _momentum()

    is_block = True

    @property
    def downsampling(self) -> int:
        return max(pair(self.stride))

    @property
    def _norm(self) -> BatchNorm | None:
        return _norm(self.eps, self.momentum) if self.batch_norm else None

    def has_residual(self, x: TensorSpec) -> bool:
        """Whether the input is added: stride 1, the same channels, and the same sides after the depthwise."""
        filtered = _depthwise(self.kernel_size, self.stride, self.padding).slid(x)
        return self.stride == 1 and self.out_channels == x.channels and filtered.sides == x.sides

    def hidden_channels(self, x: TensorSpec) -> int:
        """tC, rounded to a whole number of channels, at least 1."""
        return max(1, round(self.expansion * x.channels))

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        chain = _Chain()
        bias = self.bias and not self.batch_norm
        if self.expansion != 1:
            expansion = PointwiseConv2d(self.hidden_channels(x), bias=bias)
            chain.convolution("expand", expansion, self._norm, self.activation)
        depthwise = _depthwise(self.kernel_size, self.stride, self.padding, bias)
        chain.convolution("depthwise", depthwise, self._norm, self.activation)
        chain.convolution("project", PointwiseConv2d(self.out_channels, bias=bias), self._norm, Activation.NONE)
        return chain.design(self.title, self.has_residual(x))

    def card_title(self) -> str:
        return "Bottleneck"

    def summary(self, *inputs: TensorSpec) -> str:
        arrow = f"{inputs[0].channels} → {self.out_channels}" if inputs else f"→ {self.out_channels}"
        return f"{arrow} · t{self.expansion:g} k{brief_size(self.kernel_size)} s{brief_size(self.stride)}"


def _pass_through() -> Design:
    x, y = NodeId("x"), NodeId("y")
    return Design.build("Group", [Node(x, Input()), Node(y, Output())], [Wire(PortRef(x, "y"), PortRef(y, "x"))])


@register(
    key="group",
    title="Group",
    glyph="GRP",
    category=Category.BLOCK,
    keywords=("block", "custom", "frame"),
)
class Group(Layer):
    """A block drawn by hand: what is inside is a design of its own, its Input and Output nodes the ports.

    In and out as the design inside says.
    """

    body: Design = _pass_through()

    is_block = True

    @cached_property
    def _ports(self) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """Made once: there may be thousands, and every wire asks."""
        starts, ends = self.body.input_nodes(), self.body.output_nodes()
        return tuple(Port(node.id, node.name) for node in starts), tuple(Port(node.id, node.name) for node in ends)

    @property
    def inputs(self) -> tuple[Port, ...]:
        return self._ports[0]

    @property
    def outputs(self) -> tuple[Port, ...]:
        return self._ports[1]

    @property
    def downsampling(self) -> int:
        product = 1
        for node in self.body.nodes.values():
            product = max(product, node.layer.downsampling)
        return product

    def expand(self, *inputs: TensorSpec) -> Design:
        if not self.outputs:
            raise ShapeError(
                IssueCode.NO_OUTPUT, "the group gives nothing", "no Output node is inside; placing one there fixes it"
            )
        return self.body

    def card_title(self) -> str:
        return self.body.name

    def summary(self, *_: TensorSpec) -> str:
        return f"{len(self.body.nodes) - len(self.inputs) - len(self.outputs)} nodes"
