"""What every command needs: exit statuses, words to standard error, one JSON object, reading a design."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

DONE, PROBLEMS, REFUSED = 0, 1, 2
INTERRUPTED = 130


def say(*lines: str) -> None:
    """Print lines to standard error."""
    for line in lines:
        print(line, file=sys.stderr)


def print_json(data: object) -> None:
    """Print one JSON object to standard output."""
    print(json.dumps(data, ensure_ascii=False, allow_nan=False))


def design_of(file: Path) -> Any:
    """The design in a file."""
    from designer.files.design_json import load

    return load(file)


def analysis_of(file: Path) -> Any:
    """What the design in a file means."""
    from designer.analysis.snapshot import analyse

    return analyse(design_of(file))


def add_file(parser: argparse.ArgumentParser) -> None:
    """Take a design file."""
    parser.add_argument("file", type=Path, metavar="FILE")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Take ``--json``."""
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
