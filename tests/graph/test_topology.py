"""Order and reachability against networkx."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.errors import EditRefused
from designer.graph.design import NodeId
from designer.graph.topology import downstream, execution_order

EDGES = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12)


@given(EDGES)
def test_an_order_is_found_exactly_where_there_is_no_circle(edges: list[tuple[str, str]]) -> None:
    graph = networkx.DiGraph()
    graph.add_nodes_from("abcdef")
    graph.add_edges_from(edges)
    predecessors = {NodeId(id): [NodeId(source) for source in graph.predecessors(id)] for id in "abcdef"}
    if networkx.is_directed_acyclic_graph(graph):
        order = execution_order(predecessors)
        assert sorted(order) == list("abcdef")
        assert all(order.index(NodeId(a)) < order.index(NodeId(b)) for a, b in edges)
    else:
        with pytest.raises(EditRefused, match="run in a circle"):
            execution_order(predecessors)


@given(EDGES, st.sets(st.sampled_from("abcdef")))
def test_downstream_is_what_networkx_reaches(edges: list[tuple[str, str]], starts: set[str]) -> None:
    graph = networkx.DiGraph()
    graph.add_nodes_from("abcdef")
    graph.add_edges_from(edges)
    consumers = {NodeId(id): [NodeId(reader) for reader in graph.successors(id)] for id in "abcdef"}
    found = list(downstream(consumers, [NodeId(id) for id in sorted(starts)]))
    assert set(found) == starts.union(*(networkx.descendants(graph, start) for start in starts))
    assert len(found) == len(set(found)), "each once"
