"""A bypassed layer: nothing computed, everything kept, and every reader agrees."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.edit.bypass import toggle_bypass
from designer.edit.edits import set_parameter
from designer.edit.grouping import group
from designer.errors import DesignFileError, EditRefused
from designer.files.design_json import dumps, loads
from designer.graph.bypass import Bypassed, bypassed, restored
from designer.graph.design import Design, NodeId
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template


def bottleneck() -> Design:
    return template("bottleneck").build()


def test_the_bypassed_node_costs_nothing_and_the_others_what_they_did() -> None:
    design = bottleneck()
    before, after = analyse(design), analyse(toggle_bypass(design, [NodeId("depthwise")]))
    gone = before.node(NodeId("depthwise")).cost
    assert gone is not None
    assert after.is_valid
    assert before.totals.macs - after.totals.macs == gone.macs
    assert before.totals.parameters - after.totals.parameters == gone.parameters
    report = after.node(NodeId("depthwise"))
    assert report.outputs == report.known_inputs


def test_a_merge_passes_its_main_path() -> None:
    design = bottleneck()
    off = analyse(toggle_bypass(design, [NodeId("add")]))
    main = off.design.incoming(NodeId("add"))[-1].source
    assert off.spec(main) == off.node(NodeId("add")).outputs[0]  # type: ignore[index]  # a valid design's are known
    assert off.node(NodeId("add")).cost.flops == 0  # type: ignore[union-attr]


def test_a_group_passes_what_reaches_it_whatever_its_ports_are_called() -> None:
    grouped, id = group(bottleneck(), [NodeId("depthwise"), NodeId("depthwise_bn")])
    report = analyse(toggle_bypass(grouped, [id])).node(id)
    assert report.outputs is not None
    assert report.outputs == report.known_inputs


def test_twice_is_as_before_and_parameters_can_be_edited_meanwhile() -> None:
    design = bottleneck()
    off = toggle_bypass(design, [NodeId("depthwise"), NodeId("expand_act")])
    assert off.digest != design.digest
    assert toggle_bypass(off, [NodeId("depthwise"), NodeId("expand_act")]) == design
    wider = set_parameter(off, [NodeId("depthwise")], "kernel_size", 5)
    layer = wider.nodes[NodeId("depthwise")].layer
    assert isinstance(layer, Bypassed)
    assert restored(layer).kernel_size == layer.kernel_size == 5  # type: ignore[attr-defined]  # the held layer's


def test_one_of_several_is_enough_to_bypass_all() -> None:
    design = toggle_bypass(bottleneck(), [NodeId("depthwise")])
    off = toggle_bypass(design, [NodeId("depthwise"), NodeId("expand_act")])
    assert off.nodes[NodeId("depthwise")].layer.is_bypassed
    assert off.nodes[NodeId("expand_act")].layer.is_bypassed


def test_it_is_kept_in_files_with_all_its_parameters() -> None:
    design = toggle_bypass(template("mobilenet_v2").build(), [NodeId("bottleneck_3")])
    assert loads(dumps(design)) == design
    assert '"bypassed": true' in dumps(design)


def test_a_file_that_says_nonsense_is_refused_by_its_line() -> None:
    text = dumps(toggle_bypass(bottleneck(), [NodeId("depthwise")]))
    with pytest.raises(DesignFileError, match="neither true nor false"):
        loads(text.replace('"bypassed": true', '"bypassed": "yes"'))
    with pytest.raises(DesignFileError, match="cannot be bypassed"):
        loads(text.replace('"type": "input"', '"type": "input", "bypassed": true'))


@pytest.mark.parametrize("layer", [Input(), Output()])
def test_ends_cannot_be_bypassed(layer: Input | Output) -> None:
    with pytest.raises(EditRefused, match="cannot be bypassed"):
        bypassed(layer)


def test_ports_stay() -> None:
    assert bypassed(Add()).inputs == Add().inputs
    assert bypassed(bypassed(PointwiseConv2d())) == bypassed(PointwiseConv2d())
