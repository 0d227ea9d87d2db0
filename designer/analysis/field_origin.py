"""Which windows a receptive field is made of, through blocks, along the way that sees most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.analysis.receptive_field import POINT, ReceptiveField, widest
from designer.graph.design import NodeId, NodePath
from designer.graph.window import Window


@dataclass(frozen=True)
class Growth:
    """What one window adds to the receptive field.

    Attributes:
        path: The node.
        window: What slides.
        jump: Input pixels between neighbouring positions of what it slides over, across.
    """

    path: NodePath
    window: Window
    jump: int

    @property
    def pixels(self) -> int:
        """(extent − 1) · jump, across."""
        return (self.window.extent[1] - 1) * self.jump


@dataclass(frozen=True)
class FieldOrigin:
    """A receptive field and where it comes from.

    Attributes:
        field: Side and jump; the side is None where everything is seen.
        growths: The windows on the way from the input, in order; each adds its pixels to the 1 that one position sees.
        sees_everything_at: The first node on the way whose output depends on every position, or None.
    """

    field: ReceptiveField
    growths: tuple[Growth, ...]
    sees_everything_at: NodePath | None


def field_origin(analysis: Analysis, path: NodePath) -> FieldOrigin:
    """The receptive field of a node's output on the design's input.

    Args:
        analysis: Of the whole design.
        path: The node, through blocks.

    Raises:
        KeyError: There is no such node.
    """
    backwards = list(_backwards(analysis, path, POINT, ()))
    growths = tuple(step for step in reversed(backwards) if isinstance(step, Growth))
    all_seeing = [step for step in backwards if not isinstance(step, Growth)]
    return FieldOrigin(field_at(analysis, path), growths, all_seeing[-1] if all_seeing else None)


def last_bounded_node(analysis: Analysis) -> NodeId | None:
    """The last node before the first output that does not see everything: what a classifier sees says nothing.

    None where there is no output, or its shape is unknown.
    """
    outputs = analysis.design.output_nodes()
    if not outputs or analysis.node(outputs[0].id).known_inputs is None:
        return None
    id = outputs[0].id
    while analysis.receptive_field(id).size is None and analysis.design.predecessors[id]:
        id = analysis.design.predecessors[id][0]
    return id


def field_at(analysis: Analysis, path: NodePath, start: ReceptiveField = POINT) -> ReceptiveField:
    """How much of a design's input one position of a node's output sees.

    Args:
        analysis: Of the design that the path begins in.
        path: The node, through blocks.
        start: What one position of that design's input sees itself.

    Raises:
        KeyError: There is no such node.
    """
    if len(path) == 1:
        return start.followed_by(analysis.receptive_field(path[0]))
    inner = analysis.node(path[0]).inner
    if inner is None:
        raise KeyError(path)
    return field_at(inner, path[1:], _before(analysis, path[0], start))


def _before(analysis: Analysis, id: NodeId, start: ReceptiveField) -> ReceptiveField:
    """What enters a node already sees."""
    return start.followed_by(widest([analysis.receptive_field(source) for source in analysis.design.predecessors[id]]))


def _backwards(
    analysis: Analysis, path: NodePath, start: ReceptiveField, outer: NodePath
) -> Iterator[Growth | NodePath]:
    """From a node back to the input, along what sees most: windows, and the nodes that see everything."""
    place: NodeId | None = path[0]
    rest = path[1:]
    while place is not None:
        layer, inner = analysis.design.nodes[place].layer, analysis.node(place).inner
        before = _before(analysis, place, start)
        here = (*outer, place)
        if inner is not None:
            end = rest or (_widest_of(inner, (node.id for node in inner.design.output_nodes())),)
            yield from _backwards(inner, end, before, here)
        elif layer.sees_everything:
            yield here
        elif (window := layer.window()) is not None:
            yield Growth(here, window, before.jump[1])
        sources = analysis.design.predecessors[place]
        place, rest = _widest_of(analysis, sources) if sources else None, ()


def _widest_of(analysis: Analysis, ids: Iterable[NodeId]) -> NodeId:
    def size(id: NodeId) -> tuple[bool, int, int]:
        found = analysis.receptive_field(id).size
        return (found is None, *(found or (0, 0))[::-1])

    return max(ids, key=size)
