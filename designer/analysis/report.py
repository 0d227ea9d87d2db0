"""An analysis in the words of the command line and the library: costs by name, problems as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure, Number, Scope
from designer.analysis.figures.registry import figures
from designer.analysis.fixes import problems
from designer.errors import InvalidDesign
from designer.graph.tensor import TensorSpec

Shape = tuple[int, ...]


@dataclass(frozen=True)
class NodeCostReport:
    """What one primitive node costs, in one forward pass; ``node.macs`` is the figure whose key is ``macs``.

    Attributes:
        path: The node's id, through blocks, joined by dots.
        type: The layer type's key.
        figures: Every counted figure of a node by its key; None where there is none.
        input_shape: The shape that reaches each input, N×C×H×W or N×F.
        output_shape: The shape it gives.
    """

    path: str
    type: str
    figures: Mapping[str, Number | None]
    input_shape: tuple[Shape, ...]
    output_shape: Shape

    def __getattr__(self, name: str) -> Any:
        return _figure_named(self, name)

    def to_data(self) -> dict[str, Any]:
        """The same as JSON data."""
        shapes = {"input_shape": self.input_shape, "output_shape": self.output_shape}
        return {"path": self.path, "type": self.type, **self.figures, **shapes}


@dataclass(frozen=True)
class CostReport:
    """What a design costs, in one forward pass; ``report.macs`` is the figure whose key is ``macs``.

    Attributes:
        name: The design's name.
        figures: Every counted figure of a design by its key; None where there is none.
        input_shape: N×C×H×W; a tuple of them where there are several inputs.
        output_shape: N×C×H×W or N×F; a tuple of them where there are several outputs.
        nodes: The same by primitive node, in order of execution.
    """

    name: str
    figures: Mapping[str, Number | None]
    input_shape: Shape | tuple[Shape, ...]
    output_shape: Shape | tuple[Shape, ...]
    nodes: tuple[NodeCostReport, ...]

    def __getattr__(self, name: str) -> Any:
        return _figure_named(self, name)

    def to_data(self) -> dict[str, Any]:
        """The report as JSON data."""
        shapes = {"input_shape": self.input_shape, "output_shape": self.output_shape}
        return {"name": self.name, **self.figures, **shapes, "nodes": [node.to_data() for node in self.nodes]}


def _figure_named(report: CostReport | NodeCostReport, name: str) -> Number | None:
    """The figure of a key, for who writes it as an attribute.

    Raises:
        AttributeError: There is no such figure.
    """
    # Asked for before there are any figures while a report is copied or unpickled.
    known = vars(report).get("figures", {})
    if name not in known:
        raise AttributeError(f"a {type(report).__name__} has no figure '{name}'")
    value: Number | None = known[name]
    return value


def counted_figures(scope: Scope) -> tuple[Figure, ...]:
    """The figures that need no measurement, of a design or of a node."""
    return tuple(each for each in figures(scope) if not each.is_measured)


def problem_lines(analysis: Analysis) -> tuple[str, ...]:
    """One line a problem that keeps the design from running."""
    return tuple(problem.line() for problem in problems(analysis) if problem.is_blocking)


def warning_lines(analysis: Analysis) -> tuple[str, ...]:
    """One line a problem that does not keep it from running."""
    return tuple(problem.line() for problem in problems(analysis) if not problem.is_blocking)


def cost_report(analysis: Analysis) -> CostReport:
    """What a valid design costs.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
    """
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    entering = [
        report.outputs[0] for node in analysis.design.input_nodes() if (report := analysis.node(node.id)).outputs
    ]
    return CostReport(
        analysis.design.name,
        {each.key: each.known_of_design(analysis) for each in counted_figures(Scope.DESIGN)},
        _one_or_all(entering),
        _one_or_all(list(analysis.given_out() or ())),
        tuple(_node_costs(analysis)),
    )


def _one_or_all(specs: list[TensorSpec]) -> Shape | tuple[Shape, ...]:
    return specs[0].shape if len(specs) == 1 else tuple(spec.shape for spec in specs)


def _node_costs(analysis: Analysis) -> Iterator[NodeCostReport]:
    asked = counted_figures(Scope.NODE)
    for path, node, report in analysis.primitives():
        inputs, outputs = report.known_inputs, report.outputs
        if inputs is not None and outputs and report.cost is not None:
            yield NodeCostReport(
                ".".join(path),
                node.layer.key,
                {each.key: each.of_node(analysis, path) for each in asked},
                tuple(spec.shape for spec in inputs),
                outputs[0].shape,
            )
