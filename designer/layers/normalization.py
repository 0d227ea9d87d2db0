"""Normalization: batch norm."""

from __future__ import annotations

from designer.graph import operations
from designer.graph.formula import Formulas, constant, elements, product, quantity
from designer.graph.layer import Category, Layer, Weight, Work
from designer.graph.operations import Step
from designer.graph.parameter import ratio
from designer.graph.tensor import TensorSpec, require_map
from designer.layers.lowering import step
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

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x

    def weights(self, x: TensorSpec) -> tuple[Weight, ...]:
        channels = (x.channels,)
        return (
            Weight("weight", channels),
            Weight("bias", channels),
            Weight("running_mean", channels, is_buffer=True),
            Weight("running_var", channels, is_buffer=True),
            Weight("num_batches_tracked", (), is_buffer=True, is_counter=True),
        )

    def work(self, x: TensorSpec, y: TensorSpec) -> Work:
        return Work(elementwise=2 * y.elements)

    def formulas(self, x: TensorSpec, y: TensorSpec) -> Formulas:
        return Formulas(
            parameters=product(constant(2), quantity("C", x.channels)),
            elementwise=product(constant(2), elements(y)),
        )

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        return step(operations.BatchNorm(x.channels, self.eps, self.momentum))

    def summary(self, *inputs: TensorSpec) -> str:
        return f"{inputs[0].channels} ch" if inputs else ""
