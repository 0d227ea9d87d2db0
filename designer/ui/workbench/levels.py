"""Levels: what the window shows of a document, the whole design or what is inside one of its blocks, and its meaning.

Reads designs and analyses; knows no widget.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from designer.analysis.analysis import Analysis, analyse
from designer.edit.document import Document
from designer.edit.editable import Editable
from designer.edit.inside import InsideBlock, InsideGroup, Setting, opened_up
from designer.edit.layout import tidy
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodePath
from designer.graph.tensor import TensorSpec
from designer.layers.blocks import Group


class Level(NamedTuple):
    """A design on screen.

    Attributes:
        document: What takes the edits.
        analysis: What it means, for the shapes that reach it.
        names: The design's, then what each block is called.
    """

    document: Editable
    analysis: Analysis
    names: tuple[str, ...]


def level_at(whole: Document, analysis: Analysis, path: NodePath) -> Level | None:
    """What is inside a block; None where the path leads to no block, or to one whose parts are not known yet.

    Args:
        whole: The document.
        analysis: Of the document's present design.
        path: The way inward; empty for the design itself.
    """
    level = Level(whole, analysis, (analysis.design.name,))
    for depth, id in enumerate(path, 1):
        node = level.analysis.design.nodes.get(id)
        if node is None or not node.layer.is_block:
            return None
        report = level.analysis.node(id)
        if node.body is not None:
            own = node.layer.own_values if isinstance(node.layer, Group) else ()
            setting = Setting(own, report.inputs)
            body = setting.settled(node.body)
            inside: Editable = InsideGroup(whole, path[:depth], setting)
            if not level.document.is_editable:
                inside = InsideBlock(whole, path[:depth], body)
        elif report.inner is not None:
            body = _laid_out(report.inner.design)
            inside = InsideBlock(whole, path[:depth], body)
        else:
            return None
        meaning = _meaning(body, report.inner, level.analysis.batch, report.inputs)
        level = Level(inside, meaning, (*level.names, _name(node)))
    return level


def _name(node: Node) -> str:
    """What a block is called: the name it was given, else its id, or the group's name where the id is but a number."""
    drawn = node.body
    is_numbered = node.id.removeprefix(f"{Group.key}_").isdigit()
    return node.name or (drawn.name if drawn is not None and is_numbered and drawn.name != Group.title else node.id)


def _meaning(body: Design, inner: Analysis | None, batch: int, given: tuple[TensorSpec | None, ...]) -> Analysis:
    """The analysis of what is inside, of this very value, from what the block's own analysis found."""
    if inner is None:
        return analyse(body, None, batch, given)
    return inner if inner.design is body else analyse(body, inner, inner.batch, inner.given)


@lru_cache(maxsize=64)
def _laid_out(body: Design) -> Design:
    """A block's parts with places: what a block makes by itself has none."""
    return tidy(body)


def made_editable(design: Design, analysis: Analysis, path: NodePath) -> Design:
    """The design with the blocks on the way made groups.

    Raises:
        EditRefused: The shapes that reach one of them are not known.
    """

    def inputs(at: NodePath) -> tuple[TensorSpec, ...]:
        known = analysis.at(at).known_inputs
        if known is None:
            raise EditRefused(f"{at[-1]} cannot be made a group before its input's shape is known: wire it first")
        return known

    return opened_up(design, path, inputs)
