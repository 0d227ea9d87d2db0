"""A field of a node that a sweep gives one value after another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variation:
    """A mark on a node's field.

    Attributes:
        field: The name of the layer's parameter.
        values: The values as a person types them: ``2, 4, 6`` or ``0.5..1 step 0.25``.
        variable: Fields of one variable take the same value at a time; empty for a field that varies by itself.
    """

    field: str
    values: str
    variable: str = ""
