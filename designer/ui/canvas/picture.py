"""A design as a picture, PNG, SVG or PDF, with or without a display. Draws what the canvas draws, less the grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPaintDevice,
    QPainter,
)
from PySide6.QtSvg import QSvgGenerator

from designer.analysis.analysis import Analysis, analyse
from designer.errors import DesignFileError, ExportError, near
from designer.export.inline_svg import without_control_letters
from designer.files.outputs import write_output
from designer.graph.design import Design, NodeId
from designer.ui.canvas import picture_legend
from designer.ui.canvas.drawing import Drawing
from designer.ui.look.picture_files import application, pdf_bytes, png_bytes
from designer.ui.look.theme import LIGHT, Tokens

MARGIN = 32.0
ENDINGS = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class PictureOptions:
    """How a picture looks.

    Attributes:
        nodes: What is drawn, with the wires between; None for everything.
        look: Light or dark colours.
        is_transparent: Whether nothing stands behind the drawing.
        has_legend: Whether the meaning of colours and widths stands below.
        scale: Pixels a canvas unit, of a PNG.
    """

    nodes: frozenset[NodeId] | None = None
    look: Tokens = LIGHT
    is_transparent: bool = False
    has_legend: bool = False
    scale: float = 2.0


def save_picture(
    design: Design, analysis: Analysis | None, path: Path, options: PictureOptions = PictureOptions()
) -> None:
    """Write the canvas as a picture, by the file's ending.

    Args:
        design: What to draw.
        analysis: What it means; worked out where None is given.
        path: A file that ends in ``.png``, ``.svg`` or ``.pdf``.
        options: How it looks.

    Raises:
        ExportError: The ending is none of these, nothing is drawn, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ExportError(f"{path}: '{path.suffix}' is no kind of picture; end the name in {', '.join(ENDINGS)}")
    try:
        data = picture_data(design, analysis, ending, options)
        write_output(path, data, ENDINGS)
    except DesignFileError as error:
        raise ExportError(str(error)) from error


def picture_data(design: Design, analysis: Analysis | None, ending: str, options: PictureOptions) -> bytes:
    """A picture as the bytes of its file.

    Raises:
        ExportError: Nothing is drawn, or a node that is asked for is not there.
    """
    gone = sorted((options.nodes or frozenset()) - design.nodes.keys())
    if gone:
        raise ExportError(f"there is no node '{gone[0]}'{near(gone[0], design.nodes)}")
    if not design.nodes or options.nodes == frozenset():
        raise ExportError("nothing was drawn, as nothing is there; place or select a node first")
    running = application()
    drawing = Drawing(design, analysis or analyse(design), options.look)
    drawing.shows_grid = False
    drawing.shows_ground = not options.is_transparent
    if options.nodes is not None:
        drawing.show_only(options.nodes)
    data = {".png": _png, ".svg": _svg, ".pdf": _pdf}[ending](drawing, options)
    del running
    return data


def thumbnail(design: Design, analysis: Analysis, size: QSize, look: Tokens) -> QImage:
    """A design as large as fits into so many pixels."""
    drawing = Drawing(design, analysis, look)
    drawing.shows_grid = False
    area = picture_area(drawing)
    image = QImage(
        area.size().scaled(QSizeF(size), Qt.AspectRatioMode.KeepAspectRatio).toSize(), QImage.Format.Format_RGB32
    )
    image.fill(look.ground)
    _paint(image, drawing, QSizeF(image.size()), PictureOptions(look=look))
    return image


def print_on(printer: QPagedPaintDevice, design: Design, analysis: Analysis | None) -> None:
    """Draw a design on one page of a printer, light, as large as fits, lying where it is wider than high."""
    drawing = Drawing(design, analysis or analyse(design), LIGHT)
    drawing.shows_grid = False
    options = PictureOptions(is_transparent=True)
    area = picture_area(drawing)
    is_wide = area.width() > area.height()
    printer.setPageOrientation(QPageLayout.Orientation.Landscape if is_wide else QPageLayout.Orientation.Portrait)
    page = QSizeF(printer.width(), printer.height())
    _paint(printer, drawing, area.size().scaled(page, Qt.AspectRatioMode.KeepAspectRatio), options)


def svg_text(design: Design, analysis: Analysis | None = None, look: Tokens = LIGHT) -> str:
    """The canvas as the text of an SVG file, to stand inside a page.

    Args:
        design: What to draw; not empty.
        analysis: What it means; worked out where None is given.
        look: Light or dark colours.
    """
    return picture_data(design, analysis, ".svg", PictureOptions(look=look)).decode()


def picture_area(drawing: Drawing) -> QRectF:
    """What a picture shows, in canvas units: cards, arcs, labels and words, and a margin."""
    area = QRectF()
    for item in drawing.items():
        if item.isVisible():
            area = area.united(item.sceneBoundingRect())
    for wire in drawing.wires.values():
        if wire.isVisible():
            area = area.united(wire.label_rect)
    return area.marginsAdded(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN))


def _paint(device: QPaintDevice, drawing: Drawing, size: QSizeF, options: PictureOptions) -> None:
    """The drawing, and the legend below it, in the whole of a device of this size."""
    area = picture_area(drawing)
    whole = _with_legend(area, options)
    scale = size.width() / whole.width()
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not options.is_transparent:
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), options.look.ground)
    drawing.render(painter, QRectF(0, 0, area.width() * scale, area.height() * scale), area)
    if options.has_legend:
        painter.resetTransform()
        painter.scale(scale, scale)
        painter.translate(-area.topLeft())
        place = QRectF(area.left() + MARGIN, area.bottom() - MARGIN / 2, area.width(), picture_legend.HEIGHT)
        picture_legend.paint_legend(painter, drawing, place)
    painter.end()


def _with_legend(area: QRectF, options: PictureOptions) -> QRectF:
    return area.adjusted(0, 0, 0, picture_legend.HEIGHT) if options.has_legend else area


def _png(drawing: Drawing, options: PictureOptions) -> bytes:
    size = _with_legend(picture_area(drawing), options).size()
    return png_bytes(size, options.scale, lambda image, pixels: _paint(image, drawing, pixels, options))


def _svg(drawing: Drawing, options: PictureOptions) -> bytes:
    size = _with_legend(picture_area(drawing), options).size()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(drawing.design.name)
    generator.setDescription("Drawn by Bottleneck Designer")
    generator.setSize(size.toSize())
    generator.setViewBox(QRect(0, 0, round(size.width()), round(size.height())))
    _paint(generator, drawing, size, options)
    # Qt writes names as they are, and XML has no place for some of their letters.
    return without_control_letters(bytes(buffer.data().data()).decode(errors="replace")).encode()


def _pdf(drawing: Drawing, options: PictureOptions) -> bytes:
    size = _with_legend(picture_area(drawing), options).size()
    return pdf_bytes(size, drawing.design.name, lambda page, room: _paint(page, drawing, room, options))
