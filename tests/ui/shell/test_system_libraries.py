"""A library that Qt needs and the system lacks is named with its Debian package, before Qt could abort."""

from __future__ import annotations

import os
import subprocess
import sys

from designer.ui.shell.system_libraries import ALWAYS, ON_A_DISPLAY, missing_packages, problem, required

WITH_DISPLAY = {"DISPLAY": ":0"}


def lacking(*libraries: str) -> object:
    def load(name: str) -> object:
        if name in libraries:
            raise OSError(f"{name}: cannot open shared object file")
        return object()

    return load


def test_a_missing_library_is_answered_with_its_package() -> None:
    text = problem(WITH_DISPLAY, lacking("libEGL.so.1", "libxcb-cursor.so.0"), "linux")  # type: ignore[arg-type]
    assert text is not None
    assert "sudo apt-get install libegl1 libxcb-cursor0" in text


def test_nothing_is_said_where_nothing_is_missing() -> None:
    assert problem(WITH_DISPLAY, lambda _name: object(), "linux") is None


def test_offscreen_needs_neither_a_display_nor_its_libraries() -> None:
    assert problem({"QT_QPA_PLATFORM": "offscreen"}, lacking(*ON_A_DISPLAY), "linux") is None  # type: ignore[arg-type]
    assert required("offscreen", "linux") == ALWAYS


def test_a_machine_without_a_display_is_told_what_works_there() -> None:
    text = problem({}, lambda _name: object(), "linux")
    assert text is not None
    assert "DISPLAY" in text
    assert "xvfb-run" in text


def test_other_systems_bring_their_own() -> None:
    assert problem({}, lacking(*ALWAYS), "darwin") is None  # type: ignore[arg-type]


def test_a_name_that_no_system_has_is_missing_for_the_real_loader() -> None:
    assert missing_packages({"libsurely-not-there.so.99": "libsurely99"}) == ("libsurely99",)


def test_the_program_ends_with_words_and_a_status_where_no_window_can_be(tmp_path: object) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment["QT_QPA_PLATFORM"] = ""
    code = "import sys; from designer.ui.shell.application import run; status = run(); sys.exit(status)"
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 3
    assert "No window can be shown" in ended.stderr
