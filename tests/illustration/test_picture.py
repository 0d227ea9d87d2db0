"""Geometry of a picture: to scale, in its frame, with every step's sentence; and curves as PyTorch has them."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, sqrt

import pytest
from hypothesis import given, settings

from designer.analysis.analysis import analyse
from designer.errors import IllustrationRefused
from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.illustration.chain import Chain, block_chain
from designer.illustration.curves import curve
from designer.illustration.illustration import Step, illustration
from designer.illustration.multiples import Multiples, multiples_scene, whole_design
from designer.illustration.palette import PALETTES, Ink
from designer.illustration.row import Row
from designer.illustration.scene import Arc, Box, Line, Panel, Polygon, Scene, Words
from designer.illustration.slabs import Depth, scale_for
from designer.layers.activation import Activation
from designer.layers.attention import SqueezeExcite
from designer.layers.blocks import Bottleneck, Separable
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template
from tests.small_designs import row
from tests.sound_designs import sound_designs


def block(layer: Layer, channels: int = 24, side: int = 56) -> Chain:
    return block_chain(analyse(row(Input(channels, side, side), layer, Output())), (NodeId("n1"),))


def texts(scene: Scene) -> list[str]:
    return [shape.text for shape in scene.shapes if isinstance(shape, Words)]


def bounds(scene: Scene) -> list[Box]:
    """Where everything stands."""
    found = []
    for shape in scene.shapes:
        if isinstance(shape, (Words, Panel)):
            found.append(shape.box)
        elif isinstance(shape, (Polygon, Line)):
            xs, ys = [spot.x for spot in shape.points], [spot.y for spot in shape.points]
            found.append(Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
        elif isinstance(shape, Arc):
            found.append(Box(shape.start.x, shape.top, shape.end.x - shape.start.x, shape.end.y - shape.top))
    return found


# Scale ----------------------------------------------------------------------------------------------------------------


def test_sides_and_depth_are_to_scale() -> None:
    large, small = TensorSpec((1, 32, 56, 28)), TensorSpec((1, 64, 14, 14))
    scale = scale_for([large, small], 140, 80, 8)
    a, b = scale.solid(large, 0, 0), scale.solid(small, 0, 0)
    assert a.front.height == pytest.approx(140)
    assert a.front.height / b.front.height == pytest.approx(56 / 14)
    assert a.back.x / b.back.x == pytest.approx(28 / 14)
    assert a.front.width / b.front.width == pytest.approx(32 / 64)
    assert scale.depth is Depth.LINEAR


def test_far_apart_channels_go_by_their_logarithm_and_it_is_said() -> None:
    specs = [TensorSpec((1, channels, 8, 8)) for channels in (1, 31, 1023)]
    scale = scale_for(specs, 140, 80, 8)
    assert [scale.thickness(spec.channels) / 80 for spec in specs] == pytest.approx([0.1, 0.5, 1.0])
    assert "logarithm of channels" in scale.words
    assert "in proportion to channels" in scale_for(specs, 140, 80, 8, Depth.LINEAR).words


def test_a_row_stands_between_its_sides() -> None:
    chain = block(Bottleneck(6, 24))
    scale = scale_for(chain.tensors, 140, 80, 8)
    drawn = Row(chain, scale, 100, 1100, 300).draw()
    slabs = [shape for shape in drawn.shapes if isinstance(shape, Polygon)]
    assert min(spot.x for shape in slabs for spot in shape.points) == pytest.approx(100)
    assert max(spot.x for shape in slabs for spot in shape.points) == pytest.approx(1100)
    assert max(spot.y for shape in slabs for spot in shape.points) == pytest.approx(300)


# Steps ----------------------------------------------------------------------------------------------------------------


def test_each_step_has_its_sentence_with_the_numbers_in_it() -> None:
    chain = block(Bottleneck(6, 24))
    sentences = [illustration(chain, step).sentence for step in Step]
    assert len(set(sentences)) == len(Step)
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences)
    # 24·144·2 + 9·144 weights, by 56² positions; 1/24 + 1/9 of the standard one.
    assert "25.7\u202fM MACs and 8\u202f208 parameters" in sentences[Step.OVERVIEW]
    assert "15.3\u202f%" in sentences[Step.SEPARABLE]
    assert "at 24; behind it there are 144" in sentences[Step.FREEDOM]
    assert "ReLU6 where there are up to 144 channels" in sentences[Step.ACTIVATION]
    assert "so the input is added" in sentences[Step.RESIDUAL]


def test_the_ratio_stands_in_symbols_and_numbers() -> None:
    assert "1/C' + 1/k² = 1/24 + 1/9 = 0.153" in texts(illustration(block(Bottleneck(6, 24)), Step.SEPARABLE))
    wide = illustration(block(Bottleneck(6, 24, (3, 5))), Step.SEPARABLE)
    assert "1/C' + 1/(kₕ·kᵥ) = 1/24 + 1/15 = 0.108" in texts(wide)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Bottleneck(6, 32), "24 channels come in and 32 go out, so there is nothing"),
        (Bottleneck(6, 24, stride=2), "56×56 comes in and 28×28 goes out"),
        (Bottleneck(6, 32, stride=2), "24×56² comes in and 32×28² goes out"),
        (Separable(24), "could be added to; here nothing is"),
    ],
)
def test_why_there_is_no_residual(layer: Layer, words: str) -> None:
    scene = illustration(block(layer), Step.RESIDUAL)
    assert words in scene.sentence


def test_an_activation_behind_the_last_convolution_is_spoken_of() -> None:
    assert "ReLU stands behind the last convolution too: with 24" in (
        illustration(block(Separable(24)), Step.ACTIVATION).sentence
    )
    bare = illustration(block(Bottleneck(6, 24, activation=Activation.NONE)), Step.ACTIVATION)
    assert "one linear map" in bare.sentence


def test_what_a_step_speaks_of_is_lit_and_the_rest_steps_back() -> None:
    chain = block(Bottleneck(6, 24))
    lit = {
        step: next(shape.lit for shape in illustration(chain, step).shapes if isinstance(shape, Arc)) for step in Step
    }
    assert lit == {step: step in {Step.OVERVIEW, Step.RESIDUAL} for step in Step}


def test_both_residual_twins_are_drawn_and_one_has_an_arc() -> None:
    scene = illustration(block(Bottleneck(6, 24, stride=2)), Step.RESIDUAL)
    assert sum(isinstance(shape, Arc) for shape in scene.shapes) == 1
    assert {"stride 1", "stride 2", "this design"} <= set(texts(scene))


def test_pointing_tells_shape_bytes_and_formulas_and_knows_the_node() -> None:
    scene = illustration(block(Bottleneck(6, 24)))
    part = next(part for part in scene.parts if part.title.startswith("depthwise:"))
    assert part.path == (NodeId("n1"), NodeId("depthwise"))
    assert "k²·C = 3²·144 = 1\u202f296 parameters" in part.facts
    assert "k²·C·H·W = 3²·144·56·56 = 4\u202f064\u202f256 MACs" in part.facts
    found = scene.part_at(*part.box.middle)
    assert found == part
    tensor = next(part for part in scene.parts if part.title == "expanded")
    assert tensor.facts == ("shape 1×144×56×56", "451\u202f584 numbers, 1.81\u202fMB")
    assert scene.part_at(-5, -5) is None


HARD: list[tuple[Layer, int, int]] = [
    (Bottleneck(0.05, 1), 1, 1),
    (Bottleneck(64, 960), 160, 7),
    (Bottleneck(6, 24, 31), 24, 56),
    (Bottleneck(1, 2048), 3, 7),
    (Separable(3, 3), 3, 512),
]


@pytest.mark.parametrize(("layer", "channels", "side"), HARD)
@pytest.mark.parametrize("step", Step)
def test_everything_stays_inside_the_frame(layer: Layer, channels: int, side: int, step: Step) -> None:
    scene = illustration(block(layer, channels, side), step)
    for box in bounds(scene):
        assert min(box.x, box.y, scene.width - box.right, scene.height - box.bottom) >= 0, box


@settings(max_examples=20)
@given(sound_designs())
def test_any_chain_can_be_drawn_at_any_step(design: Design) -> None:
    try:
        chain = block_chain(analyse(design))
    except IllustrationRefused:
        return
    for step in Step:
        for box in bounds(illustration(chain, step)):
            assert all(map(isfinite, box))
            assert box.right <= illustration(chain, step).width + 1


def test_a_long_chain_is_drawn_wider() -> None:
    design = row(Input(8, 16, 16), *[PointwiseConv2d(8)] * 15, Conv2d(4), Output())
    scene = illustration(block_chain(analyse(design)))
    assert scene.width > 16 * 200


# Colours and curves ---------------------------------------------------------------------------------------------------


@pytest.mark.gui
def test_colours_are_the_windows_own() -> None:
    from designer.graph.layer import Category
    from designer.ui.look import theme

    for palette, look in ((PALETTES["light"], theme.LIGHT), (PALETTES["dark"], theme.DARK)):
        pairs = {
            Ink.GROUND: look.ground,
            Ink.TEXT: look.text,
            Ink.QUIET: look.quiet,
            Ink.EDGE: look.edge,
            Ink.ACCENT: look.accent,
            Ink.RESIDUAL: look.residual,
            Ink.INPUT: look.category(Category.ENDPOINT),
            Ink.POINTWISE: look.category(Category.CONVOLUTION),
        }
        assert {ink: palette.css(ink) for ink in pairs} == {ink: colour.name() for ink, colour in pairs.items()}


@pytest.mark.gui
@pytest.mark.parametrize("name", PALETTES)
def test_words_can_be_read(name: str) -> None:
    """4.5:1 on the ground and on panels (WCAG 2.1, 1.4.3)."""
    from PySide6.QtGui import QColor

    from designer.ui.look.theme import contrast

    palette = PALETTES[name]
    for ink in (Ink.TEXT, Ink.QUIET, Ink.BOUND, Ink.FREE):
        for ground in (Ink.GROUND, Ink.PANEL):
            assert contrast(QColor(palette.css(ink)), QColor(palette.css(ground))) >= 4.5, (ink, ground)


@pytest.mark.torch
@pytest.mark.parametrize("activation", Activation, ids=lambda each: each.value)
def test_curves_are_pytorchs(activation: Activation) -> None:
    import torch

    functions: dict[Activation, Callable[..., torch.Tensor]] = {
        Activation.RELU6: torch.nn.functional.relu6,
        Activation.RELU: torch.relu,
        Activation.LEAKY_RELU: torch.nn.functional.leaky_relu,
        Activation.HARD_SWISH: torch.nn.functional.hardswish,
        Activation.HARD_SIGMOID: torch.nn.functional.hardsigmoid,
        Activation.SILU: torch.nn.functional.silu,
        Activation.GELU: torch.nn.functional.gelu,
        Activation.SIGMOID: torch.sigmoid,
        Activation.ELU: torch.nn.functional.elu,
        Activation.TANH: torch.tanh,
        Activation.MISH: torch.nn.functional.mish,
        Activation.NONE: torch.nn.Identity(),
    }
    layer = activation.layer()
    drawn = curve(None if layer is None else layer.lower(TensorSpec((1, 1, 1, 1)))[-1].operation)
    assert drawn is not None
    xs = [index / 4 for index in range(-32, 33)]
    expected = functions[activation](torch.tensor(xs, dtype=torch.float64))
    assert [drawn(x) for x in xs] == pytest.approx(expected.tolist(), abs=1e-6)


# Small multiples ------------------------------------------------------------------------------------------------------


def test_a_network_is_drawn_as_its_blocks_of_one_scale() -> None:
    shown = whole_design(analyse(template("mobilenet_v2").build()))
    assert isinstance(shown, Multiples)
    assert [chain.name for chain in shown.chains][1:18] == [f"bottleneck_{number}" for number in range(1, 18)]
    scene = multiples_scene(shown)
    assert sum(isinstance(shape, Arc) for shape in scene.shapes) == 10
    boxes = {part.title: part.box for part in scene.parts}
    assert all(box.x >= 0 and box.right <= scene.width and box.bottom <= scene.height for box in boxes.values())
    # The stem reads 224×224 and the last block 7×7.
    slabs = [shape for shape in scene.shapes if isinstance(shape, Polygon)]
    heights = {round(abs(shape.points[2].y - shape.points[1].y), 3) for shape in slabs[2::3]}
    assert max(heights) / min(heights) == pytest.approx(sqrt(224 / 7), rel=0.01)
    assert "19 blocks, 10 with a residual" in scene.sentence


def test_a_small_design_stays_a_chain_and_one_of_neither_kind_is_refused() -> None:
    assert isinstance(whole_design(analyse(template("bottleneck").build())), Chain)
    with pytest.raises(IllustrationRefused, match="gives a vector"):
        whole_design(analyse(row(Input(3, 8, 8), Conv2d(4), Flatten(), Output())))


def test_blocks_that_are_no_chain_are_named() -> None:
    design = row(Input(24, 8, 8), Bottleneck(6, 24), Bottleneck(6, 24), SqueezeExcite(), Output())
    shown = whole_design(analyse(design))
    assert isinstance(shown, Multiples)
    named = len(shown.chains) + len(shown.left_out)
    assert named == 3


# Room -----------------------------------------------------------------------------------------------------------------


def _overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share more than their edges."""
    return min(a.right, b.right) - max(a.x, b.x) > 2 and min(a.bottom, b.bottom) - max(a.y, b.y) > 2


@pytest.mark.parametrize("room", [(960.0, 700.0), (1140.0, 800.0), (1500.0, 900.0), None])
@pytest.mark.parametrize("step", [step for step in Step if step is not Step.KEPT])
@pytest.mark.parametrize(
    ("layer", "channels", "side"),
    [
        (Bottleneck(6, 24), 24, 56),
        (Bottleneck(6, 96, stride=2), 24, 112),
        (Bottleneck(6, 160), 160, 7),
        (Separable(1024), 512, 14),
    ],
)
def test_no_words_stand_on_a_body_or_on_other_words(
    layer: Layer, channels: int, side: int, step: Step, room: tuple[float, float] | None
) -> None:
    scene = illustration(block(layer, channels, side), step, room=room)
    words = [shape for shape in scene.shapes if isinstance(shape, Words)]
    fronts = [shape for shape in scene.shapes if isinstance(shape, Polygon) and shape.strength == 1.0]
    for one in words:
        for front in fronts:
            xs, ys = [spot.x for spot in front.points], [spot.y for spot in front.points]
            box = Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
            assert not _overlap(one.box, box), (one.text, one.box, box)
        for other in words:
            assert one is other or not _overlap(one.box, other.box), (one.text, other.text)
