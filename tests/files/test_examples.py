"""The examples: each is a sound design that says what it is for, is drawn with room, runs, and shows what it says."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH
from designer.files.design_json import dumps, load
from designer.files.examples import example_title, examples
from designer.graph.ids import NodeId
from designer.runtime.compile.module import compile_module, random_inputs

EXAMPLES = examples()
by_name = {path.name.partition("-")[0]: path for path in EXAMPLES}
every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)


def analysis_of(number: int) -> Analysis:
    return analyse(load(by_name[str(number)]))


def test_there_are_eight_with_titles_of_their_own() -> None:
    assert len(EXAMPLES) == 8
    assert len({example_title(path) for path in EXAMPLES}) == 8


@every_example
def test_an_example_is_sound_and_says_what_it_is_for(path: Path) -> None:
    design = load(path)
    assert analyse(design).issues == ()
    notes = [each for each in design.annotations.values() if not each.is_frame]
    assert any("Try:" in note.text for note in notes)
    assert path.read_text(encoding="utf-8") == dumps(design), "written as the program writes it"


@every_example
def test_no_card_lies_on_another_and_none_under_a_note(path: Path) -> None:
    design = load(path)
    boxes: list[tuple[str, float, float, float, float]] = []
    for node in design.nodes.values():
        boxes.append((node.id, node.position.x, node.position.y, CARD_WIDTH, CARD_HEIGHT))
    for note in design.annotations.values():
        if not note.is_frame:
            boxes.append((note.id, note.x, note.y, note.width, note.height))
    for (one, x, y, w, h), (other, x2, y2, w2, h2) in combinations(boxes, 2):
        assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y, f"{one} on {other}"


@every_example
@pytest.mark.torch
def test_an_example_runs(path: Path) -> None:
    import torch

    design = load(path)
    module = compile_module(design).eval()
    inputs = random_inputs(module.input_shapes, torch.device("cpu"))
    with torch.inference_mode():
        made = module(*inputs)
    results = made if isinstance(made, tuple) else (made,)
    given_out = analyse(design).given_out() or ()
    assert [tuple(each.shape) for each in results] == [spec.shape for spec in given_out]


def test_the_separable_way_costs_the_share_that_its_note_says() -> None:
    analysis = analysis_of(2)
    macs = {id: (analysis.node(NodeId(id)).cost or (0, 0))[1] for id in ("standard", "depthwise", "pointwise")}
    # Howard et al. 2017, sec. 3.1: 1/C' + 1/k².
    assert (macs["depthwise"] + macs["pointwise"]) / macs["standard"] == pytest.approx(1 / 128 + 1 / 9)


def test_the_classifier_gives_a_score_for_each_of_ten_classes() -> None:
    assert [spec.shape for spec in analysis_of(6).given_out() or ()] == [(1, 10)]


def test_the_detectors_backbone_gives_out_the_three_levels_that_its_note_says() -> None:
    shapes = [spec.shape for spec in analysis_of(8).given_out() or ()]
    assert shapes == [(1, 64, 256 // down, 256 // down) for down in (8, 16, 32)]


def test_the_u_net_gives_as_many_pixels_as_it_takes() -> None:
    assert [spec.shape for spec in analysis_of(7).given_out() or ()] == [(1, 2, 128, 128)]
