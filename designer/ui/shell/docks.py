"""The docks of the window: made, listed in a menu, and put away while something has the window to itself."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QMainWindow, QWidget

from designer.ui.look import icons


class Docks:
    """The docks of one window, in the order they were added."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._docks: list[QDockWidget] = []
        self._without_design: set[QDockWidget] = set()
        self._before: QByteArray | None = None

    def add(
        self,
        title: str,
        content: QWidget,
        area: Qt.DockWidgetArea,
        is_hidden: bool = False,
        needs_design: bool = True,
    ) -> QDockWidget:
        """Put a panel into a dock.

        Args:
            title: Its title, which is also the name that its place is remembered by.
            content: The panel.
            area: Where it is docked at first.
            is_hidden: Whether it is hidden at first.
            needs_design: Whether it is of no use where no design is open.
        """
        dock = QDockWidget(title, self._window)
        dock.setObjectName(title)
        dock.setWidget(content)
        dock.toggleViewAction().setText(f"{title} panel")
        dock.toggleViewAction().setToolTip(f"Show or hide the panel {title}")
        dock.setAccessibleName(f"{title} panel")
        self._window.addDockWidget(area, dock)
        dock.setVisible(not is_hidden)
        # Opened from a menu it comes in front of those that share its place.
        dock.toggleViewAction().triggered.connect(lambda is_shown: dock.raise_() if is_shown else None)
        self._docks.append(dock)
        if not needs_design:
            self._without_design.add(dock)
        # Qt gives the two buttons of the title the style's icons again when it floats or is docked.
        dock.topLevelChanged.connect(lambda _floats: self.dress())
        return dock

    def dress(self) -> None:
        """Give the buttons of the titles the icons of all buttons."""
        for dock in self._docks:
            for name, icon in (("close", "close"), ("float", "float")):
                button = dock.findChild(QAbstractButton, f"qt_dockwidget_{name}button")
                if button is not None:
                    icons.dress(button, icon)

    @property
    def toggles(self) -> list[QAction]:
        """An action for each that shows or hides it."""
        return [dock.toggleViewAction() for dock in self._docks]

    def set_enabled(self, is_enabled: bool) -> None:
        """Let the panels be used, or not, where nothing is open that they could speak of."""
        for dock in self._docks:
            dock.widget().setEnabled(is_enabled or dock in self._without_design)

    def put_away(self, is_away: bool) -> None:
        """Hide them all, or bring them back as they were."""
        if is_away and self._before is None:
            self._before = self._window.saveState()
            for dock in self._docks:
                dock.hide()
        elif not is_away and self._before is not None:
            self._window.restoreState(self._before)
            self._before = None
