"""What would fix an issue, asked for by its code: one function a kind of issue; each fix is tried before it is offered.

Trying is analysing, so this stands above the analysis, which says what is wrong and knows no fix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import gcd
from weakref import WeakKeyDictionary

from designer import wording
from designer.analysis.analysis import Analysis, analyse
from designer.analysis.issues import Issue
from designer.analysis.rules import loose_inputs, loose_outputs
from designer.edit.document import Edit
from designer.edit.edits import connect, delete, place
from designer.edit.inside import lifted
from designer.edit.room import making_room
from designer.edit.sizes import CARD_WIDTH, GAP_X
from designer.edit.splice import place_on_wire
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, pair
from designer.issue_code import IssueCode
from designer.layers.convolution import PointwiseConv2d
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output

Entering = Mapping[NodeId, TensorSpec | None] | None
"""Inside a block, the shape at each Input node; None where they say their own."""


@dataclass(frozen=True)
class Fix:
    """A fix that is one click away.

    Attributes:
        label: What the button says.
        edit: From the design with the problem to one without.
    """

    label: str
    edit: Edit


@dataclass(frozen=True)
class Problem(Issue):
    """An issue with what would fix it.

    Attributes:
        fixes: Fixes that are one click away, each tried; none where what is wrong follows from a block's parameters.
    """

    fixes: tuple[Fix, ...] = ()

    def line(self) -> str:
        """``NODE: what, where, why (what would fix it)``, one line."""
        place = f"at {self.port}" if self.port else f"at {self.where}"
        advice = f" ({self.advice})" if self.advice else ""
        return f"{self.where}: {self.what}, {place}, {self.why}{advice}"


_found: WeakKeyDictionary[Analysis, Mapping[Issue, Problem]] = WeakKeyDictionary()


def problems(analysis: Analysis) -> tuple[Problem, ...]:
    """The issues of an analysis, each with its fixes; tried once for each analysis."""
    found = _problems(analysis)
    return tuple(found[issue] for issue in analysis.issues)


def _problems(analysis: Analysis) -> Mapping[Issue, Problem]:
    if analysis not in _found:
        structural = frozenset(analysis.structure_issues)
        _found[analysis] = {issue: _problem(analysis, issue, issue in structural) for issue in analysis.issues}
    return _found[analysis]


def _problem(analysis: Analysis, issue: Issue, is_structural: bool) -> Problem:
    if is_structural:
        make = STRUCTURE_FIXES.get(issue.code)
        return _with_fixes(issue, tuple(map(_roomy, make(analysis.design, issue))) if make is not None else ())
    id = issue.path[0]
    inner = analysis.node(id).inner
    return _misfit(analysis, id, issue) if inner is None else _seen_from_outside(analysis, id, inner, issue)


def _with_fixes(issue: Issue, fixes: tuple[Fix, ...], advice: str = "") -> Problem:
    return Problem(
        issue.code,
        issue.severity,
        issue.path,
        issue.what,
        issue.why,
        advice or issue.advice,
        issue.port,
        issue.output,
        issue.runs_anyway,
        fixes,
    )


def _seen_from_outside(analysis: Analysis, block: NodeId, inner: Analysis, issue: Issue) -> Problem:
    below = _problems(inner)[replace(issue, path=issue.path[1:])]
    is_drawn = analysis.design.nodes[block].body is not None
    fixes = tuple(replace(fix, edit=lifted((block,), fix.edit)) for fix in below.fixes) if is_drawn else ()
    return replace(below, path=issue.path, fixes=fixes)


def _misfit(analysis: Analysis, id: NodeId, issue: Issue) -> Problem:
    """A layer that cannot take its inputs, with the fixes that were tried and work."""
    inputs = analysis.node(id).known_inputs or ()
    candidates = MISFIT_FIXES.get(issue.code, _no_fix)(analysis.design, id, inputs)
    fixes = tuple(_roomy(fix) for fix in candidates if _fixes(analysis.design, id, fix, analysis.entering))
    return _with_fixes(issue, fixes, "; or ".join(_lower_first(fix.label) for fix in fixes))


def _roomy(fix: Fix) -> Fix:
    return replace(fix, edit=making_room(fix.edit))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _fixes(design: Design, id: NodeId, fix: Fix, entering: Entering) -> bool:
    """Whether the node can take its inputs after the fix."""
    try:
        fixed = fix.edit(design)
        return id not in fixed.nodes or _is_sound(fixed, id, entering)
    except DesignerError:
        return False


def _is_sound(fixed: Design, id: NodeId, entering: Entering) -> bool:
    # The tried design is cut down to what feeds the node, so that trying costs what the node's past costs.
    upstream = _past(fixed, id)
    trial = fixed.without_nodes([node for node in fixed.nodes if node not in upstream])
    given = None if entering is None else tuple(entering.get(node.id) for node in trial.input_nodes())
    return analyse(trial, given=given).node(id).outputs is not None


def _past(design: Design, id: NodeId) -> set[NodeId]:
    waiting, seen = [id], {id}
    while waiting:
        for source in design.predecessors[waiting.pop()]:
            if source not in seen:
                seen.add(source)
                waiting.append(source)
    return seen


# Structure ------------------------------------------------------------------------------------------------------------

StructureFix = Callable[[Design, Issue], Iterator[Fix]]


def _add_input(design: Design, issue: Issue) -> Iterator[Fix]:
    loose = next(loose_inputs(design), None)
    if loose is not None:
        yield Fix("Add an input", partial(_with_input, target=loose))


def _add_output(design: Design, issue: Issue) -> Iterator[Fix]:
    loose = loose_outputs(design)
    if loose:
        yield Fix("Add an output", partial(_with_output, source=loose[-1]))


def _end_or_delete(design: Design, issue: Issue) -> Iterator[Fix]:
    source = issue.output
    if source is not None:
        yield Fix("Add an output", partial(_with_output, source=source))
        yield Fix("Delete it", lambda d: delete(d, [source.node]))


STRUCTURE_FIXES: dict[IssueCode, StructureFix] = {
    IssueCode.NO_INPUT: _add_input,
    IssueCode.NO_OUTPUT: _add_output,
    IssueCode.DEAD_END: _end_or_delete,
}


def _with_input(design: Design, target: PortRef) -> Design:
    corner = design.nodes[target.node].position
    placed, id = place(design, Input(), Point(corner.x - CARD_WIDTH - GAP_X, corner.y))
    return connect(placed, PortRef(id, "y"), target)


def _with_output(design: Design, source: PortRef) -> Design:
    corner = design.nodes[source.node].position
    placed, id = place(design, Output(), Point(corner.x + CARD_WIDTH + GAP_X, corner.y))
    return connect(placed, source, PortRef(id, "x"))


# Misfits --------------------------------------------------------------------------------------------------------------

MisfitFix = Callable[[Design, NodeId, tuple[TensorSpec, ...]], Iterator[Fix]]


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


MISFIT_FIXES: dict[IssueCode, MisfitFix] = {
    IssueCode.SHAPES_DIFFER: _match_shapes,
    IssueCode.SIDES_DIFFER: _match_sides,
    IssueCode.NEEDS_VECTOR: _flatten_before,
    IssueCode.NEEDS_MAP: _drop_flatten,
    IssueCode.GROUPS: _fitting_groups,
    IssueCode.WINDOW_TOO_LARGE: _smaller_window,
    IssueCode.EVEN_SYMMETRIC: _even_kernel,
    IssueCode.PADDING_TOO_LARGE: _smaller_window,
}
