"""Traits of a design that no figure says: whether it adds a residual, and what binds its depthwise filters.

Found in what layers declare (operations, weights, parameters), through blocks; no layer is known by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from designer.analysis.analysis import Analysis, NodeReport
from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.graph.operations import Add
from designer.graph.tensor import TensorSpec
from designer.graph.topology import downstream

_CHOICE_OF_CHANNELS = "out_channels"


@dataclass(frozen=True)
class DepthwiseFilters:
    """The depthwise convolutions of a design.

    Attributes:
        fewest: Filters of the narrowest.
        most: Filters of the widest.
        layers: How many there are.
        chosen: Before how many of them another convolution of the same block chooses the number of channels. For the
            rest it is bound to what enters the block.
    """

    fewest: int
    most: int
    layers: int
    chosen: int

    @property
    def text(self) -> str:
        """``24 (= input)``, ``144 (free)``, ``32–960 (16 of 17 free)``."""
        number = str(self.most) if self.fewest == self.most else f"{self.fewest}–{self.most}"
        if self.chosen == 0:
            return f"{number} (= input)"
        return f"{number} (free)" if self.chosen == self.layers else f"{number} ({self.chosen} of {self.layers} free)"


def has_residual(analysis: Analysis) -> bool | None:
    """Whether somewhere a tensor is added to what was made of it; None while shapes are unknown."""
    if not analysis.totals.complete:
        return None
    return any(_adds_residual(design, id, report) for design, id, report in _scopes(analysis))


def depthwise_filters(analysis: Analysis) -> DepthwiseFilters | None:
    """The depthwise convolutions; None where there are none, or while shapes are unknown."""
    if not analysis.totals.complete:
        return None
    found = [
        (report.outputs[0].channels, _is_chosen(design, id))
        for design, id, report in _scopes(analysis)
        if report.outputs and _is_depthwise(design.nodes[id].layer, report.known_inputs)
    ]
    if not found:
        return None
    counts = [count for count, _ in found]
    return DepthwiseFilters(min(counts), max(counts), len(found), sum(chosen for _, chosen in found))


def _scopes(analysis: Analysis) -> Iterator[tuple[Design, NodeId, NodeReport]]:
    """Every node that is no block, with the design it is drawn in."""
    for id in analysis.design.order:
        report = analysis.node(id)
        if report.inner is None:
            yield analysis.design, id, report
        else:
            yield from _scopes(report.inner)


def _adds_residual(design: Design, id: NodeId, report: NodeReport) -> bool:
    layer, inputs = design.nodes[id].layer, report.known_inputs
    if inputs is None or len(inputs) < 2 or not any(isinstance(step.operation, Add) for step in layer.lower(*inputs)):
        return False
    sources = [feed.node for feed in design.feeds[id] if feed is not None]
    return any(
        later != earlier and later in downstream(design.successors, [earlier])
        for earlier in sources
        for later in sources
    )


def _is_depthwise(layer: Layer, inputs: tuple[TensorSpec, ...] | None) -> bool:
    """Whether it filters each of several channels by itself: kernels of a single input channel."""
    if not inputs or not layer.inputs or not layer.outputs or not inputs[0].is_map or inputs[0].channels < 2:
        return False
    kernels = [weight for weight in layer.weights(*inputs) if not weight.is_buffer and len(weight.shape) == 4]
    return bool(kernels) and all(weight.shape[1] == 1 for weight in kernels)


def _is_chosen(design: Design, id: NodeId) -> bool:
    """Whether a layer before it, in the same design or body, has its number of channels for a parameter."""
    return any(
        _CHOICE_OF_CHANNELS in {parameter.name for parameter in design.nodes[before].layer.parameters}
        for before in downstream(design.predecessors, [id])
        if before != id
    )
