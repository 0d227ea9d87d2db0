"""An analysis in the words of the command line and the library: costs by name, problems as lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from designer.analysis.analysis import Analysis
from designer.analysis.training_memory import training_memory
from designer.errors import InvalidDesign
from designer.graph.tensor import TensorSpec

Shape = tuple[int, ...]


@dataclass(frozen=True)
class NodeCostReport:
    """What one primitive node costs, in one forward pass.

    Attributes:
        path: The node's id, through blocks, joined by dots.
        type: The layer type's key.
        parameters: Trained numbers.
        macs: Multiply-accumulates of convolutions and fully connected layers.
        flops: 2 × MACs + element-wise operations.
        elementwise: Element-wise operations.
        weight_bytes: Bytes of the parameters.
        peak_activation_bytes: The most bytes of tensors that live while this node runs.
        input_shape: The shape that reaches each input, N×C×H×W or N×F.
        output_shape: The shape it gives.
    """

    path: str
    type: str
    parameters: int
    macs: int
    flops: int
    elementwise: int
    weight_bytes: int
    peak_activation_bytes: int
    input_shape: tuple[Shape, ...]
    output_shape: Shape


@dataclass(frozen=True)
class CostReport:
    """What a design costs, in one forward pass.

    Attributes:
        name: The design's name.
        parameters: Trained numbers.
        macs: Multiply-accumulates of convolutions and fully connected layers.
        flops: 2 × MACs + element-wise operations.
        elementwise: Element-wise operations.
        weight_bytes: Bytes of the parameters.
        peak_activation_bytes: The most bytes of tensors that live at once.
        training_bytes: What a step of training with Adam holds, at the design's batch.
        input_shape: N×C×H×W; a tuple of them where there are several inputs.
        output_shape: N×C×H×W or N×F; a tuple of them where there are several outputs.
        nodes: The same by primitive node, in order of execution.
    """

    name: str
    parameters: int
    macs: int
    flops: int
    elementwise: int
    weight_bytes: int
    peak_activation_bytes: int
    training_bytes: int
    input_shape: Shape | tuple[Shape, ...]
    output_shape: Shape | tuple[Shape, ...]
    nodes: tuple[NodeCostReport, ...]

    def as_data(self) -> dict[str, Any]:
        """The report as JSON data."""
        return asdict(self)


def problem_lines(analysis: Analysis) -> tuple[str, ...]:
    """One line a problem that keeps the design from running."""
    return tuple(issue.line() for issue in analysis.issues if issue.is_blocking)


def warning_lines(analysis: Analysis) -> tuple[str, ...]:
    """One line a problem that does not keep it from running."""
    return tuple(issue.line() for issue in analysis.issues if not issue.is_blocking)


def cost_report(analysis: Analysis) -> CostReport:
    """What a valid design costs.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
    """
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    totals = analysis.totals
    entering = [
        report.outputs[0] for node in analysis.design.input_nodes() if (report := analysis.node(node.id)).outputs
    ]
    return CostReport(
        analysis.design.name,
        totals.parameters,
        totals.macs,
        totals.flops,
        totals.elementwise,
        totals.weight_bytes,
        totals.peak_activation_bytes,
        training_memory(analysis).total_bytes,
        _one_or_all(entering),
        _one_or_all(list(analysis.given_out() or ())),
        tuple(_node_costs(analysis)),
    )


def _one_or_all(specs: list[TensorSpec]) -> Shape | tuple[Shape, ...]:
    return specs[0].shape if len(specs) == 1 else tuple(spec.shape for spec in specs)


def _node_costs(analysis: Analysis) -> Iterator[NodeCostReport]:
    peaks = analysis.peaks_by_path
    for path, node, report in analysis.primitives():
        inputs, outputs, cost = report.known_inputs, report.outputs, report.cost
        if inputs is not None and outputs and cost is not None:
            yield NodeCostReport(
                ".".join(path),
                node.layer.key,
                cost.parameters,
                cost.macs,
                cost.flops,
                cost.elementwise,
                cost.weight_bytes,
                peaks[path],
                tuple(spec.shape for spec in inputs),
                outputs[0].shape,
            )
