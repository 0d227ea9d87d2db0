"""A chart's figures as CSV and in words."""

from __future__ import annotations

import csv
import io

from designer.charts.chart import Axis, Chart, Ink, Line, Piece, Spot, Stack, csv_text

RED = Ink.ERROR


def read(chart: Chart) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_text(chart))))


def test_spots_with_their_intervals() -> None:
    chart = Chart("t", Axis("MACs"), Axis("Latency", "s"), (Spot("A", 3e8, 0.5, RED, 0.4, 0.6, "first, “one”"),))
    assert read(chart) == [
        ["name", "MACs", "Latency [s]", "low", "high", "note"],
        ["A", "300000000.0", "0.5", "0.4", "0.6", "first, “one”"],
    ]
    assert "A: 300000000.0, 0.5" in chart.description


def test_a_stepped_line_has_one_corner_more_than_notes() -> None:
    line = Line("A", ((0, 5.0), (1, 7.0), (2, 7.0)), RED, is_stepped=True, notes=("in", "out"))
    assert read(Chart("t", Axis("Step"), Axis("Held", "B"), lines=(line,)))[1:] == [
        ["A", "0", "5.0", "in"],
        ["A", "1", "7.0", "out"],
        ["A", "2", "7.0", ""],
    ]


def test_bars_piece_by_piece() -> None:
    chart = Chart("t", Axis("MACs"), Axis("design"), stacks=(Stack("A", (Piece("DW", 1, RED), Piece("PW", 2, RED))),))
    assert read(chart) == [["design", "part", "MACs"], ["A", "DW", "1"], ["A", "PW", "2"]]
    assert not chart.is_empty


def test_a_logarithmic_axis_has_no_place_for_nothing() -> None:
    axis = Axis("x", is_log=True)
    assert axis.shows(0.1)
    assert not axis.shows(0)
    assert not axis.shows(float("nan"))
