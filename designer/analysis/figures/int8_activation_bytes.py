"""Activation bytes of int8: what activations take when each of their elements takes one byte."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, Part, inside, terms_of
from designer.analysis.figures.figure import Number
from designer.analysis.figures.live_memory import LiveMemoryFigure
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.analysis.memory_timeline import Span
from designer.graph.design import NodePath
from designer.graph.formula import WRITTEN
from designer.graph.tensor import TensorSpec
from designer.wording import count


@register
class Int8ActivationBytes(LiveMemoryFigure):
    """Bytes of the largest live set with one byte an element; of a node, those of its own output."""

    key = "int8_activation_bytes"
    title = "Activation bytes of int8"
    label = "Int8 activations"
    node_label = "Int8 output"
    help = "Bytes of activations when each element takes one: of a design the most at once, of a node its output"
    meaning = (
        "the most bytes of activations that are alive at once when each element takes one byte, as after quantising "
        "to eight bits; of a node, the bytes of its own output. Lifetimes are those of the peak activation memory."
    )
    counted = (
        "each element of every tensor that lives in the step where most does, as one byte",
        "of a node, each element that it writes",
    )
    not_counted = (
        "weights",
        "scales and zero points",
        "accumulators of 32 bits and other scratch space of the library that runs it",
        "views: they live in their input's memory",
    )
    source = "Jacob et al. 2018, Quantization and Training of Neural Networks, sec. 2: activations of eight bits"
    order = 70

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """The same live set as in the design's element type, which all its tensors have from its inputs."""
        specs = (spec for id in analysis.design.order for spec in analysis.node(id).outputs or ())
        first = next(specs, None)
        return analysis.totals.peak_activation_bytes // first.dtype.bytes if first is not None else 0

    def of_node(self, analysis: Analysis, path: NodePath, measured: Measured = NOTHING_MEASURED) -> Number | None:
        written = _written(analysis, path)
        return None if written is None else sum(spec.elements for _, spec in written)

    def note(self, analysis: Analysis) -> str:
        return f"a byte each, batch {analysis.batch}"

    def tip(self, analysis: Analysis) -> str:
        return f"{count(round(self.of_design(analysis) or 0))} bytes of activations alive at once, one an element"

    def title_of(self, name: str, path: NodePath) -> str:
        return f"Output of {name} as int8" if path else f"{self.title} in {name}"

    def explain(self, analysis: Analysis, path: NodePath = ()) -> Explanation:
        if not path:
            return self.explain_live_set(analysis, path)
        inside(analysis, path)  # refuses a path that is none
        written = _written(analysis, path)
        if written is None:
            return self.unknown(analysis, path)
        parts: list[Part] = [
            (f"output {port}", spec.elements, WRITTEN.elements(spec).line("bytes"), None) for port, spec in written
        ]
        terms = terms_of(parts, self.in_full)
        if len(written) != 1:
            return self.explained(analysis, path, sum(term.value for term in terms), terms)
        ((_, spec),) = written
        texts = (WRITTEN.elements(spec).symbols, WRITTEN.elements(spec).numbers)
        return self.explained(analysis, path, spec.elements, formula=texts)

    def bytes_of(self, span: Span) -> int:
        return span.spec.elements

    def detail(self, span: Span) -> str:
        return WRITTEN.elements(span.spec).line("bytes")


def _written(analysis: Analysis, path: NodePath) -> list[tuple[str, TensorSpec]] | None:
    """Port and shape of each output that is memory of the node's own; None while shapes are unknown."""
    report = analysis.at(path)
    if report.facts is None or report.facts.outputs is None or report.facts.segment is None:
        return None
    holder = inside(analysis, path[:-1])
    if holder is None:
        raise KeyError(path)
    ports = [port.name for port in holder.design.nodes[path[-1]].layer.outputs]
    entries = zip(ports, report.facts.outputs, report.facts.segment.sizes, strict=True)
    return [(port, spec) for port, spec, size in entries if size]
