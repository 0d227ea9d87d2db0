"""Blocks that weigh what there is by what it says itself: squeeze-and-excitation, multi-head self-attention."""

from __future__ import annotations

from collections.abc import Sequence

from designer.errors import ShapeError
from designer.graph.arithmetic import round_channels
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, flag, integer, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.issue_code import IssueCode
from designer.layers.activation import Activation, Over, Softmax
from designer.layers.convolution import PointwiseConv2d
from designer.layers.dense import FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.lowering import require_divisible
from designer.layers.merge import MatrixProduct, Multiply
from designer.layers.pooling import GlobalAveragePool
from designer.layers.registry import register
from designer.layers.shaping import Permute, Reshape, ScalarMultiply

_Part = tuple[str, Layer, tuple[str, ...]]
"""A part's name, what it is, and the parts it reads, one an input port."""


def _body(name: str, parts: Sequence[_Part]) -> Design:
    """A body between an Input ``x`` and an Output ``y``, which reads the last part."""
    nodes = [Node(NodeId("x"), Input(channels=1, height=1, width=1))]
    wires = []
    for part, layer, sources in (*parts, ("y", Output(), (parts[-1][0],))):
        nodes.append(Node(NodeId(part), layer))
        for source, port in zip(sources, layer.inputs, strict=True):
            wires.append(Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(part), port.name)))
    return Design.build(name, nodes, wires)


@register(
    key="squeeze_excite",
    title="Squeeze-and-excite",
    glyph="SE",
    category=Category.BLOCK,
    source="Hu et al. 2018, Squeeze-and-Excitation Networks, sec. 3; Howard et al. 2019, MobileNetV3, sec. 5.3",
    keywords=("se", "attention", "gate", "channel", "mobilenet v3", "efficientnet"),
)
class SqueezeExcite(Layer):
    """Weighs each channel by a gate worked out from the mean of all channels.

    In N×C×H×W, out the same. The mean of each channel, down to R channels by a 1×1, an activation, up to C, a gate
    between 0 and 1, times the input. Parameters 2·C·R + R + C with biases, MACs 2·C·R.
    """

    reduction: float = ratio(default=0.25, low=0.001, high=1.0, help="Share of the channels between the two 1×1, R/C.")
    divisor: int = integer(default=1, low=1, high=256, help="Round R to a multiple of it; 8 in MobileNetV3.")
    activation: Activation = choice(default=Activation.RELU, help="Between the two 1×1.")
    gate: Activation = choice(
        default=Activation.SIGMOID,
        options=(Activation.SIGMOID, Activation.HARD_SIGMOID),
        help="What makes a share between 0 and 1 of the last.",
    )
    bias: bool = flag(default=True, help="Biases of both 1×1.")

    is_block = True

    def reduced_channels(self, x: TensorSpec) -> int:
        """R: the share of the channels, rounded to the divisor and never more than a tenth below it.

        Source: the rounding of Sandler et al. 2018, MobileNetV2, in their published code.
        """
        wanted = x.channels * self.reduction
        if self.divisor == 1:
            return max(1, int(wanted))
        return round_channels(wanted, self.divisor)

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        parts: list[_Part] = [
            ("squeeze", GlobalAveragePool(), ("x",)),
            ("reduce", PointwiseConv2d(self.reduced_channels(x), bias=self.bias), ("squeeze",)),
        ]
        activation, gate = self.activation.layer(), self.gate.layer()
        if activation is not None:
            parts.append(("reduce_act", activation, ("reduce",)))
        parts.append(("expand", PointwiseConv2d(x.channels, bias=self.bias), (parts[-1][0],)))
        assert gate is not None  # its options have a layer each
        parts += [("gate", gate, ("expand",)), ("scale", Multiply(), ("gate", "x"))]
        return _body(self.title, parts)

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} → {self.reduced_channels(inputs[0])}" if inputs else f"R/C {self.reduction:g}"


@register(
    key="self_attention",
    title="Self-attention",
    glyph="MHA",
    category=Category.BLOCK,
    source="Vaswani et al. 2017, Attention Is All You Need, sec. 3.2",
    keywords=("multi-head", "transformer", "mhsa", "vit", "token"),
)
class SelfAttention(Layer):
    """Each position of a sequence gathers from all others, by as many weights as there are heads.

    In N×L×C, out the same, the heads h dividing C. softmax(q·kᵀ/√(C/h))·v in each head, between two projections.
    Parameters 4·C² + 4·C with biases, MACs 4·L·C² + 2·L²·C.
    """

    heads: int = integer(default=4, low=1, high=256, help="How many sets of weights there are; it divides C.")
    bias: bool = flag(default=True, help="Biases of the four projections.")

    is_block = True

    def expand(self, x: TensorSpec) -> Design:
        if len(x.shape) != 3 or not x.has_channels_last:
            raise ShapeError(
                IssueCode.NEEDS_SEQUENCE,
                "it takes a sequence",
                f"its input is {x.described}; 'To sequence' makes one of a map's positions",
            )
        require_divisible("input", x.channels, self.heads)
        width = x.channels // self.heads
        parts: list[_Part] = []
        for name in ("query", "key", "value"):
            parts += [
                (name, FullyConnected(x.channels, self.bias), ("x",)),
                (f"{name}_heads", Reshape((-1, self.heads, width), channels_last=True), (name,)),
                (f"{name}_rows", Permute((0, 2, 1, 3)), (f"{name}_heads",)),
            ]
        parts += [
            ("scores", MatrixProduct(transposed=True), ("query_rows", "key_rows")),
            ("scaled", ScalarMultiply(width**-0.5), ("scores",)),
            ("shares", Softmax(Over.LAST), ("scaled",)),
            ("gathered", MatrixProduct(), ("shares", "value_rows")),
            ("turned", Permute((0, 2, 1, 3)), ("gathered",)),
            ("joined", Reshape((-1, x.channels), channels_last=True), ("turned",)),
            ("project", FullyConnected(x.channels, self.bias), ("joined",)),
        ]
        return _body(self.title, parts)

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{self.heads} heads · {inputs[0].channels // self.heads}" if inputs else f"{self.heads} heads"
