"""Charts: what is drawn is as long, as high and as far along as its value, and no word can break out."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.export.charts import COLOURS, Part, Spot, legend, scatter, stacked_bars, timelines

HOSTILE = "</title></svg><script>alert(1)</script>\"'&"


def elements(svg: str, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f".//{tag}")


def words(value: float) -> str:
    return f"{value:g}"


@given(st.lists(st.lists(st.floats(0.001, 1e12), min_size=1, max_size=4), min_size=1, max_size=4))
def test_bars_are_to_one_scale(values):
    rows = [("A", [Part("kind", value, number) for number, value in enumerate(row)]) for row in values]
    svg = stacked_bars("Bars", rows, words)
    widths = [float(rect.attrib["width"]) for rect in elements(svg, "rect")]
    flat = [value for row in values for value in row]

    scale = max(widths) / max(flat)
    assert widths == pytest.approx([value * scale for value in flat], abs=0.02)
    right = [float(r.attrib["x"]) + float(r.attrib["width"]) for r in elements(svg, "rect")]
    assert max(right) <= 640


def test_pieces_of_a_bar_follow_each_other():
    svg = stacked_bars("Bars", [("A", [Part("a", 3, 0), Part("b", 1, 1)])], words)
    first, second = elements(svg, "rect")

    assert float(second.attrib["x"]) == pytest.approx(float(first.attrib["x"]) + float(first.attrib["width"]), abs=0.02)
    assert [title.text for title in elements(svg, "title")] == ["A · a: 3", "A · b: 1"]


def test_points_stand_where_their_figures_are():
    spots = [Spot("A", 1, 4, True), Spot("B", 2, 2, True), Spot("C", 4, 3, False)]
    svg = scatter("Points", spots, ("x", words), ("y", words))
    places = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in elements(svg, "circle")]

    (ax, ay), (bx, by), (cx, cy) = places
    assert (cx - bx) == pytest.approx(2 * (bx - ax), abs=0.05)
    assert (by - ay) == pytest.approx(2 * (by - cy), abs=0.05)
    assert ["stroke" in dot.attrib for dot in elements(svg, "circle")] == [True, True, False]
    assert elements(svg, "title")[0].text == "A: 1, 4, on the front"


def test_the_front_is_joined_by_steps():
    joined = scatter("Points", [Spot("A", 1, 2, True), Spot("B", 2, 1, True)], ("x", words), ("y", words))
    alone = scatter("Points", [Spot("A", 1, 2, True)], ("x", words), ("y", words))

    assert len(elements(joined, "path")) == len(elements(alone, "path")) + 1


def test_a_timeline_is_as_high_as_its_values():
    svg = timelines("Memory", [("A", [1.0, 4.0, 2.0]), ("B", [])], words)
    (line,) = [path for path in elements(svg, "path") if path.findtext("title")]
    heights = [float(part.partition(",")[2].partition("H")[0]) for part in line.attrib["d"].split()]

    assert (heights[0] - heights[1]) == pytest.approx(3 * (heights[0] - heights[2]), abs=0.05)
    assert line.findtext("title") == "A: at most 4"


@pytest.mark.parametrize(
    "svg",
    [
        stacked_bars(HOSTILE, [(HOSTILE, [Part(HOSTILE, 1, 0)])], lambda _: HOSTILE),
        scatter(HOSTILE, [Spot(HOSTILE, 1, 1, True)], (HOSTILE, lambda _: HOSTILE), (HOSTILE, lambda _: HOSTILE)),
        timelines(HOSTILE, [(HOSTILE, [1.0])], lambda _: HOSTILE),
        legend([(HOSTILE, 0)]),
    ],
)
def test_no_word_breaks_out_of_a_chart(svg):
    root = ElementTree.fromstring(svg)

    assert not root.findall(".//script")
    assert HOSTILE in {
        text for element in root.iter() for text in (element.text, element.tail, *element.attrib.values())
    } | {(text or "").strip() for element in root.iter() for text in (element.text, element.tail)}


def test_nothing_and_zero_draw_without_fail():
    assert elements(stacked_bars("Bars", [], words), "rect") == []
    assert float(elements(stacked_bars("Bars", [("A", [Part("a", 0, 0)])], words), "rect")[0].attrib["width"]) == 0
    assert len(elements(scatter("Points", [Spot("A", 0, 0, True)], ("x", words), ("y", words)), "circle")) == 1
    assert timelines("Memory", [], words)


def test_colours_begin_again_after_the_last():
    svg = stacked_bars("Bars", [("A", [Part("a", 1, 0), Part("b", 1, COLOURS)])], words)
    first, second = elements(svg, "rect")

    assert first.attrib["fill"] == second.attrib["fill"] == "var(--kind-0)"
