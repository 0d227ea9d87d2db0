"""Orders carried out: the runtime does what each says, and its report is handed on."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from designer.errors import JobFailed
from designer.files.design_json import loads
from designer.graph.design import Design
from designer.graph.ids import NodeId
from designer.measurement.options import PairOptions
from designer.sweeps.counting import Counting
from designer.sweeps.log import Log, known_points
from designer.sweeps.result import Result, SweepReport, SweptPoints
from designer.sweeps.run import Here, Measure, sweep
from designer.timing.rounds import Cancelled
from designer.wording import plural
from designer.worker.orders import (
    ActivityOrder,
    DevicesOrder,
    ExportOrder,
    ImportOrder,
    ImportWeightsOrder,
    MeasureOrder,
    Order,
    PairOrder,
    PruneOrder,
    RankOrder,
    ReparameteriseOrder,
    Report,
    RooflineOrder,
    RunOrder,
    SoFar,
    SpiralOrder,
    SweepOrder,
)

_TOLD_EVERY_S = 0.2


class Tell(Protocol):
    """Says how far a job is."""

    def __call__(self, share: float, text: str, so_far: SoFar | None = None, /) -> None:
        """Tell a share from 0 to 1, what is being done, and what was found so far, where there is news of it."""


Asked = Callable[[], bool]


def carry_out(order: Order, tell: Tell, asked: Asked) -> Report:
    """What an order gives.

    Args:
        order: What to do.
        tell: Told how far it is.
        asked: Whether it shall end.

    Raises:
        DesignerError: It cannot be done; the text says why.
        Cancelled: ``asked`` said so.
    """
    match order:
        case MeasureOrder() | PairOrder() | RankOrder() | RooflineOrder():
            return _measured(order, _design(order.design), tell, asked)
        case ExportOrder() | ImportWeightsOrder():
            return _written(order, _design(order.design), tell, asked)
        case PruneOrder():
            from designer.runtime.compile.pruning import prune_design

            return prune_design(
                _design(order.design),
                tuple(map(NodeId, order.nodes)),
                order.options,
                weights=order.weights,
                path=order.path,
                progress=tell,
            )
        case ReparameteriseOrder():
            from designer.runtime.compile.reparameterising import deploy_design

            return deploy_design(_design(order.design), weights=order.weights, path=order.path, progress=tell)
        case ImportOrder():
            from designer.runtime.importing.load import import_model

            weights = Path(order.weights)
            return import_model(order.path, order.options, weights=weights, progress=tell, is_cancelled=asked)
        case SweepOrder():
            return _swept(order, tell, asked)
        case RunOrder():
            from designer.runtime.compile.smoke_run import smoke_run

            design = _design(order.design)
            tell(0.0, "compiling and running once")
            return smoke_run(design, device=order.configuration.device, batch=order.configuration.batch)
        case DevicesOrder():
            from designer.runtime.measure.inventory import inventory

            tell(0.0, "looking for devices")
            return inventory()
        case SpiralOrder() | ActivityOrder():
            return _experimented(order, tell, asked)
    raise JobFailed(f"nobody carries out {type(order).__name__}")


def _swept(order: SweepOrder, tell: Tell, asked: Asked) -> SweepReport:
    """Walk through a space; what was found is told a few times a second, and what a file holds already at once."""
    space = order.source.space()
    walk, counting, path = order.plan.walk(space), Counting(space, order.plan.wanted), Path(order.path)
    known = counting.rechecked(known_points(path, space))
    if known:
        tell(0.0, f"going on from {plural(len(known), 'result')}", SweptPoints(tuple(known.values())))
    evaluator = Here(counting, _measure(space.base, order.measuring, asked) if order.plan.measures else None)
    waiting: list[Result] = []
    count, told = len(known), time.monotonic()
    for result in sweep(walk, evaluator, Log(path), known, is_cancelled=asked):
        waiting.append(result)
        if time.monotonic() - told > _TOLD_EVERY_S:
            count, told = count + len(waiting), time.monotonic()
            tell(min(1.0, count / walk.total), f"{count} of {walk.total}", SweptPoints(tuple(waiting)))
            waiting = []
    if waiting:
        tell(1.0, f"{count + len(waiting)} of {walk.total}", SweptPoints(tuple(waiting)))
    if asked():
        raise Cancelled
    return SweepReport(count + len(waiting))


def _measure(base: Design, options: PairOptions, asked: Asked) -> Measure:
    from designer.runtime.measure.sweep_point import measure_point

    return partial(measure_point, base, options=options, is_cancelled=asked)


def _design(text: str, name: str = "request") -> Design:
    return loads(text, name)


def _measured(
    order: MeasureOrder | PairOrder | RankOrder | RooflineOrder, design: Design, tell: Tell, asked: Asked
) -> Report:
    from designer.runtime.measure.interleaved_benchmark import measure_pair, rank_backends
    from designer.runtime.measure.latency import latency_of
    from designer.runtime.measure.roofline_run import measure_roofline

    match order:
        case MeasureOrder():
            return latency_of(design, order.options, progress=tell, is_cancelled=asked)
        case PairOrder():
            other = design if order.other_design is None else _design(order.other_design, "other_design")
            return measure_pair(design, other, order.options, progress=tell, is_cancelled=asked)
        case RankOrder():
            return rank_backends(
                design, order.options, keys=order.backends, progress=tell, found=tell, is_cancelled=asked
            )
        case RooflineOrder():
            folder = None if order.data_folder is None else Path(order.data_folder)
            return measure_roofline(design, order.options, folder=folder, progress=tell, is_cancelled=asked)


def _experimented(order: SpiralOrder | ActivityOrder, tell: Tell, asked: Asked) -> Report:
    from designer.runtime.measure.activity import activity_of
    from designer.runtime.measure.spiral import spiral_experiment

    match order:
        case SpiralOrder():
            return spiral_experiment(order.options, progress=tell, is_cancelled=asked)
        case ActivityOrder():
            within = tuple(map(NodeId, order.within))
            return activity_of(
                _design(order.design),
                order.options,
                weights=order.weights,
                within=within,
                progress=tell,
                is_cancelled=asked,
            )


def _written(order: ExportOrder | ImportWeightsOrder, design: Design, tell: Tell, asked: Asked) -> Report:
    from designer.runtime.formats.export import export_design

    match order:
        case ExportOrder():
            return export_design(
                design,
                order.path,
                order.chosen_format.key,
                order.options,
                weights=order.weights,
                seed=order.seed,
                progress=tell,
                is_cancelled=asked,
            )
        case ImportWeightsOrder():
            return export_design(
                design,
                order.path,
                "safetensors",
                weights=order.source,
                seed=order.seed,
                progress=tell,
                is_cancelled=asked,
            )
