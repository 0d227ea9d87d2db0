"""``python -m tests.benchmarks [NAME …] [--rounds N]``: every benchmark, each in a process of its own.

Of its own, because a library's threads, caches and settings must not reach the next one's figures.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from tests.benchmarks.rows import Benchmark, machine

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> int:
    """Print every row; 0 when every benchmark ran, whether its goal was met or not."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Time the program against its peers."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all unless said")
    parser.add_argument("--rounds", type=int, default=31, help="pairs a ratio is the median of")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if len(chosen.names) == 1:
        _run(chosen.names[0], chosen.rounds)
        return 0
    print(machine(), flush=True)
    failed = [name for name in chosen.names or NAMES if _start(name, chosen.rounds) != 0]
    if failed:
        print("did not run to the end: " + ", ".join(failed), file=sys.stderr)
    return int(bool(failed))


def _start(name: str, rounds: int) -> int:
    command = [sys.executable, "-m", "tests.benchmarks", name, "--rounds", str(rounds)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _run(name: str, rounds: int) -> None:
    module = import_module(f"tests.benchmarks.bench_{name}")
    rows: Benchmark = module.rows
    print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
    for row in rows(rounds):
        print(f"  {row.line()}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
