"""Families of designs: every value as typed, refused in the parameter's own words, the origin left as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.edit.variants import shared_parameters, variants
from designer.errors import ParameterError
from designer.graph.design import NodeId
from designer.graph.values import MOST_VALUES, parse_values
from designer.layers.activation import Activation
from designer.layers.blocks import Bottleneck, ConvBlock
from designer.layers.convolution import Conv2d
from designer.templates.networks import template

BLOCKS = [NodeId("bottleneck_3"), NodeId("bottleneck_5")]


def test_a_design_for_each_value():
    origin = template("mobilenet_v2").build()

    family = variants(origin, BLOCKS, "expansion", "1, 2,4 , 6")

    assert [variant.value for variant in family] == [1.0, 2.0, 4.0, 6.0]
    assert [variant.label for variant in family][2] == "expansion = 4"
    for variant in family:
        assert {variant.design.nodes[id].layer.data.get("expansion", 6.0) for id in BLOCKS} == {variant.value}
        assert variant.design.nodes[NodeId("bottleneck_4")] is origin.nodes[NodeId("bottleneck_4")]
        assert variant.edit(origin) == variant.design.renamed(origin.name)
        assert variant.design.name == f"{origin.name} · {variant.label}"
    assert {origin.nodes[id].layer.data.get("expansion") for id in BLOCKS} == {None}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3", (3,)),
        ("1..8", (1, 2, 3, 4, 5, 6, 7, 8)),
        ("16,24,32", (16, 24, 32)),
        ("16..64 step 16", (16, 32, 48, 64)),
        ("1..2, 2, 7", (1, 2, 7)),
        ("5..5", (5,)),
        ("1 .. 3 step 2,", (1, 3)),
    ],
)
def test_lists_and_ranges_of_whole_numbers(text, values):
    assert parse_values(Conv2d.parameter("out_channels"), text) == values


def test_ranges_of_ratios_are_exact():
    assert parse_values(Bottleneck.parameter("expansion"), "0.5..1 step 0.1") == (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def test_choices_flags_and_several_numbers():
    assert parse_values(ConvBlock.parameter("activation"), "relu6, silu") == (Activation.RELU6, Activation.SILU)
    assert parse_values(ConvBlock.parameter("batch_norm"), "on, off") == (True, False)
    assert parse_values(Conv2d.parameter("explicit_padding"), "1; 0, 1, 0, 1") == ((1, 1, 1, 1), (0, 1, 0, 1))


@pytest.mark.parametrize("text", ["0", "1, 99999999999", "x", "2.5"])
def test_what_the_parameter_refuses_is_refused_in_its_words(text):
    parameter = Conv2d.parameter("out_channels")
    wrong = text.rpartition(",")[2].strip()
    with pytest.raises(ParameterError) as own:
        parameter.parse(wrong)

    with pytest.raises(ParameterError) as ours:
        parse_values(parameter, text)

    assert str(ours.value) == str(own.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "8..1",
        "1..3 step 0",
        "1..x",
        "1..3 step -1",
        "1..100",
        "1..1e12",
        "..3",
        "1e999999999..2",
        "nan..3",
        "1..inf",
    ],
)
def test_what_is_no_list_of_values_is_refused(text):
    with pytest.raises(ParameterError):
        parse_values(Conv2d.parameter("out_channels"), text)


def test_a_field_that_one_of_the_nodes_lacks_is_refused():
    origin = template("mobilenet_v2").build()

    with pytest.raises(ParameterError, match="no such parameter"):
        variants(origin, [*BLOCKS, NodeId("pool")], "expansion", "2")
    with pytest.raises(ParameterError, match="no node is chosen"):
        variants(origin, [], "expansion", "2")


def test_a_value_that_suits_one_node_but_not_the_other_is_refused():
    origin = template("mobilenet_v2").build()
    low, high = NodeId("input"), NodeId("bottleneck_3")
    shared = shared_parameters(origin, BLOCKS)

    assert [parameter.name for parameter in shared] == [parameter.name for parameter in Bottleneck.parameters]
    assert shared_parameters(origin, [low, high]) == ()
    assert shared_parameters(origin, []) == ()
    assert "stride" in {parameter.name for parameter in shared_parameters(origin, [NodeId("stem"), high])}


@given(st.lists(st.integers(1, 2**31 - 1), min_size=1, max_size=MOST_VALUES, unique=True))
def test_what_is_typed_out_is_read_back(values):
    parameter = Conv2d.parameter("out_channels")

    assert parse_values(parameter, ", ".join(map(parameter.text, values))) == tuple(values)
