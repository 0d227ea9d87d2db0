"""The static checks, run as tests, so that one command says whether the tree is sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "--diff", "."],
    "lint": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
}


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
def test_the_tree_passes(check):
    finished = subprocess.run(
        [sys.executable, *CHECKS[check]],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, f"{check}:\n{finished.stdout}{finished.stderr}"
