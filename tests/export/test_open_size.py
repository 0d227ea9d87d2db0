"""Which designs can take any height and width, and what their sides are called."""

from __future__ import annotations

from itertools import pairwise

import pytest

from designer.analysis.snapshot import analyse
from designer.export.open_size import SizeWords, fixed_size_reason
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template


def test_a_network_with_symmetric_padding_and_a_global_pool_can() -> None:
    assert fixed_size_reason(analyse(template("mobilenet_v2").build())) == ""


@pytest.mark.parametrize("key", ["mobilenet_v1", "mobilenet_v2"])
def test_tensorflows_padding_cannot_and_names_the_first_node(key: str) -> None:
    reason = fixed_size_reason(analyse(template(key).build(padding="tensorflow")))
    assert reason.startswith("stem.conv depends on the size: at 22")


def test_a_classifier_behind_a_flat_map_cannot() -> None:
    nodes = [
        Node(NodeId("x"), Input(2, 4, 4)),
        Node(NodeId("flat"), Flatten()),
        Node(NodeId("fc"), FullyConnected(3)),
        Node(NodeId("y"), Output()),
    ]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    assert fixed_size_reason(analyse(Design.build("flat", nodes, wires))).startswith("fc depends on the size")


def test_words_for_sides() -> None:
    words = SizeWords([(224, 224), (225, 226), (256, 288)])
    assert words.word([3, 3, 3]) == 3
    assert words.word([224, 225, 256]) == "height"
    assert words.word([112, 113, 144]) == "width/2"
    assert words.word([112, 113, 128]) == "height/2"
    odd = words.word([222, 223, 254])
    assert odd == words.word([222, 223, 254])
    assert odd != words.word([222, 224, 286])
