"""Each figure is defined, and stands under its word where figures are kept."""

from __future__ import annotations

from dataclasses import fields

import pytest

from designer.analysis.analysis import Totals
from designer.analysis.cost import NodeCost
from designer.analysis.figures import Figure


@pytest.mark.parametrize("figure", Figure)
def test_every_figure_is_defined(figure: Figure) -> None:
    definition = figure.definition
    assert definition.title
    assert definition.unit
    assert definition.counted
    assert definition.not_counted
    assert definition.source


def test_the_words_are_those_of_the_analysis() -> None:
    known = {*NodeCost._fields, "flops", *(field.name for field in fields(Totals)), "receptive_field"}
    assert {figure.value for figure in Figure} <= known
    assert {field.name for field in fields(Totals)} - {"complete"} <= {figure.value for figure in Figure}
