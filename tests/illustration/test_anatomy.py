"""What the article's steps compare, held against the papers' own figures."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.graph.design import NodeId
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.illustration.anatomy import anatomy, freedom, others, saving, twins
from designer.illustration.chain import Chain, block_chain
from designer.layers.activation import Activation, ReLU6
from designer.layers.blocks import Bottleneck, Separable
from designer.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.pooling import MaxPool
from designer.templates.networks import template
from tests.small_designs import row


def block(layer: Layer, channels: int = 24, side: int = 56) -> Chain:
    return block_chain(analyse(row(Input(channels, side, side), layer, Output())), (NodeId("n1"),))


def chain(*layers: Layer, channels: int = 24, side: int = 56) -> Chain:
    return block_chain(analyse(row(Input(channels, side, side), *layers, Output())))


def test_a_bottleneck_has_all_parts() -> None:
    assert anatomy(block(Bottleneck(6, 24))) == (0, 1, 2, None)
    assert anatomy(block(Bottleneck(1, 24))) == (None, 0, 1, None)
    assert anatomy(chain(Conv2d(8))) == (None, None, None, 0)
    assert anatomy(chain(PointwiseConv2d(8), MaxPool())) == (None, None, None, None)


@pytest.mark.parametrize(("kernel", "out"), [(3, 64), (5, 24), (7, 512), ((3, 5), 32)])
def test_the_share_is_the_papers(kernel: int | tuple[int, int], out: int) -> None:
    """1/N + 1/D_K² (Howard et al. 2017, sec. 3.1)."""
    found = saving(block(Separable(out, kernel)))
    assert found is not None
    taps = kernel**2 if isinstance(kernel, int) else kernel[0] * kernel[1]
    assert found.share == pytest.approx(1 / out + 1 / taps)
    assert found.follows_formula


def test_v1_with_standard_convolutions_costs_what_the_paper_says() -> None:
    """4 866 million MACs and 29.3 million parameters against 569 and 4.2 (Howard et al. 2017, table 4)."""
    design = template("mobilenet_v1").build()
    analysis = analyse(design)
    blocks = [id for id, node in design.nodes.items() if isinstance(node.layer, Separable)]
    found = [saving(block_chain(analysis, (id,))) for id in blocks]
    macs = sum(each.standard.cost.macs - each.separable.cost.macs for each in found if each is not None)
    weights = sum(each.standard.cost.parameters - each.separable.cost.parameters for each in found if each is not None)
    assert len(blocks) == 13
    assert round((analysis.totals.macs + macs) / 1e6) == pytest.approx(4866, rel=1e-3)
    assert round((analysis.totals.parameters + weights) / 1e6, 1) == pytest.approx(29.3, abs=0.05)


def test_a_standard_convolution_is_held_against_the_separable_one_it_could_be() -> None:
    found = saving(chain(Conv2d(64, 3, 2)))
    assert found is not None
    assert not found.is_separable
    assert found.separable.tensors[-1] == found.standard.tensors[-1]
    assert found.share == pytest.approx(1 / 64 + 1 / 9)


def test_where_the_formula_does_not_hold_it_is_known() -> None:
    found = saving(chain(DepthwiseConv2d(3, multiplier=2), PointwiseConv2d(32)))
    assert found is not None
    assert not found.follows_formula
    # Two kernels a channel: 2·k²·C + 2·C·C' of k²·C·C'.
    assert found.share == pytest.approx(2 / 32 + 2 / 9)


def test_without_a_larger_kernel_nothing_is_saved_and_nobody_bound() -> None:
    flat = chain(PointwiseConv2d(8), ReLU6(), PointwiseConv2d(24))
    assert saving(flat) is None
    assert freedom(flat) is None
    assert twins(flat) is None


def test_the_added_pointwise_frees_the_number_of_filters() -> None:
    found = freedom(block(Bottleneck(6, 32)))
    assert found is not None
    assert found.is_freed
    bound, free = (stages[0].kernels for stages in (found.bound.stages, found.freed.stages))
    assert bound is not None
    assert free is not None
    assert (bound.count, bound.is_bound, free.count, free.is_bound) == (24, True, 144, False)


def test_v1_is_shown_with_the_pointwise_it_lacks() -> None:
    found = freedom(block(Separable(32, activation=Activation.RELU)))
    assert found is not None
    assert not found.is_freed
    assert [spec.channels for spec in found.freed.tensors] == [24, 144, 144, 32]


@pytest.mark.parametrize("stride", [1, 2])
def test_the_residual_is_there_at_stride_1_and_gone_at_2(stride: int) -> None:
    """Sandler et al. 2018, fig. 4d."""
    found = twins(block(Bottleneck(6, 32, stride=stride)))
    assert found is not None
    assert [(each.source, each.target) for each in found.kept.merges] == [(0, 3)]
    assert found.gone.merges == ()
    assert found.gone.tensors[-1].shape == (1, 24, 28, 28)


def test_where_sides_shrink_at_stride_1_too_there_is_no_residual_to_show() -> None:
    found = twins(block(Bottleneck(6, 24, padding=Padding.NONE)))
    assert found is not None
    assert found.kept.merges == ()


def test_other_ways_to_the_same_map() -> None:
    """The figures of the hand-drawn target: standard, separable, bottleneck, standard on the wide tensor."""
    found = others(block(Bottleneck(6, 24)))
    assert [(each.chain.cost.macs, each.chain.cost.parameters) for each in found] == [
        (56 * 56 * 9 * 24 * 24, 9 * 24 * 24),
        (56 * 56 * (9 * 24 + 24 * 24), 9 * 24 + 24 * 24),
        (56 * 56 * (24 * 144 * 2 + 9 * 144), 24 * 144 * 2 + 9 * 144),
        (56 * 56 * 9 * 144 * 144, 9 * 144 * 144),
    ]
    assert [each.is_own for each in found] == [False, False, True, False]
    assert all(each.chain.tensors[-1].sides == (56, 56) for each in found)
