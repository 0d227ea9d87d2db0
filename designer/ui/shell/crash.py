"""What nobody expected: shown in a dialog, with copies of every unsaved design put by, beside nothing of the user's."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths

from designer.errors import DesignerError
from designer.files import design_json
from designer.ui.workbench.workbench import SUFFIX, Workbench, file_stem

if TYPE_CHECKING:
    from designer.ui.shell.main_window import MainWindow

MOST_COPIES = 20
"""Copies that stay in the folder, the newest."""

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def recovery_folder() -> Path:
    """The folder for copies put by: the application's own, never one of the user's."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)) / "recovery"


def put_by(bench: Workbench, folder: Path) -> list[Path]:
    """Write a copy of every design with unsaved changes into a folder; gives the files written."""
    written = []
    for tab in bench.tabs:
        design = tab.document.committed_design
        if tab.document.is_saved or tab.is_untouched:
            continue
        path = folder / f"{file_stem(design)}-{design.digest[:8]}{SUFFIX}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            design_json.save(design, path)
        except (OSError, DesignerError):
            continue  # nothing more can be done here, and the dialog below names what was written
        written.append(path)
    _keep_newest(folder)
    return written


def _keep_newest(folder: Path) -> None:
    """Remove the oldest copies where there are many: whoever wanted one has had it for many faults."""
    with contextlib.suppress(OSError):
        copies = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
        for path in copies[:-MOST_COPIES]:
            path.unlink(missing_ok=True)


def catch_unexpected(window: MainWindow) -> None:
    """Show unexpected exceptions from now on, one dialog at a time."""
    before: Hook = sys.excepthook
    is_shown = False

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal is_shown
        before(kind, error, trace)
        if is_shown or not issubclass(kind, Exception):
            return
        is_shown = True
        try:
            copies = put_by(window.bench, recovery_folder())
            window.bench.ask.tell(
                "Something unexpected happened",
                _words(error, copies),
                "".join(traceback.format_exception(kind, error, trace)),
            )
        finally:
            is_shown = False

    sys.excepthook = show


def _words(error: BaseException, copies: list[Path]) -> str:
    kept = (
        "Copies of what was not saved: " + ", ".join(map(str, copies))
        if copies
        else "Nothing was unsaved, so nothing is lost."
    )
    return f"{type(error).__name__}: {error}\n\nThe window is still there; the last step may not be complete. {kept}"
