"""What leaves the window: ONNX files, written, checked and run by the worker; and PyTorch source and pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.snapshot import analyse
from designer.errors import DesignerError
from designer.export.python_source import python_source
from designer.export.result import ExportResult
from designer.files.atomic import write_whole
from designer.files.design_json import dumps
from designer.ui.ask import ONNX_FILTER, PICTURE_FILTER, SOURCE_FILTER
from designer.ui.dialogs.job_dialog import JobDialog
from designer.ui.workbench import Workbench, file_stem
from designer.ui.worker_client import Job
from designer.worker.messages import Failure


class ExportResultDialog(QDialog):
    """What was written and how it was proved."""

    def __init__(self, report: ExportResult, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Exported")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report = report
        form = QFormLayout()
        self.rows = (
            ("File", report.path),
            ("Size", wording.memory(report.file_bytes)),
            *((check.what, check.found) for check in report.checks),
            ("Run in", report.runtime),
            (
                "Largest difference from PyTorch",
                f"{report.max_abs_difference:.2g} where outputs reach {report.max_abs_output:.3g}",
            ),
            ("Took", f"{report.seconds:.1f}{wording.THIN_SPACE}s"),
        )
        for name, value in self.rows:
            label = QLabel(value, self)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setAccessibleName(f"{name}: {value}")
            label.setWordWrap(True)
            form.addRow(f"{name}:", label)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("m" * 36))


def export_onnx(bench: Workbench, parent: QWidget) -> Job | None:
    """Ask where, and have the worker write, check and run the file; its report is shown when it is done."""
    document = bench.whole
    if document is None:
        return None
    design = document.committed_design
    path = bench.ask.path_to_save("Export ONNX as", _beside(bench, f"{file_stem(design)}.onnx"), ONNX_FILTER)
    if path is None:
        return None
    target = path if path.suffix else path.with_suffix(".onnx")
    job = bench.worker.submit("export", dumps(design), {"format": "onnx", "path": str(target.absolute())})
    job.done.connect(lambda data: ExportResultDialog(ExportResult.from_data(data), parent).open())
    job.failed.connect(lambda failure: _tell_failure(bench, failure))
    job.cancelled.connect(lambda: bench.said.emit("Export cancelled; no file was written"))
    JobDialog(f"Exporting {target.name}", job, bench.worker, parent).open()
    return job


def _tell_failure(bench: Workbench, failure: Failure) -> None:
    text = f"{failure.what}. {failure.hint}" if failure.hint else failure.what
    bench.ask.tell("The design was not exported", text, failure.traceback)


def export_picture(bench: Workbench) -> Path | None:
    """Ask where, and write the canvas as PNG or SVG, by the file's ending; gives the file written."""
    tab = bench.tab
    return None if tab is None else _write(bench, "picture", ".png", PICTURE_FILTER, tab.save_picture)


def export_source(bench: Workbench) -> Path | None:
    """Ask where, and write the design as a file of PyTorch source; gives the file written."""
    tab = bench.tab
    if tab is None:
        return None

    def write(path: Path) -> None:
        write_whole(path, python_source(analyse(tab.document.design)).encode())

    return _write(bench, "source", ".py", SOURCE_FILTER, write)


def _write(bench: Workbench, what: str, ending: str, filters: str, write: Callable[[Path], None]) -> Path | None:
    """Ask where, write there, and say that it was written or why not."""
    document = bench.whole
    if document is None:
        return None
    suggested = _beside(bench, f"{file_stem(document.design)}{ending}")
    path = bench.ask.path_to_save(f"Export {what} as", suggested, filters)
    if path is None:
        return None
    target = path if path.suffix else path.with_suffix(ending)
    try:
        write(target)
    except (DesignerError, OSError) as error:
        bench.ask.tell(f"The {what} was not written", str(error))
        return None
    bench.said.emit(f"Wrote {target.name}")
    return target


def _beside(bench: Workbench, name: str) -> Path:
    """A file beside the design's own, or in the home folder where it has none."""
    document = bench.whole
    folder = Path(document.path).parent if document is not None and document.path else Path.home()
    return folder / name
