"""Activations: element by element, no weights, the shape as it was."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import ClassVar

from designer.errors import ShapeError
from designer.graph import operations
from designer.graph.layer import Category, Layer
from designer.graph.operations import Step
from designer.graph.parameter import choice, flag, ratio
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode
from designer.layers.lowering import step
from designer.layers.registry import lookup, register


class Over(Enum):
    """Along which dimension something is done."""

    CHANNELS = "channels"
    LAST = "last"

    @property
    def title(self) -> str:
        """The word on screen."""
        return {Over.CHANNELS: "the channels", Over.LAST: "the last dimension"}[self]


class _Activation(Layer):
    """What the activations share: one operation, element by element."""

    operation: ClassVar[type[operations.Operation]] = operations.Identity
    rule: ClassVar[str] = ""

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

    operation = operations.Relu6
    rule = "clip 0…6"


@register(key="relu", title="ReLU", glyph="R", category=Category.ACTIVATION, source="Nair and Hinton 2010")
class ReLU(_Activation):
    """max(x, 0).

    In N×C×H×W or N×F, out the same. One comparison an element.
    """

    operation = operations.Relu
    rule = "max(x, 0)"


@register(key="leaky_relu", title="LeakyReLU", glyph="LR", category=Category.ACTIVATION, source="Maas et al. 2013")
class LeakyReLU(_Activation):
    """x where positive, else a small slope times x.

    In N×C×H×W or N×F, out the same. One comparison and one multiplication an element.
    """

    negative_slope: float = ratio(default=0.01, low=0.0, high=1.0, help="Slope for negative inputs.")

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

    operation = operations.Silu
    rule = "x·σ(x)"


@register(key="gelu", title="GELU", glyph="GE", category=Category.ACTIVATION, source="Hendrycks and Gimpel 2016")
class GELU(_Activation):
    """x·Φ(x), Φ the normal distribution, by the error function.

    In N×C×H×W or N×F, out the same. x·(1 + erf(x/√2))·½: a division, an error function, an addition, two
    multiplications. By tanh, x·½·(1 + tanh(√(2/π)·(x + 0.044715·x³))), nine operations an element.
    """

    by_tanh: bool = flag(default=False, help="Use the hyperbolic tangent's curve, which is near it and older.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Gelu(self.by_tanh))

    def summary(self, *_: TensorSpec) -> str:
        return "x·Φ(x) by tanh" if self.by_tanh else "x·Φ(x)"


@register(key="sigmoid", title="Sigmoid", glyph="SG", category=Category.ACTIVATION, source="1/(1 + e⁻ˣ)")
class Sigmoid(_Activation):
    """1/(1 + e⁻ˣ).

    In N×C×H×W or N×F, out the same. A negation, an exponential, an addition, a division an element.
    """

    operation = operations.Sigmoid
    rule = "1/(1+e⁻ˣ)"


@register(key="prelu", title="PReLU", glyph="PR", category=Category.ACTIVATION, source="He et al. 2015, sec. 2.1")
class PReLU(_Activation):
    """x where positive, else a trained slope times x: one slope a channel, or one for all.

    In N×C×H×W or N×F, out the same. Parameters C, or 1. One comparison and one multiplication an element.
    """

    per_channel: bool = flag(default=True, help="A slope for each channel rather than one for all.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.PRelu(x.channels if self.per_channel else 1))

    def summary(self, *inputs: TensorSpec) -> str:
        if not self.per_channel:
            return "one slope"
        return f"{inputs[0].channels} slopes" if inputs else "a slope a channel"


@register(key="elu", title="ELU", glyph="EL", category=Category.ACTIVATION, source="Clevert et al. 2016, eq. 15")
class ELU(_Activation):
    """x where positive, else α·(eˣ − 1).

    In N×C×H×W or N×F, out the same. A comparison, an exponential, a subtraction, a multiplication an element.
    """

    alpha: float = ratio(default=1.0, low=0.0, high=10.0, help="What it comes down to for large negative inputs, α.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Elu(self.alpha))

    def summary(self, *_: TensorSpec) -> str:
        return f"α {self.alpha:g}"


@register(key="tanh", title="Tanh", glyph="TH", category=Category.ACTIVATION, source="(e²ˣ − 1)/(e²ˣ + 1)")
class Tanh(_Activation):
    """(e²ˣ − 1)/(e²ˣ + 1), between −1 and 1.

    In N×C×H×W or N×F, out the same. A multiplication, an exponential, two additions, a division an element.
    """

    operation = operations.Tanh
    rule = "−1…1"


@register(key="mish", title="Mish", glyph="MI", category=Category.ACTIVATION, source="Misra 2020, eq. 1")
class Mish(_Activation):
    """x·tanh(ln(1 + eˣ)).

    In N×C×H×W or N×F, out the same. An exponential, an addition, a logarithm, a tanh, a multiplication an element.
    """

    operation = operations.Mish
    rule = "x·tanh(softplus)"


@register(
    key="hard_tanh",
    title="Hard-tanh",
    glyph="HT",
    category=Category.ACTIVATION,
    source="Collobert 2004, sec. 3.2",
    keywords=("clip", "clamp"),
)
class HardTanh(_Activation):
    """min(max(x, low), high): clipped between two bounds.

    In N×C×H×W or N×F, out the same. Two comparisons an element.
    """

    low: float = ratio(default=-1.0, low=-1e6, high=1e6, help="The least value that comes out.")
    high: float = ratio(default=1.0, low=-1e6, high=1e6, help="The largest value that comes out.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        if self.low >= self.high:
            raise ShapeError(
                IssueCode.BOUNDS, "its bounds leave nothing between them", f"low is {self.low:g} and high {self.high:g}"
            )
        return step(operations.HardTanh(self.low, self.high))

    def summary(self, *_: TensorSpec) -> str:
        return f"{self.low:g}…{self.high:g}"


@register(
    key="softmax",
    title="Softmax",
    glyph="SM",
    category=Category.ACTIVATION,
    source="Bridle 1990, eq. 6",
    keywords=("classifier", "attention"),
)
class Softmax(_Activation):
    """eˣ by the sum of all eˣ: shares that add up to one, over the channels or over the last dimension.

    In any N×…, out the same. A comparison, a subtraction, an exponential, an addition, a division an element.
    """

    over: Over = choice(default=Over.CHANNELS, help="Along which dimension the shares add up to one.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.Softmax(x.channel_axis if self.over is Over.CHANNELS else -1))

    def summary(self, *_: TensorSpec) -> str:
        return f"over {self.over.value}"


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

    operation = operations.Identity
    rule = "as it is"


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
    ELU = "elu"
    TANH = "tanh"
    MISH = "mish"
    NONE = "linear_activation"

    __hash__ = object.__hash__  # each is there once, and a recount hashes every block

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
