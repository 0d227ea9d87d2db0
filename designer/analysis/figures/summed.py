"""A figure that is the sum over nodes of what each costs by itself."""

from __future__ import annotations

from collections.abc import Sequence

from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.cost import NodeCost
from designer.analysis.explanation import Explanation, Part, incomplete, inside, label_of, node_at, terms_of
from designer.analysis.figures.figure import Figure, Number
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.graph.design import Node, NodePath
from designer.graph.formula import Expression, Formulas
from designer.wording import plural


class SummedFigure(Figure):
    """One field of what a node costs, whose name is the figure's key."""

    adds_up = True

    def of_cost(self, cost: NodeCost) -> int:
        """The figure of what is costed."""
        value: int = getattr(cost, self.key)
        return value

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        return self.of_cost(analysis.cost)

    def of_node(self, analysis: Analysis, path: NodePath, measured: Measured = NOTHING_MEASURED) -> Number | None:
        cost = analysis.at(path).cost
        return None if cost is None else self.of_cost(cost)

    # What a figure says of itself -------------------------------------------------------------------------------------

    def formula(self, formulas: Formulas, cost: NodeCost) -> Expression | None:
        """How it comes about at one node, or None where its parts say it or it is nothing."""
        return None

    def parts(self, node: Node, report: NodeReport, cost: NodeCost) -> Sequence[Part]:
        """What it is the sum of at one node."""
        return ()

    def node_notes(self, node: Node, report: NodeReport) -> tuple[str, ...]:
        """What else there is to say of it at one node."""
        return ()

    def sum_notes(self, cost: NodeCost) -> tuple[str, ...]:
        """What else there is to say of it over a block or the design."""
        return ()

    # Explaining -------------------------------------------------------------------------------------------------------

    def explain(self, analysis: Analysis, path: NodePath = ()) -> Explanation:
        within = inside(analysis, path)
        if within is not None:
            return self._sum(within, path, analysis)
        report = analysis.at(path)
        if report.cost is None or report.known_inputs is None:
            return self.unknown(analysis, path)
        node, cost = node_at(analysis, path), report.cost
        expression = self.formula(formulas_of(node, report), cost)
        terms = terms_of(self.parts(node, report, cost), self.in_full)
        texts = None if expression is None else (expression.symbols, expression.numbers)
        return self.explained(analysis, path, self.of_cost(cost), terms, self.node_notes(node, report), texts)

    def _sum(self, within: Analysis, path: NodePath, analysis: Analysis) -> Explanation:
        parts: list[Part] = []
        for id in within.design.order:
            report, node = within.node(id), within.design.nodes[id]
            if report.cost is not None:
                detail = self._detail(node, report, report.cost)
                parts.append((label_of(node), self.of_cost(report.cost), detail, (*path, id)))
        notes = (*self.sum_notes(within.cost), *(() if path else incomplete(analysis)))
        return self.explained(analysis, path, self.of_cost(within.cost), terms_of(parts, self.in_full), notes)

    def _detail(self, node: Node, report: NodeReport, cost: NodeCost) -> str:
        if report.inner is not None:
            return f"{plural(sum(1 for _ in report.inner.primitives((node.id,))), 'node')} inside"
        expression = self.formula(formulas_of(node, report), cost)
        return expression.line(self.unit) if expression is not None else ""


def formulas_of(node: Node, report: NodeReport) -> Formulas:
    """How the layer's own figures come about for the shapes that reach it."""
    inputs = report.known_inputs or ()
    return node.layer.formulas(*inputs) if inputs and report.outputs else Formulas()
