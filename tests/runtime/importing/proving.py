"""What tests of every format that comes in need: the proof asked for, designs to send out and back, damaged copies."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from designer.files.design_json import load
from designer.graph.design import Design
from designer.importing.model_files import ImportOptions
from designer.runtime.compile.module import compile_module
from designer.runtime.importing.load import LoadedModel, load_model
from designer.templates.networks import templates

EXAMPLES = sorted((Path(__file__).parents[3] / "resources" / "examples").glob("*.json"))

every_design = pytest.mark.parametrize(
    "design",
    [
        *(pytest.param(each.build(), id=each.key) for each in templates()),
        *(pytest.param(load(path), id=path.name.partition(".")[0]) for path in EXAMPLES),
    ],
)
"""A test runs with each template and each example."""


def proved(path: Path, **options: Any) -> LoadedModel:
    """What a file is drawn as, which was run beside it with outputs that are not all zeros."""
    loaded = load_model(path, ImportOptions(**options))
    assert loaded.proved, loaded.result.unproved
    assert loaded.result.runs[0].max_abs_output > 0
    return loaded


def assert_computes_the_same(loaded: LoadedModel, design: Design) -> None:
    """Assert that what came in computes what a design does with the weights that a fresh module of it has."""
    compiled, original = compile_module(loaded.design).eval(), compile_module(design).eval()
    compiled.load_state_dict(dict(loaded.weights))
    source = torch.Generator().manual_seed(1)
    inputs = [torch.randn(shape, generator=source) for shape in original.input_shapes]
    with torch.no_grad():
        torch.testing.assert_close(compiled(*inputs), original(*inputs), rtol=1e-3, atol=1e-4)


# Damage --------------------------------------------------------------------------------------------------------------

MOST_SECONDS = 10.0
MOST_BYTES = 2 * 2**30

_READING = """
import resource, sys, time, warnings
warnings.simplefilter("ignore")
from designer.errors import DesignerError
from designer.runtime.importing.load import load_model
for path in sys.argv[1:]:
    begin = time.process_time()
    try:
        load_model(path)
        words = "read"
    except DesignerError as error:
        words = "refused " + " ".join(str(error).split())
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"{seconds:.3f} {peak} {words}", flush=True)
"""


@dataclass(frozen=True)
class Answer:
    """What came of reading a file, in a process that read others too.

    Attributes:
        path: The file.
        seconds: How long it took of a processor, whatever else runs on the machine.
        peak: The most bytes that the process has had so far.
        words: ``read``, or ``refused`` and why.
    """

    path: Path
    seconds: float
    peak: int
    words: str

    @property
    def is_refused(self) -> bool:
        return self.words.startswith("refused")


def damaged_copies(whole: bytes, folder: Path, ending: str, count: int, seed: int = 0, tables: int = 0) -> list[Path]:
    """Copies of a file that were cut off, had bits turned, or had bytes put in, as many of each.

    Args:
        whole: The file.
        folder: Where the copies go.
        ending: What their names end in.
        count: How many.
        seed: Of the damage.
        tables: From which byte on bits are turned: what lies before are weights, and another number is no damage.
    """
    source = random.Random(seed)
    paths = []
    for index in range(count):
        content = bytearray(whole)
        if index % 3 == 0:
            content = content[: source.randrange(len(content))]
        elif index % 3 == 1:
            for _ in range(source.choice((1, 4, 20))):
                content[source.randrange(tables, len(content))] ^= 1 << source.randrange(8)
        else:
            start = source.randrange(len(content))
            content[start:start] = bytes(source.randrange(256) for _ in range(source.randrange(1, 40)))
        paths.append(folder / f"{seed}-{index}{ending}")
        paths[-1].write_bytes(bytes(content))
    return paths


def answers(paths: Sequence[Path]) -> list[Answer]:
    """What a process of its own says to each file; it must live through all of them."""
    command = [sys.executable, "-c", _READING, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30 + MOST_SECONDS * len(paths), check=False)
    lines = [line.split(" ", 2) for line in done.stdout.splitlines()]
    found = [
        Answer(path, float(seconds), int(peak), words)
        for path, (seconds, peak, words) in zip(paths, lines, strict=False)
    ]
    assert done.returncode == 0, f"{len(found)} of {len(paths)} were answered, then: {done.stderr[-2000:]}"
    assert len(found) == len(paths)
    return found


def assert_ends_in_words(paths: Sequence[Path], at_least: int) -> None:
    """Assert that each damaged file is read or refused in words that name it, quickly and in little memory.

    Args:
        paths: The files.
        at_least: How many of them are refused.
    """
    found = answers(paths)
    slow = [each for each in found if each.seconds > MOST_SECONDS]
    large = [each for each in found if each.peak > MOST_BYTES]
    mute = [each for each in found if each.is_refused and (str(each.path) not in each.words or len(each.words) < 60)]
    assert [*slow, *large, *mute] == []
    assert sum(each.is_refused for each in found) >= at_least
