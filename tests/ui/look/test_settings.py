"""Settings come back as they were left, and nonsense in the file counts as absent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from designer.ui.look.settings import MAX_RECENT, Settings


def opened(path: Path) -> Settings:
    return Settings(QSettings(str(path), QSettings.Format.IniFormat))


def test_everything_comes_back_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    first = opened(file)
    first.theme, first.live, first.device, first.threads, first.batch = "dark", False, "cuda:0", 3, 8
    first.open_files = (tmp_path / "a.design.json", tmp_path / "b.design.json")
    first.keep_window(QByteArray(b"geometry"), QByteArray(b"docks"))
    first.sync()
    again = opened(file)
    assert (again.theme, again.live, again.device, again.threads, again.batch) == ("dark", False, "cuda:0", 3, 8)
    assert again.open_files == (tmp_path / "a.design.json", tmp_path / "b.design.json")
    assert again.geometry == QByteArray(b"geometry")
    assert again.docks == QByteArray(b"docks")


def test_recent_files_are_few_and_the_latest_is_first(tmp_path: Path) -> None:
    settings = opened(tmp_path / "settings.ini")
    paths = [tmp_path / f"{index}.design.json" for index in range(MAX_RECENT + 3)]
    for path in paths:
        settings.remember(path)
    settings.remember(paths[5])
    assert settings.recent[0] == paths[5]
    assert len(settings.recent) == MAX_RECENT
    assert len(set(settings.recent)) == MAX_RECENT
    settings.forget(paths[5])
    assert paths[5] not in settings.recent


def test_one_file_comes_back_as_one_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    settings = opened(file)
    settings.open_files = (tmp_path / "only.design.json",)
    settings.sync()
    assert opened(file).open_files == (tmp_path / "only.design.json",)


def test_nonsense_counts_as_absent(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    file.write_text("[look]\ntheme=mauve\n[measure]\nthreads=many\nbatch=-4\n")
    settings = opened(file)
    assert (settings.theme, settings.threads, settings.batch) == ("system", 0, 1)
