"""What leaves the window: files for deployment, written and proved by the worker; and pictures of the canvas.

A dialog is imported where it is opened, so that the window stands sooner.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from designer import wording
from designer.analysis.analysis import analyse
from designer.analysis.report import problem_lines
from designer.files.design_json import dumps
from designer.files.sidecar import WEIGHT_ENDINGS, carried_weights, weights_beside
from designer.ui.canvas.picture import print_on
from designer.ui.jobs.staging_cleanup import StagingCleanup
from designer.ui.jobs.worker_client import Job
from designer.ui.workbench.workbench import Workbench, file_stem
from designer.worker.orders import ImportWeightsOrder

if TYPE_CHECKING:
    from designer.ui.dialogs.export_dialog import ExportDialog
    from designer.ui.dialogs.picture_dialog import PictureDialog


def export(bench: Workbench, parent: QWidget, chosen: str = "onnx") -> ExportDialog | None:
    """Open the export dialog for the design on screen, on the page of a format."""
    document = bench.whole
    if document is None:
        return None
    analysis = bench.whole_analysis
    if analysis is not None and not analysis.is_valid:
        first, *more = problem_lines(analysis)
        others = f" and {wording.plural(len(more), 'more problem')}" if more else ""
        bench.status_message.emit(f"Nothing can be exported yet: {first}{others}")
        return None
    design = document.committed_design
    path = Path(document.path) if document.path else None
    from designer.ui.dialogs.export_dialog import ExportDialog

    dialog = ExportDialog(
        analyse(design, bench.whole_analysis),
        path,
        file_stem(design),
        bench.worker,
        bench.ask,
        chosen,
        parent,
        [Path(tab.document.path) for tab in bench.tabs if tab.document.path],
        carried_weights(document.carrier),
    )
    dialog.open()
    return dialog


def import_weights(bench: Workbench, parent: QWidget) -> Job | None:
    """Ask for a file of weights, and have them kept beside the design's own file; exports take them from there."""
    document = bench.whole
    if document is None:
        return None
    if document.path is None:
        bench.ask.tell("Weights lie beside the design", "Save the design first; they will be kept in a file beside it.")
        return None
    beside = weights_beside(document.path)
    source = bench.ask.path_to_read("Weights", beside.parent, WEIGHT_ENDINGS)
    if source is None:
        return None
    job = bench.worker.submit(ImportWeightsOrder(dumps(document.committed_design), str(source), str(beside)))
    StagingCleanup(job, beside, bench.worker)
    job.done.connect(lambda result: bench.status_message.emit(f"{beside.name}: {result.weights}"))
    job.failed.connect(lambda failure: bench.ask.tell("The weights were not taken", f"{failure.what} {failure.hint}"))
    job.cancelled.connect(lambda: bench.status_message.emit("Cancelled; no weights were taken"))
    from designer.ui.dialogs.job_dialog import JobDialog

    JobDialog(f"Taking weights from {source.name}", job, bench.worker, parent).open()
    return job


def print_picture(bench: Workbench, parent: QWidget) -> None:
    """Ask for a printer, and print what is on the canvas on one page, lying where that shows it larger."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    tab = bench.tab
    if tab is None:
        return
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(tab.shown.design.name)
    dialog = QPrintDialog(printer, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: print_on(printer, tab.shown.design, tab.shown_analysis))
    QDialog.open(dialog)  # its own open wants a slot by name


def export_picture(bench: Workbench, parent: QWidget) -> PictureDialog | None:
    """Open the dialog that writes what is on the canvas as PNG, SVG or PDF."""
    tab = bench.tab
    if tab is None:
        return None
    from designer.ui.dialogs.picture_dialog import PictureDialog

    folder = Path(tab.document.path).parent if tab.document.path else Path.home()
    dialog = PictureDialog(tab, folder / f"{file_stem(tab.shown.design)}.png", bench.ask, parent)
    dialog.open()
    return dialog
