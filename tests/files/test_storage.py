"""The user's folder on each system, and the list of recent files."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from designer.errors import DesignFileError
from designer.files.storage import RecentFiles, data_folder, make_folder

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/bottleneck-designer")),
        ("linux", {}, Path.home() / ".local" / "share" / "bottleneck-designer"),
        ("linux", {"XDG_DATA_HOME": "relative"}, Path.home() / ".local" / "share" / "bottleneck-designer"),
        ("linux", {"XDG_DATA_HOME": ""}, Path.home() / ".local" / "share" / "bottleneck-designer"),
        ("darwin", {}, Path.home() / "Library" / "Application Support" / "bottleneck-designer"),
        ("win32", {"APPDATA": "/profile/Roaming"}, Path("/profile/Roaming/bottleneck-designer")),
        ("win32", {}, Path.home() / "AppData" / "Roaming" / "bottleneck-designer"),
        ("linux", {"XDG_DATA_HOME": "/data", "BOTTLENECK_DESIGNER_DATA": "/mine"}, Path("/mine")),
        ("win32", {"APPDATA": "/profile", "BOTTLENECK_DESIGNER_DATA": "here"}, Path.cwd() / "here"),
    ],
)
def test_the_folder_on_each_system(platform: str, environment: dict[str, str], expected: Path) -> None:
    assert data_folder(environment, platform) == expected


def test_the_processs_own_environment_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOTTLENECK_DESIGNER_DATA", str(tmp_path))
    assert data_folder() == tmp_path


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_folder_is_the_users_alone(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    make_folder(tmp_path / "a" / "b")


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DesignFileError, match="cannot be made"):
        make_folder(tmp_path / "file" / "below")


def test_latest_first_and_each_once(tmp_path: Path) -> None:
    recent = RecentFiles(tmp_path / "data")
    assert recent.entries() == ()
    recent.add(tmp_path / "a.design.json", "A", NOON)
    recent.add(tmp_path / "b.design.json", "B")
    recent.add(tmp_path / "a.design.json", "A again")
    assert [(entry.path.name, entry.name) for entry in recent.entries()] == [
        ("a.design.json", "A again"),
        ("b.design.json", "B"),
    ]
    recent.forget(tmp_path / "a.design.json")
    assert [entry.name for entry in recent.entries()] == ["B"]
    recent.clear()
    assert recent.entries() == ()


def test_times_and_missing_files_are_told(tmp_path: Path) -> None:
    recent = RecentFiles(tmp_path)
    recent.add(tmp_path / "there", "T", NOON)
    (tmp_path / "there").write_text("")
    recent.add(tmp_path / "gone", "G", NOON)
    assert [(entry.used_at, entry.exists) for entry in recent.entries()] == [(NOON, False), (NOON, True)]


def test_the_list_has_an_end(tmp_path: Path) -> None:
    recent = RecentFiles(tmp_path, limit=3)
    for number in range(5):
        recent.add(tmp_path / str(number), str(number))
    assert [entry.name for entry in recent.entries()] == ["4", "3", "2"]


def test_two_programs_share_the_list(tmp_path: Path) -> None:
    one, other = RecentFiles(tmp_path), RecentFiles(tmp_path)
    one.add(tmp_path / "a", "A")
    other.add(tmp_path / "b", "B")
    one.add(tmp_path / "c", "C")
    assert [entry.name for entry in other.entries()] == ["C", "B", "A"]


def test_a_relative_path_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recent = RecentFiles(tmp_path)
    recent.add("a.design.json", "A")
    assert recent.entries()[0].path == tmp_path / "a.design.json"


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", '{"path": 1}', "[[", '[3, null, {"path": "/a"}]', '[{"path": 1, "name": 2, "used_at": 3}]', "\x00"],
)
def test_a_broken_list_counts_as_empty_and_is_mended(tmp_path: Path, text: str) -> None:
    (tmp_path / "recent.json").write_text(text)
    recent = RecentFiles(tmp_path)
    assert recent.entries() == ()
    recent.add(tmp_path / "a", "A")
    assert [entry.name for entry in recent.entries()] == ["A"]


def test_a_broken_entry_costs_only_itself(tmp_path: Path) -> None:
    good = {"path": "/a", "name": "A", "used_at": NOON.isoformat()}
    naive = {**good, "used_at": "2026-11-23T12:00:00"}
    (tmp_path / "recent.json").write_text(json.dumps([naive, good, {**good, "name": 3}]))
    assert [entry.name for entry in RecentFiles(tmp_path).entries()] == ["A"]
