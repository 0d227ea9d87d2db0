"""A short race: designs trained in turns on the same data in the same order, over several seeds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from designer.errors import JobFailed
from designer.files.atomic import write_whole
from designer.graph.design import Design
from designer.learning.plan import LearningPlan
from designer.learning.race import Racer, RaceReport, Run
from designer.runtime.compile.weights import safetensors_bytes
from designer.runtime.formats.onnx_graph import identity_of
from designer.runtime.learning.classifier import Classifier, in_memory, logits, loss_of, right_of
from designer.runtime.learning.data import Pictures, number_for, pictures
from designer.runtime.measure.devices import resolve_device, running_on
from designer.timing.rounds import Cancelled
from designer.wording import plural

_TURN = 5
"""Steps that a design makes before it is another's turn, and the held-out pictures are asked."""
_MOST_EVALUATIONS = 40
_ASKED = 64
"""Pictures that are asked at once; nothing is kept for a backward pass then, so there is room for more."""

Told = Callable[[float, str, RaceReport], None]
"""Told the share done, 0 to 1, a text, and the race so far."""


def race(
    designs: Sequence[Design],
    plan: LearningPlan | None = None,
    *,
    keep: Sequence[Path | None] = (),
    progress: Told = lambda share, text, so_far: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> RaceReport:
    """Train designs in turns and tell how each learns.

    With each seed every design gets fresh weights and sees the same batches in the same order; a turn is a few steps of
    each. The first seed makes as many steps as its share of the seconds allows, and every other seed makes as many.

    Args:
        designs: What is trained; the first is what the others are held against.
        plan: On what, how, and how long.
        keep: A file of weights for each design, of the first seed's run, or None; empty where none is kept.
        progress: Told after every turn.
        is_cancelled: Asked before every step.

    Raises:
        InvalidDesign: A design has problems.
        JobFailed: One is no classifier, they take different pictures, or there are no data.
        NotEnoughMemory: It does not fit.
        Cancelled: ``is_cancelled`` said so.
        DesignFileError: Weights could not be kept.
    """
    plan = plan or LearningPlan()
    if not designs:
        raise JobFailed("there is no design to train; name one or more")
    return _Race(designs, plan, keep, progress, is_cancelled).run()


class _Race:
    def __init__(
        self,
        designs: Sequence[Design],
        plan: LearningPlan,
        keep: Sequence[Path | None],
        progress: Told,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._plan, self._keep, self._tell, self._is_cancelled = plan, keep, progress, is_cancelled
        self._device = resolve_device(plan.device)
        self._classifiers = [Classifier(design, plan.batch) for design in designs]
        self._data = self._pictures()
        self._racers = [_racer(each) for each in self._classifiers]
        self._begun = time.monotonic()
        self._steps = plan.steps

    def _pictures(self) -> dict[tuple[int, ...], Pictures]:
        """The pictures at the size of each design: the same ones in the same order, whatever their size."""
        number = number_for([each.input_shape for each in self._classifiers])
        found = {each.input_shape[1:]: pictures(self._plan, each.input_shape, number) for each in self._classifiers}
        for each in self._classifiers:
            each.require(found[each.input_shape[1:]].classes, self._device)
        return found

    @property
    def _pictures_of_first(self) -> Pictures:
        return self._data[self._classifiers[0].input_shape[1:]]

    def run(self) -> RaceReport:
        """All seeds, as far as the time goes."""
        warning = ""
        for seed in range(self._plan.seeds):
            if self._is_late(seed):
                warning = f"{plural(seed, 'seed')} of {self._plan.seeds} fitted into {self._plan.seconds:g} s"
                break
            self._seed(seed)
        return self._report(warning)

    def _is_late(self, seed: int) -> bool:
        """Whether no further seed fits: a seed is taken up only where there is time for most of it."""
        if seed == 0 or self._plan.steps is not None:
            return False
        gone = time.monotonic() - self._begun
        return gone + 0.5 * gone / seed > self._plan.seconds * 1.25

    def _seed(self, seed: int) -> None:
        lanes = [
            _Lane(each, self._data[each.input_shape[1:]], self._plan, seed, self._device) for each in self._classifiers
        ]
        begun, done, turn = time.monotonic(), 0, self._turn()
        with running_on(None):
            for lane in lanes:
                lane.evaluate()
            while not self._is_over(done, begun):
                steps = turn if self._steps is None else min(turn, self._steps - done)
                for lane in lanes:
                    lane.train(steps, self._is_cancelled)
                done += steps
                self._told(seed, done, begun, lanes)
        self._steps = self._steps or done
        self._racers = self._with(lanes)
        if seed == 0:
            self._kept(lanes)

    def _turn(self) -> int:
        return _TURN if self._steps is None else max(_TURN, math.ceil(self._steps / _MOST_EVALUATIONS))

    def _is_over(self, done: int, begun: float) -> bool:
        if self._steps is not None:
            return done >= self._steps
        return done > 0 and time.monotonic() - begun >= self._plan.seconds / self._plan.seeds

    def _told(self, seed: int, done: int, begun: float, lanes: Sequence[_Lane]) -> None:
        if self._steps is None:
            within = min(1.0, (time.monotonic() - begun) * self._plan.seeds / self._plan.seconds)
        else:
            within = done / self._steps
        text = f"seed {seed + 1} of {self._plan.seeds}, step {done}" + (f" of {self._steps}" if self._steps else "")
        so_far = self._report("", self._with(lanes))
        self._tell((seed + within) / self._plan.seeds, text, so_far)

    def _with(self, lanes: Sequence[_Lane]) -> list[Racer]:
        return [
            Racer(racer.design, racer.parameters, racer.macs, (*racer.runs, lane.run()))
            for racer, lane in zip(self._racers, lanes, strict=True)
        ]

    def _kept(self, lanes: Sequence[_Lane]) -> None:
        for place, lane in zip(self._keep, lanes, strict=False):
            if place is not None:
                lane.keep(place)

    def _report(self, warning: str, racers: Sequence[Racer] | None = None) -> RaceReport:
        data = self._pictures_of_first
        seconds = time.monotonic() - self._begun
        return RaceReport(
            data.description, data.classes, tuple(self._racers if racers is None else racers), seconds, warning
        )


class _Lane:
    """One design with one seed."""

    def __init__(
        self, classifier: Classifier, data: Pictures, plan: LearningPlan, seed: int, device: torch.device
    ) -> None:
        self._classifier, self._data, self._plan, self._seed, self._device = classifier, data, plan, seed, device
        with in_memory(classifier.name, plan.batch):
            self._module = classifier.module(seed, device)
        parameters = list(self._module.parameters())
        if not parameters:
            raise JobFailed(f"'{classifier.name}' has no weights, so it cannot learn; it takes a layer that has some")
        self._optimiser = torch.optim.Adam(parameters, plan.learning_rate)
        self._batches = data.batches(plan.batch, seed)
        self._done = 0
        self._broke_at: int | None = None
        self._since: list[float] = []
        self._rows: list[tuple[int, float, float, float]] = []

    def train(self, steps: int, is_cancelled: Callable[[], bool]) -> None:
        """Make so many steps, and ask the held-out pictures; a lane whose loss broke only counts on."""
        with in_memory(self._classifier.name, self._plan.batch):
            for _ in range(steps):
                if is_cancelled():
                    raise Cancelled
                self._done += 1
                if self._broke_at is None:
                    self._step()
        self.evaluate()

    def _step(self) -> None:
        inputs, labels = (each.to(self._device) for each in next(self._batches))
        self._module.train()
        self._optimiser.zero_grad()
        # Dropout draws from the global state: the same for the same seed and step, whatever ran in between.
        torch.manual_seed(self._seed * 1_000_003 + self._done)
        loss = loss_of(logits(self._module, inputs), labels)
        if not math.isfinite(loss.item()):
            self._broke_at = self._done
            return
        self._since.append(loss.item())
        loss.backward()  # type: ignore[no-untyped-call]  # PyTorch's own
        self._optimiser.step()

    def evaluate(self) -> None:
        """Ask the held-out pictures."""
        if self._broke_at is not None:
            return
        self._module.eval()
        total, right, number = 0.0, 0, len(self._data.held_out_labels)
        with torch.inference_mode(), in_memory(self._classifier.name, self._plan.batch):
            for start in range(0, number, _ASKED):
                inputs = self._data.held_out[start : start + _ASKED].to(self._device)
                labels = self._data.held_out_labels[start : start + _ASKED].to(self._device)
                outputs = logits(self._module, inputs)
                total += float(loss_of(outputs, labels)) * len(labels)
                right += right_of(outputs, labels)
        held_out = total / number
        if not math.isfinite(held_out):
            self._broke_at = self._done
            return
        training = sum(self._since) / len(self._since) if self._since else held_out
        self._rows.append((self._done, training, held_out, right / number))
        self._since = []

    def run(self) -> Run:
        """What came of it so far."""
        steps, training, held_out, right = zip(*self._rows, strict=True) if self._rows else ((), (), (), ())
        return Run(self._seed, steps, training, held_out, right, self._broke_at)

    def keep(self, place: Path) -> None:
        """Write the weights; not those of a run that broke."""
        if self._broke_at is None:
            write_whole(place, safetensors_bytes(self._module, identity_of(self._classifier.analysis)))


def _racer(classifier: Classifier) -> Racer:
    totals = classifier.analysis.totals
    return Racer(classifier.name, totals.parameters, totals.macs // classifier.analysis.batch)
