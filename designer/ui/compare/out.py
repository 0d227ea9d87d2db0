"""What leaves the comparison: the table on the clipboard or in a file, and the whole as one HTML page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from designer.analysis.analysis import Analysis
from designer.analysis.compare import Comparison
from designer.errors import DesignerError
from designer.export.report import Subject, html_report
from designer.export.tables import csv_table, markdown
from designer.files.outputs import write_output
from designer.graph.design import NodePath
from designer.ui.canvas.picture import svg_text
from designer.ui.look.theme import DARK, LIGHT
from designer.ui.widgets.ask import Ask

TABLE_FILTER = "Markdown (*.md);;Comma-separated values (*.csv)"
REPORT_FILTER = "HTML page (*.html)"
_TABLES = {".md": markdown, ".csv": csv_table}
"""What writes a table, by the file's ending."""

Say = Callable[[str], None]


def copy_markdown(comparison: Comparison) -> str:
    """Put the table on the clipboard as Markdown; gives what to say."""
    QGuiApplication.clipboard().setText(markdown(comparison))
    return "Copied the table as Markdown"


def copy_csv(comparison: Comparison) -> str:
    """Put the table on the clipboard as comma-separated values; gives what to say."""
    QGuiApplication.clipboard().setText(csv_table(comparison))
    return "Copied the table as CSV"


def save_table(comparison: Comparison, ask: Ask, say: Say) -> None:
    """Ask where, and write the table as Markdown or CSV, by the file's ending."""
    path = ask.path_to_save("Save the table as", Path.home() / "comparison.md", TABLE_FILTER)
    if path is None:
        return
    target = path if path.suffix else path.with_suffix(".md")
    writer = _TABLES.get(target.suffix.lower())
    if writer is None:
        why = f"a table is written as {' or '.join(_TABLES)}, and not as {target.suffix}; give the file one of these"
        ask.tell(f"{target.name} was not written", f"{target.name}: {why}")
        return
    _write(target, writer(comparison), ask, say)


def save_report(
    analyses: Sequence[Analysis],
    times_s: Sequence[Mapping[NodePath, float]],
    comparison: Comparison,
    conditions: Mapping[str, str],
    ask: Ask,
    say: Say,
) -> None:
    """Ask where, and write the comparison as one HTML page with pictures of the designs in it."""
    path = ask.path_to_save("Save the report as", Path.home() / "comparison.html", REPORT_FILTER)
    if path is None:
        return
    target = path if path.suffix else path.with_suffix(".html")
    try:
        subjects = [
            Subject(analysis, *_pictures(analysis), node_times_s=times or None)
            for analysis, times in zip(analyses, times_s, strict=True)
        ]
        text = html_report(subjects, comparison, conditions)
    except DesignerError as error:
        ask.tell("The report was not written", str(error))
        return
    _write(target, text, ask, say)


def _pictures(analysis: Analysis) -> tuple[str, str]:
    """A design as SVG in light colours and in dark; empty texts where nothing is drawn."""
    if not analysis.design.nodes:
        return "", ""
    return svg_text(analysis.design, analysis, LIGHT), svg_text(analysis.design, analysis, DARK)


def _write(target: Path, text: str, ask: Ask, say: Say) -> None:
    try:
        write_output(target, text.encode(), (target.suffix.lower(),))
    except DesignerError as error:
        ask.tell(f"{target.name} was not written", str(error))
        return
    say(f"Wrote {target.name}")
