"""The zero-cost scores against their papers' definitions, computed by NumPy alone on networks small enough for it."""

from __future__ import annotations

import math

import numpy
import pytest
import torch

from designer.graph.design import Design
from designer.layers.activation import ReLU, ReLU6
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.runtime.compile.module import CompiledModule, compile_module
from designer.runtime.learning.zero_cost import jacob_cov, synflow, zico
from tests.small_designs import row

pytestmark = pytest.mark.torch

SHAPE = (1, 1, 3, 4)


def two_layers(activation: ReLU | ReLU6) -> Design:
    hidden, last = FullyConnected(out_features=5, bias=False), FullyConnected(out_features=3, bias=False)
    return row(Input(channels=1, height=3, width=4), Flatten(), hidden, activation, last, Output())


def weights(module: CompiledModule) -> list[numpy.ndarray]:
    return [each.detach().double().numpy().copy() for each in module.parameters()]


@pytest.mark.parametrize("activation", [ReLU(), ReLU6()])
def test_synflow_is_what_the_absolute_weights_make_of_ones_once_a_layer(activation: ReLU | ReLU6) -> None:
    module = compile_module(two_layers(activation))
    first, second = weights(module)
    flow = (numpy.abs(second) @ numpy.abs(first) @ numpy.ones(12)).sum()
    found = synflow(module, SHAPE)
    assert found == pytest.approx(math.log10(2 * flow), rel=1e-9)  # each layer's θ·∂R/∂θ sums up to R


def test_jacob_cov_is_of_the_eigenvalues_of_the_jacobians_correlations() -> None:
    module = compile_module(two_layers(ReLU()))
    first, second = weights(module)
    inputs = torch.randn(6, 1, 3, 4, generator=torch.Generator().manual_seed(1))
    flat = inputs.flatten(1).double().numpy()
    is_open = (flat @ first.T > 0).astype(float)
    jacobians = (is_open * second.sum(0)) @ first
    eigenvalues = numpy.linalg.eigvalsh(numpy.corrcoef(jacobians)) + 1e-5
    assert jacob_cov(module, inputs) == pytest.approx(-(numpy.log(eigenvalues) + 1 / eigenvalues).sum(), rel=1e-3)


def test_zico_is_the_gradients_mean_by_their_deviation() -> None:
    design = row(Input(channels=1, height=3, width=4), Flatten(), FullyConnected(out_features=3, bias=False), Output())
    module = compile_module(design)
    (weight,) = weights(module)
    source = torch.Generator().manual_seed(2)
    batches = [(torch.randn(5, 1, 3, 4, generator=source), torch.randint(3, (5,), generator=source)) for _ in range(2)]
    gradients = []
    for inputs, labels in batches:
        flat = inputs.flatten(1).double().numpy()
        exponents = numpy.exp(flat @ weight.T)
        shares = exponents / exponents.sum(1, keepdims=True)
        gradients.append((shares - numpy.eye(3)[labels.numpy()]).T @ flat / 5)
    stacked = numpy.stack(gradients)
    wanted = math.log((numpy.abs(stacked).mean(0) / stacked.std(0)).sum())
    assert zico(module, batches) == pytest.approx(wanted, rel=1e-3)
