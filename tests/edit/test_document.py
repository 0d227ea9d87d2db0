"""Undo after any edit gives back the design; one gesture is one step; a refused edit changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.edit.document import Command, Document
from designer.edit.edits import connect, delete, move, place, rename, set_parameter
from designer.edit.grouping import group
from designer.edit.layout import tidy
from designer.errors import DesignerError, EditRefused
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.layers.activation import SiLU
from designer.templates.networks import template
from tests.sound_designs import sound_designs


def document() -> Document:
    return Document(template("bottleneck").build(batch_norm=False))


def renaming(name: str, merge_key: str | None = None) -> Command:
    return Command(f"Rename to {name}", lambda d: rename(d, NodeId("add"), name), merge_key)


def edits(draw: st.DataObject, design: Design) -> Command:
    """Any edit, allowed or not."""
    id = draw.draw(st.sampled_from(list(design.nodes))) if design.nodes else NodeId("nobody")
    other = draw.draw(st.sampled_from(list(design.nodes))) if design.nodes else NodeId("nobody")
    return draw.draw(
        st.sampled_from(
            [
                Command("place", lambda d: place(d, SiLU(), Point(1, 1))[0]),
                Command("delete", lambda d: delete(d, [id])),
                Command("move", lambda d: move(d, {id: Point(9, 9)})),
                Command("rename", lambda d: rename(d, id, "n")),
                Command("connect", lambda d: connect(d, PortRef(id, "y"), PortRef(other, "x"))),
                Command("set", lambda d: set_parameter(d, [id], "stride", 2)),
                Command("group", lambda d: group(d, [id, other])[0]),
                Command("tidy", tidy),
            ]
        )
    )


@settings(max_examples=60, deadline=None)
@given(sound_designs(), st.data())
def test_undo_gives_back_every_design_and_redo_brings_it_again(design: Design, data: st.DataObject) -> None:
    opened = Document(design)
    states = [design]
    for _ in range(12):
        try:
            opened.apply(edits(data, opened.design))
        except (DesignerError, KeyError):
            assert opened.design is states[-1]
            continue
        if opened.design is not states[-1]:
            states.append(opened.design)
    for before in reversed(states[:-1]):
        opened.undo()
        assert opened.design == before
    assert opened.undo_label is None
    for after in states[1:]:
        opened.redo()
        assert opened.design == after
    assert opened.redo_label is None


def test_a_refused_edit_changes_nothing_and_leaves_no_step() -> None:
    opened = document()
    before = opened.design
    with pytest.raises(EditRefused, match="cycle"):
        opened.apply(Command("Wire", lambda d: connect(d, PortRef(NodeId("add"), "y"), PortRef(NodeId("expand"), "x"))))
    assert opened.design is before
    assert opened.undo_label is None


def test_commands_of_one_key_are_one_step_until_sealed() -> None:
    opened = document()
    for text in ("s", "sk", "ski"):
        opened.apply(renaming(text, merge_key="typing"))
    opened.seal()
    opened.apply(renaming("skip", merge_key="typing"))
    assert [label for label, _ in opened.history] == ["Rename to ski", "Rename to skip"]
    opened.undo()
    opened.undo()
    assert opened.design.nodes[NodeId("add")].name == ""


def test_an_edit_that_changes_nothing_is_no_step() -> None:
    opened = document()
    opened.apply(Command("Nothing", lambda d: rename(d, NodeId("add"), "")))
    assert opened.undo_label is None


def test_a_preview_is_seen_and_leaves_no_step_unless_committed() -> None:
    opened = document()
    seen: list[str] = []
    stop = opened.observe(lambda _, after: seen.append(after.nodes[NodeId("add")].name))
    opened.preview(renaming("one").edit)
    opened.preview(renaming("two").edit)
    opened.cancel_preview()
    assert seen == ["one", "two", ""]
    assert opened.undo_label is None
    opened.preview(renaming("three").edit)
    assert opened.committed_design.nodes[NodeId("add")].name == ""
    opened.commit("Rename")
    assert opened.undo_label == "Rename"
    stop()
    opened.undo()
    assert seen[-1] == "three", "who stopped watching hears no more"


def test_a_new_edit_forgets_what_was_undone() -> None:
    opened = document()
    opened.apply(renaming("one"))
    opened.undo()
    opened.apply(renaming("two"))
    assert opened.redo_label is None


def test_saved_is_told_by_content() -> None:
    opened = document()
    assert opened.is_saved
    opened.apply(renaming("one"))
    assert not opened.is_saved
    opened.undo()
    assert opened.is_saved
    opened.apply(renaming("one"))
    opened.mark_saved("x.design.json")
    assert opened.is_saved
    assert opened.path == "x.design.json"
    opened.undo()
    assert not opened.is_saved
