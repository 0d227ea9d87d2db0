"""A design drawn small, to look at only: the same drawing the canvas shows, fitted, with nothing to take hold of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QGraphicsView, QWidget

from designer.analysis.snapshot import Analysis
from designer.ui.canvas.drawing import Drawing

LARGEST_SCALE = 1.0
AROUND = 44.0
"""Canvas units left free around the drawing."""


class Thumbnail(QGraphicsView):
    """Fits a design into whatever room it has, never larger than life."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setInteractive(False)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._analysis: Analysis | None = None

    def show_design(self, analysis: Analysis) -> None:
        """Draw a design; nothing happens where it is drawn already."""
        if analysis is self._analysis:
            return
        self._analysis = analysis
        self.setAccessibleName(f"Drawing of {analysis.design.name}")
        before = self.scene()
        self.setScene(Drawing(analysis.design, analysis, parent=self))
        if before is not None:
            before.deleteLater()
        self._fit()

    def redraw(self) -> None:
        """Draw anew, in the colours of the present look."""
        analysis, self._analysis = self._analysis, None
        if analysis is not None:
            self.show_design(analysis)

    def sizeHint(self) -> QSize:
        """Wider than tall."""
        line = self.fontMetrics().height()
        return QSize(20 * line, 14 * line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        scene = self.scene()
        if not isinstance(scene, Drawing):
            return
        rect = scene.content_rect().adjusted(-AROUND, -AROUND, AROUND, AROUND)
        self.setSceneRect(rect)
        self.fitInView(rect, Qt.AspectRatioMode.KeepAspectRatio)
        if self.transform().m11() > LARGEST_SCALE:
            self.resetTransform()
            self.centerOn(rect.center())
