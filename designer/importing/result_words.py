"""The record of an import as a person reads it: a headline, and titled rows for the window and for the clipboard."""

from __future__ import annotations

from collections.abc import Iterator

from designer import wording
from designer.export.result_words import Row, Section
from designer.importing.result import ImportResult, ParityRun, Rewritten

MOST_PLACES = 4
"""Nodes that one line of rewritings names."""


def headline(result: ImportResult) -> str:
    """Whether it is whole and proved, in one sentence."""
    if result.proved and result.is_complete:
        return f"{result.path} is drawn whole, and computes the same."
    if not result.is_complete:
        kept = "" if result.proved else f" {unproved(result)}"
        same = ", and computes the same" if result.proved else ""
        return f"{result.path} is drawn with {wording.plural(len(result.opaque), 'opaque node')}{same}.{kept}"
    return f"{result.path} is drawn. {unproved(result)}"


def unproved(result: ImportResult) -> str:
    """Why it is not proved, as a sentence; empty where it is."""
    if result.proved:
        return ""
    if result.unproved:
        why = result.unproved
    elif result.runs:
        why = f"the outputs differ by {result.max_abs_difference:.3g}"
    else:
        why = "the original did not run"
    place = f"; the first node at which both part is {result.first_difference}" if result.first_difference else ""
    return f"Not proved: {why}{place}."


def sections(result: ImportResult) -> tuple[Section, ...]:
    """What was understood, rewritten and left opaque, and the proof; what has nothing to say is left out."""
    parts = (
        Section("What it is", tuple(_facts(result))),
        Section("Blocks that were recognised", tuple((each.rule, f"{each.times}×") for each in result.blocks)),
        Section("Rewritten", tuple(_rewritten(each) for each in result.rewritten)),
        Section(
            "Opaque: kept as they came",
            tuple(
                (f"{each.node}: {each.operator}", _opaque(each.shapes, each.bytes, each.reason))
                for each in result.opaque
            ),
        ),
        Section(f"Run beside {result.runtime}", tuple(_run(each) for each in result.runs)),
    )
    return tuple(part for part in parts if part.rows)


def _facts(result: ImportResult) -> Iterator[Row]:
    yield "read from", result.source
    yield "drawn", f"{wording.plural(result.operators, 'operator')} became {wording.plural(result.nodes, 'node')}"
    yield "parameters", wording.count(result.parameters)
    rest = f", without {wording.plural(len(result.opaque), 'opaque node')}" if result.opaque else ""
    yield "MACs", wording.count(result.macs) + rest
    if result.weights:
        yield "weights", result.weights
    yield "took", f"{result.seconds:.1f}\u202fs"


def _rewritten(each: Rewritten) -> Row:
    more = len(each.nodes) - MOST_PLACES
    places = ", ".join(each.nodes[:MOST_PLACES]) + (f" and {more} more" if more > 0 else "")
    return each.rule, f"{each.times}×" + (f" at {places}" if places else "")


def _opaque(shapes: str, bytes: int, reason: str) -> str:
    return "; ".join(part for part in (shapes, wording.memory(bytes) if bytes else "", reason) if part)


def _run(run: ParityRun) -> Row:
    shapes = ", ".join("×".join(map(str, shape)) for shape in run.input_shapes)
    return (
        f"on {shapes}",
        f"largest difference {run.max_abs_difference:.2g} where outputs reach {run.max_abs_output:.3g} "
        f"(more than rounding beyond {run.tolerance:.2g})",
    )


def plain_text(result: ImportResult) -> str:
    """The same as text, for the clipboard."""
    lines = [headline(result)]
    for section in sections(result):
        lines += [section.title, *(f"    {word}: {said}" for word, said in section.rows)]
    lines += [f"note: {warning}" for warning in result.warnings]
    return "\n".join(lines) + "\n"
