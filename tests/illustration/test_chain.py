"""What can be illustrated, what it holds, and what is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given

from designer.analysis.analysis import Analysis, analyse
from designer.edit.grouping import group
from designer.errors import IllustrationRefused, InvalidDesign
from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.illustration.chain import Chain, Form, block_chain, selection_chain
from designer.layers.activation import ReLU, ReLU6
from designer.layers.attention import SqueezeExcite
from designer.layers.blocks import Bottleneck, Separable
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.layers.normalization import BatchNorm
from designer.layers.shaping import Chunk
from designer.templates.networks import template
from tests.small_designs import drawn, row
from tests.sound_designs import sound_designs


def within(*layers: Layer, channels: int = 24, side: int = 56) -> Analysis:
    """A row of layers between an input and an output; nodes are n1, n2 …."""
    return analyse(row(Input(channels, side, side), *layers, Output()))


def refusal(analysis: Analysis, *path: str) -> str:
    with pytest.raises(IllustrationRefused) as caught:
        block_chain(analysis, tuple(map(NodeId, path)))
    return str(caught.value)


def test_a_bottleneck_is_three_stages_and_a_residual() -> None:
    chain = block_chain(within(Bottleneck(6, 24)), (NodeId("n1"),))
    assert [spec.shape for spec in chain.tensors] == [
        (1, 24, 56, 56),
        (1, 144, 56, 56),
        (1, 144, 56, 56),
        (1, 24, 56, 56),
    ]
    assert [stage.form for stage in chain.stages] == [Form.POINTWISE, Form.DEPTHWISE, Form.POINTWISE]
    assert [stage.activation and stage.activation.title for stage in chain.stages] == ["ReLU6", "ReLU6", None]
    (residual,) = chain.merges
    assert (residual.source, residual.target, residual.is_sum) == (0, 3, True)
    assert chain.cost.parameters == 24 * 144 + 9 * 144 + 144 * 24  # README's five minutes: 8 208


@pytest.mark.parametrize(
    ("layer", "size", "count", "is_bound"),
    [
        (Conv2d(64, 3), "3×3×24", 64, False),
        (DepthwiseConv2d(5), "5×5×1", 24, True),
        (PointwiseConv2d(64), "1×1×24", 64, False),
        (GroupedConv2d(48, 3, 4), "3×3×6", 48, False),
        (DepthwiseConv2d(3, multiplier=2), "3×3×1", 48, True),
    ],
)
def test_kernels_are_what_they_are(layer: Layer, size: str, count: int, is_bound: bool) -> None:
    (stage,) = block_chain(within(layer)).stages
    assert stage.kernels is not None
    assert (stage.kernels.size, stage.kernels.count, stage.kernels.is_bound) == (size, count, is_bound)


def test_a_depthwise_of_one_channel_is_bound_as_well() -> None:
    (stage,) = block_chain(within(DepthwiseConv2d(3), channels=1)).stages
    assert (stage.form, stage.kernels and stage.kernels.is_bound) == (Form.DEPTHWISE, True)


def test_norms_and_activations_belong_to_the_stage_before() -> None:
    chain = block_chain(within(PointwiseConv2d(8), BatchNorm(), ReLU6(), ReLU()))
    first, second = chain.stages
    assert (first.followers, first.activation and first.activation.title) == (("Batch norm",), "ReLU6")
    assert first.whole_cost.parameters == 24 * 8 + 2 * 8
    assert second.layer == ReLU()


def test_the_activation_behind_a_residual_is_the_merges_own() -> None:
    """ResNet's basic block: conv, ReLU, conv, add, ReLU (He et al. 2016, fig. 2)."""
    layers = {
        "in": Input(16, 8, 8),
        "a": Conv2d(16),
        "r": ReLU(),
        "b": Conv2d(16),
        "add": Add(),
        "s": ReLU(),
        "out": Output(),
    }
    chain = block_chain(analyse(drawn(layers, "in>a a>r r>b in>add.a b>add.b add>s s>out")))
    assert [stage.activation is not None for stage in chain.stages] == [True, False]
    (merge,) = chain.merges
    assert (merge.source, merge.target, merge.activation and merge.activation.title) == (0, 2, "ReLU")


def test_a_concatenation_is_a_tensor_of_its_own_with_an_arc_from_each_earlier_one() -> None:
    layers = {
        "in": Input(16, 8, 8),
        "a": Conv2d(4),
        "b": Conv2d(4),
        "cat": Concatenate(3),
        "out": Output(),
    }
    chain = block_chain(analyse(drawn(layers, "in>a a>b in>cat.a a>cat.b b>cat.c cat>out")))
    assert [spec.channels for spec in chain.tensors] == [16, 4, 4, 24]
    assert [(merge.source, merge.target, merge.is_sum) for merge in chain.merges] == [(0, 3, False), (1, 3, False)]


def test_what_is_inside_a_group_and_what_is_selected_are_the_same_chain() -> None:
    drawn_out = template("bottleneck").build()
    parts = [id for id, node in drawn_out.nodes.items() if node.layer.inputs and node.layer.outputs]
    grouped, id = group(drawn_out, parts)

    def figures(chain: Chain) -> list[tuple[object, ...]]:
        return [(stage.form, stage.takes, stage.gives, stage.cost) for stage in chain.stages]

    chosen = selection_chain(analyse(drawn_out), parts)
    assert figures(chosen) == figures(block_chain(analyse(grouped), (id,))) == figures(block_chain(analyse(drawn_out)))
    assert selection_chain(analyse(grouped), [id]).path == (id,)


def test_every_bottleneck_of_mobilenet_v2_can_be_drawn() -> None:
    design = template("mobilenet_v2").build()
    analysis = analyse(design)
    blocks = [id for id, node in design.nodes.items() if isinstance(node.layer, Bottleneck)]
    residuals = [bool(block_chain(analysis, (id,)).residuals) for id in blocks]
    assert len(blocks) == 17  # 1 + 2 + 3 + 4 + 3 + 3 + 1, table 2
    assert sum(residuals) == 10  # every repeat after the first of its row


# Refusals -------------------------------------------------------------------------------------------------------------


def test_a_design_with_problems_is_refused_with_them() -> None:
    with pytest.raises(InvalidDesign, match="n1"):
        block_chain(within(Flatten(), Conv2d(8)))


def test_a_vector_is_no_map() -> None:
    words = refusal(within(Conv2d(4), Flatten()))
    assert words == (
        "n2 gives a vector of 12544, and an illustration shows maps, which have channels, height and width; "
        "select the nodes before it"
    )


def test_a_million_channels_are_refused() -> None:
    words = refusal(within(PointwiseConv2d(1_000_000), side=2))
    assert "n1 has 1\u202f000\u202f000 channels" in words
    assert "65\u202f536 at most" in words


def test_a_side_branch_that_computes_is_no_chain() -> None:
    layers = {"in": Input(16, 8, 8), "a": Conv2d(16), "side": PointwiseConv2d(16), "add": Add(), "out": Output()}
    words = refusal(analyse(drawn(layers, "in>a in>side side>add.a a>add.b add>out")))
    assert "is no chain: at side (Pointwise 1×1) a second branch begins" in words
    assert "select such a part" in words


def test_a_split_is_no_chain() -> None:
    layers = {"in": Input(16, 8, 8), "two": Chunk(), "add": Add(), "out": Output()}
    names = [port.name for port in Chunk().outputs]
    words = refusal(analyse(drawn(layers, f"in>two two.{names[0]}>add.a two.{names[1]}>add.b add>out")))
    assert "at two (Chunk) it gives 2 tensors" in words


def test_what_reads_two_tensors_from_outside_is_no_chain() -> None:
    layers = {"in": Input(16, 8, 8), "a": Conv2d(16), "b": Conv2d(16), "add": Add(), "out": Output()}
    analysis = analyse(drawn(layers, "in>a a>b in>add.a b>add.b add>out"))
    with pytest.raises(IllustrationRefused, match=r"reads 2 tensors from outside, .*in \(read by add\)"):
        selection_chain(analysis, [NodeId("b"), NodeId("add")])


def test_a_long_row_has_no_room() -> None:
    words = refusal(within(*[PointwiseConv2d(8)] * 17))
    assert "17 steps in a row and an illustration has room for 16; select a part of it" in words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (["block2"], "there is no node 'block2' (did you mean 'block'?)"),
        (["block", "expand"], "block.expand (Pointwise 1×1) is no block, so nothing is inside"),
        (["block", "expnad"], "there is no node 'expnad' (did you mean 'expand'?)"),
    ],
)
def test_a_path_that_leads_nowhere_is_said(path: list[str], words: str) -> None:
    design = row(Input(24, 8, 8), Bottleneck(6, 24), Output(), names=["in", "block", "out"])
    assert words in refusal(analyse(design), *path)


def test_nothing_is_said_to_be_nothing() -> None:
    analysis = within(Conv2d(4))
    with pytest.raises(IllustrationRefused, match="nothing is selected"):
        selection_chain(analysis, [])
    with pytest.raises(IllustrationRefused, match="no layer that computes"):
        selection_chain(analysis, [NodeId("n0")])


def test_a_block_within_a_chain_is_one_stage() -> None:
    chain = block_chain(within(Separable(16), SqueezeExcite()))
    assert [(stage.kernels, stage.form) for stage in chain.stages] == [(None, Form.OTHER)] * 2


@given(sound_designs())
def test_any_sound_design_is_a_chain_or_refused(design: Design) -> None:
    analysis = analyse(design)
    try:
        chain = block_chain(analysis)
    except IllustrationRefused:
        return
    last = analysis.node(design.output_nodes()[0].id).known_inputs
    assert last is not None
    assert chain.tensors[-1] == last[0]
    assert chain.cost.macs == analysis.totals.macs
