"""Actions about what leaves the window: weights are kept beside the design's own file, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.files import design_json
from designer.graph.design import Design
from designer.ui.dialogs.job_dialog import JobDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
        yield made


def test_weights_need_a_place_beside_the_design(window: MainWindow, answers: Answers, sketch: Design) -> None:
    window.bench.open_design(sketch)
    window.views["import_weights"].trigger()
    assert answers.told[-1][0] == "Weights lie beside the design"


def test_taking_weights_is_cancelled_in_its_dialog(
    qtbot: QtBot, window: MainWindow, answers: Answers, sketch: Design, tmp_path: Path
) -> None:
    path = tmp_path / "mine.design.json"
    design_json.save(sketch, path)
    window.bench.open_path(path)
    answers.open = (tmp_path / "trained.pt",)
    window.views["import_weights"].trigger()
    (dialog,) = window.findChildren(JobDialog)
    assert dialog.windowTitle() == "Taking weights from trained.pt"
    qtbot.waitUntil(lambda: dialog.text.text().startswith("step"), timeout=10_000)
    with qtbot.waitSignal(dialog.accepted, timeout=10_000):
        qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert window.status.currentMessage() == "Cancelled; no weights were taken"
    assert [each.name for each in tmp_path.glob("mine*")] == ["mine.design.json"]
