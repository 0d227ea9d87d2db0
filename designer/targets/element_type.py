"""In which type of number a target computes."""

from __future__ import annotations

from enum import Enum


class ElementType(Enum):
    """The element type of weights and activations on a target."""

    INT8 = "int8"
    FLOAT16 = "float16"
    FLOAT32 = "float32"

    @property
    def bytes(self) -> int:
        """Bytes of one element."""
        return {ElementType.INT8: 1, ElementType.FLOAT16: 2, ElementType.FLOAT32: 4}[self]

    @property
    def title(self) -> str:
        """The word on screen."""
        return self.value
