"""Pictures as the bytes of their files, PNG and PDF, whatever is painted; needs no display."""

from __future__ import annotations

import os
from collections.abc import Callable
from math import sqrt

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSize, QSizeF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPageSize, QPaintDevice, QPdfWriter
from PySide6.QtWidgets import QApplication

from designer.errors import ExportError

MOST_PIXELS = 60_000_000
"""A picture of a very large design is drawn smaller than asked for rather than taking a gigabyte."""

Paint = Callable[[QPaintDevice, QSizeF], None]
"""Paints the whole of a device of a size."""


def application() -> QApplication | QGuiApplication:
    """The running application, or one that needs no display; it lives as long as somebody holds it."""
    running = QApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QApplication([])


def png_bytes(size: QSizeF, scale: float, paint: Paint) -> bytes:
    """A picture of a size, at a scale, of ``MOST_PIXELS`` at most.

    Raises:
        ExportError: It could not be encoded.
    """
    scale = min(scale, sqrt(MOST_PIXELS / (size.width() * size.height())))
    pixels = QSize(max(round(size.width() * scale), 1), max(round(size.height() * scale), 1))
    image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0, 0))
    paint(image, QSizeF(pixels))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # Qt's stubs want the format as bytes
        raise ExportError("the picture could not be encoded as PNG")
    return bytes(buffer.data().data())


def pdf_bytes(size: QSizeF, title: str, paint: Paint) -> bytes:
    """One page as large as the picture, a unit a point; letters stay letters, their fonts inside."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Bottleneck Designer")
    writer.setResolution(72)
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    paint(writer, QSizeF(writer.width(), writer.width() * size.height() / size.width()))
    return bytes(buffer.data().data())
