"""Cut, copy, paste and duplicate: the clipboard holds the design's own JSON as text, so it pastes anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtGui import QGuiApplication

from designer import wording
from designer.edit.annotations import paste_annotations
from designer.edit.edits import delete, fragment, incoming_wires, paste, rewired
from designer.edit.room import free_offset
from designer.edit.sizes import GRID
from designer.errors import DesignFileError
from designer.files.design_json import dumps, loads_piece
from designer.graph.annotation import AnnotationId
from designer.graph.design import Design, NodeId, Point, Wire
from designer.ui.canvas.annotations import words
from designer.ui.canvas.selection import selection_words
from designer.ui.workbench.workbench import Workbench

STEP = 3 * GRID
"""How far beside what is there a copy lands."""


def copy(bench: Workbench) -> None:
    """Put the selection on the clipboard: nodes, the wires among them, frames and notes."""
    piece = _selected(bench)
    if bench.tab is not None and bench.document is not None and piece is not None:
        QGuiApplication.clipboard().setText(dumps(piece, incoming_wires(bench.document.design, bench.selection)))
        bench.status_message.emit(f"Copied {selection_words(bench.tab.scene)}")


def _selected(bench: Workbench) -> Design | None:
    tab = bench.tab
    if tab is None or not tab.scene.has_chosen:
        return None
    design = tab.shown.design
    return fragment(design, tab.selection).with_annotations(design.annotations[id] for id in tab.annotations)


def cut(bench: Workbench) -> None:
    """Copy, then delete."""
    copy(bench)
    remove(bench, "Cut")


def remove(bench: Workbench, verb: str = "Delete") -> None:
    """Delete the selection; a chain that nodes stood in closes again, and what stood in a frame stays."""
    tab = bench.tab
    if tab is not None and tab.scene.has_chosen:
        ids, annotations = tab.selection, tab.annotations
        label = f"{verb} {selection_words(tab.scene)}"
        bench.apply(label, lambda design: delete(design, ids).without_annotations(annotations))


def paste_from_clipboard(bench: Workbench, keeps_wires: bool = False) -> None:
    """Put what the clipboard holds into the design on screen where the pointer is, and select it.

    Args:
        bench: Where the design is.
        keeps_wires: Whether copies read what their originals read, as far as it is there.
    """
    text = QGuiApplication.clipboard().text()
    try:
        piece, incoming = loads_piece(text)
    except DesignFileError as error:
        bench.status_message.emit(f"The clipboard holds no nodes: {error.reason}")
        return
    _insert(bench, piece, "Paste", incoming if keeps_wires else ())


def duplicate(bench: Workbench) -> None:
    """Put a copy of the selection beside it, and select that."""
    piece = _selected(bench)
    if piece is not None:
        _insert(bench, piece, "Duplicate")


def _insert(bench: Workbench, piece: Design, verb: str, incoming: Sequence[Wire] = ()) -> None:
    tab = bench.tab
    if tab is None or not (piece.nodes or piece.annotations):
        return
    design = tab.shown.design
    pointed = tab.pointed_at if verb == "Paste" else None
    if pointed is not None:
        offset = _centring(piece, pointed)
    else:
        offset = _offset(design, piece) if _overlaps(design, piece) else _centring(piece, tab.view_centre())
    offset = free_offset(design, piece, offset)
    added: list[NodeId] = []
    written: list[AnnotationId] = []

    def edit(before: Design) -> Design:
        after, ids = paste(before, piece, offset)
        after, annotations = paste_annotations(after, piece.annotations.values(), offset)
        added[:], written[:] = ids, annotations
        return rewired(after, incoming, dict(zip(piece.nodes, ids, strict=True)))

    what = (
        wording.plural(len(piece.nodes), "node") if piece.nodes else words(piece.annotations, piece.annotations.keys())
    )
    if bench.apply(f"{verb} {what}", edit):
        tab.scene.select(added, written)


def _overlaps(design: Design, piece: Design) -> bool:
    return any(id in design.nodes for id in piece.nodes) or any(id in design.annotations for id in piece.annotations)


def _offset(design: Design, piece: Design) -> Point:
    """For frames and notes a step down and right of the originals, and of earlier copies; cards go below them."""
    if piece.nodes:
        return Point(0.0, 0.0)  # cards find room below what is there
    taken = set(_corners(design))
    offset = STEP
    while any(Point(corner.x + offset, corner.y + offset) in taken for corner in _corners(piece)):
        offset += STEP
    return Point(offset, offset)


def _centring(piece: Design, centre: Point) -> Point:
    middle_x = _middle(corner.x for corner in _corners(piece))
    middle_y = _middle(corner.y for corner in _corners(piece))
    return Point(round((centre.x - middle_x) / GRID) * GRID, round((centre.y - middle_y) / GRID) * GRID)


def _corners(design: Design) -> Iterator[Point]:
    yield from (node.position for node in design.nodes.values())
    yield from (Point(annotation.x, annotation.y) for annotation in design.annotations.values())


def _middle(values: Iterable[float]) -> float:
    listed = list(values)
    return (min(listed) + max(listed)) / 2
