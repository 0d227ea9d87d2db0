"""A sweep by hand: fields varied, the walk started, stopped and gone on with, rows chosen, designs compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.graph.design import Design, NodeId
from designer.templates.networks import template
from designer.ui.compare.page import ComparePage
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.sweep.page import SweepPage
from designer.ui.sweep.vary_dialog import VaryDialog
from tests.ui.windows import FAKE_WORKER, Answers, press, shown_window

LEFT = Qt.MouseButton.LeftButton
SIXTH = NodeId("bottleneck_6")


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers) -> Iterator[MainWindow]:
    with shown_window(qtbot, settings, theme, WorkerClient(FAKE_WORKER), answers, (1600, 1000)) as made:
        yield made


def small() -> Design:
    return template("mobilenet_v2").build(width=0.25, resolution=32)


def varied(qtbot: QtBot, window: MainWindow, ids: list[str], values: str, variable: str = "") -> None:
    """Mark the expansion of nodes by keyboard."""
    tab = window.bench.tab
    assert tab is not None
    tab.select(map(NodeId, ids))
    tab.setFocus()
    press(qtbot, window, "Ctrl+Shift+Y")
    dialog = dialog_on(window)
    qtbot.keyClicks(dialog.values, values)
    dialog.variable.selectAll()
    qtbot.keyClick(dialog.variable, Qt.Key.Key_Delete)
    qtbot.keyClicks(dialog.variable, variable)
    qtbot.mouseClick(dialog.ok, LEFT)
    QApplication.processEvents()


def dialog_on(window: MainWindow) -> VaryDialog:
    (dialog,) = [each for each in window.findChildren(VaryDialog) if each.isVisible()]
    return dialog


def page_of(qtbot: QtBot, window: MainWindow) -> SweepPage:
    assert window.bench.tab is not None
    with qtbot.waitActive(window):
        window.activateWindow()
    window.bench.tab.setFocus()
    press(qtbot, window, "F9")
    page = window.bench.page
    assert isinstance(page, SweepPage)
    return page


def add_row(qtbot: QtBot, page: SweepPage, name: str, values: str) -> None:
    qtbot.mouseClick(page.setup.add, LEFT)
    row = page.setup._varied()[-1]
    qtbot.keyClicks(row.name, name)
    qtbot.keyClicks(row.values, values)


def started(qtbot: QtBot, page: SweepPage) -> None:
    qtbot.mouseClick(page.start, LEFT)
    qtbot.waitUntil(lambda: not page.stop.isEnabled() and page.bar.value() == 1000, timeout=30_000)


def test_what_is_marked_is_swept_compared_and_opened(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    bench = window.bench
    tab = bench.open_design(small(), tmp_path / "v2.design.json")
    QApplication.processEvents()
    varied(qtbot, window, ["bottleneck_5", "bottleneck_6"], "2, 4, 6", "t")
    assert "t ∈ 2, 4, 6" in tab.scene.nodes[SIXTH].face.summary.text
    page = page_of(qtbot, window)
    add_row(qtbot, page, "stem.out_channels", "8:16:8")
    assert page.setup.size_label.text() == "6 points: 3 × 2"
    started(qtbot, page)
    assert len(page.results) == page.table.model_of_results.rowCount() == 6
    assert page.path is not None
    assert page.path.parent == tmp_path
    assert len(page.path.read_text().splitlines()) == 6
    for result in page.results:
        design = small()
        for id in ("bottleneck_5", "bottleneck_6"):
            layer = design.nodes[NodeId(id)].layer.with_parameter("expansion", result.settings["t"])
            design = design.with_layer(NodeId(id), layer)
        stem = design.nodes[NodeId("stem")].layer.with_parameter("out_channels", result.settings["stem.out_channels"])
        assert result.figures["macs"] == analyse(design.with_layer(NodeId("stem"), stem)).totals.macs
    page.pages.setCurrentIndex(2)
    table = page.table
    for row in (0, 3):
        at = table.visualRect(table.model().index(row, 0)).center()
        modifier = Qt.KeyboardModifier.ControlModifier if row else Qt.KeyboardModifier.NoModifier
        qtbot.mouseClick(table.viewport(), LEFT, modifier, at)
    assert len(table.selected()) == 2
    qtbot.mouseClick(page.compare, LEFT)
    assert isinstance(bench.page, ComparePage)
    assert len(bench.page.comparing.members) == 3
    bench.turn_to(page)
    at = table.visualRect(table.model().index(5, 0)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=at)
    qtbot.mouseClick(page.open, LEFT)
    assert bench.tab is not None
    assert bench.tab.document.design.name == f"{small().name} · t = 6 · stem.out_channels = 16"


def test_a_spot_is_chosen_by_a_click_and_shown_small(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.open_design(small())
    QApplication.processEvents()
    page = page_of(qtbot, window)
    add_row(qtbot, page, "bottleneck_6.expansion", "1..6")
    started(qtbot, page)
    qtbot.waitUntil(lambda: page.scatter.plot is not None, timeout=20_000)
    plot = page.scatter.plot
    assert plot is not None
    spot = page.scatter.chart.spots[3] if page.scatter.chart is not None else None
    assert spot is not None
    QApplication.processEvents()
    at = plot.mapFromScene(plot.plotItem.vb.mapViewToScene(QPointF(spot.x, spot.y)))
    qtbot.mouseClick(plot.viewport(), LEFT, pos=at)
    assert page.table.selected() == (page.results[3],)
    assert page.preview_words.text() == "bottleneck_6.expansion = 4"
    assert not page.preview.pixmap().isNull()
    assert "bottleneck_6.expansion = 4" in plot.text_at(QPointF(at))


def test_a_sweep_is_stopped_and_gone_on_with(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.open_design(small())
    QApplication.processEvents()
    page = page_of(qtbot, window)
    add_row(qtbot, page, "bottleneck_6.expansion", "1:4:0.01")
    add_row(qtbot, page, "bottleneck_9.expansion", "1:4:0.1")
    qtbot.mouseClick(page.start, LEFT)
    qtbot.waitUntil(lambda: len(page.results) > 50, timeout=20_000)
    qtbot.mouseClick(page.stop, LEFT)
    qtbot.waitUntil(lambda: not page.stop.isEnabled(), timeout=10_000)
    assert page.says.text().startswith("Stopped.")
    found = len(page.results)
    assert found < 301 * 31
    qtbot.mouseClick(page.start, LEFT)
    qtbot.waitUntil(lambda: len(page.results) > found + 100, timeout=20_000)
    settings = [str(each.settings) for each in page.results]
    assert len(set(settings)) == len(settings), "nothing is counted twice"
    qtbot.mouseClick(page.stop, LEFT)
    qtbot.waitUntil(lambda: not page.stop.isEnabled(), timeout=10_000)


def test_marks_are_undone_and_held_still(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(small())
    QApplication.processEvents()
    varied(qtbot, window, ["bottleneck_6"], "2, 4")
    page = page_of(qtbot, window)
    (row,) = page.setup._varied()
    assert (row.name.text(), row.values.text()) == ("bottleneck_6.expansion", "2, 4")
    qtbot.mouseClick(row.out, LEFT)
    assert page.setup._varied() == []
    assert "Nothing varies" in page.setup.size_label.text()
    tab.document.undo()
    assert len(page.setup._varied()) == 1
    tab.document.undo()
    assert page.setup._varied() == []
    assert tab.document.design == small()


def test_constraints_go_into_the_design_and_what_is_wrong_is_said(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(small())
    QApplication.processEvents()
    page = page_of(qtbot, window)
    add_row(qtbot, page, "bottleneck_6.expansion", "1..6")
    qtbot.keyClicks(page.setup.constraints, "parameters <= 1519000")
    assert tab.document.design.constraints == ("parameters <= 1519000",)
    started(qtbot, page)
    assert 0 < sum(each.is_kept for each in page.results) < 6
    qtbot.keyClick(page.setup.constraints, Qt.Key.Key_Return)
    qtbot.keyClicks(page.setup.constraints, "mcas <= 3")
    assert "did you mean 'macs'" in page.setup.trouble.text()
    assert not page.start.isEnabled()
    page.setup._varied()[0].name.setText("bottleneck_66.expansion")
    assert "there is no node 'bottleneck_66'" in page.setup.trouble.text()


def test_a_template_is_swept_from_the_window(qtbot: QtBot, window: MainWindow) -> None:
    window.bench.open_design(small())
    QApplication.processEvents()
    page = page_of(qtbot, window)
    box = page.setup.source
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == "MobileNetV2"
    width, resolution = page.setup._varied()
    for row, text in ((width, "0.25, 0.5"), (resolution, "32, 64")):
        row.values.selectAll()
        qtbot.keyClicks(row.values, text)
    started(qtbot, page)
    for result in page.results:
        built = template("mobilenet_v2").build(**result.settings)
        assert result.figures["macs"] == analyse(built).totals.macs


def test_a_field_is_varied_by_a_right_click_in_the_inspector(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.bench.open_design(small())
    QApplication.processEvents()
    tab.select([SIXTH])
    for _ in range(2):  # menus are tried twice
        row = window.inspector.fields["out_channels"].parentWidget()
        assert row is not None
        row.customContextMenuRequested.emit(QPoint(4, 4))
        (menu,) = [each for each in window.inspector.findChildren(QMenu) if each.isVisible()]
        qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu.actions()[0]).center())
        dialog = dialog_on(window)
        assert dialog.field.currentText() == "Out channels"
        qtbot.keyClicks(dialog.values, "lots")
        assert not dialog.ok.isEnabled()
        assert "lots" in dialog.trouble.text()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        QApplication.sendPostedEvents(None, 0)
        QApplication.processEvents()
    assert tab.document.design == small()
