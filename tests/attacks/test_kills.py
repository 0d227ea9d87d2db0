"""A few kills; ``python -m tests.attacks.kills --count 300`` are many."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="children are forked")
def test_kills_tear_and_leave_nothing() -> None:
    # In a process of its own: this one may have threads, which a forked child would wait for.
    done = subprocess.run(
        [sys.executable, "-m", "tests.attacks.kills", "--count", "20"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["20 kills: 0 faults"], done.stdout + done.stderr
