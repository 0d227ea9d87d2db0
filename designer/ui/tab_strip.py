"""The strip on top: a tab a page, a button for one more, and the three buttons of the main job at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QTabBar, QToolButton, QWidget


class TabStrip(QWidget):
    """Tabs of pages; knows their titles only.

    Signals: ``page_chosen`` and ``close_requested`` with a page.
    """

    page_chosen = Signal(object)
    close_requested = Signal(object)

    def __init__(self, measure: QAction, compare: QAction, exports: list[QAction], new: QAction) -> None:
        super().__init__()
        self._pages: list[QWidget] = []
        self.bar = QTabBar(self)
        self.bar.setExpanding(False)
        self.bar.setDrawBase(False)
        self.bar.setDocumentMode(True)
        self.bar.setElideMode(Qt.TextElideMode.ElideRight)
        self.bar.setUsesScrollButtons(True)
        self.bar.setAccessibleName("Open designs")
        self.bar.currentChanged.connect(self._chosen)
        self.new_button = QToolButton(self)
        self.new_button.setText("+")
        self.new_button.setAutoRaise(True)
        self.new_button.setAccessibleName("New from template")
        self.new_button.setToolTip(new.toolTip())
        self.new_button.clicked.connect(new.trigger)
        self.measure_button = _button("Measure ▶", measure, self)
        self.compare_button = _button("Compare", compare, self)
        self.export_button = QPushButton("Export ▾", self)
        self.export_button.setObjectName("accent")
        self.export_button.setAccessibleName("Export")
        menu = QMenu(self.export_button)
        menu.addActions(exports)
        self.export_button.clicked.connect(
            lambda: menu.popup(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft()))
        )
        self.export_menu = menu
        layout = QHBoxLayout(self)
        gap = self.fontMetrics().height() // 3
        layout.setContentsMargins(gap, gap // 2, gap, gap // 2)
        layout.setSpacing(gap)
        layout.addWidget(self.bar)
        layout.addWidget(self.new_button)
        layout.addStretch(1)
        for button in (self.measure_button, self.compare_button, self.export_button):
            layout.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, page: QWidget) -> None:
        """Append a tab; ``set_title`` says what stands on it."""
        self._pages.append(page)
        # The first tab is chosen at once, and whoever hears of it may title it before this returns.
        index = self.bar.addTab("")
        self.bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, self._close_button(page))

    def _close_button(self, page: QWidget) -> QToolButton:
        button = QToolButton(self.bar)
        button.setText("×")
        button.setAutoRaise(True)
        button.setToolTip("Close")
        button.setAccessibleName("Close tab")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.close_requested.emit(page))
        return button

    def remove(self, page: QWidget) -> None:
        """Take a tab away."""
        index = self._pages.index(page)
        self._pages.pop(index)
        self.bar.blockSignals(True)  # the workbench says which page follows
        self.bar.removeTab(index)
        self.bar.blockSignals(False)

    def turn_to(self, page: QWidget) -> None:
        """Make a page's tab the current one."""
        self.bar.setCurrentIndex(self._pages.index(page))

    def set_title(self, page: QWidget, title: str, tip: str) -> None:
        """Change what stands on a tab."""
        index = self._pages.index(page)
        self.bar.setTabText(index, title.replace("&", "&&"))
        self.bar.setTabToolTip(index, tip)

    def _chosen(self, index: int) -> None:
        if 0 <= index < len(self._pages):
            self.page_chosen.emit(self._pages[index])


def _button(text: str, action: QAction, parent: QWidget) -> QPushButton:
    """A button that is a view of an action."""
    button = QPushButton(text, parent)
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    follow()
    return button
