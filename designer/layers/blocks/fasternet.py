"""FasterNet's block: a standard convolution on some of the channels, the others left as they are."""

from __future__ import annotations

from designer.graph.design import Design
from designer.graph.layer import Category, Layer
from designer.graph.parameter import choice, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.window import Size, brief_size
from designer.layers.activation import Activation
from designer.layers.blocks.body import Body, eps, expansion, momentum, norm_of, widened
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.lowering import kernel_size
from designer.layers.merge import Concatenate
from designer.layers.registry import register
from designer.layers.shaping import Split


@register(
    key="fasternet_block",
    title="FasterNet block",
    glyph="FNB",
    category=Category.BLOCK,
    source="Chen et al. 2023, Run, Don't Walk, fig. 3 and 4",
    keywords=("fasternet", "partial convolution", "pconv"),
)
class FasterNetBlock(Layer):
    """Filter a share r of the channels by a standard k×k, widen all by a 1×1, narrow by a 1×1, add the input.

    In N×C×H×W, hidden N×tC×H×W, out N×C×H×W. A batch norm and an activation stand between the two 1×1 only; r = 1
    filters all. MACs H·W·(k²·(rC)² + 2·C·tC).
    """

    kernel_size: Size = kernel_size(what="partial convolution's kernel")
    share: float = ratio(default=0.25, low=0.01, high=1.0, help="Share r of the channels that is filtered.")
    expansion: float = expansion(2.0)
    activation: Activation = choice(default=Activation.RELU, help="Between the two 1×1.")
    eps: float = eps()
    momentum: float = momentum()

    is_block = True

    def expand(self, x: TensorSpec) -> Design:
        require_map(x)
        body, filtered = Body(), widened(self.share, x.channels)
        convolution = Conv2d(filtered, self.kernel_size)
        if filtered < x.channels:
            body.then("split", Split((filtered, x.channels - filtered)))
            body.then("partial", convolution, "split.a")
            body.then("join", Concatenate(), "partial", "split.b")
        else:
            body.then("partial", convolution)
        norm = norm_of(self.eps, self.momentum)
        body.convolution("widen", PointwiseConv2d(widened(self.expansion, x.channels)), norm, self.activation)
        body.then("narrow", PointwiseConv2d(x.channels))
        return body.design(self.title, residual=True)

    def summary(self, *inputs: TensorSpec) -> str:
        channels = f"{inputs[0].channels} ch · " if inputs else ""
        return f"{channels}t{self.expansion:g} k{brief_size(self.kernel_size)} r{self.share:g}"
