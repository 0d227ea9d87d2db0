"""Formulas by hand: typed behind = in a field, parameters in their table, conditions; in one undo step each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from designer.graph.design import Design, NodeId
from designer.layers.blocks import Group
from designer.layers.endpoints import Input, Output
from designer.ui.dialogs.own_parameters_dialog import COLUMNS, OwnParametersDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.fields import NumberField
from tests.layers.test_formulas import drawn, drawn_body
from tests.small_designs import row
from tests.ui.windows import FAKE_WORKER, Answers, shown_window

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
GROUP, EXPAND, ADD = NodeId("n1"), NodeId("expand"), NodeId("add")


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers) as made:
        yield made


def opened(window: MainWindow, design: Design) -> DesignTab:
    tab = window.bench.open_design(design)
    QApplication.processEvents()
    tab.setFocus()
    return tab


def inside(window: MainWindow) -> DesignTab:
    """A design of the drawn bottleneck, with what is inside it on screen."""
    tab = opened(window, row(Input(24, 28, 28), drawn(t=4.0), Output()))
    tab.select([GROUP])
    window.views["enter_block"].trigger()
    QApplication.processEvents()
    assert tab.path == (GROUP,)
    return tab


def number(window: MainWindow, name: str) -> NumberField:
    field = window.inspector.fields[name]
    assert isinstance(field, NumberField)
    return field


def type_into(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.editor.setFocus()
    field.box.lineEdit().selectAll()
    line = field.box.lineEdit()
    qtbot.keyClicks(line, text)
    completer = line.completer()
    popup = completer.popup() if completer is not None else None
    if popup is not None and popup.isVisible():
        qtbot.keyClick(popup, Qt.Key.Key_Escape)
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_a_group_has_the_form_of_its_parameters(qtbot: QtBot, window: MainWindow) -> None:
    tab = opened(window, row(Input(24, 28, 28), drawn(), Output()))
    tab.select([GROUP])
    QApplication.processEvents()
    assert list(window.inspector.fields) == ["t", "c", "k", "s"]
    assert [field.parameter.label for field in window.inspector.fields.values()] == ["t", "c", "k", "s"]
    before = tab.analysis.totals.macs
    type_into(qtbot, number(window, "t"), "3")
    assert tab.analysis.totals.macs < before
    layer = tab.document.design.nodes[GROUP].layer
    assert isinstance(layer, Group)
    assert layer.values == (("t", 3.0),)
    tab.document.undo()
    assert tab.analysis.totals.macs == before


def test_a_formula_is_typed_behind_an_equals_sign_and_shown_with_numbers(qtbot: QtBot, window: MainWindow) -> None:
    tab = inside(window)
    tab.select([EXPAND])
    QApplication.processEvents()
    field = number(window, "out_channels")
    assert field.value == 96
    assert field._formula_line.text() == "= round(t * in) = round(4 × 24)"
    before = tab.document.design
    type_into(qtbot, field, "=round8(t * in / 5)")
    assert tab.shown.design.nodes[EXPAND].formula("out_channels") == "round8(t * in / 5)"
    assert number(window, "out_channels").value == 24
    assert tab.shown_analysis.node(EXPAND).outputs[0].channels == 24  # type: ignore[index]
    tab.document.undo()
    assert tab.document.design == before
    type_into(qtbot, number(window, "out_channels"), "40")  # a number takes the formula's place
    assert tab.shown.design.nodes[EXPAND].formula("out_channels") == ""
    assert number(window, "out_channels")._formula_line.text() == "= "


@pytest.mark.parametrize(
    ("typed", "words"),
    [("=t * inn", "no parameter 'inn'"), ("=t *", "cannot be read"), ("=open(1)", "cannot be called")],
)
def test_a_formula_that_cannot_be_is_refused_while_it_is_typed(
    qtbot: QtBot, window: MainWindow, typed: str, words: str
) -> None:
    tab = inside(window)
    tab.select([EXPAND])
    QApplication.processEvents()
    before, field = tab.document.design, number(window, "out_channels")
    field.editor.setFocus()
    field.box.lineEdit().selectAll()
    qtbot.keyClicks(field.box.lineEdit(), typed)
    assert words in field.complaint
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    assert tab.document.design == before
    assert field.box.lineEdit().text() == "96"


def test_outside_a_group_an_equals_sign_is_no_formula(qtbot: QtBot, window: MainWindow) -> None:
    tab = opened(window, row(Input(24, 28, 28), drawn(), Output()))
    tab.select([GROUP])
    QApplication.processEvents()
    field = number(window, "c")
    field.editor.setFocus()
    field.box.lineEdit().selectAll()
    qtbot.keyClicks(field.box.lineEdit(), "=t")
    assert field.complaint


def test_names_complete(qtbot: QtBot, window: MainWindow) -> None:
    tab = inside(window)
    tab.select([EXPAND])
    QApplication.processEvents()
    line = number(window, "out_channels").box.lineEdit()
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "=t * roun")
    completer = line.completer()
    assert completer is not None
    found = [completer.completionModel().index(place, 0).data() for place in range(completer.completionCount())]
    assert found == ["round", "round8", "round_channels"]
    assert completer.pathFromIndex(completer.completionModel().index(1, 0)) == "=t * round8"


def test_a_condition_is_asked_for_and_taken_away(window: MainWindow, answers: Answers) -> None:
    tab = inside(window)
    tab.select([ADD])
    answers.text_answer = "s == 2"
    window.views["condition"].trigger()
    assert tab.shown.design.nodes[ADD].condition == "s == 2"
    assert tab.shown.design.nodes[ADD].layer.is_bypassed
    assert "only if s == 2" in window.inspector.subtitle.text()
    answers.text_answer = ""
    window.views["condition"].trigger()
    assert tab.shown.design.nodes[ADD].condition == ""
    tab.document.undo()
    tab.document.undo()
    assert tab.shown.design.nodes[ADD].condition == "s == 1 and c == in"


@pytest.mark.parametrize("is_inside", [False, True])
def test_parameters_are_added_in_their_table_and_undone(qtbot: QtBot, window: MainWindow, is_inside: bool) -> None:
    if is_inside:
        tab = inside(window)
        tab.select([])
    else:
        tab = opened(window, row(Input(24, 28, 28), Group(drawn_body().parametrised(())), Output()))
        tab.select([GROUP])
    before = tab.document.design
    window.views["own_parameters"].trigger()
    (dialog,) = window.findChildren(OwnParametersDialog)
    had = dialog.table.rowCount()
    assert had == (4 if is_inside else 0)
    qtbot.mouseClick(dialog.add, LEFT)
    editor = dialog.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "ratio")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    row_of_it = dialog.table.rowCount() - 1

    def is_named() -> bool:
        named = dialog.table.item(row_of_it, 0)
        return named is not None and named.text() == "ratio"

    qtbot.waitUntil(is_named)
    item = dialog.table.item(row_of_it, COLUMNS.index("Kind"))
    assert item is not None
    item.setText("whole")
    assert "no kind of parameter" in dialog.trouble.text()
    assert not dialog.ok.isEnabled()
    item.setText("integer")
    assert dialog.ok.isEnabled()
    qtbot.mouseClick(dialog.ok, LEFT)
    body = tab.document.design.nodes[GROUP].body
    assert body is not None
    assert [each.name for each in body.parameters][had:] == ["ratio"]
    tab.document.undo()
    assert tab.document.design == before
