"""Opaque nodes of a design: which there are, how totals say so, and what each keeps from being done."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from designer.analysis.analysis import Analysis
from designer.errors import InvalidDesign
from designer.graph.design import NodePath
from designer.graph.layer import Layer
from designer.graph.operations import Opaque
from designer.layers.opaque import FORMATS
from designer.wording import plural


def opaque_nodes(analysis: Analysis) -> Iterator[tuple[NodePath, Opaque]]:
    """Every opaque node of a design, through blocks, in order of execution."""
    if not analysis.cost.opaque:
        return
    for path, node, report in analysis.primitives():
        if report.cost is not None and report.cost.opaque:
            operation = opaque_operation(node.layer, report.known_inputs or ())
            if operation is not None:
                yield path, operation


def opaque_operation(layer: Layer, inputs: tuple[object, ...]) -> Opaque | None:
    """The opaque operator that a layer is; None of all others."""
    operations = [step.operation for step in layer.lower(*inputs)]
    return next((each for each in operations if isinstance(each, Opaque)), None)


def without_opaque(analysis: Analysis) -> str:
    """``without 3 opaque nodes``, for beside a sum; empty where there are none."""
    return f"without {plural(analysis.cost.opaque, 'opaque node')}" if analysis.cost.opaque else ""


def refuse_opaque(analysis: Analysis, what: str, kept: Collection[str] = ()) -> None:
    """Refuse a design with opaque nodes where something cannot be done with them.

    Args:
        analysis: Of the design.
        what: What would be done, as the beginning of a sentence: ``PyTorch cannot run``.
        kept: Formats whose operators can be kept.

    Raises:
        InvalidDesign: There are some; the text has a line for each.
    """
    lines = [
        f"{'.'.join(path)}: {what} an opaque node: it is {each.operator} of {FORMATS.get(each.format, each.format)}, "
        f"which no layer computes; {_fix(each)}"
        for path, each in opaque_nodes(analysis)
        if each.format not in kept
    ]
    if lines:
        raise InvalidDesign(lines)


def _fix(each: Opaque) -> str:
    instead = "delete it, or bypass it"
    return f"export ONNX, which writes it as it came, or {instead}" if _is_writable(each) else instead


def _is_writable(each: Opaque) -> bool:
    return each.format == "onnx" and bool(each.content)
