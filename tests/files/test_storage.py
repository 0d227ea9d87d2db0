"""The user's folder on each system."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from designer.errors import DesignFileError
from designer.files.storage import data_folder, make_folder


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
