"""Explain this number: any figure of a design, a block or a node, with its formula, the values in it, and its parts.

Nothing is counted here. Figures come from the analysis, formulas from the layers, tensors from the memory plan; what is
shown as a sum adds up to the figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.conventions import Convention, Writing, count
from designer.analysis.cost import NodeCost
from designer.analysis.field_origin import Growth, field_origin, last_bounded_node
from designer.analysis.figures import Figure
from designer.analysis.memory_timeline import LiveSet, Span, memory_timeline_of
from designer.analysis.training_memory import Optimiser, training_memory
from designer.graph.design import Node, NodePath
from designer.graph.formula import Expression, Formulas, constant, elements, quantity
from designer.graph.tensor import TensorSpec
from designer.wording import UNKNOWN, memory, plural
from designer.wording import count as in_full

_SHOWN = 5
"""A sum of more parts than one more than this shows so many, and the others as one."""


@dataclass(frozen=True)
class Term:
    """One part of a figure.

    Attributes:
        label: What it is the part of: a node, a tensor, a window.
        value: How much, in the figure's unit.
        text: The same as people read it.
        share: Its share of the figure, 0 to 1.
        detail: How it comes about, or an empty text.
        path: The node to look at next, or None.
    """

    label: str
    value: int
    text: str
    share: float
    detail: str = ""
    path: NodePath | None = None


@dataclass(frozen=True)
class Explanation:
    """Where a figure comes from.

    Attributes:
        title: ``MACs of depthwise_1``.
        value: The figure, or None where it is unknown.
        text: The same as people read it, with its unit.
        symbols: The formula in symbols; an empty text where there is none.
        numbers: The formula with the values in it.
        terms: The parts of a sum, largest first; empty where the formula says it all.
        counted: What is counted, one line each.
        not_counted: What is not, one line each.
        source: Whose definition it is.
        notes: What else there is to say, one sentence each.
    """

    title: str
    value: int | None
    text: str
    symbols: str
    numbers: str
    terms: tuple[Term, ...]
    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The whole formula: ``k²·C·H·W = 3²·144·56·56 = 4 064 256 MACs``."""
        numbers = self.numbers if self.numbers != in_full(self.value) else ""
        return " = ".join(part for part in (self.symbols, numbers, self.text) if part)


def explain(analysis: Analysis, figure: Figure, path: NodePath = ()) -> Explanation:
    """Where a figure comes from.

    Args:
        analysis: Of the whole design.
        figure: Which figure.
        path: The node or block, through blocks; empty for the design.

    Raises:
        KeyError: There is no such node, or its block's shapes are unknown.
    """
    if figure is Figure.PEAK_MEMORY:
        return _peak(analysis, path)
    if figure is Figure.RECEPTIVE_FIELD:
        return _field(analysis, path)
    inside = _inside(analysis, path)
    if inside is not None:
        return _sum_over_nodes(inside, figure, path, analysis)
    report = analysis.at(path)
    inputs = report.known_inputs
    if report.cost is None or inputs is None:
        return _unknown(analysis, figure, path)
    return _of_node(analysis, figure, path, report, report.cost)


def explain_count(
    analysis: Analysis, convention: Convention, path: NodePath = (), writing: Writing = Writing.PUBLISHED
) -> Explanation:
    """What a counting convention makes of a design, a block or a node.

    Args:
        analysis: Of the whole design.
        convention: How to count.
        path: The node or block, through blocks; empty for the design.
        writing: How the model's code is taken to be written.

    Raises:
        KeyError: There is no such node, or its block's shapes are unknown.
    """
    inside = _inside(analysis, path)
    counted = count(analysis, convention, writing, path)
    nodes = [inside.design.nodes[id] for id in inside.design.order] if inside is not None else []
    parts = [(_label(node), counted.within((*path, node.id)), "", (*path, node.id)) for node in nodes]
    terms = _terms(parts, in_full)
    notes = [*convention.quirks, f"The model's code: {writing.title}.", *_incomplete(analysis)]
    return Explanation(
        f"{convention.title}: {convention.unit} of {_name(analysis, path)}",
        counted.total,
        _full(counted.total, convention.unit),
        *_sum_texts(terms),
        terms,
        counted.counted,
        counted.not_counted,
        convention.source,
        tuple(notes),
    )


# A node ---------------------------------------------------------------------------------------------------------------


def _of_node(analysis: Analysis, figure: Figure, path: NodePath, report: NodeReport, cost: NodeCost) -> Explanation:
    formulas = _formulas(_node(analysis, path), report)
    terms: tuple[Term, ...] = ()
    expression: Expression | None = None
    match figure:
        case Figure.PARAMETERS:
            expression = formulas.parameters
        case Figure.MACS:
            expression = formulas.macs
        case Figure.ELEMENTWISE:
            expression = formulas.elementwise
        case Figure.FLOPS:
            if cost.flops:
                other = quantity("element-wise", cost.elementwise)
                expression = constant(2).times(quantity("MACs", cost.macs)).plus(other)
            parts = [
                ("2 × MACs", 2 * cost.macs, _detail(formulas.macs, "MACs"), None),
                ("element-wise operations", cost.elementwise, _detail(formulas.elementwise, "operations"), None),
            ]
            terms = _terms(parts, in_full)
        case Figure.WEIGHT_BYTES:
            if cost.parameters:
                each = quantity("bytes each", cost.weight_bytes // cost.parameters)
                expression = quantity("parameters", cost.parameters).times(each)
        case _:
            terms = _terms(_moved(_node(analysis, path), report, cost), memory)
    texts = (expression.symbols, expression.numbers) if expression is not None else _sum_texts(terms)
    value = _value(cost, figure)
    return _explanation(analysis, figure, path, value, texts, terms, _weights_lines(analysis, figure, path, report))


def _formulas(node: Node, report: NodeReport) -> Formulas:
    inputs = report.known_inputs or ()
    return node.layer.formulas(*inputs) if inputs and report.outputs else Formulas()


def _moved(node: Node, report: NodeReport, cost: NodeCost) -> list[_Part]:
    """Bytes read and written; nothing where the output is a view."""
    if not cost.bytes_moved:
        return []
    ports = zip(node.layer.inputs, report.known_inputs or (), strict=True)
    written = [("output", spec.bytes, _bytes_detail(spec), None) for spec in report.outputs or ()]
    read: list[_Part] = [(f"input {port.name}", spec.bytes, _bytes_detail(spec), None) for port, spec in ports]
    return [*read, ("weights", cost.weight_bytes, "", None), *written]


def _bytes_detail(spec: TensorSpec) -> str:
    return elements(spec).times(quantity("bytes each", spec.dtype.bytes)).line("bytes")


def _weights_lines(analysis: Analysis, figure: Figure, path: NodePath, report: NodeReport) -> tuple[str, ...]:
    """The tensors behind the parameters of one node."""
    if figure is not Figure.PARAMETERS:
        return ()
    weights = _node(analysis, path).layer.weights(*(report.known_inputs or ()))
    return tuple(
        f"{weight.name}: {'×'.join(map(str, weight.shape)) or '1'}"
        + (", kept but not trained" if weight.is_buffer else "")
        for weight in weights
    )


# A block or the design ------------------------------------------------------------------------------------------------


def _sum_over_nodes(inside: Analysis, figure: Figure, path: NodePath, analysis: Analysis) -> Explanation:
    parts: list[_Part] = []
    for id in inside.design.order:
        report, node = inside.node(id), inside.design.nodes[id]
        if report.cost is not None:
            detail = _node_detail(figure, node, report)
            parts.append((_label(node), _value(report.cost, figure), detail, (*path, id)))
    terms = _terms(parts, _word(figure))
    value = _value(inside.cost, figure)
    notes = _incomplete(analysis) if not path else ()
    if figure is Figure.FLOPS:
        macs, other = in_full(inside.cost.macs), in_full(inside.cost.elementwise)
        notes = (f"2 × {macs} MACs + {other} element-wise operations.", *notes)
    return _explanation(analysis, figure, path, value, _sum_texts(terms), terms, notes)


def _node_detail(figure: Figure, node: Node, report: NodeReport) -> str:
    if report.inner is not None:
        return f"{plural(sum(1 for _ in report.inner.primitives((node.id,))), 'node')} inside"
    formulas = _formulas(node, report)
    by_figure = {
        Figure.PARAMETERS: formulas.parameters,
        Figure.MACS: formulas.macs,
        Figure.ELEMENTWISE: formulas.elementwise,
    }
    return _detail(by_figure.get(figure), figure.definition.unit)


# Memory and receptive field -------------------------------------------------------------------------------------------


def _peak(analysis: Analysis, path: NodePath) -> Explanation:
    _inside(analysis, path)  # refuses a path that is none
    found = memory_timeline_of(analysis).largest_live_set(path)
    if (path and analysis.at(path).cost is None) or (found is None and not path):
        return _unknown(analysis, Figure.PEAK_MEMORY, path)
    if found is None:
        notes: tuple[str, ...] = ("It is no step of its own: it brings in what the block is given.",)
        return _explanation(analysis, Figure.PEAK_MEMORY, path, None, ("", ""), (), notes, text=UNKNOWN)
    parts: list[_Part] = [
        (f"{_name(analysis, span.path)} {span.spec.label}", span.bytes, _life(analysis, span, found), span.path)
        for span in found.spans
    ]
    terms = _terms(parts, memory)
    where = f"The most lives in the step of {_name(analysis, found.step.path)}: {plural(len(terms), 'tensor')} at once."
    notes = (where, *_incomplete(analysis), *(() if path else (_training(analysis),)))
    return _explanation(analysis, Figure.PEAK_MEMORY, path, found.step.bytes, _sum_texts(terms), terms, notes)


def _training(analysis: Analysis) -> str:
    totals = [f"{each.title} {memory(training_memory(analysis, each).total_bytes)}" for each in Optimiser]
    formula = training_memory(analysis).formula
    return f"A step of training holds more, by optimiser: {', '.join(totals)}. {Optimiser.ADAM.title}: {formula}."


def _life(analysis: Analysis, span: Span, found: LiveSet) -> str:
    until = "what the design gives" if span.until is None else f"kept until {_name(analysis, span.until)}"
    return f"{_bytes_detail(span.spec)}; {'made in this step' if span.path == found.step.path else until}"


def _field(analysis: Analysis, path: NodePath) -> Explanation:
    last = last_bounded_node(analysis)
    target = path or ((last,) if last is not None else ())
    if not target or analysis.at(target).known_inputs is None:
        return _unknown(analysis, Figure.RECEPTIVE_FIELD, path)
    origin = field_origin(analysis, target)
    size = origin.field.size
    if size is None:
        seer = _name(analysis, origin.sees_everything_at or target)
        notes: tuple[str, ...] = (f"From {seer} on, each output sees every position of the input.",)
        return _explanation(analysis, Figure.RECEPTIVE_FIELD, path, None, ("", ""), (), notes, text="all of the input")
    parts: list[_Part] = [("the position itself", 1, "", None)]
    parts += [(_name(analysis, each.path), each.pixels, _window(each), each.path) for each in origin.growths]
    terms = _terms(parts, in_full)
    notes = (f"Neighbouring positions of its output are {plural(origin.field.jump[1], 'input pixel')} apart.",)
    if last is not None and not path and analysis.design.successors[last]:
        notes = (f"It is that of {_name(analysis, target)}: what follows sees every position.", *notes)
    text = f"{in_full(size[1])} pixels across"
    return _explanation(analysis, Figure.RECEPTIVE_FIELD, path, size[1], _sum_texts(terms), terms, notes, text=text)


def _window(growth: Growth) -> str:
    window = growth.window
    taps = quantity("k", window.kernel[1]).minus(constant(1))
    spread = taps if window.dilation[1] == 1 else taps.times(quantity("d", window.dilation[1]))
    return spread.times(quantity("jump", growth.jump)).line("pixels")


# Texts ----------------------------------------------------------------------------------------------------------------

_Part = tuple[str, int, str, NodePath | None]
"""Label, value, detail, path."""


def _terms(parts: Iterable[_Part], word: Callable[[int], str]) -> tuple[Term, ...]:
    """The parts that are something, largest first, each with its share."""
    listed = sorted((part for part in parts if part[1]), key=lambda part: -part[1])
    total = sum(part[1] for part in listed)
    return tuple(Term(label, value, word(value), value / total, detail, path) for label, value, detail, path in listed)


def _sum_texts(terms: Sequence[Term]) -> tuple[str, str]:
    """A sum in words and in numbers; many parts are shortened to the largest and the others together."""
    if len(terms) < 2:
        return (terms[0].label if terms else "", "")
    if len(terms) <= _SHOWN + 1:
        return " + ".join(term.label for term in terms), " + ".join(in_full(term.value) for term in terms)
    shown, others = terms[:_SHOWN], terms[_SHOWN:]
    labels = [term.label for term in shown] + [f"{len(others)} others"]
    values = [term.value for term in shown] + [sum(term.value for term in others)]
    return " + ".join(labels), " + ".join(map(in_full, values))


def _explanation(
    analysis: Analysis,
    figure: Figure,
    path: NodePath,
    value: int | None,
    texts: tuple[str, str],
    terms: tuple[Term, ...],
    notes: tuple[str, ...] = (),
    text: str = "",
) -> Explanation:
    meaning = figure.definition
    name = _name(analysis, path)
    is_while = figure is Figure.PEAK_MEMORY and path
    return Explanation(
        f"Memory while {name} runs" if is_while else f"{meaning.title} of {name}",
        value,
        text or _full(value, meaning.unit),
        *texts,
        terms,
        meaning.counted,
        meaning.not_counted,
        meaning.source,
        notes,
    )


def _unknown(analysis: Analysis, figure: Figure, path: NodePath) -> Explanation:
    issues = [issue.line() for issue in analysis.issues if not path or issue.path[: len(path)] == path]
    notes = ("It is unknown, because a shape on the way is.", *issues)
    return _explanation(analysis, figure, path, None, ("", ""), (), notes, text=UNKNOWN)


def _incomplete(analysis: Analysis) -> tuple[str, ...]:
    if analysis.totals.complete:
        return ()
    unknown = sum(1 for id in analysis.design.order if analysis.node(id).cost is None)
    return (f"{plural(unknown, 'node')} of unknown shape not counted.",)


def _detail(expression: Expression | None, unit: str) -> str:
    return expression.line(unit) if expression is not None else ""


def _full(value: int | None, unit: str) -> str:
    text = f"{in_full(value)} {unit}"
    return f"{text} ({memory(value)})" if unit == "bytes" and value is not None and value >= 1000 else text


def _word(figure: Figure) -> Callable[[int], str]:
    return memory if figure.definition.unit == "bytes" else in_full


def _value(cost: NodeCost, figure: Figure) -> int:
    value: int = getattr(cost, figure.value)
    return value


def _inside(analysis: Analysis, path: NodePath) -> Analysis | None:
    """The analysis of what is inside a block, of the design for an empty path; None for a node that is no block."""
    return analysis.at(path).inner if path else analysis


def _node(analysis: Analysis, path: NodePath) -> Node:
    holder = _inside(analysis, path[:-1])
    if holder is None:
        raise KeyError(path)
    return holder.design.nodes[path[-1]]


def _label(node: Node) -> str:
    return node.name or node.id


def _name(analysis: Analysis, path: NodePath) -> str:
    """``bottleneck_3 › expand``; the design's name for an empty path."""
    if not path:
        return analysis.design.name
    return " › ".join(_label(_node(analysis, path[: depth + 1])) for depth in range(len(path)))
