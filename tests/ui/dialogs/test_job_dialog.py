"""The dialog of a job: it says what is done and how far it is, ends the job when asked, and goes when the job ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from designer.measurement.options import MeasuringConfiguration
from designer.ui.dialogs.job_dialog import JobDialog
from designer.ui.jobs.worker_client import Job, WorkerClient
from designer.worker.orders import RunOrder
from tests.ui.windows import FAKE_WORKER

pytestmark = pytest.mark.gui


@pytest.fixture
def client(qtbot: QtBot) -> Iterator[WorkerClient]:
    made = WorkerClient(FAKE_WORKER)
    yield made
    made.stop()


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    """What the dialog belongs to."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def opened(client: WorkerClient, holder: QWidget, word: str) -> tuple[JobDialog, Job]:
    job = client.submit(RunOrder(word, MeasuringConfiguration()))
    dialog = JobDialog("Taking weights", job, client, holder)
    dialog.open()
    return dialog, job


def test_it_says_what_is_done_and_how_far_and_goes_with_the_job(
    qtbot: QtBot, client: WorkerClient, holder: QWidget
) -> None:
    dialog, job = opened(client, holder, "echo")
    assert dialog.text.text().startswith("Waiting")
    assert dialog.bar.maximum() == 0, "nobody knows yet how long it takes"
    seen: list[tuple[str, float]] = []
    job.progressed.connect(lambda *_: seen.append((dialog.text.text(), dialog.bar.value() / dialog.bar.maximum())))
    with qtbot.waitSignal(dialog.accepted, timeout=10_000):
        pass
    assert seen == [("half", 0.5)]


@pytest.mark.parametrize("by", ["button", "escape"])
def test_it_ends_the_job_and_stays_until_it_has_ended(
    qtbot: QtBot, client: WorkerClient, holder: QWidget, by: str
) -> None:
    dialog, job = opened(client, holder, "patient")
    qtbot.waitUntil(lambda: dialog.text.text().startswith("step"), timeout=10_000)
    cancelled: list[bool] = []
    job.cancelled.connect(lambda: cancelled.append(dialog.isVisible()))
    with qtbot.waitSignal(dialog.accepted, timeout=10_000):
        if by == "button":
            qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isVisible()
        assert dialog.text.text() == "Cancelling"
        assert not dialog.cancel_button.isEnabled(), "once is enough"
    assert cancelled == [True]


@pytest.mark.parametrize("word", ["fail", "die"])
def test_it_goes_where_the_job_fails_too(qtbot: QtBot, client: WorkerClient, holder: QWidget, word: str) -> None:
    dialog, job = opened(client, holder, word)
    failures: list[object] = []
    job.failed.connect(failures.append)
    with qtbot.waitSignal(dialog.accepted, timeout=10_000):
        pass
    assert len(failures) == 1
