"""Lessons in the window: opened by menu and key, guessed by slider and number, answered beside the guess."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.graph.design import NodeId
from designer.lessons.files import own_folder
from designer.ui.illustrate.page import IllustratePage
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.lessons.panel import LessonPanel
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.cut_off import cut_off, nameless
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

WAIT_MS = 20_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers, (1280, 800)) as made:
        yield made


@pytest.fixture
def panel(qtbot: QtBot, window: MainWindow) -> LessonPanel:
    press(qtbot, window, "F12")
    return window.lessons


def texts(panel: LessonPanel) -> str:
    QApplication.processEvents()  # what was added is shown by an event
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def choose(qtbot: QtBot, panel: LessonPanel, number: int) -> None:
    """Go to a lesson by the keyboard."""
    panel.chooser.setFocus()
    qtbot.keyClick(panel.chooser, Qt.Key.Key_Home)
    for _ in range(number - 1):
        qtbot.keyClick(panel.chooser, Qt.Key.Key_Down)
    assert panel.lesson is not None
    assert panel.lesson.order == number


def commit(qtbot: QtBot, panel: LessonPanel, guess: str) -> None:
    """Type a guess and commit it."""
    assert panel.guess is not None
    line = panel.guess.number.box.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, guess)
    panel.ensureWidgetVisible(panel.guess.commit)
    qtbot.mouseClick(panel.guess.commit, LEFT)


def test_f12_opens_the_first_lesson(window: MainWindow, panel: LessonPanel) -> None:
    assert window.lessons_dock.isVisible()
    assert panel.chooser.count() == 8
    assert "A standard k×k convolution does two things at once" in texts(panel)
    assert panel.isEnabled()  # with no design open


def test_change_guess_and_truth(qtbot: QtBot, window: MainWindow, panel: LessonPanel) -> None:
    choose(qtbot, panel, 3)
    qtbot.mouseClick(panel.open, LEFT)
    tab = window.bench.tab
    assert tab is not None
    block = NodeId("block")
    layer = tab.document.design.nodes[block].layer.with_parameter("expansion", 4.0)
    tab.document.apply(Command("t", lambda design: design.with_layer(block, layer)))
    commit(qtbot, panel, "24")
    assert panel.outcome is not None
    assert (panel.outcome.guess, panel.outcome.truth.value) == (24, 96)
    assert "More than you guessed." in panel.result.text
    assert "t·C: 4·24 = 96" in panel.result.text
    assert panel.result.bars is not None
    assert panel.result.bars.accessibleDescription() == "You guessed: 24 filters; Computed: 96 filters"
    assert panel.guess is not None
    assert not panel.guess.commit.isEnabled()
    qtbot.mouseClick(panel.again, LEFT)
    assert panel.guess.commit.isEnabled()
    assert panel.result.text == ""


def test_the_truth_is_of_the_design_as_it_is_now(qtbot: QtBot, window: MainWindow, panel: LessonPanel) -> None:
    choose(qtbot, panel, 3)
    qtbot.mouseClick(panel.open, LEFT)
    commit(qtbot, panel, "10")
    assert panel.outcome is not None
    assert panel.outcome.truth.value == 144
    assert "with the t and the channels that you chose" in panel.result.text


def test_slider_and_number_follow_each_other(qtbot: QtBot, panel: LessonPanel) -> None:
    guess = panel.guess
    assert guess is not None
    guess.slider.setFocus()
    qtbot.keyClick(guess.slider, Qt.Key.Key_Home)
    for _ in range(3):
        qtbot.keyClick(guess.slider, Qt.Key.Key_Right)
    assert guess.value == 1.5
    assert guess.number.box.lineEdit().text() == "1.5"
    line = guess.number.box.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, "40")
    assert (guess.value, guess.slider.value()) == (40, 80)
    line.selectAll()
    qtbot.keyClicks(line, "400")
    assert guess.number.complaint
    qtbot.mouseClick(guess.commit, LEFT)
    assert panel.outcome is None


def test_chinese_is_chosen_and_remembered(
    qtbot: QtBot, window: MainWindow, settings: Settings, panel: LessonPanel
) -> None:
    panel.languages.setFocus()
    qtbot.keyClick(panel.languages, Qt.Key.Key_Down)
    assert panel.language == settings.lesson_language == "zh"
    assert panel.guess is not None
    for button in (panel.open, panel.guess.commit, panel.again):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in button.text()), button.text()
    assert "标准的 k×k 卷积同时做两件事" in texts(panel)
    qtbot.mouseClick(panel.open, LEFT)
    commit(qtbot, panel, "5")
    assert "计算结果" in (panel.result.bars.accessibleDescription() if panel.result.bars else "")
    panel.languages.setFocus()
    qtbot.keyClick(panel.languages, Qt.Key.Key_Up)
    assert (panel.guess.value, panel.guess.slider.value()) == (5, 10)
    assert "the formula below holds all the same" in panel.result.text  # the outcome stays, in the other language


def test_what_is_measured_is_run_by_the_worker(qtbot: QtBot, window: MainWindow, panel: LessonPanel) -> None:
    choose(qtbot, panel, 2)
    qtbot.mouseClick(panel.open, LEFT)
    commit(qtbot, panel, "12")
    qtbot.waitUntil(lambda: panel.outcome is not None, timeout=WAIT_MS)
    assert panel.outcome is not None
    assert panel.outcome.truth.value == 50  # the worker of the tests says that the second takes half as long
    assert "Measured here" in (panel.result.bars.accessibleDescription() if panel.result.bars else "")
    assert "40 pairs in turns" in panel.result.text


def test_an_experiment_is_run_by_the_worker(qtbot: QtBot, panel: LessonPanel) -> None:
    choose(qtbot, panel, 5)
    qtbot.mouseClick(panel.open, LEFT)
    commit(qtbot, panel, "80")
    qtbot.waitUntil(lambda: panel.outcome is not None, timeout=WAIT_MS)
    assert "24 channels" in panel.result.text


def test_a_worker_that_dies_is_said_and_the_guess_can_be_made_again(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "mortal")
    press(qtbot, window, "F12")
    panel = window.lessons
    choose(qtbot, panel, 5)
    window.settings.live = False
    qtbot.mouseClick(panel.open, LEFT)
    commit(qtbot, panel, "80")
    qtbot.waitUntil(lambda: "It could not be run: the worker was ended" in panel.result.text, timeout=WAIT_MS)
    assert panel.guess is not None
    assert panel.guess.commit.isEnabled()


def test_without_a_design_or_with_problems_it_says_so(qtbot: QtBot, window: MainWindow, panel: LessonPanel) -> None:
    for tab in window.bench.tabs:
        window.bench.close_page(tab)
    commit(qtbot, panel, "5")
    assert "Open the lesson's design first" in panel.result.text
    window.bench.new()
    commit(qtbot, panel, "5")
    assert "the design is empty" in panel.result.text
    assert panel.outcome is None


def test_a_folder_of_ones_own(qtbot: QtBot, window: MainWindow, answers: Answers, tmp_path: Path) -> None:
    data = json.loads((own_folder() / "3-who-decides.lesson.json").read_text(encoding="utf-8"))
    (tmp_path / "bottleneck.design.json").write_bytes((own_folder() / "bottleneck.design.json").read_bytes())
    (tmp_path / "mine.lesson.json").write_text(json.dumps({**data, "title": {"en": "Mine"}}), encoding="utf-8")
    (tmp_path / "bad.lesson.json").write_text("{}", encoding="utf-8")
    answers.save = tmp_path
    for _ in range(2):
        window.views["lessons_from_folder"].trigger()
        assert [window.lessons.chooser.itemText(i) for i in range(window.lessons.chooser.count())] == ["3  Mine"]
        assert "bad.lesson.json" in texts(window.lessons)
    qtbot.mouseClick(window.lessons.open, LEFT)
    commit(qtbot, window.lessons, "10")
    assert window.lessons.outcome is not None
    answers.save = tmp_path / "nowhere"
    window.views["lessons_from_folder"].trigger()
    assert answers.told[-1][0] == "The lessons were not opened"


def test_an_illustration_gives_way_to_the_canvas_and_its_lesson(
    qtbot: QtBot, window: MainWindow, panel: LessonPanel
) -> None:
    qtbot.mouseClick(panel.open, LEFT)
    tab = window.bench.tab
    assert tab is not None
    tab.setFocus()
    press(qtbot, window, "F8")
    assert isinstance(window.bench.page, IllustratePage)
    press(qtbot, window, "F12")
    QApplication.processEvents()
    assert window.width() == 1280  # canvas, illustration and lesson ask for no larger window
    assert window.bench.canvas_tab is tab
    assert window.lessons_dock.isVisible()


def test_nothing_is_cut_off_and_everything_has_a_name(qtbot: QtBot, window: MainWindow, panel: LessonPanel) -> None:
    qtbot.mouseClick(panel.open, LEFT)
    commit(qtbot, panel, "5")
    QApplication.processEvents()
    assert cut_off(panel) == []
    assert nameless(panel) == []
