"""Zero-cost scores of designs as ranks, beside parameters and MACs, with how well such ranks were found to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from designer.record import Record


@dataclass(frozen=True)
class Agreement:
    """How well a score was found to rank networks: Kendall's tau with the accuracy that was measured.

    Attributes:
        nasbench: Over 500 networks of NASBench-201, trained on CIFAR-100.
        imagenet: Over the ImageNet models of pytorchcv.
    """

    nasbench: float
    imagenet: float


# Deeplite, deeplite-torch-zoo, pull request 323: one maintainer's table.
AGREEMENTS = {
    "parameters": Agreement(0.53, 0.62),
    "macs": Agreement(0.57, 0.61),
    "synflow": Agreement(0.55, 0.51),
    "jacob_cov": Agreement(0.56, 0.20),
    "zico": Agreement(0.54, 0.47),
}
"""By column of the table, what was published."""

FINDING = (
    "These are ranks among the designs here and no accuracies. Held against measured accuracy (Kendall's tau, 500 "
    "networks of NASBench-201 and the ImageNet models of pytorchcv; Deeplite's deeplite-torch-zoo, pull request 323), "
    + ", ".join(f"{name} reached {each.nasbench:.2f} and {each.imagenet:.2f}" for name, each in AGREEMENTS.items())
    + ": parameters and MACs rank as well as the scores or better."
)


@dataclass(frozen=True)
class Scores(Record):
    """What one design got.

    Attributes:
        design: Its name.
        parameters: Numbers it trains.
        macs: Multiply-accumulates of one picture.
        synflow: Decimal logarithm of the synaptic flow (Tanaka et al. 2020); None where it is zero or no number.
        jacob_cov: How little the Jacobians of different pictures go together (Mellor et al. 2021); None where it is
            no number.
        zico: Inverse coefficient of variation of the gradients (Li et al. 2023); None where no number.
    """

    design: str
    parameters: int
    macs: int
    synflow: float | None
    jacob_cov: float | None
    zico: float | None

    def value(self, column: str) -> float | None:
        """The number of a column of ``AGREEMENTS``."""
        value: float | None = getattr(self, column)
        return value


@dataclass(frozen=True)
class ScoreReport(Record):
    """Designs and their scores.

    Attributes:
        data: What the gradients were taken on, in words.
        scores: One a design.
    """

    keys = ("data", "scores", "finding")

    data: str
    scores: tuple[Scores, ...]

    @property
    def finding(self) -> str:
        """What such ranks are worth, as it was published."""
        return FINDING

    def ranks(self, column: str) -> tuple[int | None, ...]:
        """The place of each design by a column, 1 for the largest number; equal numbers share the better place."""
        return _ranks([each.value(column) for each in self.scores])


def _ranks(values: Sequence[float | None]) -> tuple[int | None, ...]:
    known = [value for value in values if value is not None]
    return tuple(None if value is None else 1 + sum(other > value for other in known) for value in values)
