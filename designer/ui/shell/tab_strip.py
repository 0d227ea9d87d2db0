"""The strip on top: a tab a page, a button for one more, and the three buttons of the main job at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QTabBar, QToolBar, QToolButton, QWidget

from designer.ui.look import icons
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.widgets.action_button import follow, icon_button

_MOST_LETTERS = 20
"""Width of a title on a tab, in the widest letters; a longer one is cut in its middle and whole in the tool tip."""


class TabStrip(QWidget):
    """Tabs of pages; knows their titles only.

    Signals: ``page_chosen``, ``close_requested`` and ``rename_requested`` with a page; ``menu_asked`` with a page and a
    place on the screen.
    """

    page_chosen = Signal(object)
    close_requested = Signal(object)
    rename_requested = Signal(object)
    menu_asked = Signal(object, QPoint)

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
        self.bar.tabBarDoubleClicked.connect(self._rename)
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.bar.customContextMenuRequested.connect(self._ask_menu)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)  # else it is the list of panels
        self.new_button = icon_button("new", "New from template", self)
        self.new_button.setToolTip(new.toolTip())
        self.new_button.clicked.connect(new.trigger)
        self.measure_button = _button("Measure", "measure", measure, self)
        self.compare_button = _button("Compare", "compare", compare, self)
        self.export_button = QPushButton("Export ▾", self)
        self.export_button.setObjectName("accent")
        icons.dress(self.export_button, "export", is_on_accent=True)
        self.export_button.setAccessibleName("Export")
        menu = QMenu(self.export_button)
        menu.addActions(exports)
        self.export_button.clicked.connect(
            lambda: menu.popup(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft()))
        )
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
        button = icon_button("close", "Close tab", self.bar)
        button.setIconSize(button.iconSize() * 0.75)
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
        metrics = self.bar.fontMetrics()
        short = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, metrics.horizontalAdvance("m" * _MOST_LETTERS))
        self.bar.setTabText(index, short.replace("&", "&&"))
        self.bar.setTabToolTip(index, plain_tip(tip if short == title else f"{title}\n{tip}"))

    def _rename(self, index: int) -> None:
        if 0 <= index < len(self._pages):
            self.rename_requested.emit(self._pages[index])

    def _ask_menu(self, at: QPoint) -> None:
        index = self.bar.tabAt(at)
        if 0 <= index < len(self._pages):
            self.menu_asked.emit(self._pages[index], self.bar.mapToGlobal(at))

    def _chosen(self, index: int) -> None:
        if 0 <= index < len(self._pages):
            self.page_chosen.emit(self._pages[index])


class TabsBar(QToolBar):
    """The bar that holds the strip, always as tall as it: a change of look would take the style's margins away."""

    def __init__(self, strip: TabStrip, parent: QWidget) -> None:
        super().__init__("Tabs", parent)
        self.setObjectName("Tabs")
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self.addWidget(strip)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Keep its height."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)


def _button(text: str, icon: str, action: QAction, parent: QWidget) -> QPushButton:
    """A button that is a view of an action."""
    button = QPushButton(text, parent)
    icons.dress(button, icon)
    follow(button, action)
    return button
