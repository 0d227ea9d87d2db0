"""Dense layers, and what does nothing when running: flatten, dropout, drop path, fully connected."""

from __future__ import annotations

from designer.graph import operations
from designer.graph.layer import Category, Layer
from designer.graph.operations import Step
from designer.graph.parameter import flag, integer, ratio
from designer.graph.tensor import TensorSpec, require_channels_last
from designer.layers.lowering import step
from designer.layers.registry import register


@register(key="flatten", title="Flatten", glyph="FLT", category=Category.DENSE, keywords=("reshape", "vector"))
class Flatten(Layer):
    """Lays a map out as one vector a picture.

    In N×C×H×W, out N×(C·H·W). Nothing is computed or moved: it is a view.
    """

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Flatten())

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].label} → {self.output(inputs[0]).label}" if inputs else ""


@register(key="dropout", title="Dropout", glyph="DRP", category=Category.DENSE, source="Srivastava et al. 2014")
class Dropout(Layer):
    """Sets random elements to zero while training; does nothing when running.

    In N×C×H×W or N×F, out the same. Nothing is counted: costs are those of running.
    """

    p: float = ratio(default=0.2, low=0.0, high=0.99, help="Share of elements set to zero while training.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Dropout(self.p))

    def summary(self, *_: TensorSpec) -> str:
        return f"p {self.p:g}"


@register(
    key="drop_path",
    title="Drop path",
    glyph="DP",
    category=Category.DENSE,
    source="Huang et al. 2016, Deep Networks with Stochastic Depth, sec. 3",
    keywords=("stochastic depth", "dropout"),
)
class DropPath(Layer):
    """Sets a picture's whole tensor to zero now and then while training; does nothing when running.

    In any N×…, out the same. Nothing is counted: costs are those of running.
    """

    p: float = ratio(default=0.1, low=0.0, high=0.99, help="Share of pictures whose tensor is set to zero.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.DropPath(self.p))

    def summary(self, *_: TensorSpec) -> str:
        return f"p {self.p:g}"


@register(
    key="fully_connected",
    title="Fully connected",
    glyph="FC",
    category=Category.DENSE,
    source="Rumelhart, Hinton and Williams 1986, eq. 1",
    keywords=("dense", "linear", "classifier", "gemm"),
)
class FullyConnected(Layer):
    """Every output reads every input: the classifier.

    In N×F, out N×F', or N×L×C and N×L×C'. Parameters F·F' and F' of bias; MACs N·F·F', at each of L positions.
    """

    out_features: int = integer(default=1000, low=1, high=2**31 - 1, help="Outputs F', such as the number of classes.")
    bias: bool = flag(default=True, help="One number added to each output.")

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_channels_last(x)
        return step(operations.Linear(x.channels, self.out_features, self.bias))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} → {self.out_features}" if inputs else f"→ {self.out_features}"
