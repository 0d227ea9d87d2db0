"""Parallel linear branches that are summed, folded into one convolution: which can be, and the design without them.

A convolution, a batch norm behind it, the input itself and their sum are all linear, so that convolutions with one
stride over one input add up to one whose kernel is the sum of theirs, each put where its window lies in the widest.
Source: Ding et al. 2021, RepVGG, sec. 3.3. Knows no weights.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from designer.analysis.analysis import Analysis
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, NodePath, PortRef
from designer.graph.layer import Layer
from designer.graph.operations import Convolution
from designer.graph.option_set import OptionSet, option_set
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.redesign.redesign import Left, Redesign, RepeatedEdit, analysed

_DEPLOYED = "deployed"
_CONVOLUTIONS = (Conv2d, DepthwiseConv2d, GroupedConv2d, PointwiseConv2d)


@dataclass(frozen=True)
class Branch:
    """One summand, by the nodes that it is made of.

    Attributes:
        convolution: The convolution; None where the input itself is summed.
        norm: The batch norm behind it; None where there is none.
        operation: What the convolution computes; None where there is none.
        eps: What the norm adds to the variance.
    """

    convolution: NodePath | None
    norm: NodePath | None
    operation: Convolution | None
    eps: float = 0.0


@dataclass(frozen=True)
class BranchSum:
    """Branches that become one convolution.

    Attributes:
        branches: The summands.
        into: The node that computes them all in the new design.
        operation: What it computes: the widest branch's convolution with a bias.
    """

    branches: tuple[Branch, ...]
    into: NodePath
    operation: Convolution


@dataclass(frozen=True)
class Reparameterised:
    """A design without branches that could be folded.

    Attributes:
        redesign: The design, and the sums that stay, with the reasons.
        sums: What was folded, by which the weights follow.
    """

    redesign: Redesign
    sums: tuple[BranchSum, ...]


@option_set
class ReparameterisingOptions(OptionSet):
    """There is nothing to choose: what can be folded is."""


class Reparameterise(RepeatedEdit):
    """Parallel linear branches become the one convolution that computes their sum."""

    key = "reparameterise"
    title = "Reparameterise"
    help = (
        "Branches that were drawn for training (convolutions with or without a norm, a norm alone, the input itself, "
        "all summed) become one convolution, everywhere in the design. Weights beside it are folded along, and the "
        "result is proved by running both."
    )
    source = "Ding et al. 2021, RepVGG, sec. 3.3"
    options = ReparameterisingOptions
    slices_weights = True
    means_whole = True

    def redesign(
        self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet, ticked: Sequence[int] | None = None
    ) -> Redesign:
        return reparameterised(analysis).redesign


def reparameterised(analysis: Analysis) -> Reparameterised:
    """Fold every sum of parallel linear branches, in declared blocks with a deployed form and in what is drawn.

    Raises:
        EditRefused: Nothing can be folded; the text names each sum and why it stays.
    """
    sums: list[BranchSum] = []
    left: list[Left] = []
    design = _folded(analysis, (), sums, left)
    if not sums:
        reasons = "; ".join(each.line() for each in left) or "there is no sum of branches"
        raise EditRefused(f"nothing can be folded: {reasons}")
    return Reparameterised(Redesign(analysed(design, analysis), tuple(left)), tuple(sums))


def _folded(analysis: Analysis, prefix: NodePath, sums: list[BranchSum], left: list[Left]) -> Design:
    design = analysis.design
    for id in analysis.design.order:
        node, inner = design.nodes.get(id), analysis.node(id).inner
        if node is None:
            continue
        if inner is not None and node.body is not None:
            body = _folded(inner, (*prefix, id), sums, left)
            if body is not inner.design:
                design = design.replacing([replace(node, layer=replace(node.layer, body=body))])  # type: ignore[call-arg]
        elif inner is not None:
            deployed = _deployed(analysis, inner, (*prefix, id), sums, left)
            design = design if deployed is None else design.replacing([replace(node, layer=deployed)])
        elif isinstance(node.layer, Add):
            found = _sum_at(analysis, [feed and feed.ref for feed in analysis.design.feeds[id]], prefix)
            if isinstance(found, BranchSum):
                sums.append(found)
                design = _without_branches(design, id, found)
            else:
                left.append(Left((*prefix, id), found))
    return design


def _deployed(
    analysis: Analysis, inner: Analysis, path: NodePath, sums: list[BranchSum], left: list[Left]
) -> Layer | None:
    """A declared block in its deployed form; None where it has none, or is in it."""
    layer, inputs = analysis.design.nodes[path[-1]].layer, analysis.node(path[-1]).known_inputs
    if inputs is None or not any(each.name == _DEPLOYED for each in layer.parameters) or getattr(layer, _DEPLOYED):
        return None
    folded = layer.with_parameter(_DEPLOYED, True)
    (into,) = (id for id, node in folded.expand(*inputs).nodes.items() if isinstance(node.layer, _CONVOLUTIONS))
    nodes = inner.design.nodes
    ends = [id for id in nodes if isinstance(nodes[id].layer, Add)]
    if ends:
        found = _sum_at(inner, [feed and feed.ref for feed in inner.design.feeds[ends[0]]], path)
    else:  # one branch, a convolution and its norm
        norms = [id for id in nodes if isinstance(nodes[id].layer, BatchNorm)]
        found = _sum_at(inner, [PortRef(norms[0], "y")], path)
    if isinstance(found, str):
        left.append(Left(path, found))
        return None
    sums.append(replace(found, into=(*path, into)))
    return folded


def _sum_at(analysis: Analysis, refs: Sequence[PortRef | None], prefix: NodePath) -> BranchSum | str:
    """The branches that end in these outputs, or why they cannot be one convolution."""
    branches: list[Branch] = []
    sources: list[PortRef] = []
    for ref in refs:
        if ref is None:
            return "an input of the sum is not wired"
        branch, source = _branch_from(analysis, ref, prefix)
        branches.append(branch)
        sources.append(source)
    read = [source for branch, source in zip(branches, sources, strict=True) if branch.operation is not None]
    if not read:
        ends = ", ".join(f"{analysis.design.nodes[each.node].title} ({each.node})" for each in sources)
        return f"none of what it sums is a convolution that nothing else reads: {ends}"
    for branch, source in zip(branches, sources, strict=True):
        if source == read[0]:
            continue
        if branch.operation is not None:
            return "its convolutions read different tensors"
        node = analysis.design.nodes[source.node]
        what = "only a convolution, its norm and the input itself can be folded"
        return f"{node.title} ({source.node}) ends a branch, and {what}"
    return _joined(branches)


def _branch_from(analysis: Analysis, ref: PortRef, prefix: NodePath) -> tuple[Branch, PortRef]:
    """A branch followed upwards from its end, and the tensor that it reads."""
    norm = convolution = None
    eps = 0.0
    operation: Convolution | None = None
    above = _above(analysis, ref, (BatchNorm,))
    if above is not None:
        layer = analysis.design.nodes[ref.node].layer
        assert isinstance(layer, BatchNorm)  # as was asked for
        norm, eps, ref = (*prefix, ref.node), layer.eps, above
    above = _above(analysis, ref, _CONVOLUTIONS)
    if above is not None:
        layer, inputs = analysis.design.nodes[ref.node].layer, analysis.node(ref.node).known_inputs
        made = layer.lower(*inputs)[0].operation if inputs is not None else None
        if isinstance(made, Convolution):
            convolution, operation, ref = (*prefix, ref.node), made, above
    return Branch(convolution, norm, operation, eps), ref


def _above(analysis: Analysis, ref: PortRef, kinds: tuple[type[Layer], ...]) -> PortRef | None:
    """What a node of such a kind reads, where nobody else reads the node; None where it is another kind."""
    design = analysis.design
    if not isinstance(design.nodes[ref.node].layer, kinds) or len(list(design.outgoing(ref.node))) != 1:
        return None
    (feed,) = design.feeds[ref.node]
    return None if feed is None else feed.ref


def _joined(branches: Sequence[Branch]) -> BranchSum | str:
    """The branches over one input as one convolution, or why they cannot be."""
    of = [each for each in branches if each.operation is not None and each.convolution is not None]
    widest = max(of, key=lambda each: _taps(each.operation))
    wide, into = widest.operation, widest.convolution
    assert wide is not None  # of those that are convolutions
    assert into is not None
    for each in branches:
        reason = _misfit(each.operation, wide)
        if reason:
            return reason
    return BranchSum(tuple(branches), into, replace(wide, bias=True))


def _taps(operation: Convolution | None) -> int:
    return 0 if operation is None else operation.kernel[0] * operation.kernel[1]


def _misfit(operation: Convolution | None, wide: Convolution) -> str:
    """Why a branch cannot be added to the widest; empty where it can. None is a branch without a convolution."""
    if operation is None:
        if wide.stride != (1, 1):
            return "the input itself is summed beside a convolution whose stride is not 1"
        return "" if _lies_in((1, 1), (0, 0), wide) else "the window of the widest convolution does not hold the input"
    if operation.stride != wide.stride:
        return f"its convolutions have strides {operation.stride} and {wide.stride}"
    if operation.groups != wide.groups:
        return f"its convolutions have {operation.groups} and {wide.groups} groups"
    if (operation.kernel, operation.dilation, operation.pads) == (wide.kernel, wide.dilation, wide.pads):
        return ""
    if operation.dilation != (1, 1):
        return "a dilated convolution stands beside one of another window"
    if not _lies_in(operation.kernel, (operation.pads[0], operation.pads[2]), wide):
        return f"the window {operation.kernel} does not lie inside the widest, {wide.kernel}, as they are padded"
    return ""


def _lies_in(kernel: tuple[int, int], before: tuple[int, int], wide: Convolution) -> bool:
    """Whether a window with so much padding above and on the left lies inside the widest convolution's."""
    offsets = (wide.pads[0] - before[0], wide.pads[2] - before[1])
    fits = all(at >= 0 and at + size <= side for at, size, side in zip(offsets, kernel, wide.kernel, strict=True))
    return fits and wide.dilation == (1, 1)


def _without_branches(design: Design, end: NodeId, found: BranchSum) -> Design:
    """The design with the widest convolution, biased, in the place of all branches and their sum."""
    into = found.into[-1]
    parts = {path[-1] for each in found.branches for path in (each.convolution, each.norm) if path is not None}
    gone = (parts | {end}) - {into}
    nodes = [node for node in design.nodes.values() if node.id not in gone]
    biased = design.nodes[into].layer.with_parameter("bias", True)
    nodes = [replace(node, layer=biased) if node.id == into else node for node in nodes]
    leaving = [replace(wire, source=PortRef(into, "y")) for wire in design.outgoing(end)]
    kept = [wire for wire in design.wires.values() if not {wire.source.node, wire.target.node} & gone]
    kept = [wire for wire in kept if wire.source.node != into]
    return Design.build(design.name, nodes, [*kept, *leaving], design.annotations.values(), design.constraints)
