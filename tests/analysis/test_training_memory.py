"""The sum is held against a real training step: its tensors, its state, and what autograd keeps."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from designer.analysis.analysis import analyse
from designer.analysis.training_memory import Optimiser, training_memory
from designer.runtime.compile.module import compile_module
from designer.templates.networks import template

pytestmark = pytest.mark.torch

MAKERS: dict[Optimiser, Any] = {
    Optimiser.SGD: lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    Optimiser.SGD_MOMENTUM: lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    Optimiser.ADAM: lambda parameters: torch.optim.Adam(parameters, lr=0.1),
}


def bytes_of(tensors: Any) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


@pytest.mark.parametrize("optimiser", list(Optimiser))
@pytest.mark.parametrize("key", ["mobilenet_v2", "mobilenet_v1"])
def test_is_what_a_training_step_holds(key: str, optimiser: Optimiser) -> None:
    design = template(key).build(width=0.25, resolution=64)
    found = training_memory(analyse(design, batch=4), optimiser)
    module = compile_module(design).train()
    maker = MAKERS[optimiser](module.parameters())
    own = {tensor.untyped_storage().data_ptr() for tensor in module.state_dict().values()}
    kept: dict[int, int] = {}
    alive = []  # or the place of one that is gone would be another's

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own and tensor.dim() > 1:
            kept[storage.data_ptr()] = storage.nbytes()
            alive.append(tensor)
        return tensor

    x = torch.randn(4, 3, 64, 64)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = module(x).square().sum()
    loss.backward()
    maker.step()
    assert found.parameter_bytes == bytes_of(module.parameters())
    assert found.gradient_bytes == bytes_of(p.grad for p in module.parameters() if p.grad is not None)
    state = [value for each in maker.state.values() for value in each.values() if torch.is_tensor(value)]
    assert found.optimiser_bytes == bytes_of(tensor for tensor in state if tensor.dim())
    assert found.buffer_bytes == bytes_of(module.buffers())
    # ReLU, in V1, needs its output alone, so the norm before it keeps nothing for it: two tensors of three.
    least = {"mobilenet_v1": 0.65, "mobilenet_v2": 0.85}[key]
    assert least * found.kept_activation_bytes <= sum(kept.values()) <= 1.02 * found.kept_activation_bytes


def test_the_total_is_the_sum_and_says_so() -> None:
    analysis = analyse(template("mobilenet_v2").build(), batch=32)
    found = training_memory(analysis)
    assert found.parameter_bytes == 3_504_872 * 4
    assert found.total_bytes == (4 * found.parameter_bytes + found.buffer_bytes + found.kept_activation_bytes)
    assert found.formula.startswith(
        "14.0\u202fMB of parameters + 14.0\u202fMB of gradients + 28.0\u202fMB of Adam's state"
    )
    half = training_memory(analyse(template("mobilenet_v2").build(), batch=16))
    assert 2 * half.kept_activation_bytes == found.kept_activation_bytes
