"""Shape and dense layers: flatten, dropout, fully connected."""

from __future__ import annotations

from designer.graph import operations
from designer.graph.formula import Formulas, batch, product, quantity
from designer.graph.layer import Category, Layer, Weight, Work
from designer.graph.operations import Step
from designer.graph.parameter import flag, integer, ratio
from designer.graph.tensor import TensorSpec, require_vector
from designer.layers.lowering import step
from designer.layers.registry import register


@register(key="flatten", title="Flatten", glyph="FLT", category=Category.DENSE, keywords=("reshape", "vector"))
class Flatten(Layer):
    """Lays a map out as one vector a picture.

    In N×C×H×W, out N×(C·H·W). Nothing is computed or moved: it is a view.
    """

    aliases_input = True

    def output(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x.batch, x.elements // x.batch), x.dtype)

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

    aliases_input = True

    p: float = ratio(default=0.2, low=0.0, high=0.99, help="Share of elements set to zero while training.")

    def output(self, x: TensorSpec) -> TensorSpec:
        return x

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Dropout(self.p))

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

    In N×F, out N×F'. Parameters F·F' and F' of bias; MACs N·F·F'.
    """

    out_features: int = integer(default=1000, low=1, high=2**31 - 1, help="Outputs F', such as the number of classes.")
    bias: bool = flag(default=True, help="One number added to each output.")

    def output(self, x: TensorSpec) -> TensorSpec:
        require_vector(x)
        return TensorSpec((x.batch, self.out_features), x.dtype)

    @property
    def sees_everything(self) -> bool:
        return True

    def weights(self, x: TensorSpec) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_features, x.channels))
        return (weight, Weight("bias", (self.out_features,))) if self.bias else (weight,)

    def work(self, x: TensorSpec, y: TensorSpec) -> Work:
        return Work(x.channels * y.elements, y.elements if self.bias else 0)

    def formulas(self, x: TensorSpec, y: TensorSpec) -> Formulas:
        outputs = quantity("F'", self.out_features)
        weight = product(quantity("F", x.channels), outputs)
        return Formulas(
            weight.plus(outputs) if self.bias else weight,
            product(batch(y), weight),
            product(batch(y), outputs) if self.bias else None,
        )

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Linear(x.channels, self.out_features, self.bias))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} → {self.out_features}" if inputs else f"→ {self.out_features}"
