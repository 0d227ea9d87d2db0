"""The Block menu's edits that designers repeat: each asks in a dialog, and is one undo step."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from designer.redesign.edits import EDITS
from designer.redesign.redesign import RepeatedEdit
from designer.ui.actions.action import Action, Call, Context, Menu, over_window
from designer.ui.workbench.workbench import Workbench

SUBMENU = "Re&design"


def ask(bench: Workbench, parent: QWidget, edit: RepeatedEdit) -> None:
    """Ask how an edit shall be made of what is on the canvas."""
    from designer.ui.dialogs.redesign_dialog import RedesignDialog  # so that the window stands sooner

    document, analysis = bench.document, bench.analysis
    if document is not None and analysis is not None:
        ids = [id for id in bench.selection if id in analysis.design.nodes]
        RedesignDialog(edit, document, analysis, ids, parent).open()


def _asking(edit: RepeatedEdit) -> Call:
    return over_window(lambda bench, parent: ask(bench, parent, edit))


def _is_editable(context: Context) -> bool:
    document = context.bench.document
    return document is not None and document.is_editable and bool(document.design.nodes)


REDESIGN_ACTIONS: tuple[Action, ...] = tuple(
    Action(
        f"redesign_{edit.key}",
        Menu.BLOCK,
        f"{edit.title}…",
        _asking(edit),
        tip=edit.help.partition(". ")[0].removesuffix("."),
        enabled=_is_editable,
        submenu=SUBMENU,
    )
    for edit in EDITS
)
