"""One set of icons: each kind of layer has its own, and all are drawn in the look's colours at any size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QIcon, QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from designer.graph.layer import Category
from designer.layers.registry import catalogue
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look import icons
from designer.ui.look.settings import Settings
from designer.ui.look.theme import DARK, LIGHT, Choice, Theme, mixed
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

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


def test_a_button_follows_the_look_and_fades_where_it_can_do_nothing(
    qtbot: QtBot, settings: Settings, theme: Theme
) -> None:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as window:
        follow_the_look(theme, window.strip.measure_button)


def follow_the_look(theme: Theme, button: QAbstractButton) -> None:
    def middle(mode: QIcon.Mode) -> str:
        return button.icon().pixmap(QSize(32, 32), mode).toImage().pixelColor(14, 16).name()

    assert middle(QIcon.Mode.Normal) == DARK.text.name()
    theme.choose(Choice.LIGHT)
    assert middle(QIcon.Mode.Normal) == LIGHT.text.name()
    assert middle(QIcon.Mode.Disabled) == mixed(LIGHT.panel, LIGHT.text, 0.45).name()


def test_no_button_of_the_window_shows_a_sign_where_it_could_show_an_icon(
    qtbot: QtBot, settings: Settings, theme: Theme
) -> None:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as window:
        tab = window.bench.open_design(template("bottleneck").build())
        tab.find_nodes()
        tab.select(list(tab.shown.design.nodes)[1:3])
        window.charts_dock.show()
        QApplication.processEvents()
        buttons = [each for each in window.findChildren(QAbstractButton) if each.isVisible()]
        assert len(buttons) > 15
        for each in buttons:
            assert not set(each.text()) & set("×✕▲▼⋯▶+−‹›"), each.text()
            assert (
                each.text() or not each.icon().isNull() or each.objectName().startswith("qt_") or _paints_itself(each)
            )


def _paints_itself(button: QAbstractButton) -> bool:
    return not isinstance(button, QToolButton | QPushButton)


def test_the_buttons_of_panels_have_them_too_whatever_becomes_of_the_panel(
    qtbot: QtBot, settings: Settings, theme: Theme
) -> None:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), Answers()) as window:
        dock = window.palette_dock
        close, floats = (dock.findChild(QAbstractButton, f"qt_dockwidget_{name}button") for name in ("close", "float"))
        assert close is not None
        assert floats is not None

        def are_ours() -> bool:
            keys = (close.icon().cacheKey(), floats.icon().cacheKey())
            return keys == (icons.icon("close").cacheKey(), icons.icon("float").cacheKey())

        assert are_ours()
        theme.choose(Choice.LIGHT)
        assert are_ours()
        for is_floating in (True, False):
            dock.setFloating(is_floating)
            QApplication.processEvents()
            assert are_ours()
