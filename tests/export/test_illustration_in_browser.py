"""The page of an illustration in a real browser, without a network: clicked through, by keys, heard, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from designer.analysis.analysis import analyse
from designer.export.illustration_page import illustration_page
from designer.graph.design import NodeId
from designer.illustration.chain import block_chain
from designer.illustration.illustration import Step, illustration
from designer.illustration.kept import Kept
from designer.illustration.palette import DARK, LIGHT, Ink, Palette
from designer.layers.blocks import Bottleneck
from designer.layers.endpoints import Input, Output
from tests.browser import Browser, browser, chromium
from tests.measurement import samples
from tests.small_designs import row

pytestmark = [pytest.mark.slow, pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")]

KEPT = Kept(samples.spiral(), samples.activity())
CHAIN = block_chain(analyse(row(Input(24, 56, 56), Bottleneck(6, 24), Output())), (NodeId("n1"),))
SCENES = {step: illustration(CHAIN, step, kept=KEPT) for step in Step}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("browser")
    file = folder / "why.html"
    file.write_text(illustration_page(SCENES, "block"), encoding="utf-8")
    with browser(folder / "home") as opened:
        opened.open(file)
        assert opened.requested == [file.as_uri()]
        yield opened


def seen(page: Browser) -> list[str]:
    """The captions that can be seen."""
    found = page.value(
        "[...document.querySelectorAll('figure')].filter(e => getComputedStyle(e).display != 'none')"
        ".map(e => e.querySelector('figcaption').textContent)"
    )
    return list(found)


def test_a_click_through_the_steps_shows_one_after_the_other(page: Browser) -> None:
    for step in (*Step, Step.OVERVIEW):
        page.click(f'label[for="step-{step.value}"]')
        assert seen(page) == [SCENES[step].sentence]
        drawn = page.value(
            f"[...document.querySelectorAll('.step-{step.value} svg')].map(e => e.getBoundingClientRect().height)"
        )
        assert sorted(height > 300 for height in drawn) == [False, True]  # in one of light and dark


def test_arrow_keys_walk_and_the_focus_is_seen(page: Browser) -> None:
    page.click('label[for="step-0"]')
    for step in list(Step)[1:]:
        page.press("ArrowRight", 39)
        assert seen(page) == [SCENES[step].sentence]
    outline = page.value(f"getComputedStyle(document.querySelector('[for=\"step-{Step.KEPT.value}\"]')).outlineStyle")
    assert outline == "solid"


def test_a_screen_reader_finds_each_step_and_its_sentence(page: Browser) -> None:
    page.click('label[for="step-2"]')
    heard = page.heard()
    assert [name for role, name in heard if role == "radio"] == [step.title for step in Step]
    assert any(SCENES[Step.FREEDOM].sentence == name for _, name in heard)


@pytest.mark.parametrize(("scheme", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_it_follows_light_and_dark(page: Browser, scheme: str, palette: Palette) -> None:
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    red, green, blue = (int(palette.css(Ink.GROUND)[at : at + 2], 16) for at in (1, 3, 5))
    assert page.value("getComputedStyle(document.body).backgroundColor") == f"rgb({red}, {green}, {blue})"


def test_there_is_no_script_and_nothing_was_fetched(page: Browser) -> None:
    assert page.value("document.scripts.length") == 0
    assert len(page.requested) == 1
    assert page.value("performance.getEntriesByType('resource').length") == 0
