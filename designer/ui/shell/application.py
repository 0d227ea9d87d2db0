"""The boot sequence of the window.

1. Ask the system for the libraries Qt needs; where one is missing, say which package has it, instead of the abort Qt
would end in. 2. Make the application, dress it in the theme the settings name, and catch what nobody expected. 3. Show
the window with the designs that stood open last, or with MobileNetV2's bottleneck. 4. When the window stands, start the
worker: by the time someone wants a measurement, it has imported torch. Then offer unsaved work that a run before left
behind, and keep copies of this one's from now on.

Nothing here, and nothing imported from here, imports torch: the window stands before torch could be imported at all.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from designer.ui.shell import system_libraries

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from designer.ui.look.settings import Settings
    from designer.ui.shell.main_window import MainWindow
    from designer.ui.workbench.recovery_watch import RecoveryWatch


def run(paths: Sequence[Path] = ()) -> int:
    """Show the window until it is closed; gives the exit status.

    Args:
        paths: Designs to open; the ones that stood open last where there are none.
    """
    problem = system_libraries.problem()
    if problem is not None:
        sys.stderr.write(f"{problem}\n")
        return 3
    return _run_with_qt(paths)


def _run_with_qt(paths: Sequence[Path]) -> int:
    # Qt is imported only here: the check above must run where Qt cannot.
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from designer.files.storage import data_folder
    from designer.ui.look.settings import ORGANIZATION, Settings
    from designer.ui.look.theme import Choice, Theme
    from designer.ui.shell.crash import catch_unexpected
    from designer.ui.shell.main_window import TITLE, MainWindow
    from designer.ui.workbench.recovery_watch import RecoveryWatch

    application = QApplication([sys.argv[0]])
    application.setApplicationName(ORGANIZATION)
    application.setApplicationDisplayName(TITLE)
    application.setDesktopFileName(ORGANIZATION)
    settings = Settings()
    _write_as_liked(application, settings)
    window = MainWindow(settings, Theme(application, Choice(settings.theme)))
    catch_unexpected(window)
    open_first(window, paths)
    watch = RecoveryWatch(window.bench, data_folder())
    watch.trouble.connect(lambda reason: _say_uncopied(window, reason))
    _say_uncopied(window, watch.reason)
    application.aboutToQuit.connect(watch.close)
    interrupted = _end_on_interrupt(application, window, watch)
    window.show()
    QTimer.singleShot(0, window, window.worker.start)
    QTimer.singleShot(0, window, lambda: offer_recovery(window, watch))
    status = application.exec()
    return INTERRUPTED if interrupted else status


def _write_as_liked(application: QApplication, settings: Settings) -> None:
    """Take over the size of letters and the form of numbers, before anything is written with them."""
    from designer import wording
    from designer.ui.look.settings import THOUSANDS

    font = application.font()
    font.setPointSizeF(font.pointSizeF() * settings.text_percent / 100)
    application.setFont(font)
    wording.group_digits_by(THOUSANDS[settings.thousands])


INTERRUPTED = 130


def _say_uncopied(window: MainWindow, reason: str) -> None:
    window.status.keep_saying("Unsaved work is not being copied" if reason else "", reason)


def _end_on_interrupt(application: QApplication, window: MainWindow, watch: RecoveryWatch) -> list[int]:
    """Let Ctrl+C in the terminal end the window, unsaved work kept for the next start; gives a list it is noted in."""
    import signal

    from PySide6.QtCore import QTimer

    noted: list[int] = []

    def end(number: int, _frame: object) -> None:
        noted.append(number)
        watch.leave()
        window.worker.stop()
        application.exit(INTERRUPTED)

    signal.signal(signal.SIGINT, end)
    awake = QTimer(window, interval=200)  # Python hears of a signal only when it runs
    awake.timeout.connect(lambda: None)
    awake.start()
    return noted


def offer_recovery(window: MainWindow, watch: RecoveryWatch) -> None:
    """Ask about unsaved work that an earlier run left behind, where there is any."""
    copies, damaged = watch.abandoned(), watch.damaged()
    if copies or damaged:
        from designer.ui.dialogs.recovery_dialog import RecoveryDialog

        RecoveryDialog(watch, copies, damaged, window).open()


def open_first(window: MainWindow, paths: Sequence[Path]) -> None:
    """Open what was asked for, else what stood open last, else the bottleneck to begin with."""
    from designer.templates.networks import template

    bench = window.bench
    wanted = list(paths) or [path for path in bench.settings.open_files if path.exists()]
    for path in wanted:
        bench.open_path(path)
    if not bench.tabs:
        bench.open_design(template("bottleneck").build(batch_norm=False), is_saved=False).is_untouched = True
