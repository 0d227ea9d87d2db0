"""Unsaved work survives a kill: each open design is copied every few seconds, and what was left behind is offered.

Knows the workbench and ``files.recovery``. A copy that cannot be written is said once, and work goes on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal
from PySide6.QtWidgets import QWidget

from designer.errors import DesignerError, DesignFileError
from designer.files.recovery import Autosave, DamagedCopy, RecoveryCopy, RecoverySession
from designer.ui.jobs.threads import unless_gone
from designer.ui.views.design_tab import DesignTab
from designer.ui.workbench.workbench import Workbench

LOOK_MS = 1000
"""How often it is asked whether a copy is due."""
AT_ONCE = 1000
"""Nodes of a design that is written within a frame; a larger one is written in a thread."""


class _Write(QRunnable):
    """One copy, written away from the window's thread; the design is immutable, so there is nothing to lock."""

    def __init__(self, autosave: Autosave, failed: _Failed) -> None:
        super().__init__()
        self._autosave = autosave
        self._failed = failed

    def run(self) -> None:
        """Write if it is due."""
        try:
            self._autosave.tick()
        except DesignFileError as error:
            with unless_gone(self._failed):
                self._failed.failed.emit(str(error))


class _Failed(QObject):
    failed = Signal(str)


class RecoveryWatch(QObject):
    """Keeps copies of what is open.

    Signals: ``trouble`` with why unsaved work is not being copied, and with an empty text when it is again.

    Args:
        bench: Whose designs are watched.
        folder: The user's data folder.
        parent: The parent object.
    """

    trouble = Signal(str)

    def __init__(self, bench: Workbench, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent or bench)
        self._bench = bench
        self._watched: dict[DesignTab, Autosave] = {}
        self.reason = ""
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._failed = _Failed(self)
        self._failed.failed.connect(self._say)
        self._session: RecoverySession | None = None
        try:
            self._session = RecoverySession(folder, lambda: bench.settings.autosave_s)
        except DesignerError as error:
            self._say(str(error))
            return
        for tab in bench.tabs:
            self._watch(tab)
        bench.tab_added.connect(self._watch)
        bench.tab_removed.connect(self._leave)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def _watch(self, page: QWidget) -> None:
        if isinstance(page, DesignTab) and self._session is not None and page not in self._watched:
            self._watched[page] = self._session.watch(page.document)

    def _leave(self, page: QWidget) -> None:
        autosave = self._watched.pop(page, None) if isinstance(page, DesignTab) else None
        if autosave is not None:
            self._pool.waitForDone()
            autosave.close()

    def look(self) -> None:
        """Write the copies that are due."""
        failed = False
        for tab, autosave in self._watched.items():
            if tab.is_untouched:
                continue  # what the window showed at its start is nobody's work
            if len(tab.document.committed_design.nodes) > AT_ONCE:
                if self._pool.activeThreadCount() == 0:
                    self._pool.start(_Write(autosave, self._failed))
                continue
            try:
                autosave.tick()
            except DesignFileError as error:
                failed = True
                self._say(str(error))
        if not failed and self._pool.activeThreadCount() == 0 and not self._has_large():
            self._say("")

    def _has_large(self) -> bool:
        return any(len(tab.document.committed_design.nodes) > AT_ONCE for tab in self._watched)

    def _say(self, words: str) -> None:
        if words != self.reason:
            self.reason = words
            self.trouble.emit(words)

    # What was left behind --------------------------------------------------------------------------------------------

    def abandoned(self) -> tuple[RecoveryCopy, ...]:
        """Unsaved work of programs that ended without closing it, the latest first."""
        try:
            return self._session.abandoned() if self._session is not None else ()
        except OSError as error:
            self._say(str(error))
            return ()

    def damaged(self) -> tuple[DamagedCopy, ...]:
        """Copies among what was left behind that cannot be read."""
        return self._session.damaged() if self._session is not None else ()

    def restore(self, copies: Iterable[RecoveryCopy]) -> list[str]:
        """Open copies as unsaved designs; the user's files stay as they are until somebody saves. Gives what failed."""
        failures = []
        for copy in copies:
            try:
                tab = self._bench.open_design(copy.load(), copy.original, is_saved=False)
                tab.document.brought_in = str(copy.brought_in) if copy.brought_in is not None else None
                # The work must be in a copy of this program's before the old one goes.
                self._watched[tab].flush()
                self.discard([copy])
            except DesignerError as error:
                failures.append(str(error))
        return failures

    def discard(self, copies: Iterable[RecoveryCopy | DamagedCopy]) -> None:
        """Remove copies.

        Raises:
            DesignFileError: One cannot be removed.
        """
        for copy in copies:
            if self._session is not None:
                self._session.discard(copy)

    def leave(self) -> None:
        """End at once, with a copy of everything unsaved left behind for the next start."""
        if self._session is not None:
            self._timer.stop()
            self._pool.waitForDone()
            for autosave in self._watched.values():
                with contextlib.suppress(DesignFileError):
                    autosave.flush()
            self._session = None

    def close(self) -> None:
        """End cleanly: nothing of this program's is left behind."""
        if self._session is not None:
            self._timer.stop()
            self._pool.waitForDone()
            self._session.close()
            self._session = None
