"""What the charts of a comparison show, in the window and in the report, held against the analyses and by hand."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.compare import Comparison, compare
from designer.analysis.measured import Latency
from designer.charts.chart import DesignColour, LayerColour
from designer.charts.comparison_charts import latency_chart, mac_chart, memory_chart, time_chart
from designer.graph.design import Design, NodeId
from designer.layers.activation import ReLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from tests.small_designs import drawn


def pointwise(channels: int) -> Analysis:
    layers = {"in": Input(4, 8, 8), "conv": PointwiseConv2d(channels), "out": Output()}
    return analyse(drawn(layers, "in>conv conv>out", f"of {channels}"))


@pytest.fixture
def analyses() -> list[Analysis]:
    return [pointwise(channels) for channels in (16, 8, 4, 32)]


def compared(analyses: list[Analysis], *seconds: float) -> Comparison:
    return compare(analyses, {index: Latency(time) for index, time in enumerate(seconds)})


def test_the_front_goes_right_and_then_down_through_those_that_no_other_beats(analyses: list[Analysis]) -> None:
    chart = latency_chart(compared(analyses, 0.01, 0.02, 0.02, 0.03), "macs")
    (front,) = chart.lines
    # 4·8·8 MACs an output channel: of 8 and 4 channels equally slow the smaller is on the front; 32 are slowest.
    assert [x for x, _ in front.points] == [256 * 4, 256 * 16, 256 * 16]
    assert [y for _, y in front.points] == [0.02, 0.01, 0.01]
    assert front.is_stepped
    assert [spot.label for spot in chart.spots if spot.is_marked] == ["A", "C"]
    assert [spot.label for spot in chart.spots if "on the front" in spot.note] == ["A", "C"]


def test_what_was_not_measured_has_no_point_and_one_alone_no_front(analyses: list[Analysis]) -> None:
    chart = latency_chart(compared(analyses, 0.01), "parameters")
    assert [(spot.label, spot.colour) for spot in chart.spots] == [("A", DesignColour(0))]
    assert chart.lines == ()
    nothing = latency_chart(compared(analyses), "parameters")
    assert nothing.is_empty
    assert "Measure" in nothing.note


def test_macs_and_time_are_a_bar_a_design_in_one_colour_a_type_of_layer(analyses: list[Analysis]) -> None:
    macs = mac_chart(analyses)
    assert [[piece.value for piece in stack.pieces] for stack in macs.stacks] == [[256 * n] for n in (16, 8, 4, 32)]
    times = time_chart(analyses, [{(NodeId("conv"),): 0.5}, {}, {}, {}])
    assert [[piece.value for piece in stack.pieces] for stack in times.stacks] == [[0.5], [], [], []]
    assert macs.legend == times.legend == {PointwiseConv2d.title: LayerColour("pointwise_conv2d")}
    assert time_chart(analyses, [{}] * 4).is_empty


def test_memory_is_a_line_a_design_that_is_known_in_its_own_colour() -> None:
    unknown = analyse(Design.build("loose", drawn({"relu": ReLU()}, "").nodes.values(), []))
    chart = memory_chart([pointwise(8), unknown, pointwise(4)])
    assert [(line.label, line.colour) for line in chart.lines] == [("A", DesignColour(0)), ("C", DesignColour(2))]
    plane = 4 * 8 * 8
    # The input; with it the pointwise's; that alone until the end, which is a corner of its own.
    assert chart.lines[1].points == ((0, 4 * plane), (1, 8 * plane), (2, 4 * plane), (3, 4 * plane))
