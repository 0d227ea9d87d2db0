"""Bypass from the window: where shapes allow, with the change in cost said; one undo step."""

from __future__ import annotations

from designer import wording
from designer.analysis.analysis import Analysis, analyse
from designer.edit.bypass import toggle_bypass
from designer.edit.document import Edit
from designer.errors import DesignerError, EditRefused
from designer.graph.design import Design
from designer.ui.workbench.workbench import Workbench


def toggle(bench: Workbench) -> None:
    """Switch the selected nodes off so that their input passes, or on again where all of them are off."""
    document, ids, before = bench.document, bench.selection, bench.analysis
    if document is None or before is None or not ids:
        return
    is_restoring = all(document.design.nodes[id].layer.is_bypassed for id in ids)
    what = document.design.nodes[ids[0]].title if len(ids) == 1 else wording.plural(len(ids), "node")
    try:
        after = analyse(toggle_bypass(document.committed_design, ids), before)
        if not is_restoring:
            _refuse_new_problems(before, after, what)
    except DesignerError as error:
        bench.status_message.emit(str(error))
        return
    verb = "Restore" if is_restoring else "Bypass"

    def edit(design: Design) -> Design:
        return toggle_bypass(design, ids)

    kept: Edit = edit
    if bench.apply(f"{verb} {what}", kept):
        bench.status_message.emit(f"{verb} {what}: {change_words(before, after)}")


def _refuse_new_problems(before: Analysis, after: Analysis, what: str) -> None:
    """Raise EditRefused where what passes does not suit those that read it."""
    known = set(before.issues)
    for issue in after.issues:
        if issue.is_blocking and issue not in known:
            raise EditRefused(f"{what} cannot be bypassed: {issue.what}, {issue.why}")


def change_words(before: Analysis, after: Analysis) -> str:
    """What an edit changes of the totals, signed: ``−1 296 parameters, −4.06 M MACs``."""
    parameters = after.totals.parameters - before.totals.parameters
    macs = after.totals.macs - before.totals.macs
    if not parameters and not macs:
        return "no change in parameters and MACs"
    return f"{wording.signed(parameters, wording.count)} parameters, {wording.signed(macs)} MACs"
