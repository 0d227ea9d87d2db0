"""A design as a networkx graph."""

from __future__ import annotations

import networkx
from hypothesis import given, settings

from designer.analysis.analysis import analyse
from designer.graph.design import Design
from designer.graph.networkx_view import to_networkx
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from tests.random_designs import designs
from tests.small_designs import chain, drawn


@settings(deadline=None)
@given(designs())
def test_the_graph_has_the_same_nodes_and_wires(design: Design) -> None:
    graph = to_networkx(design)
    assert networkx.is_directed_acyclic_graph(graph)
    assert graph.name == design.name
    assert dict(graph.nodes(data="layer")) == {id: node.layer for id, node in design.nodes.items()}
    assert sorted(
        (source, data["source_port"], target, data["target_port"]) for source, target, data in graph.edges(data=True)
    ) == sorted((*wire.source, *wire.target) for wire in design.wires.values())


def test_what_nodes_and_edges_carry() -> None:
    design = drawn(
        {"in": Input(24, 8, 6), "wide": PointwiseConv2d(24), "add": Add(), "out": Output()},
        "in>wide in>add.a wide>add.b add>out",
    )
    analysis = analyse(design)
    graph = to_networkx(design, {wire.source: analysis.spec(wire.source) for wire in design.wires.values()})
    assert graph.nodes["wide"]["key"] == "pointwise_conv2d"
    assert graph.nodes["wide"]["label"] == ""
    assert graph.nodes["wide"]["parameters"] == {"out_channels": 24, "stride": 1, "bias": False}
    assert graph.edges["wide", "add", "b"] == {"source_port": "y", "target_port": "b", "shape": (1, 24, 8, 6)}


def test_unknown_shapes_are_none_and_two_wires_between_two_nodes_are_two() -> None:
    graph = to_networkx(drawn({"in": Input(), "add": Add(), "out": Output()}, "in>add.a in>add.b add>out"))
    assert graph.number_of_edges("in", "add") == 2
    assert {data["shape"] for _, _, data in graph.edges(data=True)} == {None}


def test_the_order_of_a_chain() -> None:
    assert list(networkx.topological_sort(to_networkx(chain()))) == list(chain().order)
