"""Where each tensor lies in a target's memory while the design runs: rectangles over time and address."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QToolTip, QVBoxLayout, QWidget

from designer import wording
from designer.targets.placement import Buffer
from designer.targets.verdict import Verdict
from designer.ui.look.theme import tokens
from designer.ui.panels.cards import quiet
from designer.ui.shell.plain_tips import plain_tip


class MemoryMap(QWidget):
    """The placed buffers: time goes to the right, an operator a step; addresses go up, and the limit is a line.

    Args:
        verdict: A design on a target, whose tensors are placed.
        parent: What it stands in.
    """

    def __init__(self, verdict: Verdict, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert verdict.deployed is not None  # nothing could be shown else
        self._placement = verdict.deployed.placement
        self._limit = verdict.profile.ram_bytes
        self.setMinimumSize(self.fontMetrics().height() * 34, self.fontMetrics().height() * 18)
        self.setAccessibleName("Tensors in memory over time")

    def rectangles(self) -> Iterator[tuple[Buffer, QRectF]]:
        """Each buffer with its rectangle, in the widget's coordinates."""
        top = max(self._placement.bytes, self._limit or 0) or 1
        across, up = self.width() / max(self._placement.steps, 1), self.height() / top
        for buffer in self._placement.buffers:
            need = buffer.need
            yield (
                buffer,
                QRectF(
                    need.first * across,
                    self.height() - buffer.end * up,
                    (need.last + 1 - need.first) * across,
                    buffer.bytes * up,
                ),
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rectangles, those that live at the peak in the accent, and the limit."""
        painter, look = QPainter(self), tokens()
        peak = self._placement.peak_step
        for buffer, box in self.rectangles():
            is_alive = buffer.need.first <= peak <= buffer.need.last
            fill = look.accent if is_alive else look.template
            painter.setOpacity(0.75 if is_alive else 0.5)
            painter.fillRect(box, fill)
            painter.setOpacity(1.0)
            painter.setPen(QPen(self.palette().window().color(), 1.0))
            painter.drawRect(box)
        if self._limit:
            top = max(self._placement.bytes, self._limit)
            y = self.height() * (1 - self._limit / top)
            painter.setPen(QPen(self.palette().windowText().color(), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y + 1), QPointF(self.width(), y + 1))

    def event(self, event: QEvent) -> bool:
        """What lies under the pointer, in words."""
        if isinstance(event, QHelpEvent):
            found = [buffer for buffer, box in self.rectangles() if box.contains(QPointF(event.pos()))]
            if found:
                QToolTip.showText(event.globalPos(), plain_tip(words_of(found[0])), self)
                return True
        return super().event(event)


def words_of(buffer: Buffer) -> str:
    """Whose it is, how much, and where."""
    need = buffer.need
    what = "beside the tensors of" if need.is_scratch else "tensor of"
    return (
        f"{what} {'.'.join(need.path)}: {wording.kibibytes(need.bytes)} at {wording.kibibytes(buffer.offset)}, "
        f"from operator {need.first} to {need.last}"
    )


class MemoryMapDialog(QDialog):
    """The map with its words.

    Args:
        verdict: A design on a target, whose tensors are placed.
        parent: The window.
    """

    def __init__(self, verdict: Verdict, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Memory on {verdict.profile.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.map = MemoryMap(verdict, self)
        deployed = verdict.deployed
        assert deployed is not None  # as the map has it
        placement = deployed.placement
        lost = placement.bytes - placement.live_bytes
        self.words = quiet(
            "Placed as TensorFlow Lite for Microcontrollers places it: "
            f"{wording.count(placement.bytes)} bytes, of which {wording.count(lost)} are lost to fragments; "
            f"{verdict.note}. To the right goes time, an operator a step; up go addresses; the dashed line is the "
            "target's memory.",
            self,
        )
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(self.map, 1)
        column.addWidget(self.words)
