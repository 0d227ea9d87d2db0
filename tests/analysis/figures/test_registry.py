"""A figure is declared whole, once, and found by its key."""

from __future__ import annotations

from dataclasses import fields

import pytest

from designer.analysis.analysis import Totals
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import figure, figures, register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.errors import FigureDeclarationError


def test_the_totals_of_an_analysis_are_figures() -> None:
    keys = {each.key for each in figures()}
    assert {field.name for field in fields(Totals)} - {"complete"} <= keys


def test_figures_stand_in_their_order_and_no_two_at_one_place() -> None:
    places = [each.order for each in figures()]
    assert places == sorted(set(places))


def test_a_figure_is_one_class_in_the_file_of_its_key() -> None:
    assert {each.key: type(each).__module__.rpartition(".")[2] for each in figures()} == {
        each.key: each.key for each in figures()
    }


def test_a_scope_gives_what_is_had_there() -> None:
    assert figure("depth") in figures(Scope.DESIGN)
    assert figure("depth") not in figures(Scope.NODE)
    assert figure("macs") in figures(Scope.NODE)


def test_a_key_that_is_none_is_refused_with_a_guess() -> None:
    with pytest.raises(KeyError, match="did you mean 'parameters'"):
        figure("paramters")


def declared(**other: object) -> type[Figure]:
    """A whole declaration, with some of it as given."""

    def of_design(self: Figure, analysis: object, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return 1

    words = {"key": "planted", "title": "Planted", "unit": "pots", "help": "Pots", "meaning": "pots.", "order": 1}
    body = {**words, "counted": ("pots",), "source": "a gardener", "scope": Scope.DESIGN, "of_design": of_design}
    return type("Planted", (Figure,), {**body, **other})


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"key": "macs"}, "declared twice"),
        ({"key": "Two Words"}, "no lower-case identifier"),
        ({"title": ""}, "does not say its title"),
        ({"counted": ()}, "does not say its counted"),
        ({"scope": Scope.BOTH}, "does not say its of_node"),
    ],
)
def test_an_incomplete_declaration_is_refused(other: dict[str, object], reason: str) -> None:
    figures()
    with pytest.raises(FigureDeclarationError, match=reason):
        register(declared(**other))
