"""A comparison as text for other programs."""

from __future__ import annotations

from designer.analysis.analysis import analyse
from designer.analysis.compare import compare
from designer.export.tables import csv_table, markdown
from designer.templates.networks import template


def test_designs_of_one_name_are_told_apart_in_every_table() -> None:
    analyses = [analyse(template(key).build()) for key in ("bottleneck", "separable", "bottleneck")]
    table = compare(analyses)
    assert table.names[0] == table.names[2]
    assert table.told_apart == (f"{table.names[0]} (A)", table.names[1], f"{table.names[2]} (C)")
    for text in (markdown(table), csv_table(table)):
        assert all(name in text for name in table.told_apart)
