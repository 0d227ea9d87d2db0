"""A design made ready on a backend and proved to compute what its module computes: what may be timed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from designer.analysis.analysis import Analysis
from designer.analysis.program import program_of, refuse_invalid
from designer.measurement.latency import Conditions, Parity
from designer.measurement.options import MeasuringConfiguration
from designer.runtime.compile.memory import require_memory
from designer.runtime.compile.module import compile_analysis, random_inputs
from designer.runtime.measure.backends.backend import Backend, Prepared, Workload, torch_outputs
from designer.runtime.measure.conditions import conditions_of
from designer.runtime.measure.parity import parity
from designer.timing.rounds import Cancelled, Progress, Timing

Asked = Callable[[], bool]

_HEARTBEAT_S = 1.0


@dataclass(frozen=True)
class VerifiedBackend:
    """What may be timed.

    Attributes:
        backend: What runs it.
        work: What it runs.
        prepared: It, ready to be called.
        agreement: How far its outputs are from the eager float32 module's.
        prepare_s: Seconds that making it ready took.
    """

    backend: Backend
    work: Workload
    prepared: Prepared
    agreement: Parity
    prepare_s: float

    def conditions(self, timing: Timing, busy_processors: float | None) -> Conditions:
        """What a timing of it belongs to."""
        return conditions_of(
            self.work.device,
            self.work.threads,
            self.work.analysis.batch,
            self.work.dtype,
            self.prepared.memory_format,
            self.backend.title,
            timing,
            self.prepared.facts,
            busy_processors,
        )


def workload_of(
    analysis: Analysis, configuration: MeasuringConfiguration, device: torch.device, threads: int, copies: int = 1
) -> Workload:
    """A design with fresh weights and random pictures.

    Args:
        analysis: At the batch to measure.
        configuration: What was chosen.
        device: Its device.
        threads: CPU threads that are set.
        copies: How many backends shall hold it at once.

    Raises:
        InvalidDesign: The design has problems.
        NotEnoughMemory: It would not fit; nothing was allocated.
    """
    refuse_invalid(analysis)
    for place in {device, torch.device("cpu")}:
        require_memory(analysis, place, copies)
    module = compile_analysis(analysis, seed=0, device=torch.device("cpu")).eval()
    inputs = tuple(random_inputs(module.input_shapes, torch.device("cpu")))
    return Workload(
        analysis,
        program_of(analysis),
        module,
        inputs,
        device,
        configuration.dtype.value,
        configuration.memory_format.value,
        threads,
    )


def expected_outputs(work: Workload) -> list[Tensor]:
    """What the eager module gives in float32 on the CPU."""
    with torch.inference_mode():
        return torch_outputs(work.module(*work.inputs))


def verified_backend(
    backend: Backend, work: Workload, expected: Sequence[Tensor], progress: Progress, is_cancelled: Asked
) -> VerifiedBackend:
    """Make a backend ready, run it once, and hold its outputs against the module's.

    Raises:
        WrongOutputs: It computes something else.
        Cancelled: ``is_cancelled`` said so.
    """
    if is_cancelled():
        raise Cancelled
    begin = time.perf_counter()
    with telling(progress, f"preparing {backend.title}"):
        prepared = backend.prepare(work)
        with torch.inference_mode():
            found = prepared.outputs(prepared.call())
    agreement = parity(backend.title, expected, found, work.dtype, work.device.type)
    return VerifiedBackend(backend, work, prepared, agreement, time.perf_counter() - begin)


@contextmanager
def telling(progress: Progress, text: str) -> Iterator[None]:
    """Say every second that something long still runs, so that nobody takes it for hanging."""
    begin = time.monotonic()
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(_HEARTBEAT_S):
            progress(0.0, f"{text}, {time.monotonic() - begin:.0f} s")

    progress(0.0, text)
    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
