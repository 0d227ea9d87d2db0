"""What is wrong with a design and what would fix it: one function a rule, in one tuple; and whether a wire may be.

A layer says itself why it cannot take its inputs (``ShapeError``); here that becomes a problem with fixes, each tried
out before it is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import gcd
from typing import TYPE_CHECKING

from designer import wording
from designer.analysis.issues import Fix, Issue, Severity
from designer.analysis.shapes import facts
from designer.edit.edits import connect, delete, place
from designer.edit.room import making_room
from designer.edit.sizes import CARD_WIDTH, GAP_X
from designer.edit.splice import place_on_wire
from designer.errors import DesignerError, ShapeError
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, pair
from designer.layers.convolution import PointwiseConv2d
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.layers.lowering import EVEN_SYMMETRIC

if TYPE_CHECKING:
    from designer.analysis.analysis import Analysis

READS_ITSELF = "a node cannot read itself"
MAKES_CYCLE = "would make a cycle"

Rule = Callable[[Design], Iterator[Issue]]
Entering = Mapping[NodeId, TensorSpec | None] | None


# Wires ----------------------------------------------------------------------------------------------------------------


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
    return EVEN_SYMMETRIC in codes or (found.shape_error is not None and found.shape_error.code == EVEN_SYMMETRIC)


# Structure ------------------------------------------------------------------------------------------------------------


def structure_issues(design: Design, is_body: bool = False) -> tuple[Issue, ...]:
    """Problems that follow from nodes and wires alone."""
    return tuple(
        issue for rule in STRUCTURE_RULES for issue in rule(design) if not (is_body and issue.code == "no-input")
    )


def _is_empty(design: Design) -> Iterator[Issue]:
    if not design.nodes:
        yield Issue(
            "empty",
            Severity.UNFINISHED,
            (),
            "the design is empty",
            "nothing is on the canvas",
            "place an Input, a layer and an Output",
        )


def _has_input(design: Design) -> Iterator[Issue]:
    if design.nodes and not design.input_nodes():
        loose = next(_loose_inputs(design), None)
        fixes = (Fix("Add an input", making_room(partial(_with_input, target=loose))),) if loose else ()
        yield Issue(
            "no-input",
            Severity.UNFINISHED,
            (),
            "there is no input",
            "shapes begin at an Input node",
            "place an Input and wire it to the first layer",
            fixes=fixes,
        )


def _has_output(design: Design) -> Iterator[Issue]:
    if design.nodes and not design.output_nodes():
        loose = _loose_outputs(design)
        fixes = (Fix("Add an output", making_room(partial(_with_output, source=loose[-1]))),) if loose else ()
        yield Issue(
            "no-output",
            Severity.UNFINISHED,
            (),
            "there is no output",
            "what the design gives is marked by an Output node",
            "place an Output and wire the last layer to it",
            fixes=fixes,
        )


def _inputs_are_fed(design: Design) -> Iterator[Issue]:
    for ref in _loose_inputs(design):
        layer = design.nodes[ref.node].layer
        which = f"input {ref.port}" if len(layer.inputs) > 1 else "its input"
        yield Issue(
            "unconnected",
            Severity.UNFINISHED,
            (ref.node,),
            f"{which} takes no wire",
            "nothing is computed here without it",
            "drag a wire to it from an output, or delete the node",
            port=ref,
        )


def _outputs_are_read(design: Design) -> Iterator[Issue]:
    has_output = bool(design.output_nodes())
    for ref in _loose_outputs(design):
        if has_output:
            fixes = (
                Fix("Add an output", making_room(partial(_with_output, source=ref))),
                Fix("Delete it", lambda d, id=ref.node: delete(d, [id])),  # type: ignore[misc]  # bound now, on purpose
            )
            yield Issue(
                "dead-end",
                Severity.UNFINISHED,
                (ref.node,),
                "its result goes nowhere",
                "nothing reads it, yet it is computed and counted",
                "wire it on, or delete the node",
                fixes=fixes,
                runs_anyway=True,
            )


STRUCTURE_RULES: tuple[Rule, ...] = (_is_empty, _has_input, _has_output, _inputs_are_fed, _outputs_are_read)


def _loose_inputs(design: Design) -> Iterator[PortRef]:
    for id, feeds in design.feeds.items():
        if None in feeds:
            for port, feed in zip(design.nodes[id].layer.inputs, feeds, strict=True):
                if feed is None:
                    yield PortRef(id, port.name)


def _loose_outputs(design: Design) -> list[PortRef]:
    read = {wire.source for wire in design.wires.values()}
    return [
        PortRef(node.id, port.name)
        for node in design.nodes.values()
        for port in node.layer.outputs
        if (node.id, port.name) not in read
    ]


def _with_input(design: Design, target: PortRef) -> Design:
    corner = design.nodes[target.node].position
    placed, id = place(design, Input(), Point(corner.x - CARD_WIDTH - GAP_X, corner.y))
    return connect(placed, PortRef(id, "y"), target)


def _with_output(design: Design, source: PortRef) -> Design:
    corner = design.nodes[source.node].position
    placed, id = place(design, Output(), Point(corner.x + CARD_WIDTH + GAP_X, corner.y))
    return connect(placed, source, PortRef(id, "x"))


# Misfits --------------------------------------------------------------------------------------------------------------

Fixer = Callable[[Design, NodeId, tuple[TensorSpec, ...]], Iterator[Fix]]


def misfit_issue(
    design: Design, id: NodeId, inputs: tuple[TensorSpec, ...], shape_error: ShapeError, entering: Entering = None
) -> Issue:
    """The problem a shape_error is, with the fixes that were tried and work.

    Args:
        design: Where the node is.
        id: The node.
        inputs: Shapes that reach it.
        shape_error: Why it cannot take them.
        entering: Inside a block, the shape at each Input node; None where they say their own.
    """
    candidates = FIXERS.get(shape_error.code, _no_fix)(design, id, inputs)
    fixes = tuple(_roomy(fix) for fix in candidates if _fixes(design, id, fix, entering))
    fix = "; or ".join(_lower_first(fix.label) for fix in fixes)
    return Issue(shape_error.code, Severity.ERROR, (id,), shape_error.what, shape_error.why, fix, fixes=fixes)


def _roomy(fix: Fix) -> Fix:
    return replace(fix, edit=making_room(fix.edit))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _fixes(design: Design, id: NodeId, fix: Fix, entering: Entering) -> bool:
    """Whether the node's shape_error is gone after the fix, and none came in its place."""
    from designer.analysis.analysis import analyse  # a rule is asked while analysing, and tries its fix by analysing

    try:
        fixed = fix.edit(design)
        return id not in fixed.nodes or _without_fixes(analyse, fixed, id, entering)
    except DesignerError:
        return False


def _without_fixes(analyse: Callable[..., Analysis], fixed: Design, id: NodeId, entering: Entering) -> bool:
    # The tried design is cut down to what feeds the node, so that trying costs what the node's past costs.
    upstream = _past(fixed, id)
    trial = fixed.without_nodes([node for node in fixed.nodes if node not in upstream])
    given = None if entering is None else tuple(entering.get(node.id) for node in trial.input_nodes())
    report = analyse(trial, given=given).node(id)
    return report.outputs is not None


def _past(design: Design, id: NodeId) -> set[NodeId]:
    waiting, seen = [id], {id}
    while waiting:
        for source in design.predecessors[waiting.pop()]:
            if source not in seen:
                seen.add(source)
                waiting.append(source)
    return seen


def _no_fix(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    return iter(())


def _match_shapes(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    """A residual's branches differ; the simplest first.

    Take a stride away, match the last convolution's channels, project a branch, or drop the residual.
    """
    refs = [PortRef(id, port.name) for port in design.nodes[id].layer.inputs]
    # The shortcut is the branch that left the common way earlier; it is what the papers project.
    by_age = sorted(range(len(refs)), key=lambda index: design.rank[design.wires[refs[index]].source.node])
    for ref in refs:
        yield from _no_stride(design, design.wires[ref].source.node)
    for index in reversed(by_age):
        goal = inputs[by_age[0] if index != by_age[0] else by_age[-1]]
        yield from _other_channels(design, design.wires[refs[index]].source.node, goal.channels)
    for index in by_age:
        goal = inputs[by_age[-1] if index != by_age[-1] else by_age[0]]
        where = "on the shortcut" if index == by_age[0] else "on the main path"
        yield from _projection(refs[index], inputs[index], goal, where)
    yield Fix("Remove the residual", lambda d: delete(d, [id]))


def _projection(target: PortRef, present: TensorSpec, goal: TensorSpec, where: str) -> Iterator[Fix]:
    """Lead a wire through a 1×1 that gives it another form; nothing where none can.

    Args:
        target: The input the wire ends at.
        present: What it carries.
        goal: What it shall carry.
        where: Which wire it is, in words.
    """
    if not present.is_map or not goal.is_map or present.height < goal.height or present.width < goal.width:
        return
    stride = -(-present.height // goal.height)
    try:
        layer = PointwiseConv2d(goal.channels, stride)
        fits = layer.output(present).shape == goal.shape
    except DesignerError:  # out of a parameter's range: no such layer can be placed
        return
    if fits:
        channels = f" to {wording.plural(goal.channels, 'channel')}" if goal.channels != present.channels else ""
        step = f" with stride {stride}" if stride > 1 else ""
        yield Fix(f"Add a 1×1{channels}{step} {where}", lambda d: place_on_wire(d, layer, target)[0])


def _other_channels(design: Design, id: NodeId, channels: int) -> Iterator[Fix]:
    """Set the channels where they were last chosen, upstream along a chain of layers that keep them."""
    while True:
        layer = design.nodes[id].layer
        if any(parameter.name == "out_channels" for parameter in layer.parameters):
            yield from _setting(design, id, "out_channels", channels, f"Set {id}'s channels to {channels}")
            return
        sources = design.predecessors[id]
        if len(sources) != 1:
            return
        id = sources[0]


def _no_stride(design: Design, id: NodeId) -> Iterator[Fix]:
    """Take the nearest stride away, upstream along a chain."""
    while True:
        layer = design.nodes[id].layer
        if any(parameter.name == "stride" for parameter in layer.parameters) and layer.downsampling > 1:
            yield from _setting(design, id, "stride", 1, f"Set {id}'s stride to 1")
            return
        sources = design.predecessors[id]
        if len(sources) != 1:
            return
        id = sources[0]


def _match_sides(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    """A concatenation's maps differ in size: take a stride away, or stride the larger down by a 1×1."""
    for source in design.predecessors[id]:
        yield from _no_stride(design, source)
    smallest = min(inputs, key=lambda spec: spec.elements // max(spec.channels, 1))
    for port, spec in zip(design.nodes[id].layer.inputs, inputs, strict=True):
        if spec.is_map and smallest.is_map and spec.sides != smallest.sides:
            where = f"in front of input {port.name}"
            yield from _projection(PortRef(id, port.name), spec, smallest.with_channels(spec.channels), where)


def _flatten_before(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    target = PortRef(id, design.nodes[id].layer.inputs[0].name)
    yield Fix("Put a flatten before it", lambda d: place_on_wire(d, Flatten(), target)[0])


def _drop_flatten(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    for source in design.predecessors[id]:
        if design.nodes[source].layer == Flatten():
            yield Fix(f"Delete {source}", lambda d, gone=source: delete(d, [gone]))  # type: ignore[misc]  # bound now


def _fitting_groups(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    layer = design.nodes[id].layer
    groups, out_channels = getattr(layer, "groups", 1), getattr(layer, "out_channels", 1)
    common = gcd(inputs[0].channels, out_channels)
    fitting = max((g for g in range(1, min(groups, common) + 1) if common % g == 0), default=1)
    yield from _setting(design, id, "groups", fitting)
    rounded = -(-out_channels // groups) * groups
    yield from _setting(design, id, "out_channels", rounded)


def _smaller_window(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    yield from _setting(design, id, "padding", Padding.SYMMETRIC)
    side = min(inputs[0].sides, default=1)
    yield from _setting(design, id, "kernel_size", side if side % 2 else max(side - 1, 1))
    yield from _setting(design, id, "dilation", 1)


def _even_kernel(design: Design, id: NodeId, inputs: tuple[TensorSpec, ...]) -> Iterator[Fix]:
    rows, columns = pair(getattr(design.nodes[id].layer, "kernel_size", 0))
    yield from _setting(design, id, "kernel_size", (rows + 1 - rows % 2, columns + 1 - columns % 2))
    # An average pool has no padding of TensorFlow's.
    yield from list(_setting(design, id, "padding", Padding.SAME)) or _setting(design, id, "padding", Padding.NONE)


def _setting(design: Design, id: NodeId, name: str, value: object, label: str = "") -> Iterator[Fix]:
    """Set a parameter; nothing where the layer has none of that name, or the value is out of its range."""
    layer: Layer = design.nodes[id].layer
    if not any(parameter.name == name for parameter in layer.parameters):
        return
    parameter = layer.parameter(name)
    try:
        changed = layer.with_parameter(name, value)
    except DesignerError:
        return
    if changed != layer:
        words = label or f"Set {parameter.label.lower()} to {parameter.text(getattr(changed, name))}"
        yield Fix(words, lambda d: d.replacing([replace(d.nodes[id], layer=changed)]))


FIXERS: dict[str, Fixer] = {
    "shapes-differ": _match_shapes,
    "sides-differ": _match_sides,
    "needs-vector": _flatten_before,
    "needs-map": _drop_flatten,
    "groups": _fitting_groups,
    "window-too-large": _smaller_window,
    EVEN_SYMMETRIC: _even_kernel,
    "padding-too-large": _smaller_window,
}
