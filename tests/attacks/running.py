"""Run the command line in this process and say what was wrong with how it ended."""

from __future__ import annotations

import contextlib
import io
import json
import re
import signal
import traceback
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import NamedTuple

from designer.__main__ import main

LONGEST_S = 60.0
"""After so long a command hangs: all that is attacked with is small, and machines are slow at times."""


class TookTooLongError(BaseException):
    """A command did not end; no BaseException of ours is caught on the way."""


class Ended(NamedTuple):
    """How a command ended.

    Attributes:
        words: What was asked.
        status: Its exit status; None where it raised or hung.
        out: Standard output.
        err: Standard error.
        fault: What is wrong with that; empty where nothing is.
    """

    words: Sequence[str]
    status: int | None
    out: str
    err: str
    fault: str


@contextlib.contextmanager
def _alarmed() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def command(*words: str, allowed: Sequence[int] = (0, 1, 2)) -> Ended:
    """Run a command; a traceback, a hang, another exit status or raw control characters are faults."""
    out, err = io.StringIO(), io.StringIO()
    status: int | None = None
    fault = ""
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _alarmed():
        try:
            status = main(list(words))
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 2
        except TookTooLongError:
            fault = f"it did not end within {LONGEST_S:g} s"
        except BaseException:  # noqa: BLE001  # whatever it is, it is what was looked for
            fault = traceback.format_exc()
    if not fault:
        fault = _fault(words, status, out.getvalue(), err.getvalue(), allowed)
    return Ended(words, status, out.getvalue(), err.getvalue(), fault)


def _fault(words: Sequence[str], status: int | None, out: str, err: str, allowed: Sequence[int]) -> str:
    if status not in allowed:
        return f"exit status {status}"
    if "Traceback" in err:
        return err
    if status != 0 and not err.strip() and not out.strip():
        return f"exit status {status} and not a word"
    raw = re.search("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ud800-\\udfff]", out + err)
    if raw:
        return f"raw {raw[0]!r} on the terminal"
    if len(out) + len(err) > 2_000_000:
        return f"{len(out) + len(err)} letters on the terminal"
    if "--json" in words:
        try:
            json.loads(out)
        except ValueError:
            return f"no one JSON object: {out[:200]!r}"
    return ""
