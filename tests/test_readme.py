"""README as a reader follows it: every command and the library's example run as written, in a folder of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx
import numpy
import pytest
import torch
from PIL import Image

import designer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.M | re.S)

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@dataclass(frozen=True)
class Command:
    """One line of a shell block, and the statuses that README's words allow it."""

    text: str
    statuses: tuple[int, ...] = (0,)


def commands() -> Iterator[Command]:
    """Every call of the program that README writes out, in its order."""
    for language, block in BLOCKS:
        if language != "sh":
            continue
        for line in block.replace("\\\n", " ").splitlines():
            text, _, comment = line.partition("  #")
            if text.startswith("bottleneck-designer "):
                # Where a comment tells of a status 1 beside 0, both are right for the designs here.
                yield Command(text.strip(), (0, 1) if re.search(r"\b1\b", comment) else (0,))


COMMANDS = tuple(commands())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What README's reader has: two designs, a folder of pictures, a checkpoint of training."""
    place = tmp_path_factory.mktemp("reader")
    for name, width in (("a", 0.25), ("b", 0.35)):
        designer.save(designer.template("mobilenet_v2", width=width, resolution=32), place / f"{name}.design.json")
    pictures = place / "pictures"
    pictures.mkdir()
    source = numpy.random.default_rng(0)
    for index in range(4):
        Image.fromarray(source.integers(0, 255, (40, 48, 3), dtype=numpy.uint8)).save(pictures / f"{index}.png")
    design = designer.template("mobilenet_v2", width=0.5, resolution=160)
    torch.save(designer.compile_module(design).state_dict(), place / "trained.pth")
    return place


def run(text: str, place: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(text, shell=True, cwd=place, env={**os.environ, "PATH": path}, capture_output=True, text=True)


def test_there_is_something_to_run() -> None:
    assert len(COMMANDS) > 20
    assert shutil.which("bottleneck-designer", path=str(Path(sys.executable).parent))


def test_every_command_runs_as_written(folder: Path) -> None:
    failures = []
    for command in COMMANDS:
        ended = run(command.text, folder)
        if ended.returncode not in command.statuses:
            failures.append(f"{command.text}: {ended.returncode}\n{ended.stdout[-500:]}{ended.stderr[-1500:]}")
    assert not failures, "\n".join(failures)


def test_the_librarys_example_does_what_its_comments_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = (block for language, block in BLOCKS if language == "python")
    said = dict(line.split("  # ") for line in example.splitlines() if "  # " in line)
    names: dict[str, Any] = {}
    monkeypatch.chdir(folder)
    exec(compile(example, "README", "exec"), names)  # README's own text
    assert eval("designer.check(design)", names) == eval(said["designer.check(design)"].partition(":")[0])
    assert eval("designer.cost(design).macs", names) == int(said["designer.cost(design).macs"])
    assert type(names["graph"]) is networkx.MultiDiGraph
    assert isinstance(names["module"], torch.nn.Module)
    assert designer.load("v2.design.json") == names["design"]
