"""Charts as SVG: what is drawn is as long, as high and as far along as its value, and no word can break out."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.charts.chart import Axis, Chart, DesignColour, Ink, LayerColour, Line, Piece, Spot, Stack
from designer.export.chart_svg import COLOURS, WIDTH, PageColours, chart_svg

HOSTILE = "</title></svg><script>alert(1)</script>\"'&"


def words(value: float) -> str:
    return f"{value:g}"


X, Y = Axis("x", words=words), Axis("y", words=words)


def drawn(chart: Chart) -> str:
    return chart_svg(chart, PageColours())


def elements(svg: str, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f".//{tag}")


def bars(*rows: list[float], axis: Axis = X) -> Chart:
    pieces = [tuple(Piece(str(n), value, LayerColour(str(n))) for n, value in enumerate(row)) for row in rows]
    return Chart("Bars", axis, Axis("design"), stacks=tuple(Stack("A", found) for found in pieces))


def points(*spots: Spot, x: Axis = X, y: Axis = Y) -> Chart:
    return Chart("Points", x, y, spots)


def lines(*found: Line, x: Axis = X, y: Axis = Y) -> Chart:
    return Chart("Lines", x, y, lines=found)


def corners(svg: str, title: str) -> list[tuple[float, float]]:
    """The corners of the line with this title, as its path visits them."""
    (path,) = [path for path in elements(svg, "path") if path.findtext("title") == title]
    x, y, found = 0.0, 0.0, []
    for command, numbers in re.findall(r"([MLHV])([\d.,]+)", path.attrib["d"]):
        values = [float(number) for number in numbers.split(",")]
        x, y = x if command == "V" else values[0], y if command == "H" else values[-1]
        found.append((x, y))
    return found


@given(st.lists(st.lists(st.floats(0.001, 1e12), min_size=1, max_size=4), min_size=1, max_size=4))
def test_bars_are_to_one_scale(values):
    rects = elements(drawn(bars(*values)), "rect")
    widths = [float(rect.attrib["width"]) for rect in rects]
    flat = [value for row in values for value in row]

    scale = max(widths) / max(flat)
    assert widths == pytest.approx([value * scale for value in flat], abs=0.02)
    assert max(float(r.attrib["x"]) + float(r.attrib["width"]) for r in rects) <= WIDTH


def test_pieces_of_a_bar_follow_each_other_and_tell_what_they_are():
    svg = drawn(bars([3, 1]))
    first, second = elements(svg, "rect")

    assert float(second.attrib["x"]) == pytest.approx(float(first.attrib["x"]) + float(first.attrib["width"]), abs=0.02)
    assert [title.text for title in elements(svg, "title")] == ["A · 0: 3", "A · 1: 1"]
    assert "4" in [text.text for text in elements(svg, "text")], "the sum stands at the end"


def test_points_stand_where_their_figures_are():
    spots = [
        Spot(label, x, y, Ink.ACCENT, is_marked=label != "C") for label, x, y in (("A", 1, 4), ("B", 2, 2), ("C", 4, 3))
    ]
    svg = drawn(points(*spots))
    places = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in elements(svg, "circle")]

    (ax, ay), (bx, by), (cx, cy) = places
    assert (cx - bx) == pytest.approx(2 * (bx - ax), abs=0.05)
    assert (by - ay) == pytest.approx(2 * (by - cy), abs=0.05)
    assert ["stroke" in dot.attrib for dot in elements(svg, "circle")] == [True, True, False]
    assert elements(svg, "title")[0].text == "A: 1, 4"


def test_a_note_is_the_tip_of_its_point():
    assert elements(drawn(points(Spot("A", 1, 4, Ink.ACCENT, note="on the front"))), "title")[0].text == "on the front"


def test_on_a_logarithmic_axis_factors_are_equally_far_apart_and_nothing_has_no_place():
    x = Axis("x", words=words, is_log=True)
    spots = [Spot("", value, 1, Ink.ACCENT) for value in (0, 1, 10, 1000)]
    places = [float(dot.attrib["cx"]) for dot in elements(drawn(points(*spots, x=x)), "circle")]

    one, ten, thousand = places
    assert thousand - ten == pytest.approx(2 * (ten - one), abs=0.05)


def test_an_interval_is_drawn_between_its_ends():
    svg = drawn(points(Spot("A", 1, 4, Ink.ACCENT, low=3, high=6)))
    (dot,) = elements(svg, "circle")
    low, high = map(float, re.findall(r",([\d.]+)V([\d.]+)", elements(svg, "path")[-1].attrib["d"])[0])

    assert float(dot.attrib["cy"]) - high == pytest.approx(2 * (low - float(dot.attrib["cy"])), abs=0.05)


def test_a_stepped_line_holds_its_value_until_the_next():
    line = Line("A", ((0, 1.0), (1, 4.0), (2, 2.0), (3, 2.0)), Ink.ACCENT, is_stepped=True)
    (x0, y0), (x1, before), (_, y1), (x2, still), (_, y2), *_ = corners(drawn(lines(line)), "A: at most 4")

    assert before == y0
    assert still == y1
    assert x2 - x1 == pytest.approx(x1 - x0, abs=0.05)
    assert (y0 - y1) == pytest.approx(3 * (y0 - y2), abs=0.05)


def test_another_line_goes_straight_to_each_corner():
    line = Line("A", ((0, 1.0), (1, 4.0), (2, 2.0)), Ink.ACCENT, is_dashed=True)
    svg = drawn(lines(line, Line("", ((0, 1.0), (2, 1.0)), Ink.ACCENT)))
    found = corners(svg, "A: at most 4")

    assert len(found) == 3
    assert (found[0][1] - found[1][1]) == pytest.approx(3 * (found[0][1] - found[2][1]), abs=0.05)
    assert [("stroke-dasharray" in path.attrib) for path in elements(svg, "path")[1:]] == [True, False]


def test_names_of_lines_as_high_as_each_other_do_not_cover_each_other():
    found = [Line(label, ((0, 1.0), (1, 1.0)), Ink.ACCENT) for label in "AB"]
    names = {text.text: text.attrib for text in elements(drawn(lines(*found)), "text")}

    assert abs(float(names["A 1"]["y"]) - float(names["B 1"]["y"])) >= 12


@pytest.mark.parametrize(
    "chart",
    [
        Chart(
            HOSTILE,
            Axis(HOSTILE, words=lambda _: HOSTILE),
            Axis(HOSTILE, words=lambda _: HOSTILE),
            (Spot(HOSTILE, 1, 1, DesignColour(0), note=HOSTILE),),
            (Line(HOSTILE, ((0, 1), (1, 1)), DesignColour(0)),),
        ),
        Chart(
            HOSTILE,
            Axis(HOSTILE, words=lambda _: HOSTILE),
            Axis(HOSTILE),
            stacks=(Stack(HOSTILE, (Piece(HOSTILE, 1, LayerColour(HOSTILE)),)),),
        ),
    ],
    ids=["points and lines", "bars"],
)
def test_no_word_breaks_out_of_a_chart(chart):
    root = ElementTree.fromstring(drawn(chart))

    assert not root.findall(".//script")
    assert root.attrib["aria-label"] == HOSTILE
    texts = [element.text or "" for element in root.iter() if element.tag in {"text", "title"}]
    assert sum(HOSTILE in text for text in texts) >= 3


def test_nothing_and_zero_draw_without_fail():
    assert float(elements(drawn(bars([0])), "rect")[0].attrib["width"]) == 0
    assert len(elements(drawn(points(Spot("A", 0, 0, Ink.ACCENT))), "circle")) == 1
    assert len(elements(drawn(lines()), "path")) == 1
    assert elements(drawn(lines(x=Axis("x", is_log=True), y=Axis("y", is_log=True))), "path")


def test_a_type_of_layer_has_its_colour_on_the_whole_page_and_colours_begin_again_after_the_last():
    colours = PageColours()
    first = [colours.css(LayerColour(str(n))) for n in range(COLOURS + 1)]

    assert len(set(first)) == COLOURS
    assert first[0] == first[-1] == "var(--kind-0)"
    assert colours.css(LayerColour("3")) == first[3] == colours.css(DesignColour(3))
    assert colours.css(LayerColour("7")) == first[7]
