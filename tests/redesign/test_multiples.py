"""Widths to multiples: every width, what must go with it, and what stays."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId
from designer.layers.activation import ReLU
from designer.layers.blocks import Bottleneck, MBConv
from designer.layers.convolution import Conv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.redesign.edits import edit_of
from designer.redesign.multiples import MultiplesOptions
from designer.redesign.redesign import Redesign
from designer.templates.networks import template
from tests.redesign.drawing import channels, drawn

EDIT = edit_of("multiples")


def redesigned(design: Design, *ids: str, multiple: int = 8) -> Redesign:
    return EDIT.redesign(analyse(design), tuple(map(NodeId, ids)), MultiplesOptions(multiple))


def test_output_hidden_and_squeezed_channels_become_multiples() -> None:
    design = drawn(
        ("x", Input(3, 32, 32), ()),
        ("stem", Conv2d(13), ("x",)),
        ("block", MBConv(2.5, 21, squeezed_channels=5), ("stem",)),
        ("y", Output(), ("block",)),
    )
    made = redesigned(design)
    inner = made.after.node(NodeId("block")).inner
    assert inner is not None
    widths = [channels(made.after, "stem"), channels(made.after, "block"), channels(inner, "expand")]
    widths.append(channels(inner, "squeeze_reduce"))
    # By the rule: 13 → 16; 21 → 24; hidden round(2.5 · 16) = 40; 5 → 8.
    assert widths == [16, 24, 40, 8]


def test_the_rounding_is_the_published_one() -> None:
    design = drawn(("x", Input(3, 8, 8), ()), ("c", Conv2d(11), ("x",)), ("y", Output(), ("c",)))
    # The nearest multiple of 8 to 11 is 8, which is less than nine tenths of it.
    assert channels(redesigned(design).after, "c") == 16


def test_a_design_of_multiples_stays_as_it_is() -> None:
    design = template("mobilenet_v2").build()
    assert redesigned(design).design == design


def test_classes_are_no_width() -> None:
    design = template("mobilenet_v2").build(classes=10, width=0.35)
    made = redesigned(design, multiple=16)
    assert made.design.nodes[NodeId("classifier")].layer == design.nodes[NodeId("classifier")].layer
    assert [each.path for each in made.left] == [("classifier",)]


def test_what_is_summed_with_the_selected_goes_along() -> None:
    design = drawn(
        ("x", Input(3, 8, 8), ()),
        ("a", Conv2d(20), ("x",)),
        ("b", PointwiseConv2d(20), ("x",)),
        ("act", ReLU(), ("b",)),
        ("sum", Add(), ("a", "act")),
        ("y", Output(), ("sum",)),
    )
    made = redesigned(design, "a")
    assert (channels(made.after, "a"), channels(made.after, "b"), made.after.issues) == (24, 24, ())


def test_a_residual_inside_a_block_is_kept() -> None:
    design = drawn(
        ("x", Input(3, 16, 16), ()),
        ("one", Bottleneck(2, 20), ("x",)),
        ("two", Bottleneck(2, 20), ("one",)),
        ("y", Output(), ("two",)),
    )
    made = redesigned(design, "two")
    inner = made.after.node(NodeId("two")).inner
    assert inner is not None
    assert NodeId("add") in inner.design.nodes
    assert channels(made.after, "one") == channels(made.after, "two") == 24


def test_a_sum_with_the_input_keeps_its_channels() -> None:
    design = drawn(
        ("x", Input(20, 8, 8), ()),
        ("wide", PointwiseConv2d(50), ("x",)),
        ("back", PointwiseConv2d(20), ("wide",)),
        ("sum", Add(), ("x", "back")),
        ("y", Output(), ("sum",)),
    )
    made = redesigned(design)
    assert (channels(made.after, "wide"), channels(made.after, "back")) == (48, 20)
    assert [each.line() for each in made.left] == ["back: the sum with the input needs as many channels as it has"]


def test_groups_still_divide() -> None:
    design = drawn(
        ("x", Input(3, 8, 8), ()),
        ("wide", Conv2d(30), ("x",)),
        ("grouped", GroupedConv2d(30, groups=3), ("wide",)),
        ("y", Output(), ("grouped",)),
    )
    made = redesigned(design)
    # The multiples of 8 and of 3 groups are those of 24; the nearest to 30 is 24, and 24 is less than 0.9 · 30.
    assert (channels(made.after, "wide"), channels(made.after, "grouped"), made.after.issues) == (48, 48, ())


def test_groups_that_cannot_divide_are_refused_in_words() -> None:
    design = drawn(
        ("x", Input(6, 8, 8), ()), ("grouped", GroupedConv2d(30, groups=3), ("x",)), ("y", Output(), ("grouped",))
    )
    broken = design.with_layer(NodeId("x"), Input(6, 8, 8))
    assert channels(redesigned(broken).after, "grouped") == 48
    with pytest.raises(EditRefused, match="there is no node 'group'"):
        redesigned(design, "group")


def test_what_is_inside_a_group_is_meant_too() -> None:
    design = drawn(
        ("x", Input(3, 8, 8), ()), ("a", Conv2d(20), ("x",)), ("b", Conv2d(30), ("a",)), ("y", Output(), ("b",))
    )
    grouped, id = group(design, [NodeId("a"), NodeId("b")])
    made = redesigned(grouped, id)
    assert channels(made.after, id) == 32
    assert EDIT.label(MultiplesOptions(4)) == "Widths to multiples of 4"


@pytest.mark.parametrize("key", ["mobilenet_v3", "efficientnet", "regnet", "densenet", "squeezenet", "resnet"])
@pytest.mark.parametrize("multiple", [4, 12, 16])
def test_whole_networks_stay_sound(key: str, multiple: int) -> None:
    made = redesigned(template(key).build(), multiple=multiple)
    assert made.after.is_valid
    again = EDIT.redesign(made.after, (), MultiplesOptions(multiple))
    assert again.design == made.design
