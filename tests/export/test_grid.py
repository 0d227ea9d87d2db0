"""Tables that leave hold texts, whoever named what is in them: no tag, no link, no formula."""

from __future__ import annotations

import csv
import io

import pytest

from designer.export.grid import csv_cell, markdown_cell, markdown_grid, separated


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('<img src=x onerror="alert(1)">', '&lt;img src=x onerror="alert(1)"&gt;'),
        ("[a](javascript:alert(1))", r"\[a\](javascript:alert(1))"),
        ("a|b", r"a\|b"),
        ("a & b", "a &amp; b"),
        ("two\nlines", "two lines"),
        ("bottleneck_1 × 3²", "bottleneck_1 × 3²"),
    ],
)
def test_markdown_reads_a_name_as_it_is_written(text: str, written: str) -> None:
    assert markdown_cell(text) == written
    assert written in markdown_grid(["name"], [[text]])


@pytest.mark.parametrize("text", ["=1+1", "+A1", "@SUM(A1)", "-2+3", "\u22122+3", "\t=1", "=HYPERLINK(1)"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert csv_cell(text) == f"'{text}"
    ((cell,),) = csv.reader(io.StringIO(separated([[text]], ",")))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\u2212"))


@pytest.mark.parametrize("text", ["-3.5", "+1e6", "12", "name", ""])
def test_numbers_and_names_stay(text: str) -> None:
    assert csv_cell(text) == text
