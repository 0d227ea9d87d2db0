"""Processes that measure take turns; one that is killed keeps nobody waiting."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from designer.runtime.machine_turn import machine_turn
from designer.runtime.rounds import Cancelled

HOLDER = """
import sys, time
from pathlib import Path
from designer.runtime.machine_turn import machine_turn
with machine_turn(lock=Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "measuring.lock"


def holder(lock: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that has its turn."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def held(lock: Path) -> Iterator[subprocess.Popen[str]]:
    process = holder(lock, 60)
    yield process
    process.kill()
    process.communicate()


def test_the_second_waits_until_the_first_is_done(lock: Path) -> None:
    process = holder(lock, 0.6)
    begin = time.monotonic()
    told: list[str] = []
    with machine_turn(lambda share, text: told.append(text), lock=lock) as reasons:
        assert time.monotonic() - begin > 0.3
        assert reasons == ()
    assert told[0] == "waiting for another measurement on this machine to end"
    process.communicate()


def test_after_a_while_both_measure_and_the_figure_says_so(lock: Path, held: subprocess.Popen[str]) -> None:
    with machine_turn(lock=lock, patience_s=0.2) as reasons:
        assert len(reasons) == 1
        assert reasons[0].startswith("another process measured at the same time")
    assert held.poll() is None


def test_one_that_is_killed_keeps_nobody_waiting(lock: Path, held: subprocess.Popen[str]) -> None:
    held.kill()
    begin = time.monotonic()
    with machine_turn(lock=lock) as reasons:
        assert reasons == ()
    assert time.monotonic() - begin < 5


def test_waiting_can_be_cancelled(lock: Path, held: subprocess.Popen[str]) -> None:
    begin = time.monotonic()
    with (
        pytest.raises(Cancelled),
        machine_turn(is_cancelled=lambda: time.monotonic() - begin > 0.1, lock=lock),
    ):
        pytest.fail("it was not its turn")
    assert time.monotonic() - begin < 5


def test_the_turn_is_given_back_even_where_measuring_failed(lock: Path) -> None:
    found = []

    def fail() -> None:
        with machine_turn(lock=lock, patience_s=0.1) as reasons:
            found.append(reasons)
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()
    assert found == [(), ()]


def test_where_no_lock_can_be_written_nobody_waits(tmp_path: Path) -> None:
    with machine_turn(lock=tmp_path / "nowhere" / "lock") as reasons:
        assert reasons == ()
