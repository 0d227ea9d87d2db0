"""Help follows from what is declared: layers and their parameters, how numbers are counted, every key."""

from __future__ import annotations

from html import escape

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.layers.registry import catalogue
from designer.ui.actions.table import ACTIONS
from designer.ui.dialogs.help_pages import (
    HelpDialog,
    about_page,
    elementwise_kinds,
    keys_page,
    layer_page,
    layers_page,
    numbers_page,
)
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import press

pytestmark = pytest.mark.gui


def shown(window: MainWindow) -> HelpDialog:
    (dialog,) = [each for each in window.findChildren(HelpDialog) if each.isVisible()]
    return dialog


def test_the_numbers_page_lists_every_layer_that_counts_elementwise() -> None:
    keys = {cls.key for cls, _formula in elementwise_kinds()}
    assert {"relu6", "add", "multiply", "batch_norm"} <= keys
    assert "dropout" not in keys
    page = numbers_page()
    assert "2 × MACs + element-wise" in page
    for cls, _formula in elementwise_kinds():
        assert cls.title in page


@pytest.mark.parametrize("layer", catalogue(), ids=lambda layer: layer.key)
def test_a_layers_page_tells_every_parameter_and_what_it_is_at_first(layer: type[Layer]) -> None:
    page = layer_page(layer)
    seen = QTextDocument()
    seen.setHtml(page)
    cells = seen.toPlainText().splitlines()
    assert cells[0] == layer.title
    for parameter in layer.parameters:
        at = cells.index(parameter.label)
        assert cells[at + 1 : at + 3] == [parameter.text(parameter.default), parameter.help]
    assert page in layers_page()


def test_every_key_of_every_action_is_listed() -> None:
    page = keys_page()
    for action in ACTIONS:
        for keys in action.shortcuts:
            assert escape(keys) in page, action.plain_title
    assert "<script>" not in about_page([("<script>", "1.0")])


def test_f1_helps_on_the_selected_layer(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    tab = window.bench.open_design(sketch)
    tab.canvas.setFocus()
    tab.select([NodeId("depthwise")])
    press(qtbot, window, "F1")
    dialog = shown(window)
    assert dialog.windowTitle() == "Depthwise k×k"
    assert "Kernel size" in dialog.browser.toPlainText()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_f1_without_a_selection_tells_of_every_layer(qtbot: QtBot, window: MainWindow, sketch: Design) -> None:
    tab = window.bench.open_design(sketch)
    tab.canvas.setFocus()
    tab.select([])
    press(qtbot, window, "F1")
    text = shown(window).browser.toPlainText()
    assert [layer.title for layer in catalogue() if layer.title not in text] == []
