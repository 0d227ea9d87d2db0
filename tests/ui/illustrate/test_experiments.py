"""What ReLU keeps, in the window: run by the worker, chosen anew, and a worker that dies."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.graph.design import NodeId
from designer.illustration.illustration import Step
from designer.illustration.scene import Words
from designer.layers.activation import Activation
from designer.layers.blocks import Bottleneck
from designer.measurement.spiral import REMARKS
from designer.templates.networks import template
from designer.ui.illustrate.page import IllustratePage
from designer.ui.shell.main_window import MainWindow
from designer.ui.widgets.fields import TextField
from tests.ui.illustrate.conftest import illustrated, one_block
from tests.ui.windows import Answers, press

WAIT_MS = 20_000


def texts(page: IllustratePage) -> list[str]:
    assert page.scene is not None
    return [shape.text for shape in page.scene.shapes if isinstance(shape, Words)]


def until_run(qtbot: QtBot, page: IllustratePage) -> None:
    """Until no experiment is on its way."""
    qtbot.waitUntil(lambda: page.experiments.spiral is not None and not page.experiments.is_running, timeout=WAIT_MS)


def test_the_spiral_stands_beside_the_whole(qtbot: QtBot, page: IllustratePage) -> None:
    until_run(qtbot, page)
    assert "What ReLU keeps" in texts(page)
    assert "144 channels" in texts(page)  # how thick this block is
    assert page.experiments.activity is None  # nobody looks at it


def test_step_five_watches_the_block(qtbot: QtBot, page: IllustratePage) -> None:
    assert not page.column.form.isVisible()
    qtbot.keyClick(page.view, Qt.Key.Key_5)
    until_run(qtbot, page)
    qtbot.waitUntil(lambda: page.experiments.activity is not None, timeout=WAIT_MS)
    assert page.column.form.isVisible()
    assert "rank 24 → 108 of 144" in texts(page)
    assert " ".join(texts(page)).find("straight line") > 0
    heard = page.view.accessibleDescription().replace("\u202f", " ")
    assert heard.startswith("Of a spiral in two dimensions, ReLU keeps 50 % in 2 channels")
    assert "expand_act (ReLU6): of 144 channels 36 are always off" in heard
    assert REMARKS[0].split()[0] in " ".join(texts(page))


def test_channels_seeds_and_activation_are_chosen(qtbot: QtBot, page: IllustratePage) -> None:
    until_run(qtbot, page)
    qtbot.mouseClick(page.column.cards[Step.KEPT], Qt.MouseButton.LeftButton)
    until_run(qtbot, page)
    field = page.column.form.fields["spiral.channels"]
    assert isinstance(field, TextField)
    field.line.selectAll()
    qtbot.keyClicks(field.line, "4, 700")
    form = page.column.form.fields["spiral.activation"]
    form.edited.emit(Activation.SILU)
    until_run(qtbot, page)
    qtbot.waitUntil(lambda: "700 channels" in texts(page), timeout=WAIT_MS)
    assert page.experiments.spiral is not None
    assert page.experiments.spiral.options.activation is Activation.SILU
    field.line.selectAll()
    qtbot.keyClicks(field.line, "1")
    assert "2 to 4096" in field.complaint.replace("\u202f", "")


def test_an_edit_is_watched_anew(qtbot: QtBot, page: IllustratePage) -> None:
    qtbot.keyClick(page.view, Qt.Key.Key_5)
    qtbot.waitUntil(lambda: page.experiments.activity is not None, timeout=WAIT_MS)
    block = NodeId("block")
    page.tab.document.apply(Command("wider", lambda design: design.with_layer(block, Bottleneck(3, 24))))
    assert page.experiments.kept().is_outdated
    digest = page.tab.document.design.digest
    qtbot.waitUntil(
        lambda: page.experiments.activity is not None and page.experiments.activity.digest == digest, timeout=WAIT_MS
    )
    assert not page.experiments.kept().is_outdated


def test_a_network_has_the_experiments_of_all_its_activations(qtbot: QtBot, window: MainWindow) -> None:
    page = illustrated(qtbot, window, template("mobilenet_v2").build())
    assert page.column.cards[Step.KEPT].isEnabled()
    qtbot.keyClick(page.view, Qt.Key.Key_5)
    qtbot.waitUntil(lambda: page.experiments.activity is not None, timeout=WAIT_MS)
    assert page.step is Step.KEPT
    qtbot.keyClick(page.view, Qt.Key.Key_0)
    assert "bottleneck_17" in texts(page)


def test_a_worker_that_dies_is_said_in_words(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_WORKER", "mortal")
    page = illustrated(qtbot, window, one_block(), "block")
    qtbot.waitUntil(lambda: bool(page.experiments.words), timeout=WAIT_MS)
    assert "The experiment did not run through: the worker was ended by the system" in page.experiments.words
    qtbot.keyClick(page.view, Qt.Key.Key_5)
    assert page.view.accessibleDescription().startswith("The experiment did not run through")
    assert " ".join(texts(page)).find("the design is untouched") > 0
    monkeypatch.delenv("FAKE_WORKER")
    # The process that was started anew is still mortal; the one after it is not.
    for _ in range(2):
        qtbot.mouseClick(page.column.form.again, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not page.experiments.is_running, timeout=WAIT_MS)
    assert page.experiments.words == ""
    assert page.experiments.spiral is not None


def test_a_page_has_step_five_once_it_was_run(
    qtbot: QtBot, page: IllustratePage, answers: Answers, tmp_path: Path
) -> None:
    until_run(qtbot, page)
    answers.save = tmp_path / "a.html"
    qtbot.mouseClick(page.column.save, Qt.MouseButton.LeftButton)
    assert "5 What ReLU keeps" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_nothing_runs_for_a_page_that_is_left(qtbot: QtBot, window: MainWindow, page: IllustratePage) -> None:
    press(qtbot, window, "F8")
    QApplication.processEvents()
    assert not page.experiments.is_running
