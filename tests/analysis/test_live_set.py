"""What lives in the fullest step adds up to the peak, and is the same whether a part is in a block or not."""

from __future__ import annotations

from itertools import pairwise

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.live_set import largest_live_set
from designer.edit.grouping import expand_block, group
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import Linear, ReLU
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template


def adds_up(analysis: Analysis) -> None:
    crowd = largest_live_set(analysis)
    assert crowd is not None
    assert crowd.bytes == analysis.totals.peak_activation_bytes
    assert sum(tensor.bytes for tensor in crowd.tensors) == crowd.bytes
    assert all(tensor.bytes == tensor.spec.bytes for tensor in crowd.tensors)
    assert len({tensor.path for tensor in crowd.tensors}) == len(crowd.tensors)


@pytest.mark.parametrize("key", ["mobilenet_v2", "mobilenet_v1", "bottleneck", "separable", "article_bottleneck"])
@pytest.mark.parametrize("batch", [1, 2])
def test_templates(key: str, batch: int) -> None:
    adds_up(analyse(template(key).build(), batch=batch))


def opened(design: Design) -> Design:
    """Every block drawn out."""
    for id, node in tuple(design.nodes.items()):
        if node.layer.is_block:
            inputs = analyse(design).node(id).known_inputs
            assert inputs is not None
            design, _ = expand_block(design, id, inputs)
    return design


def test_every_node_of_a_network_drawn_out_or_not() -> None:
    closed = template("mobilenet_v2").build(width=0.35, resolution=64)
    laid_open = opened(closed)
    for design in (closed, laid_open):
        analysis = analyse(design)
        for id in design.nodes:
            crowd = largest_live_set(analysis, (id,))
            assert crowd is not None
            assert crowd.path[0] == id
            assert crowd.bytes == max(held for path, held in analysis.memory_timeline if path[0] == id)
            assert sum(tensor.bytes for tensor in crowd.tensors) == crowd.bytes
    sizes = [
        sorted(tensor.bytes for tensor in crowd.tensors)
        for crowd in (largest_live_set(analyse(closed)), largest_live_set(analyse(laid_open)))
        if crowd is not None
    ]
    assert len(sizes) == 2
    assert sizes[0] == sizes[1]


def test_any_neighbours_in_a_group() -> None:
    design = template("bottleneck").build(channels=8, out_channels=8, resolution=10)
    parts = [id for id in design.order if design.nodes[id].layer.inputs and design.nodes[id].layer.outputs]
    for start in range(len(parts)):
        for stop in range(start + 1, len(parts) + 1):
            adds_up(analyse(group(design, parts[start:stop])[0]))


def test_views_take_no_room() -> None:
    nodes = [
        Node(NodeId("x"), Input(2, 3, 3)),
        Node(NodeId("relu"), ReLU()),
        Node(NodeId("as_is"), Linear()),
        Node(NodeId("flat"), Flatten()),
        Node(NodeId("out"), Output()),
    ]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    analysis = analyse(Design.build("views", nodes, wires))
    adds_up(analysis)
    crowd = largest_live_set(analysis, (NodeId("flat"),))
    assert crowd is not None
    assert [(tensor.path, tensor.until, tensor.is_made_now) for tensor in crowd.tensors] == [
        ((NodeId("relu"),), None, False)
    ]


def test_an_empty_design_has_no_step() -> None:
    assert largest_live_set(analyse(Design())) is None
