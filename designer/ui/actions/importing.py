"""What comes into the window from other programs: networks, read, drawn and proved by the worker.

A dialog is imported where it is opened, so that the window stands sooner.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from designer.importing.record_file import has_record
from designer.importing.result import ImportResult
from designer.ui.actions.action import Context
from designer.ui.workbench.workbench import Workbench

if TYPE_CHECKING:
    from designer.ui.dialogs.import_dialog import ImportDialog
    from designer.ui.dialogs.import_result import ImportRecordDialog, OriginalDialog


def has_import(context: Context) -> bool:
    """Whether the design on screen was brought in, and the record of that is there."""
    document = context.bench.whole
    return document is not None and has_record(document.carrier)


def has_imported_node(context: Context) -> bool:
    """Whether just one node of a design that was brought in is selected."""
    return len(context.bench.selection) == 1 and has_import(context)


def import_network(bench: Workbench, parent: QWidget, path: Path | None = None) -> ImportDialog:
    """Bring a network in; a file that is named is read at once, and what to choose is asked where that fails."""
    from designer.ui.dialogs.import_dialog import ImportDialog

    dialog = ImportDialog(bench.worker, bench.ask, bench.folder(), parent)

    def open_it(result: ImportResult, place: Path) -> None:
        if path is not None:
            bench.settings.remember(path)
        bench.open_import(result, place)

    dialog.imported.connect(open_it)
    dialog.open()
    if path is not None:
        dialog.begin_with(path)
    return dialog


def show_import(bench: Workbench, parent: QWidget) -> ImportRecordDialog | None:
    """Show what was found when the design on screen was brought in."""
    record = bench.import_record()
    if record is None:
        return None
    from designer.ui.dialogs.import_result import ImportRecordDialog

    dialog = ImportRecordDialog(record, parent)
    dialog.open()
    return dialog


def show_original(bench: Workbench, parent: QWidget) -> OriginalDialog | None:
    """Show the operators of the original that the selected node was drawn from."""
    record, tab = bench.import_record(), bench.tab
    if record is None or tab is None or len(tab.selection) != 1:
        return None
    from designer.ui.dialogs.import_result import OriginalDialog

    node = ".".join((*tab.path, tab.selection[0]))
    dialog = OriginalDialog(node, record, parent)
    dialog.open()
    return dialog
