"""An illustration as SVG: well-formed, complete, with nothing fetched, in every palette."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from designer.analysis.analysis import analyse
from designer.export.illustration_svg import illustration_svg
from designer.graph.design import Node, NodeId
from designer.illustration.chain import block_chain
from designer.illustration.illustration import Step, illustration
from designer.illustration.palette import LIGHT, PALETTES
from designer.illustration.scene import Polygon, Scene, Words
from designer.templates.networks import template

SVG = "{http://www.w3.org/2000/svg}"


def scene(step: Step = Step.OVERVIEW, name: str = "") -> Scene:
    design = template("bottleneck").build()
    design = design.renamed(name) if name else design
    return illustration(block_chain(analyse(design)), step)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
@pytest.mark.parametrize("step", Step)
def test_every_shape_is_written(palette, step) -> None:
    drawn = scene(step)
    root = ElementTree.fromstring(illustration_svg(drawn, palette))
    assert root.get("viewBox") == f"0 0 {drawn.width:g} {drawn.height:g}"
    words = [each.text for each in root.iter(f"{SVG}text")]
    assert words == [shape.text for shape in drawn.shapes if isinstance(shape, Words)]
    heads = sum(getattr(shape, "has_head", False) or type(shape).__name__ == "Arc" for shape in drawn.shapes)
    assert len(list(root.iter(f"{SVG}polygon"))) == sum(isinstance(s, Polygon) for s in drawn.shapes) + heads


def test_it_says_what_it_shows_to_who_does_not_see_it() -> None:
    drawn = scene(Step.SEPARABLE)
    root = ElementTree.fromstring(illustration_svg(drawn))
    assert root.findtext(f"{SVG}title") == drawn.title
    assert drawn.sentence in (root.findtext(f"{SVG}desc") or "")
    assert root.get("role") == "img"


def test_names_of_any_letters_are_written() -> None:
    text = illustration_svg(scene(name='<b>&"\x07\u202e瓶颈'))
    words = [each.text or "" for each in ElementTree.fromstring(text).iter(f"{SVG}text")]
    assert any('<b>&"' in word and "瓶颈" in word for word in words)


def test_nothing_is_fetched_and_nothing_runs() -> None:
    text = illustration_svg(scene(name="url(http://x) javascript:"))
    names = {each.tag.removeprefix(SVG) for each in ElementTree.fromstring(text).iter()}
    assert names <= {"svg", "title", "desc", "rect", "polygon", "polyline", "path", "text"}
    attributes = {name for each in ElementTree.fromstring(text).iter() for name in each.attrib}
    assert not attributes & {"href", "style", "onload", "{http://www.w3.org/1999/xlink}href"}


def test_the_ground_can_be_left_out() -> None:
    with_ground, without = illustration_svg(scene(), LIGHT), illustration_svg(scene(), LIGHT, has_ground=False)
    assert with_ground.count("<rect") == without.count("<rect") + 1


def test_what_steps_back_is_paler() -> None:
    assert 'opacity="' not in illustration_svg(scene(Step.OVERVIEW))
    assert 'opacity="' in illustration_svg(scene(Step.RESIDUAL))


def test_a_node_named_by_a_person_is_called_so() -> None:
    design = template("bottleneck").build()
    id = NodeId("depthwise")
    node = design.nodes[id]
    renamed = design.replacing([Node(id, node.layer, "my filter", node.position)])
    drawn = illustration(block_chain(analyse(renamed)))
    assert any(part.title.startswith("my filter: 3×3 depthwise") for part in drawn.parts)
