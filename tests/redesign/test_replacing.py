"""Blocks replaced: the same shapes, what is carried over, what is named."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.errors import EditRefused
from designer.graph.design import NodeId
from designer.graph.layer import Layer
from designer.layers.activation import Activation
from designer.layers.blocks import Bottleneck, Fire, UniversalInvertedBottleneck
from designer.redesign.edits import edit_of
from designer.redesign.replacing import ReplacingOptions, kind_of, kinds, successor
from designer.templates.networks import template

EDIT = edit_of("replace")


def test_every_bottleneck_by_another_kind_keeps_shapes_and_parameters_of_the_same_name() -> None:
    before = analyse(template("mobilenet_v2").build())
    made = EDIT.redesign(
        before, list(before.design.nodes), ReplacingOptions("universal_inverted_bottleneck", "bottleneck")
    )
    replaced = 0
    for id, node in before.design.nodes.items():
        layer = made.design.nodes[id].layer
        assert made.after.node(id).outputs == before.node(id).outputs
        if isinstance(node.layer, Bottleneck):
            replaced += 1
            assert isinstance(layer, UniversalInvertedBottleneck)
            for name in ("expansion", "out_channels", "kernel_size", "stride", "padding", "activation"):
                assert getattr(layer, name) == getattr(node.layer, name)
    assert (replaced, made.left) == (17, ())  # the paper's table 2 has seventeen


def test_there_and_back_is_the_same_network() -> None:
    before = analyse(template("mobilenet_v2").build())
    there = EDIT.redesign(before, list(before.design.nodes), ReplacingOptions("mbconv", "bottleneck")).after
    back = EDIT.redesign(there, list(there.design.nodes), ReplacingOptions("bottleneck", "mbconv"))
    assert back.design == before.design
    assert back.notes
    assert "squeezed channels 24" in back.notes[0]


def test_a_block_that_cannot_be_replaced_is_named() -> None:
    before = analyse(template("mobilenet_v2").build())
    made = EDIT.redesign(before, list(before.design.nodes), ReplacingOptions("convnext_block", "bottleneck"))
    # A ConvNeXt block has neither a stride nor other channels out; the table's first of each row has one of them.
    assert {each.path[0] for each in made.left} == {f"bottleneck_{n}" for n in (1, 2, 4, 7, 11, 14, 17)}
    assert "ConvNeXt block gives" in made.left[0].reason
    assert "is needed" in made.left[0].reason
    assert made.after.is_valid


def test_channels_out_are_found_where_another_parameter_decides_them() -> None:
    before = analyse(template("mobilenet_v2").build())
    inputs = before.node(NodeId("bottleneck_3")).known_inputs
    assert inputs is not None
    layer, lost = successor(before.design.nodes[NodeId("bottleneck_3")].layer, inputs, kind_of("fire"))
    # Of E channels in each of its two expansions a fire module gives 2·E; 24 come out of the third bottleneck.
    assert layer == Fire(expanded_channels=12, activation=Activation.RELU6)
    assert "expansion 6" in lost


def test_what_has_no_place_is_said_once() -> None:
    before = analyse(template("mobilenet_v2").build())
    made = EDIT.redesign(before, list(before.design.nodes), ReplacingOptions("separable", "bottleneck"))
    # Only the first of the table has t = 1.
    assert made.notes == (
        "Separable (V1) has no place for expansion 1 of bottleneck_1.",
        "Separable (V1) has no place for expansion 6 of bottleneck_2 and 15 more.",
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ReplacingOptions(), "say which kind comes"),
        (ReplacingOptions("botleneck"), "did you mean 'bottleneck'"),
        (ReplacingOptions("bottleneck", "bottleneck"), "no Bottleneck"),
    ],
)
def test_bad_cases_are_said(options: ReplacingOptions, words: str) -> None:
    before = analyse(template("mobilenet_v2").build())
    with pytest.raises(EditRefused, match=words):
        EDIT.redesign(before, list(before.design.nodes), options)


def test_nothing_selected_is_said() -> None:
    before = analyse(template("mobilenet_v2").build())
    with pytest.raises(EditRefused, match="nothing is selected; select the nodes that are meant"):
        EDIT.redesign(before, (), ReplacingOptions("mbconv"))


@pytest.mark.parametrize("cls", kinds(), ids=lambda cls: cls.key)
def test_every_kind_is_tried_on_every_block_of_a_network(cls: type[Layer]) -> None:
    before = analyse(template("efficientnet").build())
    made = EDIT.redesign(before, list(before.design.nodes), ReplacingOptions(cls.key))
    assert made.after.is_valid
    assert made.after.node(NodeId("pool")).outputs == before.node(NodeId("pool")).outputs
