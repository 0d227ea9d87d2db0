"""One tensor that an operation keeps. Knows no layer and no operation."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from designer.graph.tensor import DType

_COUNTER_BYTES = 8


class Weight(NamedTuple):
    """One tensor a layer keeps, named as in PyTorch's state dict; buffers are kept but not trained and not counted.

    A counter is a whole number, which PyTorch keeps in eight bytes whatever the type of the others.
    """

    name: str
    shape: tuple[int, ...]
    is_buffer: bool = False
    is_counter: bool = False

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    def bytes(self, dtype: DType) -> int:
        """Its size where the layer computes in this type."""
        return self.elements * (_COUNTER_BYTES if self.is_counter else dtype.bytes)


def weight_and_bias(shape: tuple[int, ...], outputs: int, bias: bool) -> tuple[Weight, ...]:
    """``weight`` of a shape, and ``bias`` of one number an output where there is one."""
    weight = Weight("weight", shape)
    return (weight, Weight("bias", (outputs,))) if bias else (weight,)
