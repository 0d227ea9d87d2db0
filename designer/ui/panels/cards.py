"""The small pieces panels are built of: headings, rounded cards, and labels that follow the theme. Knows no design."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from designer.ui.look.theme import Tokens, mixed, tokens

RADIUS = 5.0


def heading(text: str, parent: QWidget | None = None) -> QLabel:
    """A small bold heading in capitals, in the quiet colour."""
    label = QLabel(text.upper(), parent)
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 0.85)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 104)
    label.setFont(font)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setAccessibleName(text)
    return label


def quiet(text: str = "", parent: QWidget | None = None, scale: float = 0.88) -> QLabel:
    """A small label in the quiet colour that wraps."""
    label = QLabel(text, parent)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    label.setFont(font)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setWordWrap(True)
    return label


class Card(QFrame):
    """A rounded box on the panel; tinted with one of the theme's colours where a tone is given."""

    def __init__(self, tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        margin = self.fontMetrics().height() // 2
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(margin, margin * 2 // 3, margin, margin * 2 // 3)
        self.column.setSpacing(max(2, margin // 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill and frame the rounded box."""
        ground, edge = self._colours(tokens())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(edge)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _colours(self, theme: Tokens) -> tuple[QColor, QColor]:
        base = self.palette().color(QPalette.ColorRole.Base)
        if not self._tone:
            return base, self.palette().color(QPalette.ColorRole.Mid)
        tone = theme.tone(self._tone)
        return mixed(base, tone, 0.14), mixed(base, tone, 0.55)


class TonedLabel(QLabel):
    """A label in one of the theme's colours; follows the theme when it changes."""

    def __init__(self, tone: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self.setWordWrap(True)
        self._apply()

    def set_tone(self, tone: str) -> None:
        """Take another of the theme's colours."""
        self._tone = tone
        self._apply()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._apply()
        super().changeEvent(event)

    def _apply(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, tokens().text_tone(self._tone))
        self.setPalette(palette)


class NoteLines(QLabel):
    """A small quiet note that takes the same height whatever it says, so that nothing below it ever moves."""

    def __init__(self, lines: int, scale: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * scale)
        self.setFont(font)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As tall as its lines."""
        return QSize(super().sizeHint().width(), self._lines * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        """As tall as its lines, however narrow."""
        return QSize(0, self.sizeHint().height())

    def hasHeightForWidth(self) -> bool:
        """Its height does not follow from what it says."""
        return False


class PanelScroll(QScrollArea):
    """A panel's content in a column that scrolls down and never sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is inside takes the keyboard, and scrolls into sight
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.content = QWidget(self)
        self.column = QVBoxLayout(self.content)
        margin = self.fontMetrics().height() // 2
        self.column.setContentsMargins(margin, margin, margin, margin)
        self.column.setSpacing(margin * 3 // 2)
        self.setWidget(self.content)


class SteadyScroll(PanelScroll):
    """Stays where it is scrolled to, though its content becomes shorter or its room taller: below stands nothing then.

    Otherwise what is under the pointer at the end of a panel would move down by itself.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._hold(self.viewport().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hold the place before Qt looks how far it can be scrolled."""
        self._hold(event.size().height())
        super().resizeEvent(event)

    def _hold(self, room: int) -> None:
        top = self.verticalScrollBar().value()
        self.content.setMinimumHeight(top + room if top else 0)


class FittingScroll(PanelScroll):
    """A panel as tall as its content, up to a limit in lines of text, from where on it scrolls."""

    def __init__(self, most_lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most_lines = most_lines
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.content.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """The content's height at the present width, up to the limit."""
        column, width = self.column, self.viewport().width()
        height = column.heightForWidth(width) if column.hasHeightForWidth() else column.sizeHint().height()
        return QSize(super().sizeHint().width(), min(height + 2, self._most_lines * self.fontMetrics().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when the content becomes another."""
        if watched is self.content and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.updateGeometry()
        return super().eventFilter(watched, event)


def clear(layout: QVBoxLayout) -> None:
    """Remove everything from a column."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
