"""Strides dropped for small inputs: what is proposed, what is ticked, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from designer.analysis.analysis import analyse
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.convolution import PointwiseConv2d
from designer.layers.merge import Add
from designer.redesign.edits import edit_of
from designer.redesign.strides import StridesOptions, reductions
from designer.templates.networks import template, templates
from designer.templates.table import Template

EDIT = edit_of("strides")


def network(**settings: Any) -> Design:
    return template("mobilenet_v2").build(**settings)


def test_the_usual_form_for_32_pixels_is_proposed() -> None:
    made = EDIT.redesign(analyse(network(classes=10)), (), StridesOptions())
    strides = {id: node.layer.downsampling for id, node in made.design.nodes.items() if node.layer.downsampling > 1}
    # 32 pixels over five halvings would be one; without the first two it is 4×4, as networks for CIFAR-10 have it.
    assert strides == {"bottleneck_4": 2, "bottleneck_7": 2, "bottleneck_14": 2}
    outputs = made.after.node(NodeId("head")).outputs
    assert outputs is not None
    assert outputs[0].sides == (4, 4)
    assert made.notes == ("The last map is 4×4.",)
    assert made.after.totals.parameters == analyse(network(classes=10)).totals.parameters


def test_the_person_chooses() -> None:
    analysis = analyse(network())
    assert [each.is_proposed for each in EDIT.ticks(analysis, (), StridesOptions())] == [
        True,
        True,
        False,
        False,
        False,
    ]
    made = EDIT.redesign(analysis, (), StridesOptions(), [4])
    assert made.design.nodes[NodeId("stem")].layer.downsampling == 2
    assert made.design.nodes[NodeId("bottleneck_14")].layer.downsampling == 1


def test_only_selected_nodes_are_meant() -> None:
    analysis = analyse(network())
    ticks = EDIT.ticks(analysis, (NodeId("stem"),), StridesOptions())
    assert [each.text for each in ticks] == ["stem: 224×224 → 112×112"]


def test_branches_side_by_side_are_one_choice() -> None:
    design = template("bottleneck").build(stride=2)
    nodes = [*design.nodes.values()]
    nodes += [Node(NodeId("short"), PointwiseConv2d(24, 2)), Node(NodeId("sum"), Add())]
    wires = [wire for wire in design.wires.values() if wire.target.node != "output"]
    last = design.incoming(NodeId("output"))[0].source
    wires += [
        Wire(PortRef(NodeId("input"), "y"), PortRef(NodeId("short"), "x")),
        Wire(PortRef(NodeId("short"), "y"), PortRef(NodeId("sum"), "a")),
        Wire(last, PortRef(NodeId("sum"), "b")),
        Wire(PortRef(NodeId("sum"), "y"), PortRef(NodeId("output"), "x")),
    ]
    analysis = analyse(Design.build("two branches", nodes, wires))
    (step,) = reductions(analysis, analysis.design.nodes)
    assert {path[-1] for path in step.paths} == {"depthwise", "short"}
    made = EDIT.redesign(analysis, (), StridesOptions(), [0])
    assert made.after.is_valid


def test_a_place_that_is_not_there_is_said() -> None:
    with pytest.raises(EditRefused, match="there is no stride 6; there are 5"):
        EDIT.redesign(analyse(network()), (), StridesOptions(), [5])


@pytest.mark.parametrize("each", templates(), ids=lambda each: each.key)
def test_every_network_takes_a_small_input(each: Template) -> None:
    assert EDIT.redesign(analyse(each.build()), (), StridesOptions()).after.is_valid
