"""Scaling: EfficientNet's own family comes out of its smallest, to the parameter and the MAC that are published."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.errors import DesignerError
from designer.graph.design import NodeId
from designer.redesign.edits import edit_of
from designer.redesign.scaling import Rule, ScalingOptions, stages
from designer.templates.networks import template

EDIT = edit_of("scale")


# Multipliers and sides of the paper's published code; parameters of torchvision's modules of that name.
@pytest.mark.parametrize(
    ("name", "width", "depth", "side", "parameters"),
    [("b1", 1.0, 1.1, 240, 7_794_184), ("b2", 1.1, 1.2, 260, 9_109_994), ("b3", 1.2, 1.4, 300, 12_233_232)],
)
def test_b0_scaled_is_the_published_network(name: str, width: float, depth: float, side: int, parameters: int) -> None:
    base = analyse(template("efficientnet").build())
    made = EDIT.redesign(base, (), ScalingOptions(Rule.FREE, width=width, depth=depth, resolution=side / 224))
    assert made.after.totals.parameters == parameters
    assert made.after.totals.macs == analyse(template("efficientnet").build(variant=name)).totals.macs


def test_the_compound_rule_takes_the_papers_bases() -> None:
    width, depth, resolution = ScalingOptions(phi=2.0).multipliers
    # Sec. 3.3: α = 1.2, β = 1.1, γ = 1.15 under α · β² · γ² ≈ 2.
    assert (width, depth, resolution) == pytest.approx((1.21, 1.44, 1.3225))
    assert pytest.approx(2, abs=0.1) == 1.2 * 1.1**2 * 1.15**2


def test_a_step_back_undoes_a_step_of_depth() -> None:
    base = analyse(template("resnet").build(variant="resnet18"))
    deeper = EDIT.redesign(base, (), ScalingOptions(Rule.FREE, depth=2.0)).after
    assert [len(stage.ids) for stage in stages(deeper)] == [4, 4, 4, 4]
    back = EDIT.redesign(deeper, (), ScalingOptions(Rule.FREE, depth=0.5)).after
    assert (back.totals.parameters, back.totals.macs) == (base.totals.parameters, base.totals.macs)


def test_resolution_alone_keeps_the_parameters() -> None:
    base = analyse(template("mobilenet_v2").build())
    made = EDIT.redesign(base, (), ScalingOptions(Rule.FREE, resolution=0.5)).after
    assert made.totals == analyse(template("mobilenet_v2").build(resolution=112)).totals


def test_width_is_the_papers_multiplier() -> None:
    base = analyse(template("mobilenet_v1").build())
    made = EDIT.redesign(base, (), ScalingOptions(Rule.FREE, width=0.5)).after
    # Howard et al. 2017, table 6: 0.5 MobileNet-224 has 1.3 million parameters and 149 million MACs.
    assert round(made.totals.parameters / 1e6, 1) == 1.3
    assert round(made.totals.macs / 1e6) == 149


def test_nothing_changes_by_one() -> None:
    base = analyse(template("mobilenet_v3").build())
    assert EDIT.redesign(base, (), ScalingOptions(Rule.FREE)).design == base.design


def test_an_option_of_the_other_rule_is_refused() -> None:
    assert ScalingOptions.from_texts({"width": "0.5"}).rule is Rule.FREE
    with pytest.raises(DesignerError, match="leave one of them out"):
        ScalingOptions.from_texts({"width": "0.5", "phi": "1"})


def test_an_input_of_no_pixels_is_refused_in_words() -> None:
    base = analyse(template("bottleneck").build(resolution=8))
    with pytest.raises(DesignerError, match=r"the input of 8×8 cannot be scaled by 0\.03"):
        EDIT.redesign(base, (), ScalingOptions(Rule.FREE, resolution=0.03))


def test_copies_stand_beside_no_other_card() -> None:
    made = EDIT.redesign(analyse(template("mobilenet_v2").build()), (), ScalingOptions())
    places = [node.position for node in made.design.nodes.values()]
    assert len(set(places)) == len(places)
    assert NodeId("bottleneck_18") in made.design.nodes
