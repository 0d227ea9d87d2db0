"""Edits that designers repeat, by menu, keys and mouse: what the dialog says before, and what is done after."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from safetensors.numpy import load_file

from designer import wording
from designer.__main__ import main
from designer.files.design_json import save
from designer.files.sidecar import carried_weights, weights_beside
from designer.graph.design import NodeId
from designer.graph.layer import Layer
from designer.layers.blocks import MBConv
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.normalization import BatchNorm
from designer.templates.networks import template
from designer.ui.dialogs.redesign_dialog import RedesignDialog
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme
from designer.ui.shell.main_window import MainWindow
from designer.ui.widgets.fields import ChoiceField, NumberField
from tests.runtime.compile.test_reparameterising import drawn
from tests.ui.windows import Answers, press, shown_window

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]


@pytest.fixture
def network(window: MainWindow) -> MainWindow:
    window.bench.open_design(template("mobilenet_v2").build(width=0.35))
    return window


def opened(qtbot: QtBot, window: MainWindow, key: str) -> RedesignDialog:
    """The dialog that the menu entry opens."""
    window.views[f"redesign_{key}"].trigger()
    found = [each for each in QApplication.topLevelWidgets() if isinstance(each, RedesignDialog) and each.isVisible()]
    (dialog,) = found
    qtbot.waitExposed(dialog)
    return dialog


def typed(qtbot: QtBot, dialog: RedesignDialog, name: str, text: str) -> None:
    field = dialog.fields[name]
    assert isinstance(field, NumberField)
    field.box.setFocus()
    field.box.selectAll()
    qtbot.keyClicks(field.box, text)


def accept(qtbot: QtBot, dialog: RedesignDialog) -> None:
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    dialog.deleteLater()


def test_totals_follow_while_typing_and_one_undo_takes_it_back(qtbot: QtBot, network: MainWindow) -> None:
    document, before = network.bench.whole, network.bench.whole_analysis
    assert document is not None
    assert before is not None
    kept = document.design
    dialog = opened(qtbot, network, "multiples")
    assert "(as before)" in dialog.total("parameters")
    assert not dialog.ok.isEnabled()
    typed(qtbot, dialog, "multiple", "16")
    # torchvision's network of width 0.35 has 1 677 128 parameters.
    assert dialog.total("parameters").startswith(f"{wording.count(1_677_128)} → 1")
    assert document.design is kept
    accept(qtbot, dialog)
    assert document.undo_label == "Widths to multiples of 16"
    after = network.bench.whole_analysis
    assert after is not None
    assert after.totals.parameters != before.totals.parameters
    press(qtbot, network, "Ctrl+Z")
    assert document.design == kept
    dialog = opened(qtbot, network, "multiples")
    typed(qtbot, dialog, "multiple", "16")
    accept(qtbot, dialog)
    again = network.bench.whole_analysis
    assert again is not None
    assert again.totals == after.totals


def test_escape_changes_nothing(qtbot: QtBot, network: MainWindow) -> None:
    document = network.bench.whole
    assert document is not None
    dialog = opened(qtbot, network, "scale")
    assert dialog.ok.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert document.undo_label is None
    dialog.deleteLater()


def test_strides_are_ticked_by_hand(qtbot: QtBot, network: MainWindow) -> None:
    document = network.bench.whole
    assert document is not None
    dialog = opened(qtbot, network, "strides")
    assert [box.isChecked() for box in dialog.boxes] == [True, True, False, False, False]
    dialog.boxes[2].setFocus()
    qtbot.keyClick(dialog.boxes[2], Qt.Key.Key_Space)
    assert dialog.changes.item(0).text() == "The last map is 8×8."
    accept(qtbot, dialog)
    strided = [id for id, node in document.design.nodes.items() if node.layer.downsampling > 1]
    assert strided == ["bottleneck_7", "bottleneck_14"]
    assert document.undo_label == "Drop strides for small inputs"


def test_a_selection_of_blocks_is_replaced_in_a_second_tab(qtbot: QtBot, network: MainWindow) -> None:
    first = network.bench.whole
    tab = network.bench.open_design(template("mobilenet_v2").build())
    tab.select([NodeId("bottleneck_2"), NodeId("bottleneck_3")])
    dialog = opened(qtbot, network, "replace")
    field = dialog.fields["by"]
    assert isinstance(field, ChoiceField)
    field.combo.setFocus()
    qtbot.keyClicks(field.combo, "MBC")
    accept(qtbot, dialog)
    layers = [node.layer for node in tab.document.design.nodes.values()]
    assert sum(isinstance(layer, MBConv) for layer in layers) == 2
    assert first is not None
    assert first.undo_label is None


def test_with_nothing_selected_it_says_what_to_do(qtbot: QtBot, network: MainWindow) -> None:
    dialog = opened(qtbot, network, "replace")
    assert dialog.trouble.text() == "Replace blocks: nothing is selected; select the nodes that are meant"
    assert not dialog.ok.isEnabled()
    dialog.reject()
    dialog.deleteLater()


def test_inside_a_group_only_what_is_inside_is_meant(qtbot: QtBot, network: MainWindow) -> None:
    tab = network.bench.tab
    assert tab is not None
    tab.select([NodeId("bottleneck_2")])
    network.views["make_group"].trigger()
    tab.walking.enter(NodeId("bottleneck_2"))
    tab.select([NodeId("expand")])
    dialog = opened(qtbot, network, "multiples")
    typed(qtbot, dialog, "multiple", "20")
    accept(qtbot, dialog)
    body = tab.document.design.nodes[NodeId("bottleneck_2")].body
    assert body is not None
    # 48 hidden channels: 40 is less than nine tenths of it, so the next multiple of 20; the projection stays.
    assert body.nodes[NodeId("expand")].layer.data["out_channels"] == 60
    assert tab.document.undo_label == "Widths to multiples of 20"


@pytest.mark.torch
@pytest.mark.slow
def test_weights_go_along_with_pruning_and_come_back_with_undo(
    qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, tmp_path: Path
) -> None:
    path = tmp_path / "net.design.json"
    save(template("mobilenet_v2").build(width=0.35, resolution=32), path)
    assert main(["weights", str(path)]) == 0
    original = weights_beside(path).read_bytes()
    worker = WorkerClient()
    with shown_window(qtbot, settings, theme, worker, answers) as window:
        worker.start()
        tab = window.bench.open_path(path)
        assert tab is not None
        document = tab.document
        for _ in range(2):  # twice, as undo stands between
            tab.select([NodeId("bottleneck_5"), NodeId("bottleneck_6")])
            dialog = opened(qtbot, window, "prune")
            assert dialog.changes.item(0).text() == "The weights beside the design go along."
            accept(qtbot, dialog)
            qtbot.waitUntil(lambda: document.undo_label == "Prune channels", timeout=120_000)
            qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
            window.activateWindow()
            qtbot.waitUntil(window.isActiveWindow)
            sliced = carried_weights(document.carrier)
            assert sliced is not None
            assert len(sliced.read_bytes()) < len(original)
            press(qtbot, window, "Ctrl+S")
            assert weights_beside(path).read_bytes() == sliced.read_bytes()
            press(qtbot, window, "Ctrl+Z")
            press(qtbot, window, "Ctrl+S")
            assert weights_beside(path).read_bytes() == original
        kept = [Path(place).parent for place in document.places_of_weights]
        assert kept
        assert all(folder.is_dir() for folder in kept)
        assert answers.told == []
        window.views["close"].trigger()
        assert not any(folder.is_dir() for folder in kept)


@pytest.mark.torch
@pytest.mark.slow
def test_branches_are_folded_with_their_weights_and_come_back_with_undo(
    qtbot: QtBot, settings: Settings, theme: Theme, answers: Answers, tmp_path: Path
) -> None:
    path = tmp_path / "net.design.json"
    branches: list[list[Layer]] = [[Conv2d(6), BatchNorm()], [PointwiseConv2d(6), BatchNorm()], [BatchNorm()]]
    save(drawn(branches), path)
    assert main(["weights", str(path)]) == 0
    original = weights_beside(path).read_bytes()
    worker = WorkerClient()
    with shown_window(qtbot, settings, theme, worker, answers) as window:
        worker.start()
        tab = window.bench.open_path(path)
        assert tab is not None
        document, before = tab.document, tab.document.design
        for _ in range(2):
            tab.select([NodeId("act")])  # whatever is selected, the whole is meant
            dialog = opened(qtbot, window, "reparameterise")
            assert dialog.changes.item(0).text() == "The weights beside the design go along."
            accept(qtbot, dialog)
            qtbot.waitUntil(lambda: document.undo_label == "Reparameterise", timeout=120_000)
            qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
            window.activateWindow()
            qtbot.waitUntil(window.isActiveWindow)
            kinds = [type(node.layer) for node in document.design.nodes.values()]
            assert kinds.count(Conv2d) == 1
            assert BatchNorm not in kinds
            folded = carried_weights(document.carrier)
            assert folded is not None
            assert set(load_file(folded)) == {name for name in load_file(folded) if name.endswith(("weight", "bias"))}
            assert len(load_file(folded)) == 2
            press(qtbot, window, "Ctrl+Z")
            assert document.design == before
            press(qtbot, window, "Ctrl+S")
            assert weights_beside(path).read_bytes() == original
        assert answers.told == []


def test_inside_a_group_channels_are_not_pruned(qtbot: QtBot, network: MainWindow) -> None:
    tab = network.bench.tab
    assert tab is not None
    assert network.views["redesign_prune"].isEnabled()
    tab.select([NodeId("bottleneck_2")])
    network.views["make_group"].trigger()
    tab.walking.enter(NodeId("bottleneck_2"))
    assert not network.views["redesign_prune"].isEnabled()
    assert network.views["redesign_multiples"].isEnabled()


def test_pruning_without_weights_says_which_go(qtbot: QtBot, network: MainWindow) -> None:
    tab = network.bench.tab
    assert tab is not None
    tab.select([NodeId("bottleneck_5")])
    dialog = opened(qtbot, network, "prune")
    assert dialog.changes.item(0).text() == "Without weights beside the design, the last channels go."
    typed(qtbot, dialog, "share", "0")
    assert dialog.trouble.text() == "no channel of what is selected can go"
    typed(qtbot, dialog, "share", "0.5")
    accept(qtbot, dialog)
    assert tab.document.undo_label == "Prune channels"
    press(qtbot, network, "Ctrl+Z")
    assert tab.document.undo_label is None
