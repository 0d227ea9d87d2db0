"""The dependency rule: import-linter holds the tree to it, and bites when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]

DOWNWARDS = "Rooms import downwards only"
CALLERS = "Only the worker, the command line and the library's entrance call the runtime"
REACH = "No room reaches the runtime through another, so the window has no PyTorch"
RUNTIME = "The runtime reads what a design is, means and leaves as; it edits nothing"
HEAVY = "Heavy packages have one room each: Qt the window; PyTorch, ONNX and NumPy the runtime"

VIOLATIONS = [
    pytest.param("graph", "import torch", HEAVY, id="torch in graph"),
    pytest.param(
        "layers", "def build():\n    from torch import nn\n    return nn", HEAVY, id="torch inside a function"
    ),
    pytest.param(
        "layers",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy",
        HEAVY,
        id="numpy for a type hint",
    ),
    pytest.param("files", "import onnx", HEAVY, id="onnx in files"),
    pytest.param("ui", "import onnxruntime", HEAVY, id="onnxruntime in the window"),
    pytest.param("measurement", "import torch", HEAVY, id="torch beside the records of measurements"),
    pytest.param("measurement", "from PySide6 import QtCore", HEAVY, id="Qt beside the records of measurements"),
    pytest.param("edit", "import networkx", HEAVY, id="networkx outside its view"),
    pytest.param("analysis", "import fast_sugiyama", HEAVY, id="fast-sugiyama outside the layout"),
    pytest.param("files", "import filelock", HEAVY, id="filelock beside the lock"),
    pytest.param("ui", "import jinja2", HEAVY, id="jinja2 outside the report"),
    pytest.param("charts", "import PySide6.QtGui", HEAVY, id="Qt in the charts' data"),
    pytest.param("runtime", "from PySide6 import QtCore", HEAVY, id="Qt in the runtime"),
    pytest.param("analysis", "import PySide6.QtGui", HEAVY, id="Qt in the analysis"),
    pytest.param("graph", "from designer.edit import edits", DOWNWARDS, id="graph imports edit"),
    pytest.param("analysis", "from designer.ui import planted", DOWNWARDS, id="analysis imports the window"),
    pytest.param("files", "from designer.export import planted", DOWNWARDS, id="files and export know each other"),
    pytest.param("runtime", "from designer.edit import edits", RUNTIME, id="runtime edits"),
    pytest.param("ui", "import designer.runtime.planted", CALLERS, id="the window calls the runtime"),
    pytest.param("worker", "import designer.runtime.planted", CALLERS, id="the messages call the runtime"),
    pytest.param("ui", "import designer", REACH, id="the window reaches it through the entrance"),
    pytest.param("ui", "import designer.worker.__main__", REACH, id="the window imports the worker's loop"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    # Wide, so that no contract's name is broken over two lines.
    environment = {"PATH": "", "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        LINT, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The package with an empty module ``planted`` in each room, and the entrances calling the runtime."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "designer", folder / "designer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    rooms = sorted(path.parent for path in (folder / "designer").glob("*/__init__.py"))
    for room in rooms:
        (room / "planted.py").write_text("")
    for entrance in ("__init__.py", "commands/bench.py", "worker/__main__.py"):
        with (folder / "designer" / entrance).open("a") as file:
            file.write("\n\ndef _planted():\n    import designer.runtime.planted\n")
    return folder


def test_the_tree_keeps_its_contracts():
    finished = lint(ROOT)

    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_entrances_may_call_the_runtime(copy):
    finished = lint(copy)

    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize(("room", "statement", "contract"), VIOLATIONS)
def test_a_planted_violation_is_found(copy, room, statement, contract):
    planted = copy / "designer" / room / "planted.py"
    planted.write_text(statement + "\n")
    try:
        finished = lint(copy)
    finally:
        planted.write_text("")

    assert finished.returncode == 1, finished.stderr
    assert f"{contract} BROKEN" in finished.stdout
    assert f"designer.{room}.planted" in finished.stdout
