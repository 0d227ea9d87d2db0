"""The Block menu's edits that designers repeat: each asks in a dialog, and is one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from designer.edit.document import Command, Document
from designer.errors import DesignerError, DesignFileError, EditRefused
from designer.files.atomic import read_whole, write_whole
from designer.files.design_json import dumps, loads
from designer.files.import_folder import new_place
from designer.files.sidecar import carried_weights, weights_beside
from designer.graph.design import Design, NodeId
from designer.graph.option_set import OptionSet
from designer.measurement.redesign import RedesignReport
from designer.redesign.edits import EDITS
from designer.redesign.pruning import PruningOptions
from designer.redesign.redesign import RepeatedEdit
from designer.ui.actions.action import Action, Call, Context, Menu, over_window
from designer.ui.jobs.worker_client import Job
from designer.ui.workbench.workbench import MOST_WEIGHT_BYTES, Workbench
from designer.worker.orders import Order, PruneOrder, ReparameteriseOrder

SUBMENU = "Re&design"


def ask(bench: Workbench, parent: QWidget, edit: RepeatedEdit) -> None:
    """Ask how an edit shall be made of what is on the canvas."""
    from designer.ui.dialogs.redesign_dialog import RedesignDialog  # so that the window stands sooner

    document, analysis, whole = bench.document, bench.analysis, bench.whole
    if document is None or analysis is None or whole is None:
        return
    ids = [] if edit.means_whole else [id for id in bench.selection if id in analysis.design.nodes]
    weights = carried_weights(whole.carrier) if edit.slices_weights else None
    carry_out = partial(edit_with_weights, bench, parent, edit, ids, weights) if weights is not None else None
    RedesignDialog(edit, document, analysis, ids, parent, carry_out).open()


def edit_with_weights(
    bench: Workbench, parent: QWidget, edit: RepeatedEdit, ids: Sequence[NodeId], weights: Path, options: OptionSet
) -> Job | None:
    """Have the worker edit the design with its weights; what comes back is one undo step, weights and all."""
    document = bench.whole
    if document is None:
        return None
    before = document.committed_design
    try:
        place = new_place(before.name)
        if not document.keeps_first_weights:
            document.keep_first_weights(str(_copied(weights, new_place(before.name))))
    except DesignFileError as error:
        bench.ask.tell("The weights cannot be kept", str(error))
        return None
    order: Order = ReparameteriseOrder(dumps(before), str(weights), str(weights_beside(place)))
    if isinstance(options, PruningOptions):
        order = PruneOrder(dumps(before), tuple(ids), str(weights), str(weights_beside(place)), options)
    job = bench.worker.submit(order)
    job.done.connect(lambda report: _take(bench, document, before, edit.label(options), place, report))
    job.failed.connect(
        lambda failure: bench.ask.tell(f"{edit.title}: nothing was changed", f"{failure.what} {failure.hint}")
    )
    job.cancelled.connect(lambda: bench.status_message.emit("Cancelled; nothing was changed"))
    from designer.ui.dialogs.job_dialog import JobDialog

    JobDialog(edit.title, job, bench.worker, parent).open()
    return job


def _copied(weights: Path, place: Path) -> Path:
    """Keep the weights from before, so that undo has them though the file beside the design is written anew."""
    write_whole(weights_beside(place), read_whole(weights, MOST_WEIGHT_BYTES))
    return place


def _take(
    bench: Workbench, document: Document, before: Design, label: str, place: Path, report: RedesignReport
) -> None:
    def edit(design: Design) -> Design:
        if design != before:
            raise EditRefused("the design was changed meanwhile; do it again")
        return loads(report.design, report.weights)

    try:
        document.apply(Command(label, edit, weights_place=str(place)))
    except DesignerError as error:
        bench.status_message.emit(str(error))
        return
    bench.status_message.emit(f"{label}: weights went along: {report.said}")


def _asking(edit: RepeatedEdit) -> Call:
    return over_window(lambda bench, parent: ask(bench, parent, edit))


def _is_editable(context: Context) -> bool:
    document = context.bench.document
    return document is not None and document.is_editable and bool(document.design.nodes)


def _is_whole(context: Context) -> bool:
    """Whether the whole design is on the canvas: what leaves a group hangs together with what is outside."""
    tab = context.bench.tab
    return _is_editable(context) and tab is not None and not tab.path


REDESIGN_ACTIONS: tuple[Action, ...] = tuple(
    Action(
        f"redesign_{edit.key}",
        Menu.BLOCK,
        f"{edit.title}…",
        _asking(edit),
        tip=edit.help.partition(". ")[0].removesuffix("."),
        enabled=_is_whole if edit.slices_weights else _is_editable,
        submenu=SUBMENU,
    )
    for edit in EDITS
)
