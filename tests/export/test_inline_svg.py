"""A picture inside a page: its drawing stays, and nothing in it runs, fetches or clashes."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from designer.errors import ExportError
from designer.export.inline_svg import inline_svg

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def made(inside: str, attributes: str = 'viewBox="0 0 10 10"') -> str:
    return inline_svg(f"{HEAD}<svg {SVG} {attributes}>{inside}</svg>", "p1-", "A title")


def test_the_drawing_stays_and_scales():
    text = made('<g fill="red"><path d="M0,0H5"/><text>names &amp; words</text></g>', 'width="30mm" height="20mm"')

    assert text.startswith("<svg")
    assert 'd="M0,0H5"' in text
    assert "names &amp; words" in text
    assert 'viewBox="0 0 30 20"' in text
    assert "width=" not in text
    assert 'aria-label="A title"' in text


def test_ids_and_what_refers_to_them_keep_together_and_apart_from_others():
    text = made('<linearGradient id="g"/><rect fill="url(#g)"/><use xlink:href="#g"/>')

    assert 'id="p1-g"' in text
    assert 'fill="url(#p1-g)"' in text
    assert 'href="#p1-g"' in text


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onclick="alert(1)"/>',
        '<g><g><script href="data:,alert(1)"/></g></g>',
        '<a xlink:href="javascript:alert(1)"><text>x</text></a>',
        '<image xlink:href="https://example.org/x.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<rect fill="url(https://example.org/x)"/>',
        "<rect style=\"fill: url( 'https://example.org/x' )\"/>",
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(1)"/></foreignObject>',
        "<style>@import url(https://example.org/x.css)</style>",
        '<set attributeName="onclick" to="alert(1)"/>',
    ],
)
def test_nothing_runs_and_nothing_is_fetched(inside):
    text = made(f"{inside}<circle r='1'/>")

    assert "alert" not in text
    assert "example.org" not in text
    assert "svg+xml" not in text
    assert "circle" in text


def test_an_embedded_bitmap_stays():
    assert "data:image/png;base64,iVBORw0KGgo=" in made('<image xlink:href="data:image/png;base64,iVBORw0KGgo="/>')


def test_letters_that_xml_cannot_hold_are_left_out():
    assert "ab" in made("<text>a\x00\x1b\ud800b</text>")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no picture",
        "<html/>",
        "<svg>",
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_what_is_no_picture_is_refused(text):
    with pytest.raises(ExportError):
        inline_svg(text, "p-", "x")


def test_the_result_is_one_element():
    assert ElementTree.fromstring(made("<g/>")).tag == "{http://www.w3.org/2000/svg}svg"
