"""The same points through a real Dask scheduler on the loopback address: the same results, whatever is killed."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from designer.errors import JobFailed, ParameterError
from designer.sweeps import cluster
from designer.sweeps.counting import Counting
from designer.sweeps.log import Log, known_points, read_log
from designer.sweeps.plan import Plan, SpaceSource
from designer.sweeps.run import Here, sweep

is_there = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra cluster is not installed"
)
# Dask's own, about its sockets and its loop when a scheduler goes away.
pytestmark = pytest.mark.filterwarnings("ignore")

ROOT = Path(__file__).resolve().parents[2]
SOURCE = SpaceSource(
    "", "mobilenet_v2", (("resolution", "32"),), (("width", "0.1:1.4:0.01"), ("classes", "10, 100, 1000"))
)


class Scheduler:
    """A scheduler and its workers as processes of their own, on the loopback address."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._file = folder / "scheduler.json"
        self._folder = folder
        self._scheduler = self._started(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self._file)
        )
        until = time.monotonic() + 60
        while not self._file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        self.workers = [self._worker() for _ in range(workers)]

    @property
    def address(self) -> str:
        return str(json.loads(self._file.read_text())["address"])

    def _worker(self) -> subprocess.Popen[bytes]:
        words = ("--scheduler-file", str(self._file), "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny")
        return self._started("worker", *words, "--no-dashboard", "--local-directory", str(self._folder))

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=self._folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill_scheduler(self) -> None:
        self._scheduler.send_signal(signal.SIGKILL)

    def end(self) -> None:
        for process in (*self.workers, self._scheduler):
            with suppress(ProcessLookupError):
                process.kill()
            process.wait(timeout=30)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    started = Scheduler(tmp_path, workers=2)
    yield started
    started.end()


def joined(address: str, workers: int) -> cluster.Cluster:
    found = cluster.Cluster(address, SOURCE, ["macs"])
    until = time.monotonic() + 60
    while found.workers < workers and time.monotonic() < until:
        time.sleep(0.1)
    assert found.workers == workers
    return found


@is_there
@pytest.mark.slow
def test_a_worker_that_is_killed_changes_no_result(scheduler: Scheduler, tmp_path: Path) -> None:
    space, plan, path = SOURCE.space(), Plan(("macs",)), tmp_path / "r.jsonl"
    alone = list(sweep(plan.walk(space), Here(Counting(space, plan.wanted)), None, {}))
    found = []
    with joined(scheduler.address, 2) as points:
        points.at_once = 128
        for result in sweep(plan.walk(space), points, Log(path), {}):
            found.append(result)
            if len(found) == 1:
                scheduler.workers[0].send_signal(signal.SIGKILL)
    assert len(found) == space.size
    assert {str(each) for each in found} == {str(each) for each in alone}
    assert len(read_log(path).results) == space.size, "nothing stands there twice"


@is_there
@pytest.mark.slow
def test_a_scheduler_that_goes_away_ends_in_words_and_leaves_what_was_found(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    space, plan, path = SOURCE.space(), Plan(("macs",)), tmp_path / "r.jsonl"
    with joined(scheduler.address, 2) as points:
        points.at_once = 64
        walked = sweep(plan.walk(space), points, Log(path), {})
        next(walked)
        scheduler.kill_scheduler()
        with pytest.raises(JobFailed, match="went away"):
            list(walked)
    known = known_points(path, space)
    assert 0 < len(known) < space.size
    rest = list(sweep(plan.walk(space), Here(Counting(space, plan.wanted)), Log(path), known))
    assert len(known) + len(rest) == len(read_log(path).results) == space.size


@is_there
def test_nobody_at_the_address_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_WAIT_S", 0.5)
    with pytest.raises(JobFailed, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        cluster.Cluster("tcp://127.0.0.1:9", SOURCE, ["macs"])


def test_without_the_package_it_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(ParameterError, match=r"bottleneck-designer\[cluster\]"):
        cluster.Cluster("tcp://127.0.0.1:9", SOURCE, ["macs"])
