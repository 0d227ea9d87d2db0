"""Blocks are kept under any name, come back as they were, and cost nobody else's file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import DesignFileError
from designer.files.block_library import BlockLibrary
from designer.files.design_json import load, save
from designer.graph.design import Design, NodeId
from designer.layers.blocks import Group
from designer.templates.networks import template


def body() -> Design:
    """What is inside a group of three nodes."""
    design = template("bottleneck").build(channels=8, out_channels=8, resolution=12)
    grouped, id = group(design, [NodeId("depthwise"), NodeId("depthwise_bn"), NodeId("depthwise_act")])
    layer = grouped.nodes[id].layer
    assert isinstance(layer, Group)
    return layer.body


@pytest.fixture
def library(tmp_path: Path) -> BlockLibrary:
    return BlockLibrary(tmp_path)


def test_a_block_comes_back_under_its_name(library: BlockLibrary) -> None:
    kept = library.save("  My   block ", body())
    assert (kept.name, kept.node_count) == ("My block", 5)
    assert library.blocks() == (kept,)
    loaded = library.load("My block")
    assert loaded.body == body().renamed("My block")
    assert loaded.card_title() == "My block"
    assert load(kept.path) == loaded.body


def test_a_loaded_block_counts_as_the_group_did(library: BlockLibrary) -> None:
    library.save("dw", body())
    design = template("bottleneck").build(channels=8, out_channels=8, resolution=12)
    grouped, id = group(design, [NodeId("depthwise"), NodeId("depthwise_bn"), NodeId("depthwise_act")])
    again = grouped.with_layer(id, library.load("dw"))
    assert analyse(again).totals == analyse(design).totals


def test_names_are_listed_as_people_sort_them(library: BlockLibrary) -> None:
    for name in ("zebra", "Apple", "mango"):
        library.save(name, body())
    assert [block.name for block in library.blocks()] == ["Apple", "mango", "zebra"]


def test_a_name_that_is_taken_is_refused_until_said(library: BlockLibrary) -> None:
    library.save("a", body())
    smaller = Design("x")
    with pytest.raises(DesignFileError, match="there is a block 'a' already"):
        library.save("a", smaller)
    assert len(library.load("a").body.nodes) == 5
    library.save("a", smaller, replace=True)
    assert len(library.load("a").body.nodes) == 0
    assert len(library.blocks()) == 1


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_block_needs_a_name(library: BlockLibrary, name: str) -> None:
    with pytest.raises(DesignFileError, match="needs a name"):
        library.save(name, body())


def test_delete(library: BlockLibrary) -> None:
    kept = library.save("Inverted", body())
    with pytest.raises(DesignFileError, match="did you mean 'Inverted'"):
        library.delete("Invertd")
    library.delete("Inverted")
    assert not kept.path.exists()
    assert library.blocks() == ()
    with pytest.raises(DesignFileError, match="no block 'Inverted'"):
        library.load("Inverted")


def test_what_is_no_design_is_passed_over_and_left_alone(library: BlockLibrary) -> None:
    kept = library.save("good", body())
    bad = kept.path.with_name("bad.design.json")
    bad.write_text("{")
    assert [block.name for block in library.blocks()] == ["good"]
    assert bad.read_text() == "{"


def test_a_file_that_somebody_sent_is_found_by_the_name_inside(library: BlockLibrary) -> None:
    kept = library.save("mine", body())
    save(body().renamed("From a friend"), kept.path.with_name("anything.design.json"))
    assert [block.name for block in library.blocks()] == ["From a friend", "mine"]
    assert library.load("From a friend").card_title() == "From a friend"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=3))
def test_any_names_live_side_by_side(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("library")
    library = BlockLibrary(folder)
    wanted = {" ".join(name.split()) for name in names} - {""}
    for name in sorted(wanted):
        library.save(name, Design("x"))
    assert {block.name for block in library.blocks()} == wanted
    for name in wanted:
        assert library.load(name).body.name == name
    assert all(block.path.parent == folder / "blocks" for block in library.blocks())


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "a/b\\c", "Block", "block", "блок", "瓶颈", "." * 300])
def test_names_that_are_no_file_names(library: BlockLibrary, tmp_path: Path, name: str) -> None:
    library.save("block", body()) if name != "block" else None
    kept = library.save(name, body())
    assert kept.path.parent == tmp_path / "blocks"
    assert len(kept.path.name) < 80
    assert kept.path.name.isascii()
    assert library.load(name).body.name == name


def test_a_block_takes_another_name_unless_it_is_taken(library: BlockLibrary) -> None:
    library.save("old", body())
    library.save("taken", Design("x"))
    with pytest.raises(DesignFileError, match="there is a block 'taken' already"):
        library.rename("old", "taken")
    assert library.rename("old", " new ").name == "new"
    assert [block.name for block in library.blocks()] == ["new", "taken"]
    assert library.load("new").body == body().renamed("new")
    with pytest.raises(DesignFileError, match="no block 'old'"):
        library.rename("old", "newer")
