"""Zero-cost scores, each as its paper defines it: numbers of an untrained network, with no training at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import islice

import torch
from torch import Tensor, nn

from designer.graph.design import Design
from designer.learning.plan import LearningPlan
from designer.learning.scores import ScoreReport, Scores
from designer.runtime.compile.module import CompiledModule
from designer.runtime.learning.classifier import Classifier, in_memory, logits, loss_of
from designer.runtime.learning.data import Pictures, pictures
from designer.runtime.measure.devices import resolve_device, running_on
from designer.timing.rounds import Cancelled, Progress

_SMALL = 1e-60
"""The synaptic flow's input in the place of ones: see ``synflow``."""
_SHIFT = 1e-5
"""What keeps the eigenvalues of ``jacob_cov`` from zero, as its authors have it."""
_BATCHES = 2
"""Batches that ZiCo's gradients are taken on, as its authors have it."""


def zero_cost_scores(
    designs: Sequence[Design],
    plan: LearningPlan | None = None,
    *,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ScoreReport:
    """The scores of designs with fresh weights of seed 0.

    Raises:
        InvalidDesign: A design has problems.
        JobFailed: One is no classifier, or there are no data.
        NotEnoughMemory: It does not fit.
        Cancelled: ``is_cancelled`` said so.
    """
    plan = plan or LearningPlan()
    device = resolve_device(plan.device)
    found, said = [], ""
    for place, design in enumerate(designs):
        if is_cancelled():
            raise Cancelled
        progress(place / len(designs), f"scores of {design.name}")
        classifier = Classifier(design, plan.batch)
        data = pictures(plan, classifier.input_shape)
        classifier.require(data.classes, device)
        with in_memory(design.name, plan.batch), running_on(None):
            found.append(_scores(classifier, data, plan, device))
        said = said or data.description
    return ScoreReport(said, tuple(found))


def _scores(classifier: Classifier, data: Pictures, plan: LearningPlan, device: torch.device) -> Scores:
    batches = [
        (inputs.to(device), labels.to(device)) for inputs, labels in islice(data.batches(plan.batch, 0), _BATCHES)
    ]
    totals = classifier.analysis.totals
    return Scores(
        classifier.name,
        totals.parameters,
        totals.macs // classifier.analysis.batch,
        synflow(classifier.module(0, device), classifier.input_shape),
        jacob_cov(classifier.module(0, device), batches[0][0]),
        zico(classifier.module(0, device), batches),
    )


def synflow(module: CompiledModule, shape: tuple[int, ...]) -> float | None:
    """Decimal logarithm of the synaptic flow, Σ θ·∂R/∂θ over all parameters θ, where R is what |θ| makes of ones.

    The input is not ones but 10⁻⁶⁰ of them, and the score is divided by as much: of networks of ReLU that is the same,
    since R grows in proportion to its input, and where activations are clipped, as ReLU6 is, the flow does not end at
    the clip. Batch norms have their fresh statistics; all is computed in float64.

    Source: Tanaka, Kunin, Yamins and Ganguli 2020, arXiv 2006.05467, eq. 2 and alg. 1.

    Args:
        module: With fresh weights; it is changed.
        shape: Of its input, N×C×H×W.
    """
    module.double().eval()
    with torch.no_grad():
        for each in module.parameters():
            each.abs_()
    module.zero_grad()
    device = next(module.parameters()).device
    flow = module(torch.full((1, *shape[1:]), _SMALL, dtype=torch.float64, device=device))
    flow.sum().backward()
    total = sum(float((each.detach() * each.grad).sum()) for each in module.parameters() if each.grad is not None)
    return math.log10(total) - math.log10(_SMALL) if total > 0 and math.isfinite(total) else None


def jacob_cov(module: nn.Module, inputs: Tensor) -> float | None:
    """−Σ (ln(σ + k) + 1 / (σ + k)) over the eigenvalues σ of how the pictures' Jacobians correlate, with k = 10⁻⁵.

    A picture's Jacobian is the gradient of the sum of its outputs by its pixels. Norms take the batch's statistics.

    Source: Mellor, Turner, Storkey and Crowley 2020, Neural Architecture Search without Training, arXiv 2006.04647v1.

    Args:
        module: With fresh weights.
        inputs: N×C×H×W.
    """
    module.train()
    given = inputs.clone().requires_grad_(True)
    module(given).sum().backward()
    if given.grad is None:
        return None
    correlation = torch.corrcoef(given.grad.flatten(1).double())
    if not bool(correlation.isfinite().all()):
        return None
    shifted = torch.linalg.eigvalsh(correlation) + _SHIFT
    score = -float((shifted.log() + 1 / shifted).sum())
    return score if math.isfinite(score) else None


def zico(module: nn.Module, batches: Sequence[tuple[Tensor, Tensor]]) -> float | None:
    """Σ over convolutions and fully connected layers of ln Σ mean |g| / deviation of g, over the layer's weights.

    g is a weight's gradient of the cross-entropy on each of the batches; weights whose gradient is the same on all of
    them have no deviation and are left out.

    Source: Li, Yang, Bhardwaj and Marculescu 2023, ZiCo, arXiv 2301.11300, eq. 10.

    Args:
        module: With fresh weights.
        batches: Pictures N×C×H×W and their classes.
    """
    module.train()
    weights = [
        part.weight for part in module.modules() if isinstance(part, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear))
    ]
    gradients: list[list[Tensor]] = [[] for _ in weights]
    for inputs, labels in batches:
        module.zero_grad()
        loss_of(logits(module, inputs), labels).backward()  # type: ignore[no-untyped-call]  # PyTorch's own
        for each, weight in zip(gradients, weights, strict=True):
            each.append(torch.zeros_like(weight) if weight.grad is None else weight.grad.clone())
    sums = [_inverse_variation(torch.stack(each).double()) for each in gradients]
    score = sum(math.log(each) for each in sums if each > 0)
    return score if any(each > 0 for each in sums) and math.isfinite(score) else None


def _inverse_variation(gradients: Tensor) -> float:
    deviation = gradients.std(0, unbiased=False)
    varies = deviation > 0
    return float((gradients.abs().mean(0)[varies] / deviation[varies]).sum())
