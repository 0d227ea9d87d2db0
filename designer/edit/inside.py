"""What is inside a block, as a document of its own: a lens on the document that holds the block.

An edit inside a group is an undo step of the whole document. What is inside a block with parameters follows from them,
so it can be looked at and not edited, until the block is made a group. Knows no shapes and no window.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, NamedTuple

from designer.edit.document import Command, Document, Edit, Observer
from designer.edit.grouping import as_group
from designer.errors import EditRefused, ShapeError
from designer.graph.design import Design, Node, NodePath
from designer.graph.difference import difference
from designer.graph.tensor import TensorSpec
from designer.layers.blocks import Group
from designer.layers.formulas import has_formulas, settled


def drawn_inside(node: Node) -> Design | None:
    """What was drawn inside a group that is not switched off; None of everything else."""
    return node.body if node.layer.is_block else None


def body_at(design: Design, path: NodePath) -> Design | None:
    """What was drawn inside a group; the design itself for an empty path, None where the path leads into no group."""
    for id in path:
        node = design.nodes.get(id)
        body = drawn_inside(node) if node is not None else None
        if body is None:
            return None
        design = body
    return design


def lifted(path: NodePath, edit: Edit) -> Edit:
    """An edit of what is inside a group, as an edit of the design that holds it.

    Raises, when it is called:
        EditRefused: The path leads into no group.
    """
    if not path:
        return edit
    inner = lifted(path[1:], edit)

    def outer(design: Design) -> Design:
        layer, before = design.node(path[0]).layer, drawn_inside(design.node(path[0]))
        if before is None or not isinstance(layer, Group):
            raise EditRefused(f"{path[0]} is no group: nothing was drawn inside that could be edited")
        after = inner(before)
        return design if after is before else design.with_layer(path[0], layer.with_body(after))

    return outer


def place_of_change(before: Design, after: Design) -> NodePath:
    """The innermost group that holds everything that differs between two designs; empty for the design itself."""
    path: NodePath = ()
    while before.name == after.name:
        changes = difference(before, after)
        others = (changes.added_nodes, changes.removed_nodes, changes.added_wires, changes.removed_wires)
        if any(others) or changes.changed_wires or len(changes.changed_nodes) != 1:
            break
        ((old, new),) = changes.changed_nodes
        inside_before, inside_after = drawn_inside(old), drawn_inside(new)
        if inside_before is None or inside_after is None or (old.name, old.position) != (new.name, new.position):
            break
        path = (*path, new.id)
        before, after = inside_before, inside_after
    return path


def opened_up(design: Design, path: NodePath, inputs: Callable[[NodePath], tuple[TensorSpec, ...]]) -> Design:
    """The design with every block on the way made a group, so that what is inside the last one can be edited.

    Args:
        design: What holds the blocks.
        path: The way inward.
        inputs: The shapes that reach the node at a path, N×C×H×W each.

    Raises:
        EditRefused: One of them is no block.
        ShapeError: One of them cannot take its inputs.
    """
    if not path:
        return design
    id = path[0]
    if design.node(id).body is None:
        design = as_group(design, id, inputs(path[:1]))
    return lifted(path[:1], lambda body: opened_up(body, path[1:], lambda rest: inputs((id, *rest))))(design)


class Setting(NamedTuple):
    """What the formulas inside a group speak of.

    Attributes:
        own: The group's parameters and their values, where they are not those that the whole design's group has.
        inputs: The shapes that reach it, N×C×H×W each; None for those that are unknown.
    """

    own: tuple[tuple[str, Any], ...] = ()
    inputs: tuple[TensorSpec | None, ...] = ()

    def settled(self, body: Design) -> Design:
        """What is inside with formulas worked out; as it was drawn, where they cannot be."""
        inputs = tuple(spec for spec in self.inputs if spec is not None)
        if len(inputs) != len(self.inputs) or not has_formulas(body):
            return body
        own = dict(self.own)
        values = tuple((each.name, own.get(each.name, each.default)) for each in body.parameters)
        try:
            return settled(body, values, inputs)
        except ShapeError:
            return body


NO_SETTING = Setting()


class InsideGroup:
    """What was drawn inside a group, its formulas worked out as far as they can be.

    Args:
        whole: The document.
        path: The way to the group, from the outermost block inward.
        setting: What the formulas inside speak of.
    """

    is_editable = True

    def __init__(self, whole: Document, path: NodePath, setting: Setting = NO_SETTING) -> None:
        self.whole = whole
        self.path = path
        self.setting = setting
        self._last = self._inside(whole.design) or Design()

    def _inside(self, whole: Design) -> Design | None:
        body = body_at(whole, self.path)
        return None if body is None else self.setting.settled(body)

    @property
    def design(self) -> Design:
        """What is on screen; what was there last, where the group is gone."""
        self._last = self._inside(self.whole.design) or self._last
        return self._last

    @property
    def committed_design(self) -> Design:
        return self._inside(self.whole.committed_design) or self._last

    def observe(self, observer: Observer) -> Callable[[], None]:
        def tell(before: Design, after: Design) -> None:
            old, new = self._inside(before), self._inside(after)
            if old is not None and new is not None and old is not new:
                observer(old, new)

        return self.whole.observe(tell)

    def apply(self, command: Command) -> None:
        # The same nodes' ids may stand in another block, and edits there are other steps.
        key = None if command.merge_key is None else (self.path, command.merge_key)
        self.whole.apply(replace(command, edit=lifted(self.path, command.edit), merge_key=key))

    def seal(self) -> None:
        self.whole.seal()

    def take_back(self, merge_key: Hashable) -> None:
        self.whole.take_back((self.path, merge_key))

    def preview(self, edit: Edit) -> None:
        self.whole.preview(lifted(self.path, edit))

    def cancel_preview(self) -> None:
        self.whole.cancel_preview()

    def commit(self, label: str) -> None:
        self.whole.commit(label)


class InsideBlock:
    """What a block with parameters is made of: it can be looked at only.

    Args:
        whole: The document.
        path: The way to the block.
        design: What is inside it.
    """

    is_editable = False

    def __init__(self, whole: Document, path: NodePath, design: Design) -> None:
        self.whole = whole
        self.path = path
        self.design = design

    @property
    def committed_design(self) -> Design:
        return self.design

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Nobody edits it, so there is nothing to tell."""
        return lambda: None

    def apply(self, command: Command) -> None:
        """Refuse the change, and say what would let it be made.

        Raises:
            EditRefused: Always.
        """
        block = self.path[-1]
        raise EditRefused(f"what is inside {block} follows from its parameters; make it a group to edit it")

    def seal(self) -> None:
        """There is no run of commands."""

    def take_back(self, merge_key: Hashable) -> None:
        """There is no run of commands."""

    def preview(self, edit: Edit) -> None:
        """Show nothing: a gesture that began all the same leaves the block as it is."""

    def cancel_preview(self) -> None:
        """There is no preview."""

    def commit(self, label: str) -> None:
        """There is nothing to keep."""
