"""What an activation keeps, drawn from records: every number stands in it, in its frame, and words where it failed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from designer.analysis.analysis import analyse
from designer.graph.design import NodeId
from designer.illustration.chain import Chain, block_chain
from designer.illustration.illustration import Step, illustration, in_brief, kept_scene
from designer.illustration.kept import Kept, kept_channels, kept_sentence
from designer.illustration.scene import Line, Panel, Polygon, Scene, Words
from designer.layers.blocks import Bottleneck
from designer.layers.endpoints import Input, Output
from designer.measurement.activity import ActivityReport
from designer.measurement.spiral import SpiralOptions, SpiralReport, SpiralSpread
from tests.measurement import samples
from tests.small_designs import row


@pytest.fixture
def chain() -> Chain:
    return block_chain(analyse(row(Input(24, 56, 56), Bottleneck(6, 24), Output())), (NodeId("n1"),))


def texts(scene: Scene) -> list[str]:
    return [shape.text.replace("\u202f", " ") for shape in scene.shapes if isinstance(shape, Words)]


def with_curve() -> SpiralReport:
    curve = tuple(SpiralSpread(n, (0.1 * place, 0.15 * place, 0.2 * place)) for place, n in enumerate((2, 8, 32), 1))
    report = samples.spiral(SpiralOptions(channels=(2, 8, 32)))
    return SpiralReport(report.options, report.spiral, report.pictures, curve)


def layers(number: int) -> ActivityReport:
    report = samples.activity()
    return replace(report, layers=tuple(replace(report.layers[0], path=("b", f"act_{i}")) for i in range(number)))


def test_a_curve_goes_up_with_what_is_kept(chain: Chain) -> None:
    scene = illustration(chain, Step.KEPT, kept=Kept(with_curve()))
    (band,) = [shape for shape in scene.shapes if isinstance(shape, Polygon) and len(shape.points) == 6]
    highs, lows = band.points[:3], band.points[:2:-1]
    assert [low.x for low in lows] == [high.x for high in highs]
    # Twice the share is twice as high over the axis: the heights between low and high grow as 1 : 2 : 3.
    heights = [low.y - high.y for low, high in zip(lows, highs, strict=True)]
    assert [height / heights[0] for height in heights] == pytest.approx([1, 2, 3])
    steps = [b.x - a.x for a, b in pairwise(highs)]
    assert steps[0] == pytest.approx(steps[1])  # 2, 8, 32 are equally far apart


def test_spirals_keep_their_form() -> None:
    scene = kept_scene("net", Kept(samples.spiral()))
    lines = [shape for shape in scene.shapes if isinstance(shape, Line) and len(shape.points) == 3]
    assert len(lines) == 1 + len(samples.spiral().pictures)
    for line in lines:
        a, b, c = line.points  # at (1, 0), (0, 1) and (−1, −1), y upwards
        assert (a.x - c.x, c.y - b.y) == pytest.approx((2 * (a.x - b.x), 2 * (a.x - b.x)))


def test_bars_are_shares_of_the_channels() -> None:
    scene = kept_scene("net", Kept(activity=layers(1)))
    bars = [shape.box.width for shape in scene.shapes if isinstance(shape, Panel) and shape.radius == 0]
    assert len(bars) == 4
    assert bars == pytest.approx([bars[0]] * 4)  # 36 of 144 channels each
    assert "rank 24 → 108 of 144" in texts(scene)


@pytest.mark.parametrize("number", [1, 2, 8, 40])
def test_nothing_lies_on_the_remarks_or_outside(number: int) -> None:
    scene = kept_scene("net", Kept(with_curve(), layers(number)))
    words = [shape for shape in scene.shapes if isinstance(shape, Words)]
    remark = next(each.place.y for each in words if each.text.startswith("1  "))
    assert max(each.place.y for each in words if each.text.startswith("b.act_")) < remark - 10
    for each in words:
        assert each.box.x >= 0
        assert each.box.right <= scene.width
        assert each.box.bottom <= scene.height


def test_beside_the_whole_there_are_spirals_once_they_were_run(chain: Chain) -> None:
    wide = illustration(chain, kept=Kept(with_curve()))
    small = illustration(chain, room=(980, 720), kept=Kept(with_curve()))
    narrow = illustration(chain, room=(640, 700), kept=Kept(with_curve()))
    assert [("What ReLU keeps" in texts(scene)) for scene in (wide, small, narrow)] == [True, True, True]
    assert "What ReLU keeps" not in texts(illustration(chain))  # nothing was run
    for scene in (wide, small, narrow):
        assert "The same map with other layers" in texts(scene)
        bars = [shape.box for shape in scene.shapes if isinstance(shape, Panel) and shape.radius == 2.0]
        assert len([box for box in bars if box.height == 16]) == 4
        assert max(box.width for box in bars) > 60
        for words in (shape for shape in scene.shapes if isinstance(shape, Words)):
            assert words.box.right <= scene.width


def test_every_number_is_in_the_sentence(chain: Chain) -> None:
    kept = Kept(with_curve(), samples.activity())
    sentence = illustration(chain, Step.KEPT, kept=kept).sentence.replace("\u202f", " ")
    assert "ReLU keeps 15 % in 2 channels and 45 % in 32, in the middle of 3 random matrices" in sentence
    assert "36 are always off, 36 always on, 36 reach 6 at times, 36 off at times; rank 24 comes in and 108" in sentence
    assert in_brief(chain, Step.KEPT, kept).replace("\u202f", " ") == "15 % in 2, 45 % in 32 channels"


def test_what_failed_is_said_and_what_was_run_stays(chain: Chain) -> None:
    words = "The experiment did not run through: the worker was ended by the system."
    scene = illustration(chain, Step.KEPT, kept=Kept(with_curve(), words=words))
    assert scene.sentence.startswith(words)
    assert "32 channels" in texts(scene)
    assert kept_sentence(Kept()) == "The experiment has not been run yet."


def test_channels_worth_a_picture_are_the_papers_and_the_blocks(chain: Chain) -> None:
    assert kept_channels(chain) == (2, 3, 15, 24, 144)
    assert kept_channels(None) == (2, 3, 5, 15, 30)


def test_what_was_watched_before_an_edit_says_so() -> None:
    scene = kept_scene("net", Kept(activity=samples.activity(), is_outdated=True))
    assert any("before the last edit" in text for text in texts(scene))


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("room", [(990.0, 720.0), (700.0, 900.0), (1500.0, 640.0)])
def test_a_picture_fills_its_room(chain: Chain, step: Step, room: tuple[float, float]) -> None:
    scene = illustration(chain, step, room=room, kept=Kept(with_curve(), layers(2)))
    assert scene.width / scene.height == pytest.approx(room[0] / room[1])
    assert scene.width >= room[0]
