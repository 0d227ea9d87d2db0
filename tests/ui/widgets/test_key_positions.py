"""Keys under layouts of other scripts: the place counts, on the canvas and for every action with a bare key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.graph.design import NodeId, PortRef
from designer.templates.networks import template
from designer.ui.actions.table import ACTIONS
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.key_positions import latin_key
from tests.ui.windows import FAKE_WORKER, Answers, card_pixel, shown_window

pytestmark = pytest.mark.gui

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
RUSSIAN = {"A": "ф", "C": "с", "D": "в", "F": "а", "M": "ь", "N": "т", "U": "г", "W": "ц", "X": "ч", ".": "ю", "Z": "я"}
"""From a Russian keyboard: what is printed beside each Latin letter."""


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as made:
        yield made


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    made = window.bench.open_design(template("bottleneck").build())
    made.canvas.setFocus()
    QApplication.processEvents()
    return made


def strike(widget: QWidget, latin: str, held: Qt.KeyboardModifier = NONE) -> None:
    """Press the key of a Latin letter under a Russian layout."""
    letter = RUSSIAN[latin]
    key, text = Qt.Key(ord(letter.upper())), letter.upper() if held & SHIFT else letter
    for action in (QTest.KeyAction.Press, QTest.KeyAction.Release):
        QTest.sendKeyEvent(action, widget, key, text, held)


def event(key: int, text: str, scan_code: int = 0) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, NONE, scan_code, 0, 0, text)


@pytest.mark.parametrize(("latin", "letter"), RUSSIAN.items())
def test_a_russian_letter_is_the_latin_one_beside_it(qapp: QApplication, latin: str, letter: str) -> None:
    expected = QKeySequence(latin)[0].key()  # type: ignore[index]  # Qt's stubs lack it
    assert latin_key(event(ord(letter.upper()), letter)) == expected
    assert latin_key(event(0, letter)) == expected, "some platforms name no key"


@pytest.mark.parametrize(("letter", "latin"), [("φ", "F"), ("כ", "F"), ("ب", "F"), ("μ", "M"), ("і", "S")])
def test_letters_of_other_scripts(qapp: QApplication, letter: str, latin: str) -> None:
    assert latin_key(event(ord(letter.upper()), letter)) == Qt.Key(ord(latin))


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_F, Qt.Key.Key_Left, Qt.Key.Key_Escape, Qt.Key.Key_F2, Qt.Key.Key_Udiaeresis]
)
def test_other_keys_are_what_they_say(qapp: QApplication, key: Qt.Key) -> None:
    assert latin_key(event(key, chr(key) if key < 256 else "")) == key


@pytest.mark.parametrize(("platform", "scan_code"), [("xcb", 41), ("wayland", 41), ("windows", 33)])
def test_where_the_keyboard_says_which_key_it_was_that_counts(
    monkeypatch: pytest.MonkeyPatch, platform: str, scan_code: int
) -> None:
    """Serbian has ф where Latin has F, and Russian has it where Latin has A."""
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    assert latin_key(event(ord("Ф"), "ф", scan_code)) == Qt.Key.Key_F
    assert latin_key(event(ord("Ф"), "ф")) == Qt.Key.Key_A


def test_f_wires_two_nodes(tab: DesignTab) -> None:
    target = PortRef(NodeId("output"), "x")
    tab.document.apply(Command("Cut", lambda design: design.without_wires([target])))
    tab.select([NodeId("add"), NodeId("output")])
    strike(tab.canvas, "F")
    assert tab.document.design.wires[target].source.node == "add"


def test_m_bypasses_x_deletes_and_shift_d_duplicates(tab: DesignTab) -> None:
    id = NodeId("expand_act")
    assert id in tab.document.design.nodes
    tab.select([id])
    strike(tab.canvas, "M")
    assert tab.document.design.nodes[id].layer.is_bypassed
    count = len(tab.document.design.nodes)
    strike(tab.canvas, "D", SHIFT)
    assert len(tab.document.design.nodes) == count + 1
    tab.select([id])
    strike(tab.canvas, "X")
    assert id not in tab.document.design.nodes


def test_n_makes_a_note_and_shift_a_opens_quick_add(tab: DesignTab) -> None:
    strike(tab.canvas, "A", SHIFT)
    assert tab.canvas.adding.box.isVisible()
    tab.canvas.adding.box.hide()
    tab.canvas.setFocus()
    strike(tab.canvas, "N")
    assert len(tab.document.design.annotations) == 1


def test_the_point_fits_the_selection(tab: DesignTab) -> None:
    tab.select([NodeId("add")])
    before = tab.zoom
    strike(tab.canvas, ".")
    assert tab.zoom > before


BARE = [
    (each.id, keys.removeprefix("Shift+"), SHIFT if keys.startswith("Shift+") else NONE)
    for each in ACTIONS
    for keys in each.shortcuts
    if keys.removeprefix("Shift+") in RUSSIAN
]


@pytest.mark.parametrize(("id", "latin", "held"), BARE)
def test_every_bare_key_of_an_action_means_it(
    window: MainWindow, tab: DesignTab, id: str, latin: str, held: Qt.KeyboardModifier
) -> None:
    window.views[id].setEnabled(True)
    letter = RUSSIAN[latin]
    pressed = QKeyEvent(QEvent.Type.KeyPress, ord(letter.upper()), held, letter)
    assert window.views.meant_by(pressed) is window.views[id]


def test_every_bare_letter_is_tried_here() -> None:
    letters = {keys.removeprefix("Shift+") for each in ACTIONS for keys in each.shortcuts}
    assert {each for each in letters if len(each) == 1 and each.isalpha()} <= RUSSIAN.keys()
    assert len(BARE) > 5


def test_in_a_text_a_letter_is_a_letter(window: MainWindow, tab: DesignTab) -> None:
    before = tab.document.design
    tab.select([NodeId("expand_act")])
    search = window.palette_panel.search
    search.setFocus()
    strike(search, "M")
    assert search.text() == "ь"
    assert tab.document.design is before


def test_in_the_middle_of_a_drag_no_action_pulls_the_design_away(qtbot: QtBot, tab: DesignTab) -> None:
    start = card_pixel(tab, NodeId("expand_act"))
    qtbot.mousePress(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(tab.canvas.viewport(), start + QPoint(60, 90))
    strike(tab.canvas, "X")
    assert NodeId("expand_act") in tab.document.design.nodes
    qtbot.mouseRelease(tab.canvas.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(60, 90))
