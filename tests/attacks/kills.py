"""Kill processes while they save and export: whatever was there is whole, and the next write leaves nothing lying.

Each child is forked, writes one of two designs in turns until it is killed, and never gets to clean up.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

from designer.edit.edits import set_parameter
from designer.files.design_json import load, save
from designer.graph.design import Design, NodeId
from designer.runtime.formats.export import export_design
from designer.templates.networks import template

LONGEST_S = 0.05
"""A child lives at most so long: a save of a small design takes about a tenth of it."""


def two_designs() -> tuple[Design, Design]:
    """Designs that differ in one number."""
    one = template("mobilenet_v2").build(width=0.25, resolution=32, classes=10)
    return one, set_parameter(one, [NodeId("head")], "out_channels", 77)


def _killed(writes: Callable[[int], object], after_s: float) -> None:
    """Fork, write without end, and kill the child."""
    child = os.fork()
    if child == 0:
        for number in count():
            writes(number)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _aged(folder: Path) -> None:
    """Make what was left look as it does a minute later."""
    for left in folder.iterdir():
        then = left.stat().st_mtime - 60
        os.utime(left, (then, then))


def run(kills: int, seed: int = 0) -> list[str]:
    """Kill so often; gives what was torn, lost or left lying."""
    source, designs, faults = Random(seed), two_designs(), []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        file, table = place / "net.design.json", place / "net.md"
        save(designs[0], file)
        export_design(designs[0], table, "markdown")
        tables = {table.read_bytes()}
        export_design(designs[1], table, "markdown")
        tables.add(table.read_bytes())
        for kill in range(kills):
            if source.random() < 0.7:
                _killed(lambda number: save(designs[number % 2], file), source.uniform(0.0, LONGEST_S))
            else:
                _killed(
                    lambda number: export_design(designs[number % 2], table, "markdown"),
                    source.uniform(0.0, 4 * LONGEST_S),
                )
            if load(file) not in designs:
                faults.append(f"kill {kill}: the design is neither of the two")
            if table.read_bytes() not in tables:
                faults.append(f"kill {kill}: the table is neither of the two")
        _aged(place)
        save(designs[0], file)
        export_design(designs[0], table, "markdown")
        faults += [f"left lying: {name}" for name in sorted(os.listdir(place)) if name not in (file.name, table.name)]
    return faults


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    faults = run(options.count, options.seed)
    print(*faults, sep="\n")
    print(f"{options.count} kills: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
