"""The lists of what a wire may end at say the same as the rules do of each single wire, in a useful order."""

from __future__ import annotations

import pytest
from hypothesis import given

from designer.analysis.analysis import analyse
from designer.analysis.fitting import may_connect, misfit_if_connected
from designer.analysis.wiring import sources_for, targets_for
from designer.graph.design import Design, NodeId, PortRef
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from tests.small_designs import drawn
from tests.sound_designs import sound_designs


@pytest.fixture
def forked() -> Design:
    layers = {
        "input": Input(16, 8, 8),
        "wide": PointwiseConv2d(32),
        "deep": DepthwiseConv2d(),
        "add": Add(),
        "output": Output(),
    }
    return drawn(layers, "input>wide wide>deep deep>add.b add>output")


def test_an_input_is_offered_what_fits_first_and_is_told_why_not(forked: Design) -> None:
    free = PortRef(NodeId("add"), "a")
    found = {choice.port.node: choice for choice in sources_for(analyse(forked), free)}
    assert list(found) == ["deep", "wide", "input", "add"]
    assert found[NodeId("deep")].shape_error is None
    assert found[NodeId("wide")].shape_error is None
    assert found[NodeId("input")].shape_error is not None, "16 channels do not add to 32"
    assert found[NodeId("add")].refusal == "a node cannot read itself"


def test_what_would_close_a_circle_is_refused_and_stands_last(forked: Design) -> None:
    choices = sources_for(analyse(forked), PortRef(NodeId("wide"), "x"))
    assert choices[0].is_present
    assert choices[0].port.node == "input"
    refused = [choice.port.node for choice in choices if choice.refusal == "would make a cycle"]
    assert sorted(refused) == ["add", "deep"]
    assert [choice.refusal is None for choice in choices] == [True, False, False, False]


def test_an_output_is_offered_free_inputs_first_and_told_what_gives_way(forked: Design) -> None:
    choices = targets_for(analyse(forked), PortRef(NodeId("deep"), "y"))
    assert choices[0].is_present
    assert choices[1].port == PortRef(NodeId("add"), "a")
    assert choices[1].gives_way is None
    taken = next(choice for choice in choices if choice.port.node == "output")
    assert taken.gives_way == PortRef(NodeId("add"), "y")


@given(sound_designs())
def test_both_lists_say_what_the_rules_say_of_each_wire(design: Design) -> None:
    analysis = analyse(design)
    for node in design.nodes.values():
        for port in node.layer.inputs:
            target = PortRef(node.id, port.name)
            for choice in sources_for(analysis, target):
                assert choice.refusal == may_connect(analysis, choice.port, target)
                if choice.refusal is None:
                    assert choice.shape_error == misfit_if_connected(analysis, choice.port, target)
        for port in node.layer.outputs:
            source = PortRef(node.id, port.name)
            for choice in targets_for(analysis, source):
                assert choice.refusal == may_connect(analysis, source, choice.port)
                if choice.refusal is None:
                    assert choice.shape_error == misfit_if_connected(analysis, source, choice.port)
