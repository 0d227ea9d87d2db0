"""Channels pruned: how many stay, what shrinks with them, and what cannot go."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.redesign.edits import edit_of
from designer.redesign.pruning import ChannelNorms, PruningOptions, pruned
from designer.templates.networks import template
from tests.redesign.drawing import channels, drawn


def names(*ids: str) -> tuple[NodeId, ...]:
    return tuple(map(NodeId, ids))


def test_a_quarter_less_of_mobilenet_v1_is_the_papers_three_quarters() -> None:
    before = analyse(template("mobilenet_v1").build())
    after = pruned(before, tuple(before.design.nodes), PruningOptions(0.25)).redesign.after
    # Howard et al. 2017, table 6: 0.75 MobileNet-224 has 2.6 million parameters and 325 million MACs.
    assert (round(after.totals.parameters / 1e6, 1), round(after.totals.macs / 1e6)) == (2.6, 325)


@pytest.mark.parametrize("key", ["mobilenet_v2", "mobilenet_v3", "efficientnet", "resnet", "regnet", "densenet"])
def test_blocks_stay_blocks_where_parameters_can_say_it(key: str) -> None:
    before = analyse(template(key).build())
    made = pruned(before, tuple(before.design.nodes), PruningOptions(0.5)).redesign
    assert made.after.is_valid
    assert [node.layer.key for node in made.design.nodes.values()] == [
        node.layer.key for node in before.design.nodes.values()
    ]
    assert made.after.totals.macs < 0.6 * before.totals.macs


def test_what_a_residual_adds_goes_along_and_nothing_else() -> None:
    before = analyse(template("mobilenet_v2").build())
    made = pruned(before, names("bottleneck_3"), PruningOptions(0.25)).redesign
    # bottleneck_3 adds what bottleneck_2 gives: 24 channels become 18 in both; its hidden 144 become 108.
    assert channels(made.after, "bottleneck_2") == channels(made.after, "bottleneck_3") == 18
    layer = made.design.nodes[NodeId("bottleneck_3")].layer
    assert isinstance(layer, Bottleneck)
    assert layer.hidden_channels(made.after.node(NodeId("bottleneck_3")).known_inputs[0]) == 108  # type: ignore[index]  # it runs
    assert channels(made.after, "bottleneck_1") == 16
    assert channels(made.after, "bottleneck_4") == 32


def test_a_residual_that_would_come_by_itself_does_not() -> None:
    design = drawn(
        ("x", Input(3, 16, 16), ()),
        ("stem", Conv2d(16), ("x",)),
        ("block", Bottleneck(2, 20), ("stem",)),
        ("head", Conv2d(8), ("block",)),
        ("y", Output(), ("head",)),
    )
    made = pruned(analyse(design), names("block"), PruningOptions(channels="16-19")).redesign
    body = made.design.nodes[NodeId("block")].body
    # 16 in and 16 out with stride 1 would be a bottleneck that adds its input; so it is a group of the same parts.
    assert body is not None
    assert NodeId("add") not in body.nodes
    assert channels(made.after, "block") == 16


def test_depthwise_groups_and_joined_channels_follow() -> None:
    design = drawn(
        ("x", Input(3, 8, 8), ()),
        ("a", Conv2d(12), ("x",)),
        ("dw", DepthwiseConv2d(multiplier=2), ("a",)),
        ("b", Conv2d(8), ("x",)),
        ("join", Concatenate(), ("dw", "b")),
        ("grouped", GroupedConv2d(16, groups=4), ("join",)),
        ("flat", Flatten(), ("grouped",)),
        ("fc", FullyConnected(10), ("flat",)),
        ("y", Output(), ("fc",)),
    )
    made = pruned(analyse(design), names("grouped"), PruningOptions(0.5))
    assert channels(made.redesign.after, "grouped") == 8
    kept = {each.path: each for each in made.kept}
    # Of four groups each loses two of its four channels, at the same places; the last go without weights.
    assert kept[names("grouped")].outputs == (0, 1, 4, 5, 8, 9, 12, 13)
    fc = kept[names("fc")]
    assert fc.inputs is not None
    assert len(fc.inputs) == 8 * 8 * 8


def two_convolutions(width: int) -> Design:
    return drawn(
        ("x", Input(3, 8, 8), ()), ("a", Conv2d(width), ("x",)), ("b", Conv2d(2), ("a",)), ("y", Output(), ("b",))
    )


def test_those_of_least_norm_go() -> None:
    design = drawn(
        ("x", Input(3, 8, 8), ()), ("a", Conv2d(4), ("x",)), ("b", Conv2d(2), ("a",)), ("y", Output(), ("b",))
    )
    norms = (ChannelNorms(names("a"), (3.0, 0.5, 2.0, 1.0)),)
    made = pruned(analyse(design), names("a"), PruningOptions(0.5), norms)
    assert {each.path: (each.outputs, each.inputs) for each in made.kept} == {
        names("a"): ((0, 2), None),
        names("b"): ((0, 1), (0, 2)),
    }


def test_what_stays_is_a_multiple() -> None:
    before = analyse(template("mobilenet_v2").build())
    made = pruned(before, names("bottleneck_8"), PruningOptions(0.3, 8)).redesign
    # 0.7 · 64 = 44.8 and 0.7 · 384 = 268.8: the next multiples of 8.
    assert channels(made.after, "bottleneck_8") == 48
    inner = made.after.node(NodeId("bottleneck_8")).inner
    assert inner is not None
    assert channels(inner, "expand") == 272


def test_chosen_channels_of_one_node_go() -> None:
    design = drawn(
        ("x", Input(3, 8, 8), ()), ("a", Conv2d(8), ("x",)), ("b", Conv2d(2), ("a",)), ("y", Output(), ("b",))
    )
    made = pruned(analyse(design), names("a"), PruningOptions(channels="0, 3, 5-6"))
    assert made.kept[0].outputs == (1, 2, 4, 7)


def residual_to_input() -> Design:
    return drawn(
        ("x", Input(8, 8, 8), ()),
        ("wide", PointwiseConv2d(16), ("x",)),
        ("back", PointwiseConv2d(8), ("wide",)),
        ("sum", Add(), ("x", "back")),
        ("y", Output(), ("sum",)),
    )


@pytest.mark.parametrize(
    ("ids", "options", "words"),
    [
        (("back",), PruningOptions(), "no channel of what is selected can go: back: the input has as many channels"),
        (("wide", "back"), PruningOptions(channels="0"), "channels are counted in one node"),
        (("wide",), PruningOptions(channels="16"), "wide has no channel 16; it gives 16, counted from 0"),
        (("wide",), PruningOptions(channels="0-15"), "wide would have no channel left"),
        (("wide",), PruningOptions(channels="few"), "'few' is no channel and no range"),
        (("back",), PruningOptions(channels="1"), "channels of back cannot go: the input has as many channels"),
        (("x",), PruningOptions(channels="1"), "x computes nothing"),
        (("wide",), PruningOptions(0.0), "no channel of what is selected can go"),
    ],
)
def test_bad_cases_are_said(ids: tuple[str, ...], options: PruningOptions, words: str) -> None:
    with pytest.raises(EditRefused, match=words):
        pruned(analyse(residual_to_input()), names(*ids), options)


def test_nothing_selected_is_said() -> None:
    with pytest.raises(EditRefused, match="nothing is selected"):
        edit_of("prune").redesign(analyse(residual_to_input()), (), PruningOptions())
