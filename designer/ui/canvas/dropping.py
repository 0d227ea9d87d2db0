"""What a drag from the palette carries, and how it is read.

Knows no widget, so palette and canvas can both import it.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from designer.graph.layer import Layer
from designer.layers.registry import lookup

LAYER_MIME = "application/x-bottleneck-designer-layer"
"""A layer's key, as UTF-8."""


def make_mime(layer: type[Layer]) -> QMimeData:
    """What a drag of a layer carries: its key, and its title as text for other programs."""
    mime = QMimeData()
    mime.setData(LAYER_MIME, layer.key.encode())
    mime.setText(layer.title)
    return mime


def dropped_layer(mime: QMimeData) -> type[Layer] | None:
    """The layer that a drag carries, or None where it carries something else."""
    if not mime.hasFormat(LAYER_MIME):
        return None
    try:
        return lookup(bytes(mime.data(LAYER_MIME).data()).decode())
    except (KeyError, UnicodeDecodeError):
        return None
