"""Designs trained for real: one batch by heart, races, and every way in which it cannot be done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image

from designer.__main__ import main
from designer.errors import ExportError, InvalidDesign, JobFailed, NotEnoughMemory
from designer.files.design_json import save
from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.layers.activation import ReLU
from designer.layers.convolution import Conv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.pooling import GlobalAveragePool
from designer.learning.overfit import Fault
from designer.learning.plan import LearningPlan
from designer.runtime.compile.module import compile_analysis, compile_module
from designer.runtime.learning import classifier as classifiers
from designer.runtime.learning.data import pictures
from designer.runtime.learning.overfitting import gradient_fault, overfits_one_batch
from designer.runtime.learning.racing import race
from designer.runtime.learning.shapes import CLASSES, shapes
from designer.timing.rounds import Cancelled
from tests.small_designs import row

pytestmark = pytest.mark.torch

PLAN = LearningPlan(batch=8, steps=10, seeds=2, difficulty=0.0)


def classifier(*between: Layer, classes: int = 6, width: int = 8, name: str = "small") -> Design:
    layers = (
        Input(channels=3, height=12, width=12),
        Conv2d(out_channels=width, bias=True),
        ReLU(),
        *between,
        Flatten(),
        FullyConnected(out_features=classes),
        Output(),
    )
    return row(*layers).renamed(name)


def folder_of(place: Path, sizes: Sequence[int]) -> Path:
    source = numpy.random.default_rng(1)
    for label, number in enumerate(sizes):
        inner = place / f"class_{label}"
        inner.mkdir(parents=True)
        for index in range(number):
            pixels = source.integers(label * 100, label * 100 + 50, (16, 20, 3), dtype=numpy.uint8)
            Image.fromarray(pixels).save(inner / f"{index}.png")
    return place


def test_shapes_are_the_same_for_a_seed_and_tell_classes_apart_less_with_difficulty() -> None:
    easy, labels = shapes(60, 3, 24, 24, 0.0, 5)
    again, _ = shapes(60, 3, 24, 24, 0.0, 5)
    assert easy.shape == (60, 3, 24, 24)
    assert numpy.array_equal(easy, again)
    assert numpy.array_equal(numpy.bincount(labels), [10] * len(CLASSES))
    hard, same = shapes(60, 3, 24, 24, 1.0, 5)
    assert numpy.array_equal(labels, same)

    def spread(made: numpy.ndarray) -> float:
        """How far pictures of a class lie apart, once grey."""
        grey = numpy.abs(made - made.mean((2, 3), keepdims=True)).mean(1)
        grey /= grey.max((1, 2), keepdims=True)
        return float(numpy.mean([grey[labels == label].std(0).mean() for label in range(len(CLASSES))]))

    assert spread(hard) > 1.5 * spread(easy)


def test_a_shape_is_where_it_is_at_every_resolution() -> None:
    (small,), _ = shapes(1, 1, 16, 16, 0.0, 3)
    (large,), _ = shapes(1, 1, 64, 64, 0.0, 3)
    pooled = large[0].reshape(16, 4, 16, 4).mean((1, 3))
    assert numpy.abs(pooled - small[0]).mean() < 0.05


def test_a_network_learns_one_batch_and_says_nothing_is_wrong() -> None:
    report = overfits_one_batch(classifier(), LearningPlan(batch=8))
    assert report.is_learnt
    assert report.right == 8
    assert report.losses[-1] < 0.1 < report.losses[0]
    assert report.findings == ()


def test_the_check_names_the_node_whose_output_and_gradient_are_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*given: Any, **named: Any) -> Any:
        module = compile_analysis(*given, **named)
        with torch.no_grad():
            conv: Any = module.submodule((NodeId("n1"),))
            conv.weight.zero_()
            conv.bias.fill_(-1.0)
        return module

    monkeypatch.setattr(classifiers, "compile_analysis", dead)
    report = overfits_one_batch(classifier(), LearningPlan(batch=8, steps=3))
    found = {(each.path, each.fault) for each in report.findings}
    assert not report.is_learnt
    assert (("n1",), Fault.ZERO) in found
    assert (("n2",), Fault.DEAD) in found


def test_the_check_names_the_first_node_with_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any, **named: Any) -> Any:
        module = compile_analysis(*given, **named)
        with torch.no_grad():
            conv: Any = module.submodule((NodeId("n1"),))
            conv.weight[0, 0, 0, 0] = float("nan")
        return module

    monkeypatch.setattr(classifiers, "compile_analysis", broken)
    report = overfits_one_batch(classifier(), LearningPlan(batch=8, steps=3))
    assert [(each.path, each.fault) for each in report.findings] == [(("n1",), Fault.NOT_A_NUMBER)]
    assert "no number from the first step on" in report.sentence
    raced = race([classifier()], PLAN)
    assert raced.racers[0].broken is not None


@pytest.mark.parametrize(
    ("gradient", "fault"),
    [
        (0.0, Fault.ZERO),
        (1e-14, Fault.VANISHING),
        (1e-3, None),
        (1e6, Fault.EXPLODING),
        (float("inf"), Fault.NOT_A_NUMBER),
    ],
)
def test_what_a_gradient_is_called(gradient: float, fault: Fault | None) -> None:
    weight = torch.nn.Parameter(torch.ones(4))
    weight.grad = torch.full((4,), gradient)
    assert gradient_fault([weight]) is fault


def test_a_race_is_the_same_for_the_same_seeds_and_a_twin_makes_no_difference() -> None:
    told: list[float] = []
    report = race(
        [classifier(name="a"), classifier(name="b")], PLAN, progress=lambda share, text, _: told.append(share)
    )
    first, second = report.racers
    assert [each.steps for each in first.runs] == [(0, 5, 10)] * 2
    assert first.runs == second.runs
    assert first.runs[0].held_out != first.runs[1].held_out
    assert first.runs[0].held_out[-1] < first.runs[0].held_out[0]
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert report.comparisons[0].difference == 0
    assert race([classifier(name="a")], PLAN).racers[0].runs == first.runs


def test_a_race_in_seconds_gives_every_seed_as_many_steps() -> None:
    report = race([classifier()], LearningPlan(batch=8, seconds=0.2, seeds=2))
    assert len({each.steps for each in report.racers[0].runs}) == 1
    assert report.racers[0].runs[0].steps[-1] >= 5


def test_weights_of_the_first_seed_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.design.json"
    save(classifier(), file)
    words = ["learn", str(file), "--steps", "5", "--seeds", "1", "--batch", "8"]
    assert main([*words, "--keep", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["racers"][0]["runs"][0]["steps"] == [0, 5]
    from safetensors.torch import load_file

    kept = load_file(tmp_path / "a.safetensors")
    fresh = compile_module(classifier()).state_dict()
    assert list(kept) == sorted(fresh)
    assert not torch.equal(kept["n1.weight"], fresh["n1.weight"])
    assert main([*words, "--scores"]) == 0
    assert "no accuracies" in capsys.readouterr().out
    assert main([*words, "--overfit", "--keep"]) == 2
    assert main(["learn", str(file), "--overfit", "--steps", "1", "--batch", "8"]) == 1
    assert "does not learn one batch of 8 by heart in 1 step" in capsys.readouterr().out


def test_pictures_of_a_folder_are_by_class_with_some_of_each_held_out(tmp_path: Path) -> None:
    found = pictures(LearningPlan(data=str(folder_of(tmp_path, [8, 6]))), (1, 3, 12, 12))
    assert found.classes == ("class_0", "class_1")
    assert sorted(found.held_out_labels.tolist()) == [0, 0, 1, 1]
    assert found.training.shape == (10, 3, 12, 12)
    assert float(found.training[found.labels == 1].mean()) > float(found.training[found.labels == 0].mean())


def test_digits_are_scikit_learns() -> None:
    pytest.importorskip("sklearn")
    found = pictures(LearningPlan(data="digits"), (1, 1, 8, 8))
    assert found.classes == tuple("0123456789")
    assert len(found.labels) + len(found.held_out_labels) == 768


@pytest.mark.parametrize(("sizes", "text"), [([3], "one class alone, class_0"), ([], "no class"), ([3, 1], "one pict")])
def test_a_folder_with_nothing_to_tell_apart_is_refused(tmp_path: Path, sizes: list[int], text: str) -> None:
    with pytest.raises(JobFailed, match=text):
        pictures(LearningPlan(data=str(folder_of(tmp_path, sizes))), (1, 3, 12, 12))


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [3, 3])
    (folder / "class_1" / "1.png").write_bytes(b"\x89PNG no picture")
    with pytest.raises(ExportError, match=r"class_1.1\.png: it cannot be read"):
        race([classifier()], LearningPlan(data=str(folder), steps=1))


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="the folder cannot be read"):
        pictures(LearningPlan(data=str(tmp_path / "none")), (1, 3, 12, 12))


def test_designs_that_are_no_classifiers_are_refused_with_what_is_expected() -> None:
    with pytest.raises(JobFailed, match=r"gives out 8×8×12×12, .* expected is one output N×K"):
        race([row(Input(channels=3, height=12, width=12), Conv2d(out_channels=8), Output())], PLAN)
    with pytest.raises(JobFailed, match=r"gives out 4 numbers a picture, and the data have 6 classes"):
        overfits_one_batch(classifier(classes=4), PLAN)
    with pytest.raises(JobFailed, match="has no weights"):
        race([row(Input(channels=6, height=4, width=4), GlobalAveragePool(), Flatten(), Output())], PLAN)
    with pytest.raises(InvalidDesign):
        race([row(Input(), Add(), Output())], PLAN)


def test_no_room_is_said_before_and_while_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        return 1000

    with monkeypatch.context() as patch:
        patch.setattr(classifiers, "available_bytes", full)
        with pytest.raises(NotEnoughMemory, match="a smaller batch or input would fit"):
            race([classifier()], PLAN)

    def fails(*_: object) -> torch.Tensor:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr("designer.runtime.learning.racing.loss_of", fails)
    with pytest.raises(NotEnoughMemory, match="ran out of memory while it was trained on 8 pictures"):
        race([classifier()], PLAN)


def test_a_race_and_a_check_are_cancelled() -> None:
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        race([classifier()], PLAN, is_cancelled=lambda: next(asked))
    with pytest.raises(Cancelled):
        overfits_one_batch(classifier(), PLAN, is_cancelled=lambda: True)
