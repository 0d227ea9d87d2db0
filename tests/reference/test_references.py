"""The peers are trusted only because they agree with figures and tools that are not ours."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from tests.reference.facts import MOBILENET_V1_PAPER, MOBILENET_V2, row_name
from tests.reference.mobilenets import MobileNetV1, MobileNetV2, SameConv2d, nearest_multiple_of_8, randomise
from tests.reference.tensorflow_same import bottleneck_block, convolution_same, depthwise_same, same_padding

pytestmark = pytest.mark.torch


def macs(module: nn.Module, resolution: int) -> int:
    """Multiply-accumulates of convolutions and dense layers, as torch counts them."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module.eval()(torch.zeros(1, 3, resolution, resolution))
    return int(counter.get_total_flops()) // 2


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("row", MOBILENET_V2, ids=row_name)
def test_mobilenet_v2_has_the_counted_figures(row: dict[str, Any]) -> None:
    module = MobileNetV2(row["width"])
    assert parameters(module) == row["parameters"]
    assert macs(module, row["resolution"]) == row["macs"]


@pytest.mark.parametrize("padding", ["torch", "tensorflow"])
def test_padding_changes_numbers_but_neither_shapes_nor_cost(padding: str) -> None:
    module = MobileNetV2(padding=padding)
    assert macs(module, 224) == 300774272
    assert module(torch.zeros(2, 3, 224, 224)).shape == (2, 1000)


def test_mobilenet_v2_has_torchvisions_names() -> None:
    names = list(MobileNetV2().state_dict())
    assert len(names) == 314
    assert names[0] == "features.0.0.weight"
    assert names[6] == "features.1.conv.0.0.weight"
    assert names[-4:] == [
        "features.18.1.running_var",
        "features.18.1.num_batches_tracked",
        "classifier.1.weight",
        "classifier.1.bias",
    ]
    assert "features.17.conv.3.num_batches_tracked" in names


@pytest.mark.parametrize("row", MOBILENET_V1_PAPER, ids=row_name)
def test_mobilenet_v1_has_the_papers_figures_to_their_printed_digits(row: dict[str, Any]) -> None:
    module = MobileNetV1(row["width"])
    assert f"{parameters(module) / 1e6:.1f}" == row["million_parameters"]
    # The paper rounds most rows and cuts one off (290.6 is printed as 290), so the last digit may be one of two.
    millions = macs(module, row["resolution"]) / 1e6
    assert row["million_macs"] in {f"{millions:.0f}", str(int(millions))}


@pytest.mark.parametrize(
    ("channels", "rounded"), [(32 * 0.35, 16), (24 * 1.4, 32), (16 * 0.35, 8), (320 * 0.75, 240), (1280 * 1.4, 1792)]
)
def test_rounding_by_hand(channels: float, rounded: int) -> None:
    # 11.2 → 8 would lose a quarter, so 16; 33.6 → 32; 5.6 → 8; 240 stays; 1792 stays.
    assert nearest_multiple_of_8(channels) == rounded


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "expected"),
    [(224, 3, 2, 1, (0, 1)), (7, 3, 2, 1, (1, 1)), (5, 1, 2, 1, (0, 0)), (8, 3, 1, 2, (2, 2)), (10, 5, 3, 1, (2, 2))],
)
def test_same_padding_by_hand(size: int, kernel: int, stride: int, dilation: int, expected: tuple[int, int]) -> None:
    assert same_padding(size, kernel, stride, dilation) == expected


@pytest.mark.parametrize(("size", "kernel", "stride"), [(8, 3, 2), (9, 3, 2), (7, 5, 3), (6, 3, 1), (5, 2, 2)])
def test_torch_and_scipy_agree_on_same(size: int, kernel: int, stride: int) -> None:
    source = numpy.random.default_rng(size)
    x = source.normal(size=(2, size, size, 3))
    weights = source.normal(size=(kernel, kernel, 3, 4))
    module = SameConv2d(3, 4, kernel, stride, bias=False).double()
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(weights.transpose(3, 2, 0, 1)))
        y = module(torch.from_numpy(x.transpose(0, 3, 1, 2)))
    numpy.testing.assert_allclose(y.numpy().transpose(0, 2, 3, 1), convolution_same(x, weights, stride), atol=1e-12)


def test_depthwise_by_scipy_is_torchs_at_stride_1() -> None:
    source = numpy.random.default_rng(4)
    x, kernel = source.normal(size=(1, 6, 5, 4)), source.normal(size=(3, 3, 4))
    y = functional.conv2d(
        torch.from_numpy(x.transpose(0, 3, 1, 2)),
        torch.from_numpy(kernel.transpose(2, 0, 1)[:, None]),
        padding="same",
        groups=4,
    )
    numpy.testing.assert_allclose(y.numpy().transpose(0, 2, 3, 1), depthwise_same(x, kernel), atol=1e-12)


def test_bottleneck_block_by_hand() -> None:
    # One pixel, one channel, t = 2: expand 3 → (6 clipped from 9, 3); depthwise keeps its centre tap ×0.5 → (3, 1.5);
    # project 3·1 + 1.5·2 + 0.25 = 6.25; plus the input 3.
    x = numpy.full((1, 1, 1, 1), 3.0)
    kernel = numpy.full((3, 3, 2), 7.0)
    kernel[1, 1] = 0.5
    y = bottleneck_block(
        x,
        (numpy.array([[3.0, 1.0]]), numpy.zeros(2)),
        kernel,
        (numpy.array([[1.0], [2.0]]), numpy.array([0.25])),
    )
    assert y.item() == pytest.approx(9.25)


def test_random_weights_keep_the_signal_alive() -> None:
    y = randomise(MobileNetV2())(torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1)))
    assert 0.01 < y.abs().max().item() < 100
