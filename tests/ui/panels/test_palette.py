"""The palette: every layer and template is found by typing; keys and double clicks choose; drags carry the key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from designer.layers.registry import catalogue, lookup
from designer.templates.networks import templates
from designer.ui.canvas.dropping import dropped_layer
from designer.ui.look.theme import Theme
from designer.ui.panels.node_library import title_of
from designer.ui.panels.palette import Heading, PalettePanel, entries, text_room

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> PalettePanel:
    made = PalettePanel()
    qtbot.addWidget(made)
    made.resize(260, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_every_layer_and_template_has_a_row_under_its_heading() -> None:
    rows = [row for row in entries("") if not isinstance(row, Heading)]
    assert set(catalogue()) <= set(rows)
    assert set(templates()) <= set(rows)
    headings = [row.title for row in entries("") if isinstance(row, Heading)]
    assert headings[-1] == "Templates"
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("res", ["Residual add"]),
        ("conv", ["Conv + norm + act", "Convolution k×k"]),
        ("dw", ["Depthwise k×k"]),
        ("norm", ["Batch norm", "Layer norm", "Group norm"]),
        ("out", ["Output"]),
    ],
)
def test_what_a_title_begins_with_stands_before_what_other_words_say(typed: str, titles: list[str]) -> None:
    found = [row.title for row in entries(typed) if isinstance(row, type)]
    assert found[: len(titles)] == titles


def test_typing_finds_the_layer_and_enter_chooses_the_first(qtbot: QtBot, panel: PalettePanel) -> None:
    chosen: list[object] = []
    panel.layer_chosen.connect(chosen.append)
    qtbot.keyClicks(panel.search, "depthwise")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert chosen == [lookup("depthwise_conv2d")]


def test_down_goes_to_the_list_and_enter_chooses_there(qtbot: QtBot, panel: PalettePanel) -> None:
    chosen: list[object] = []
    panel.layer_chosen.connect(chosen.append)
    panel.search.setFocus()
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert chosen == [catalogue()[1]]


def test_a_double_click_chooses_a_layer_or_a_template(qtbot: QtBot, panel: PalettePanel) -> None:
    layers: list[object] = []
    networks: list[object] = []
    panel.layer_chosen.connect(layers.append)
    panel.template_chosen.connect(networks.append)
    for text in ("pointwise", "mobilenetv1"):
        panel.search.setText(text)
        rows = panel.list.rows
        row = next(row for row in range(rows.rowCount()) if rows.flags(rows.index(row)) & Qt.ItemFlag.ItemIsSelectable)
        spot = panel.list.visualRect(rows.index(row)).center()
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert layers == [lookup("pointwise_conv2d")]
    assert networks == [next(each for each in templates() if each.key == "mobilenet_v1")]


def test_a_drag_carries_what_the_canvas_reads(panel: PalettePanel) -> None:
    rows = panel.list.rows
    for row in range(rows.rowCount()):
        index = rows.index(row)
        entry = rows.entry(index)
        may_drag = bool(rows.flags(index) & Qt.ItemFlag.ItemIsDragEnabled)
        assert may_drag == (entry in catalogue())
        if may_drag:
            assert dropped_layer(rows.mimeData([index])) is entry


def test_headings_cannot_be_chosen(qtbot: QtBot, panel: PalettePanel) -> None:
    chosen: list[object] = []
    panel.layer_chosen.connect(chosen.append)
    spot = panel.list.visualRect(panel.list.rows.index(0)).center()
    qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert chosen == []


def test_every_row_says_its_name_and_group_to_a_screen_reader(panel: PalettePanel) -> None:
    rows = panel.list.rows
    for row in range(rows.rowCount()):
        assert rows.data(rows.index(row), Qt.ItemDataRole.AccessibleTextRole)


def test_a_drag_has_no_picture_beside_the_card_that_the_canvas_shows(qtbot: QtBot) -> None:
    panel = PalettePanel()
    qtbot.addWidget(panel)
    rows = panel.list.rows
    row = next(r for r in range(rows.rowCount()) if rows.flags(rows.index(r)) & Qt.ItemFlag.ItemIsDragEnabled)
    drag = panel.list.drag_of(rows.index(row))
    picture = drag.pixmap().toImage()
    assert not picture.isNull(), "else the platform draws one of its own"
    colours = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    assert all(colour.alpha() == 0 for colour in colours)
    assert drag.mimeData().formats()


def test_every_title_stands_whole_beside_its_icon_where_the_panel_is_as_wide_as_it_wants(panel: PalettePanel) -> None:
    panel.resize(panel.sizeHint())
    QApplication.processEvents()
    listed, rows = panel.list, panel.list.rows
    option = QStyleOptionViewItem()
    listed.initViewItemOption(option)
    for row in range(rows.rowCount()):
        entry = rows.entry(rows.index(row))
        if not isinstance(entry, Heading):
            option.rect = listed.visualRect(rows.index(row))
            room = text_room(option, entry)
            assert option.fontMetrics.horizontalAdvance(title_of(entry)) <= room.width(), title_of(entry)
