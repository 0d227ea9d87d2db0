"""Field changes: each as the inspector reads it, of layers known and unknown."""

from __future__ import annotations

from designer.files.design_json import dumps, loads
from designer.graph.design import Design, Node, NodeId
from designer.graph.layer import Layer
from designer.layers.activation import ReLU6
from designer.layers.blocks import Group
from designer.layers.convolution import Conv2d, DepthwiseConv2d
from designer.layers.endpoints import Input
from designer.matching.changes import field_changes
from designer.matching.matching import match_designs
from designer.matching.outline import Place
from designer.templates.networks import template


def fields(before: Layer, after: Layer) -> list[tuple[str, str, str, str]]:
    places = [Place((NodeId("n"),), Node(NodeId("n"), layer), Design()) for layer in (before, after)]
    return [(item.name, item.before, item.after, item.unit) for item in field_changes(*places)]


def test_every_parameter_that_differs_in_order_of_declaration():
    assert fields(Conv2d(8), Conv2d(16, stride=2, bias=True)) == [
        ("out_channels", "8", "16", ""),
        ("stride", "1", "2", ""),
        ("bias", "off", "on", ""),
    ]
    assert fields(Input(height=10), Input(height=20)) == [("height", "10", "20", "px")]
    assert fields(Conv2d(8), Conv2d(8)) == []


def test_another_type_is_one_field_whatever_its_parameters():
    assert fields(Conv2d(8), DepthwiseConv2d(5)) == [("layer", Conv2d.title, DepthwiseConv2d.title, "")]
    assert fields(Conv2d(8), ReLU6()) == [("layer", Conv2d.title, "ReLU6", "")]


def test_a_group_has_its_title_and_what_is_in_it_counts_there():
    body = template("bottleneck").build()

    assert fields(Group(body), Group(body.renamed("Other"))) == [("title", body.name, "Other", "")]
    assert fields(Group(body), Group(body.without_nodes([NodeId("add")]))) == []


def test_a_layer_of_a_type_unknown_here_is_compared_by_what_the_file_keeps():
    text = dumps(Design.build("x", [Node(NodeId("n"), ReLU6())], []))
    first = loads(text.replace('"relu6"', '"warp", "parameters": {"speed": 1}'))
    second = loads(text.replace('"relu6"', '"warp", "parameters": {"speed": 9}'))
    (change,) = match_designs(first, second).changes

    assert [(item.name, item.before, item.after) for item in change.fields] == [
        ("parameters", '{"speed": 1}', '{"speed": 9}')
    ]
    assert match_designs(first, first).is_same
