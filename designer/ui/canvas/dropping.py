"""What a drag from the palette carries, and how it is read.

Knows no widget, so palette and canvas can both import it.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from designer.errors import DesignFileError
from designer.files.design_json import dumps, loads
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.layers.blocks import Group
from designer.layers.registry import lookup

LAYER_MIME = "application/x-bottleneck-designer-layer"
"""A layer's key, as UTF-8."""

BODY_MIME = "application/x-bottleneck-designer-block"
"""What is inside a block, as the text of a design file."""


def make_mime(layer: type[Layer]) -> QMimeData:
    """What a drag of a layer carries: its key, and its title as text for other programs."""
    mime = QMimeData()
    mime.setData(LAYER_MIME, layer.key.encode())
    mime.setText(layer.title)
    return mime


def make_block_mime(body: Design) -> QMimeData:
    """What a drag of a block carries: all that is inside, so that it can be dropped into another window."""
    mime = QMimeData()
    mime.setData(BODY_MIME, dumps(body).encode())
    mime.setText(body.name)
    return mime


def dropped(mime: QMimeData) -> Layer | None:
    """What a drag would place, or None where it carries something else."""
    layer = dropped_layer(mime)
    if layer is not None:
        return layer()
    if not mime.hasFormat(BODY_MIME):
        return None
    try:
        return Group(loads(bytes(mime.data(BODY_MIME).data()).decode()))
    except (DesignFileError, UnicodeDecodeError):
        return None


def dropped_layer(mime: QMimeData) -> type[Layer] | None:
    """The layer that a drag carries, or None where it carries something else."""
    if not mime.hasFormat(LAYER_MIME):
        return None
    try:
        return lookup(bytes(mime.data(LAYER_MIME).data()).decode())
    except (KeyError, UnicodeDecodeError):
        return None
