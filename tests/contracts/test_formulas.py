"""Every layer's printed formulas amount to what the layer counts, for sampled parameters and shapes."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import facts
from designer.graph.formula import Expression
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.dense import FullyConnected
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import MaxPool
from tests.arithmetic import evaluate
from tests.contracts.sampling import PLACEABLE, samples

MAP = TensorSpec((1, 144, 56, 56))


def amount(expression: Expression | None) -> int:
    """What the printed numbers amount to, which has to be the value that goes with them."""
    if expression is None:
        return 0
    assert evaluate(expression.numbers) == expression.value
    return expression.value


SAMPLES = [
    pytest.param(sample.layer, sample.inputs, id=f"{cls.key}-{index}")
    for cls in PLACEABLE
    if not cls.is_block
    for index, sample in enumerate(samples(cls, 12))
]


@pytest.mark.parametrize(("layer", "inputs"), SAMPLES)
def test_printed_formulas_amount_to_the_counted_figures(layer: Layer, inputs: tuple[TensorSpec, ...]) -> None:
    formulas = layer.formulas(*inputs)
    cost = facts(layer, inputs).cost
    assert cost is not None
    trained = sum(weight.elements for weight in layer.weights(*inputs) if not weight.is_buffer)
    assert amount(formulas.parameters) == trained == cost.parameters
    assert amount(formulas.macs) == cost.macs
    assert amount(formulas.elementwise) == cost.elementwise


@pytest.mark.parametrize(("layer", "inputs"), SAMPLES)
def test_symbols_and_numbers_have_the_same_form(layer: Layer, inputs: tuple[TensorSpec, ...]) -> None:
    for expression in layer.formulas(*inputs):
        if expression is not None:
            signs = [[sign for sign in text if sign in "·/+−()²"] for text in (expression.symbols, expression.numbers)]
            assert signs[0] == signs[1]


@pytest.mark.parametrize(
    ("layer", "figure", "symbols", "numbers"),
    [
        (DepthwiseConv2d(), "macs", "k²·C·H·W", "3²·144·56·56"),
        (DepthwiseConv2d(multiplier=2, stride=2), "macs", "k²·C·m·H'·W'", "3²·144·2·28·28"),
        (DepthwiseConv2d(bias=True), "parameters", "k²·C + C", "3²·144 + 144"),
        (PointwiseConv2d(24), "macs", "C·C'·H·W", "144·24·56·56"),
        (PointwiseConv2d(24, bias=True), "elementwise", "C'·H·W", "24·56·56"),
        (Conv2d(1280, kernel_size=5), "parameters", "k²·C·C'", "5²·144·1\u202f280"),
        (GroupedConv2d(64, groups=2), "macs", "k²·(C/g)·C'·H·W", "3²·(144/2)·64·56·56"),
        (BatchNorm(), "elementwise", "2·C·H·W", "2·144·56·56"),
        (MaxPool(), "elementwise", "(k² − 1)·C·H'·W'", "(2² − 1)·144·28·28"),
        (Add(count=3), "elementwise", "2·C·H·W", "2·144·56·56"),
    ],
)
def test_the_symbols_are_the_ones_the_layer_is_taught_with(
    layer: Layer, figure: str, symbols: str, numbers: str
) -> None:
    inputs = (MAP,) * len(layer.inputs)
    expression = getattr(layer.formulas(*inputs), figure)
    assert (expression.symbols, expression.numbers) == (symbols, numbers)


def test_a_batch_and_a_vector_have_their_own_letters() -> None:
    vectors = TensorSpec((2, 1280))
    layer = FullyConnected(1000)
    formulas = layer.formulas(vectors)
    assert formulas.macs is not None
    assert formulas.macs.symbols == "N·F·F'"
    assert formulas.macs.numbers == "2·1\u202f280·1\u202f000"


@pytest.mark.parametrize(
    ("text", "value"), [("2·(3 + 4)² − 8/2", 94), ("1\u202f280·10", 12800), ("(9 − 1)·2", 16), ("8/2/2", 2)]
)
def test_the_evaluator_by_hand(text: str, value: int) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize("text", ["", "k·2", "7/2", "2 +", "(2", "2)3"])
def test_the_evaluator_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"whole|numbers|missing|closed"):
        evaluate(text)
