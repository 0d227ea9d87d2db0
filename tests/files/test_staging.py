"""Files put in place together, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from designer.errors import ExportError
from designer.files.staging import clear_abandoned, staged
from tests.no_locks import refuse_locks


def test_several_files_are_put_in_place(tmp_path: Path) -> None:
    (tmp_path / "net.bin").write_bytes(b"old")
    with staged(tmp_path / "net.xml") as staging:
        staging.draft.write_bytes(b"graph")
        staging.draft.with_name("net.bin").write_bytes(b"weights")
        assert (tmp_path / "net.bin").read_bytes() == b"old"
        staging.commit(("net.bin", "net.xml"))
    assert sorted(os.listdir(tmp_path)) == ["net.bin", "net.xml"]
    assert (tmp_path / "net.bin").read_bytes() == b"weights"


def test_any_failure_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "net.xml").write_bytes(b"old")

    def fail() -> None:
        with staged(tmp_path / "net.xml") as staging:
            staging.draft.write_bytes(b"new")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert os.listdir(tmp_path) == ["net.xml"]
    assert (tmp_path / "net.xml").read_bytes() == b"old"


def test_where_the_second_cannot_be_moved_the_first_goes_back(tmp_path: Path) -> None:
    (tmp_path / "net.bin").write_bytes(b"old")

    def put() -> None:
        with staged(tmp_path / "net.xml") as staging:
            (staging.folder / "net.bin").write_bytes(b"new")
            staging._move(("net.bin", "gone.xml"), (tmp_path / "net.bin", tmp_path / "gone.xml"))

    with pytest.raises(ExportError, match="it cannot be written"):
        put()
    assert os.listdir(tmp_path) == ["net.bin"]
    assert (tmp_path / "net.bin").read_bytes() == b"old"


def test_a_protected_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "net.xml"
    place.write_bytes(b"old")
    place.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # as for anybody but root
    with pytest.raises(ExportError, match="protected against writing"), staged(place):
        pass
    assert place.read_bytes() == b"old"


def test_no_folder_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not there"), staged(tmp_path / "no" / "a.xml"):
        pass
    with pytest.raises(ExportError, match="is a folder"), staged(tmp_path):
        pass


def write(target: Path, error: Exception) -> None:
    """Fail in the middle of writing."""
    with staged(target) as staging:
        staging.draft.write_bytes(b"new")
        raise error


def test_what_the_disk_said_is_found_behind_another_packages_error(tmp_path: Path) -> None:
    error = RuntimeError("the writer was not closed")
    error.__context__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(ExportError, match=r"net\.xml: it cannot be written: no space left on device; the disk is full"):
        write(tmp_path / "net.xml", error)
    assert os.listdir(tmp_path) == []


def test_a_disk_without_room_is_the_reason_where_a_package_gave_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RuntimeError, match="iostream"):
        write(tmp_path / "net.xml", RuntimeError("iostream error"))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2))
    with pytest.raises(ExportError, match="the disk is full; make room"):
        write(tmp_path / "net.xml", RuntimeError("iostream error"))


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="file name too long; choose a shorter name"), staged(tmp_path / ("n" * 300)):
        pass


WRITER = """
import sys
from designer.files.staging import staged
with staged(sys.argv[1]) as staging:
    staging.draft.write_bytes(b"half of it")
    print("written", flush=True)
    sys.stdin.read()
"""


def half_written(target: Path) -> subprocess.Popen[str]:
    """Another process in the middle of writing."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    return process


def test_what_a_killed_process_left_is_cleared_and_what_another_writes_is_not(tmp_path: Path) -> None:
    target = tmp_path / "net [1].xml"
    foreign = tmp_path / f".{target.name}.mine.part"
    foreign.mkdir()
    with half_written(target) as process:
        assert not clear_abandoned(target)
        assert len(os.listdir(tmp_path)) == 2
        process.kill()
        process.wait()
        assert len(os.listdir(tmp_path)) == 2
        assert clear_abandoned(target)
    assert os.listdir(tmp_path) == [foreign.name]


def test_the_next_one_to_write_clears_up(tmp_path: Path) -> None:
    target = tmp_path / "net.xml"
    with half_written(target) as process:
        process.kill()
        process.wait()
    with staged(target) as staging:
        assert [tmp_path / name for name in os.listdir(tmp_path)] == [staging.folder]


def test_two_at_once_do_not_clear_each_other(tmp_path: Path) -> None:
    with staged(tmp_path / "net.xml") as one, staged(tmp_path / "net.xml") as other:
        assert one.folder.is_dir()
        assert other.folder.is_dir()


def test_a_folder_that_nobody_had_time_to_mark_is_cleared(tmp_path: Path) -> None:
    target = tmp_path / "net.onnx"
    empty, young, full = (tmp_path / f".{target.name}.{word}.part" for word in ("old", "young", "full"))
    for folder in (empty, young, full):
        folder.mkdir()
    (full / "a_persons.txt").write_text("not ours")
    for folder in (empty, full):
        os.utime(folder, (1.0, 1.0))
    with staged(target) as staging:
        staging.draft.write_bytes(b"graph")
        staging.commit((target.name,))
    assert sorted(os.listdir(tmp_path)) == sorted([full.name, young.name, target.name])


def test_where_the_disk_knows_no_locks_files_are_written_and_nothing_of_others_is_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "net.xml"
    with half_written(target) as process:
        refuse_locks(monkeypatch, errno.ENOLCK)
        with staged(target) as staging:
            staging.draft.write_bytes(b"graph")
            staging.commit((target.name,))
        assert target.read_bytes() == b"graph"
        assert not clear_abandoned(target)
        process.kill()
        process.wait()
        assert not clear_abandoned(target), "it cannot be known whether anybody writes there"
