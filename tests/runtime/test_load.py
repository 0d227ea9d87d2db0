"""What others take of the processors, by numbers of our own and beside a real program that works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from designer.runtime import load
from designer.runtime.load import OtherPrograms

needs_stat = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="the system does not say")


class Times:
    """A system whose processors' times are told by hand."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.now, self.own = path, 50.0, 7.0
        self.tell(user=1000, idle=9000)
        monkeypatch.setattr(load, "_STAT", path)
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)
        monkeypatch.setattr(time, "process_time", lambda: self.own)
        monkeypatch.setattr(os, "sysconf", lambda name: 100)
        monkeypatch.setattr(os, "cpu_count", lambda: 4)

    def tell(self, user: int, idle: int) -> None:
        # cpu user nice system idle iowait irq softirq steal guest guest_nice, in hundredths of a second
        self.path.write_text(f"cpu {user} 0 100 {idle} 700 0 0 0 {user} 0\ncpu0 1 2 3\n")


@pytest.fixture
def times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Times:
    return Times(tmp_path / "stat", monkeypatch)


def test_our_own_work_is_not_others(times: Times) -> None:
    others = OtherPrograms()
    times.now, times.own = 60.0, 7.0 + 20.0  # two threads for ten seconds
    times.tell(user=1000 + 2000, idle=9000)
    assert others.processors() == pytest.approx(0.0)
    assert others.reason(threads=4) == ()


def test_others_are_what_is_left(times: Times) -> None:
    others = OtherPrograms()
    times.now, times.own = 60.0, 7.0 + 10.0
    times.tell(user=1000 + 1000 + 1500, idle=9500)
    assert others.processors() == pytest.approx(1.5)
    assert others.reason(threads=2) == ()  # four processors: two for us, one and a half for them
    assert "kept 1.5 of 4 processors busy" in others.reason(threads=3)[0]


def test_where_the_system_does_not_say_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_STAT", tmp_path / "none")
    others = OtherPrograms()
    assert others.processors() is None
    assert others.reason(threads=64) == ()


@needs_stat
def test_a_program_that_works_beside_us_is_seen() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        others = OtherPrograms()
        time.sleep(0.6)
        seen = others.processors()
        busy.kill()
    assert seen is not None
    assert seen > 0.4
