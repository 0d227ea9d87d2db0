"""What became of an import: what was understood, what was rewritten, what stayed opaque, and the proof.

Plain data that crosses to the window, to ``--json`` and to the file beside the design.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from designer.record import Record


class Rewritten(NamedTuple):
    """One kind of rewriting.

    Attributes:
        rule: What was done, for people: ``h-swish``, ``SAME padding``, ``constant folded``.
        times: How often.
        nodes: Where it is on the canvas, paths through blocks joined by dots; empty where it left no node.
    """

    rule: str
    times: int
    nodes: tuple[str, ...] = ()


class OpaqueNode(NamedTuple):
    """An operator that no layer of the catalogue computes, kept as it came.

    Attributes:
        node: Its path on the canvas.
        operator: Its type in the original: ``NonMaxSuppression``.
        shapes: The shapes of its results, for people.
        bytes: What it keeps, weights and all.
        reason: Why it is opaque.
    """

    node: str
    operator: str
    shapes: str
    bytes: int
    reason: str


class NodeOrigin(NamedTuple):
    """What of the original a node of the canvas comes from.

    Attributes:
        node: Its path on the canvas.
        operators: The original's operators, a few lines of text each.
    """

    node: str
    operators: tuple[str, ...]


class ParityRun(NamedTuple):
    """One run of the original beside the compiled design on the same inputs.

    Attributes:
        input_shapes: Shape of each input.
        max_abs_difference: Largest difference of an output element.
        max_abs_output: The original's largest output, to judge the difference by.
        tolerance: The difference beyond which it is more than float rounding.
    """

    input_shapes: tuple[tuple[int, ...], ...]
    max_abs_difference: float
    max_abs_output: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the difference is no more than float rounding; a difference that is not a number is more."""
        return self.max_abs_difference <= self.tolerance


@dataclass(frozen=True)
class ImportResult(Record):
    """A network that was read, drawn and, where it can run, run beside its original.

    Attributes:
        path: What was read, as the person named it.
        source: What it is, for people: ``ONNX, opset 9 raised to 17, by pytorch 1.8``.
        design: The design, as the text of its file.
        weights: Where the weights lie now, a safetensors file; empty where the network keeps none.
        nodes: Nodes of the design, those in blocks counted one by one.
        operators: Operators of the original.
        parameters: Trained numbers of the design.
        macs: Multiply-accumulates a picture, without those of opaque nodes.
        opaque: Nodes that no layer computes.
        rewritten: What was rewritten, by rule.
        blocks: How often each known block was found, as rewritings are counted: by the block's title.
        origins: Where each node comes from.
        runtime: What the original ran in, with the version; empty where it did not run.
        runs: Runs of both.
        unproved: Why it is not proved, for people; empty where it is.
        first_difference: Path of the first node at which both part; empty where they do not, or where none was found.
        warnings: What a person should know.
        seconds: How long all of it took.
    """

    keys = (
        *("path", "source", "weights", "nodes", "operators", "parameters", "macs", "proved", "max_abs_difference"),
        *("unproved", "first_difference", "opaque", "rewritten", "blocks", "runtime", "runs", "warnings", "seconds"),
        *("origins", "design"),
    )

    path: str
    source: str
    design: str
    weights: str
    nodes: int
    operators: int
    parameters: int
    macs: int
    opaque: tuple[OpaqueNode, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    blocks: tuple[Rewritten, ...] = ()
    origins: tuple[NodeOrigin, ...] = ()
    runtime: str = ""
    runs: tuple[ParityRun, ...] = ()
    unproved: str = ""
    first_difference: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def proved(self) -> bool:
        """Whether the design was run beside the original and computes the same."""
        return bool(self.runs) and not self.unproved and all(run.holds for run in self.runs)

    @property
    def max_abs_difference(self) -> float | None:
        """Largest difference of an output element over all runs; None where nothing ran."""
        return max((run.max_abs_difference for run in self.runs), default=None)

    def origins_of(self, node: str) -> tuple[NodeOrigin, ...]:
        """What a node of the canvas, or all that is inside it, comes from.

        Args:
            node: Its path, joined by dots.
        """
        return tuple(each for each in self.origins if each.node == node or each.node.startswith(f"{node}."))

    @property
    def is_complete(self) -> bool:
        """Whether every operator of the original became a layer."""
        return not self.opaque
