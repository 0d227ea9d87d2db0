"""New from template: the form follows the settings, what is typed reaches the design, refusals keep it open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from designer import wording
from designer.analysis.analysis import analyse
from designer.graph.design import Design
from designer.templates.networks import template, templates
from designer.ui.dialogs.template_dialog import TemplateDialog
from designer.ui.look.theme import Theme, metrics
from designer.ui.shell.main_window import MainWindow
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


# The gallery ----------------------------------------------------------------------------------------------------------


def shown(dialog: TemplateDialog) -> list[str]:
    """Titles of the cards in sight of a search."""
    rows = [dialog.list.item(row) for row in range(dialog.list.count())]
    return [row.text() for row in rows if not row.isHidden()]


def mark(qtbot: QtBot, dialog: TemplateDialog, row: int) -> None:
    """Press the mark in a card's upper right corner."""
    card = dialog.list.visualItemRect(dialog.list.item(row))
    sizes = metrics(dialog.list.font())
    inset = round(sizes.gap + sizes.line * 0.45) + 1
    qtbot.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=card.topRight() + QPoint(-inset, inset))


@pytest.fixture
def gallery(qtbot: QtBot, theme: Theme) -> TemplateDialog:
    dialog = TemplateDialog(None, None, 3)
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog


def test_cards_are_counted_one_by_one_and_say_what_the_network_costs(qtbot: QtBot, gallery: TemplateDialog) -> None:
    qtbot.waitUntil(lambda: gallery.list.is_counted, timeout=20_000)
    for row, each in enumerate(templates()):
        card = gallery.list.card(row)
        assert card is not None
        totals = analyse(each.unplaced()).totals
        assert (card.totals.parameters, card.totals.macs) == (totals.parameters, totals.macs)
        assert card.columns


def test_numbers_follow_while_typing(qtbot: QtBot, network: Opened) -> None:
    assert network.dialog.figure("parameters") == wording.count(3_504_872)
    network.type("classes", "10")
    qtbot.waitUntil(lambda: network.dialog.figure("parameters") == wording.count(3_504_872 - 990 * 1281))


def test_search_and_family_leave_what_fits(qtbot: QtBot, gallery: TemplateDialog) -> None:
    gallery.search.setFocus()
    qtbot.keyClicks(gallery.search, "howard 2017")
    assert shown(gallery) == ["MobileNetV1", "Separable (V1)"]
    assert gallery.template.title == "MobileNetV1"
    qtbot.keyClick(gallery.search, Qt.Key.Key_Escape)
    assert gallery.isVisible()
    gallery.family.setFocus()
    qtbot.keyClicks(gallery.family, "Blocks")
    assert shown(gallery) == ["Bottleneck (V2)", "Separable (V1)", "Article's bottleneck"]
    gallery.search.setFocus()
    qtbot.keyClicks(gallery.search, "zebra")
    assert shown(gallery) == []
    assert not gallery.create_button.isEnabled()


def test_arrow_keys_walk_the_cards_and_enter_creates(qtbot: QtBot, gallery: TemplateDialog) -> None:
    built: list[Design] = []
    gallery.built.connect(built.append)
    gallery.search.setFocus()
    qtbot.keyClick(gallery.search, Qt.Key.Key_Down)
    qtbot.keyClick(gallery.list, Qt.Key.Key_Right)
    assert gallery.list.currentRow() == 1
    qtbot.keyClick(gallery.list, Qt.Key.Key_Return)
    assert [design.name for design in built] == ["MobileNetV1 1 · 224"]


def test_marked_cards_are_compared_with_their_own_settings(qtbot: QtBot, gallery: TemplateDialog) -> None:
    together: list[tuple[Design, ...]] = []
    gallery.compared.connect(together.append)
    assert not gallery.compare_button.isEnabled()
    mark(qtbot, gallery, 0)
    field = gallery.fields["classes"]
    assert isinstance(field, NumberField)
    field.box.setFocus()
    field.box.selectAll()
    qtbot.keyClicks(field.box, "10")
    gallery.list.setFocus()
    qtbot.keyClick(gallery.list, Qt.Key.Key_Right)
    qtbot.keyClick(gallery.list, Qt.Key.Key_Space)
    assert gallery.list.marks == (0, 1)
    qtbot.mouseClick(gallery.compare_button, Qt.MouseButton.LeftButton)
    ((first, second),) = together
    assert analyse(first).totals.parameters == 3_504_872 - 990 * 1281
    assert second.name == "MobileNetV1 1 · 224"


def test_more_than_have_room_are_not_compared(qtbot: QtBot, gallery: TemplateDialog) -> None:
    for row in range(4):
        mark(qtbot, gallery, row)
    assert not gallery.compare_button.isEnabled()
    assert gallery.compare_button.text() == "At most 3 side by side"
    mark(qtbot, gallery, 3)
    assert gallery.compare_button.isEnabled()


def test_settings_stay_while_another_card_is_looked_at(network: Opened) -> None:
    network.type("width", "0.5")
    network.dialog.list.setCurrentRow(1)
    network.dialog.list.setCurrentRow(0)
    network.create()
    assert [design.name for design in network.built] == ["MobileNetV2 0.5 · 224"]


def test_it_fits_a_small_screen(gallery: TemplateDialog) -> None:
    needs = gallery.minimumSizeHint().expandedTo(gallery.minimumSize())
    assert needs.width() <= 1280
    assert needs.height() <= 720


def test_a_comparison_opens_from_the_window(qtbot: QtBot, window: MainWindow) -> None:
    window.views["new_from_template"].trigger()
    (dialog,) = window.findChildren(TemplateDialog)
    qtbot.waitExposed(dialog)
    for row in (0, 2):
        mark(qtbot, dialog, row)
    qtbot.mouseClick(dialog.compare_button, Qt.MouseButton.LeftButton)
    page = window.bench.comparison
    assert page is not None
    assert [member.name for member in page.comparing.members] == ["MobileNetV2 1 · 224", "MobileNetV3 Large 1 · 224"]
