"""What is chosen is checked in words; a device that vanishes ends a measurement in words too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from designer.errors import DeviceLost, JobFailed
from designer.measurement.options import ElementType, MeasuringConfiguration
from designer.runtime.measure import devices
from designer.runtime.measure.backends.backend import Prepared, torch_outputs
from designer.runtime.measure.backends.eager import Eager
from designer.runtime.measure.configuration import device_of, why_not
from designer.runtime.measure.devices import losing, stopwatch_of
from designer.runtime.measure.latency import measure_latency
from designer.templates.networks import template
from designer.timing.rounds import stopwatch

pytestmark = pytest.mark.torch


def test_a_type_that_a_device_lacks_is_refused_with_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def conv2d(*_: object, **__: object) -> None:
        raise RuntimeError("no such kernel\nlong tale")

    why_not.cache_clear()
    monkeypatch.setattr(torch.nn.functional, "conv2d", conv2d)
    with pytest.raises(JobFailed, match=r"cpu does not compute in bfloat16 with PyTorch .*: no such kernel$"):
        device_of(MeasuringConfiguration(dtype=ElementType.BFLOAT16))
    why_not.cache_clear()


def test_one_that_computes_wrongly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    why_not.cache_clear()
    monkeypatch.setattr(torch.nn.functional, "relu6", lambda tensor: tensor + 1)
    with pytest.raises(JobFailed, match="computes float16 wrongly"):
        device_of(MeasuringConfiguration(dtype=ElementType.FLOAT16))
    why_not.cache_clear()


def test_an_error_of_a_device_says_that_it_is_lost_and_others_stay_what_they_are() -> None:
    cuda = torch.device("cuda", 0)
    vanished = RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors might be reported later")

    def failing(error: Exception, device: torch.device) -> None:
        with losing(device):
            raise error

    with pytest.raises(DeviceLost, match=r"cuda:0 stopped answering: CUDA error: unspecified launch failure; .* Start"):
        failing(vanished, cuda)
    with pytest.raises(torch.OutOfMemoryError):
        failing(torch.OutOfMemoryError("CUDA out of memory"), cuda)
    with pytest.raises(RuntimeError, match="unspecified"):
        failing(vanished, torch.device("cpu"))


def test_a_device_that_vanishes_in_the_middle_ends_the_measurement_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated device computes on the CPU, until its clock's wait fails as CUDA's does when a card falls off."""
    calls = 0

    class Simulated:
        type, index = "cuda", 0

        def __str__(self) -> str:
            return "cuda:0"

    def vanishing(_: object) -> Callable[[Callable[[], object], int], float]:
        def timed(call: Callable[[], object], count: int) -> float:
            nonlocal calls
            calls += 1
            if calls > 10:
                raise RuntimeError("CUDA error: device not ready\nCompile with TORCH_USE_CUDA_DSA")
            call()
            return 0.001

        return timed

    def on_the_cpu(self: Eager, work: object) -> Prepared:
        return Prepared(lambda: work.module(*work.inputs), torch_outputs, "contiguous")  # type: ignore[attr-defined]

    monkeypatch.setattr("designer.runtime.measure.latency.device_of", lambda _options: Simulated())
    monkeypatch.setattr(Eager, "prepare", on_the_cpu)
    monkeypatch.setattr("designer.runtime.measure.latency.stopwatch_of", vanishing)
    monkeypatch.setattr("designer.runtime.measure.verified_backend.require_memory", lambda *_: None)
    with pytest.raises(DeviceLost, match="cuda:0 stopped answering: CUDA error: device not ready"):
        measure_latency(template("separable").build(), device="cuda:0", per_node=False)
    assert calls == 11
    assert devices.available_devices()[0] == "cpu"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_events_time_a_gpu_as_the_clock_does_where_it_is_busy() -> None:
    cuda = torch.device("cuda:0")
    left = torch.randn(8192, 8192, device=cuda)
    product = torch.empty_like(left)

    def call() -> object:
        return torch.mm(left, left, out=product)

    by_events = min(stopwatch_of(cuda)(call, 5) for _ in range(5))
    by_clock = min(stopwatch(synchronise=devices.synchroniser(cuda))(call, 5) for _ in range(5))
    assert 0.5 < by_events / by_clock < 1.5
