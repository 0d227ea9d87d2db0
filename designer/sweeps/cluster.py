"""Points counted on other processes and machines, through a Dask scheduler.

A task takes a few milliseconds of the scheduler's time, so points go in chunks. A worker that dies has its chunks done
elsewhere, by Dask; a chunk that runs is not stopped by a cancel, its results are let go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from designer.errors import JobFailed, ParameterError
from designer.measurement.options import PairOptions
from designer.sweeps.counting import Counting
from designer.sweeps.objective import read_objectives
from designer.sweeps.plan import SpaceSource
from designer.sweeps.result import Result
from designer.sweeps.run import Measure, measured
from designer.sweeps.space import Point

_CHUNK = 64
_CHUNKS_A_WORKER = 4
_WAIT_S = 10.0

MeasureOf = Callable[[SpaceSource, PairOptions], Measure]
"""Makes what measures, on the machine that shall be measured; a function of a module, by whose name it travels."""


def why_not() -> str:
    """Why there is no cluster here, with what would bring it; empty where there is one."""
    if find_spec("distributed") is None:
        return "a cluster takes the package distributed; pip install 'bottleneck-designer[cluster]' brings it"
    return ""


class Cluster:
    """Points go to the workers of a scheduler. A context manager.

    Args:
        address: The scheduler's, ``tcp://127.0.0.1:8786``; or the path of a scheduler file as dask-jobqueue writes it.
        source: The space.
        objectives: What is looked for, as ``read_objectives`` takes it.
        measure_of: Makes what measures on a worker, if anything does.
        options: What it shall measure under.

    Raises:
        ParameterError: The package is not installed.
        JobFailed: No scheduler answers at the address.
    """

    def __init__(
        self,
        address: str,
        source: SpaceSource,
        objectives: Sequence[str],
        measure_of: MeasureOf | None = None,
        options: PairOptions | None = None,
    ) -> None:
        if why_not():
            raise ParameterError("scheduler", why_not())
        import distributed

        client: Any = distributed.Client

        self._address = address
        try:
            self._client: Any = client(address, timeout=_WAIT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise JobFailed(
                f"no scheduler answers at {address}; correct the address, or start one: dask scheduler --host 127.0.0.1"
            ) from error
        self._job = (source.to_data(), tuple(objectives), measure_of, options)
        self._chunk = _CHUNK if measure_of is None else 1
        self.at_once = self._chunk * _CHUNKS_A_WORKER * max(1, self.workers)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, TimeoutError):
            self._client.close()

    @property
    def workers(self) -> int:
        """How many workers the scheduler has just now."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def results(self, points: Sequence[Point]) -> Iterator[tuple[Point, Result]]:
        """A result for each point as its chunk comes back.

        Raises:
            JobFailed: The scheduler went away, or a chunk ended its worker several times.
        """
        import distributed

        if not points:
            return
        as_completed: Any = distributed.as_completed
        chunks = [tuple(points[start : start + self._chunk]) for start in range(0, len(points), self._chunk)]
        futures = self._client.map(_chunk_results, chunks, job=self._job, pure=False, retries=2)
        by_key = {future.key: chunk for future, chunk in zip(futures, chunks, strict=True)}
        try:
            for future, found in as_completed(futures, loop=self._client.loop, with_results=True):
                yield from zip(by_key[future.key], map(Result.from_data, found), strict=True)
        except JobFailed:
            raise
        except Exception as error:
            raise JobFailed(self._what_broke(error)) from error
        finally:
            with suppress(Exception):
                self._client.cancel(futures)

    def _what_broke(self, error: Exception) -> str:
        if self._client.status != "running":
            return f"the scheduler at {self._address} went away; the sweep goes on from what was kept until then"
        return f"the cluster could not count: {type(error).__name__}: {error}"


def _chunk_results(points: Sequence[Point], job: Any) -> list[Any]:
    """A chunk's results as plain data; runs on a worker."""
    counting, measure = _counting_of(job)
    return [measured(counting, tuple(point), measure).to_data() for point in points]


_kept: dict[str, tuple[Counting, Measure | None]] = {}


def _counting_of(job: Any) -> tuple[Counting, Measure | None]:
    """What counts and measures a job's points; a worker keeps that of its last job."""
    data, objectives, measure_of, options = job
    key = repr((data, objectives, measure_of, options))
    if key not in _kept:
        source = SpaceSource.from_data(data)
        made = (
            Counting(source.space(), read_objectives(objectives)),
            measure_of(source, options) if measure_of else None,
        )
        _kept.clear()
        _kept[key] = made
    return _kept[key]
