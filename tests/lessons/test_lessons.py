"""The lessons: each one's claim holds when it is computed, and where it is measured, this machine is let speak."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest

from designer.analysis.analysis import analyse
from designer.errors import DesignerError, DesignFileError
from designer.graph.design import Design, NodeId
from designer.layers.activation import ReLU6
from designer.layers.convolution import Conv2d
from designer.layers.endpoints import Input, Output
from designer.lessons.answers import PairWanted, RooflineWanted, SpiralWanted, truth, wanted
from designer.lessons.files import ENDING, changed, design_of, own_folder, read_lesson, shelf
from designer.lessons.lesson import AnswerKind, Lesson, Outcome, Standing, Truth
from designer.lessons.words import WORDS, outcome_lines, reason, verdict
from designer.measurement.spiral import SpiralReport
from tests.measurement import samples
from tests.small_designs import row

LESSONS = dict(shelf().lessons)
COMPUTED = [name for name, lesson in LESSONS.items() if not lesson.answer.kind.is_measured]


def found(want: Any) -> SpiralReport:
    """What an experiment that needs no clock gives."""
    from designer.runtime.measure.spiral import spiral_experiment

    assert isinstance(want, SpiralWanted)
    return spiral_experiment(want.options)


def answered(name: str, mine: Design | None = None) -> tuple[Lesson, Truth]:
    lesson = LESSONS[name]
    start = design_of(lesson, own_folder())
    design = changed(start, lesson) if mine is None else mine
    return lesson, truth(lesson, design, start, [found(want) for want in wanted(lesson, design)])


def with_field(name: str, node: str, **values: Any) -> Design:
    design = design_of(LESSONS[name], own_folder())
    layer = design.nodes[NodeId(node)].layer
    for field, value in values.items():
        layer = layer.with_parameter(field, value)
    return design.with_layer(NodeId(node), layer)


def test_there_are_eight_in_two_languages() -> None:
    assert [lesson.order for lesson in LESSONS.values()] == list(range(1, 9))
    assert shelf().refused == ()
    for lesson in LESSONS.values():
        assert set(WORDS) <= set(lesson.languages)
        for texts in (lesson.title, lesson.text, lesson.task, lesson.question, lesson.reason, lesson.otherwise):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in texts["zh"])
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in texts["en"])


@pytest.mark.torch
@pytest.mark.parametrize("name", COMPUTED)
def test_a_claim_holds_when_computed(name: str) -> None:
    lesson, answer = answered(name)
    assert Outcome(lesson, 0, answer).standing is Standing.HOLDS
    assert answer.evidence
    assert lesson.guess.low <= answer.value <= lesson.guess.high


@pytest.mark.torch
@pytest.mark.parametrize("name", COMPUTED)
def test_where_a_truth_comes_from_is_said_in_the_lessons_language(name: str) -> None:
    lesson, answer = answered(name)
    outcome = Outcome(lesson, 0, answer)
    english, chinese = (outcome_lines(outcome, language) for language in ("en", "zh"))
    assert len(english) == len(chinese)
    for before, after in zip(english, chinese, strict=True):
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in before)
        is_sentence = before.strip().endswith((".", " at first", " percent")) or " runs, " in before
        assert not is_sentence or any("\u4e00" <= letter <= "\u9fff" for letter in after), after


@pytest.mark.parametrize("kernel", [3, 5, 7])
def test_1_the_saving_is_the_papers_formula(kernel: int) -> None:
    # Howard et al. 2017, sec. 3.1: 1/N + 1/D_K².
    _, answer = answered("1-separable-saves", with_field("1-separable-saves", "depthwise", kernel_size=kernel))
    assert answer.value == pytest.approx(100 * (1 / 64 + 1 / kernel**2))


@pytest.mark.parametrize("expansion", [1.5, 4, 6])
def test_3_the_number_of_filters_is_t_times_c(expansion: float) -> None:
    _, answer = answered("3-who-decides", with_field("3-who-decides", "block", expansion=expansion))
    assert answer.value == 24 * expansion


@pytest.mark.parametrize("expansion", [2, 3, 6])
def test_4_and_6_the_peak_is_two_thick_tensors_and_the_input(expansion: float) -> None:
    design = with_field("4-thin-thick-thin", "block", expansion=expansion)
    assert answered("4-thin-thick-thin", design)[1].value == pytest.approx(2 * expansion + 1)
    _, share = answered("6-residual", with_field("6-residual", "block", expansion=expansion))
    assert share.value == pytest.approx(100 / (2 * expansion + 1))


def test_6_without_the_residual_nothing_waits_and_it_is_said() -> None:
    lesson, answer = answered("6-residual", with_field("6-residual", "block", stride=2))
    assert answer.value == 0
    outcome = Outcome(lesson, 10, answer)
    assert outcome.standing is Standing.OTHERWISE
    assert reason(outcome, "en").startswith("If it is nothing, the residual has gone")


@pytest.mark.torch
def test_5_more_channels_keep_more() -> None:
    shares = [
        answered("5-linear-bottleneck", with_field("5-linear-bottleneck", "block", out_channels=channels))[1].value
        for channels in (2, 8, 64)
    ]
    assert shares == sorted(shares)
    assert shares[-1] > 95


def test_7_halving_the_side_quarters_all_maps_but_the_last_ones() -> None:
    # By the paper's table: sides 112, 56, 28, 14, 7 become 56, 28, 14, 7, 4; the classifier's 1280·1000 stay.
    _, answer = answered("7-width-and-resolution")
    rows = [  # t, c, n, s, and the side in front, at 224
        (1, 16, 1, 1, 112),
        (6, 24, 2, 2, 112),
        (6, 32, 3, 2, 56),
        (6, 64, 4, 2, 28),
        (6, 96, 3, 1, 14),
        (6, 160, 3, 2, 14),
        (6, 320, 1, 1, 7),
    ]

    def macs(half: bool) -> int:
        def side(full: int) -> int:
            return -(-full // 2) if half else full

        total, channels = 27 * 32 * side(112) ** 2, 32
        for t, c, n, s, first in rows:
            for index in range(n):
                before = first if index == 0 else first // s
                after = first // s
                hidden = t * channels
                expand = channels * hidden * side(before) ** 2 if t > 1 else 0
                total += expand + 9 * hidden * side(after) ** 2 + hidden * c * side(after) ** 2
                channels = c
        return total + 320 * 1280 * side(7) ** 2 + 1280 * 1000

    assert macs(False) == 300_774_272
    assert answer.value == pytest.approx(100 * macs(True) / macs(False))


# What is measured -----------------------------------------------------------------------------------------------------


def test_2_asks_for_the_standard_convolution_of_the_same_map_and_for_the_roofline() -> None:
    lesson = LESSONS["2-time-is-not-macs"]
    mine = with_field("2-time-is-not-macs", "pointwise", out_channels=48)
    pair, roofline = wanted(lesson, mine)
    assert isinstance(pair, PairWanted)
    assert isinstance(roofline, RooflineWanted)
    assert (pair.second, roofline.design) == (mine, mine)
    ends = [analyse(each).node(each.output_nodes()[0].id).known_inputs for each in (pair.first, pair.second)]
    assert ends[0] == ends[1]
    assert analyse(pair.first).totals.macs == 9 * 64 * 48 * 56 * 56


def test_8_asks_for_the_same_design_on_two_backends() -> None:
    lesson = LESSONS["8-batch-norm-disappears"]
    mine = design_of(lesson, own_folder())
    (pair,) = wanted(lesson, mine)
    assert isinstance(pair, PairWanted)
    assert (pair.first, pair.second, pair.options.other_backend) == (mine, mine, "folded")


@pytest.mark.parametrize(
    ("low", "value", "high", "standing"),
    [
        (40, 50, 60, Standing.HOLDS),
        (120, 130, 140, Standing.OTHERWISE),
        (60, 90, 130, Standing.UNSURE),
        (-inf, 50, inf, Standing.UNSURE),
    ],
)
def test_a_measurement_that_shows_otherwise_or_nothing_is_told_so(
    low: float, value: float, high: float, standing: Standing
) -> None:
    lesson = LESSONS["8-batch-norm-disappears"]
    outcome = Outcome(lesson, 50, Truth(value, ({"en": "measured"},), "", low, high))
    assert outcome.standing is standing
    said = {language: reason(outcome, language) for language in ("en", "zh")}
    for language, text in said.items():
        assert (text == lesson.reason[language]) == (standing is Standing.HOLDS)
        assert (text == lesson.otherwise[language]) == (standing is Standing.OTHERWISE)
    assert said["en"].startswith("This measurement is too uncertain") == (standing is Standing.UNSURE)


def test_a_pair_that_was_measured_becomes_a_truth_with_its_interval() -> None:
    lesson = LESSONS["8-batch-norm-disappears"]
    mine = design_of(lesson, own_folder())
    answer = truth(lesson, mine, mine, [samples.pair()])
    assert (answer.value, answer.low, answer.high) == (50, 48, 52)
    assert any("40 pairs in turns" in line["en"] for line in answer.evidence)


# Guess beside truth ---------------------------------------------------------------------------------------------------


def test_a_guess_stands_beside_the_truth() -> None:
    lesson, answer = answered("4-thin-thick-thin")
    words = [verdict(Outcome(lesson, guess, answer), "en") for guess in (3, 7, 12)]
    assert words == ["More than you guessed.", "Close.", "Less than you guessed."]
    lines = outcome_lines(Outcome(lesson, 3, answer), "zh")
    assert lines[:2] == ("你猜的是: 3 倍", "计算结果: 7 倍")
    assert any("expand_bn" in line for line in lines)


def test_a_design_that_the_question_is_not_about_is_refused_in_words() -> None:
    lesson = LESSONS["1-separable-saves"]
    start = design_of(lesson, own_folder())
    gone = design_of(LESSONS["7-width-and-resolution"], own_folder())
    with pytest.raises(DesignerError, match="undo until"):
        truth(LESSONS["6-residual"], row(Input(3, 8, 8), ReLU6(), Output(), names=["x", "act", "y"]), start)
    with pytest.raises(DesignerError, match="an illustration shows maps"):
        truth(lesson, gone, start)
    with pytest.raises(DesignerError, match="has no depthwise"):
        truth(lesson, row(Input(3, 8, 8), Conv2d(8), Output()), start)


# Lessons of one's own -------------------------------------------------------------------------------------------------


def written(folder: Path, **changes: Any) -> Path:
    """A lesson of a folder: the third, changed."""
    data = json.loads((own_folder() / f"3-who-decides{ENDING}").read_text(encoding="utf-8"))
    (folder / "bottleneck.design.json").write_bytes((own_folder() / "bottleneck.design.json").read_bytes())
    file = folder / f"mine{ENDING}"
    file.write_text(json.dumps({**data, **changes}), encoding="utf-8")
    return file


def test_a_folder_of_ones_own_is_read(tmp_path: Path) -> None:
    written(tmp_path, order=42, title={"en": "Mine"})
    (tmp_path / f"broken{ENDING}").write_text("{", encoding="utf-8")
    mine = shelf(tmp_path)
    assert [name for name, _ in mine.lessons] == ["mine"]
    assert mine.find("42").languages == ("en",)
    assert len(mine.refused) == 1
    with pytest.raises(DesignerError, match=r"there is no lesson 'mien' .did you mean 'mine'"):
        mine.find("mien")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"order": "first"}, "'order' takes int"),
        ({"titel": {}}, "there is no 'titel'"),
        ({"claim": [9, 3]}, "give the least first"),
        ({"claim": [9]}, "'claim' takes"),
        ({"design": {"file": "../x.design.json"}}, "name the file only"),
        ({"design": {"file": "missing.design.json"}}, "missing.design.json"),
        ({"design": {"template": "nothing"}}, "nothing"),
        ({"design": {}}, "neither a file nor a template"),
        ({"change": [{"node": "blok", "field": "expansion", "value": "4"}]}, "blok"),
        ({"change": [{"node": "block", "field": "expansoin", "value": "4"}]}, "expansoin"),
        ({"change": [{"node": "block", "field": "expansion", "value": "much"}]}, "much"),
        ({"answer": {"kind": "figure", "figure": "macks"}}, "macks"),
        ({"answer": {"kind": "figure", "figure": "latency_s"}}, "is measured"),
        ({"answer": {"kind": "guessing"}}, "'kind' takes"),
        ({"answer": {"kind": "kept"}}, "needs a node"),
        ({"answer": {"kind": "time_of_backend"}}, "needs a backend"),
        ({"guess": {"low": 5, "high": 5, "step": 1, "unit": {}}}, "give low < high"),
        ({"title": {"fr": "Le nombre"}}, "no language has all"),
    ],
)
def test_what_is_wrong_with_a_lesson_is_said(tmp_path: Path, changes: dict, words: str) -> None:
    file = written(tmp_path, **changes)
    with pytest.raises(DesignFileError) as caught:
        read_lesson(file)
    assert words in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"[" * 5000, b'{"order": 1}', b"null"])
def test_what_is_no_lesson_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / f"x{ENDING}"
    file.write_bytes(content)
    with pytest.raises(DesignFileError):
        read_lesson(file)


def test_every_kind_of_answer_is_in_a_lesson() -> None:
    assert {lesson.answer.kind for lesson in LESSONS.values()} == set(AnswerKind)
