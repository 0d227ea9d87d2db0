"""Files are whole at any moment: killed, refused or full, the old one stays as it was and nothing lies beside it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from designer.errors import DesignFileError
from designer.files.atomic import read_whole, write_whole
from designer.files.design_json import load, save
from designer.locking import hold
from designer.templates.networks import template


def test_a_file_is_replaced_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_the_mode_of_the_old_file_is_kept_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    before = os.umask(0o027)
    try:
        write_whole(path, b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    write_whole(path, b"newer")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_keeps_pointing_to_the_file(tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_bytes(b"old")
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


UNWRITABLE = {
    "no such folder": ("missing/a.txt", "no such file or directory; check the name and that its folder exists"),
    "a file on the way": ("file/a.txt", "not a directory; a part of the path is a file"),
    "a folder": ("folder", "is a directory; it is a folder; name a file in it"),
    "a name too long": ("n" * 300, "file name too long; choose a shorter name"),
    "no place in memory": ("/proc/a.design.json", "choose another place|check the name"),
    "a device": ("/dev/null", "it is a device, not a file"),
    "a null character": ("a\0b", "check the name"),
}


@pytest.mark.parametrize(("name", "reason"), UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_an_unwritable_path_is_refused_with_what_would_fix_it(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_bytes(b"here")
    (tmp_path / "folder").mkdir()
    path = str(tmp_path / name)
    with pytest.raises(DesignFileError, match=reason) as caught:
        write_whole(path, b"new")
    assert caught.value.path == path
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


# Permissions bind every user but root, so these two run as nobody where the tests run as root.
AS_NOBODY = textwrap.dedent(
    """
    import os, sys
    from designer.errors import DesignFileError
    from designer.files.atomic import write_whole
    if os.getuid() == 0:
        os.setgid(65534); os.setuid(65534)
    try:
        write_whole(sys.argv[1], b"new")
    except DesignFileError as error:
        print(error)
    """
)


def write_as_nobody(path: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no users to become")
@pytest.mark.parametrize("protect", ["file", "folder"])
def test_what_is_protected_against_writing_stays(tmp_path: Path, protect: str) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o777 if folder == tmp_path else 0o755)
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    path.chmod(0o444 if protect == "file" else 0o666)
    tmp_path.chmod(0o777 if protect == "file" else 0o555)
    try:
        said = write_as_nobody(path)
    finally:
        tmp_path.chmod(0o755)
    assert "it cannot be written" in said
    assert "choose another place" in said
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


TOO_LARGE = textwrap.dedent(
    """
    import resource, signal, sys
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    from designer.errors import DesignFileError
    from designer.files.atomic import write_whole
    try:
        write_whole(sys.argv[1], b"n" * 100_000)
    except DesignFileError as error:
        print(error)
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX'")
def test_a_disk_that_takes_only_half_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    said = subprocess.run(
        [sys.executable, "-c", TOO_LARGE, str(path)], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "file too large" in said
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


SAVING = textwrap.dedent(
    """
    import sys
    from designer.files.design_json import save
    from designer.templates.networks import template
    designs = [template("mobilenet_v2").build(classes=classes) for classes in (10, 1000)]
    print("saving", flush=True)
    while True:
        for design in designs:
            save(design, sys.argv[1])
    """
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX'")
def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "net.design.json"
    wanted = [template("mobilenet_v2").build(classes=classes) for classes in (10, 1000)]
    save(wanted[0], path)
    for attempt in range(12):
        process = subprocess.Popen([sys.executable, "-c", SAVING, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == "saving\n"
            time.sleep(0.003 * attempt)
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)
        assert load(path) in wanted


UNREADABLE = {
    "missing": ("missing", "no such file or directory; check the name"),
    "a folder": (".", "it is a folder; name a file in it"),
    "a device": ("/dev/zero", "it is a device, not a file; name a file"),
}


@pytest.mark.parametrize(("name", "reason"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(DesignFileError, match=reason):
        read_whole(tmp_path / name, 1000)


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 1000)
    assert len(read_whole(path, 1000)) == 1000
    with pytest.raises(DesignFileError, match="check the name"):
        read_whole(path, 999)


def _left_behind(folder: Path, name: str, age_s: float) -> Path:
    """A draft as a killed process leaves it."""
    draft = folder / f".{name}.4711-0123abcd.tmp"
    draft.write_bytes(b"half")
    then = time.time() - age_s
    os.utime(draft, (then, then))
    return draft


@pytest.mark.parametrize("age_s", [3600.0, -3600.0], ids=["an hour ago", "by a clock that was ahead"])
def test_what_a_killed_process_left_is_cleared_by_the_next_write(tmp_path: Path, age_s: float) -> None:
    target = tmp_path / "net.design.json"
    draft = _left_behind(tmp_path, target.name, age_s)
    others = [_left_behind(tmp_path, "net.design.json.bak", age_s), tmp_path / ".net.design.json.mine.tmp"]
    others[1].write_bytes(b"a person's")
    write_whole(target, b"whole")
    assert not draft.exists()
    assert all(other.exists() for other in others)
    assert sorted(os.listdir(tmp_path)) == sorted([target.name, *(other.name for other in others)])


def test_a_draft_of_a_living_process_or_of_this_moment_stays(tmp_path: Path) -> None:
    target = tmp_path / "net.design.json"
    young, held = _left_behind(tmp_path, target.name, 0.0), tmp_path / f".{target.name}.4712-0123abcd.tmp"
    held.write_bytes(b"half")
    os.utime(held, (1.0, 1.0))
    with held.open("rb") as stream:
        hold(stream)
        write_whole(target, b"whole")
        assert young.exists()
        assert held.exists()
    write_whole(target, b"whole")
    assert not held.exists()


def test_other_names_of_a_file_stay_its_names(tmp_path: Path) -> None:
    target, other = tmp_path / "net.design.json", tmp_path / "other.design.json"
    write_whole(target, b"a long first content")
    os.link(target, other)
    for content in (b"short", b"and a content that is longer than the first one was"):
        write_whole(target, content)
        assert other.read_bytes() == target.read_bytes() == content
        assert os.path.samefile(target, other)
    assert sorted(os.listdir(tmp_path)) == [target.name, other.name]


def test_a_write_into_a_file_of_several_names_that_is_cut_short_leaves_the_whole_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "net.design.json"
    write_whole(target, b"old")
    os.link(target, tmp_path / "other")

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode: killed() if mode == "r+b" else real(self, mode))
    with pytest.raises(Killed):
        write_whole(target, b"new and whole")
    monkeypatch.undo()
    (whole,) = tmp_path.glob(".*.whole")
    assert whole.read_bytes() == b"new and whole"
    write_whole(target, b"again")
    assert not list(tmp_path.glob(".*"))


def test_the_owner_stays_the_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "net.design.json"
    write_whole(target, b"old")
    asked: list[tuple[int, int]] = []
    if os.geteuid() == 0:
        os.chown(target, 4711, 4712)
        write_whole(target, b"new")
        assert (target.stat().st_uid, target.stat().st_gid) == (4711, 4712)
        return
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, user, group: asked.append((user, group)))
    write_whole(target, b"new")
    assert asked == [(target.stat().st_uid, target.stat().st_gid)]
