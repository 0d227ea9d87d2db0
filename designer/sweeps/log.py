"""The results of a sweep in a file of JSON lines, one a point, written as they come.

A line is whole or not there: it is appended in one piece under a lock, so that two processes may write to one file, and
what a kill or a full disk left of a line is passed over. A sweep goes on from its file at any time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from designer.errors import DesignFileError, RecordError, near
from designer.locking import try_lock
from designer.sweeps.result import Result
from designer.sweeps.space import Point, Space

_WAIT_S, _LOOK_S = 60.0, 0.01


@dataclass(frozen=True)
class ReadLog:
    """What a file of results holds.

    Attributes:
        results: Its results, in order.
        torn: How many of its lines are none: cut off, or not of a sweep.
    """

    results: tuple[Result, ...]
    torn: int = 0


def read_log(path: Path) -> ReadLog:
    """Read a file of results; one that is not there holds none.

    Raises:
        DesignFileError: It cannot be read, or no line of it is a result.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ReadLog(())
    except OSError as error:
        raise DesignFileError(os.fspath(path), "", f"it cannot be read: {error.strerror or error}") from error
    results, torn = [], 0
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            results.append(Result.from_data(json.loads(line)))
        except (ValueError, RecordError, RecursionError):
            torn += 1
    if torn and not results and torn > 1:
        raise DesignFileError(os.fspath(path), "line 1", "it holds no results of a sweep; choose another file")
    return ReadLog(tuple(results), torn)


def known_points(path: Path, space: Space) -> dict[Point, Result]:
    """What a file already holds of a space; the later of two results of one point counts.

    Raises:
        DesignFileError: The file is of another design or of other fields, and would mix with this sweep's.
    """
    found: dict[Point, Result] = {}
    names = [variable.name for variable in space.variables]
    for result in read_log(path).results:
        for name in (*result.settings, *names):
            if name not in names:
                reason = f"its results vary '{name}', which this sweep does not{near(name, names)}"
                raise DesignFileError(os.fspath(path), "", f"{reason}; vary it too, or write to another file")
            if name not in result.settings:
                reason = f"its results do not vary '{name}', which this sweep does"
                raise DesignFileError(os.fspath(path), "", f"{reason}; write to another file")
        if result.base and result.base != space.base.digest:
            reason = "its results are of another design, or of an earlier state of it"
            raise DesignFileError(os.fspath(path), "", f"{reason}; write to another file")
        point = space.point_at(result.settings)
        if point is not None:  # else a value that this sweep leaves out
            found[point] = result
    return found


def results_file(folder: Path, stem: str, space: Space) -> Path:
    """The file that a sweep is kept in: the first of its name that is free, or holds results of the same space.

    Args:
        folder: Where.
        stem: How its name begins.
        space: What is swept.
    """
    for number in count(1):
        path = folder / (f"{stem}.sweep.jsonl" if number == 1 else f"{stem}.sweep-{number}.jsonl")
        try:
            known_points(path, space)
        except DesignFileError:
            continue
        return path
    raise AssertionError("numbers do not end")


class Log:
    """A file that results are appended to.

    Args:
        path: The file; made with the first result.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, results: Iterable[Result]) -> None:
        """Write results, a line each.

        Raises:
            DesignFileError: They cannot be written; what stood in the file is as it was.
        """
        text = "".join(json.dumps(result.to_data(), ensure_ascii=False) + "\n" for result in results)
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            try:
                self._wait_for(descriptor)
                _append(descriptor, text.encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            reason = f"results cannot be written: {(error.strerror or str(error)).lower()}"
            raise DesignFileError(
                os.fspath(self._path), "", f"{reason}; make room or take another place, and the sweep goes on from here"
            ) from error

    def _wait_for(self, descriptor: int) -> None:
        """Wait until no other process writes; closing the file lets go of the lock."""
        until = time.monotonic() + _WAIT_S
        while try_lock(descriptor) is False:
            if time.monotonic() > until:
                raise DesignFileError(os.fspath(self._path), "", "another process holds it; try again later")
            time.sleep(_LOOK_S)


def _append(descriptor: int, content: bytes) -> None:
    before = os.fstat(descriptor).st_size
    if before and _last_byte(descriptor, before) != b"\n":
        content = b"\n" + content  # what a kill left of a line ends here
    try:
        while content:
            content = content[os.write(descriptor, content) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def _last_byte(descriptor: int, size: int) -> bytes:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1)
