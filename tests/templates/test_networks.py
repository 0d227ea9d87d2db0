"""Templates against the papers' tables and the reference costs, and settings that refuse in words."""

from __future__ import annotations

from typing import Any

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.errors import TemplateError
from designer.graph.arithmetic import round_channels
from designer.graph.design import NodeId
from designer.graph.window import Padding
from designer.layers.blocks import Bottleneck, ConvBlock
from designer.templates.networks import template, templates


def analysed(key: str, **settings: Any) -> Analysis:
    return analyse(template(key).build(**settings))


# Reference costs: torch.utils.flop_counter, halved, on torchvision's definitions.
V2_ROWS = [
    ({}, 3504872, 300774272),
    ({"width": 0.5, "resolution": 160}, 1968680, 50184000),
    ({"width": 0.75, "resolution": 128}, 2636424, 69129728),
    ({"width": 1.0, "resolution": 192}, 3504872, 221316608),
]


@pytest.mark.parametrize("padding", ["torch", "tensorflow"])
@pytest.mark.parametrize(("settings", "parameters", "macs"), V2_ROWS)
def test_mobilenet_v2_costs_what_the_reference_says(
    settings: dict[str, Any], parameters: int, macs: int, padding: str
) -> None:
    totals = analysed("mobilenet_v2", padding=padding, **settings).totals
    assert (totals.parameters, totals.macs) == (parameters, macs)


# The V1 paper's tables 4, 6 and 7: millions of MAdds, cut or rounded to the printed digit, and of parameters.
V1_ROWS = [
    ({}, 569, 4.2),
    ({"width": 0.75}, 325, 2.6),
    ({"width": 0.5}, 149, 1.3),
    ({"width": 0.25}, 41, 0.5),
    ({"resolution": 192}, 418, 4.2),
    ({"resolution": 160}, 290, 4.2),
    ({"resolution": 128}, 186, 4.2),
]


@pytest.mark.parametrize(("settings", "million_macs", "million_parameters"), V1_ROWS)
def test_mobilenet_v1_costs_what_the_paper_prints(
    settings: dict[str, Any], million_macs: int, million_parameters: float
) -> None:
    totals = analysed("mobilenet_v1", **settings).totals
    assert million_macs in (int(totals.macs / 1e6), round(totals.macs / 1e6))
    assert round(totals.parameters / 1e6, 1) == million_parameters


# The paper's table 1: millions of MAdds by groups, the classifier not counted.
SHUFFLENET_V1_ROWS = [("g1", 143), ("g2", 140), ("g3", 137), ("g4", 133), ("g8", 137)]


@pytest.mark.parametrize(("variant", "million_macs"), SHUFFLENET_V1_ROWS)
def test_shufflenet_v1_costs_what_the_paper_prints(variant: str, million_macs: int) -> None:
    analysis = analysed("shufflenet_v1", variant=variant)
    classifier = analysis.node(NodeId("classifier")).cost
    assert classifier is not None
    assert round((analysis.totals.macs - classifier.macs) / 1e6) == million_macs


@pytest.mark.parametrize("width", [0.25, 0.5, 1.5, 2.0])
@pytest.mark.parametrize("variant", [row[0] for row in SHUFFLENET_V1_ROWS])
def test_shufflenet_v1_keeps_its_groups_whole_at_any_width(variant: str, width: float) -> None:
    assert analysed("shufflenet_v1", variant=variant, width=width).is_valid


def test_the_bottlenecks_are_the_papers_rows() -> None:
    design = template("mobilenet_v2").build()
    blocks = [node.layer for node in design.nodes.values() if isinstance(node.layer, Bottleneck)]
    #        t  c    n  s
    table = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    wanted = [(t, c, s if repeat == 0 else 1) for t, c, n, s in table for repeat in range(n)]
    assert [(block.expansion, block.out_channels, block.stride) for block in blocks] == wanted


def test_the_residual_is_where_stride_is_1_and_channels_agree() -> None:
    analysis = analysed("mobilenet_v2")
    with_residual = [
        n
        for n in range(1, 18)
        if (inner := analysis.node(NodeId(f"bottleneck_{n}")).inner) and NodeId("add") in inner.design.nodes
    ]
    # By the table: every repeat but the first of its row.
    assert with_residual == [3, 5, 6, 8, 9, 10, 12, 13, 15, 16]
    first = analysis.node(NodeId("bottleneck_1")).inner
    assert first is not None
    assert NodeId("expand") not in first.design.nodes, "t = 1 has no expansion"


@pytest.mark.parametrize(
    ("channels", "rounded"),
    [(32 * 0.35, 16), (24 * 0.75, 24), (12, 16), (16 * 0.5, 8), (24 * 0.5, 16), (1280 * 1.4, 1792)],
)
def test_channels_are_rounded_to_eights_and_lose_at_most_a_tenth(channels: float, rounded: int) -> None:
    # 11.2 → 8 would lose more than a tenth, so 16; 18 → 16 would too, so 24; 12 lies between and goes up.
    assert round_channels(channels) == rounded
    assert rounded >= 0.9 * channels


def test_the_head_keeps_its_width_below_one_and_follows_above() -> None:
    for width, channels in ((0.5, 1280), (1.0, 1280), (1.4, 1792)):
        head = template("mobilenet_v2").build(width=width).nodes[NodeId("head")].layer
        assert head == ConvBlock(channels, kernel_size=1)


def test_padding_is_whose_was_asked() -> None:
    for name, padding in (("torch", Padding.SYMMETRIC), ("tensorflow", Padding.SAME)):
        design = template("mobilenet_v2").build(padding=name)
        blocks = [node.layer for node in design.nodes.values() if isinstance(node.layer, Bottleneck)]
        assert {block.padding for block in blocks} == {padding}


def test_the_articles_function_with_another_depth_says_so_before_it_runs() -> None:
    assert analysed("article_bottleneck").is_valid
    assert [issue.code for issue in analysed("article_bottleneck", depth=32).issues] == ["shapes-differ"]


def test_every_template_is_sound_tidy_and_says_its_source() -> None:
    for each in templates():
        analysis = analyse(each.build())
        assert analysis.issues == ()
        assert len({node.position for node in analysis.design.nodes.values()}) == len(analysis.design.nodes)
        assert each.help.endswith(".")
        assert each.source


@pytest.mark.parametrize(
    ("key", "settings", "reason"),
    [
        ("mobilenet_v2", {"widht": 1.0}, "no setting 'widht' (did you mean 'width'?)"),
        ("mobilenet_v2", {"width": -1.0}, "width: -1 is out of range"),
        ("mobilenet_v2", {"padding": "same"}, "'same' is not one of torch, tensorflow"),
        ("bottleneck", {"channels": 0}, "channels: 0 is out of range"),
    ],
)
def test_a_setting_refuses_in_words(key: str, settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(TemplateError) as refusal:
        template(key).build(**settings)
    assert reason in str(refusal.value)


def test_the_share_of_a_separable_convolution_is_the_papers() -> None:
    # 1/N + 1/k² of the standard convolution: V1, sec. 3.1.
    separable = analysed("separable", channels=64, out_channels=128, kernel=3, resolution=28).totals.macs
    standard = 9 * 64 * 128 * 28 * 28
    assert separable / standard == pytest.approx(1 / 128 + 1 / 9, rel=1e-12)


@pytest.mark.parametrize(
    ("key", "family", "year"),
    [
        ("mobilenet_v2", "MobileNet", 2018),
        ("efficientnet_lite", "EfficientNet", 2019),
        ("resnet", "ResNet", 2016),
        ("mobilenet_v4", "MobileNet", 2024),
        ("separable", "Blocks", 2017),
        ("article_bottleneck", "Blocks", None),
    ],
)
def test_a_template_says_its_family_and_the_year_of_its_paper(key: str, family: str, year: int | None) -> None:
    assert (template(key).family, template(key).year) == (family, year)
