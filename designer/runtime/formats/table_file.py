"""Tables of layers as files, their sums held against the design's totals."""

from __future__ import annotations

from pathlib import Path

from designer.errors import ExportError
from designer.export.layer_table import latex_table, layer_rows, markdown_table
from designer.export.options import TableOptions
from designer.export.result import Check
from designer.runtime.formats.verification import Proof, Steps, Verification
from designer.wording import count


def write_markdown(verification: Verification, draft: Path, options: TableOptions, steps: Steps) -> Proof:
    """Write the table as Markdown."""
    return _written(verification, draft, markdown_table(verification.analysis, options.costs))


def write_latex(verification: Verification, draft: Path, options: TableOptions, steps: Steps) -> Proof:
    """Write the table as LaTeX."""
    return _written(verification, draft, latex_table(verification.analysis, options.costs))


def _written(verification: Verification, draft: Path, text: str) -> Proof:
    draft.write_bytes(text.encode())
    rows, totals = layer_rows(verification.analysis), verification.analysis.totals
    macs = sum(row.macs for row in rows)
    if macs != totals.macs:
        raise ExportError(f"the rows' MACs are {count(macs)} and the design's {count(totals.macs)}; nothing was left")
    checks = (Check("the rows' MACs together", f"{count(macs)}, all of the design's"),)
    return Proof((draft.name,), checks, facts={"rows": len(rows)})
