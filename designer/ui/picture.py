"""A design as a picture, PNG or SVG, with or without a display. Draws what the canvas draws, less the grid."""

from __future__ import annotations

import os
from math import sqrt
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from designer.analysis.snapshot import Analysis, analyse
from designer.errors import ExportError
from designer.graph.design import Design
from designer.ui.canvas.drawing import Drawing
from designer.ui.theme import LIGHT, Tokens

MARGIN = 32.0
MOST_PIXELS = 60_000_000
"""A picture of a very large design is drawn smaller than asked for rather than taking a gigabyte."""

_ENDINGS = (".png", ".svg")


def save_picture(
    design: Design, analysis: Analysis | None, path: Path, look: Tokens = LIGHT, scale: float = 2.0
) -> None:
    """Write the canvas as a picture, by the file's ending.

    Args:
        design: What to draw.
        analysis: What it means; worked out where None is given.
        path: A file that ends in ``.png`` or ``.svg``.
        look: Light or dark colours.
        scale: Pixels a canvas unit, of a PNG.

    Raises:
        ExportError: The ending is neither, the design is empty, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise ExportError(f"{path}: '{path.suffix}' is no kind of picture; end the name in .png or .svg")
    if not design.nodes:
        raise ExportError(f"{path}: nothing was drawn, as the design is empty; place a node first")
    application = _application()
    drawing = Drawing(design, analysis or analyse(design), look)
    drawing.shows_grid = False
    data = _svg(drawing) if ending == ".svg" else _png(drawing, scale)
    del application
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ExportError(f"{path}: the picture was not written, {error.strerror or error}") from error


def svg_text(design: Design, analysis: Analysis | None = None, look: Tokens = LIGHT) -> str:
    """The canvas as the text of an SVG file, to stand inside a page.

    Args:
        design: What to draw; not empty.
        analysis: What it means; worked out where None is given.
        look: Light or dark colours.
    """
    application = _application()
    drawing = Drawing(design, analysis or analyse(design), look)
    drawing.shows_grid = False
    data = _svg(drawing)
    del application
    return data.decode()


def _application() -> QApplication | QGuiApplication:
    """The running application, or one that needs no display."""
    running = QApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QApplication([])


def picture_area(drawing: Drawing) -> QRectF:
    """What a picture shows, in canvas units: cards, arcs, labels and words, and a margin."""
    area = drawing.itemsBoundingRect()
    for wire in drawing.wires.values():
        area = area.united(wire.label_rect)
    return area.marginsAdded(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN))


def _png(drawing: Drawing, scale: float) -> bytes:
    area = picture_area(drawing)
    scale = min(scale, sqrt(MOST_PIXELS / (area.width() * area.height())))
    size = QSize(max(round(area.width() * scale), 1), max(round(area.height() * scale), 1))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(drawing.paints().look.ground)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter, QRectF(0, 0, size.width(), size.height()), area)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # Qt's stubs want the format as bytes
        raise ExportError("the picture could not be encoded as PNG")
    return bytes(buffer.data().data())


def _svg(drawing: Drawing) -> bytes:
    area = picture_area(drawing)
    size = QSizeF(area.width(), area.height())
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(drawing.design.name)
    generator.setDescription("Drawn by Bottleneck Designer")
    generator.setSize(size.toSize())
    generator.setViewBox(QRect(0, 0, round(size.width()), round(size.height())))
    painter = QPainter(generator)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter, QRectF(0, 0, size.width(), size.height()), area)
    painter.end()
    return bytes(buffer.data().data())
