"""One set of icons: each kind of layer has its own, and all are drawn in the look's colours at any size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QIcon, QImage, QPainter

from designer.graph.layer import Category
from designer.layers.registry import catalogue
from designer.ui import icons
from designer.ui.theme import DARK, LIGHT, Choice, Theme, mixed

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("qapp")]


def drawn(name: str, side: int = 48) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    icons.paint(painter, name, QRectF(0, 0, side, side), DARK.text)
    painter.end()
    return image


def test_no_two_kinds_of_layers_have_the_same_icon_and_none_is_cut_off() -> None:
    pictures = []
    for layer in catalogue():
        image = drawn(icons.of_layer(layer.key, layer.category))
        edge = [image.pixelColor(place, side) for place in range(48) for side in (0, 47)]
        edge += [image.pixelColor(side, place) for place in range(48) for side in (0, 47)]
        assert all(colour.alpha() < 40 for colour in edge), layer.key
        assert image not in pictures, layer.key
        pictures.append(image)


@pytest.mark.parametrize("category", list(Category))
def test_a_layer_of_another_package_has_its_categorys_icon(category: Category) -> None:
    image = drawn(icons.of_layer("of another package", category))
    assert any(image.pixelColor(x, y).alpha() > 200 for x in range(48) for y in range(48))


def test_an_icon_follows_the_look_and_fades_where_it_can_do_nothing(theme: Theme) -> None:
    found = icons.icon("measure")

    def middle(mode: QIcon.Mode) -> str:
        return found.pixmap(QSize(40, 40), mode).toImage().pixelColor(18, 20).name()

    assert middle(QIcon.Mode.Normal) == DARK.text.name()
    theme.choose(Choice.LIGHT)
    assert middle(QIcon.Mode.Normal) == LIGHT.text.name()
    assert middle(QIcon.Mode.Disabled) == mixed(LIGHT.panel, LIGHT.text, 0.45).name()
