"""Whether a wire may be, and whether a layer would take what reached it; nothing is made to find out."""

from __future__ import annotations

from designer.analysis.analysis import Analysis, facts
from designer.errors import DesignerError
from designer.graph.design import PortRef
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode

READS_ITSELF = "a node cannot read itself"
MAKES_CYCLE = "would make a cycle"


def may_connect(analysis: Analysis, source: PortRef, target: PortRef) -> str | None:
    """Why a wire from an output to an input cannot be, or None where it can; a wire that is there would give way."""
    design = analysis.design
    try:
        design.output_port(source)
        design.input_port(target)
    except DesignerError as error:
        return str(error)
    if source.node == target.node:
        return READS_ITSELF
    if design.would_cycle(source.node, target.node):
        return MAKES_CYCLE
    return None


def misfit_if_connected(analysis: Analysis, source: PortRef, target: PortRef) -> str | None:
    """What would not fit if the wire were there (``24×56² ≠ 144×28²``), or None; people build through such wires."""
    spec = analysis.spec(source)
    layer = analysis.design.nodes[target.node].layer
    inputs = [
        spec if port.name == target.port else present
        for port, present in zip(layer.inputs, analysis.node(target.node).inputs, strict=True)
    ]
    known = tuple(item for item in inputs if item is not None)
    if len(known) < len(inputs):
        return None
    return _what_would_not_fit(layer, known)


def misfit_if_placed(analysis: Analysis, port: PortRef, layer: Layer, is_output: bool) -> str | None:
    """Why a fresh layer would not fit at the end of a wire from ``port``, or None where it would.

    Args:
        analysis: Of the design that has the port.
        port: The end that is plugged.
        layer: What would be placed at the other.
        is_output: Whether ``port`` is an output, so that the layer would read it.
    """
    if not (layer.inputs if is_output else layer.outputs):
        return f"{layer.title} has no {'input' if is_output else 'output'}"
    spec = analysis.spec(port) if is_output else None
    if spec is None or len(layer.inputs) != 1:
        return None
    return _what_would_not_fit(layer, (spec,))


def _what_would_not_fit(layer: Layer, inputs: tuple[TensorSpec, ...]) -> str | None:
    found = facts(layer, inputs)
    if found.shape_error is not None:
        return found.shape_error.what
    if found.outputs is None and found.inner is not None:  # what is wrong is inside the block
        return next((f"{issue.where}: {issue.what}" for issue in found.inner.issues), None)
    return None


def padding_refuses(layer: Layer, inputs: tuple[TensorSpec | None, ...]) -> bool:
    """Whether an even kernel has symmetric padding: nothing to stop at while stepping through values.

    Args:
        layer: The layer as it would be.
        inputs: Shapes that reach it, as far as they are known; without them a block is not looked into.
    """
    window = layer.window()
    if window is not None:
        return window.is_lopsided
    known = tuple(spec for spec in inputs if spec is not None)
    if not layer.is_block or len(known) < len(layer.inputs):
        return False
    found = facts(layer, known)
    codes = [issue.code for issue in found.inner.issues] if found.inner is not None else []
    return IssueCode.EVEN_SYMMETRIC in codes or (
        found.shape_error is not None and found.shape_error.code is IssueCode.EVEN_SYMMETRIC
    )
