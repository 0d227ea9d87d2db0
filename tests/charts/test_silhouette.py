"""The outline of a network: its sides, its channels, where what came in is added."""

from __future__ import annotations

from designer.analysis.analysis import analyse
from designer.charts.silhouette import silhouette
from designer.graph.design import Design, Node, NodeId
from designer.graph.layer import Category
from designer.layers.activation import ReLU
from designer.templates.networks import template


def test_mobilenet_v2_shrinks_as_its_table_says() -> None:
    columns = silhouette(analyse(template("mobilenet_v2").build()))
    blocks = [column for column in columns if column.category is Category.BLOCK]
    # Sandler et al. 2018, table 2: output sides and channels of the stem, the rows' bottlenecks, and the head.
    sides = [112, 112, *2 * [56], *3 * [28], *4 * [14], *3 * [14], *3 * [7], 7, 7]
    channels = [32, 16, *2 * [24], *3 * [32], *4 * [64], *3 * [96], *3 * [160], 320, 1280]
    assert [column.side for column in blocks] == sides
    assert [column.channels for column in blocks] == channels
    # Every bottleneck of a row but its first adds its input: 1 + 2 + 3 + 2 + 2.
    assert sum(column.is_residual for column in columns) == 10


def test_what_has_no_known_shape_is_left_out() -> None:
    assert silhouette(analyse(Design.build("loose", [Node(NodeId("r"), ReLU())], []))) == ()
