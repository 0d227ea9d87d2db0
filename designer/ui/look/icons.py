"""One set of icons, drawn as lines in one colour: for the kinds of layers, and for buttons. Sharp at any size.

An icon is a text of strokes in a box of 24 by 24: ``M`` and ``L`` as in SVG's paths, ``C`` a cubic curve, ``Z`` closes;
``R`` a rectangle by corner and size, ``O`` a circle by centre and radius; what follows ``F`` is filled.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QWidget

from designer.graph.layer import Category
from designer.ui.look.theme import Tokens, mixed, tokens

BOX = 24.0
_WEIGHT = 2.0
_SIDES = (12, 16, 20, 24, 32, 48, 64, 96)
"""Pixels that an icon is drawn for; between them Qt takes the next larger."""
_PROPERTY, _ON_ACCENT = "designer_icon", "designer_icon_on_accent"

_LAYERS = {
    "input": "M3 12 L14 12 M10 8 L14 12 L10 16 M16 4 L20 4 L20 20 L16 20",
    "output": "M8 4 L4 4 L4 20 L8 20 M10 12 L21 12 M17 8 L21 12 L17 16",
    "pointwise_conv2d": "R4 4 16 16 F R10 10 4 4",
    "depthwise_conv2d": "R3 4 5 16 R9.5 4 5 16 R16 4 5 16 F O5.5 12 1.3 O12 12 1.3 O18.5 12 1.3",
    "conv2d": "R4 4 16 16 M9.3 4 L9.3 20 M14.7 4 L14.7 20 M4 9.3 L20 9.3 M4 14.7 L20 14.7",
    "grouped_conv2d": "R3 4 7.5 16 R13.5 4 7.5 16 M3 12 L10.5 12 M13.5 12 L21 12",
    "relu6": "M3 18 L9 18 L15 7 L21 7",
    "relu": "M3 18 L12 18 L20 5",
    "leaky_relu": "M3 20 L12 16 L20 4",
    "hard_swish": "M3 15 L8 15 L12 18 L20 4",
    "hard_sigmoid": "M12 3 L12 21 M3 18 L8 18 L16 6 L21 6",
    "silu": "M3 14 C9 14 9 21 14 14 L20 4",
    "gelu": "M4 3 L4 21 M4 15 C9 15 11 19 14 14 L20 4",
    "sigmoid": "M3 19 C15 19 9 5 21 5",
    "linear_activation": "M4 20 L20 4",
    "add": "O12 12 8 M12 8 L12 16 M8 12 L16 12",
    "multiply": "O12 12 8 M9.2 9.2 L14.8 14.8 M14.8 9.2 L9.2 14.8",
    "concatenate": "R4 4 16 7 R4 13 16 7",
    "batch_norm": "M3 19 C9 19 9 5 12 5 C15 5 15 19 21 19",
    "max_pool": "R4 4 16 16 M12 4 L12 20 M4 12 L20 12 F R12 4 8 8",
    "average_pool": "R4 4 16 16 M12 4 L12 8 M12 16 L12 20 M4 12 L8 12 M16 12 L20 12 F O12 12 2.6",
    "global_average_pool": "M4 4 L9 9 M20 4 L15 9 M4 20 L9 15 M20 20 L15 15 F O12 12 2.6",
    "flatten": "R3 6 8 12 M14 12 L17 12 M20 4 L20 20",
    "dropout": "O7 7 3 O17 7 3 O7 17 3 M14.5 14.5 L19.5 19.5 M19.5 14.5 L14.5 19.5",
    "fully_connected": "M5 6 L19 6 L5 18 L19 18 L5 6 M5 18 L19 6 F O5 6 2.6 O5 18 2.6 O19 6 2.6 O19 18 2.6",
    "conv_block": "R3 6 5 12 R9.5 6 5 12 R16 6 5 12 F R3 6 5 12",
    "separable": "R3 4 4 16 R9.5 4 4 16 M13.5 12 L16 12 R16 8 5 8",
    "bottleneck": "M2 10 L7 10 L9 5 L15 5 L17 10 L22 10 L22 14 L17 14 L15 19 L9 19 L7 14 L2 14 Z",
    "group": "M4 9 L4 4 L9 4 M15 4 L20 4 L20 9 M20 15 L20 20 L15 20 M9 20 L4 20 L4 15 F R9 9 6 6",
    "transposed_conv2d": "R8 8 8 8 M3 3 L8 8 M21 3 L16 8 M3 21 L8 16 M21 21 L16 16",
    "prelu": "M3 18 L12 14 L20 4 M12 20 L12 17 F O6 8 1.8",
    "elu": "M3 17 C7 17 10 16 12 13 L20 4",
    "tanh": "M3 19 C12 19 12 5 21 5",
    "mish": "M3 14 C6 19 9 18 12 13 L20 4",
    "hard_tanh": "M3 18 L8 18 L16 6 L21 6",
    "softmax": "M4 20 L4 16 M9 20 L9 11 M14 20 L14 4 M19 20 L19 14",
    "subtract": "O12 12 8 M8 12 L16 12",
    "divide": "O12 12 8 M8 12 L16 12 F O12 8.6 1.1 O12 15.4 1.1",
    "matrix_product": "R3 4 7 16 R14 4 7 16 F O12 12 1.2",
    "layer_norm": "M5 4 L5 20 M19 4 L19 20 M8 12 C10 6 11 6 12 12 C13 18 14 18 16 12",
    "group_norm": "R3 4 8 16 R13 4 8 16 M3 12 L11 12 M13 12 L21 12",
    "local_response_norm": "M3 16 L9 16 M15 16 L21 16 M9 16 C10 6 14 6 15 16",
    "global_response_norm": "O12 12 8 M7 12 C9 7 11 7 12 12 C13 17 15 17 17 12",
    "layer_scale": "M5 20 L5 10 M12 20 L12 4 M19 20 L19 14 M3 20 L21 20",
    "global_max_pool": "R4 4 16 16 F O12 12 3",
    "adaptive_average_pool": "R3 3 8 8 R13 3 8 8 R3 13 8 8 R13 13 8 8 F O12 12 1.5",
    "split": "M3 12 L9 12 M9 12 L20 5 M9 12 L20 19",
    "chunk": "R3 7 8 10 R13 7 8 10 M12 3 L12 21",
    "slice": "M4 5 L20 5 M4 19 L20 19 R4 9 16 6",
    "channel_shuffle": "M4 5 L20 19 M4 12 L20 12 M4 19 L20 5",
    "pad": "R3 3 18 18 R8 8 8 8",
    "reshape": "R3 8 18 4 M12 15 L12 21 M9 18 L12 21 L15 18",
    "permute": "M4 8 L20 8 M16 4 L20 8 L16 12 M20 16 L4 16 M8 12 L4 16 L8 20",
    "mean": "M3 12 L21 12 M6 5 L6 19 M12 8 L12 16 M18 5 L18 19",
    "squeeze": "M3 12 L9 12 M6 9 L9 12 L6 15 M21 12 L15 12 M18 9 L15 12 L18 15",
    "resize": "R3 13 8 8 M13 11 L20 4 M14 4 L20 4 L20 10",
    "pixel_shuffle": "R3 3 5 5 R3 10 5 5 R10 3 5 5 R10 10 11 11",
    "tokens": "R3 4 6 16 M13 6 L21 6 M13 12 L21 12 M13 18 L21 18",
    "to_map": "R12 5 9 14 M3 6 L9 6 M3 12 L9 12 M3 18 L9 18",
    "scalar_multiply": "M5 6 L13 18 M13 6 L5 18 M18 14 L18 20",
    "scalar_add": "M9 6 L9 16 M4 11 L14 11 M18 14 L18 20",
    "drop_path": "M3 12 L8 12 M16 12 L21 12 M9 7 L15 17 M15 7 L9 17",
    "squeeze_excite": "M3 5 L21 5 M3 19 L21 19 M5 5 L10 12 L5 19 M19 5 L14 12 L19 19",
    "self_attention": "O6 6 2.5 O18 6 2.5 O12 18 2.5 M8 7.5 L11 16 M16 7.5 L13 16 M8.5 6 L15.5 6",
    "mbconv": "M2 10 L6 10 L8 5 L16 5 L18 10 L22 10 L22 14 L18 14 L16 19 L8 19 L6 14 L2 14 Z F O12 12 2.4",
    "universal_inverted_bottleneck": "R3 8 3 8 M6 9 L9 4 L15 4 L18 9 M6 15 L9 20 L15 20 L18 15 R18 8 3 8 M12 4 L12 20",
    "fused_mbconv": "M2 9 L6 4 L14 4 L18 9 L22 9 L22 15 L18 15 L14 20 L6 20 L2 15 Z M6 4 L14 20 M14 4 L6 20",
    "residual_basic": "R7 11 4 9 R14 11 4 9 M3 15 L7 15 M18 15 L21 15 M4 15 L4 5 L20 5 L20 15",
    "residual_bottleneck": "R6 10 3 10 R11 13 3 4 R16 10 3 10 M3 15 L6 15 M19 15 L21 15 M4 15 L4 5 L20 5 L20 15",
    "fire": "M3 12 L8 12 M8 12 L13 6 L20 6 M8 12 L13 18 L20 18 F R8 10 3 4 R14 4 5 4 R14 16 5 4",
    "dense_layer": "R3 4 3 16 R9 4 3 16 R15 4 3 16 M6 7 L21 7 M12 12 L21 12 M18 17 L21 17",
    "convnext_block": "R3 5 7 14 M5 5 L5 19 M8 5 L8 19 M10 12 L14 5 L14 19 L10 12 M14 12 L21 12",
    "shuffle_unit_v1": "R3 4 4 16 M7 7 L17 17 M7 12 L17 12 M7 17 L17 7 R17 4 4 16",
    "shuffle_unit_v2": "M3 12 L6 6 L10 6 M3 12 L6 18 L10 18 R10 4 4 4 R10 16 4 4 M14 6 L21 18 M14 18 L21 6",
    "fasternet_block": "R4 4 16 16 M4 9 L20 9 F R4 4 16 5 R11 13 2 3",
    "repvgg_block": "M3 12 L7 12 M17 12 L21 12 M7 12 L7 5 L17 5 L17 19 L7 19 Z F R8 10 8 4",
    "mobileone_block": "M3 12 L21 12 M6 12 L6 5 L18 5 L18 12 M6 12 L6 19 L18 19 L18 12 F R9 3 6 4 R9 10 6 4 R9 17 6 4",
    "ghost_module": "R3 5 7 14 R14 5 7 14 M10 12 L14 12 M14 9 L21 9 M14 15 L21 15",
    "ghost_bottleneck": "M5 21 L5 11 C5 2 19 2 19 11 L19 21 L15.5 18 L12 21 L8.5 18 Z F O9.5 10.5 1.3 O14.5 10.5 1.3",
    "linear_attention": "O6 5 2.5 O18 5 2.5 R9 10 6 4 M7.5 7 L10 10 M16.5 7 L14 10 M12 14 L12 17 O12 19.5 2.5",
    "single_norm_bottleneck": "M2 10 L6 10 L8 5 L16 5 L18 10 L22 10 L22 14 L18 14 L16 19 L8 19 L6 14 L2 14 Z R18 4 3 3",
    "star_block": "M12 3 L14.6 9.2 L21 9.6 L16 13.8 L17.8 20.5 L12 16.8 L6.2 20.5 L8 13.8 L3 9.6 L9.4 9.2 Z",
}
"""By a layer's key."""

_CATEGORIES = {
    Category.ENDPOINT: _LAYERS["input"],
    Category.CONVOLUTION: _LAYERS["conv2d"],
    Category.ACTIVATION: _LAYERS["relu"],
    Category.MERGE: "M4 5 L12 12 L4 19 M12 12 L20 12",
    Category.NORMALIZATION: _LAYERS["batch_norm"],
    Category.POOLING: _LAYERS["max_pool"],
    Category.DENSE: "M4 6 L20 6 M4 12 L20 12 M4 18 L20 18",
    Category.BLOCK: _LAYERS["group"],
}
"""For a layer that has none of its own, such as another package's."""

_BUTTONS = {
    "measure": "F M7 4 L20 12 L7 20 Z",
    "network": "R3 9 4 6 R10 9 4 6 R17 9 4 6 M7 12 L10 12 M14 12 L17 12",
    "compare": "R4 4 6 16 R14 9 6 11",
    "export": "M12 15 L12 3 M7.5 7.5 L12 3 L16.5 7.5 M4 14 L4 20 L20 20 L20 14",
    "new": "M12 5 L12 19 M5 12 L19 12",
    "less": "M5 12 L19 12",
    "close": "M6.5 6.5 L17.5 17.5 M17.5 6.5 L6.5 17.5",
    "more": "F O5 12 2 O12 12 2 O19 12 2",
    "float": "R8 4 12 12 M4 8 L4 20 L16 20",
    "before": "M5 15 L12 8 L19 15",
    "next": "M5 9 L12 16 L19 9",
    "back": "M15 5 L8 12 L15 19",
    "align-left": "M4 3 L4 21 R8 5 12 5 R8 14 7 5",
    "align-centre": "M12 3 L12 5 M12 10 L12 14 M12 19 L12 21 R5 5 14 5 R8 14 8 5",
    "align-right": "M20 3 L20 21 R4 5 12 5 R9 14 7 5",
    "align-top": "M3 4 L21 4 R5 8 5 12 R14 8 5 7",
    "align-middle": "M3 12 L5 12 M10 12 L14 12 M19 12 L21 12 R5 5 5 14 R14 8 5 8",
    "align-bottom": "M3 20 L21 20 R5 4 5 12 R14 9 5 7",
    "distribute-across": "M3 3 L3 21 M21 3 L21 21 R9 7 6 10",
    "distribute-down": "M3 3 L21 3 M3 21 L21 21 R7 9 10 6",
}


class Shape(NamedTuple):
    """An icon in its box: what is drawn as lines, and what is filled."""

    lines: QPainterPath
    fills: QPainterPath


def of_layer(key: str, category: Category) -> str:
    """The name of a layer's icon: its own, or its category's."""
    return key if key in _LAYERS else f"category {category.name}"


@cache
def shape(name: str) -> Shape:
    """An icon by its name: a layer's (``of_layer``) or a button's.

    Raises:
        KeyError: There is no icon of this name.
    """
    categories = {f"category {category.name}": text for category, text in _CATEGORIES.items()}
    return _drawn({**_LAYERS, **_BUTTONS, **categories}[name])


def _drawn(text: str) -> Shape:
    found = Shape(QPainterPath(), QPainterPath())
    path = found.lines
    for command, operands in re.findall(r"([MLCZROF])([^MLCZROF]*)", text):
        values = [float(value) for value in operands.split()]
        points = [QPointF(x, y) for x, y in zip(values[::2], values[1::2], strict=False)]
        if command == "F":
            path = found.fills
        elif command == "M":
            path.moveTo(points[0])
        elif command == "L":
            path.lineTo(points[0])
        elif command == "C":
            path.cubicTo(*points)
        elif command == "R":
            path.addRoundedRect(QRectF(*values), 1.0, 1.0)
        elif command == "O":
            path.addEllipse(points[0], values[2], values[2])
        else:
            path.closeSubpath()
    return found


@cache
def pen_for(colour: str) -> QPen:
    """The pen that icons are drawn with, in the units of their box."""
    return QPen(QColor(colour), _WEIGHT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def paint(painter: QPainter, name: str, place: QRectF, colour: QColor) -> None:
    """Draw an icon into a square."""
    drawn = shape(name)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place.topLeft())
    painter.scale(place.width() / BOX, place.height() / BOX)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen_for(colour.name()))
    painter.drawPath(drawn.lines)
    painter.fillPath(drawn.fills, colour)
    painter.restore()


def icon(name: str, is_on_accent: bool = False) -> QIcon:
    """An icon in the colours of the present look; on a filled button in that button's colour of text."""
    return _icon(name, is_on_accent, tokens())


# An icon engine of our own would follow the look by itself, but PySide loses the copies that Qt makes of one.
@cache
def _icon(name: str, is_on_accent: bool, look: Tokens) -> QIcon:
    colours = {
        QIcon.Mode.Normal: look.on_accent if is_on_accent else look.text,
        QIcon.Mode.Disabled: mixed(look.panel, look.text, 0.45),
    }
    made = QIcon()
    for mode, colour in colours.items():
        for side in _SIDES:
            drawn = QPixmap(side, side)
            drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(drawn)
            paint(painter, name, QRectF(0.0, 0.0, side, side), colour)
            painter.end()
            made.addPixmap(drawn, mode)
    return made


def dress(button: QAbstractButton, name: str, is_on_accent: bool = False) -> None:
    """Give a button an icon that ``redress`` keeps up with the look."""
    button.setProperty(_PROPERTY, name)
    button.setProperty(_ON_ACCENT, is_on_accent)
    button.setIcon(icon(name, is_on_accent))


def redress(root: QWidget) -> None:
    """Bring the icons of all buttons in a widget up to the present look."""
    for button in root.findChildren(QAbstractButton):
        name = button.property(_PROPERTY)
        if name:
            button.setIcon(icon(name, bool(button.property(_ON_ACCENT))))
