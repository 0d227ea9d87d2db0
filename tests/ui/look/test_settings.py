"""Settings come back as they were left, and nonsense in the file counts as absent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from designer.measurement.options import BackendConfiguration, ElementType, MemoryFormat
from designer.ui.look.settings import MAX_RECENT, Settings

CHOSEN = BackendConfiguration(device="cuda:0", threads=3, batch=8, dtype=ElementType.BFLOAT16, backend="frozen")


def opened(path: Path) -> Settings:
    return Settings(QSettings(str(path), QSettings.Format.IniFormat))


def test_everything_comes_back_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    first = opened(file)
    first.theme, first.live, first.measuring = "dark", False, CHOSEN
    first.open_files = (tmp_path / "a.design.json", tmp_path / "b.design.json")
    first.keep_window(QByteArray(b"geometry"), QByteArray(b"docks"))
    first.sync()
    again = opened(file)
    assert (again.theme, again.live, again.measuring) == ("dark", False, CHOSEN)
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
    file.write_text("[look]\ntheme=mauve\n[measure]\nthreads=many\nbatch=-4\ndtype=int7\n")
    settings = opened(file)
    assert (settings.theme, settings.measuring) == ("system", BackendConfiguration())


def test_what_an_older_version_kept_is_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    file.write_text(
        "[measure]\ndevice=cuda:0\nthreads=0\nbatch=8\ndtype=float16\nmemory_format=channels_last\nbackend=folded\n"
    )
    kept = BackendConfiguration(
        device="cuda:0",
        threads=None,  # 0 left it to the program
        batch=8,
        dtype=ElementType.FLOAT16,
        memory_format=MemoryFormat.CHANNELS_LAST,
        backend="folded",
    )
    assert opened(file).measuring == kept


def test_what_is_left_to_the_program_again_is_kept_so(tmp_path: Path) -> None:
    settings = opened(tmp_path / "settings.ini")
    settings.measuring = CHOSEN
    settings.measuring = BackendConfiguration()
    assert settings.measuring == BackendConfiguration()
