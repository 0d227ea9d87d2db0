"""The picture dialog: what is chosen is seen, written and copied, and chosen again the next time."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from designer.graph.design import Design, NodeId
from designer.ui.canvas.picture import PictureOptions
from designer.ui.dialogs.picture_dialog import PictureDialog
from designer.ui.look.theme import DARK
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab
from tests.ui.windows import Answers

pytestmark = pytest.mark.gui


@pytest.fixture(autouse=True)
def _nothing_was_chosen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PictureDialog, "last", PictureOptions())


@pytest.fixture
def tab(window: MainWindow, sketch: Design) -> DesignTab:
    return window.bench.open_design(sketch)


def opened(window: MainWindow) -> PictureDialog:
    window.views["export_picture"].trigger()
    (dialog,) = [each for each in window.findChildren(PictureDialog) if each.isVisible()]
    return dialog


def press(qtbot: QtBot, box: QCheckBox) -> None:
    """Press a box where its square is."""
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


def written(qtbot: QtBot, dialog: PictureDialog, path: Path | None) -> QImage:
    assert path is not None
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    return QImage.fromData(path.read_bytes())


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_picture_is_seen_and_written(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path, ending: str
) -> None:
    answers.save = tmp_path / f"picture.{ending}"
    dialog = opened(window)
    plain = dialog.preview.pixmap().toImage()
    press(qtbot, dialog.legend)
    assert dialog.preview.pixmap().toImage() != plain
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    content = answers.save.read_bytes()
    if ending == "png":
        image = QImage.fromData(content)
        points = product(range(0, image.width(), 3), range(0, image.height(), 3))
        assert len({image.pixel(x, y) for x, y in points}) > 5
    else:
        assert content[:5] in (b"<?xml", b"%PDF-")


def test_a_picture_that_cannot_be_written_is_said(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path
) -> None:
    answers.save = tmp_path / "no such folder" / "picture.png"
    dialog = opened(window)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert answers.told[0][0] == "The picture was not written"


def test_a_name_that_ends_as_no_picture_does_is_refused(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path
) -> None:
    answers.save = tmp_path / "picture.bmp"
    dialog = opened(window)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert "'.bmp' is no kind of picture; end the name in .png" in answers.told[0][1]
    assert not answers.save.exists()
    assert dialog.isVisible(), "another name can be given"


def test_the_selection_alone_is_smaller_than_everything(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path
) -> None:
    answers.save = tmp_path / "picture.png"
    tab.select([NodeId("expand")])
    dialog = opened(window)
    assert dialog.what.currentText() == "The selection"
    alone = written(qtbot, dialog, answers.save)
    dialog = opened(window)
    qtbot.keyClick(dialog.what, Qt.Key.Key_Up)
    assert dialog.what.currentText() == "Everything on the canvas"
    everything = written(qtbot, dialog, answers.save)
    assert everything.width() > 2 * alone.width(), "four cards in a row, and one"
    assert everything.height() == alone.height()


def test_nothing_selected_leaves_no_choice(window: MainWindow, tab: DesignTab) -> None:
    tab.select([])
    dialog = opened(window)
    assert dialog.what.currentText() == "Everything on the canvas"
    assert not dialog.what.isEnabled()


def test_pixels_a_unit_make_a_png_larger(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path
) -> None:
    answers.save = tmp_path / "picture.png"
    sizes = []
    for typed in ("1", "3"):
        dialog = opened(window)
        dialog.scale.box.selectAll()
        qtbot.keyClicks(dialog.scale.box, typed)
        sizes.append(written(qtbot, dialog, answers.save).size())
    assert sizes[1].width() == pytest.approx(3 * sizes[0].width(), abs=3)
    assert sizes[1].height() == pytest.approx(3 * sizes[0].height(), abs=3)


@pytest.mark.parametrize("is_transparent", [False, True])
def test_the_ground_is_left_out_where_it_is_asked(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path, is_transparent: bool
) -> None:
    answers.save = tmp_path / "picture.png"
    dialog = opened(window)
    if is_transparent:
        press(qtbot, dialog.transparent)
    corner = written(qtbot, dialog, answers.save).pixelColor(0, 0)
    assert corner.alpha() == (0 if is_transparent else 255)


def test_the_copy_is_the_picture_in_the_look_that_was_chosen(
    qtbot: QtBot, window: MainWindow, tab: DesignTab, answers: Answers, tmp_path: Path
) -> None:
    answers.save = tmp_path / "picture.png"
    dialog = opened(window)
    qtbot.keyClick(dialog.look, Qt.Key.Key_Down)
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().image()
    assert copied.pixelColor(0, 0) == DARK.ground
    assert copied.size() == written(qtbot, dialog, answers.save).size()


def test_what_was_chosen_is_chosen_again(qtbot: QtBot, window: MainWindow, tab: DesignTab) -> None:
    dialog = opened(window)
    before = (dialog.look.currentText(), dialog.transparent.isChecked(), dialog.legend.isChecked())
    qtbot.keyClick(dialog.look, Qt.Key.Key_Down)
    press(qtbot, dialog.transparent)
    press(qtbot, dialog.legend)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    again = opened(window)
    assert before[0] == "Light"
    assert again.look.currentText() == "Dark"
    assert (again.transparent.isChecked(), again.legend.isChecked()) == (not before[1], not before[2])
