"""The client against a small real process: results, progress, cancelling, crashes, hangs; no job is ever lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from designer.files.design_json import dumps
from designer.measurement.options import LatencyOptions, MeasuringConfiguration
from designer.templates.networks import template
from designer.ui.jobs.worker_client import GRACE_MS, Job, WorkerClient
from designer.worker.messages import Failure
from designer.worker.orders import MeasureOrder, RunOrder
from tests.ui.fake_worker import ran
from tests.ui.windows import FAKE_WORKER

pytestmark = pytest.mark.gui


@pytest.fixture
def client(qtbot: QtBot) -> Iterator[WorkerClient]:
    made = WorkerClient(FAKE_WORKER)
    yield made
    made.stop()


class Ends:
    """How a job ended."""

    def __init__(self, job: Job) -> None:
        self.results: list[object] = []
        self.failures: list[Failure] = []
        self.cancels = 0
        self.progress: list[tuple[float, str]] = []
        job.done.connect(self.results.append)
        job.failed.connect(self.failures.append)
        job.cancelled.connect(self._cancel)
        job.progressed.connect(lambda share, text: self.progress.append((share, text)))

    def _cancel(self) -> None:
        self.cancels += 1

    @property
    def count(self) -> int:
        """How often it ended; once is right."""
        return len(self.results) + len(self.failures) + self.cancels


def test_a_job_gives_its_result_after_its_progress(qtbot: QtBot, client: WorkerClient) -> None:
    job = client.submit(RunOrder("echo", MeasuringConfiguration(batch=4)))
    ends = Ends(job)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        pass
    assert ends.results == [ran("echo", batch=4)]
    assert ends.progress == [(0.5, "half")]
    assert client.conditions is not None
    assert client.conditions.devices == ("cpu",)


def test_jobs_run_in_the_order_they_came(qtbot: QtBot, client: WorkerClient) -> None:
    order: list[str] = []
    jobs = [client.submit(RunOrder(name)) for name in ("first", "second", "third")]
    for job in jobs:
        job.done.connect(lambda report: order.append(report.digest))
    with qtbot.waitSignal(jobs[-1].ended, timeout=10_000):
        pass
    assert order == ["first", "second", "third"]


@pytest.mark.parametrize("word", ["patient", "deaf"])
def test_a_cancel_waits_120_ms_for_the_worker_whether_it_listens_or_not(
    qtbot: QtBot, client: WorkerClient, word: str
) -> None:
    job = client.submit(RunOrder(word))
    ends = Ends(job)
    with qtbot.waitSignal(job.started, timeout=10_000):
        pass
    before = client.process_id
    with qtbot.waitSignal(job.ended, timeout=20_000):
        client.cancel(job)
        assert client._grace.isActive()
        assert client._grace.isSingleShot()
        assert client._grace.interval() == GRACE_MS <= 150
    assert (ends.cancels, ends.count) == (1, 1)
    assert not client._grace.isActive()
    if word == "deaf":
        assert client.process_id != before, "one that does not listen is ended"


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("backend", ["compiled", "onnxruntime"])
def test_the_real_worker_is_cancelled_whatever_library_has_the_word(qtbot: QtBot, backend: str) -> None:
    client = WorkerClient()
    resolution = 128 if backend == "compiled" else 1024  # there compiling takes long, here a single call
    network = dumps(template("mobilenet_v2").build(width=1.0, resolution=resolution))
    options = LatencyOptions(
        backend=backend, batch=1 if backend == "compiled" else 2, time_limit=60.0, interval_width=1e-9
    )
    try:
        job = client.submit(MeasureOrder(network, options))
        ends = Ends(job)
        told: list[str] = []
        job.progressed.connect(lambda share, text: told.append(text))
        busy = ", 1 s" if backend == "compiled" else "warming up"
        qtbot.waitUntil(lambda: bool(told) and busy in told[-1], timeout=120_000)
        with qtbot.waitSignal(job.ended, timeout=20_000):
            client.cancel(job)
        assert (ends.cancels, ends.count) == (1, 1)
        again = client.submit(RunOrder(network))
        with qtbot.waitSignal(again.done, timeout=120_000):
            pass
    finally:
        client.stop()


def test_a_worker_that_listens_to_cancel_is_kept(qtbot: QtBot, client: WorkerClient) -> None:
    client._grace.setInterval(60_000)  # on a busy machine even one that listens may need longer than it is given
    job = client.submit(RunOrder("patient"))
    with qtbot.waitSignal(job.started, timeout=10_000):
        pass
    before = client.process_id
    with qtbot.waitSignal(job.cancelled, timeout=20_000):
        client.cancel(job)
    assert client.process_id == before


def test_a_job_that_waits_is_cancelled_without_touching_the_one_that_runs(qtbot: QtBot, client: WorkerClient) -> None:
    running, waiting = client.submit(RunOrder("patient")), client.submit(RunOrder("echo"))
    ends = Ends(waiting)
    with qtbot.waitSignal(running.started, timeout=10_000):
        pass
    client.cancel(waiting)
    assert ends.cancels == 1
    assert not running.is_over


def test_a_killed_worker_fails_its_job_in_words_and_the_next_job_runs_in_a_new_one(
    qtbot: QtBot, client: WorkerClient
) -> None:
    said: list[str] = []
    client.trouble.connect(said.append)
    killed, following = client.submit(RunOrder("die")), client.submit(RunOrder("still here"))
    ends, later = Ends(killed), Ends(following)
    with qtbot.waitSignal(following.ended, timeout=20_000):
        pass
    assert "ended by the system" in ends.failures[0].what
    assert "memory" in ends.failures[0].hint
    assert ends.count == 1
    assert later.results == [ran("still here")]
    assert len(said) == 1


def test_what_a_dying_worker_wrote_is_in_the_report(qtbot: QtBot, client: WorkerClient) -> None:
    job = client.submit(RunOrder("leave"))
    ends = Ends(job)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        pass
    assert "exit status 3" in ends.failures[0].what
    assert "the disk is full" in ends.failures[0].traceback


def test_a_job_that_hangs_is_ended_after_its_limit(qtbot: QtBot, client: WorkerClient) -> None:
    job = client.submit(RunOrder("deaf"), silence_limit_s=0.3)
    ends = Ends(job)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        pass
    assert "said nothing for 0.3 s" in ends.failures[0].what
    after = client.submit(RunOrder("alive"))
    with qtbot.waitSignal(after.done, timeout=10_000):
        pass


def test_progress_keeps_a_long_job_from_counting_as_hanging(
    qtbot: QtBot, client: WorkerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = client.submit(RunOrder("patient"), silence_limit_s=60.0)
    ends = Ends(job)
    with qtbot.waitSignal(job.started, timeout=10_000):
        pass
    assert client._silence.isActive()
    assert client._silence.interval() == 60_000
    begun: list[int] = []
    monkeypatch.setattr(client._silence, "start", lambda: begun.append(len(ends.progress)))
    qtbot.waitUntil(lambda: len(ends.progress) >= 5, timeout=20_000)
    assert begun[:5] == [0, 1, 2, 3, 4], "each word gives it the whole time again"
    client.cancel(job)
    qtbot.waitUntil(lambda: ends.cancels == 1, timeout=20_000)


def test_text_that_is_no_message_disturbs_nothing(qtbot: QtBot, client: WorkerClient) -> None:
    job = client.submit(RunOrder("chatter"))
    with qtbot.waitSignal(job.done, timeout=10_000):
        pass


def test_a_failure_of_the_job_leaves_the_worker_as_it_is(qtbot: QtBot, client: WorkerClient) -> None:
    job = client.submit(RunOrder("fail"))
    ends = Ends(job)
    with qtbot.waitSignal(job.ended, timeout=10_000):
        pass
    assert ends.failures == [Failure(job.request.id, "no such layer", "place another", "Traceback: …")]
    before = client.process_id
    with qtbot.waitSignal(client.submit(RunOrder("echo")).done, timeout=10_000):
        pass
    assert client.process_id == before


def test_a_worker_that_never_starts_fails_every_job_and_says_why(
    qtbot: QtBot, client: WorkerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_WORKER", "stillborn")
    first, second = client.submit(RunOrder("echo")), client.submit(RunOrder("echo"))
    ends = [Ends(first), Ends(second)]
    with qtbot.waitSignal(second.ended, timeout=20_000):
        pass
    assert [each.count for each in ends] == [1, 1]
    assert "No module named 'torch'" in ends[0].failures[0].hint
    assert client.state == "worker does not start"
    monkeypatch.delenv("FAKE_WORKER")
    with qtbot.waitSignal(client.submit(RunOrder("echo")).done, timeout=10_000):
        pass


def test_a_command_that_is_not_there_is_said(qtbot: QtBot) -> None:
    client = WorkerClient(("/nowhere/python",))
    job = client.submit(RunOrder("echo"))
    ends = Ends(job)
    qtbot.waitUntil(lambda: ends.count == 1, timeout=20_000)
    assert "could not be started (/nowhere/python)" in ends.failures[0].what
    client.stop()


def test_stopping_cancels_everything(qtbot: QtBot, client: WorkerClient) -> None:
    jobs = [client.submit(RunOrder("patient")), client.submit(RunOrder("echo"))]
    ends = [Ends(job) for job in jobs]
    with qtbot.waitSignal(jobs[0].started, timeout=10_000):
        pass
    client.stop()
    assert [each.cancels for each in ends] == [1, 1]
    assert client.process_id == 0
    late = Ends(client.submit(RunOrder("echo")))
    qtbot.waitUntil(lambda: late.cancels == 1, timeout=20_000)
    assert client.process_id == 0
