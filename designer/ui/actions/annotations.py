"""The part of the Block menu for frames and notes."""

from __future__ import annotations

from designer.graph.annotation import TONES
from designer.ui.actions import annotate as annotation_actions
from designer.ui.actions.action import Action, Context, Menu
from designer.ui.actions.questions import has_design, has_selection

_SUBMENU = "&Frames and notes"


def _has_annotation(context: Context) -> bool:
    return bool(annotation_actions.chosen(context.bench))


def _paint(tone: str) -> Action:
    return Action(
        f"tone_{tone}",
        Menu.BLOCK,
        tone.capitalize(),
        lambda c: annotation_actions.paint(c.bench, tone),
        tip=f"Colour the chosen frames and notes {tone}",
        enabled=_has_annotation,
        starts_section=tone == TONES[0],
        submenu=_SUBMENU,
    )


REMARK_ACTIONS: tuple[Action, ...] = (
    Action(
        "add_frame",
        Menu.BLOCK,
        "&Frame the selection",
        lambda c: annotation_actions.add_frame(c.bench),
        ("C",),
        "Draw a titled frame around the selected nodes; dragged by its title it takes along what stands in it",
        has_selection,
        submenu=_SUBMENU,
    ),
    Action(
        "add_note",
        Menu.BLOCK,
        "Add a &note",
        lambda c: annotation_actions.add_note(c.bench),
        ("N",),
        "Write on the canvas, where the pointer is",
        has_design,
        submenu=_SUBMENU,
    ),
    Action(
        "next_annotation",
        Menu.BLOCK,
        "&Go to the next",
        lambda c: annotation_actions.choose_next(c.bench),
        ("Ctrl+Alt+N",),
        "Choose the next frame or note; arrow keys move it, F2 writes in it, Delete takes it away",
        has_design,
        submenu=_SUBMENU,
    ),
    Action(
        "fit_frame",
        Menu.BLOCK,
        "F&it the frame",
        lambda c: annotation_actions.fit(c.bench),
        tip="Put the chosen frame closely around the nodes that stand in it",
        enabled=_has_annotation,
        submenu=_SUBMENU,
    ),
    *(_paint(tone) for tone in TONES),
)
