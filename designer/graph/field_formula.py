"""A field of a node that follows from the parameters of the group it is in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldFormula:
    """A formula at a node's field.

    Attributes:
        field: The name of the layer's parameter.
        text: The formula as a person types it: ``round8(t * in)``.
    """

    field: str
    text: str
