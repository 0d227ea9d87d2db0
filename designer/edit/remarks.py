"""Edits of frames and notes; a frame that moves takes along the nodes and remarks that stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from designer.edit.edits import move
from designer.edit.sizes import CARD_HEIGHT, CARD_WIDTH
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId, Point
from designer.graph.remark import AMBER, BLUE, LEAST_SIDE, Remark, RemarkId

MARGIN = 24.0
TITLE_HEIGHT = 32.0
"""Of a frame: the strip by which it is taken in the hand."""
NOTE_WIDTH, NOTE_HEIGHT = 200.0, 88.0


def add_frame(design: Design, ids: Sequence[NodeId], title: str = "Frame") -> tuple[Design, RemarkId]:
    """Put a frame around nodes; gives the new design and the frame's id.

    Raises:
        EditRefused: There is nothing to put it around.
    """
    if not ids:
        raise EditRefused("select the nodes that the frame shall go around")
    x, y, width, height = around(design, ids)
    return _added(design, Remark(_fresh(design, "frame"), title, x, y, width, height, is_frame=True, tone=BLUE))


def add_note(design: Design, at: Point, text: str = "") -> tuple[Design, RemarkId]:
    """Put a note at a place, its corner there; gives the new design and the note's id."""
    note = Remark(_fresh(design, "note"), text, at.x, at.y, NOTE_WIDTH, NOTE_HEIGHT, is_frame=False, tone=AMBER)
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


def held_nodes(design: Design, frame: Remark) -> tuple[NodeId, ...]:
    """Nodes whose cards' middles stand in a frame."""
    return tuple(
        id
        for id, node in design.nodes.items()
        if frame.holds(node.position.x + CARD_WIDTH / 2, node.position.y + CARD_HEIGHT / 2)
    )


def move_remarks(design: Design, ids: Iterable[RemarkId], by: Point, nodes: Iterable[NodeId] = ()) -> Design:
    """Move remarks, frames with everything that stands in them.

    Args:
        design: Where they are.
        ids: Which.
        by: How far.
        nodes: Nodes that go with them, wherever they stand.

    Raises:
        EditRefused: There is no such remark or node.
    """
    chosen = [_remark(design, id) for id in dict.fromkeys(ids)]
    frames = [each for each in chosen if each.is_frame]
    held = [each for each in design.remarks.values() if any(_is_inside(each, frame) for frame in frames)]
    moving = dict.fromkeys([*nodes, *(id for frame in frames for id in held_nodes(design, frame))])
    places = {id: design.node(id).position for id in moving}
    design = move(design, {id: Point(place.x + by.x, place.y + by.y) for id, place in places.items()})
    return design.with_remarks(
        replace(each, x=each.x + by.x, y=each.y + by.y) for each in dict.fromkeys([*chosen, *held])
    )


def shifted_remarks(design: Design, by: Point) -> Design:
    """All remarks elsewhere, and nothing with them."""
    return design.with_remarks(replace(each, x=each.x + by.x, y=each.y + by.y) for each in design.remarks.values())


def resize_remark(design: Design, id: RemarkId, by: Point) -> Design:
    """Move a remark's lower right corner; it stays as large as can be seen.

    Raises:
        EditRefused: There is no such remark.
    """
    remark = _remark(design, id)
    width, height = max(LEAST_SIDE, remark.width + by.x), max(LEAST_SIDE, remark.height + by.y)
    return design.with_remarks([replace(remark, width=width, height=height)])


def set_text(design: Design, id: RemarkId, text: str) -> Design:
    """Write other words.

    Raises:
        EditRefused: There is no such remark.
    """
    return design.with_remarks([replace(_remark(design, id), text=text)])


def paste_remarks(design: Design, remarks: Iterable[Remark], offset: Point) -> tuple[Design, tuple[RemarkId, ...]]:
    """Put copies of remarks in, under fresh ids where they are taken, moved by the offset; gives the new ids."""
    added = []
    for remark in remarks:
        stem = "frame" if remark.is_frame else "note"
        id = remark.id if remark.id not in design.remarks else _fresh(design, stem)
        design = design.with_remarks([replace(remark, id=id, x=remark.x + offset.x, y=remark.y + offset.y)])
        added.append(id)
    return design, tuple(added)


def fit_frame(design: Design, id: RemarkId) -> Design:
    """Put a frame closely around the nodes that stand in it.

    Raises:
        EditRefused: There is no such remark, or no node stands in it.
    """
    frame = _remark(design, id)
    held = held_nodes(design, frame)
    if not frame.is_frame or not held:
        raise EditRefused("no node stands in it")
    x, y, width, height = around(design, held)
    return design.with_remarks([replace(frame, x=x, y=y, width=width, height=height)])


def refitted(before: Design, after: Design) -> Design:
    """A design after its nodes were laid out anew, with each frame around the nodes that it held before."""
    changed = []
    for frame in before.remarks.values():
        held = [id for id in held_nodes(before, frame) if id in after.nodes] if frame.is_frame else []
        if held and any(before.nodes[id].position != after.nodes[id].position for id in held):
            x, y, width, height = around(after, held)
            changed.append(replace(frame, x=x, y=y, width=width, height=height))
    return after.with_remarks(changed) if changed else after


def _is_inside(remark: Remark, frame: Remark) -> bool:
    return frame.holds(remark.x, remark.y) and frame.holds(remark.x + remark.width, remark.y + remark.height)


def _remark(design: Design, id: RemarkId) -> Remark:
    if id not in design.remarks:
        raise EditRefused(f"there is no frame or note '{id}'")
    return design.remarks[id]


def _fresh(design: Design, stem: str) -> RemarkId:
    number = 1
    while f"{stem}_{number}" in design.remarks:
        number += 1
    return RemarkId(f"{stem}_{number}")


def _added(design: Design, remark: Remark) -> tuple[Design, RemarkId]:
    return design.with_remarks([remark]), remark.id
