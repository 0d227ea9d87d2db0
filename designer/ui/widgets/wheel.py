"""The wheel over a field: whole notches, whatever the device that turns it. Knows no field."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

_NOTCH = 120
"""What Qt counts for one notch of a mouse's wheel, in eighths of a degree; a touchpad sends it in many small parts."""


class Notches:
    """Adds what a wheel or touchpad sends up to whole notches."""

    def __init__(self) -> None:
        self._rest = 0

    def take(self, event: QWheelEvent) -> int:
        """How many whole notches this event completes, upwards positive.

        A turn sideways, an event without motion, and what rolls on after the fingers left the pad count nothing; a turn
        the other way, or a new one, begins from nothing.
        """
        turned = event.angleDelta()
        if event.phase() in (Qt.ScrollPhase.ScrollBegin, Qt.ScrollPhase.ScrollEnd):
            self._rest = 0
        if event.phase() == Qt.ScrollPhase.ScrollMomentum or abs(turned.x()) > abs(turned.y()):
            return 0
        if self._rest * turned.y() < 0:
            self._rest = 0
        self._rest += turned.y()
        notches = int(self._rest / _NOTCH)
        self._rest -= notches * _NOTCH
        return notches
