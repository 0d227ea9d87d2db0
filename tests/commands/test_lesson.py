"""``bottleneck-designer lesson``: listed, told, guessed, in two languages, with one's own design and folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from designer.__main__ import main
from designer.files.design_json import save
from designer.lessons.files import own_folder
from designer.templates.networks import template


def test_the_list_and_a_lesson_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8
    assert main(["lesson", "3"]) == 0
    told = capsys.readouterr().out
    assert "How many depthwise filters are there now?" in told
    assert "96" not in told
    assert main(["lesson", "who-decides", "--language", "zh"]) == 0
    assert "现在有多少个" in capsys.readouterr().out


def test_a_guess_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "separable-saves", "--guess", "12", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["truth"] == pytest.approx(100 * (1 / 64 + 1 / 25))
    assert (data["guess"], data["standing"], data["is_measured"]) == (12, "holds", False)


def test_ones_own_design_is_asked_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.design.json"
    save(template("separable").build(kernel=7, out_channels=10), file)
    assert main(["lesson", "1", "--guess", "12", "--design", str(file), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["truth"] == pytest.approx(100 * (1 / 10 + 1 / 49))
    assert data["standing"] == "otherwise"


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("name", ["2", "5", "8"])
def test_what_must_be_run_is_run(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", name, "--guess", "50", "--seconds", "1", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["truth"] > 0
    assert data["standing"] in ("holds", "otherwise", "unsure")
    assert data["evidence"]


def test_a_folder_of_lessons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("3-who-decides.lesson.json", "bottleneck.design.json"):
        (tmp_path / name).write_bytes((own_folder() / name).read_bytes())
    (tmp_path / "bad.lesson.json").write_text("{}", encoding="utf-8")
    assert main(["lesson", "--folder", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("3-who-decides")
    assert "bad.lesson.json" in told.err
    assert main(["lesson", "3", "--guess", "1", "--folder", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nine"], "there is no lesson 'nine'"),
        (["1", "--guess", "nan"], "it takes a number"),
        (["1", "--guess", "1", "--seconds", "0"], "above 0"),
        (["--folder", "/nowhere/at/all"], "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", *words]) == 2
    assert said in capsys.readouterr().err
