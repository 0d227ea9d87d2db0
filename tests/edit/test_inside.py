"""Edits inside blocks are steps of the whole; whatever is grouped, expanded, edited and undone, nothing gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse, facts
from designer.edit.annotations import add_frame, add_note, move_annotations
from designer.edit.bypass import toggle_bypass
from designer.edit.document import Command, Document, Edit
from designer.edit.editable import Editable
from designer.edit.edits import connect, delete, disconnect, move, place, rename
from designer.edit.grouping import as_group, expand_block, group
from designer.edit.inside import InsideBlock, InsideGroup, body_at, lifted, opened_up, place_of_change
from designer.errors import DesignerError, EditRefused
from designer.graph.design import Design, Node, NodeId, NodePath, Point, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.layers.activation import ReLU, ReLU6
from designer.layers.blocks import Bottleneck, Group
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.registry import catalogue
from tests.edit.leaves import leaves
from tests.small_designs import chain, ref, row
from tests.sound_designs import grouped_designs

A, B, G = NodeId("a"), NodeId("b"), NodeId("group_1")


def nested() -> Design:
    """A chain whose two activations stand in a group within a group."""
    inner, id = group(chain(), [A, B], "Inner")
    outer, _ = group(inner.replacing([replace(inner.nodes[id], name="deep")]), [id], "Outer")
    return outer


def doubly(design: Design) -> tuple[NodeId, NodeId]:
    (outer,) = (id for id, node in design.nodes.items() if node.layer.body is not None)
    body = design.nodes[outer].layer.body
    assert body is not None
    (inner,) = (id for id, node in body.nodes.items() if node.layer.body is not None)
    return outer, inner


# The lens ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_inside", [True, False])
def test_a_run_that_has_not_ended_is_taken_back_and_no_other(is_inside: bool) -> None:
    document = Document(nested() if is_inside else chain())
    shown: Editable = InsideGroup(document, doubly(document.design)) if is_inside else document
    shown.apply(Command("Move b", lambda design: move(design, {B: Point(1, 1)}), merge_key="other"))
    before = document.design
    for x in (7, 8):
        shown.apply(Command("Move a", partial(move, places={A: Point(x, 9)}), merge_key="run"))
    shown.take_back("another")
    assert shown.design.nodes[A].position == (8, 9)
    shown.take_back("run")
    assert document.design is document.committed_design is before
    assert document.redo_label is None
    shown.seal()
    shown.take_back("other")
    assert document.design is before


def test_an_edit_inside_is_one_step_of_the_whole_and_changes_nothing_else() -> None:
    document = Document(nested())
    path = doubly(document.design)
    inside = InsideGroup(document, path)
    told: list[tuple[Design, Design]] = []
    forget = inside.observe(lambda before, after: told.append((before, after)))
    before = document.design
    inside.apply(Command("Move a", lambda design: move(design, {A: Point(7, 9)})))
    assert [label for label, _ in document.history] == ["Move a"]
    assert inside.design.nodes[A].position == (7, 9)
    assert inside.design is body_at(document.design, path) is told[0][1]
    assert document.design.wires == before.wires
    assert place_of_change(before, document.design) == path
    document.undo()
    assert document.design is before
    assert inside.design == told[0][0]
    forget()
    document.redo()
    assert len(told) == 2


def test_previews_inside_leave_no_step_and_end_in_one() -> None:
    document = Document(nested())
    inside = InsideGroup(document, doubly(document.design))
    inside.preview(lambda design: move(design, {A: Point(1, 2)}))
    assert inside.design.nodes[A].position == (1, 2)
    assert inside.committed_design.nodes[A].position == (0, 0)
    inside.cancel_preview()
    assert inside.design.nodes[A].position == (0, 0)
    assert document.history == ()
    inside.preview(lambda design: move(design, {A: Point(3, 4)}))
    inside.commit("Move a")
    assert inside.committed_design.nodes[A].position == (3, 4)
    assert len(document.history) == 1


def test_typing_at_nodes_of_one_name_in_two_blocks_is_two_steps() -> None:
    first, _ = group(chain(), [A])
    second, _ = group(first, [B])
    document = Document(second)
    for id in ("group_1", "group_2"):
        inside = InsideGroup(document, (NodeId(id),))
        body = inside.design
        own = next(part for part in body.nodes if part in (A, B))
        inside.apply(Command("Rename", partial(rename, id=own, name="x"), merge_key="typing"))
    assert len(document.history) == 2


def test_a_step_that_the_inside_refuses_changes_nothing() -> None:
    document = Document(nested())
    inside = InsideGroup(document, doubly(document.design))
    before = document.design
    with pytest.raises(EditRefused):
        inside.apply(Command("Wire", lambda design: connect(design, ref("b.y"), ref("a.x"))))
    assert document.design is before
    assert document.history == ()


def test_what_is_switched_off_is_not_edited_inside() -> None:
    off = toggle_bypass(nested(), doubly(nested())[:1])
    with pytest.raises(EditRefused, match="is no group"):
        lifted(doubly(nested()), lambda body: body)(off)
    assert body_at(off, doubly(nested())) is None


def test_a_lens_on_a_group_that_is_gone_shows_what_was_there_and_refuses() -> None:
    document = Document(nested())
    outer, inner = doubly(document.design)
    inside = InsideGroup(document, (outer, inner))
    shown = inside.design
    document.apply(Command("Delete", lambda design: delete(design, [outer])))
    assert inside.design is shown
    with pytest.raises(EditRefused, match="there is no node"):
        inside.apply(Command("Move", lambda design: move(design, {A: Point(1, 1)})))


def test_what_follows_from_parameters_takes_no_edit() -> None:
    document = Document(row(Input(24, 56, 56), Bottleneck(), Output()))
    inside = InsideBlock(document, (NodeId("n1"),), chain())
    with pytest.raises(EditRefused, match="n1 follows from its parameters; make it a group"):
        inside.apply(Command("Delete", lambda design: delete(design, [A])))
    inside.preview(lambda design: delete(design, [A]))
    inside.commit("Delete")
    assert A in inside.design.nodes
    assert document.history == ()
    with pytest.raises(EditRefused, match="n1 is no group"):
        lifted((NodeId("n1"),), lambda design: delete(design, [A]))(document.design)


CHANGES: list[tuple[str, Edit, int]] = [
    ("a move inside", lambda d: lifted(doubly(d), lambda b: move(b, {A: Point(5, 5)}))(d), 2),
    ("a name inside", lambda d: lifted(doubly(d), lambda b: b.renamed("other"))(d), 2),
    ("the group's name", lambda d: rename(d, doubly(d)[0], "x"), 0),
    ("its place", lambda d: move(d, {doubly(d)[0]: Point(9, 9)}), 0),
    ("a node outside", lambda d: rename(d, NodeId("in"), "x"), 0),
    ("a port that goes", lambda d: lifted(doubly(d)[:1], lambda b: delete(b, [NodeId("x_1")]))(d), 0),
    ("a group switched off", lambda d: toggle_bypass(d, [doubly(d)[0]]), 0),
    ("a group inside switched off", lambda d: lifted(doubly(d)[:1], lambda b: toggle_bypass(b, [doubly(d)[1]]))(d), 1),
    ("nothing", lambda d: d, 0),
]


@pytest.mark.parametrize(("edit", "depth"), [change[1:] for change in CHANGES], ids=[change[0] for change in CHANGES])
def test_where_a_change_happened(edit: Edit, depth: int) -> None:
    design = nested()
    assert place_of_change(design, edit(design)) == doubly(design)[:depth]


MAP = TensorSpec((1, 24, 56, 56))


# Blocks made groups --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layer",
    [cls for cls in catalogue() if cls.is_block and cls is not Group and facts(cls(), (MAP,)).outputs],
    ids=lambda cls: cls.key,
)
def test_a_block_made_a_group_is_the_same_in_all_but_its_parameters(layer: type[Layer]) -> None:
    design = row(Input(24, 56, 56), layer(), ReLU(), Output())
    id = NodeId("n1")
    dotted = replace(design.wires[ref("n2.x")], via=(Point(3, 4),))
    design = rename(move(design, {id: Point(40, 80)}), id, "mine").rerouted([dotted])
    made = as_group(design, id, (TensorSpec((1, 24, 56, 56)),))
    before, after = design.nodes[id], made.nodes[id]
    assert (after.name, after.position) == (before.name, before.position)
    assert list(made.nodes) == list(design.nodes)
    assert [(w.source.node, w.target.node, w.via) for w in made.wires.values()] == [
        (w.source.node, w.target.node, w.via) for w in design.wires.values()
    ]
    one, other = analyse(design), analyse(made)
    assert other.totals == one.totals
    assert [path for path, *_ in other.primitives()] == [path for path, *_ in one.primitives()], "state dict's names"
    assert as_group(rename(design, id, ""), id, (TensorSpec((1, 24, 56, 56)),)).nodes[id].title == layer().card_title()


def test_blocks_within_blocks_are_opened_up_on_the_way() -> None:
    inner = row(Input(24, 56, 56), Bottleneck(), Output(), names=("x", "deep", "y"))
    design = row(Input(24, 56, 56), Group(inner), Output())
    path = (NodeId("n1"), NodeId("deep"))
    analysis = analyse(design)
    made = opened_up(design, path, lambda at: analysis.at(at).known_inputs or ())
    assert body_at(made, path) is not None
    assert analyse(made).totals == analysis.totals
    assert opened_up(made, path, lambda at: ()) is made, "what is open already stays as it is"


def test_what_is_no_block_is_made_no_group() -> None:
    with pytest.raises(EditRefused, match="a is no block"):
        as_group(chain(), A, ())


def test_a_group_without_outputs_comes_apart_all_the_same() -> None:
    grouped, id = group(chain(), [A, B])
    torn = lifted((id,), lambda body: delete(body, [NodeId("y_1")]))(grouped)
    again, parts = expand_block(torn, id, ())
    assert set(parts) == {A, B}
    assert again.wires.keys() == {ref("a.x"), ref("b.x")}


# Anything in any order -----------------------------------------------------------------------------------------------

NEW: tuple[Layer, ...] = (ReLU(), ReLU6(), Add(), Bottleneck(2, 8))


class Person:
    """Somebody who edits at random, inside blocks and outside."""

    def __init__(self, design: Design, data: st.DataObject) -> None:
        self.document = Document(design)
        self.data = data
        self.path: NodePath = ()
        self.states = [design]
        self.at = 0
        self.placed = 0

    @property
    def here(self) -> Editable:
        return InsideGroup(self.document, self.path) if self.path else self.document

    def act(self) -> None:
        """Do one thing."""
        getattr(self, self.data.draw(st.sampled_from(ACTS)))()
        assert self.document.design == self.states[self.at]
        while body_at(self.document.design, self.path) is None:
            self.path = self.path[:-1]

    def edit(self, edit: Edit, keeps_leaves: bool) -> None:
        before = self.document.design
        try:
            self.here.apply(Command("Edit", edit))
        except DesignerError:
            assert self.document.design is before
            return
        after = self.document.design
        if keeps_leaves:
            assert leaves(after) == leaves(before)
            assert sorted(annotated(after)) == sorted(annotated(before))
        self._check_the_rest_stayed(before, after)
        if after is not before and after != before:
            self.states = [*self.states[: self.at + 1], after]
            self.at += 1

    def _check_the_rest_stayed(self, before: Design, after: Design) -> None:
        for id in self.path:
            assert list(after.nodes) == list(before.nodes)
            for other, node in after.nodes.items():
                assert other == id or node is before.nodes[other]
            gone = {target: wire for target, wire in before.wires.items() if target not in after.wires}
            assert all(id in (wire.source.node, wire.target.node) for wire in gone.values())
            assert all(after.wires[target] == before.wires[target] for target in after.wires)
            old, new = before.nodes[id].layer.body, after.nodes[id].layer.body
            assert old is not None
            assert new is not None
            before, after = old, new

    def some(self, most: int = 4) -> list[NodeId]:
        ids = list(self.here.design.nodes)
        return self.data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=most, unique=True)) if ids else []

    def group(self) -> None:
        chosen = self.some()
        before = self.here.design
        self.edit(lambda design: group(design, chosen)[0], keeps_leaves=True)
        after = self.here.design
        if after is not before:
            (made,) = after.nodes.keys() - before.nodes.keys()
            body = after.nodes[made].layer.body
            assert body is not None
            assert {id: body.nodes[id] for id in chosen} == {id: before.nodes[id] for id in chosen}
            assert all(after.nodes[id] is before.nodes[id] for id in before.nodes if id not in chosen)

    def expand(self) -> None:
        groups = [id for id, node in self.here.design.nodes.items() if node.layer.body is not None]
        if not groups:
            return
        id = self.data.draw(st.sampled_from(groups))
        before = self.here.design
        body = before.nodes[id].layer.body
        assert body is not None
        self.edit(lambda design: expand_block(design, id, ())[0], keeps_leaves=True)
        after = self.here.design
        ends = {node.id for node in (*body.input_nodes(), *body.output_nodes())}
        assert len(after.nodes) == len(before.nodes) - 1 + len(body.nodes) - len(ends)
        for other, node in before.nodes.items():
            if other != id:
                kept = after.nodes[other]
                assert (kept.layer, kept.name, kept.position.y) == (node.layer, node.name, node.position.y)
                assert kept.position.x >= node.position.x

        self._check_the_parts_lie_as_they_did(body, before, after)

    def _check_the_parts_lie_as_they_did(self, body: Design, before: Design, after: Design) -> None:
        now = {node.name: node.position for node in after.nodes.values() if node.name and node.id not in before.nodes}
        drawn = {node.name: node.position for node in body.nodes.values() if node.name in now}
        ways = {(now[name].x - place.x, now[name].y - place.y) for name, place in drawn.items()}
        assert len(ways) <= 1, "all went the same way"

    def enter(self) -> None:
        groups = [id for id, node in self.here.design.nodes.items() if node.layer.body is not None]
        if groups:
            self.path = (*self.path, self.data.draw(st.sampled_from(groups)))

    def leave(self) -> None:
        self.path = self.path[:-1]

    def move(self) -> None:
        at = Point(float(self.data.draw(st.integers(-500, 500))), float(self.data.draw(st.integers(-500, 500))))
        ids = self.some(2)
        self.edit(lambda design: move(design, dict.fromkeys(ids, at)), keeps_leaves=True)

    def place(self) -> None:
        layer = self.data.draw(st.sampled_from(NEW))
        self.placed += 1

        def edit(design: Design) -> Design:
            after, id = place(design, layer, Point(0, 0))
            return rename(after, id, f"new {self.placed}")

        self.edit(edit, keeps_leaves=False)

    def write(self) -> None:
        self.placed += 1
        text, ids = f"annotation {self.placed}", self.some()
        if self.data.draw(st.booleans()) and ids:
            self.edit(lambda design: add_frame(design, ids, text)[0], keeps_leaves=False)
        else:
            self.edit(lambda design: add_note(design, Point(5, 5), text)[0], keeps_leaves=False)

    def move_annotation(self) -> None:
        annotations = list(self.here.design.annotations)
        if annotations:
            id = self.data.draw(st.sampled_from(annotations))
            self.edit(lambda design: move_annotations(design, [id], Point(40, -30)), keeps_leaves=True)

    def delete(self) -> None:
        ids = self.some(2)
        self.edit(lambda design: delete(design, ids), keeps_leaves=False)

    def connect(self) -> None:
        nodes = self.here.design.nodes.values()
        sources = [PortRef(node.id, port.name) for node in nodes for port in node.layer.outputs]
        targets = [PortRef(node.id, port.name) for node in nodes for port in node.layer.inputs]
        if sources and targets:
            source, target = self.data.draw(st.sampled_from(sources)), self.data.draw(st.sampled_from(targets))
            dots = (Point(1, 2),) * self.data.draw(st.integers(0, 2))
            self.edit(lambda d: connect(d, source, target).rerouted([Wire(source, target, dots)]), keeps_leaves=False)

    def disconnect(self) -> None:
        targets = list(self.here.design.wires)
        if targets:
            target = self.data.draw(st.sampled_from(targets))
            self.edit(lambda design: disconnect(design, [target]), keeps_leaves=False)

    def undo(self) -> None:
        self.document.undo()
        self.at = max(self.at - 1, 0)

    def redo(self) -> None:
        self.document.redo()
        self.at = min(self.at + 1, len(self.states) - 1)


# What the issue is about comes most often.
ACTS = (
    *("group", "expand", "enter") * 3,
    *("undo", "redo", "leave", "move", "place", "delete", "connect", "disconnect", "write", "move_annotation"),
)


def annotated(design: Design) -> list[str]:
    """The words of all frames and notes, through groups."""
    inside = [text for node in design.nodes.values() if node.layer.body for text in annotated(node.layer.body)]
    return [*(annotation.text for annotation in design.annotations.values()), *inside]


def named(design: Design) -> Design:
    """With a name of its own for each leaf and a reroute dot on each wire, through groups."""
    count = iter(range(10_000))

    def with_names(within: Design) -> Design:
        dotted = [replace(wire, via=(Point(7, 3),)) for wire in within.wires.values()]
        return within.replacing(list(_named(within))).rerouted(dotted)

    def _named(within: Design) -> Iterator[Node]:
        for node in within.nodes.values():
            body = node.layer.body
            if body is not None:
                yield replace(node, layer=Group(with_names(body)))
            else:
                yield replace(node, name=f"leaf {next(count)}")

    return with_names(design)


@settings(max_examples=400, deadline=None)
@given(grouped_designs().map(named), st.data())
def test_nothing_gets_lost_whatever_is_done_in_whatever_order(design: Design, data: st.DataObject) -> None:
    person = Person(design, data)
    for _ in range(data.draw(st.integers(5, 25))):
        person.act()
    while person.document.undo_label is not None:
        person.undo()
        assert person.document.design == person.states[person.at]
    assert person.document.design == design
    while person.document.redo_label is not None:
        person.redo()
    assert person.document.design == person.states[-1]
