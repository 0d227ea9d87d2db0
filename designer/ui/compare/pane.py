"""One design of the comparison on screen: a bar with its letter, name and what can be done with it; its live canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from designer.ui.compare.member import Member
from designer.ui.look.theme import tokens
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.widgets.action_button import icon_button


class ElidedLabel(QLabel):
    """A label that ends in dots where it has no room, and tells the whole in its tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write as much as there is room for."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class Pane(QWidget):
    """A member on screen.

    Signals: ``activated`` when the keyboard or a press came into it; ``menu_requested`` with a place on screen.
    """

    activated = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, member: Member, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.member = member
        self.title = ElidedLabel(self)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.menu_button = icon_button("more", "What can be done with this design", self)
        self.menu_button.clicked.connect(
            lambda: self.menu_requested.emit(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))
        )
        self._is_active = False
        bar = QHBoxLayout()
        gap = self.fontMetrics().height() // 2
        bar.setContentsMargins(gap, gap // 2, gap // 2, gap // 2)
        bar.addWidget(self.title, 1)
        bar.addWidget(self.menu_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(member.view, 1)
        # Side by side there is no room to spare, and fit-all shows the whole as well.
        member.view.canvas.minimap.hide()
        member.view.show()
        member.view.canvas.installEventFilter(self)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 12))

    def name(self, letter: str, is_baseline: bool) -> None:
        """Write letter, name and origin."""
        words = f"{letter}  {self.member.name}"
        self.title.setText(f"{words}  · baseline" if is_baseline else words)
        self.title.setToolTip(plain_tip(f"{self.member.name}\n{self.member.origin}"))
        self.setAccessibleName(f"Design {words}")
        self.menu_button.setAccessibleName(f"What can be done with {words}")
        self.menu_button.setToolTip("Baseline, place, own tab, remove")
        self.member.view.canvas.setAccessibleName(f"Canvas of {words}")

    def show_active(self, is_active: bool) -> None:
        """Say whether keys and actions mean this one."""
        if is_active != self._is_active:
            self._is_active = is_active
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line on top of the active one, and one between panes."""
        painter = QPainter(self)
        look = tokens()
        painter.fillRect(0, 0, 1, self.height(), look.edge)
        if self._is_active:
            painter.fillRect(0, 0, self.width(), 2, look.accent)

    def release(self) -> None:
        """Let the member's view go before the pane does: the member may come back."""
        view = self.member.view
        view.canvas.removeEventFilter(self)
        view.hide()
        view.setParent(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas was given the keyboard."""
        if event.type() is QEvent.Type.FocusIn:
            self.activated.emit()
        return super().eventFilter(watched, event)
