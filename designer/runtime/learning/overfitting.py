"""One batch learnt by heart: what a network that learns anything can do, and what keeps one from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from designer.graph.design import Design, NodePath
from designer.learning.overfit import STEPS, Fault, Finding, OverfitReport
from designer.learning.plan import LearningPlan
from designer.runtime.compile.module import CompiledModule
from designer.runtime.learning.classifier import Classifier, in_memory, logits, loss_of, right_of
from designer.runtime.learning.data import pictures
from designer.runtime.measure.devices import resolve_device, running_on
from designer.timing.rounds import Cancelled, Progress

_LEARNT_LOSS = 0.1
_MOST_RELATIVE = 1e3
"""A gradient so many times as long as the node's weights would throw them anywhere: it explodes."""
_LEAST_RELATIVE = 1e-10
"""A gradient below this share of the weights' length changes nothing that float32 can hold: it vanished."""


def overfits_one_batch(
    design: Design,
    plan: LearningPlan | None = None,
    *,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> OverfitReport:
    """Train a design on one batch until it is learnt by heart, or the steps are used up.

    The batch is learnt where every picture has its own class as the largest output and the mean cross-entropy is below
    a tenth. Dropout is off, norms take the batch's own statistics. Gradients are looked at before the first step and
    where the loss ends.

    Args:
        design: What is trained, with fresh weights of seed 0.
        plan: On what, and how; ``steps`` are 200 where it says none.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked before every step.

    Raises:
        InvalidDesign: The design has problems.
        JobFailed: It is no classifier, or there are no data.
        NotEnoughMemory: It does not fit.
        Cancelled: ``is_cancelled`` said so.
    """
    plan = plan or LearningPlan()
    device = resolve_device(plan.device)
    classifier = Classifier(design, plan.batch)
    data = pictures(plan, classifier.input_shape)
    classifier.require(data.classes, device)
    inputs, labels = (each.to(device) for each in data.one_batch(plan.batch))
    with in_memory(design.name, plan.batch), running_on(None):
        trial = _Trial(classifier, classifier.module(0, device), inputs, labels, plan)
        for step in trial.steps():
            if is_cancelled():
                raise Cancelled
            progress(step / trial.most, f"{design.name}: step {step} of {trial.most}, loss {trial.losses[-1]:.3g}")
        return trial.report(f"{len(labels)} of {data.description}")


class _Trial:
    def __init__(
        self, classifier: Classifier, module: CompiledModule, inputs: Tensor, labels: Tensor, plan: LearningPlan
    ) -> None:
        self.most = plan.steps or STEPS
        self.losses: list[float] = []
        self._classifier, self._module, self._inputs, self._labels = classifier, module, inputs, labels
        self._optimiser = torch.optim.Adam(module.parameters(), plan.learning_rate)
        self._right, self._is_learnt = 0, False
        self._findings: dict[tuple[NodePath, Fault], int] = {}

    def steps(self) -> Iterator[int]:
        """Train; gives the number of each step after it, and ends where the batch is learnt or the loss breaks."""
        if not list(self._module.parameters()):
            return
        for step in range(1, self.most + 1):
            self._optimiser.zero_grad()
            _without_dropout(self._module)
            outputs = logits(self._module, self._inputs)
            loss = loss_of(outputs, self._labels)
            if not math.isfinite(loss.item()):
                self._note_numbers(step)
                return
            self.losses.append(loss.item())
            self._right = right_of(outputs, self._labels)
            self._is_learnt = self._right == len(self._labels) and loss.item() < _LEARNT_LOSS
            if loss.requires_grad:
                loss.backward()  # type: ignore[no-untyped-call]  # PyTorch's own
            if step == 1 or (step == self.most and not self._is_learnt):
                self._note_gradients(step)
                self._note_dead(step)
            if self._is_learnt:
                return
            if not self._gradients_are_numbers():
                self._note_gradients(step)
                return
            self._optimiser.step()
            yield step

    def report(self, data: str) -> OverfitReport:
        """What came of it."""
        order = {path: place for place, (path, _, _) in enumerate(self._classifier.analysis.primitives())}
        found = sorted(self._findings.items(), key=lambda item: (order[item[0][0]], item[1]))
        return OverfitReport(
            self._classifier.name,
            data,
            len(self._labels),
            self._right,
            self.most,
            tuple(self.losses),
            self._is_learnt,
            tuple(Finding(tuple(path), fault, step) for (path, fault), step in found),
        )

    def _gradients_are_numbers(self) -> bool:
        return all(each.grad is None or bool(each.grad.isfinite().all()) for each in self._module.parameters())

    def _note(self, path: NodePath, fault: Fault, step: int) -> None:
        self._findings.setdefault((path, fault), step)

    def _note_gradients(self, step: int) -> None:
        for path, parameters in self._classifier.paths(self._module):
            fault = gradient_fault(parameters)
            if fault is not None:
                self._note(path, fault, step)

    def _note_dead(self, step: int) -> None:
        """The first node whose output is zero for every picture; what comes after it is so for its sake."""
        with torch.no_grad():
            for path, made in self._module.watched([self._inputs]):
                if not bool(made.any()):
                    self._note(path, Fault.DEAD, step)
                    return

    def _note_numbers(self, step: int) -> None:
        """The first node whose output is not finite, or whose weights are not."""
        weights = dict(self._classifier.paths(self._module))
        with torch.no_grad():
            for path, made in self._module.watched([self._inputs]):
                if not bool(made.isfinite().all()) or any(not bool(w.isfinite().all()) for w in weights.get(path, ())):
                    self._note(path, Fault.NOT_A_NUMBER, step)
                    return


def gradient_fault(parameters: list[nn.Parameter]) -> Fault | None:
    """What is wrong with the gradient of a node's parameters, all of them taken as one vector."""
    gradients = [each.grad for each in parameters if each.grad is not None]
    if any(not bool(each.isfinite().all()) for each in gradients):
        return Fault.NOT_A_NUMBER
    length = math.sqrt(sum(float(each.double().square().sum()) for each in gradients))
    weights = math.sqrt(sum(float(each.detach().double().square().sum()) for each in parameters))
    if length == 0:
        return Fault.ZERO
    if length < _LEAST_RELATIVE * weights:
        return Fault.VANISHING
    return Fault.EXPLODING if length > _MOST_RELATIVE * max(weights, 1.0) else None


def _without_dropout(module: nn.Module) -> None:
    module.train()
    for part in module.modules():
        if isinstance(part, (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)):
            part.eval()
