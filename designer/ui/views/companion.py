"""A page that shows an open design otherwise than on its canvas, and goes when the design goes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from designer.ui.views.design_tab import DesignTab


class Companion(QWidget):
    """The base of such pages.

    Undo, saving and measuring mean its design; a bare key, which means something on a canvas, does nothing here to what
    is not in sight.

    Signals: ``status_message`` with a line for the status bar; ``changed`` when the title may be another; ``left`` when
    somebody wants to go to the canvas.
    """

    status_message = Signal(str)
    changed = Signal()
    left = Signal()

    def __init__(self, tab: DesignTab, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tab = tab

    @property
    def title(self) -> str:
        """What stands on its tab."""
        return self.tab.document.design.name

    def follow_theme(self) -> None:
        """Take the colours of the present look."""

    def end(self) -> None:
        """Stop listening; for a page that closes."""

    def event(self, event: QEvent) -> bool:
        """Keep bare keys from the actions that they are shortcuts of."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_bare(event):
            event.accept()
            return True
        return super().event(event)


def _is_bare(event: QKeyEvent) -> bool:
    """Whether a key would write something, or delete it: no function key, and nothing held but Shift."""
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    is_function = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
    return modifiers == Qt.KeyboardModifier.NoModifier and not is_function
