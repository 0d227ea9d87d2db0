"""The record of an export as a person reads it: titled rows, for the window and for the clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from designer.export.result import Comparison, ExportResult
from designer.wording import memory, milliseconds

MOST_SENSITIVE = 12
"""Nodes that the list of sensitivities shows."""

Row = tuple[str, str]


class Section(NamedTuple):
    """Rows under a title.

    Attributes:
        title: What they are about.
        rows: A word and what is said of it.
    """

    title: str
    rows: tuple[Row, ...]


def sections(result: ExportResult) -> tuple[Section, ...]:
    """What was written and how it was proved, section by section; those that have nothing to say are left out."""
    parts = (
        Section("Files", tuple((file.path, memory(file.bytes)) for file in result.files)),
        Section("What it is", tuple(_facts(result))),
        Section("Checked", tuple((check.what, check.found) for check in result.checks)),
        Section(
            f"Run in {result.runtime} against the PyTorch module", tuple(_comparison(c) for c in result.comparisons)
        ),
        Section("Measured in turns", tuple(_latency(result))),
        Section("Most sensitive to eight bits", tuple(_sensitivity(result))),
        Section(
            "Names that the format cannot take",
            tuple((f"{each.canvas} → {each.written}", each.reason) for each in result.renamed),
        ),
    )
    return tuple(part for part in parts if part.rows)


def _facts(result: ExportResult) -> Iterator[Row]:
    for word, value in result.facts.items():
        yield word, str(value)
    if result.weights:
        yield "weights", result.weights
    yield "took", f"{result.seconds:.1f}\u202fs"


def _comparison(each: Comparison) -> Row:
    shapes = ", ".join("×".join(map(str, shape)) for shape in each.input_shapes)
    signal = "" if each.snr_db is None else f", {each.snr_db:.1f}\u202fdB signal to noise"
    return (
        f"on {shapes}, {each.inputs}",
        f"largest difference {each.max_abs_difference:.2g} where outputs reach {each.max_abs_output:.3g} "
        f"(relative {each.max_rel_difference:.2g}; refused beyond {each.tolerance:.2g}){signal}",
    )


def _latency(result: ExportResult) -> Iterator[Row]:
    for pair in result.latency:
        yield (
            f"{pair.what} against {pair.peer}",
            f"{milliseconds(pair.ours_ms)} and {milliseconds(pair.peer_ms)}: ×{pair.ratio:.2f} "
            f"[{pair.low:.2f}, {pair.high:.2f}], {pair.verdict.value}; {pair.pairs} pairs, threads {pair.threads}",
        )


def _sensitivity(result: ExportResult) -> Iterator[Row]:
    for node in result.sensitivity[:MOST_SENSITIVE]:
        yield node.path, f"{node.snr_db:.1f}\u202fdB when it alone is in eight bits"


def plain_text(result: ExportResult) -> str:
    """The same as text, for the clipboard."""
    lines: list[str] = []
    for section in sections(result):
        lines += [section.title, *(f"    {word}: {said}" for word, said in section.rows)]
    lines += [f"note: {warning}" for warning in result.warnings]
    return "\n".join(lines) + "\n"
