"""Normalization: by running statistics, and by those of the tensor itself."""

from __future__ import annotations

from typing import Any

from designer.errors import ShapeError
from designer.graph import operations
from designer.graph.layer import Category, Layer
from designer.graph.operations import Step
from designer.graph.parameter import integer, ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.issue_code import IssueCode
from designer.layers.lowering import require_divisible, step
from designer.layers.registry import register


@register(
    key="batch_norm",
    title="Batch norm",
    glyph="BN",
    category=Category.NORMALIZATION,
    source="Ioffe and Szegedy 2015, Batch Normalization, alg. 1 and 2",
    keywords=("bn", "normalise"),
)
class BatchNorm(Layer):
    """Normalizes each channel by its running mean and variance, then scales and shifts it.

    In N×C×H×W, out the same. Parameters 2·C (and 2·C kept but not trained). When running it is one multiplication and
    one addition an element; a runtime can fold it into the convolution before it.
    """

    eps: float = ratio(
        default=1e-5, low=0.0, high=1.0, help="Added to the variance, so that nothing is divided by zero."
    )
    momentum: float = ratio(
        default=0.1, low=0.0, high=1.0, help="Share of a new batch in the running mean and variance."
    )

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_map(x)
        return step(operations.BatchNorm(x.channels, self.eps, self.momentum))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} ch" if inputs else ""


def _eps(default: float) -> Any:
    return ratio(default=default, low=0.0, high=1.0, help="Added to the variance, so that nothing is divided by zero.")


@register(
    key="layer_norm",
    title="Layer norm",
    glyph="LN",
    category=Category.NORMALIZATION,
    source="Ba et al. 2016, Layer Normalization, eq. 4",
    keywords=("ln", "normalise", "convnext", "transformer"),
)
class LayerNorm(Layer):
    """Normalizes the channels of each position by their own mean and variance, then scales and shifts them.

    In N×C×H×W, or with the channels last in N×L×C; out the same. Parameters 2·C. Seven operations an element.
    """

    eps: float = _eps(1e-6)

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.LayerNorm(x.channels, self.eps, -1 if x.has_channels_last else 1))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} ch" if inputs else ""


@register(
    key="group_norm",
    title="Group norm",
    glyph="GN",
    category=Category.NORMALIZATION,
    source="Wu and He 2018, Group Normalization, eq. 7",
    keywords=("gn", "normalise", "instance"),
)
class GroupNorm(Layer):
    """Normalizes each group of channels of one picture by its mean and variance, then scales and shifts each channel.

    In N×C×H×W, out the same, g dividing C. Parameters 2·C. Seven operations an element.
    """

    groups: int = integer(default=1, low=1, high=2**31 - 1, help="Groups g; it must divide the channels.")
    eps: float = _eps(1e-5)

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_map(x)
        require_divisible("input", x.channels, self.groups)
        return step(operations.GroupNorm(self.groups, x.channels, self.eps))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} ch · g{self.groups}" if inputs else f"g{self.groups}"


@register(
    key="local_response_norm",
    title="Local response norm",
    glyph="LRN",
    category=Category.NORMALIZATION,
    source="Krizhevsky et al. 2012, sec. 3.3",
    keywords=("lrn", "alexnet"),
)
class LocalResponseNorm(Layer):
    """x / (k + α/n·Σ x²)^β, the sum over n neighbouring channels.

    In N×C×H×W, out the same. No parameters; n + 5 operations an element.
    """

    size: int = integer(default=5, low=1, high=1024, help="How many neighbouring channels are summed, n.")
    alpha: float = ratio(default=1e-4, low=1e-9, high=100.0, help="Weight of the sum, α.")
    beta: float = ratio(default=0.75, low=0.01, high=10.0, help="Power, β.")
    k: float = ratio(default=1.0, low=0.001, high=100.0, help="What is added to the sum.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        require_map(x)
        if self.size % 2 == 0:
            raise ShapeError(
                IssueCode.EVEN_SIZE,
                f"{self.size} neighbouring channels have no middle",
                "an odd number has as many on both sides",
            )
        return step(operations.LocalResponseNorm(self.size, self.alpha, self.beta, self.k))

    def summary(self, *_: TensorSpec) -> str:
        return f"n {self.size}"


@register(
    key="global_response_norm",
    title="Global resp. norm",
    glyph="GRN",
    category=Category.NORMALIZATION,
    source="Woo et al. 2023, ConvNeXt V2, alg. 1",
    keywords=("grn", "convnext"),
)
class GlobalResponseNorm(Layer):
    """γ·x·n + β + x: each channel weighed by its norm over all positions, against the mean of all channels' norms.

    In N×C×H×W, out the same. Parameters 2·C. Six operations an element.
    """

    eps: float = _eps(1e-6)

    @property
    def sees_everything(self) -> bool:
        return True

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.GlobalResponseNorm(x.channels, self.eps))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} ch" if inputs else ""


@register(
    key="layer_scale",
    title="Layer scale",
    glyph="LS",
    category=Category.NORMALIZATION,
    source="Touvron et al. 2021, Going deeper with Image Transformers, eq. 4",
    keywords=("gamma", "convnext", "cait"),
)
class LayerScale(Layer):
    """Multiplies each channel by a trained number that begins near zero.

    In N×C×H×W, N×L×C or N×F, out the same. Parameters C. One multiplication an element.
    """

    start: float = ratio(default=1e-6, low=0.0, high=10.0, help="What each number is before training.")

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.LayerScale(x.channels, self.start, x.channel_axis))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} ch" if inputs else ""
