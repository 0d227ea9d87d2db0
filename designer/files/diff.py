"""``bottleneck-designer diff``: how two design files differ in structure, in words or as JSON, for people and for git.

Three ways to be called:

- ``diff A B`` prints one line a change and ends with 0 where the designs are the same up to ids, order and places, with
  1 where they differ; the command line's own 2 says that one cannot be read.
- ``diff --textconv FILE`` prints the design a line a node. As git's ``diff.<driver>.textconv`` it lets ``git diff``,
  ``git log -p`` and ``git blame`` show their own kind of difference on it. It never fails: of a file that is no sound
  design it prints why, and then the file as it is.
- With the seven arguments (nine for a renamed file) that git gives an external driver, ``diff.<driver>.command`` or
  ``GIT_EXTERNAL_DIFF``, it prints the file's path and the changes under it, and ends with 0, as git wants it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from designer.errors import DesignerError, DesignFileError
from designer.files.design_json import load
from designer.graph.design import Design
from designer.matching.changes import Change, PlacedWire
from designer.matching.design_in_words import design_text, one_line
from designer.matching.differences_in_words import change_line, difference_lines
from designer.matching.matching import match_designs
from designer.wording import json_line

SAME, DIFFERENT = 0, 1

_DRIVER_ARGUMENTS = (7, 9)
_CALLED_BY_GIT = "GIT_DIFF_PATH_COUNTER"


def run(files: Sequence[str], out: TextIO, as_json: bool = False, as_text: bool = False) -> int:
    """Do one of the three and give the exit status.

    Args:
        files: Two designs, or what git gives an external driver.
        out: Where to print.
        as_json: Print the changes as JSON.
        as_text: Print one design a line a node, for git's textconv.

    Raises:
        DesignFileError: One of two files that are compared cannot be read.
        DesignerError: There are too few files, or too many.
    """
    if as_text and len(files) == 1:
        out.write(textconv(files[0]))
        return SAME
    if not as_text and _is_driver_call(files):
        out.writelines(f"{line}\n" for line in driver_lines(files))
        return SAME
    if as_text or len(files) != 2:
        wanted = "one file" if as_text else "two files"
        raise DesignerError(f"diff takes {wanted} here and got {len(files)}; diff --help says more")
    data = difference_data(load(files[0]), load(files[1]))
    lines = (
        [json_line(data, getattr(out, "encoding", None))] if as_json else [change["line"] for change in data["changes"]]
    )
    out.writelines(f"{line}\n" for line in lines)
    return SAME if data["same"] else DIFFERENT


def difference_data(before: Design, after: Design) -> dict[str, Any]:
    """The structural difference as plain JSON data."""
    matching = match_designs(before, after)
    return {
        "before": before.name,
        "after": after.name,
        "same": matching.is_same,
        "proven_minimal": matching.is_minimal,
        "changes": [
            {**_change_data(change), "line": change_line(change, before, after, matching)}
            for change in matching.changes
        ],
        "pairs": [[list(old), list(new)] for old, new in matching.pairs.items()],
    }


def textconv(path: str) -> str:
    """What ``--textconv`` prints of a file."""
    try:
        return design_text(load(path))
    except DesignFileError as error:
        return f"{one_line(str(error))}\n{_raw(path)}"


def driver_lines(arguments: Sequence[str]) -> Iterator[str]:
    """What git shows of one file: its path, then a line a change; only the path and a word for an unsettled merge."""
    path = one_line(arguments[0])
    if len(arguments) not in _DRIVER_ARGUMENTS:
        yield f"design {path}: merge not settled"
        return
    old, new = arguments[1], arguments[4]
    renamed = f" → {one_line(arguments[7])}" if len(arguments) == max(_DRIVER_ARGUMENTS) else ""
    yield f"design {path}{renamed}{_birth_and_death(old, new)}"
    try:
        before, after = _loaded(old), _loaded(new)
    except DesignFileError as error:
        yield f"  {one_line(str(error))}"
        return
    yield from (f"  {line}" for line in difference_lines(before, after))


def _is_driver_call(files: Sequence[str]) -> bool:
    return len(files) in _DRIVER_ARGUMENTS or _CALLED_BY_GIT in os.environ


def _birth_and_death(old: str, new: str) -> str:
    if old == os.devnull:
        return " (new)"
    return " (deleted)" if new == os.devnull else ""


def _loaded(path: str) -> Design:
    return Design() if path == os.devnull else load(path)


def _raw(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "before": None if change.before is None else list(change.before),
        "after": None if change.after is None else list(change.after),
        "fields": [
            {"name": item.name, "before": item.before, "after": item.after, "unit": item.unit} for item in change.fields
        ],
        "wires_removed": [_wire_data(placed) for placed in change.wires_removed],
        "wires_added": [_wire_data(placed) for placed in change.wires_added],
    }


def _wire_data(placed: PlacedWire) -> dict[str, Any]:
    return {"inside": list(placed.scope), "from": str(placed.wire.source), "to": str(placed.wire.target)}
