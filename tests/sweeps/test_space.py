"""A space: its size, its points in order, and the design at each, held against templates built with the same values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import DesignerError, ParameterError
from designer.graph.design import Design, NodeId
from designer.graph.variation import Variation
from designer.sweeps.counting import Counting
from designer.sweeps.result import Result
from designer.sweeps.space import Space, space_around, space_of
from designer.templates.networks import template

SIXTH = NodeId("bottleneck_6")


@pytest.fixture(scope="module")
def small() -> Design:
    return template("mobilenet_v2").build(width=0.25, resolution=64)


def marked(design: Design, id: NodeId, *varied: Variation) -> Design:
    return design.replacing([replace(design.nodes[id], varied=varied)])


def totals(design: Design) -> tuple[int, int, int]:
    found = analyse(design).totals
    return found.parameters, found.macs, found.peak_activation_bytes


def counted(space: Space) -> list[Result]:
    counting = Counting(space)
    return [counting.result(space.point(index)) for index in range(space.size)]


def test_every_point_of_a_template_is_what_the_template_builds() -> None:
    network = template("mobilenet_v2")
    space = space_around(network, [("classes", "10")], [("width", "0.25, 0.5:1:0.25"), ("resolution", "32, 96")])
    assert space.size == 8
    for result in counted(space):
        parameters, macs, peak = totals(network.build(classes=10, **result.settings))
        expected = {"parameters": parameters, "macs": macs, "peak_activation_bytes": peak}
        assert {key: result.figures[key] for key in expected} == expected


def test_fields_of_nodes_vary_beside_settings_of_the_template() -> None:
    network = template("mobilenet_v2")
    space = space_around(network, [], [("bottleneck_6.expansion", "2, 6"), ("resolution", "32, 64")])
    assert [each.name for each in space.variables] == ["resolution", "bottleneck_6.expansion"]
    for result in counted(space):
        by_hand = network.build(resolution=result.settings["resolution"])
        layer = by_hand.nodes[SIXTH].layer.with_parameter("expansion", result.settings["bottleneck_6.expansion"])
        assert result.figures["macs"] == totals(by_hand.with_layer(SIXTH, layer))[1]


def test_marked_fields_of_one_variable_take_one_value_together(small: Design) -> None:
    design = small
    for id in ("bottleneck_3", "bottleneck_6"):
        design = marked(design, NodeId(id), Variation("expansion", "2, 4, 6", "t"))
    design = marked(design, NodeId("bottleneck_9"), Variation("kernel_size", "3, 5"))
    space = space_of(design)
    assert {each.name: len(each.values) for each in space.variables} == {"t": 3, "bottleneck_9.kernel_size": 2}
    made = space.design(space.point(5))
    assert [made.nodes[NodeId(f"bottleneck_{n}")].layer.data.get("expansion", 6.0) for n in (3, 6, 4)] == [6, 6, 6]
    made = space.design(space.point(1))
    assert [made.nodes[NodeId(f"bottleneck_{n}")].layer.data.get("expansion", 6.0) for n in (3, 6, 4)] == [2, 2, 6]
    assert made.nodes[NodeId("bottleneck_9")].layer.data["kernel_size"] == 5
    assert made.name == f"{small.name} · t = 2 · bottleneck_9.kernel_size = 5"


def test_a_field_inside_a_group_varies(small: Design) -> None:
    grouped, id = group(small, [NodeId("bottleneck_5"), SIXTH])
    space = space_of(grouped, [(f"{id}.bottleneck_6.expansion", "1, 3")])
    for result, expansion in zip(counted(space), (1.0, 3.0), strict=True):
        layer = small.nodes[SIXTH].layer.with_parameter("expansion", expansion)
        assert result.figures["macs"] == totals(small.with_layer(SIXTH, layer))[1]


def test_marks_go_with_their_nodes_through_grouping(small: Design) -> None:
    design = marked(small, SIXTH, Variation("expansion", "2, 4", "t"))
    grouped, id = group(design, [NodeId("bottleneck_5"), SIXTH])
    ((target, values, name),) = [(each.targets[0], each.values, each.name) for each in space_of(grouped).variables]
    assert (target.path, target.field, values, name) == ((id, SIXTH), "expansion", (2.0, 4.0), "t")


def test_points_and_settings_answer_each_other(small: Design) -> None:
    space = space_of(
        small, [("bottleneck_6.expansion", "2, 4, 6"), ("stem.activation", "relu6, silu"), ("input.height", "64, 96")]
    )
    points = [space.point(index) for index in range(space.size)]
    assert len(set(points)) == space.size == 12
    assert [space.point_at(dict(space.settings_at(point))) for point in points] == points
    assert space.point_at({"bottleneck_6.expansion": 3.0, "stem.activation": "relu6", "input.height": 64}) is None


def test_a_value_that_breaks_a_design_is_a_problem_of_that_point(small: Design) -> None:
    space = space_of(template("bottleneck").build(), [("project.out_channels", "24, 32")])
    kept, broken = counted(space)
    assert kept.is_kept
    assert not broken.is_kept
    assert "add" in broken.problem


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        (("bottleneck_66.expansion", "2"), "there is no node 'bottleneck_66' (did you mean"),
        (("bottleneck_6.expanison", "2"), "expan"),
        (("stem.x.y", "2"), "there is no group 'stem'"),
        (("bottleneck_6.expansion", "2, lots"), "lots"),
        (("bottleneck_6.expansion", ""), "no value"),
        (("bottleneck_6.expansion", "6:1:1"), "no range"),
    ],
)
def test_what_cannot_vary_is_refused_in_words(small: Design, vary: tuple[str, str], words: str) -> None:
    with pytest.raises(DesignerError, match=words.replace("(", r"\(")):
        space_of(small, [vary])


def test_fields_of_one_variable_have_the_same_values(small: Design) -> None:
    design = marked(small, SIXTH, Variation("expansion", "2, 4", "t"))
    design = marked(design, NodeId("bottleneck_3"), Variation("expansion", "2, 6", "t"))
    with pytest.raises(ParameterError, match="give both the same"):
        space_of(design)
    both = space_of(design, [("t", "1, 2")])
    assert both.variables[0].values == (1.0, 2.0)
    assert len(both.variables[0].targets) == 2
