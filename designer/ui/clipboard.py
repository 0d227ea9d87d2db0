"""Cut, copy, paste and duplicate: the clipboard holds the design's own JSON as text, so it pastes anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtGui import QGuiApplication

from designer import wording
from designer.edit.edits import delete, fragment, incoming_wires, paste, rewired
from designer.edit.sizes import GRID
from designer.errors import DesignFileError
from designer.files.design_json import dumps, loads_piece
from designer.graph.design import Design, NodeId, Point, Wire
from designer.ui.workbench import Workbench

STEP = 3 * GRID
"""How far beside what is there a copy lands."""


def copy(bench: Workbench) -> None:
    """Put the selected nodes and the wires among them on the clipboard."""
    if bench.document is not None and bench.selection:
        design = bench.document.design
        piece = fragment(design, bench.selection)
        QGuiApplication.clipboard().setText(dumps(piece, incoming_wires(design, bench.selection)))
        bench.said.emit(f"Copied {wording.plural(len(piece.nodes), 'node')}")


def cut(bench: Workbench) -> None:
    """Copy, then delete."""
    copy(bench)
    remove(bench, "Cut")


def remove(bench: Workbench, verb: str = "Delete") -> None:
    """Delete the selected nodes; a chain they stood in closes again."""
    ids = bench.selection
    if ids:
        bench.apply(f"{verb} {wording.plural(len(ids), 'node')}", lambda design: delete(design, ids))


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
        bench.said.emit(f"The clipboard holds no nodes: {error.reason}")
        return
    _insert(bench, piece, "Paste", incoming if keeps_wires else ())


def duplicate(bench: Workbench) -> None:
    """Put a copy of the selected nodes beside them, and select it."""
    if bench.document is not None and bench.selection:
        _insert(bench, fragment(bench.document.design, bench.selection), "Duplicate")


def _insert(bench: Workbench, piece: Design, verb: str, incoming: Sequence[Wire] = ()) -> None:
    tab = bench.tab
    if tab is None or not piece.nodes:
        return
    design = tab.shown.design
    pointed = tab.pointed_at if verb == "Paste" else None
    if pointed is not None:
        offset = _centring(piece, pointed)
    else:
        offset = _offset(design, piece) if _overlaps(design, piece) else _centring(piece, tab.view_centre())
    added: list[NodeId] = []

    def edit(before: Design) -> Design:
        after, ids = paste(before, piece, offset)
        added[:] = ids
        return rewired(after, incoming, dict(zip(piece.nodes, ids, strict=True)))

    if bench.apply(f"{verb} {wording.plural(len(piece.nodes), 'node')}", edit):
        tab.select(added)


def _overlaps(design: Design, piece: Design) -> bool:
    return any(id in design.nodes for id in piece.nodes)


def _offset(design: Design, piece: Design) -> Point:
    """A step down and right of the originals, and of earlier copies."""
    taken = {node.position for node in design.nodes.values()}
    offset = STEP
    while any(Point(node.position.x + offset, node.position.y + offset) in taken for node in piece.nodes.values()):
        offset += STEP
    return Point(offset, offset)


def _centring(piece: Design, centre: Point) -> Point:
    middle_x = _middle(node.position.x for node in piece.nodes.values())
    middle_y = _middle(node.position.y for node in piece.nodes.values())
    return Point(round((centre.x - middle_x) / GRID) * GRID, round((centre.y - middle_y) / GRID) * GRID)


def _middle(values: Iterable[float]) -> float:
    listed = list(values)
    return (min(listed) + max(listed)) / 2
