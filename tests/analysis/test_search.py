"""Find nodes by words and figures; what is found is checked by hand against the template's own rows."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.figures.figure import Scope
from designer.analysis.figures.registry import figures
from designer.analysis.measured import Measured
from designer.analysis.search import find_nodes
from designer.graph.design import NodePath
from designer.templates.networks import template


@pytest.fixture(scope="module")
def v2() -> Analysis:
    return analyse(template("mobilenet_v2").build())


def names(found: tuple[NodePath, ...]) -> list[str]:
    return ["/".join(path) for path in found]


def test_words_and_comparisons_all_have_to_hold(v2: Analysis) -> None:
    # Table 2 of the paper: stride 2 at the first block of the rows of 24, 32, 64 and 160 channels.
    assert names(find_nodes(v2, "bottleneck stride=2"))[:1] == ["bottleneck_2"]
    outer = [path for path in find_nodes(v2, "bottleneck stride=2") if len(path) == 1]
    assert names(tuple(outer)) == ["bottleneck_2", "bottleneck_4", "bottleneck_7", "bottleneck_14"]


def test_insides_are_found_with_their_block(v2: Analysis) -> None:
    found = names(find_nodes(v2, "type stride=2"))
    assert found == []
    assert "bottleneck_2/depthwise" in names(find_nodes(v2, "depthwise stride=2"))


def test_figures(v2: Analysis) -> None:
    assert "head" not in names(find_nodes(v2, "channels>1280"))
    wide = [path[0] for path in find_nodes(v2, "channels>=1280 height=7") if len(path) == 1]
    assert len(wide) == 1
    assert all(v2.at(path).cost.macs >= 20e6 for path in find_nodes(v2, "macs>=20M"))  # type: ignore[union-attr]
    assert len(find_nodes(v2, "macs>=20M")) > len(find_nodes(v2, "macs>=25M")) > 0


def test_names_labels_quotes_and_nothing(v2: Analysis) -> None:
    assert find_nodes(v2, "kernel=3") == find_nodes(v2, "kernel_size=3") != ()
    assert names(find_nodes(v2, '"fully connected"')) == ["classifier"]
    assert find_nodes(v2, "") == find_nodes(v2, "   ") == ()
    assert find_nodes(v2, "nosuch=3") == find_nodes(v2, "stride>many") == find_nodes(v2, "zebra") == ()


def test_every_figure_of_a_node_is_compared(v2: Analysis) -> None:
    measured = Measured(node_ms={".".join(path): 1.0 for path, _, _ in v2.primitives()})
    for each in figures(Scope.NODE):
        above = find_nodes(v2, f"{each.key}>0", measured)
        values = [each.of_node(v2, path, measured) for path in above]
        assert above
        assert all(value is not None and value > 0 for value in values)
        assert find_nodes(v2, f"{each.key}<0", measured) == ()


def test_times_are_found_where_they_were_measured(v2: Analysis) -> None:
    measured = Measured(node_ms={"stem": 2.0, "bottleneck_2.depthwise": 0.5})
    assert names(find_nodes(v2, "latency_s>=0.001", measured)) == ["stem"]
    assert names(find_nodes(v2, "latency_s<0.001", measured)) == ["bottleneck_2/depthwise"]
    assert find_nodes(v2, "latency_s>0") == ()
