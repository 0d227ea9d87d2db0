"""What can be taken in: open tabs, files, templates, earlier states from undo and git, variants of the selection."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.edit.edits import set_parameter
from designer.edit.grouping import group
from designer.files import design_json
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.compare.adding import adding_menu
from designer.ui.compare.page import ComparePage
from designer.ui.compare.revisions_dialog import RevisionsDialog
from designer.ui.compare.variants_dialog import VariantsDialog
from designer.ui.dialogs.template_dialog import TemplateDialog
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import Answers, press

pytestmark = pytest.mark.gui


def entry(menu: QMenu, *words: str):
    """The action at a path of titles, each given by its beginning."""
    for word in words[:-1]:
        below = next(each.menu() for each in menu.actions() if each.text().replace("&", "").startswith(word))
        assert isinstance(below, QMenu)
        menu = below
    return next(each for each in menu.actions() if each.text().replace("&", "").startswith(words[-1]))


def last(page: ComparePage):
    return page.comparing.members[-1]


def test_an_open_tab_is_added_and_stays_live(window: MainWindow, page: ComparePage) -> None:
    tab = window.bench.open_design(template("bottleneck").build(expansion=2.0))
    window.bench.turn_to(page)
    entry(adding_menu(window.bench, page), "Open tab", tab.document.design.name).trigger()
    assert last(page).document is tab.document
    assert len(page.comparing.members) == 4


def test_a_file_is_added_and_no_more_than_six(
    window: MainWindow, page: ComparePage, answers: Answers, tmp_path: Path
) -> None:
    path = tmp_path / "kept.design.json"
    design_json.save(template("bottleneck").build(expansion=3.0), path)
    answers.open = (path, tmp_path / "none.design.json")
    entry(adding_menu(window.bench, page), "From a file").trigger()
    assert last(page).document.path == str(path)
    assert answers.told[-1][0] == "The file could not be opened"
    answers.open = (path, path, path)
    entry(adding_menu(window.bench, page), "From a file").trigger()
    assert len(page.comparing.members) == 4


def test_a_template_is_added(qtbot: QtBot, window: MainWindow, page: ComparePage) -> None:
    entry(adding_menu(window.bench, page), "From a template").trigger()
    (dialog,) = page.findChildren(TemplateDialog)
    qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    assert len(page.comparing.members) == 4


def test_an_earlier_state_from_the_undo_history(window: MainWindow, page: ComparePage) -> None:
    a = page.comparing.members[0]
    before = a.design
    assert window.bench.apply("Narrow", lambda d: set_parameter(d, [NodeId("pointwise")], "out_channels", 8))
    entry(adding_menu(window.bench, page), "Earlier state of", "before “Narrow”").trigger()
    assert last(page).design == before
    assert a.design != before
    assert last(page).document is not a.document


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_an_earlier_state_from_git(qtbot: QtBot, window: MainWindow, answers: Answers, tmp_path: Path) -> None:
    path = tmp_path / "net.design.json"

    def commit(expansion: float) -> None:
        design_json.save(template("bottleneck").build(expansion=expansion), path)
        for words in (["add", "."], ["commit", "-qm", f"t = {expansion}"]):
            subprocess.run(
                ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True
            )

    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    commit(6.0)
    commit(4.0)
    window.bench.open_path(path)
    window.bench.open_design(template("separable").build())
    page = window.bench.compare_tabs()
    assert page is not None
    entry(adding_menu(window.bench, page), "Earlier state from git").trigger()
    (dialog,) = page.findChildren(RevisionsDialog)
    qtbot.waitUntil(lambda: dialog.list.count() == 2, timeout=10_000)
    dialog.list.setCurrentRow(1)
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert last(page).design == template("bottleneck").build(expansion=6.0)
    assert last(page).origin.startswith("git ")


def test_variants_of_a_field_come_as_one_undo_step_and_touch_no_file(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    tab = window.bench.open_design(template("mobilenet_v2").build())
    tab.select([NodeId("bottleneck_3")])
    press(qtbot, window, "Ctrl+Shift+A")
    (dialog,) = tab.findChildren(VariantsDialog)
    fields = [dialog.field.itemText(row) for row in range(dialog.field.count())]
    dialog.field.setCurrentIndex(fields.index("Expansion"))
    qtbot.keyClicks(dialog.values, "1, 2, four")
    assert not dialog.ok.isEnabled()
    assert dialog.trouble.text()
    dialog.values.clear()
    qtbot.keyClicks(dialog.values, "1, 2, 4")
    qtbot.keyClick(dialog.values, Qt.Key.Key_Return)
    page = window.bench.comparison
    assert page is not None
    found = [member.design.nodes[NodeId("bottleneck_3")].layer for member in page.comparing.members]
    assert [getattr(layer, "expansion") for layer in found] == [6, 1, 2, 4]  # noqa: B009  # of whatever type it is
    values = next(row.values for row in page.comparison().rows if row.key == "parameters")
    assert values[1] < values[2] < values[3] < values[0]  # type: ignore[operator]  # all are known
    assert not list(tmp_path.glob("*.design.json"))
    press(qtbot, window, "Ctrl+Z")
    assert len(page.comparing.members) == 1
    press(qtbot, window, "Ctrl+Shift+Z")
    assert len(page.comparing.members) == 4


def test_a_variant_gets_a_tab_when_asked(qtbot: QtBot, window: MainWindow, page: ComparePage) -> None:
    window.bench.compare_tabs()
    b = page.comparing.members[1]
    b.view.canvas.setFocus()
    b.view.select([NodeId("depthwise")])
    QApplication.processEvents()
    entry(adding_menu(window.bench, page), "Variants").trigger()
    dialog = b.view.findChild(VariantsDialog)
    assert dialog is not None
    dialog.field.setCurrentText("Kernel size")
    qtbot.keyClicks(dialog.values, "5")
    qtbot.keyClick(dialog.values, Qt.Key.Key_Return)
    member = last(page)
    entry(page.menu_for(member), "Open in its own tab").trigger()
    tab = window.bench.tab
    assert tab is not None
    assert tab.document is member.document
    assert not tab.document.is_saved


def test_variants_of_a_field_inside_a_group_are_of_the_whole_design(qtbot: QtBot, window: MainWindow) -> None:
    design, block = group(template("bottleneck").build(), [NodeId("expand"), NodeId("expand_bn")], "widening")
    tab = window.bench.open_design(design)
    tab.show_inside((block, NodeId("expand")))
    qtbot.waitUntil(lambda: tab.path == (block,))
    tab.select([NodeId("expand")])
    press(qtbot, window, "Ctrl+Shift+A")
    (dialog,) = tab.findChildren(VariantsDialog)
    dialog.field.setCurrentText("Out channels")
    qtbot.keyClicks(dialog.values, "48, 96")
    qtbot.keyClick(dialog.values, Qt.Key.Key_Return)
    page = window.bench.comparison
    assert page is not None
    wide = []
    for member in page.comparing.members:
        body = member.design.nodes[block].layer.body
        assert body is not None
        wide.append(getattr(body.nodes[NodeId("expand")].layer, "out_channels"))  # noqa: B009  # of whatever type it is
    assert wide == [144, 48, 96]


def test_what_follows_from_a_block_has_no_variants_and_that_is_said(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(template("mobilenet_v2").build())
    said: list[str] = []
    window.bench.status_message.connect(said.append)
    tab.show_inside((NodeId("bottleneck_3"), NodeId("expand")))
    qtbot.waitUntil(lambda: tab.path == (NodeId("bottleneck_3"),))
    for id in ("x", "expand"):
        tab.select([NodeId(id)])
        press(qtbot, window, "Ctrl+Shift+A")
    assert not tab.findChildren(VariantsDialog)
    assert said[-1].startswith("No variants: select nodes with a field in common")
