"""Undo after any edit gives back the design; one gesture is one step; a refused edit changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.edit.document import Command, Document
from designer.edit.edits import (
    connect,
    delete,
    disconnect,
    fragment,
    move,
    paste,
    place,
    rename,
    set_parameter,
)
from designer.edit.grouping import expand_block, group
from designer.edit.layout import tidy
from designer.edit.splice import insert_on_wire, place_on_wire
from designer.errors import DesignerError, EditRefused
from designer.graph.design import Design, NodeId, Point, PortRef
from designer.layers.activation import SiLU
from designer.layers.blocks import Bottleneck
from designer.templates.networks import template
from tests.sound_designs import grouped_designs


def document() -> Document:
    return Document(template("bottleneck").build(batch_norm=False))


def renaming(name: str, merge_key: str | None = None) -> Command:
    return Command(f"Rename to {name}", lambda d: rename(d, NodeId("add"), name), merge_key)


def any_edit(draw: st.DataObject, design: Design) -> Command:
    """Any edit, allowed or not."""
    nodes = [*design.nodes, NodeId("nobody")]
    id, other = draw.draw(st.sampled_from(nodes)), draw.draw(st.sampled_from(nodes))
    targets = [*design.wires, PortRef(id, "x")]
    target = draw.draw(st.sampled_from(targets))
    return draw.draw(
        st.sampled_from(
            [
                Command("place", lambda d: place(d, SiLU(), Point(1, 1))[0]),
                Command("place on wire", lambda d: place_on_wire(d, SiLU(), target)[0]),
                Command("insert", lambda d: insert_on_wire(d, id, target)),
                Command("delete", lambda d: delete(d, [id, other])),
                Command("delete unhealed", lambda d: delete(d, [id], heal=False)),
                Command("move", lambda d: move(d, {id: Point(9, 9)})),
                Command("rename", lambda d: rename(d, id, "n")),
                Command("connect", lambda d: connect(d, PortRef(id, "y"), PortRef(other, "x"))),
                Command("disconnect", lambda d: disconnect(d, [target])),
                Command("set", lambda d: set_parameter(d, [id], "stride", 2)),
                Command("swap", lambda d: d.with_layer(id, Bottleneck())),
                Command("paste", lambda d: paste(d, fragment(d, [id, other]), Point(8, 8))[0]),
                Command("group", lambda d: group(d, [id, other])[0]),
                Command("expand", lambda d: expanded(d, id)),
                Command("tidy", tidy),
                Command("tidy a part", lambda d: tidy(d, [id, other])),
            ]
        )
    )


def expanded(design: Design, id: NodeId) -> Design:
    inputs = analyse(design).node(design.node(id).id).known_inputs
    if inputs is None:
        raise EditRefused("its shapes are unknown")
    return expand_block(design, id, inputs)[0]


@settings(max_examples=60, deadline=None)
@given(grouped_designs(), st.data())
def test_undo_gives_back_every_design_and_redo_brings_it_again(design: Design, data: st.DataObject) -> None:
    opened = Document(design)
    states = [design]
    for _ in range(12):
        try:
            opened.apply(any_edit(data, opened.design))
        except DesignerError:
            assert opened.design is states[-1]
            continue
        made = opened.design
        assert Design.build(made.name, made.nodes.values(), made.wires.values()) == made, "its structure is sound"
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


def test_a_run_that_comes_back_to_where_it_began_is_no_step() -> None:
    opened = document()
    opened.apply(renaming("before"))
    for text in ("s", "before"):
        opened.apply(renaming(text, merge_key="typing"))
    assert [label for label, _ in opened.history] == ["Rename to before"]


def test_undoing_ends_a_run() -> None:
    opened = document()
    opened.apply(renaming("one", merge_key="typing"))
    opened.apply(renaming("other", merge_key="something else"))
    opened.undo()
    opened.apply(renaming("two", merge_key="typing"))
    assert [label for label, _ in opened.history] == ["Rename to one", "Rename to two"]
    opened.undo()
    opened.redo()
    opened.apply(renaming("three", merge_key="typing"))
    assert opened.undo_label == "Rename to three"
    opened.undo()
    assert opened.design.nodes[NodeId("add")].name == "two"


def test_nothing_to_undo_or_redo_is_nothing() -> None:
    opened = document()
    before = opened.design
    opened.undo()
    opened.redo()
    assert opened.design is before
    assert (opened.undo_label, opened.redo_label, opened.history) == (None, None, ())


def test_a_refused_preview_leaves_what_was_shown() -> None:
    opened = document()
    opened.preview(renaming("shown").edit)
    with pytest.raises(EditRefused):
        opened.preview(lambda d: rename(d, NodeId("nobody"), "x"))
    assert opened.design.nodes[NodeId("add")].name == "shown"
    opened.apply(Command("Move", lambda d: move(d, {NodeId("add"): Point(1, 1)})))
    assert opened.design.nodes[NodeId("add")].name == "", "an edit starts from the history, not from the preview"


def test_committing_without_a_preview_is_no_step() -> None:
    opened = document()
    opened.commit("Nothing")
    assert opened.undo_label is None


def test_one_who_stops_watching_does_not_stop_the_others() -> None:
    opened = document()
    seen: list[str] = []

    def once(_: Design, __: Design) -> None:
        seen.append("a")
        stop()

    stop = opened.observe(once)
    opened.observe(lambda _, __: seen.append("b"))
    opened.apply(renaming("one"))
    opened.apply(renaming("two"))
    assert seen == ["a", "b", "b"]


def test_observers_are_told_before_and_after() -> None:
    opened = document()
    seen: list[tuple[Design, Design]] = []
    opened.observe(lambda before, after: seen.append((before, after)))
    first = opened.design
    opened.apply(renaming("one"))
    second = opened.design
    opened.undo()
    opened.undo()
    assert seen == [(first, second), (second, first)]


def test_a_preview_is_not_what_is_saved() -> None:
    opened = document()
    opened.preview(renaming("shown").edit)
    assert opened.is_saved
    opened.mark_unsaved()
    assert not opened.is_saved
    opened.mark_saved()
    opened.cancel_preview()
    assert opened.is_saved
    assert opened.path is None


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


def test_an_edit_that_keeps_what_is_previewed_shows_nobody_anything_new() -> None:
    document = Document(template("bottleneck").build())
    told: list[str] = []
    document.preview(lambda design: move(design, {NodeId("add"): Point(5, 5)}))
    shown = document.design
    document.observe(lambda _before, _after: told.append("design"))
    document.observe_steps(lambda: told.append("step"))
    document.apply(Command("Move", lambda design: move(design, {NodeId("add"): Point(5, 5)})))
    assert document.design is document.committed_design is shown
    assert told == ["step"]


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


def test_weights_follow_the_steps_that_gave_them() -> None:
    document = Document(Design("net"), "net.design.json")
    assert document.carrier == "net.design.json"
    document.keep_first_weights("first")
    document.apply(Command("Prune", lambda design: design.renamed("slim"), weights_place="slim"))
    document.apply(Command("Name", lambda design: design.renamed("slimmer")))
    assert document.carrier == "slim"
    document.undo()
    document.undo()
    assert document.carrier == "first"
    document.redo()
    assert document.carrier == "slim"
    assert document.places_of_weights == ("first", "slim")


def test_a_step_that_is_forgotten_leaves_its_weights() -> None:
    document = Document(Design("net"), "net.design.json")
    document.history_limit = 1
    document.apply(Command("Prune", lambda design: design.renamed("slim"), weights_place="slim"))
    for name in "abc":
        document.apply(Command("Name", lambda design, name=name: design.renamed(name)))  # type: ignore[misc]  # bound now
    assert len(document.history) == 1
    document.undo()
    assert document.carrier == "slim"
