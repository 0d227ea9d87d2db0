"""Edits of frames and notes; a frame that moves takes along the nodes and annotations that stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from designer.edit.edits import move
from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH
from designer.errors import EditRefused
from designer.graph.annotation import AMBER, BLUE, LEAST_SIDE, Annotation, AnnotationId
from designer.graph.design import Design, NodeId, Point

MARGIN = 24.0
TITLE_HEIGHT = 32.0
"""Of a frame: the strip by which it is taken in the hand."""
NOTE_WIDTH, NOTE_HEIGHT = 200.0, 88.0


def add_frame(design: Design, ids: Sequence[NodeId], title: str = "Frame") -> tuple[Design, AnnotationId]:
    """Put a frame around nodes; gives the new design and the frame's id.

    Raises:
        EditRefused: There is nothing to put it around.
    """
    if not ids:
        raise EditRefused("select the nodes that the frame shall go around")
    x, y, width, height = around(design, ids)
    return _added(design, Annotation(_fresh(design, "frame"), title, x, y, width, height, is_frame=True, tone=BLUE))


def add_note(design: Design, at: Point, text: str = "") -> tuple[Design, AnnotationId]:
    """Put a note at a place, its corner there; gives the new design and the note's id."""
    note = Annotation(_fresh(design, "note"), text, at.x, at.y, NOTE_WIDTH, NOTE_HEIGHT, is_frame=False, tone=AMBER)
    return _added(design, note)


def around(design: Design, ids: Iterable[NodeId]) -> tuple[float, float, float, float]:
    """Left, top, width and height of a frame around nodes."""
    places = [design.node(id).position for id in ids]
    left, top = min(place.x for place in places), min(place.y for place in places)
    right, bottom = max(place.x for place in places) + CARD_WIDTH, max(place.y for place in places) + CARD_HEIGHT
    return (
        left - MARGIN,
        top - MARGIN - TITLE_HEIGHT,
        right - left + 2 * MARGIN,
        bottom - top + 2 * MARGIN + TITLE_HEIGHT,
    )


def held_nodes(design: Design, frame: Annotation) -> tuple[NodeId, ...]:
    """Nodes whose cards' middles stand in a frame."""
    return tuple(
        id
        for id, node in design.nodes.items()
        if frame.holds(node.position.x + CARD_WIDTH / 2, node.position.y + CARD_HEIGHT / 2)
    )


def move_annotations(design: Design, ids: Iterable[AnnotationId], by: Point, nodes: Iterable[NodeId] = ()) -> Design:
    """Move annotations, frames with everything that stands in them.

    Args:
        design: Where they are.
        ids: Which.
        by: How far.
        nodes: Nodes that go with them, wherever they stand.

    Raises:
        EditRefused: There is no such annotation or node.
    """
    chosen = [_annotation(design, id) for id in dict.fromkeys(ids)]
    frames = [each for each in chosen if each.is_frame]
    held = [each for each in design.annotations.values() if any(_is_inside(each, frame) for frame in frames)]
    moving = dict.fromkeys([*nodes, *(id for frame in frames for id in held_nodes(design, frame))])
    places = {id: design.node(id).position for id in moving}
    design = move(design, {id: Point(place.x + by.x, place.y + by.y) for id, place in places.items()})
    return design.with_annotations(
        replace(each, x=each.x + by.x, y=each.y + by.y) for each in dict.fromkeys([*chosen, *held])
    )


def shifted_annotations(design: Design, by: Point) -> Design:
    """All annotations elsewhere, and nothing with them."""
    return design.with_annotations(
        replace(each, x=each.x + by.x, y=each.y + by.y) for each in design.annotations.values()
    )


def resize_annotation(design: Design, id: AnnotationId, by: Point) -> Design:
    """Move an annotation's lower right corner; it stays as large as can be seen.

    Raises:
        EditRefused: There is no such annotation.
    """
    annotation = _annotation(design, id)
    width, height = max(LEAST_SIDE, annotation.width + by.x), max(LEAST_SIDE, annotation.height + by.y)
    return design.with_annotations([replace(annotation, width=width, height=height)])


def set_text(design: Design, id: AnnotationId, text: str) -> Design:
    """Write other words.

    Raises:
        EditRefused: There is no such annotation.
    """
    return design.with_annotations([replace(_annotation(design, id), text=text)])


def paste_annotations(
    design: Design, annotations: Iterable[Annotation], offset: Point
) -> tuple[Design, tuple[AnnotationId, ...]]:
    """Put copies of annotations in, under fresh ids where they are taken, moved by the offset; gives the new ids."""
    added = []
    for annotation in annotations:
        stem = "frame" if annotation.is_frame else "note"
        id = annotation.id if annotation.id not in design.annotations else _fresh(design, stem)
        design = design.with_annotations(
            [replace(annotation, id=id, x=annotation.x + offset.x, y=annotation.y + offset.y)]
        )
        added.append(id)
    return design, tuple(added)


def fit_frame(design: Design, id: AnnotationId) -> Design:
    """Put a frame closely around the nodes that stand in it.

    Raises:
        EditRefused: There is no such annotation, or no node stands in it.
    """
    frame = _annotation(design, id)
    held = held_nodes(design, frame)
    if not frame.is_frame or not held:
        raise EditRefused("no node stands in it")
    x, y, width, height = around(design, held)
    return design.with_annotations([replace(frame, x=x, y=y, width=width, height=height)])


def refitted(before: Design, after: Design) -> Design:
    """A design after its nodes were laid out anew, with each frame around the nodes that it held before."""
    changed = []
    for frame in before.annotations.values():
        held = [id for id in held_nodes(before, frame) if id in after.nodes] if frame.is_frame else []
        if held and any(before.nodes[id].position != after.nodes[id].position for id in held):
            x, y, width, height = around(after, held)
            changed.append(replace(frame, x=x, y=y, width=width, height=height))
    return after.with_annotations(changed) if changed else after


def _is_inside(annotation: Annotation, frame: Annotation) -> bool:
    return frame.holds(annotation.x, annotation.y) and frame.holds(
        annotation.x + annotation.width, annotation.y + annotation.height
    )


def _annotation(design: Design, id: AnnotationId) -> Annotation:
    if id not in design.annotations:
        raise EditRefused(f"there is no frame or note '{id}'")
    return design.annotations[id]


def _fresh(design: Design, stem: str) -> AnnotationId:
    number = 1
    while f"{stem}_{number}" in design.annotations:
        number += 1
    return AnnotationId(f"{stem}_{number}")


def _added(design: Design, annotation: Annotation) -> tuple[Design, AnnotationId]:
    return design.with_annotations([annotation]), annotation.id
