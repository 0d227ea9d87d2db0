"""Tables of layers against the papers' own, and against what hostile names could do to them."""

from __future__ import annotations

import pytest

from designer.analysis.snapshot import analyse
from designer.edit.edits import rename
from designer.errors import InvalidDesign
from designer.export.layer_table import latex_table, layer_rows, markdown_table
from designer.graph.design import NodeId, PortRef
from designer.templates.networks import template

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
