"""Small buttons that are views of actions, with an icon of the one set that all buttons have."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

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
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    follow()
    return button
