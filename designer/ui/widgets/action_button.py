"""Small buttons that are views of actions, with an icon of the one set that all buttons have."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QToolButton, QWidget

from designer.ui.look import icons


def icon_button(icon: str, name: str, parent: QWidget) -> QToolButton:
    """A flat button that shows an icon and is called by a name, which is its tool tip as well."""
    button = QToolButton(parent)
    icons.dress(button, icon)
    button.setAutoRaise(True)
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button


def action_button(action: QAction, icon: str, parent: QWidget) -> QToolButton:
    """A flat button that does what an action does, and can do it when the action can."""
    button = icon_button(icon, action.statusTip() or action.text().replace("&", ""), parent)
    follow(button, action)
    return button


def follow(button: QAbstractButton, action: QAction) -> None:
    """Make a button do what an action does, with its tool tip, and be enabled when it is."""

    def look_again() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    button.clicked.connect(action.trigger)
    action.changed.connect(look_again)
    look_again()
