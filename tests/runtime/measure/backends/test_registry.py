"""Every backend that can be had here computes what the module computes, and says why where it cannot be had."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from pathlib import Path

import pytest
import torch

from designer.analysis.analysis import analyse
from designer.errors import JobFailed, WrongOutputs
from designer.files.storage import data_folder
from designer.graph.design import Design
from designer.measurement.options import ElementType, MeasuringConfiguration, MemoryFormat
from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs
from designer.runtime.measure.backends.compiled import SPARED_S, keep_within, mark_used
from designer.runtime.measure.backends.registry import BACKENDS, backend_of, usable_backend
from designer.runtime.measure.configuration import DTYPES, MEMORY_FORMATS, device_of, why_not
from designer.runtime.measure.devices import running_on
from designer.runtime.measure.verified_backend import expected_outputs, verified_backend, workload_of
from designer.templates.networks import template

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")
HERE = [backend for backend in BACKENDS if not backend.reason_against(CPU, "float32")]


def tell_nobody(share: float, text: str) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def design() -> Design:
    return template("mobilenet_v2").build(width=0.25, resolution=32)


@pytest.fixture(scope="module")
def block() -> Design:
    """A bottleneck with its residual: one layer of each kind, so that it is compiled in a few seconds."""
    return template("bottleneck").build(channels=16, resolution=14)


def work_on(design: Design, configuration: MeasuringConfiguration) -> Workload:
    return workload_of(
        analyse(design, batch=configuration.batch), configuration, device_of(configuration), configuration.threads or 1
    )


def slow_to_compile(backend: Backend) -> object:
    return pytest.param(backend, id=backend.key, marks=[pytest.mark.slow] if backend.key == "compiled" else [])


def test_of_compiled_code_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    keep_within(folder, 10)  # not there yet
    (folder / "ab").mkdir(parents=True)
    for days, name in enumerate(("now.so", "yesterday.so", "ab/older.so", "ab/oldest.so")):
        (folder / name).write_bytes(b"12345")
        used = time.time() - days * 1.5 * SPARED_S
        os.utime(folder / name, (used, used))

    def names() -> set[str]:
        return {path.name for path in folder.rglob("*.so")}

    keep_within(folder, 20)
    assert len(names()) == 4
    keep_within(folder, 14)
    assert names() == {"now.so", "yesterday.so"}
    keep_within(folder, 0)
    assert names() == {"now.so"}, "another process may rely on what was used today"


def test_a_header_that_is_used_again_is_not_old(tmp_path: Path) -> None:
    header = tmp_path / "long.h.gch"
    header.write_bytes(b"12345")
    os.utime(header, (0, 0))
    mark_used(tmp_path)
    keep_within(tmp_path, 0)
    assert header.exists()


def test_nothing_is_compiled_into_the_users_own_folder() -> None:
    assert not Path(os.environ["TORCHINDUCTOR_CACHE_DIR"]).is_relative_to(data_folder({}))


@pytest.mark.parametrize("backend", list(map(slow_to_compile, HERE)))
@pytest.mark.parametrize("batch", [1, 3])
def test_computes_what_the_module_computes_at_each_batch(backend: Backend, batch: int, design: Design) -> None:
    work = work_on(design, MeasuringConfiguration(batch=batch, threads=1))
    expected = expected_outputs(work)
    with running_on(1):
        ready = verified_backend(backend, work, expected, tell_nobody, lambda: False)
    assert expected[0].shape == (batch, 1000)
    assert 0 <= ready.agreement.max_abs_difference <= 1e-4 * ready.agreement.max_abs_output
    assert ready.prepare_s > 0


@pytest.mark.parametrize("backend", [slow_to_compile(backend) for backend in HERE if len(backend.dtypes) > 1])
@pytest.mark.parametrize("dtype", [key for key in DTYPES if not why_not(CPU, key)])
@pytest.mark.parametrize("memory_format", MEMORY_FORMATS)
def test_element_types_and_orders_of_channels_are_really_taken(
    backend: Backend, dtype: str, memory_format: str, block: Design
) -> None:
    work = work_on(
        block, MeasuringConfiguration(dtype=ElementType(dtype), memory_format=MemoryFormat(memory_format), threads=1)
    )
    ready = verified_backend(backend, work, expected_outputs(work), tell_nobody, lambda: False)
    if ready.prepared.module is not None:
        weights = [weight for weight in ready.prepared.module.parameters() if weight.dim() == 4]
        assert {weight.dtype for weight in weights} == {DTYPES[dtype]}
        format = MEMORY_FORMATS[ready.prepared.memory_format]
        assert all(weight.is_contiguous(memory_format=format) for weight in weights)
        assert ready.prepared.inputs[0].is_contiguous(memory_format=format)
    if dtype != "float32":
        assert ready.agreement.max_abs_difference > 0


def test_several_inputs_and_outputs_come_in_their_order() -> None:
    from designer.graph.design import Node, NodeId, PortRef, Wire
    from designer.layers.convolution import PointwiseConv2d
    from designer.layers.endpoints import Input, Output

    ids = ("a", "b", "small", "large", "y", "z")
    a, b, small, large, y, z = (NodeId(id) for id in ids)
    two = Design.build(
        "two",
        [
            Node(a, Input(3, 8, 8)),
            Node(b, Input(5, 4, 4)),
            Node(small, PointwiseConv2d(2)),
            Node(large, PointwiseConv2d(7)),
            Node(y, Output()),
            Node(z, Output()),
        ],
        [
            Wire(PortRef(a, "y"), PortRef(large, "x")),
            Wire(PortRef(b, "y"), PortRef(small, "x")),
            Wire(PortRef(small, "y"), PortRef(y, "x")),
            Wire(PortRef(large, "y"), PortRef(z, "x")),
        ],
    )
    work = work_on(two, MeasuringConfiguration(threads=1))
    for backend in HERE:
        if backend.key != "compiled":
            verified_backend(backend, work, expected_outputs(work), tell_nobody, lambda: False)


class Wrong(Backend):
    """A backend that is off by a little more than may be, in one number."""

    key = "wrong"
    title = "A wrong one"
    help = "Wrong."

    def __init__(self, share: float) -> None:
        self._share = share

    def prepare(self, work: Workload) -> Prepared:
        def call() -> torch.Tensor:
            result = work.module(*work.inputs).clone()
            result[0, 7] += self._share * result.abs().max()
            return result

        return Prepared(call, torch_outputs, "contiguous")


def test_one_that_computes_something_else_is_refused_with_the_difference(design: Design) -> None:
    work = work_on(design, MeasuringConfiguration(threads=1))
    expected = expected_outputs(work)
    verified_backend(Wrong(0.0009), work, expected, tell_nobody, lambda: False)
    for share in (0.0012, float("nan")):
        with pytest.raises(WrongOutputs, match=r"A wrong one computes something else .* differ by .* not timed"):
            verified_backend(Wrong(share), work, expected, tell_nobody, lambda: False)


def test_what_is_not_installed_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("designer.runtime.measure.backends.litert.find_spec", lambda name: None)
    for key in ("openvino", "litert"):
        with pytest.raises(JobFailed, match=rf"'{key}' cannot be had here: .*not installed; pip install"):
            usable_backend(key, CPU, "float32")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(JobFailed, match="needs a C\\+\\+ compiler"):
        usable_backend("compiled", CPU, "float32")


def test_one_for_other_devices_or_types_says_so() -> None:
    with pytest.raises(JobFailed, match="CUDA graph, folded runs on cuda only, not on cpu"):
        usable_backend("cuda_graph", CPU, "float32")
    with pytest.raises(JobFailed, match="ONNX Runtime is measured in float32 only, not in bfloat16"):
        usable_backend("onnxruntime", CPU, "bfloat16")
    with pytest.raises(JobFailed, match="no backend 'eagr' \\(did you mean 'eager'"):
        backend_of("eagr")
    assert {backend.key for backend in BACKENDS if not backend.reason_against(CPU, "bfloat16")} <= {
        "eager", "folded", "folded_channels_last", "compiled"
    }  # fmt: skip


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", list(DTYPES))
def test_all_for_cuda_agree_there(design: Design, dtype: str) -> None:
    cuda = torch.device("cuda:0")
    work = work_on(design, MeasuringConfiguration(device="cuda:0", dtype=ElementType(dtype), batch=2))
    keys = []
    for backend in [each for each in BACKENDS if not each.reason_against(cuda, dtype)]:
        verified_backend(backend, work, expected_outputs(work), tell_nobody, lambda: False)
        keys.append(backend.key)
    assert {"eager", "folded", "cuda_graph"} <= set(keys)
