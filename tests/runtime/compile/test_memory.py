"""How much memory there is, by whatever the system offers, and how much a design needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import NotEnoughMemory
from designer.graph.bypass import bypassed
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import HardSwish, SiLU
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.runtime.compile import memory
from designer.runtime.compile.memory import (
    available_bytes,
    is_out_of_memory,
    require_memory,
    required_bytes,
    weight_bytes,
)
from designer.runtime.compile.module import compile_module
from designer.templates.networks import template

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")
ROOT = Path(__file__).resolve().parents[3]


def test_weights_are_all_the_module_keeps() -> None:
    design = template("mobilenet_v2").build()
    kept = compile_module(design, device="meta").state_dict().values()
    assert weight_bytes(analyse(design)) == sum(tensor.nbytes for tensor in kept)


def test_need_grows_with_the_batch_but_not_the_weights() -> None:
    design = template("mobilenet_v2").build(resolution=96)
    one, eight = analyse(design), analyse(design, batch=8)
    assert weight_bytes(one) == weight_bytes(eight)
    activations = one.totals.peak_activation_bytes
    assert required_bytes(one) > weight_bytes(one) + activations, "kernels take scratch space as well"
    assert required_bytes(eight) - weight_bytes(one) == pytest.approx(8 * (required_bytes(one) - weight_bytes(one)))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not say what a process took")
def test_no_run_takes_more_than_was_asked_for() -> None:
    code = """
import torch
from designer.analysis.analysis import analyse
from designer.runtime.compile.memory import required_bytes
from designer.runtime.compile.module import compile_analysis
from designer.templates.networks import template

def kilobytes(name):
    # Not getrusage: its peak is inherited from the process that started this one.
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))

analysis = analyse(template("bottleneck").build(), batch=64)
module = compile_analysis(analysis, seed=0, device=torch.device("cpu")).eval()
with torch.inference_mode():
    module(torch.randn(1, 24, 56, 56))
    before = kilobytes("VmRSS")
    module(torch.randn(64, 24, 56, 56))
grown = (kilobytes("VmHWM") - before) * 1024
print(grown / required_bytes(analysis))
"""
    share = float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout)
    assert 0.5 < share < 1.0


def _measured_peak(design: Design, batch: int) -> tuple[int, int]:
    """The peak by lifetimes, and the most bytes that PyTorch's profiler saw at once, the input among them."""
    from torch.profiler import ProfilerActivity, profile

    analysis = analyse(design, batch=batch)
    module = compile_module(design).eval()
    inputs = [torch.randn(batch, *shape[1:]) for shape in module.input_shapes]
    with torch.inference_mode():
        module(*inputs)
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
            module(*inputs)
    assert profiler.profiler is not None
    held = most = sum(tensor.nbytes for tensor in inputs)
    for event in profiler.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return analysis.totals.peak_activation_bytes, most


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("mobilenet_v2", {"width": 0.5, "resolution": 96}),
        ("mobilenet_v1", {"width": 0.5, "resolution": 96}),
        ("separable", {"channels": 64, "out_channels": 96}),
    ],
)
def test_the_peak_by_lifetimes_is_what_pytorchs_profiler_sees(key: str, settings: dict[str, object]) -> None:
    """Kernels take scratch space for a moment besides, which the figure says it does not count."""
    counted, seen = _measured_peak(template(key).build(**settings), 8)
    assert counted <= seen <= 1.8 * counted


def test_without_scratch_space_it_is_the_same_to_the_byte() -> None:
    """Activations and additions take none; the input is held over a branch, as whoever gave it holds it too."""
    x, y = NodeId("x"), NodeId("y")
    names = [NodeId(name) for name in ("a", "b", "sum", "c")]
    nodes = [Node(x, Input(8, 32, 32)), *map(Node, names, [SiLU(), HardSwish(), Add(), SiLU()]), Node(y, Output())]
    pairs = [("x", "a", "x"), ("a", "b", "x"), ("x", "sum", "a"), ("b", "sum", "b"), ("sum", "c", "x"), ("c", "y", "x")]
    wires = [Wire(PortRef(NodeId(a), "y"), PortRef(NodeId(b), port)) for a, b, port in pairs]
    counted, seen = _measured_peak(Design.build("no scratch", nodes, wires), 4)
    assert counted == seen == 3 * 4 * 8 * 32 * 32 * 4


def test_what_only_a_bypassed_merge_would_read_is_not_kept() -> None:
    """Of the input, a, b and c, whoever gave the input holds it; a is let go as soon as b is made."""
    x, y = NodeId("x"), NodeId("y")
    names = [NodeId(name) for name in ("a", "b", "c", "sum", "end")]
    layers = [SiLU(), HardSwish(), SiLU(), bypassed(Add()), Add()]
    nodes = [Node(x, Input(8, 32, 32)), *map(Node, names, layers), Node(y, Output())]
    pairs = [("x", "a", "x"), ("a", "b", "x"), ("b", "c", "x"), ("a", "sum", "a"), ("c", "sum", "b")]
    pairs += [("x", "end", "a"), ("sum", "end", "b"), ("end", "y", "x")]
    wires = [Wire(PortRef(NodeId(a), "y"), PortRef(NodeId(b), port)) for a, b, port in pairs]
    design = Design.build("bypassed", nodes, wires)
    counted, seen = _measured_peak(design, 4)
    assert counted == seen == 3 * 4 * 8 * 32 * 32 * 4
    inside, _ = group(design, [NodeId("b"), NodeId("c"), NodeId("sum")])
    assert _measured_peak(inside, 4) == (counted, seen)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_the_peak_by_lifetimes_is_what_cuda_allocates() -> None:
    design = template("mobilenet_v2").build()
    counted = analyse(design, batch=16).totals.peak_activation_bytes
    module = compile_module(design, device="cuda:0").eval()
    x = torch.randn(16, 3, 224, 224, device="cuda:0")
    with torch.inference_mode():
        module(x)
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated() - x.nbytes
        torch.cuda.reset_peak_memory_stats()
        module(x)
        torch.cuda.synchronize()
    seen = torch.cuda.max_memory_allocated() - before
    assert 0.98 * counted <= seen <= 1.6 * counted


def test_what_this_process_can_have_is_what_the_cpu_has(monkeypatch: pytest.MonkeyPatch) -> None:
    free = available_bytes(CPU)
    assert free is not None
    assert 0 < free <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    monkeypatch.setattr(memory, "free_memory", lambda: 1_500_000_000)
    assert available_bytes(CPU) == 1_500_000_000
    with pytest.raises(NotEnoughMemory, match=r"and cpu has 1\.50\u202fGB free"):
        require_memory(analyse(template("mobilenet_v2").build(), batch=512), CPU)


def test_a_failed_allocation_is_known_by_what_pytorch_says() -> None:
    with pytest.raises(RuntimeError) as failed:
        torch.empty(2**50)
    assert is_out_of_memory(failed.value)
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("sizes do not match"))
    assert not is_out_of_memory(ValueError("out of memory"))
