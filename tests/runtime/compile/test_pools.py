"""Pools with padding of any kind compute what their definition says, whatever PyTorch's own pool can take."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from designer.errors import InvalidDesign
from designer.graph.window import Padding
from designer.layers.endpoints import Input, Output
from designer.layers.pooling import MaxPool
from designer.runtime.compile.module import compile_module
from tests.small_designs import row

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_a_max_pool_with_explicit_padding_is_the_largest_under_each_window(step: int, ceil_mode: bool) -> None:
    """A window begins on the map or in front of it, and ends inside the padded map, or, rounded up, a step beyond."""
    compared = 0
    for side, kernel, before, behind in product((3, 5, 6), (2, 3, 4), (0, 1), (0, 1, 3)):
        pool = MaxPool((kernel, 1), (step, 1), Padding.EXPLICIT, (before, behind, 0, 0), ceil_mode)
        try:
            module = compile_module(row(Input(1, side, 4), pool, Output()))
        except InvalidDesign:
            continue
        x = torch.randn(1, 1, side, 4, generator=torch.Generator().manual_seed(side))
        room = before + side + behind + (step - 1 if ceil_mode else 0)
        starts = [at - before for at in range(0, before + side + behind, step) if at + kernel <= room]
        starts = [at for at in starts if at < side or not ceil_mode]
        nothing = torch.full((4,), float("-inf"))
        wanted = [x[0, 0, max(at, 0) : at + kernel].amax(0) if at < side else nothing for at in starts]
        torch.testing.assert_close(module(x)[0, 0], torch.stack(wanted), rtol=0, atol=0)
        compared += 1
    assert compared > 30
