"""New from template: the form follows the settings, what is typed reaches the design, refusals keep it open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.graph.design import Design
from designer.templates.networks import template, templates
from designer.ui.dialogs.template_dialog import TemplateDialog
from designer.ui.look.theme import Theme
from designer.ui.widgets.fields import ChoiceField, NumberField

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]


class Opened:
    """A dialog on screen, and what it built."""

    def __init__(self, qtbot: QtBot, key: str) -> None:
        self.dialog = TemplateDialog(template(key))
        qtbot.addWidget(self.dialog)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.built: list[Design] = []
        self.dialog.built.connect(self.built.append)
        self.dialog.open()
        qtbot.waitExposed(self.dialog)
        self.qtbot = qtbot

    def type(self, name: str, text: str) -> None:
        field = self.dialog.fields[name]
        assert isinstance(field, NumberField)
        field.box.setFocus()
        field.box.selectAll()
        self.qtbot.keyClicks(field.box, text)

    def create(self) -> None:
        self.qtbot.mouseClick(self.dialog.create_button, Qt.MouseButton.LeftButton)


@pytest.fixture
def network(qtbot: QtBot, theme: Theme) -> Opened:
    return Opened(qtbot, "mobilenet_v2")


def test_each_template_has_a_field_for_each_setting(qtbot: QtBot, network: Opened) -> None:
    for row, each in enumerate(templates()):
        network.dialog.list.setCurrentRow(row)
        assert list(network.dialog.fields) == [setting.name for setting in each.settings]


def test_the_defaults_make_the_papers_network(network: Opened) -> None:
    network.create()
    (design,) = network.built
    assert analyse(design).totals.parameters == 3_504_872
    assert not network.dialog.isVisible()


def test_what_is_typed_and_chosen_reaches_the_design(qtbot: QtBot, network: Opened) -> None:
    network.type("classes", "10")
    padding = network.dialog.fields["padding"]
    assert isinstance(padding, ChoiceField)
    padding.combo.setFocus()
    qtbot.keyClick(padding.combo, Qt.Key.Key_Down)
    network.create()
    (design,) = network.built
    # The classifier holds 1280 weights and one bias a class: 990 classes fewer are 990 · 1281 parameters fewer.
    assert analyse(design).totals.parameters == 3_504_872 - 990 * 1281
    assert design.nodes[design.order[1]].layer.data["padding"] == "same"


def test_a_refused_number_keeps_the_dialog_open_with_its_reason(network: Opened) -> None:
    network.type("resolution", "9")
    network.create()
    assert network.built == []
    assert network.dialog.isVisible()
    assert network.dialog.fields["resolution"].complaint == "9 is out of range; it takes 32 to 4096"
    network.type("resolution", "96")
    network.create()
    assert len(network.built) == 1


def test_escape_makes_nothing(qtbot: QtBot, network: Opened) -> None:
    qtbot.keyClick(network.dialog, Qt.Key.Key_Escape)
    assert network.built == []
    assert not network.dialog.isVisible()
