"""Activations: element by element, no weights, the shape as it was.

The count of element-wise operations an element is the number of additions, multiplications, divisions, comparisons and
exponentials in the definition, each counted as one; it is declared beside the definition and listed in the help.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import ClassVar

from designer.graph import operations
from designer.graph.formula import Formulas, elements, product, several
from designer.graph.layer import Category, Layer, Work
from designer.graph.operations import Step
from designer.graph.parameter import ratio
from designer.graph.tensor import TensorSpec
from designer.layers.lowering import step
from designer.layers.registry import lookup, register


class _Activation(Layer):
    """What the activations share: the same shape out, a fixed number of operations an element, one operation."""

    per_element: ClassVar[int] = 1
    operation: ClassVar[type[operations.Operation]] = operations.Identity
    rule: ClassVar[str] = ""

    def output(self, x: TensorSpec) -> TensorSpec:
        return x

    def work(self, x: TensorSpec, y: TensorSpec) -> Work:
        return Work(elementwise=y.elements * self.per_element)

    def formulas(self, x: TensorSpec, y: TensorSpec) -> Formulas:
        if not self.per_element:
            return Formulas()
        return Formulas(elementwise=product(several(self.per_element), elements(y)))

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(self.operation())

    def summary(self, *_: TensorSpec) -> str:
        return self.rule


@register(
    key="relu6",
    title="ReLU6",
    glyph="R6",
    category=Category.ACTIVATION,
    source="Sandler et al. 2018, MobileNetV2, sec. 3.3",
)
class ReLU6(_Activation):
    """min(max(x, 0), 6): the activation of the MobileNets, robust at low precision.

    In N×C×H×W or N×F, out the same. Two comparisons an element.
    """

    per_element = 2
    operation = operations.Relu6
    rule = "clip 0…6"


@register(key="relu", title="ReLU", glyph="R", category=Category.ACTIVATION, source="Nair and Hinton 2010")
class ReLU(_Activation):
    """max(x, 0).

    In N×C×H×W or N×F, out the same. One comparison an element.
    """

    per_element = 1
    operation = operations.Relu
    rule = "max(x, 0)"


@register(key="leaky_relu", title="LeakyReLU", glyph="LR", category=Category.ACTIVATION, source="Maas et al. 2013")
class LeakyReLU(_Activation):
    """x where positive, else a small slope times x.

    In N×C×H×W or N×F, out the same. One comparison and one multiplication an element.
    """

    negative_slope: float = ratio(default=0.01, low=0.0, high=1.0, help="Slope for negative inputs.")

    per_element = 2
    operation = operations.LeakyRelu

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.LeakyRelu(self.negative_slope))

    def summary(self, *_: TensorSpec) -> str:
        return f"slope {self.negative_slope:g}"


@register(
    key="hard_swish",
    title="Hard-swish",
    glyph="HS",
    category=Category.ACTIVATION,
    source="Howard et al. 2019, MobileNetV3, sec. 5.2",
    keywords=("hswish", "v3"),
)
class HardSwish(_Activation):
    """x·ReLU6(x + 3)/6: swish from straight pieces, cheap on a phone.

    In N×C×H×W or N×F, out the same. One addition, two comparisons, one division, one multiplication an element.
    """

    per_element = 5
    operation = operations.HardSwish
    rule = "x·ReLU6(x+3)/6"


@register(
    key="hard_sigmoid",
    title="Hard-sigmoid",
    glyph="HSG",
    category=Category.ACTIVATION,
    source="Howard et al. 2019, MobileNetV3, sec. 5.2",
)
class HardSigmoid(_Activation):
    """ReLU6(x + 3)/6: the sigmoid from straight pieces.

    In N×C×H×W or N×F, out the same. One addition, two comparisons, one division an element.
    """

    per_element = 4
    operation = operations.HardSigmoid
    rule = "ReLU6(x+3)/6"


@register(
    key="silu",
    title="SiLU",
    glyph="SI",
    category=Category.ACTIVATION,
    source="Elfwing et al. 2017; Ramachandran et al. 2017 (swish)",
    keywords=("swish",),
)
class SiLU(_Activation):
    """x·sigmoid(x), also called swish.

    In N×C×H×W or N×F, out the same. A sigmoid's four operations and one multiplication an element.
    """

    per_element = 5
    operation = operations.Silu
    rule = "x·σ(x)"


@register(key="gelu", title="GELU", glyph="GE", category=Category.ACTIVATION, source="Hendrycks and Gimpel 2016")
class GELU(_Activation):
    """x·Φ(x), Φ the normal distribution, by the error function.

    In N×C×H×W or N×F, out the same. x·(1 + erf(x/√2))·½: a division, an error function, an addition, two
    multiplications.
    """

    per_element = 5
    operation = operations.Gelu
    rule = "x·Φ(x)"


@register(key="sigmoid", title="Sigmoid", glyph="SG", category=Category.ACTIVATION, source="1/(1 + e⁻ˣ)")
class Sigmoid(_Activation):
    """1/(1 + e⁻ˣ).

    In N×C×H×W or N×F, out the same. A negation, an exponential, an addition, a division an element.
    """

    per_element = 4
    operation = operations.Sigmoid
    rule = "1/(1+e⁻ˣ)"


@register(
    key="linear_activation",
    title="Linear (none)",
    glyph="LIN",
    category=Category.ACTIVATION,
    source="Sandler et al. 2018, MobileNetV2, sec. 3.2",
    keywords=("identity", "none", "no activation"),
)
class Linear(_Activation):
    """No activation, said out loud: the linear bottleneck after a projection.

    In N×C×H×W or N×F, out the same. Nothing is computed.
    """

    per_element = 0
    operation = operations.Identity
    rule = "as it is"
    aliases_input = True


class Activation(Enum):
    """An activation as a block's parameter; the value is the layer's key."""

    RELU6 = "relu6"
    RELU = "relu"
    LEAKY_RELU = "leaky_relu"
    HARD_SWISH = "hard_swish"
    HARD_SIGMOID = "hard_sigmoid"
    SILU = "silu"
    GELU = "gelu"
    SIGMOID = "sigmoid"
    NONE = "linear_activation"

    @property
    def title(self) -> str:
        """The layer's title."""
        return lookup(self.value).title

    def layer(self) -> Layer | None:
        """The layer with its defaults, or None where there is no activation."""
        return None if self is Activation.NONE else _default_layer(self)


@cache
def _default_layer(activation: Activation) -> Layer:
    return lookup(activation.value)()
