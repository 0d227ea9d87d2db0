"""What leaves a comparison: the table as it is seen, in the form its name asks for, or why it was not written."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from designer.ui.compare.page import ComparePage
from tests.ui.windows import Answers

pytestmark = pytest.mark.gui


def save(qtbot: QtBot, page: ComparePage, answers: Answers, path: Path) -> list[str]:
    """Save the table under a name; gives what is said."""
    said: list[str] = []
    page.status_message.connect(said.append)
    answers.save = path
    qtbot.mouseClick(page.buttons["Save table…"], Qt.MouseButton.LeftButton)
    return said


def figures(text: str) -> list[str]:
    return [line[0] for line in csv.reader(io.StringIO(text))][1:]


@pytest.mark.parametrize(("name", "written"), [("a.csv", "a.csv"), ("a.md", "a.md"), ("a", "a.md")])
def test_the_ending_says_the_form_and_markdown_is_taken_without_one(
    qtbot: QtBot, page: ComparePage, answers: Answers, tmp_path: Path, name: str, written: str
) -> None:
    assert save(qtbot, page, answers, tmp_path / name) == [f"Wrote {written}"]
    first = (tmp_path / written).read_text().splitlines()[0]
    assert first.startswith("figure,unit," if written.endswith("csv") else "| ")


def test_another_ending_is_refused_and_nothing_is_written(
    qtbot: QtBot, page: ComparePage, answers: Answers, tmp_path: Path
) -> None:
    assert save(qtbot, page, answers, tmp_path / "a.txt") == []
    assert not (tmp_path / "a.txt").exists()
    (said,) = answers.told
    assert "a.txt" in said[0]
    assert ".md or .csv" in said[1]


def test_hidden_rows_do_not_leave_and_the_order_is_the_one_on_screen(
    qtbot: QtBot, page: ComparePage, answers: Answers, tmp_path: Path
) -> None:
    save(qtbot, page, answers, tmp_path / "whole.csv")
    whole = figures((tmp_path / "whole.csv").read_text())
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.figures.index(0, 0))
    qtbot.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    save(qtbot, page, answers, tmp_path / "seen.csv")
    assert figures((tmp_path / "seen.csv").read_text()) == whole[1:]


def test_markdown_on_the_clipboard_has_a_column_a_design(qtbot: QtBot, page: ComparePage) -> None:
    qtbot.mouseClick(page.buttons["Copy as Markdown"], Qt.MouseButton.LeftButton)
    heading = QGuiApplication.clipboard().text().splitlines()[0]
    assert all(member.name in heading for member in page.comparing.members)


def test_what_cannot_be_written_is_told(qtbot: QtBot, page: ComparePage, answers: Answers, tmp_path: Path) -> None:
    assert save(qtbot, page, answers, tmp_path / "no such folder" / "a.md") == []
    assert answers.told[-1][0] == "a.md was not written"


def test_an_answer_that_was_not_given_writes_nothing(
    qtbot: QtBot, page: ComparePage, answers: Answers, tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    answers.save = None
    for button in ("Save table…", "Report (HTML)…"):
        qtbot.mouseClick(page.buttons[button], Qt.MouseButton.LeftButton)
    assert sorted(tmp_path.rglob("*")) == before
    assert answers.told == []
