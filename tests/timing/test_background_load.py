"""What others take of the processors, by numbers of our own and beside a real program that works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from designer import machine
from designer.timing.background_load import BackgroundLoad

needs_stat = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="the system does not say")


class Times:
    """A system whose processors' times are told by hand."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.now, self.own = root, 50.0, 7.0
        (root / "proc/self").mkdir(parents=True)
        self.path = root / "proc/stat"
        self.tell(user=1000, idle=9000)
        monkeypatch.setattr(machine, "ROOT", root)
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)
        monkeypatch.setattr(time, "process_time", lambda: self.own)
        monkeypatch.setattr(os, "sysconf", lambda name: 100)
        monkeypatch.setattr(machine, "affinity", lambda: frozenset(range(4)))

    def tell(self, user: int, idle: int) -> None:
        # cpu user nice system idle iowait irq softirq steal guest guest_nice, in hundredths of a second
        self.path.write_text(f"cpu {user} 0 100 {idle} 700 0 0 0 {user} 0\nintr 1 2 3\n")


@pytest.fixture
def times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Times:
    return Times(tmp_path, monkeypatch)


def test_our_own_work_is_not_others(times: Times) -> None:
    others = BackgroundLoad()
    times.now, times.own = 60.0, 7.0 + 20.0  # two threads for ten seconds
    times.tell(user=1000 + 2000, idle=9000)
    assert others.processors() == pytest.approx(0.0)
    assert others.reason(threads=4) == ()


def test_others_are_what_is_left(times: Times) -> None:
    others = BackgroundLoad()
    times.now, times.own = 60.0, 7.0 + 10.0
    times.tell(user=1000 + 1000 + 1500, idle=9500)
    assert others.processors() == pytest.approx(1.5)
    assert others.reason(threads=2) == ()  # four processors: two for us, one and a half for them
    assert "kept 1.5 of 4 processors busy" in others.reason(threads=3)[0]


def test_what_happens_on_processors_we_may_not_use_disturbs_nobody(
    times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "affinity", lambda: frozenset({1, 3}))
    rows = "cpu {} 0 0 0 0 0 0 0\ncpu0 {} 0 0 0 0 0 0 0\ncpu1 0 0 {} 0 0 0 0 0\ncpu2 0 0 0 7 0\ncpu3 0 0 0 7 0\n"
    times.path.write_text(rows.format(0, 0, 0))
    others = BackgroundLoad()
    times.now = 60.0
    times.path.write_text(rows.format(2000, 1500, 500))
    assert others.processors() == pytest.approx(0.5)
    assert others.reason(threads=1) == ()
    assert "kept 0.5 of 2 processors busy" in others.reason(threads=2)[0]


def test_a_quota_is_blamed_for_what_it_does_and_others_are_not(times: Times) -> None:
    groups = times.root / "sys/fs/cgroup"
    groups.mkdir(parents=True)
    (times.root / "proc/self/mountinfo").write_text("25 20 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
    (times.root / "proc/self/cgroup").write_text("0::/\n")
    (groups / "cpu.max").write_text("50000 100000\n")
    (groups / "cpu.stat").write_text("throttled_usec 1000000\n")
    others = BackgroundLoad()
    times.now, times.own = 60.0, 7.0 + 5.0
    times.tell(user=1000 + 500 + 200, idle=9000)
    assert others.reason(threads=4) == (), "half a processor of ours and a fifth of theirs leave four nearly idle"
    (groups / "cpu.stat").write_text("throttled_usec 9000000\n")
    (said,) = others.reason(threads=4)
    assert said == (
        "this container may use 0.5 of a processor's time, and was held back for 8.0 of 10.0 s; 1 thread, or a larger "
        "quota, makes it surer"
    )


def test_where_the_system_does_not_say_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    others = BackgroundLoad()
    assert others.processors() is None
    assert others.reason(threads=64) == ()


@needs_stat
def test_a_program_that_works_beside_us_is_seen() -> None:
    endless = "print('working', flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", endless], stdout=subprocess.PIPE, text=True) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        others = BackgroundLoad()
        time.sleep(0.6)
        seen = others.processors()
        busy.kill()
    assert seen is not None
    assert seen > 0.2, "whoever else works is among the others too; only a narrow quota leaves it less than this"
