"""A lock on a folder is one process', and ends with it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from designer.files.lock import FolderLock
from tests.no_locks import NO_LOCKS, refuse_locks

HOLD = """
import sys
from pathlib import Path
from designer.files.lock import FolderLock
print("held" if FolderLock.taken(Path(sys.argv[1])) else "not held", flush=True)
sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that tries to hold the folder, and what it says."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str], how: int = signal.SIGKILL) -> None:
    process.send_signal(how)
    process.wait()
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()


def test_one_at_a_time_and_free_after_release(tmp_path: Path) -> None:
    lock = FolderLock.taken(tmp_path)
    assert lock is not None
    assert FolderLock.taken(tmp_path) is None
    lock.release()
    lock.release()
    again = FolderLock.taken(tmp_path)
    assert again is not None
    again.release()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_another_processs_lock_ends_with_it(tmp_path: Path, how: int) -> None:
    other = holder(tmp_path)
    assert said(other) == "held"
    assert FolderLock.taken(tmp_path) is None
    assert (tmp_path / "owner.lock").read_text() == str(other.pid)
    end(other, how)
    lock = FolderLock.taken(tmp_path)
    assert lock is not None
    assert (tmp_path / "owner.lock").read_text() == str(os.getpid())
    third = holder(tmp_path)
    assert said(third) == "not held"
    end(third)
    lock.release()


def test_the_lock_does_not_pass_to_programs_that_are_started(tmp_path: Path) -> None:
    lock = FolderLock.taken(tmp_path)
    assert lock is not None
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    lock.release()
    again = FolderLock.taken(tmp_path)
    assert again is not None, "a child that outlives us must not keep our folder"
    again.release()
    child.communicate()


def test_a_folder_that_is_not_there_cannot_be_held(tmp_path: Path) -> None:
    assert FolderLock.taken(tmp_path / "nowhere") is None


def test_a_folder_cleared_while_it_was_opened_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cleared(_descriptor: int, *, blocking: bool) -> bool:
        assert not blocking
        (tmp_path / "owner.lock").unlink()
        return True

    monkeypatch.setattr(filelock, "lock_descriptor", cleared)
    assert FolderLock.taken(tmp_path) is None


@pytest.mark.parametrize("number", NO_LOCKS)
def test_without_locks_the_owners_number_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    refuse_locks(monkeypatch, number)
    other = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    (tmp_path / "owner.lock").write_text(str(other.pid))
    assert FolderLock.taken(tmp_path) is None
    other.communicate()
    lock = FolderLock.taken(tmp_path)
    assert lock is not None
    lock.release()
    (tmp_path / "owner.lock").write_text("not a number")
    lock = FolderLock.taken(tmp_path)
    assert lock is not None
    lock.release()


def test_any_other_trouble_leaves_the_folder_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_locks(monkeypatch, errno.EIO)
    assert FolderLock.taken(tmp_path) is None
