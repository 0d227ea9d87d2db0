"""Windows of pools: which there are, and the padding with which a plain window has the same."""

from __future__ import annotations

from itertools import product

import pytest

from designer.errors import ShapeError
from designer.graph.operations import AveragePool, MaxPool
from designer.graph.tensor import TensorSpec


@pytest.mark.parametrize("kind", [MaxPool, AveragePool])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_full_pads_give_a_plain_window_exactly_the_pools_positions(
    kind: type[MaxPool] | type[AveragePool], ceil_mode: bool
) -> None:
    """A plain window has one position each step as long as it ends inside."""
    seen = set()
    for side, kernel, step, before, behind in product(range(1, 9), range(1, 5), range(1, 5), range(4), range(4)):
        pool = kind(kernel=(kernel, 1), stride=(step, 1), pads=(before, behind, 0, 0), ceil_mode=ceil_mode)
        x = TensorSpec((1, 2, side, 3))
        try:
            y = pool.output(x)
        except ShapeError:
            continue
        top, bottom, left, right = pool.full_pads(x)
        assert (top, left, right) == (before, 0, 0)
        padded = side + top + bottom
        assert len([at for at in range(0, padded, step) if at + kernel <= padded]) == y.height
        seen.add(bottom - behind)
    assert seen >= ({-1, 0, 1} if ceil_mode else {0})
    assert ceil_mode or seen == {0}
