"""The part of the Block menu for frames and notes; each edit is one undo step of what is on the canvas."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF

from designer import wording
from designer.edit import annotations as edits
from designer.graph.annotation import TONES, AnnotationId
from designer.graph.design import Design, Point
from designer.ui.actions.action import Action, Context, Menu, on_bench
from designer.ui.actions.questions import has_design, has_selection
from designer.ui.canvas.annotation_box import AnnotationBox
from designer.ui.canvas.annotations import words
from designer.ui.canvas.geometry import CARD, GRID
from designer.ui.views.design_tab import DesignTab
from designer.ui.workbench.workbench import Workbench


def chosen(bench: Workbench) -> tuple[AnnotationId, ...]:
    """Chosen frames and notes of what is on the canvas."""
    return bench.tab.annotations if bench.tab is not None else ()


def add_frame(bench: Workbench) -> None:
    """Put a frame around the selected nodes, and ask for its title."""
    ids = bench.selection
    made: list[AnnotationId] = []

    def edit(design: Design) -> Design:
        after, id = edits.add_frame(design, ids)
        made[:] = [id]
        return after

    if bench.apply(f"Frame {wording.plural(len(ids), 'node')}", edit) and bench.tab is not None:
        _begin(bench.tab, made[0])


def add_note(bench: Workbench) -> None:
    """Put a note where the pointer is, else below the cards in the middle of the screen, and ask for its words."""
    tab = bench.tab
    if tab is None:
        return
    pointed = tab.pointed_at
    at = pointed or _free_place(tab)
    made: list[AnnotationId] = []

    def edit(design: Design) -> Design:
        after, id = edits.add_note(design, at)
        made[:] = [id]
        return after

    if bench.apply("Add a note", edit):
        _begin(tab, made[0])


def _free_place(tab: DesignTab) -> Point:
    """Where a note hides behind no card: from the middle of what is on screen downward."""
    centre = tab.view_centre()
    room = QRectF(
        centre.x - edits.NOTE_WIDTH / 2, centre.y - edits.NOTE_HEIGHT / 2, edits.NOTE_WIDTH, edits.NOTE_HEIGHT
    )
    cards = [CARD.translated(*node.position) for node in tab.shown.design.nodes.values()]
    while any(room.intersects(card) for card in cards):
        room.translate(0.0, GRID)
    return Point(room.x(), room.y())


def _begin(tab: DesignTab, id: AnnotationId) -> None:
    tab.scene.select((), [id])
    AnnotationBox(tab.canvas, id)


def choose_next(bench: Workbench) -> None:
    """Choose the frame or note after the chosen one, by place, and bring it on screen."""
    tab = bench.tab
    if tab is None or not tab.shown.design.annotations:
        bench.status_message.emit("There is no frame or note here: C frames the selection, N adds a note")
        return
    ids = [
        each.id for each in sorted(tab.shown.design.annotations.values(), key=lambda each: (each.y, each.x, each.id))
    ]
    before = tab.annotations
    id = ids[(ids.index(before[-1]) + 1) % len(ids)] if before else ids[0]
    tab.scene.select((), [id])
    tab.canvas.bring_on_screen(tab.scene.annotations.area([id]))


def paint(bench: Workbench, tone: str) -> None:
    """Give the chosen ones another colour."""
    ids = chosen(bench)
    if ids and bench.document is not None:
        label = f"Colour {words(bench.document.design.annotations, ids)} {tone}"
        bench.apply(
            label, lambda design: design.with_annotations(replace(design.annotations[id], tone=tone) for id in ids)
        )


def fit(bench: Workbench) -> None:
    """Put the chosen frames closely around the nodes that stand in them."""
    ids = chosen(bench)

    def edit(design: Design) -> Design:
        for id in ids:
            design = edits.fit_frame(design, id)
        return design

    if ids and bench.document is not None:
        bench.apply(f"Fit {words(bench.document.design.annotations, ids)}", edit)


_SUBMENU = "&Frames and notes"


def _has_annotation(context: Context) -> bool:
    return bool(chosen(context.bench))


def _paint(tone: str) -> Action:
    return Action(
        f"tone_{tone}",
        Menu.BLOCK,
        tone.capitalize(),
        lambda c: paint(c.bench, tone),
        tip=f"Colour the chosen frames and notes {tone}",
        enabled=_has_annotation,
        starts_section=tone == TONES[0],
        submenu=_SUBMENU,
    )


ANNOTATION_ACTIONS: tuple[Action, ...] = (
    Action(
        "add_frame",
        Menu.BLOCK,
        "&Frame the selection",
        on_bench(add_frame),
        ("C",),
        "Draw a titled frame around the selected nodes; dragged by its title it takes along what stands in it",
        has_selection,
        submenu=_SUBMENU,
    ),
    Action(
        "add_note",
        Menu.BLOCK,
        "Add a &note",
        on_bench(add_note),
        ("N",),
        "Write on the canvas, where the pointer is",
        has_design,
        submenu=_SUBMENU,
    ),
    Action(
        "next_annotation",
        Menu.BLOCK,
        "&Go to the next",
        on_bench(choose_next),
        ("Ctrl+Alt+N",),
        "Choose the next frame or note; arrow keys move it, F2 writes in it, Delete takes it away",
        has_design,
        submenu=_SUBMENU,
    ),
    Action(
        "fit_frame",
        Menu.BLOCK,
        "F&it the frame",
        on_bench(fit),
        tip="Put the chosen frame closely around the nodes that stand in it",
        enabled=_has_annotation,
        submenu=_SUBMENU,
    ),
    *(_paint(tone) for tone in TONES),
)
