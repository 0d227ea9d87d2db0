"""A comparison as one HTML file: table, pictures, charts, nodes, differences, conditions. Nothing in it is fetched.

Everything that was measured, and under what conditions, is passed in, and so are the pictures, as SVG text: whoever
draws and measures is not our business. Every word from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from string import ascii_uppercase

from designer.analysis.analysis import Analysis
from designer.analysis.chart_figures import KindShare, mac_shares, pareto_front, time_shares
from designer.analysis.compare import LATENCY, Comparison, Row
from designer.analysis.node_table import NodeCell, NodeState, node_table
from designer.export.charts import Part, Spot, legend, scatter, stacked_bars, timelines
from designer.export.inline_svg import inline_svg, without_control_letters
from designer.export.report_style import STYLE
from designer.graph.design import NodePath
from designer.matching.differences_in_words import difference_lines
from designer.matching.matching import Matching, match_designs
from designer.wording import count, memory, milliseconds, ratio, short, signed

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_BEST = "★"


@dataclass(frozen=True)
class Subject:
    """One design of the report.

    Attributes:
        analysis: What it means.
        picture: Its drawing in light colours, as SVG text, or an empty text.
        dark_picture: The same in dark colours, or an empty text.
        node_times_s: Measured seconds by node, through blocks; empty where none were measured.
    """

    analysis: Analysis
    picture: str = ""
    dark_picture: str = ""
    node_times_s: Mapping[NodePath, float] | None = None


def html_report(
    subjects: Sequence[Subject],
    comparison: Comparison,
    conditions: Mapping[str, str] | None = None,
    title: str = "Comparison of designs",
) -> str:
    """The report as the text of one HTML file.

    Args:
        subjects: The designs, in the comparison's order.
        comparison: Their table.
        conditions: Under what the measurements were made, by name.
        title: The heading.

    Raises:
        ExportError: A picture is no SVG.
    """
    baseline = comparison.baseline
    base = subjects[baseline].analysis.design
    matchings = [
        None if index == baseline else match_designs(base, subject.analysis.design)
        for index, subject in enumerate(subjects)
    ]
    sections = [
        ("", _figures(comparison)),
        ("Designs", _pictures(subjects)),
        ("Charts", _charts(subjects, comparison)),
        ("What differs", _differences(subjects, baseline, matchings)),
        ("Node by node", _nodes(subjects, baseline, matchings)),
        ("Conditions of the measurements", _conditions(conditions or {})),
    ]
    body = "".join(
        f"<section>{f'<h2>{name}</h2>' if name else ''}{text}</section>\n" for name, text in sections if text
    )
    return without_control_letters(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}</body>\n</html>\n"
    )


def _letters(number: int) -> str:
    return ascii_uppercase[number] if number < len(ascii_uppercase) else str(number + 1)


# The table ------------------------------------------------------------------------------------------------------------


def _figures(comparison: Comparison) -> str:
    head = "".join(f"<th>{_letters(i)} {escape(name)}</th>" for i, name in enumerate(comparison.names))
    rows = "".join(
        f"<tr><th>{escape(row.label)}{_limit(row)}</th>"
        f"{''.join(_figure_cell(row, column, comparison.baseline) for column in range(len(row.values)))}</tr>\n"
        for row in comparison.rows
    )
    note = f"× is the ratio to {_letters(comparison.baseline)}; {_BEST} marks the best where less is better."
    return (
        f'<div class="scroll"><table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<p class="quiet">{note}</p>'
    )


def _limit(row: Row) -> str:
    return (
        ""
        if row.limit is None
        else f' <span class="note">at most {escape(f"{short(row.limit)} {row.unit}".strip())}</span>'
    )


def _figure_cell(row: Row, column: int, baseline: int) -> str:
    is_broken = bool(row.broken) and row.broken[column]
    kinds = [kind for kind, holds in (("best", row.best == column), ("broken", is_broken)) if holds]
    times, note = row.ratios[column], row.notes[column] if row.notes else ""
    words = [escape(row.texts[column])]
    if note:
        words.append(f'<span class="note">{escape(note)}</span>')
    elif column != baseline and times is not None:
        words.append(f'<span class="ratio">{escape(ratio(times))}</span>')
    words += [_BEST] if row.best == column else []
    words += ["over budget"] if is_broken else []
    attribute = f' class="{" ".join(kinds)}"' if kinds else ""
    return f"<td{attribute}>{' '.join(words)}</td>"


# Pictures and charts --------------------------------------------------------------------------------------------------


def _pictures(subjects: Sequence[Subject]) -> str:
    figures = []
    for index, subject in enumerate(subjects):
        name = f"{_letters(index)} {subject.analysis.design.name}"
        looks = [
            f'<div class="{look}">{inline_svg(text, f"picture-{index}-{look[0]}-", name)}</div>'
            for look, text in (
                ("light-look has-dark" if subject.dark_picture else "light-look", subject.picture),
                ("dark-look", subject.dark_picture),
            )
            if text
        ]
        if looks:
            figures.append(f"<figure><figcaption>{escape(name)}</figcaption>{''.join(looks)}</figure>")
    return f'<div class="pictures">{"".join(figures)}</div>' if figures else ""


def _charts(subjects: Sequence[Subject], comparison: Comparison) -> str:
    charts = [*_bars(subjects), *_scatters(comparison), *_memory(subjects)]
    figures = "".join(f"<figure><figcaption>{escape(name)}</figcaption>{chart}</figure>" for name, chart in charts)
    return f'<div class="charts">{figures}</div>'


def _bars(subjects: Sequence[Subject]) -> Iterator[tuple[str, str]]:
    macs = [mac_shares(subject.analysis) for subject in subjects]
    times = [time_shares(subject.analysis, subject.node_times_s or {}) for subject in subjects]
    # One colour a kind in both charts.
    kinds = {kind.key: kind.title for shares in (*macs, *times) for kind in shares}
    colours = {key: number for number, key in enumerate(kinds)}

    def drawn(name: str, found: Sequence[Sequence[KindShare]], is_time: bool) -> str:
        rows = [
            (_letters(index), [Part(kind.title, kind.value, colours[kind.key]) for kind in shares])
            for index, shares in enumerate(found)
        ]
        there = {kind.key for shares in found for kind in shares}
        words = [(title, colours[key]) for key, title in kinds.items() if key in there]
        return stacked_bars(name, rows, (lambda s: milliseconds(1000 * s)) if is_time else short) + legend(words)

    if any(macs):
        yield "MACs by kind", drawn("MACs by kind", macs, is_time=False)
    if any(times):
        yield "Time by kind", drawn("Time by kind", times, is_time=True)


def _scatters(comparison: Comparison) -> Iterator[tuple[str, str]]:
    rows = {row.key: row for row in comparison.rows}
    if LATENCY not in rows:
        return
    for key, words in (("parameters", short), ("macs", short)):
        points = list(zip(rows[key].values, rows[LATENCY].values, strict=True))
        front = pareto_front(points)
        spots = [
            Spot(_letters(index), float(x), float(y), index in front)
            for index, (x, y) in enumerate(points)
            if x is not None and y is not None
        ]
        if spots:
            name = f"Latency against {rows[key].label}"
            yield name, scatter(name, spots, (rows[key].label, words), ("Latency", lambda s: milliseconds(1000 * s)))


def _memory(subjects: Sequence[Subject]) -> Iterator[tuple[str, str]]:
    series = [
        (_letters(index), [float(held) for _, held in subject.analysis.memory_timeline])
        for index, subject in enumerate(subjects)
        if subject.analysis.totals.complete
    ]
    if any(values for _, values in series):
        yield "Activation memory", timelines("Activation memory", series, memory)


# Nodes and differences ------------------------------------------------------------------------------------------------


def _differences(subjects: Sequence[Subject], baseline: int, matchings: Sequence[Matching | None]) -> str:
    base = subjects[baseline].analysis.design
    found = []
    for index, (subject, matching) in enumerate(zip(subjects, matchings, strict=True)):
        if matching is not None:
            lines = difference_lines(base, subject.analysis.design, matching) or ("no difference",)
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            found.append(f"<h3>{_letters(baseline)} → {_letters(index)}</h3><ul>{items}</ul>")
    return "".join(found)


def _nodes(subjects: Sequence[Subject], baseline: int, matchings: Sequence[Matching | None]) -> str:
    analyses = [subject.analysis for subject in subjects]
    if len(analyses) < 2:
        return ""
    head = "".join(f"<th>{_letters(index)}</th><th>MACs</th><th>Parameters</th>" for index in range(len(analyses)))
    rows = []
    for row in node_table(analyses, baseline, matchings):
        kind = ' class="changed"' if any(cell.state is not NodeState.SAME for cell in row.cells) else ""
        cells = "".join(_node_cells(cell, is_base=index == baseline) for index, cell in enumerate(row.cells))
        rows.append(f"<tr{kind}>{cells}</tr>\n")
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _node_cells(cell: NodeCell, is_base: bool) -> str:
    if cell.id is None:
        return "<td>–</td><td></td><td></td>"
    said = "".join(f'<br><span class="note">{escape(line)}</span>' for line in cell.fields)
    new = ' <span class="note">added</span>' if cell.state is NodeState.ADDED else ""
    if cell.cost is None:
        return f"<td>{escape(cell.id)}{new}{said}</td><td>–</td><td>–</td>"
    macs, parameters = short(cell.cost.macs), count(cell.cost.parameters)
    more = cell.difference if not is_base and cell.state is not NodeState.ADDED else None
    if more is not None and more.macs:
        macs += f' <span class="ratio">{escape(signed(more.macs))}</span>'
    if more is not None and more.parameters:
        parameters += f' <span class="ratio">{escape(signed(more.parameters, count))}</span>'
    return f"<td>{escape(cell.id)}{new}{said}</td><td>{macs}</td><td>{parameters}</td>"


def _conditions(conditions: Mapping[str, str]) -> str:
    entries = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in conditions.items())
    return f"<dl>{entries}</dl>" if entries else ""
