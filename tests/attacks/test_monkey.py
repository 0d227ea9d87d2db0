"""A few seconds of hands that know nothing; ``python -m tests.attacks.monkey --seconds 300`` are five minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.gui
@pytest.mark.slow
def test_hands_that_know_nothing_break_and_lose_nothing() -> None:
    # In a process of its own, so that what it leaves open is nobody else's.
    done = subprocess.run(
        [sys.executable, "-m", "tests.attacks.monkey", "--seconds", "10", "--seed", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    acts = int(done.stdout.splitlines()[-1].split()[0])
    assert acts > 20
