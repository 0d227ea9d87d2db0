"""Earlier states of a design file from git: which there are, and what one of them held. Changes nothing.

git is run as a program with everything switched off that a repository's own configuration could make it start.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from designer.errors import DesignFileError
from designer.files.design_json import loads
from designer.graph.design import Design

MOST_REVISIONS = 200
_PATIENCE_S = 10.0
_SEPARATOR = "\x1f"
_SAFELY = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=" + os.devnull),
    *("-c", "core.pager=cat"),
    *("-c", "log.showSignature=false"),
)


@dataclass(frozen=True)
class Revision:
    """One commit that touched the file.

    Attributes:
        id: The commit's whole name.
        date: Its day, ``2026-11-24``.
        subject: The first line of its message.
        path: What the file was called then, from the top of the repository.
    """

    id: str
    date: str
    subject: str
    path: str

    @property
    def title(self) -> str:
        """``1a2b3c4  2026-11-24  Halve the expansion``."""
        return f"{self.id[:7]}  {self.date}  {self.subject}"


def revisions(path: Path) -> tuple[Revision, ...]:
    """Commits that touched a file, the latest first, through renames.

    Raises:
        DesignFileError: git is not there, or the file is in no repository of it.
    """
    form = f"--format=%x1e%H{_SEPARATOR}%as{_SEPARATOR}%s"
    words = ["log", "--follow", "--no-textconv", "--no-ext-diff", "--name-only", "-z", form, f"-{MOST_REVISIONS}"]
    printed = _git(path, *words, "--", path.name).decode(errors="replace")
    found = []
    for entry in filter(None, printed.split("\x1e")):
        head, _, names = entry.partition("\0")
        id, date, subject = head.split(_SEPARATOR, 2)
        name = names.strip("\0\n")
        if name:
            found.append(Revision(id.strip(), date, subject, name.split("\0")[0]))
    return tuple(found)


def design_at(path: Path, revision: Revision) -> Design:
    """The design that a file held at a revision.

    Raises:
        DesignFileError: The revision has no such file, or it holds no design.
    """
    text = _git(path, "cat-file", "blob", f"{revision.id}:{revision.path}").decode(errors="replace")
    return loads(text, f"{path} at {revision.id[:7]}")


def _git(path: Path, *words: str) -> bytes:
    folder = path.absolute().parent
    try:
        done = subprocess.run(
            ["git", *_SAFELY, "-C", str(folder), *words],
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError as error:
        raise DesignFileError(str(path), "", "git is not installed here; install it to see earlier states") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DesignFileError(str(path), "", f"git did not answer: {error}") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1] if said else f"git ended with {done.returncode}"
        raise DesignFileError(str(path), "", f"git knows no earlier state of it: {reason}")
    return done.stdout
