"""Stage tables hold to what the papers print, and survive being read and written."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.errors import DesignerError, EditRefused
from designer.graph.design import Design, Node, NodeId
from designer.layers.blocks import Bottleneck, MBConv
from designer.stage_table.columns import BLANK, Column
from designer.stage_table.formats import TableFormat, formatted
from designer.stage_table.parsing import design_of, parse
from designer.stage_table.reading import read
from designer.stage_table.writing import add, change, delete_rows, duplicate, fill_down, move
from designer.templates.networks import template, templates

# Sandler et al. 2018, MobileNetV2, table 2, as a PDF's text has it: superscripts are lost, blanks are dashes.
PRINTED_V2 = """Input Operator t c n s
2242 × 3 conv2d - 32 1 2
1122 × 32 bottleneck 1 16 1 1
1122 × 16 bottleneck 6 24 2 2
562 × 24 bottleneck 6 32 3 2
282 × 32 bottleneck 6 64 4 2
142 × 64 bottleneck 6 96 3 1
142 × 96 bottleneck 6 160 3 2
72 × 160 bottleneck 6 320 1 1
72 × 320 conv2d 1x1 - 1280 1 1
72 × 1280 avgpool 7x7 - - 1 -
1 × 1 × 1280 conv2d 1x1 - k -
"""
# Tan and Le 2019, EfficientNet, table 1: resolution, kernel, expansion, channels, layers.
PRINTED_B0 = (
    (224, "conv", 3, None, 32, 1),
    (112, "mbconv", 3, 1, 16, 1),
    (112, "mbconv", 3, 6, 24, 2),
    (56, "mbconv", 5, 6, 40, 2),
    (28, "mbconv", 3, 6, 80, 3),
    (14, "mbconv", 5, 6, 112, 3),
    (14, "mbconv", 5, 6, 192, 4),
    (7, "mbconv", 3, 6, 320, 1),
)


def analysed(key: str, **settings: object) -> Analysis:
    return analyse(template(key).build(**settings))


def rows_of(design: Design) -> list[tuple[str, ...]]:
    shown = (Column.INPUT, Column.OPERATOR, Column.T, Column.C, Column.N, Column.S, Column.K, Column.ACTIVATION)
    return [tuple(row.text(column) for column in shown) for row in read(analyse(design)).rows]


def test_mobilenet_v2_is_the_papers_table() -> None:
    printed = [
        tuple(re.sub(r"^(\d+)2 ×", r"\1² ×", line.split(" bottle")[0]) for _ in "x") + tuple(line.split()[-4:])
        for line in PRINTED_V2.splitlines()[2:9]
    ]
    rows = [row for row in read(analysed("mobilenet_v2")).rows if row.text(Column.OPERATOR) == "bottleneck"]
    got = [tuple(row.text(each) for each in (Column.INPUT, Column.T, Column.C, Column.N, Column.S)) for row in rows]
    assert got == printed


def test_efficientnet_b0_is_the_papers_table() -> None:
    table = read(analysed("efficientnet"))
    for row, (side, operator, kernel, t, c, n) in zip(table.rows, PRINTED_B0, strict=False):
        assert row.text(Column.INPUT).startswith(f"{side}² ")
        assert row.text(Column.OPERATOR).startswith(operator)
        assert row.text(Column.K) == str(kernel)
        assert row.text(Column.T) == (BLANK if t is None else str(t))
        assert (row.text(Column.C), row.text(Column.N)) == (str(c), str(n))


def test_the_papers_text_is_the_template() -> None:
    built, known = design_of(PRINTED_V2), analysed("mobilenet_v2")
    assert analyse(built).totals.parameters == known.totals.parameters
    assert analyse(built).totals.macs == known.totals.macs
    assert [node.layer for node in built.nodes.values() if node.layer.is_block] == [
        node.layer for node in known.design.nodes.values() if node.layer.is_block
    ]


@pytest.mark.parametrize("form", list(TableFormat)[::2])
@pytest.mark.parametrize("key", ["mobilenet_v1", "mobilenet_v2", "mnasnet", "efficientnet"])
def test_a_copied_table_is_the_network_when_pasted(key: str, form: TableFormat) -> None:
    known = analysed(key)
    built = analyse(design_of(formatted(read(known), form)))
    assert (built.totals.parameters, built.totals.macs) == (
        known.totals.parameters,
        known.totals.macs,
    )


@pytest.mark.parametrize("key", [each.key for each in templates()])
def test_a_spreadsheet_holds_every_sequence_whole(key: str) -> None:
    known = analysed(key)
    table = read(known)
    if not table.is_sequence:  # what joins or splits tensors says so
        assert any(row.reason for row in table.rows)
        return
    built = design_of(formatted(table, TableFormat.TSV))
    assert [node.layer for node in built.nodes.values()] == [node.layer for node in known.design.nodes.values()]


def test_the_reference_in_markdown_is_read() -> None:
    text = """
| input | operator | t | c | n | s |
| --- | --- | --- | --- | --- | --- |
| 224²×3 | conv 3×3 | – | 32 | 1 | 2 |
| 112²×32 | bottleneck | 1 | 16 | 1 | 1 |
| 7²×320 | conv 1×1 | – | 1280 | 1 | 1 |
| 7²×1280 | average pool 7×7 | – | – | 1 | – |
| 1²×1280 | conv 1×1 (classifier) | – | classes | – | – |
"""
    with pytest.raises(EditRefused, match="line"):
        parse(text.replace("average pool", "avrage pol"))
    stated = parse(text)
    assert [row.operator.cls.key for row in stated] == [
        "conv_block",
        "bottleneck",
        "conv_block",
        "global_average_pool",
        "conv_block",
    ]
    assert [row.cell(Column.C) for row in stated] == ["32", "16", "1280", "", "classes"]


def test_mobilenet_v3s_columns_are_read() -> None:
    text = "Input\tOperator\texp size\t#out\tSE\tNL\ts\n56² × 24\tbneck, 5x5\t72\t40\t✓\tRE\t2\n"
    (block,) = [each.layer for each in design_of(text).nodes.values() if each.layer.is_block]
    (published,) = [node.layer for node in analysed("mobilenet_v3").design.nodes.values() if node.id == "mbconv_1"]
    assert isinstance(block, MBConv)
    assert isinstance(published, MBConv)
    assert (block.expansion, block.out_channels, block.kernel_size, block.squeezed_channels, block.activation) == (
        published.expansion,
        published.out_channels,
        published.kernel_size,
        published.squeezed_channels,
        published.activation,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no row"),
        ("56² × 24 frobnicate 6 24 1 1", "line 1: no operator is called 'frobnicate'"),
        ("Input\tOperator\tq\n56² × 24\tbottleneck\t6", "no column is called 'q'"),
        ("56² × 24 bottleneck 6 0 1 1", "line 1: .*out_channels"),
        ("56² × 24 bottleneck 6 24 0 1", "n is '0'"),
        ("Input\tOperator\tn\n56² × 24\tbottleneck\t²", "line 2: n is '²'"),
        ("Input\tOperator\texp size\n56² × 24\tbottleneck\tmany", "line 2: 'many' is no number of channels"),
        ("56² × 24 bottleneck 1 24 256 1\n" * 40, "line 40: there are more than 10,000 layers"),
        ("1 × 24 conv2d 3x3 - 24 1 7\n" * 1001, "1001 lines"),
        ("Input\tOperator\tc\n56² × 24\t\t6", "line 2: .*operator"),
    ],
)
def test_a_bad_row_is_named(text: str, words: str) -> None:
    with pytest.raises(EditRefused, match=words):
        design_of(text)


@pytest.mark.parametrize("key", [each.key for each in templates()])
def test_every_template_is_what_it_was_after_each_cell_is_typed_again(key: str) -> None:
    analysis = analysed(key)
    table = read(analysis)
    seen: set[tuple[str, ...]] = set()
    for place, row in enumerate(table.rows):
        for column in (Column.T, Column.C, Column.N, Column.S, Column.K, Column.ACTIVATION, Column.SE):
            text = row.text(column)
            if row.reason or text == BLANK or (row.layers[0].key, column.name, text) in seen:
                continue
            seen.add((row.layers[0].key, column.name, text))
            try:
                again = change(analysis, place, column, text)
            except DesignerError as error:
                pytest.fail(f"{row.ids} {column}: {error}")
            assert again == analysis.design, (row.ids, column)
    assert table.segments or all(row.reason for row in table.rows)


def test_which_templates_are_sequences_is_known() -> None:
    whole = {each.key for each in templates() if read(analyse(each.build())).is_sequence}
    assert {"mobilenet_v1", "mobilenet_v2", "mobilenet_v3", "efficientnet", "mnasnet", "resnet"} <= whole
    drawn_out = read(analysed("bottleneck"))
    reasons = [row.reason for row in drawn_out.rows if row.reason]
    assert reasons
    assert "joins 2 tensors" in reasons[0]


# Edits ----------------------------------------------------------------------------------------------------------------


def row_with(analysis: Analysis, c: str) -> int:
    return next(place for place, row in enumerate(read(analysis).rows) if row.text(Column.C) == c)


def test_a_cell_changes_every_block_of_its_row_and_nothing_else() -> None:
    analysis = analysed("mobilenet_v2")
    row = row_with(analysis, "64")
    after = change(analysis, row, Column.T, "4")
    ids = read(analysis).rows[row].ids
    assert [after.nodes[id].layer.data["expansion"] for id in ids] == [4.0] * 4
    others = [id for id in after.nodes if id not in ids]
    assert all(after.nodes[id] is analysis.design.nodes[id] for id in others)
    assert [node.position for node in after.nodes.values()] == [
        node.position for node in analysis.design.nodes.values()
    ]


def test_n_adds_and_takes_away_repeats() -> None:
    analysis = analysed("mobilenet_v2")
    row = row_with(analysis, "64")
    more = analyse(change(analysis, row, Column.N, "6"))
    assert read(more).rows[row].text(Column.N) == "6"
    assert more.is_valid
    assert all(more.design.nodes[id].layer == node.layer for id, node in analysis.design.nodes.items())
    corners = [node.position for node in more.design.nodes.values()]
    assert len(set(corners)) == len(corners)
    back = change(more, row, Column.N, "4")
    assert back.digest == analysis.design.digest


def test_the_stride_is_that_of_the_first() -> None:
    analysis = analysed("mobilenet_v2")
    row = row_with(analysis, "64")
    after = change(analysis, row, Column.S, "1")
    assert [after.nodes[id].layer.data.get("stride", 1) for id in read(analysis).rows[row].ids] == [1, 1, 1, 1]
    assert read(analyse(after)).rows[row + 1].text(Column.INPUT) == "28² × 64"


def test_se_makes_mbconv_of_a_bottleneck_and_back() -> None:
    analysis = analysed("mobilenet_v2")
    row = next(i for i, each in enumerate(read(analysis).rows) if each.text(Column.C) == "96")
    after = analyse(change(analysis, row, Column.SE, "24"))
    layers = read(after).rows[row].layers
    assert all(isinstance(layer, MBConv) and layer.squeezed_channels == 24 for layer in layers)
    back = change(after, row, Column.SE, "-")
    assert back.digest == analysis.design.digest


def test_rows_are_deleted_moved_copied_and_filled() -> None:
    analysis = analysed("mobilenet_v2")
    ninety, hundred = row_with(analysis, "96"), row_with(analysis, "160")
    gone = delete_rows(analysis, [ninety])
    assert [row[3] for row in rows_of(gone)][ninety] == "160"
    assert analyse(gone).is_valid
    moved = move(analysis, hundred, ninety)
    assert [row[3] for row in rows_of(moved)][ninety : hundred + 1] == ["160", "96"]
    assert sorted(node.position for node in moved.nodes.values()) == sorted(
        node.position for node in analysis.design.nodes.values()
    )
    assert move(analyse(moved), ninety, hundred).digest == analysis.design.digest
    twice = rows_of(duplicate(analysis, hundred))
    assert twice[hundred][4] == "6"  # a repeat of the same block is of the same row
    filled = rows_of(fill_down(analysis, [ninety, hundred], Column.C))
    assert filled[hundred][3] == "96"


def test_pasted_rows_come_behind_a_row() -> None:
    analysis = analysed("mobilenet_v2")
    row = row_with(analysis, "96")
    after = analyse(add(analysis, row, "14² × 96 bottleneck 3 104 2 1"))
    assert read(after).rows[row + 1].text(Column.C) == "104"
    assert after.is_valid
    assert set(analysis.design.nodes) < set(after.design.nodes)
    assert add(analysis, -1, "conv2d - 8 1 1").predecessors[NodeId("stem")] == ["conv_block_1"]


def test_a_residual_by_hand_stays_as_it_is() -> None:
    analysis = analysed("bottleneck")
    table = read(analysis)
    join = next(place for place, row in enumerate(table.rows) if row.reason)
    with pytest.raises(EditRefused, match="joins"):
        change(analysis, join, Column.C, "8")
    with pytest.raises(EditRefused, match="joins"):
        delete_rows(analysis, [join])
    kernel = next(place for place, row in enumerate(table.rows) if row.text(Column.K) == "3")
    after = change(analysis, kernel, Column.K, "5")
    assert set(after.wires) == set(analysis.design.wires)


def test_what_cannot_be_typed_is_said() -> None:
    analysis = analysed("mobilenet_v2")
    row = row_with(analysis, "96")
    for column, text, words in (
        (Column.C, "many", "out_channels"),
        (Column.N, "0", "n is '0'"),
        (Column.OPERATOR, "frob", "no operator"),
        (Column.INPUT, "7", "follows"),
        (Column.SE, "lots", "no number"),
    ):
        with pytest.raises(DesignerError, match=words):
            change(analysis, row, column, text)


def test_names_and_varied_fields_stay() -> None:
    analysis = analysed("mobilenet_v2")
    row = row_with(analysis, "96")
    id = read(analysis).rows[row].ids[0]
    named = analysis.design.replacing([replace(analysis.design.nodes[id], name="mine")])
    after = change(analyse(named), row, Column.OPERATOR, "mbconv")
    assert after.nodes[id].name == "mine"
    assert isinstance(after.nodes[id].layer, MBConv)


def test_latex_escapes_and_names_booktabs() -> None:
    text = formatted(read(analysed("mobilenet_v4")), TableFormat.LATEX, True, "A_B & C")
    assert r"\toprule" in text
    assert r"\caption{A\_B \& C}" in text
    assert "pointwise\\_conv2d" in text
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len({line.count(" & ") for line in body}) == 1


def test_a_drawing_without_an_input_has_a_table() -> None:
    node = Node(NodeId("b"), Bottleneck())
    table = read(analyse(Design.build("x", [node], [])))
    assert table.rows[0].text(Column.INPUT) == BLANK
    assert table.rows[0].cost is None


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from designer.__main__ import main

    source = tmp_path / "v2.txt"
    source.write_text(PRINTED_V2, encoding="utf-8")
    assert main(["table", str(source), "-o", str(tmp_path / "v2.design.json")]) == 0
    first = capsys.readouterr().out
    assert main(["table", str(tmp_path / "v2.design.json")]) == 0
    assert capsys.readouterr().out == first
    assert main(["table", "mobilenet_v2", "--format", "latex", "--costs"]) == 0
    assert "tabular" in capsys.readouterr().out
    assert main(["table", "mobilenet_v9"]) == 2
    assert "mobilenet_v2" in capsys.readouterr().err
