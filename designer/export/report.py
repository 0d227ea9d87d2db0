"""A comparison as one HTML file: table, pictures, charts, nodes, differences, conditions. Nothing in it is fetched.

Everything that was measured, and under what conditions, is passed in, and so are the pictures, as SVG text: whoever
draws and measures is not our business. What the page says stands in ``pages/report.html``; every word that comes from
outside is escaped there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.compare import Comparison
from designer.analysis.node_table import NodeRow, compared_figures, node_table
from designer.charts.chart import Chart
from designer.charts.comparison_charts import latency_chart, mac_chart, memory_chart, time_chart
from designer.export.chart_svg import PageColours, chart_svg
from designer.export.inline_svg import inline_svg, without_control_letters
from designer.graph.design import NodePath
from designer.matching.differences_in_words import difference_lines
from designer.matching.matching import Matching, match_designs

if TYPE_CHECKING:
    from jinja2 import Environment

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
    analyses = [subject.analysis for subject in subjects]
    base = analyses[comparison.baseline].design
    matchings = [
        None if index == comparison.baseline else match_designs(base, analysis.design)
        for index, analysis in enumerate(analyses)
    ]
    page = pages().get_template("report.html")
    text = page.render(
        title=title,
        best=_BEST,
        comparison=comparison,
        pictures=list(_pictures(subjects)),
        charts=[chart for chart in _charts(subjects, comparison) if not chart.is_empty],
        differences=list(_differences(analyses, comparison.baseline, matchings)),
        nodes=_nodes(analyses, comparison.baseline, matchings),
        node_figures=compared_figures(),
        conditions=conditions or {},
    )
    return without_control_letters(text)


def pages() -> Environment:
    """Templates that know the program's words; loaded by those alone who write a page, because it takes 0.1 s."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    pages = Environment(
        loader=PackageLoader("designer.export", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    colours = PageColours()
    pages.filters |= {
        "count": wording.count,
        "css": colours.css,
        # Both escape what they are given.
        "drawn": lambda chart: Markup(chart_svg(chart, colours)),
        "inline": lambda text, prefix, name: Markup(inline_svg(text, prefix, name)),
        "letter": wording.letter,
        "ratio": wording.ratio,
        "short": wording.short,
    }
    return pages


@dataclass(frozen=True)
class _Picture:
    """A design's drawings, as SVG text: in light colours and in dark, or empty texts."""

    name: str
    light: str
    dark: str


def _pictures(subjects: Sequence[Subject]) -> Iterator[_Picture]:
    for index, subject in enumerate(subjects):
        if subject.picture or subject.dark_picture:
            name = f"{wording.letter(index)} {subject.analysis.design.name}"
            yield _Picture(name, subject.picture, subject.dark_picture)


def _charts(subjects: Sequence[Subject], comparison: Comparison) -> Iterator[Chart]:
    analyses = [subject.analysis for subject in subjects]
    yield mac_chart(analyses)
    yield time_chart(analyses, [subject.node_times_s or {} for subject in subjects])
    yield latency_chart(comparison, "parameters")
    yield latency_chart(comparison, "macs")
    yield memory_chart(analyses)


def _differences(
    analyses: Sequence[Analysis], baseline: int, matchings: Sequence[Matching | None]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Places of the other designs, with what differs from the baseline in each."""
    base = analyses[baseline].design
    for index, (analysis, matching) in enumerate(zip(analyses, matchings, strict=True)):
        if matching is not None:
            yield index, tuple(difference_lines(base, analysis.design, matching)) or ("no difference",)


def _nodes(analyses: Sequence[Analysis], baseline: int, matchings: Sequence[Matching | None]) -> tuple[NodeRow, ...]:
    return node_table(analyses, baseline, matchings) if len(analyses) > 1 else ()
