"""The way of the keyboard through the parts of a window, where Tab belongs to the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

Stop = tuple[QWidget, QWidget | None]
"""A part of the window, and what takes the keyboard in it, or None where nothing can."""


def focus_next(stops: Sequence[Stop], focused: QWidget | None) -> None:
    """Put the keyboard into the next part after the one that has it, passing over what is hidden or disabled."""
    at = next((index for index, (part, _target) in enumerate(stops) if _holds(part, focused)), -1)
    for step in range(1, len(stops) + 1):
        _part, target = stops[(at + step) % len(stops)]
        if target is not None and target.isVisible() and target.isEnabled():
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return


def _holds(part: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and (part is focused or part.isAncestorOf(focused))
