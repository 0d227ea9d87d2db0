"""No modules import each other in a circle: whoever reads one need not have read all the others first.

Imports inside functions and those for type checkers count: a circle that is hidden there is a circle to its reader.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator, Set
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).resolve().parents[2]

CIRCLES = [
    pytest.param({"one": "from {room} import two", "two": "from {room}.one import X"}, id="at the top"),
    pytest.param(
        {"one": "import {room}.two", "two": "def call():\n    from {room}.one import X"}, id="inside a function"
    ),
    pytest.param(
        {
            "one": "from {room}.two import X",
            "two": "from {room}.three import X",
            "three": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {room}.one import X",
        },
        id="of three, for type checkers",
    ),
    pytest.param({"one": "import designer", "__init__": "from {room}.one import X"}, id="through the package"),
]


def circles(root: Path) -> list[list[str]]:
    """The names of modules that reach each other by imports, in groups; ``root`` holds the package."""
    modules = {_name(path, root): path for path in (root / "designer").rglob("*.py")}
    graph = networkx.DiGraph()
    for name, path in modules.items():
        graph.add_edges_from((name, each) for each in _imported(path, modules.keys()) if each != name)
    return [sorted(each) for each in networkx.strongly_connected_components(graph) if len(each) > 1]


def _name(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, names: Set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inside = {f"{node.module}.{each.name}" for each in node.names}
            yield from {each if each in names else node.module for each in inside} & names


def test_no_modules_import_each_other_in_a_circle():
    assert circles(ROOT) == []


@pytest.mark.parametrize("modules", CIRCLES)
def test_a_planted_circle_is_found(tmp_path, modules):
    shutil.copytree(ROOT / "designer", tmp_path / "designer", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in modules.items():
        folder = tmp_path / "designer"
        room = folder if name == "__init__" else folder / "graph"
        with (room / f"{name}.py").open("a") as file:
            file.write("\n" + text.format(room="designer.graph") + "\n")
    planted = {"designer" if name == "__init__" else f"designer.graph.{name}" for name in modules}

    (found,) = circles(tmp_path)

    assert set(found) == planted
