"""Tables of layers against the papers' own, and against what hostile names could do to them."""

from __future__ import annotations

import pytest
from hypothesis import given

from designer.analysis.analysis import analyse
from designer.edit.edits import rename
from designer.errors import InvalidDesign
from designer.export.layer_table import latex_table, layer_rows, markdown_table
from designer.graph.design import Design, NodeId, PortRef
from designer.layers.activation import ReLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.normalization import BatchNorm
from designer.templates.networks import template, templates
from designer.templates.table import Template
from tests.export.test_keras_source import chain
from tests.sound_designs import grouped_designs, sound_designs

# Sandler et al. 2018, MobileNetV2, table 2: input side and channels, t, c, n, s.
TABLE_2 = [
    (224, 3, None, 32, 1, 2),
    (112, 32, 1, 16, 1, 1),
    (112, 16, 6, 24, 2, 2),
    (56, 24, 6, 32, 3, 2),
    (28, 32, 6, 64, 4, 2),
    (14, 64, 6, 96, 3, 1),
    (14, 96, 6, 160, 3, 2),
    (7, 160, 6, 320, 1, 1),
    (7, 320, None, 1280, 1, 1),
]


def test_the_rows_of_mobilenet_v2_are_the_papers() -> None:
    rows = layer_rows(analyse(template("mobilenet_v2").build()))
    found = [(r.input.height, r.input.channels, r.expansion, r.channels, r.repeats, r.stride) for r in rows[:9]]
    assert found == TABLE_2
    assert [row.operator for row in rows[9:]] == ["Global average pool", "Fully connected"]
    # 3,504,872 parameters and 300,774,272 MACs: reference-costs, mobilenet_v2.
    assert (sum(row.parameters for row in rows), sum(row.macs for row in rows)) == (3504872, 300774272)


def test_norms_count_in_the_row_they_follow() -> None:
    # 24 channels, t = 6: 2·24·144 + 9·144 = 8,208 in the convolutions, 2·(144 + 144 + 24) = 624 in the norms.
    rows = layer_rows(analyse(template("bottleneck").build()))
    assert [row.parameters for row in rows] == [24 * 144 + 288, 9 * 144 + 288, 144 * 24 + 48, 0]
    assert sum(row.parameters for row in rows) == 8_832


def test_a_norm_that_follows_no_layer_has_a_row_of_its_own() -> None:
    design = chain(BatchNorm(), ReLU(), PointwiseConv2d(8), BatchNorm(), BatchNorm())
    assert [(row.operator, row.parameters) for row in layer_rows(analyse(design))] == [
        ("Batch norm", 8),
        ("Pointwise 1×1", 4 * 8 + 16 + 16),
    ]


@pytest.mark.parametrize("each", templates(), ids=lambda each: each.key)
def test_columns_of_a_templates_costs_sum_to_the_designs(each: Template) -> None:
    _sums_to_the_designs(each.build())


@given(sound_designs())
def test_columns_of_costs_sum_to_the_designs(design: Design) -> None:
    _sums_to_the_designs(design)


@given(grouped_designs())
def test_columns_of_costs_sum_to_the_designs_with_groups(design: Design) -> None:
    _sums_to_the_designs(design)


def _sums_to_the_designs(design: Design) -> None:
    analysis = analyse(design)
    assert analysis.is_valid
    rows, totals = layer_rows(analysis), analysis.totals
    assert sum(row.parameters for row in rows) == totals.parameters
    assert sum(row.macs for row in rows) == totals.macs


def test_markdown() -> None:
    lines = markdown_table(analyse(template("mobilenet_v2").build())).splitlines()
    assert lines[0] == "| Input | Operator | t | c | n | s |"
    assert lines[5] == "| 56²×24 | Bottleneck | 6 | 32 | 3 | 2 |"
    assert {line.count("|") for line in lines} == {7}


def test_latex() -> None:
    text = latex_table(analyse(template("mobilenet_v2").build()), costs=True)
    assert "    $56^2 \\times 24$ & Bottleneck & 6 & 32 & 3 & 2 & 39\\,696 & " in text
    assert text.count("{") == text.count("}")
    rows = [line for line in text.splitlines() if line.endswith("\\\\")]
    assert {line.count(" & ") for line in rows} == {7}


def test_names_cannot_become_commands_or_cells() -> None:
    design = rename(template("bottleneck").build(), NodeId("expand"), "a_b | 5% \\input{x} & c")
    analysis = analyse(design.renamed("50% & \\more"))
    assert "a\\_b \\textbar{} 5\\% \\textbackslash{}input\\{x\\} \\& c" in latex_table(analysis)
    assert "\\caption{50\\% \\& \\textbackslash{}more}" in latex_table(analysis)
    assert "a\\_b \\| 5% \\\\input{x} &amp; c" in markdown_table(analysis)


def test_a_branch_is_no_repeat() -> None:
    rows = layer_rows(analyse(template("bottleneck").build()))
    assert [row.repeats for row in rows] == [1] * len(rows)


def test_an_invalid_design_has_no_table() -> None:
    design = template("bottleneck").build().without_wires([PortRef(NodeId("project"), "x")])
    with pytest.raises(InvalidDesign, match="project"):
        layer_rows(analyse(design))
