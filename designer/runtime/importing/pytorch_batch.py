"""Where the batch stands in a tensor of PyTorch's trace, and how such a tensor lies in ours, whose batch is first.

A network may turn its batch round, or merge windows or heads into it. With an open batch its size is a symbol of the
trace, so that each tensor says by its shape alone where the batch is and how much more is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor


class Layout(NamedTuple):
    """How a tensor of the trace lies in ours.

    Ours has the batch first, behind it what the trace merged into it, if anything, and then the other dimensions in
    the trace's order.

    Attributes:
        at: Which of the trace's dimensions has the batch.
        merged: m where that dimension has N·m positions; 1 where nothing is merged into it.
    """

    at: int = 0
    merged: int = 1

    @property
    def _before(self) -> int:
        """How many of our dimensions stand before the trace's others."""
        return 1 if self.merged == 1 else 2

    def axis(self, axis: int) -> int:
        """Which of our dimensions one of the trace's is; 0, the batch, is nothing that can be worked on."""
        if axis == self.at:
            return 0
        return axis + self._before - (axis > self.at)

    def sides(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Our shape of a tensor, from the trace's shape in which the batch itself is 1."""
        others = tuple(side for axis, side in enumerate(shape) if axis != self.at)
        return (1, *others) if self.merged == 1 else (1, self.merged, *others)


def times_batch(side: Any) -> int:
    """How much is in a side beside the batch, m of N·m; 0 of a side without it, or where N is more than a factor."""
    if isinstance(side, int):
        return 0
    expression = side.node.expr
    symbols = sorted(expression.free_symbols, key=str)
    if len(symbols) != 1:
        return 0
    factor = expression / symbols[0]
    return int(factor) if factor.is_Integer else 0


def layout_of(value: Tensor) -> Layout:
    """How a tensor of the trace lies in ours; as it is, where its batch is no symbol."""
    found = [(axis, times) for axis, side in enumerate(value.shape) if (times := times_batch(side))]
    return Layout(*found[0]) if len(found) == 1 else Layout()


def without_batch(value: Any) -> Any:
    """A size of the trace as a number, its batch 1; anything else as it is."""
    if isinstance(value, (int, float, bool)) or not hasattr(value, "node"):
        return value
    expression = value.node.expr
    number = expression.subs(dict.fromkeys(expression.free_symbols, 1))
    return int(number) if number.is_Integer else float(number)


def shape_of(value: Tensor) -> tuple[int, ...]:
    """Our shape of a tensor of the trace, its batch 1 where it is open."""
    return layout_of(value).sides([int(without_batch(side)) for side in value.shape])


def order_between(before: Layout, after: Layout, order: Sequence[int]) -> tuple[int, ...]:
    """For each of our dimensions after a permutation, which it was before.

    Args:
        before: How the tensor lies that is permuted.
        after: How the result lies.
        order: For each of the trace's dimensions of the result, which it was.
    """
    found = {after.axis(axis): before.axis(source) for axis, source in enumerate(order)}
    if after.merged > 1:
        found[1] = 1
    return tuple(found[axis] for axis in sorted(found))


def is_reshape_of_ours(before: Tensor, after: Tensor) -> bool:
    """Whether a reshape of the trace is one of our tensor, too: what stands before the batch stays what it is."""
    one, other = layout_of(before), layout_of(after)
    if one.at == other.at == 0:
        return True
    leading = [
        [side for side in value.shape[: each.at] if side != 1] for value, each in ((before, one), (after, other))
    ]
    return leading[0] == leading[1] and (not leading[0] or one.merged == other.merged)
