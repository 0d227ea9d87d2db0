"""What the worker can be told to do: one record a job, with the design and what was chosen. Knows neither Qt nor torch.

A design crosses as the text of its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from designer.errors import JobFailed, near
from designer.export.formats import Format, format_for, format_of
from designer.export.options import Options
from designer.export.result import ExportResult
from designer.importing.model_files import ImportOptions
from designer.importing.result import ImportResult
from designer.measurement.activity import ActivityOptions, ActivityReport
from designer.measurement.devices import Inventory
from designer.measurement.interleaved import PairReport, RankPreparation, RankReport
from designer.measurement.latency import LatencyReport
from designer.measurement.options import (
    LatencyOptions,
    MeasuringConfiguration,
    PairOptions,
    RankOptions,
    RooflineOptions,
)
from designer.measurement.redesign import RedesignReport
from designer.measurement.roofline import RooflineReport
from designer.measurement.smoke_run import SmokeRunReport
from designer.measurement.spiral import SpiralOptions, SpiralReport
from designer.record import Record
from designer.redesign.pruning import PruningOptions
from designer.sweeps.plan import Plan, SpaceSource
from designer.sweeps.result import SweepReport, SweptPoints


@dataclass(frozen=True)
class Order(Record):
    """The base of every order.

    Attributes:
        kind: The job's word.
    """

    kind: ClassVar[str]


@dataclass(frozen=True)
class MeasureOrder(Order):
    """Measure a design's latency; gives a LatencyReport."""

    kind = "measure"

    design: str
    options: LatencyOptions = field(default_factory=LatencyOptions)


@dataclass(frozen=True)
class PairOrder(Order):
    """Measure two designs, or one on two backends, in turns; gives a PairReport.

    Attributes:
        design: What the ratio has below the line.
        other_design: What it has above; the same where None.
        options: Under what.
    """

    kind = "pair"

    design: str
    other_design: str | None = None
    options: PairOptions = field(default_factory=PairOptions)


@dataclass(frozen=True)
class RankOrder(Order):
    """Rank the backends of a design; gives a RankReport.

    Attributes:
        design: What to measure.
        options: Under what.
        backends: Keys of the backends; all where None.
    """

    kind = "rank"

    design: str
    options: RankOptions = field(default_factory=RankOptions)
    backends: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RooflineOrder(Order):
    """Hold each node of a design against what the machine does at most; gives a RooflineReport.

    Attributes:
        design: What to measure.
        options: Under what.
        data_folder: Where the machine's peaks are kept; nowhere where None.
    """

    kind = "roofline"

    design: str
    options: RooflineOptions = field(default_factory=RooflineOptions)
    data_folder: str | None = None


@dataclass(frozen=True)
class DevicesOrder(Order):
    """List what can be measured on; gives an Inventory."""

    kind = "devices"


@dataclass(frozen=True)
class ExportOrder(Order):
    """Write a design to a file, proved; gives an ExportResult.

    Attributes:
        design: What to write.
        path: Where.
        format: The format's key; where None, the path's ending says it.
        options: What was chosen of it; its defaults where None.
        weights: A file of weights; fresh ones where None.
        seed: Of fresh weights and random inputs.
    """

    kind = "export"

    design: str
    path: str
    format: str | None = None
    options: Options | None = None
    weights: str | None = None
    seed: int = 0

    @property
    def chosen_format(self) -> Format:
        """The format to write.

        Raises:
            ExportError: There is none of this key or ending.
        """
        return format_for(self.path) if self.format is None else format_of(self.format)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        order = super().from_data({**data, "options": None})
        options = data.get("options")
        return order if options is None else replace(order, options=order.chosen_format.options.from_data(options))


@dataclass(frozen=True)
class ImportWeightsOrder(Order):
    """Take weights from a file into one of our own; gives an ExportResult.

    Attributes:
        design: What they are for.
        source: The file that is read.
        path: The file that is written.
        seed: Of the weights that the file lacks.
    """

    kind = "import_weights"

    design: str
    source: str
    path: str
    seed: int = 0


@dataclass(frozen=True)
class PruneOrder(Order):
    """Take channels out of a design and slice its weights along; gives a RedesignReport.

    Attributes:
        design: The design.
        nodes: Ids of the nodes whose channels go.
        weights: The file of its weights.
        path: The file that the weights which stay are written to.
        options: How many channels go, or which.
    """

    kind = "prune"

    design: str
    nodes: tuple[str, ...]
    weights: str
    path: str
    options: PruningOptions = field(default_factory=PruningOptions)


@dataclass(frozen=True)
class ReparameteriseOrder(Order):
    """Fold the branches that a design was drawn with for training, weights and all; gives a RedesignReport.

    Attributes:
        design: The design.
        weights: The file of its weights.
        path: The file that the folded weights are written to.
    """

    kind = "reparameterise"

    design: str
    weights: str
    path: str


@dataclass(frozen=True)
class ImportOrder(Order):
    """Bring a network in: read it, draw it, prove the drawing; gives an ImportResult.

    Attributes:
        path: A file; or the name of code, where ``options.runs_code`` allows that it is run.
        weights: The file its weights are written to.
        options: What was chosen.
    """

    kind = "import"

    path: str
    weights: str
    options: ImportOptions = field(default_factory=ImportOptions)


@dataclass(frozen=True)
class RunOrder(Order):
    """Compile a design and run it once; gives a SmokeRunReport."""

    kind = "run"

    design: str
    configuration: MeasuringConfiguration = field(default_factory=MeasuringConfiguration)


@dataclass(frozen=True)
class SpiralOrder(Order):
    """Lift a spiral, pass it through an activation and bring it back; gives a SpiralReport."""

    kind = "spiral"

    options: SpiralOptions = field(default_factory=SpiralOptions)


@dataclass(frozen=True)
class ActivityOrder(Order):
    """Watch what a design's activations let through; gives an ActivityReport.

    Attributes:
        design: What to run, the whole of it.
        options: What it is shown.
        weights: A file of weights; fresh ones where None.
        within: The block whose activations are watched; empty for all.
    """

    kind = "activity"

    design: str
    options: ActivityOptions = field(default_factory=ActivityOptions)
    weights: str | None = None
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class SweepOrder(Order):
    """Walk through a space of designs; tells SweptPoints as they come, and gives a SweepReport.

    Attributes:
        source: The space.
        plan: How it is walked through.
        path: The file that results are kept in, and gone on from.
        measuring: Under what they are measured, where they are.
    """

    kind = "sweep"

    source: SpaceSource
    plan: Plan
    path: str
    measuring: PairOptions = field(default_factory=PairOptions)


Report = (
    LatencyReport
    | PairReport
    | RankReport
    | RooflineReport
    | Inventory
    | ExportResult
    | SmokeRunReport
    | ImportResult
    | SpiralReport
    | ActivityReport
    | SweepReport
    | RedesignReport
)
"""What an order gives."""

SoFar = RankPreparation | RankReport | SweptPoints
"""What an order may tell while it is under way."""

ORDERS: Mapping[str, type[Order]] = {
    order.kind: order
    for order in (
        MeasureOrder,
        PairOrder,
        RankOrder,
        RooflineOrder,
        DevicesOrder,
        ExportOrder,
        ImportWeightsOrder,
        PruneOrder,
        ReparameteriseOrder,
        ImportOrder,
        SweepOrder,
        RunOrder,
        SpiralOrder,
        ActivityOrder,
    )
}


def order_of(kind: str) -> type[Order]:
    """The order of a word.

    Raises:
        JobFailed: There is none.
    """
    if kind not in ORDERS:
        raise JobFailed(f"there is no job '{kind}'{near(kind, ORDERS)}; there are: {', '.join(ORDERS)}")
    return ORDERS[kind]
