"""Habits of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "designer").rglob("*.py"))
MODULES = [path for path in SOURCES if path.name != "__init__.py"]
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if path.name != "__init__.py")
TEXTS = [
    *SOURCES,
    *TESTS,
    *sorted((ROOT / ".ci").iterdir()),
    *(path for path in sorted(ROOT.iterdir()) if path.suffix in {".md", ".toml"}),
]

JUNK_DRAWERS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}

# A folder of one machine, as in a path to somebody's checkout; `.local/share` and URLs are none.
MACHINE_PATH = re.compile(r"(?<![\w.:/~-])/(?:home|root|work|Users)/[\w.]")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_look_at():
    assert len(MODULES) > 30
    assert ROOT / ".ci" / "run" in TEXTS


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name)
def test_no_junk_drawer(path):
    words = {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}

    assert not words & JUNK_DRAWERS, "a function without a home shows that a noun is missing"


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name)
def test_a_module_opens_with_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_nothing_speaks_of_one_machine(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if MACHINE_PATH.search(line)] == []


def test_a_package_is_no_place_for_code():
    packages = [path for path in SOURCES if path.name == "__init__.py" and path.parent != ROOT / "designer"]

    def only_names(path):
        """Whether nothing stands there but imports and the list of their names."""
        imports = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
        return all(isinstance(node, imports) for node in ast.parse(path.read_text(encoding="utf-8")).body)

    assert [name(path) for path in packages if not only_names(path)] == []


def test_every_folder_of_modules_is_a_package():
    folders = {path.parent for path in SOURCES}

    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
