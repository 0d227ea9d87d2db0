"""The design as lines: what is computed shows, what is not does not."""

from __future__ import annotations

from designer.edit.edits import move, rename, set_parameter
from designer.edit.grouping import group
from designer.graph.design import NodeId, Point
from designer.matching.design_in_words import design_text
from designer.templates.networks import template


def test_a_line_a_node_with_what_it_reads():
    lines = design_text(template("bottleneck").build(channels=16, out_channels=16, expansion=4.0)).splitlines()

    assert lines[0] == "Bottleneck t4"
    assert lines[1] == "  input: Input, channels 16, height 56 px, width 56 px"
    assert lines[2] == "  expand: Pointwise 1×1, out channels 64, stride 1, bias off ← input"
    assert "  add: Residual add, count 2 ← a input, b project_bn" in lines
    assert len(lines) == 1 + 11


def test_places_do_not_show_and_parameters_do():
    design = template("bottleneck").build()

    moved = move(design, {id: Point(7.0, 7.0) for id in design.nodes})
    changed = set_parameter(design, [NodeId("expand")], "out_channels", 8)

    assert design_text(moved) == design_text(design)
    differing = [
        (old, new)
        for old, new in zip(design_text(design).splitlines(), design_text(changed).splitlines(), strict=True)
        if old != new
    ]
    assert [(old.replace("144", "8"), new) for old, new in differing] == [(new, new) for _, new in differing]
    assert len(differing) == 1


def test_what_is_in_a_group_is_indented_under_it():
    design, id = group(template("bottleneck").build(), [NodeId("depthwise"), NodeId("depthwise_bn")])
    lines = design_text(design).splitlines()
    place = lines.index(f"  {id}: Group, “Group” ← expand_act")

    assert lines[place + 1].startswith("    x_1: Input")
    assert lines[place + 2].startswith("    depthwise: Depthwise")


def test_names_stay_on_their_line():
    design = template("bottleneck").build()
    text = design_text(rename(design, NodeId("expand"), "a\r\nb").renamed("x\ny"))

    assert text.splitlines()[0] == "x y"
    assert "“a  b” ← input" in text
    assert len(text.splitlines()) == 1 + len(design.nodes)
