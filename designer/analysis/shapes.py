"""What one layer that is no block makes of the shapes that reach it: shapes out, cost, memory."""

from __future__ import annotations

from functools import lru_cache

from designer.analysis.cost import NodeCost, layer_cost
from designer.analysis.memory import Segment, primitive_segment
from designer.errors import ShapeError
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode
from designer.wording import short

LayerFacts = tuple[tuple[TensorSpec, ...], NodeCost, Segment]
"""The shape at each output port, what the layer costs, and what it does to memory."""


_FREE, _GIVEN_IN = NodeCost(), Segment((0,), (), (0,), (None,))


def layer_facts(layer: Layer, inputs: tuple[TensorSpec, ...]) -> LayerFacts:
    """Facts of a layer that is no block, for its input shapes, one a port.

    Raises:
        ShapeError: It cannot take them.
    """
    lowered = layer.lowered(*inputs)
    for output in lowered.outputs:
        if output.elements > MOST_COUNTED:
            raise _too_large("elements in its output")
    cost = layer_cost(lowered, inputs) if lowered.outputs else _FREE
    if cost.parameters > MOST_COUNTED:
        raise _too_large("parameters")
    return lowered.outputs, cost, primitive_segment(layer, lowered)


MOST_COUNTED = 2**63 - 1
"""The most elements and parameters of one node: what an index of 64 bits reaches. No machine holds more."""


def _too_large(what: str) -> ShapeError:
    """The error where a count is past what any machine can hold."""
    return ShapeError(
        IssueCode.TOO_LARGE,
        f"too many {what}",
        f"more than {short(MOST_COUNTED)}, the most that 64 bits can count; a smaller map would do",
    )


@lru_cache(maxsize=1 << 12)
def expanded(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Design:
    """What a block is made of for its input shapes.

    Raises:
        ShapeError: The block cannot take these inputs.
    """
    found: Design = layer.expand(*inputs)
    return found


def source_facts(layer: Layer, given: TensorSpec | None, batch: int) -> LayerFacts:
    """Facts of a node that reads nothing: its own shape, or the one given from outside a block.

    What comes from outside is not counted into a block's memory: the design that holds the block counts it.

    Raises:
        ShapeError: There is no such shape.
    """
    if given is not None:
        return (given,), _FREE, _GIVEN_IN
    output = layer.output(batch)
    return (output,), _FREE, Segment((output.bytes,), (), (output.bytes,), (None,))
