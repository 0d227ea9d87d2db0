"""What the charts of one design show, held against the analysis and by hand."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.charts.design_charts import memory_chart, rounds_chart, shares_chart
from designer.graph.design import Design
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from tests.small_designs import drawn


@pytest.fixture
def sketch() -> Design:
    layers = {
        "input": Input(24, 56, 56),
        "expand": PointwiseConv2d(144),
        "depthwise": DepthwiseConv2d(),
        "output": Output(),
    }
    return drawn(layers, "input>expand expand>depthwise depthwise>output")


def test_memory_has_a_step_for_each_primitive_and_marks_the_peak(sketch: Design) -> None:
    chart = memory_chart(analyse(sketch))
    line, *lives = chart.lines
    # Input 24·56², then with the pointwise's 144·56² beside it, then two of 144·56², in bytes of float32; the output
    # holds the last one alone.
    plane = 4 * 56 * 56
    assert [held for _, held in line.points] == [24 * plane, 168 * plane, 288 * plane, 144 * plane, 144 * plane]
    (peak,) = chart.spots
    assert peak.y == 288 * plane
    assert "depthwise" in chart.note
    # Who holds it: the expanded tensor and the filtered one over two steps each, the input's over two.
    assert {(life.points[0], life.points[-1]) for life in lives} == {
        ((0.0, 24 * plane), (2.0, 24 * plane)),
        ((1.0, 144 * plane), (3.0, 144 * plane)),
        ((2.0, 144 * plane), (4.0, 144 * plane)),
    }
    assert line.notes[2].splitlines()[0].startswith("depthwise runs")
    assert [words.split()[0] for words in line.notes[2].splitlines()[1:]] == ["expand", "depthwise"]


def test_shares_of_time_and_macs_and_the_node_most_out_of_proportion(sketch: Design) -> None:
    chart = shares_chart(analyse(sketch), {"input": 0.0, "expand": 1.0, "depthwise": 3.0, "output": 0.0})
    shares = {(stack.label, piece.label): piece.value for stack in chart.stacks for piece in stack.pieces}
    assert shares["depthwise", "time"] == pytest.approx(0.75)
    assert shares["expand", "time"] == pytest.approx(0.25)
    # 24·144 and 9·144 MACs a pixel: the depthwise has 9 of 33.
    assert "depthwise takes 75" in chart.note
    assert "27.3" in chart.note


def test_rounds_are_all_there_and_those_far_off_are_counted() -> None:
    rounds = [1.0, 1.1, 1.0, 0.9, 1.05, 0.95, 1.0, 9.0]
    chart = rounds_chart(rounds, 1.0, 0.95, 1.05)
    assert [y for _, y in chart.lines[0].points] == rounds
    assert "1 of 8 rounds" in chart.note


def test_without_figures_they_say_what_is_missing(sketch: Design) -> None:
    assert shares_chart(analyse(sketch), {}).is_empty
    assert rounds_chart((), 0.0, 0.0, 0.0).is_empty
    assert "Measure" in rounds_chart((), 0.0, 0.0, 0.0).note
