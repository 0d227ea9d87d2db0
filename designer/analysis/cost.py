"""Parameters, MACs and FLOPs: of one node, summed over a design, and by kind of layer.

MACs are multiply-accumulates of convolutions and fully connected layers, without bias. FLOPs = 2 × MACs + element-wise
operations, derived in ``NodeCost.flops`` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from designer.graph.layer import Category
from designer.graph.lowered import Lowered
from designer.graph.tensor import TensorSpec


class NodeCost(NamedTuple):
    """What one forward pass through a node costs.

    Attributes:
        parameters: Trained numbers; running statistics are not among them.
        macs: Multiply-accumulates.
        elementwise: Element-wise operations, one each, as the layers' declarations say.
        weight_bytes: Bytes of the parameters.
        bytes_moved: Bytes read and written once: inputs, weights, outputs.
        opaque: How many opaque operators stand in it, whose work is not known and not counted.
    """

    parameters: int = 0
    macs: int = 0
    elementwise: int = 0
    weight_bytes: int = 0
    bytes_moved: int = 0
    opaque: int = 0

    @property
    def flops(self) -> int:
        """2 × MACs + element-wise operations."""
        return 2 * self.macs + self.elementwise

    @property
    def intensity(self) -> float | None:
        """MACs a byte moved, or None where nothing is moved."""
        return self.macs / self.bytes_moved if self.bytes_moved else None


def added(costs: Iterable[NodeCost]) -> NodeCost:
    """The sum, field by field."""
    listed = list(costs)
    return NodeCost(*map(sum, zip(*listed, strict=True))) if listed else NodeCost()


def layer_cost(lowered: Lowered, inputs: tuple[TensorSpec, ...]) -> NodeCost:
    """The cost of a primitive layer, for the shapes that flow; what is only another view moves no bytes."""
    outputs = lowered.outputs
    parameters, macs, elementwise = lowered.figures
    weight_bytes = (parameters or 0) * outputs[0].dtype.bytes
    moved = 0
    if None in lowered.aliases:
        moved = weight_bytes
        for spec in (*inputs, *outputs):
            moved += spec.bytes
    opaque = sum([operation.is_opaque for operation, _, _ in lowered.flows])
    return NodeCost(parameters or 0, macs or 0, elementwise or 0, weight_bytes, moved, opaque)


@dataclass(frozen=True)
class LayerTypeCost:
    """What all layers of one type cost together."""

    key: str
    title: str
    category: Category
    count: int
    cost: NodeCost
