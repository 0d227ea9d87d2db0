"""The comparison of networks by which round trips are judged tells networks apart that differ in anything."""

from __future__ import annotations

import pytest

from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.layers.activation import HardSigmoid, HardSwish, ReLU, Sigmoid
from designer.layers.convolution import Conv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Multiply, Subtract
from designer.layers.pooling import GlobalAveragePool, MaxPool
from designer.layers.shaping import ChannelShuffle, Mean, Permute, ToSequence
from tests.runtime.importing.same_network import as_if_trained, computation, is_same
from tests.small_designs import drawn, row

pytestmark = pytest.mark.torch


def between(*layers: Layer) -> Design:
    return row(Input(4, 6, 5), *layers, Output())


def alike(one: Design, other: Design) -> bool:
    return is_same(*(computation(each, as_if_trained(each).state_dict()) for each in (one, other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (between(ReLU()), between(Sigmoid())),
        (between(MaxPool(2)), between(MaxPool(3, 2))),
        (between(ChannelShuffle(2)), between(ReLU())),
        (between(Flatten()), between(ToSequence(), Flatten())),
        (between(Permute((0, 1, 3, 2)), GlobalAveragePool()), between(Mean((2, 3), keep=True), ReLU())),
        (between(Flatten(), FullyConnected(3)), between(Permute((0, 3, 1, 2)), Flatten(), FullyConnected(3))),
        (
            drawn({"a": Input(4), "b": Input(4), "less": Subtract(), "y": Output()}, "a>less.a b>less.b less>y"),
            drawn({"a": Input(4), "b": Input(4), "less": Subtract(), "y": Output()}, "b>less.a a>less.b less>y"),
        ),
    ],
)
def test_networks_that_differ_are_told_apart(one: Design, other: Design) -> None:
    assert alike(one, one)
    assert alike(other, other)
    assert not alike(one, other)


GATED = drawn({"x": Input(4, 6, 5), "gate": HardSigmoid(), "m": Multiply(), "y": Output()}, "x>gate x>m.a gate>m.b m>y")


def test_one_weight_makes_another_network() -> None:
    design = between(Conv2d(8, 3))
    weights = as_if_trained(design).state_dict()
    changed = {name: tensor.clone() for name, tensor in weights.items()}
    next(iter(changed.values())).view(-1)[-1] += 1e-4
    assert not is_same(computation(design, weights), computation(design, changed))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (between(HardSwish()), GATED),
        (between(ReLU(), Flatten()), between(Flatten(), ReLU())),
        (between(Permute((0, 2, 3, 1)), Permute((0, 3, 1, 2)), ReLU()), between(ReLU())),
        (between(GlobalAveragePool(), Flatten()), between(Mean((2, 3)))),
    ],
)
def test_what_is_computed_alike_is_one_network(one: Design, other: Design) -> None:
    assert alike(one, other)
