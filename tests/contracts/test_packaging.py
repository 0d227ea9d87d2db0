"""What a fresh machine installs: pins for every package asked for, and README's commands for the run to find."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from designer.ui.shell import system_libraries

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [
    Requirement(text) for text in chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
]


def pins() -> dict[str, Version]:
    lines = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): Version(version) for name, version in pairs}


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_a_requirement_has_a_pin_within_its_range(requirement):
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def test_pins_name_no_build():
    assert [name for name, version in pins().items() if version.local] == []


def test_qt_that_loses_references_is_refused_where_none_is_mortal():
    qt = [requirement for requirement in REQUIREMENTS if requirement.name == "PySide6-Essentials"]

    def accepts(version: str, python: str) -> bool:
        asked = [part for part in qt if part.marker is None or part.marker.evaluate({"python_version": python})]
        assert len(asked) == 1
        return Version(version) in asked[0].specifier

    assert not accepts("6.12.0", "3.11")
    assert accepts("6.11.3", "3.11")
    assert accepts("6.12.0", "3.12")


def test_the_command_starts_the_program():
    module, function = PROJECT["scripts"]["bottleneck-designer"].split(":")

    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("command", ["run", "test"])
def test_readme_marks_its_commands(command):
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert re.search(rf"^<!-- command: {command} -->\n```sh\n\S.*\n```$", text, re.MULTILINE)


def test_the_run_installs_what_the_window_asks_for():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    listed = re.search(r"DEBIAN_PACKAGES=\((.*?)\)", script, re.DOTALL)
    assert listed is not None

    assert set(system_libraries.required("xcb", "linux").values()) <= set(listed[1].split())


def test_readmes_map_is_the_house() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    drawing = text.split("## The house")[1].split("```")[1]
    found, above = set(), {0: "designer"}
    for line in drawing.strip().splitlines()[1:]:
        depth, entry = (len(line) - len(line.lstrip())) // 2, line.split()[0].rstrip("/")
        above[depth] = f"{above[depth - 1]}/{entry}"
        found.add(above[depth])
    folders = {
        path.parent.relative_to(ROOT).as_posix()
        for path in (ROOT / "designer").rglob("*")
        if path.is_file() and path.suffix in {".py", ".html"} and path.parent != ROOT / "designer"
    }
    assert {entry for entry in found if not entry.endswith(".py")} == folders
    assert all((ROOT / entry).exists() for entry in found)


def test_what_readme_says_where_things_go_is_there() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("| to add | goes where |")[1].split("\n\n")[0]
    named = re.findall(r"`([a-z_/]+(?:\.py|/))`", table)
    assert len(named) > 10
    assert [place for place in named if not (ROOT / "designer" / place).exists()] == []
