"""What one layer makes of the shapes that reach it: shapes out, cost, memory, what is inside a block.

A result depends on the layer and its input shapes alone, so it is remembered by them, whatever design asks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from designer.analysis.cost import NodeCost, layer_cost
from designer.analysis.memory import Segment, primitive_segment
from designer.errors import DesignerError, ShapeError
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.graph.window import Pair, Window, size_text
from designer.wording import short

if TYPE_CHECKING:
    from designer.analysis.analysis import Analysis


class Facts(NamedTuple):
    """What follows from a layer and the shapes that reach it.

    Attributes:
        outputs: A shape for each output port, or None where the layer cannot take the inputs.
        cost: What it costs, or None likewise.
        segment: What it does to memory, or None likewise.
        inner: The analysis of what is inside a block.
        shape_error: Why it cannot take the inputs.
    """

    outputs: tuple[TensorSpec, ...] | None
    cost: NodeCost | None = None
    segment: Segment | None = None
    inner: Analysis | None = None
    shape_error: ShapeError | None = None


@lru_cache(maxsize=1 << 16)
def facts(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Facts:
    """Facts of a layer for its input shapes, one a port."""
    try:
        return _block_facts(layer, inputs) if layer.is_block else _primitive_facts(layer, inputs)
    except ShapeError as shape_error:
        return Facts(None, shape_error=shape_error)
    except DesignerError as error:
        return Facts(None, shape_error=ShapeError("parameters", "its parameters do not go together", str(error)))


def _primitive_facts(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Facts:
    lowered = layer.lowered(*inputs)
    for output in lowered.outputs:
        _require_countable("elements in its output", output.elements)
    cost = layer_cost(lowered, inputs) if lowered.outputs else NodeCost()
    _require_countable("parameters", cost.parameters)
    return Facts(lowered.outputs, cost, primitive_segment(layer, lowered))


MOST_COUNTED = 2**63 - 1
"""The most elements and parameters of one node: what an index of 64 bits reaches. No machine holds more."""


def _require_countable(what: str, number: int) -> None:
    """Raise ShapeError where a count is past what any machine can hold."""
    if number > MOST_COUNTED:
        raise ShapeError(
            "too-large",
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


def _block_facts(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Facts:
    from designer.analysis.analysis import analyse  # a block is a design: the two describe each other

    inner = analyse(expanded(layer, inputs), given=inputs)
    outputs = inner.given_out()
    if outputs is None or not inner.is_valid:
        return Facts(None, inner=inner)
    return Facts(outputs, inner.cost, inner.segment, inner)


def source_facts(layer: Layer, given: TensorSpec | None, batch: int) -> Facts:
    """Facts of a node that reads nothing: its own shape, or the one given from outside a block.

    What comes from outside is not counted into a block's memory: the design that holds the block counts it.
    """
    if given is not None:
        return Facts((given,), NodeCost(), Segment((0,), (), (0,), (None,)))
    try:
        output = layer.output(batch)
    except ShapeError as shape_error:
        return Facts(None, shape_error=shape_error)
    return Facts((output,), NodeCost(), Segment((output.bytes,), (), (output.bytes,), (None,)))


class ReceptiveField(NamedTuple):
    """How much of the input one output position sees, along the way that sees most.

    Attributes:
        size: Rows and columns in input pixels, or None where it sees everything.
        jump: Input pixels between neighbouring output positions, down and across.
    """

    size: Pair | None
    jump: Pair

    @property
    def label(self) -> str:
        """``3×3``, or ``all``."""
        return "all" if self.size is None else size_text(self.size)

    def through(self, window: Window | None) -> ReceptiveField:
        """After a window slides: size + (extent − 1)·jump, jump·stride.

        Source: Araujo et al. 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill, eq. 2.
        """
        if window is None:
            return self
        return self.followed_by(ReceptiveField(window.extent, window.stride))

    def followed_by(self, other: ReceptiveField) -> ReceptiveField:
        """After something that sees ``other`` of its own input: growth counts in this field's jumps."""
        (down, across), (down_then, across_then) = self.jump, other.jump
        jump = min(down * down_then, MOST_COUNTED), min(across * across_then, MOST_COUNTED)
        if self.size is None or other.size is None:
            return ReceptiveField(None, jump)
        rows, columns = self.size[0] + (other.size[0] - 1) * down, self.size[1] + (other.size[1] - 1) * across
        return ReceptiveField((rows, columns), jump)


POINT = ReceptiveField((1, 1), (1, 1))


def widest(fields: list[ReceptiveField]) -> ReceptiveField:
    """The largest of several that meet; one position alone where there is none."""
    if len(fields) < 2:
        return fields[0] if fields else POINT
    sizes = [field.size for field in fields]
    known = [size for size in sizes if size is not None]
    jumps = [field.jump for field in fields]
    return ReceptiveField(_largest(known) if len(known) == len(sizes) else None, _largest(jumps))


def _largest(pairs: list[Pair]) -> Pair:
    return max(rows for rows, _ in pairs), max(columns for _, columns in pairs)
