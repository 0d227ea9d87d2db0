"""Bytes moved: what each node has to read and write by itself."""

from __future__ import annotations

from collections.abc import Sequence

from designer.analysis.analysis import NodeReport
from designer.analysis.cost import NodeCost
from designer.analysis.explanation import Part, bytes_detail
from designer.analysis.figures.figure import ByteFigure
from designer.analysis.figures.registry import register
from designer.analysis.figures.summed import SummedFigure
from designer.graph.design import Node


@register
class BytesMoved(ByteFigure, SummedFigure):
    """Inputs, parameters and outputs, once each."""

    key = "bytes_moved"
    title = "Bytes moved"
    help = "Bytes of inputs, weights and outputs, read and written once"
    meaning = (
        "bytes of every node's inputs, weights and output, once each: the least that it has to read and write by "
        "itself. Nothing moves for a view, such as a flatten."
    )
    counted = ("every input, the parameters and the output, once each",)
    not_counted = ("reading again what a cache has lost", "views: nothing moves")
    source = "the least that each node has to read and write by itself"
    order = 90
    is_headline = False

    def parts(self, node: Node, report: NodeReport, cost: NodeCost) -> Sequence[Part]:
        """Bytes read and written; nothing where the output is a view."""
        if not cost.bytes_moved:
            return ()
        ports = zip(node.layer.inputs, report.known_inputs or (), strict=True)
        read: list[Part] = [(f"input {port.name}", spec.bytes, bytes_detail(spec), None) for port, spec in ports]
        written: list[Part] = [("output", spec.bytes, bytes_detail(spec), None) for spec in report.outputs or ()]
        return [*read, ("weights", cost.weight_bytes, "", None), *written]
