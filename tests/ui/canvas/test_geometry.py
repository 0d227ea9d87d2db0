"""Where things are: wire widths, ports, routes and outlines."""

import pytest
from PySide6.QtCore import QPointF, QRectF

from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH, GAP_X, ROW_GAP
from designer.ui.canvas.geometry import (
    distance_to,
    input_point,
    lines_cross,
    output_point,
    polyline,
    route,
    silhouette,
    snapped,
    wire_width,
)

STEP_X = CARD_WIDTH + GAP_X


def test_width_grows_with_the_logarithm_of_the_channels() -> None:
    # Doubling the channels adds the same width wherever no bound holds.
    steps = [wire_width(2 * channels) - wire_width(channels) for channels in (24, 48, 96, 192, 384)]
    assert steps == pytest.approx([steps[0]] * 5)
    assert steps[0] > 1


def test_width_has_bounds_and_unknown_is_thinnest() -> None:
    assert wire_width(1) == wire_width(3) == wire_width(None)
    assert wire_width(10**9) <= 20


def test_a_bottleneck_reads_thin_thick_thin() -> None:
    assert wire_width(144) > 2 * wire_width(24)


def test_ports_stand_on_the_cards_edges_evenly() -> None:
    corner = QPointF(100, 50)
    assert input_point(corner, 0, 1) == QPointF(100, 50 + CARD_HEIGHT / 2)
    assert output_point(corner, 0, 1).x() == 100 + CARD_WIDTH
    first, second = input_point(corner, 0, 2).y(), input_point(corner, 1, 2).y()
    assert first - 50 == pytest.approx(50 + CARD_HEIGHT - second)


@pytest.mark.parametrize(
    ("start", "end", "goes_over"),
    [
        (QPointF(0, 0), QPointF(GAP_X, 0), False),
        (QPointF(0, 0), QPointF(5 * STEP_X, 0), True),
        (QPointF(0, 0), QPointF(-5 * STEP_X, 140), False),
        (QPointF(0, 0), QPointF(3 * STEP_X, 140), True),
        (QPointF(0, 0), QPointF(-300, -200), False),
        (QPointF(0, 0), QPointF(0, 0), False),
    ],
)
def test_every_route_goes_from_start_to_end(start: QPointF, end: QPointF, goes_over: bool) -> None:
    found = route(start, end, 0, (), goes_over)
    first = found.path.elementAt(0)
    assert QPointF(first.x, first.y) == start
    assert found.path.currentPosition() == end


def test_an_arc_passes_above_the_cards_between() -> None:
    found = route(QPointF(CARD_WIDTH, 32), QPointF(4 * STEP_X, 32), 0, (), True)
    for column in (1, 2, 3):
        card = QRectF(column * STEP_X, 0, CARD_WIDTH, CARD_HEIGHT)
        assert not any(card.contains(point) for point in densely(found.path))
    assert found.path.boundingRect().top() > -ROW_GAP, "it stays within the gap between rows"
    assert found.is_arc


def test_a_longer_arc_runs_higher_so_that_one_within_another_does_not_cross_it() -> None:
    short = route(QPointF(CARD_WIDTH, 32), QPointF(3 * STEP_X, 32), 0, (), True).path.boundingRect().top()
    long = route(QPointF(CARD_WIDTH, 32), QPointF(8 * STEP_X, 32), 0, (), True).path.boundingRect().top()
    assert long < short


def test_to_the_next_row_a_wire_runs_between_the_rows() -> None:
    row = CARD_HEIGHT + ROW_GAP
    found = route(QPointF(5 * STEP_X + CARD_WIDTH, 32), QPointF(0, row + 32))
    for column in range(6):
        for top in (0.0, row):
            card = QRectF(column * STEP_X, top, CARD_WIDTH, CARD_HEIGHT).adjusted(1, 1, -1, -1)
            assert not any(card.contains(point) for point in densely(found.path)), (column, top)


def test_reroute_dots_are_passed_through() -> None:
    dot = QPointF(200, 300)
    found = route(QPointF(0, 0), QPointF(400, 0), 0, [dot])
    assert distance_to(polyline(found.path), dot) < 0.5


def densely(path) -> list[QPointF]:
    return [path.pointAtPercent(step / 200) for step in range(201)]


def test_distance_to_a_line_is_not_to_the_area_it_encloses() -> None:
    arch = [QPointF(0, 0), QPointF(0, -100), QPointF(200, -100), QPointF(200, 0)]
    assert distance_to(arch, QPointF(100, -50)) == pytest.approx(50)
    assert distance_to(arch, QPointF(0, -30)) == pytest.approx(0)
    assert distance_to(arch, QPointF(230, 40)) == pytest.approx(50)


def test_lines_cross_only_where_they_meet() -> None:
    arch = [QPointF(0, 0), QPointF(0, -100), QPointF(200, -100), QPointF(200, 0)]
    assert lines_cross(arch, [QPointF(100, -150), QPointF(100, -60)])
    assert not lines_cross(arch, [QPointF(100, -60), QPointF(100, 60)]), "the inside of an arch is not the arch"


def test_an_outline_is_as_tall_as_its_tensors() -> None:
    room = QRectF(0, 0, 120, 60)
    outline = silhouette([wire_width(24), wire_width(144), wire_width(24)], room)

    def height(x: float) -> float:
        return sum(outline.contains(QPointF(x, y / 4)) for y in range(241)) / 4

    assert height(60) > 2 * height(10)
    assert height(10) == pytest.approx(height(110), abs=0.5)
    assert room.contains(outline.boundingRect())


def test_the_grid_is_the_layouts() -> None:
    assert snapped(11.9) == 8
    assert snapped(12.1) == 16
    assert snapped(-5) == -8
