"""``bottleneck-designer illustrate``: what is written, in which kinds, and what is refused."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from designer.__main__ import main
from designer.files.design_json import save
from designer.templates.networks import template


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "b.design.json"
    save(template("bottleneck").build(), path)
    return path


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "net.design.json"
    save(template("mobilenet_v2").build(), path)
    return path


def test_svg_needs_nothing_but_the_design(network: Path, tmp_path: Path) -> None:
    out = tmp_path / "why.svg"
    assert main(["illustrate", str(network), "--node", "bottleneck_3", "--step", "1", "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert "1/C' + 1/k² = 1/24 + 1/9 = 0.153" in text.replace("&#x27;", "'")


@pytest.mark.gui
@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
@pytest.mark.parametrize("palette", ["light", "dark", "print"])
def test_pictures_are_painted(file: Path, tmp_path: Path, ending: str, start: bytes, palette: str) -> None:
    out = tmp_path / f"why.{ending}"
    assert main(["illustrate", str(file), "--palette", palette, "--depth", "log", "-o", str(out)]) == 0
    assert out.read_bytes().startswith(start)


@pytest.mark.gui
def test_a_png_has_the_palettes_ground_or_none(file: Path, tmp_path: Path) -> None:
    from PySide6.QtGui import QImage

    out = tmp_path / "why.png"
    assert main(["illustrate", str(file), "--palette", "print", "--scale", "1", "-o", str(out)]) == 0
    assert QImage(str(out)).pixelColor(2, 2).name() == "#ffffff"
    assert main(["illustrate", str(file), "--transparent", "--scale", "1", "-o", str(out)]) == 0
    assert QImage(str(out)).pixelColor(2, 2).alpha() == 0


class Page(HTMLParser):
    """What is in a page, by element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_a_page_has_every_step_and_nothing_from_elsewhere(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "why.html"
    assert main(["illustrate", str(file), "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    page = Page(text)
    radios = [attributes["id"] for tag, attributes in page.elements if tag == "input"]
    labels = [attributes["for"] for tag, attributes in page.elements if tag == "label"]
    assert radios == labels == [f"step-{step}" for step in range(5)]
    assert [tag for tag, _ in page.elements].count("figure") == 5
    assert not {"script", "link", "iframe", "img", "object"} & {tag for tag, _ in page.elements}
    assert not [name for _, attributes in page.elements for name in attributes if name in {"src", "href", "onclick"}]
    assert re.findall(r"(?:url\(|@import|https?://)(?!www\.w3\.org/2000/svg)", text) == []


def test_a_page_says_what_the_pointer_is_at(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "why.html"
    assert main(["illustrate", str(file), "-o", str(out)]) == 0
    assert "k²·C·H·W = 3²·144·56·56 = 4\u202f064\u202f256 MACs" in out.read_text(encoding="utf-8")


def test_some_nodes_in_a_row(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "why.svg"
    parts = "depthwise, depthwise_bn, depthwise_act, project"
    assert main(["illustrate", str(file), "--nodes", parts, "-o", str(out)]) == 0
    assert "144×56×56" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--node", "expnad", "-o", "a.svg"], 2, "there is no node 'expnad' (did you mean 'expand'?)"),
        (["--node", "expand", "-o", "a.svg"], 2, "expand (Pointwise 1×1) is no block"),
        (["-o", "a.gif"], 2, "'.gif' is no kind of illustration; end the name in .svg, .pdf, .png, .html"),
        (["-o", "a.png", "--scale", "0"], 2, "--scale 0: it takes a number above 0"),
        (["-o", "b.design.json"], 2, "no kind of illustration"),
        (["--nodes", "expand,add", "-o", "a.svg"], 2, "reads 2 tensors from outside"),
    ],
)
def test_refusals_say_why(
    file: Path, words: list[str], status: int, said: str, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(file.parent)
    before = file.read_bytes()
    assert main(["illustrate", file.name, *words]) == status
    assert said in capsys.readouterr().err
    assert file.read_bytes() == before
    assert not Path("a.svg").exists()


def test_a_design_with_problems_is_refused_with_a_line_each(tmp_path: Path, capsys) -> None:
    path = tmp_path / "bad.design.json"
    save(template("article_bottleneck").build(depth=32), path)
    assert main(["illustrate", str(path), "-o", str(tmp_path / "a.svg")]) == 1
    assert "add" in capsys.readouterr().err


def test_a_network_is_its_blocks_and_a_step_is_of_one(network: Path, tmp_path: Path, capsys) -> None:
    for ending in ("svg", "html"):
        assert main(["illustrate", str(network), "-o", str(tmp_path / f"all.{ending}")]) == 0
    assert "bottleneck_17" in (tmp_path / "all.svg").read_text(encoding="utf-8")
    assert main(["illustrate", str(network), "--step", "2", "-o", str(tmp_path / "a.svg")]) == 2
    assert "a step is of one; say --node" in capsys.readouterr().err


# What ReLU keeps ------------------------------------------------------------------------------------------------------


@pytest.mark.torch
def test_the_experiment_is_run_and_drawn(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept.svg"
    words = ["illustrate", str(file), "--step", "5", "--channels", "2,40", "--seeds", "4", "-o", str(out)]
    assert main(words) == 0
    text = out.read_text(encoding="utf-8").replace("\u202f", " ")
    assert "40 channels" in text
    assert "seeds 0 to 3" in text
    assert "always off" in text


@pytest.mark.torch
def test_a_page_has_it_where_it_was_asked_for(network: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept.html"
    block = ["illustrate", str(network), "--node", "bottleneck_3", "-o", str(out)]
    assert main(block) == 0
    assert "What ReLU keeps" not in out.read_text(encoding="utf-8")
    assert main([*block, "--step", "5"]) == 0
    assert "5 What ReLU keeps" in out.read_text(encoding="utf-8")


@pytest.mark.torch
def test_channels_that_cannot_be_are_refused(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "kept.svg"
    assert main(["illustrate", str(file), "--step", "5", "--channels", "1", "-o", str(out)]) == 2
    assert "channels" in capsys.readouterr().err
    assert not out.exists()
