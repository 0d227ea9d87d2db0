"""The HTML report: whole, self-contained, and safe with any name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.compare import compare
from designer.analysis.measured import Latency
from designer.edit.edits import delete, rename, set_parameter
from designer.export.report import Subject, html_report
from designer.graph.design import Design, NodeId
from designer.templates.networks import template
from designer.timing.statistics import PairedRatio, Verdict
from designer.wording import count, short

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\x00\ud800\u202e'
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path id="p" d="M0,0H{}"/></svg>'
VOID = {"meta", "br"}


class Page(HTMLParser):
    """Tags, attributes and words of a page; complains of tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def attributes(self) -> Iterator[tuple[str, str]]:
        for _, found in self.tags:
            yield from ((name, value or "") for name, value in found.items())


def of(design: Design) -> Analysis:
    return analyse(design)


@pytest.fixture
def designs() -> list[Design]:
    before = template("mobilenet_v2").build()
    after = delete(set_parameter(before, [NodeId("bottleneck_3")], "expansion", 4.0), [NodeId("bottleneck_9")])
    return [before, after, template("mobilenet_v1").build()]


def report(designs: list[Design]) -> Page:
    analyses = [of(design) for design in designs]
    subjects = [Subject(analysis, PICTURE.format(1), PICTURE.format(2)) for analysis in analyses]
    return Page(html_report(subjects, compare(analyses)))


def test_every_figure_of_the_table_is_in_it(designs):
    page = report(designs)

    for analysis in map(of, designs):
        assert count(analysis.totals.parameters) in page.text
        assert short(analysis.totals.macs) in page.text
        assert analysis.design.name in page.text


def test_it_needs_nothing_from_elsewhere(designs):
    page = report(designs)

    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not {name for name, _ in page.attributes()} & {"src", "href", "action", "srcset"}
    policy = [found["content"] for tag, found in page.tags if found.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    (style,) = [words for words in page.words if "color-scheme" in words]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style


def test_every_colour_a_chart_uses_is_in_the_style_for_light_and_dark(designs):
    analyses = [of(design) for design in designs]
    text = html_report([Subject(each) for each in analyses], compare(analyses, {0: 0.01, 1: 0.02}))

    light, _, dark = text.partition("@media (prefers-color-scheme: dark)")
    for name in sorted(set(re.findall(r"var\((--[\w-]+)\)", text))):
        assert f"{name}:" in light
        assert f"{name}:" in dark


def test_differences_and_nodes_are_said(designs):
    page = report(designs)

    assert "bottleneck_3: expansion 6 → 4" in page.text
    assert "- bottleneck_9 (Bottleneck (V2), out channels 64) after bottleneck_8" in page.text
    assert "expansion 6 → 4" in page.words
    assert page.text.count("separable_13") > 0


def test_each_picture_is_there_in_light_and_dark_under_ids_of_its_own(designs):
    ids = [found["id"] for tag, found in report(designs).tags if tag == "path" and "id" in found]

    assert len(ids) == len(set(ids)) == 6


def test_conditions_and_latencies(designs):
    analyses = [of(design) for design in designs]
    pair = PairedRatio(1.2, 1.1, 1.3, 40, Verdict.SLOWER)
    table = compare(analyses, {0: Latency(0.02, 0.019, 0.021), 1: Latency(0.024, paired=pair)})
    subjects = [Subject(analyses[0], node_times_s={(NodeId("pool"),): 0.5}), *map(Subject, analyses[1:])]
    page = Page(html_report(subjects, table, {"threads": "2", "device": "cpu"}))

    assert "×1.20 [1.1, 1.3] slower" in page.text
    assert "Latency against Parameters" in page.words
    assert "Time by kind" in page.words
    assert page.words[page.words.index("threads") + 1] == "2"


def test_a_broken_budget_is_said_in_words_not_in_colour_alone(designs):
    analyses = [of(design) for design in designs]
    table = compare(analyses, budgets={"macs": 310e6})
    text = html_report(list(map(Subject, analyses)), table)
    cells = re.findall(r'<td class="[^"]*broken[^"]*">(.*?)</td>', text)

    assert len(cells) == 1
    assert cells[0].endswith("over budget")
    assert "at most 310\u202fM" in Page(text).text


def test_no_name_breaks_out(designs):
    hostile = rename(designs[0].renamed(HOSTILE), NodeId("stem"), HOSTILE)
    analyses = [of(hostile), of(designs[1].renamed(HOSTILE))]
    table = compare(analyses)
    text = html_report([Subject(each, PICTURE.format(1)) for each in analyses], table, {HOSTILE: HOSTILE}, HOSTILE)
    page = Page(text)

    assert not {tag for tag, _ in page.tags} & {"script", "img"}
    assert not {name for name, _ in page.attributes() if name.startswith("on")}
    assert "<script>alert(1)</script>" in page.text
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\x00" not in text


def test_one_design_and_an_unfinished_one(designs):
    cut = Design.build("cut", designs[0].nodes.values(), [])

    assert "Node by node" not in report(designs[:1]).text
    assert "–" in report([designs[0], cut]).text
    assert "no difference" in report([designs[0], designs[0]]).text
