"""Every template against the published network: parameters, work, names by place, and what it computes.

The module of torchvision or timm is the reference; it gets weights of a seed, its norms running values that are no
ones and zeros, and ours gets the same. A test is skipped where they are not installed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from designer.analysis.analysis import analyse
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.module import compile_module
from designer.runtime.compile.published_names import names_by_place
from designer.runtime.compile.weights import fill
from designer.templates.networks import template
from tests.published_families import PUBLISHED, Published

pytestmark = [pytest.mark.torch, pytest.mark.slow]


def shapes(state: Any) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def published_with_weights(published: Published) -> Any:
    """The published network in evaluation, its numbers drawn so that no two channels are alike."""
    module = published.make().eval()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith("running_var"):
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
            elif name.endswith(("running_mean", "bias")):
                tensor.copy_(0.1 * torch.randn(tensor.shape, generator=generator))
            elif tensor.dim() > 1:
                fan_in = tensor[0].numel()
                tensor.copy_(torch.randn(tensor.shape, generator=generator) * fan_in**-0.5)
            elif tensor.is_floating_point():
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
    return module


def same_but_for_rounding(ours: torch.Tensor, theirs: torch.Tensor) -> bool:
    return float((ours - theirs).abs().max()) <= 1e-5 * max(1.0, float(theirs.abs().max()))


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_a_template_is_the_published_network(published: Published, tmp_path: Path) -> None:
    theirs = published_with_weights(published)
    design = template(published.key).build(**published.settings)
    totals = analyse(design).totals
    assert totals.parameters == sum(each.numel() for each in theirs.parameters())
    picture = torch.rand((1, 3, published.side, published.side), generator=torch.Generator().manual_seed(3))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        expected = theirs(picture)
    assert totals.macs == counter.get_total_flops() // 2

    ours = compile_module(design).eval()
    file = tmp_path / "published.pth"
    torch.save(theirs.state_dict(), file)
    filled = fill(ours, read_weights(file))
    assert filled.fresh == ()
    assert not [name for name in filled.unused if not name.endswith("num_batches_tracked")]
    with torch.no_grad():
        assert same_but_for_rounding(ours(picture), expected)


@pytest.mark.parametrize("published", PUBLISHED, ids=str)
def test_weights_go_back_and_come_sorted_by_name(published: Published) -> None:
    theirs, back, side = published_with_weights(published), published.make().eval(), 64
    ours = compile_module(template(published.key).build(**published.settings, resolution=side)).eval()
    state = theirs.state_dict()
    names = names_by_place(shapes(ours.state_dict()), shapes(state))
    by_name = names_by_place(shapes(ours.state_dict()), {name: shapes(state)[name] for name in sorted(state)})
    assert names is not None
    assert by_name == names
    own = ours.state_dict()
    with torch.no_grad():
        for key, name in names.items():
            back.state_dict()[name].copy_(own[key])
        picture = torch.rand((1, 3, side, side), generator=torch.Generator().manual_seed(3))
        assert same_but_for_rounding(ours(picture), back(picture))
