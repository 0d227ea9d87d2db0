"""Processes that measure take turns; one that is killed keeps nobody waiting."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from designer.timing.measurement_lock import measurement_lock
from designer.timing.rounds import Cancelled
from tests.no_locks import NO_LOCKS, refuse_locks

HOLDER = """
import sys
from pathlib import Path
from designer.timing.measurement_lock import measurement_lock
with measurement_lock(lock=Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "measuring.lock"


def holder(lock: Path) -> subprocess.Popen[str]:
    """Another process that has its turn until it is told a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def held(lock: Path) -> Iterator[subprocess.Popen[str]]:
    process = holder(lock)
    yield process
    process.kill()
    process.communicate()


def test_the_second_waits_until_the_first_is_done(lock: Path) -> None:
    process = holder(lock)
    told: list[str] = []

    def wait(_share: float, text: str) -> None:
        told.append(text)
        if len(told) == 3:
            process.communicate("go on\n")

    with measurement_lock(wait, lock=lock) as reasons:
        assert process.returncode == 0, "it is over"
        assert reasons == ()
    assert set(told) == {"waiting for another measurement on this machine to end"}
    assert len(told) >= 3


def test_after_a_while_both_measure_and_the_figure_says_so(lock: Path, held: subprocess.Popen[str]) -> None:
    with measurement_lock(lock=lock, patience_s=0.2) as reasons:
        assert len(reasons) == 1
        assert reasons[0].startswith("another process measured at the same time")
    assert held.poll() is None


def test_one_that_is_killed_keeps_nobody_waiting(lock: Path, held: subprocess.Popen[str]) -> None:
    held.kill()
    with measurement_lock(lock=lock) as reasons:
        assert reasons == (), "not because patience was at its end"


def test_waiting_can_be_cancelled(lock: Path, held: subprocess.Popen[str]) -> None:
    asked: list[bool] = []

    def is_cancelled() -> bool:
        asked.append(len(asked) == 3)
        return asked[-1]

    with pytest.raises(Cancelled), measurement_lock(is_cancelled=is_cancelled, lock=lock):
        pytest.fail("it was not its turn")
    assert asked == [False, False, False, True], "it was heard the first time"


def test_the_turn_is_given_back_even_where_measuring_failed(lock: Path) -> None:
    found = []

    def fail() -> None:
        with measurement_lock(lock=lock, patience_s=0.1) as reasons:
            found.append(reasons)
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()
    assert found == [(), ()]


def test_where_no_lock_can_be_written_nobody_waits(tmp_path: Path) -> None:
    with measurement_lock(lock=tmp_path / "nowhere" / "lock") as reasons:
        assert reasons == ()


@pytest.mark.parametrize("number", [*NO_LOCKS, pytest.param(errno.EIO, id="EIO")])
def test_where_the_disk_knows_no_locks_nobody_waits(lock: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    refuse_locks(monkeypatch, number)
    with measurement_lock(lambda _share, text: pytest.fail(text), lock=lock) as reasons:
        assert reasons == ()


def test_the_turn_is_given_back_though_a_forked_process_has_the_file_open(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    real = os.fdopen

    def opened(descriptor: int, mode: str) -> IO[bytes]:
        kept.append(os.dup(descriptor))
        return real(descriptor, mode)

    monkeypatch.setattr(os, "fdopen", opened)
    with measurement_lock(lock=lock):
        pass
    with measurement_lock(lock=lock, patience_s=0.1) as reasons:
        assert reasons == ()
    for descriptor in kept:
        os.close(descriptor)
