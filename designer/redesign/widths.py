"""Widths changed together: whatever must have as many channels as another changes with it.

A width is a parameter that counts channels. The *outer* one of a layer decides how many channels come out; *inner* ones
stay inside a block. Outer widths are changed first; inner ones and expansions follow from what then comes in. Where a
sum, a residual, or groups would break, the widths that feed it are changed as well, or it is refused in words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import lcm

from designer.analysis.analysis import Analysis, facts
from designer.analysis.issues import Issue
from designer.edit.inside import drawn_inside
from designer.errors import DesignerError, EditRefused
from designer.graph.arithmetic import round_channels
from designer.graph.design import NodeId, NodePath, PortRef
from designer.graph.layer import Layer
from designer.graph.parameter import Parameter
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode
from designer.layers.blocks.body import widened
from designer.redesign.redesign import Left, Redesign, analysed, drawn_nodes, with_layers

_MOST_ROUNDS = 40
_DIVIDERS = ("groups", "heads")
"""Parameters that must divide the channels of their layer."""


@dataclass(frozen=True)
class WidthRule:
    """How widths change.

    Attributes:
        outer: From a layer's output channels and what must divide them to the new number.
        inner: From a width inside a block, by how many times more channels come in, and what must divide it.
        hidden: What the hidden channels of an expansion become a multiple of; 1 leaves the expansion as it is.
    """

    outer: Callable[[int, int], int]
    inner: Callable[[int, float, int], int]
    hidden: int = 1


@lru_cache(maxsize=1 << 12)
def outer_width(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Parameter | None:
    """The parameter that decides how many channels come out; None where that follows from what comes in.

    Found by trying: it is the width whose double gives other output channels.
    """
    outputs = facts(layer, inputs).outputs
    if not outputs or drawn_inside_layer(layer):
        return None
    for parameter in layer.parameters:
        if parameter.is_width:
            try:
                doubled = facts(layer.with_parameter(parameter.name, 2 * getattr(layer, parameter.name)), inputs)
            except DesignerError:  # past the range of what it takes
                continue
            if doubled.outputs and doubled.outputs[0].channels != outputs[0].channels:
                return parameter
    return None


def drawn_inside_layer(layer: Layer) -> bool:
    """Whether a person drew what is inside."""
    return layer.body is not None


def deciding(analysis: Analysis, ref: PortRef, prefix: NodePath = ()) -> set[NodePath]:
    """The nodes whose outer widths decide how many channels a tensor has, through groups.

    Args:
        analysis: Of the design.
        ref: The output the tensor comes from.
        prefix: Where the design is, through groups.
    """
    return _deciding(analysis, ref, prefix)[0]


def _reaches_input(analysis: Analysis, ref: PortRef) -> bool:
    """Whether a tensor has the channels of the design's own input."""
    return bool(_deciding(analysis, ref, ())[1])


def _deciding(analysis: Analysis, start: PortRef, prefix: NodePath) -> tuple[set[NodePath], set[NodeId]]:
    """The nodes, and the Input nodes that were reached."""
    found: set[NodePath] = set()
    entrances: set[NodeId] = set()
    waiting, seen = [start], {start}
    while waiting:
        ref = waiting.pop()
        node, report = analysis.design.nodes[ref.node], analysis.node(ref.node)
        sources = [wire.source for wire in analysis.design.incoming(ref.node)]
        if drawn_inside(node) is not None and report.inner is not None:
            inner = report.inner
            ends = inner.design.incoming(NodeId(ref.port))
            sources = []
            for end in ends:
                paths, entered = _deciding(inner, end.source, (*prefix, ref.node))
                found |= paths
                ports = {PortRef(ref.node, id) for id in entered}
                sources += [wire.source for wire in analysis.design.incoming(ref.node) if wire.target in ports]
        elif not node.layer.inputs:
            entrances.add(ref.node)
        elif report.known_inputs is not None and outer_width(node.layer, report.known_inputs) is not None:
            found.add((*prefix, ref.node))
            continue
        for source in sources:
            if source not in seen:
                seen.add(source)
                waiting.append(source)
    return found, entrances


def answers(analysis: Analysis) -> set[NodePath]:
    """The nodes that decide how many numbers the design gives, where it gives a vector: its classes, not a width."""
    found: set[NodePath] = set()
    for node in analysis.design.output_nodes():
        for wire in analysis.design.incoming(node.id):
            spec = analysis.spec(wire.source)
            if spec is not None and spec.is_vector:
                found |= deciding(analysis, wire.source)
    return found


def rewidened(analysis: Analysis, ids: Collection[NodeId], rule: WidthRule, title: str) -> Redesign:
    """Change the widths of nodes, and of whatever must have as many channels as they.

    Args:
        analysis: Of the design.
        ids: The nodes; what is inside those that are groups is meant too.
        rule: How widths change.
        title: What the edit is called, for what is refused.

    Raises:
        EditRefused: A sum, a residual or groups would break, and no other width can be changed to keep it.
        ParameterError: A width would be out of its range.
    """
    kept = dict.fromkeys(answers(analysis), "it decides what the network gives")
    chosen = {path for path, _, _ in drawn_nodes(analysis, ids)} - kept.keys()
    demands: dict[NodePath, int] = {}
    for _ in range(_MOST_ROUNDS):
        after = _changed(analysis, chosen, demands, rule)
        trouble = _trouble(analysis, after)
        if trouble is None or not _took_along(analysis, trouble, chosen, demands, kept):
            break
    if trouble is not None:
        raise EditRefused(f"{title} is not possible: at {' / '.join(trouble.path)}, {trouble.what}; {trouble.why}")
    left = tuple(Left(path, reason) for path, reason in sorted(kept.items()) if path[0] in ids)
    return Redesign(after, left)


@dataclass(frozen=True)
class _Trouble:
    """Something that a change broke.

    Attributes:
        path: The node, through groups.
        code: Its kind; None where a residual is gone.
        what: What is wrong.
        why: The reason.
    """

    path: NodePath
    code: IssueCode | None
    what: str
    why: str


def _changed(
    analysis: Analysis, chosen: Collection[NodePath], demands: Mapping[NodePath, int], rule: WidthRule
) -> Analysis:
    """The design with the rule's widths at the chosen nodes: outer ones, then what follows from what comes in."""
    before = {path: (node.layer, inputs) for path, node, inputs in drawn_nodes(analysis, analysis.design.nodes)}
    wide: dict[NodePath, Layer] = {}
    for path in chosen:
        layer, inputs = before[path]
        parameter = outer_width(layer, inputs) if inputs else None
        if parameter is not None:
            value = getattr(layer, parameter.name)
            new = _kept_if_single(value, rule.outer(value, lcm(_divider(layer), demands.get(path, 1))))
            wide[path] = layer.with_parameter(parameter.name, new)
    outer = analysed(with_layers(analysis.design, wide), analysis)
    inner: dict[NodePath, Layer] = {}
    for path, node, inputs in drawn_nodes(outer, outer.design.nodes):
        old_layer, old_inputs = before[path]
        if path in chosen and inputs and old_inputs:
            layer = _inner_changed(node.layer, old_layer, old_inputs, inputs, rule)
            if layer != node.layer:
                inner[path] = layer
    return analysed(with_layers(outer.design, inner), outer) if inner else outer


def _inner_changed(
    layer: Layer, old: Layer, old_inputs: tuple[TensorSpec, ...], inputs: tuple[TensorSpec, ...], rule: WidthRule
) -> Layer:
    outer = outer_width(old, old_inputs)
    for parameter in layer.parameters:
        value = getattr(layer, parameter.name)
        if parameter.is_width and parameter != outer:
            times = inputs[0].channels / old_inputs[0].channels
            new = _kept_if_single(value, rule.inner(value, times, _divider(layer)))
            layer = layer.with_parameter(parameter.name, new)
        elif parameter.is_expansion and value != 1 and rule.hidden > 1:
            hidden = widened(value, inputs[0].channels)
            if hidden % rule.hidden:
                layer = layer.with_parameter(parameter.name, round_channels(hidden, rule.hidden) / inputs[0].channels)
    return layer


def _kept_if_single(value: int, new: int) -> int:
    """A single channel is a gate over positions, or a map of its own, and no width."""
    return value if value == 1 else new


def _divider(layer: Layer) -> int:
    return lcm(*(getattr(layer, name, 1) for name in _DIVIDERS))


def _trouble(before: Analysis, after: Analysis) -> _Trouble | None:
    """The first thing that a change broke: a node that no longer takes its inputs, or a residual that is gone."""
    known = {(issue.path, issue.code) for issue in before.issues}
    for issue in after.issues:
        if issue.is_blocking and (issue.path, issue.code) not in known:
            return _Trouble(_drawn_part(before, issue), issue.code, issue.what, issue.why)
    for path, node, _ in drawn_nodes(before, before.design.nodes):
        if node.layer.is_block and node.body is None:
            lost = _parts(before, path) - _parts(after, path)
            if lost:
                return _Trouble(
                    path, None, f"its {sorted(lost)[0]} would be gone", "its input has other channels than its output"
                )
    return None


def _drawn_part(analysis: Analysis, issue: Issue) -> NodePath:
    """The innermost node on an issue's way that a person drew."""
    path: NodePath = ()
    design = analysis.design
    for id in issue.path:
        path = (*path, id)
        body = drawn_inside(design.nodes[id])
        if body is None:
            break
        design = body
    return path


def _parts(analysis: Analysis, path: NodePath) -> set[NodeId]:
    inner = analysis.at(path).inner
    return set(inner.design.nodes) if inner is not None else set()


def _took_along(
    analysis: Analysis,
    trouble: _Trouble,
    chosen: set[NodePath],
    demands: dict[NodePath, int],
    kept: dict[NodePath, str],
) -> bool:
    """Whether there is a width more to change, or one to change otherwise, that may mend it; takes note of it."""
    if not trouble.path:
        return False
    scope, prefix = analysis, trouble.path[:-1]
    for length in range(1, len(prefix) + 1):
        inner = analysis.at(prefix[:length]).inner
        if inner is None:
            return False
        scope = inner
    id = trouble.path[-1]
    incoming = scope.design.incoming(id)
    partners = _united(deciding(scope, wire.source, prefix) for wire in incoming)
    divider = _divider(scope.design.nodes[id].layer)
    if trouble.code is IssueCode.GROUPS and divider > 1:
        asked = {path: lcm(demands.get(path, 1), divider) for path in partners - kept.keys()}
        if all(demands.get(path) == value for path, value in asked.items()):
            return False
        demands |= asked
        return True
    if trouble.code is None:
        partners.add(trouble.path)
    if not prefix and any(_reaches_input(scope, wire.source) for wire in incoming):
        fixed = partners & chosen
        kept.update(dict.fromkeys(fixed, "the sum with the input needs as many channels as it has"))
        chosen -= fixed
        return bool(fixed)
    more = partners - kept.keys() - chosen
    chosen |= more
    return bool(more)


def _united(sets: Iterable[set[NodePath]]) -> set[NodePath]:
    return set().union(*sets)
