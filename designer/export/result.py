"""What became of an export: the record that proves the file. Plain data that crosses to the window and to ``--json``.

Whatever is listed here passed: an export that does not prove right leaves no file and no record, but an ExportError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from designer.record import Record
from designer.timing.statistics import Verdict


class WrittenFile(NamedTuple):
    """One file that is there now.

    Attributes:
        path: Where.
        bytes: Its size.
    """

    path: str
    bytes: int


class Check(NamedTuple):
    """One thing that was checked and holds.

    Attributes:
        what: What was checked, and by what.
        found: What was seen, in words.
    """

    what: str
    found: str


class Comparison(NamedTuple):
    """One run of the file against the PyTorch module on the same inputs.

    Attributes:
        input_shapes: Shape of each input, N×C×H×W.
        inputs: What they were, in words: ``random, seed 0``.
        max_abs_difference: Largest absolute difference of an output element.
        max_rel_difference: Largest difference as a share of the module's own element, over elements of at least a
            hundredth of the largest.
        max_abs_output: The module's largest output, to judge the difference by.
        tolerance: The absolute difference that would have been refused.
        snr_db: Signal to noise of the outputs in decibels, 10·log₁₀(Σ y² / Σ (y − ŷ)²); None where both are equal.
    """

    input_shapes: tuple[tuple[int, ...], ...]
    inputs: str
    max_abs_difference: float
    max_rel_difference: float
    max_abs_output: float
    tolerance: float
    snr_db: float | None


class Renamed(NamedTuple):
    """A name that the format cannot take as it is.

    Attributes:
        canvas: The name on the canvas, through blocks.
        written: The name in the file.
        reason: Why.
    """

    canvas: str
    written: str
    reason: str


class LatencyPair(NamedTuple):
    """The file timed in turns with another, one picture or batch a run.

    Attributes:
        what: What was timed.
        peer: Against what.
        ours_ms: Median of its runs.
        peer_ms: Median of the peer's.
        ratio: Median of ours/peer over the pairs.
        low: Lower end of the ratio's 95 % interval.
        high: Upper end of it.
        pairs: How many pairs there were.
        verdict: What may be claimed of ours against the peer.
        threads: CPU threads of both.
    """

    what: str
    peer: str
    ours_ms: float
    peer_ms: float
    ratio: float
    low: float
    high: float
    pairs: int
    verdict: Verdict
    threads: int


class Sensitivity(NamedTuple):
    """How far the output moves when one node alone is in eight bits.

    Attributes:
        path: The node, through blocks.
        snr_db: Signal to noise of the output; the lower, the more the node costs.
    """

    path: str
    snr_db: float


@dataclass(frozen=True)
class ExportResult(Record):
    """A file that was written, checked and, where it can run, run.

    Attributes:
        format: The format's key.
        path: The file a person named.
        digest: Of the design it holds.
        files: Every file written, the named one first.
        weights: Where the weights are from, in words; empty where there are none.
        checks: What was checked.
        runtime: What it was run in, with the version; empty where it does not run.
        comparisons: Its runs against the PyTorch module.
        facts: Other figures of the file, by words a person reads: ``{"opset": 17, "nodes": 153}``.
        renamed: Names that differ from the canvas.
        latency: Timings in pairs.
        sensitivity: By node, the most sensitive first; empty where it was not asked.
        warnings: What a person should know before using it.
        seconds: How long all of it took.
        unproved: Why the file could not be run and held against the module here; empty where it was, or none is run.
    """

    keys = (
        *("format", "path", "digest", "weights", "runtime", "facts", "warnings", "seconds", "unproved"),
        *("files", "checks", "comparisons", "renamed", "latency", "sensitivity"),
        *("file_bytes", "max_abs_difference", "max_rel_difference", "max_abs_output"),
    )

    format: str
    path: str
    digest: str
    files: tuple[WrittenFile, ...]
    weights: str = ""
    checks: tuple[Check, ...] = ()
    runtime: str = ""
    comparisons: tuple[Comparison, ...] = ()
    facts: Mapping[str, int | float | str] = field(default_factory=dict)
    renamed: tuple[Renamed, ...] = ()
    latency: tuple[LatencyPair, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    unproved: str = ""

    @property
    def file_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.bytes for file in self.files)

    @property
    def max_abs_difference(self) -> float:
        """Largest absolute difference from the PyTorch module in any run; 0 where nothing was run."""
        return max((each.max_abs_difference for each in self.comparisons), default=0.0)

    @property
    def max_rel_difference(self) -> float:
        """Largest relative difference from the PyTorch module in any run; 0 where nothing was run."""
        return max((each.max_rel_difference for each in self.comparisons), default=0.0)

    @property
    def max_abs_output(self) -> float:
        """The largest output of any run; 0 where nothing was run."""
        return max((each.max_abs_output for each in self.comparisons), default=0.0)
