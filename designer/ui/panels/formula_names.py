"""What formulas on screen speak of: names and their values, of the group whose inside is shown."""

from __future__ import annotations

from designer.edit.editable import Editable
from designer.edit.inside import InsideGroup
from designer.errors import ExpressionError
from designer.graph.arithmetic import Value, expression
from designer.graph.design import Node
from designer.layers.formulas import FLOWING, HEIGHT, IN, WIDTH, value_in_formula


def formula_names(document: Editable | None) -> tuple[str, ...]:
    """What a formula can speak of; nothing where no group with a shape to take is open."""
    if not isinstance(document, InsideGroup):
        return ()
    return (*(each.name for each in document.design.parameters), *FLOWING)


def numbers_of(formula: str, document: Editable | None, node: Node) -> str:
    """A formula with numbers for names; the formula itself where they are not known."""
    if not isinstance(document, InsideGroup):
        return formula
    own = dict(document.setting.own)
    values: dict[str, Value] = {
        each.name: value_in_formula(own.get(each.name, each.default)) for each in document.design.parameters
    }
    first = document.setting.inputs[0] if document.setting.inputs else None
    if first is not None:
        values[IN] = first.channels
        if first.is_map:
            values |= {HEIGHT: first.height, WIDTH: first.width}
    try:
        return expression(formula).in_numbers(values)
    except ExpressionError:
        return formula
