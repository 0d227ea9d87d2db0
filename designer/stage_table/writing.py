"""Edits of a stage table, each from an analysis to one new design; what they do not touch keeps id, name and place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from designer.analysis.analysis import Analysis
from designer.edit.room import with_room
from designer.edit.sizes import STEP_X
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.stage_table.columns import Column, as_kind, own_parameter, width_parameter, with_cell
from designer.stage_table.operators import operator_of
from designer.stage_table.parsing import layers_of, parse
from designer.stage_table.reading import Segment, StageRow, StageTable, read

MOST_REPEATS = 256

EDITABLE = (Column.OPERATOR, Column.T, Column.C, Column.N, Column.S, Column.K, Column.ACTIVATION, Column.SE)
"""The columns that can be typed into; the others follow."""


@dataclass(frozen=True)
class _Entry:
    """A layer of a segment as it shall be.

    Attributes:
        id: Its node; None of one that comes.
        layer: What it computes.
        stem: What the id of one that comes begins with.
    """

    id: NodeId | None
    layer: Layer
    stem: str


def change(analysis: Analysis, row: int, column: Column, text: str) -> Design:
    """The design after a text was typed into a cell.

    Args:
        analysis: Of the design.
        row: Place of the row, from 0.
        column: One of ``EDITABLE``.
        text: What was typed.

    Raises:
        DesignerError: The row or the cell cannot be changed, or the text is no value of it.
    """
    table = read(analysis)
    meant = _editable(table, row)
    if column not in EDITABLE:
        raise EditRefused(f"{column.title} follows from the design; it cannot be typed")
    if column is Column.N:
        entries = _repeated(meant, _count(text))
    else:
        entries = [_Entry(id, _typed(meant, place, column, text), _stem(id)) for place, id in enumerate(meant.ids)]
    return _with_rows(analysis, table, meant.segment, {row: entries})


def add(analysis: Analysis, row: int, text: str) -> Design:
    """The design with the rows of a pasted table behind a row.

    Args:
        analysis: Of the design.
        row: Place of the row that they follow; -1 puts them before the first.
        text: A table, as ``parse`` reads it.

    Raises:
        EditRefused: The text is no table, or a row of it cannot be computed there.
    """
    stated = parse(text)
    table = read(analysis)
    meant = _editable(table, max(row, 0))
    spec = meant.given[0] if row < 0 else meant.gives[-1]
    if spec is None:
        raise EditRefused("the shape there is unknown; wire it to an input first")
    coming = [_Entry(None, layer, stem) for stem, layer in layers_of(stated, spec)]
    here = _entries(meant)
    return _with_rows(analysis, table, meant.segment, {max(row, 0): coming + here if row < 0 else here + coming})


def duplicate(analysis: Analysis, row: int) -> Design:
    """The design with a row once more behind itself, its stride 1 so that it fits.

    Raises:
        EditRefused: The row is in no sequence.
    """
    table = read(analysis)
    meant = _editable(table, row)
    coming = [_Entry(None, _with_stride_1(layer), _stem(id)) for id, layer in zip(meant.ids, meant.layers, strict=True)]
    return _with_rows(analysis, table, meant.segment, {row: _entries(meant) + coming})


def delete_rows(analysis: Analysis, rows: Sequence[int]) -> Design:
    """The design without these rows; what read the last of them reads what fed the first.

    Raises:
        EditRefused: A row is in no sequence.
    """
    design = analysis.design
    table = read(analysis)
    meant = [_editable(table, row) for row in rows]
    for number in sorted({each.segment for each in meant if each.segment is not None}):
        gone: dict[int, list[_Entry]] = {
            row: [] for row, each in zip(rows, meant, strict=True) if each.segment == number
        }
        design = _rebuilt(design, table.segments[number], _order(table, number, gone))
    return design


def move(analysis: Analysis, row: int, to: int) -> Design:
    """The design with a row elsewhere in its sequence; cards change places, so that the drawing reads as before.

    Args:
        analysis: Of the design.
        row: Place of the row.
        to: Its place afterwards.

    Raises:
        EditRefused: There it would stand in another sequence.
    """
    table = read(analysis)
    meant, there = _editable(table, row), _editable(table, to)
    if meant.segment is None or meant.segment != there.segment:
        raise EditRefused("a row moves within its own sequence; between the two stands what joins or splits tensors")
    places = [place for place, each in enumerate(table.rows) if each.segment == meant.segment]
    places.remove(row)
    places.insert(places.index(to) + (1 if to > row else 0) if to != row else places.index(to), row)
    ordered = [entry for place in places for entry in _entries(table.rows[place])]
    return _rebuilt(analysis.design, table.segments[meant.segment], ordered)


def fill_down(analysis: Analysis, rows: Sequence[int], column: Column) -> Design:
    """The design with the first of these rows' cell in all of them.

    Raises:
        DesignerError: One of them cannot take it.
    """
    table = read(analysis)
    if column not in EDITABLE:
        raise EditRefused(f"{column.title} follows from the design; it cannot be filled down")
    if len(rows) < 2:
        raise EditRefused("one row is selected; select those below it, too")
    text = _editable(table, rows[0]).text(column)
    design = analysis.design
    new: dict[int, dict[int, list[_Entry]]] = {}
    for row in rows[1:]:
        meant = _editable(table, row)
        if column is Column.N:
            entries = _repeated(meant, _count(text))
        else:
            entries = [_Entry(id, _typed(meant, at, column, text), _stem(id)) for at, id in enumerate(meant.ids)]
        new.setdefault(meant.segment or 0, {})[row] = entries
    for number, changed in new.items():
        design = _rebuilt(design, table.segments[number], _order(table, number, changed))
    return design


# One row --------------------------------------------------------------------------------------------------------------


def _editable(table: StageTable, row: int) -> StageRow:
    if not 0 <= row < len(table.rows):
        raise EditRefused(f"there is no row {row + 1}; the table has {len(table.rows)}")
    meant = table.rows[row]
    if meant.segment is None:
        raise EditRefused(meant.reason)
    return meant


def _entries(row: StageRow) -> list[_Entry]:
    return [_Entry(id, layer, _stem(id)) for id, layer in zip(row.ids, row.layers, strict=True)]


def _stem(id: NodeId) -> str:
    head, _, tail = id.rpartition("_")
    return head if head and tail.isdigit() else id


def _typed(row: StageRow, place: int, column: Column, text: str) -> Layer:
    """One of a row's blocks after a cell was typed into: the stride is that of the first."""
    layer, given = row.layers[place], row.given[place]
    if column is Column.OPERATOR:
        return _of_operator(layer, text, given)
    if column is Column.S and place:
        return layer
    if column is Column.C and place:  # of a run that grows, as a dense block's, the first says by how much
        width = width_parameter(layer, given)
        if width is not None:
            first = with_cell(row.layers[0], column, text, row.given[0])
            return layer.with_parameter(width.name, getattr(first, width.name))
    if column is Column.SE and "," in text:
        several = text.split(",")
        return with_cell(layer, column, several[min(place, len(several) - 1)], given)
    return with_cell(layer, column, text, given)


def _of_operator(layer: Layer, text: str, given: TensorSpec | None) -> Layer:
    meant = operator_of(text)
    made = as_kind(layer, meant.cls) if type(layer) is not meant.cls else layer
    if own_parameter(made, "batch_norm") is not None:
        made = made.with_parameter("batch_norm", meant.has_norm)
    if meant.kernel:
        made = with_cell(made, Column.K, meant.kernel, given)
    if meant.expansion:
        made = with_cell(made, Column.T, meant.expansion, given)
    return made


def _count(text: str) -> int:
    word = text.strip()
    if re.fullmatch("[0-9]{1,3}", word) is None or not 1 <= int(word) <= MOST_REPEATS:
        raise EditRefused(f"n is '{word}'; it takes 1 to {MOST_REPEATS}, and a row is deleted by Delete")
    return int(word)


def _repeated(row: StageRow, number: int) -> list[_Entry]:
    """A row of so many blocks; those that come are as the last, with stride 1."""
    entries = _entries(row)
    if number <= len(entries):
        return entries[:number]
    last = _with_stride_1(row.layers[-1])
    given, gives = row.given[-1], row.gives[-1]
    if len(entries) == 1 and own_parameter(last, "gate") is not None and given is not None and gives is not None:
        squeezed = last.parameter("squeezed_channels")
        value = round(getattr(last, squeezed.name) * gives.channels / given.channels)
        last = last.with_parameter(squeezed.name, max(1, value))
    return entries + [_Entry(None, last, _stem(row.ids[-1]))] * (number - len(entries))


def _with_stride_1(layer: Layer) -> Layer:
    stride = own_parameter(layer, "stride")
    return layer.with_parameter(stride.name, 1) if stride is not None else layer


# Segments -------------------------------------------------------------------------------------------------------------


def _with_rows(analysis: Analysis, table: StageTable, number: int | None, changed: dict[int, list[_Entry]]) -> Design:
    if number is None:
        raise EditRefused("the row is in no sequence")
    return _rebuilt(analysis.design, table.segments[number], _order(table, number, changed))


def _order(table: StageTable, number: int, changed: dict[int, list[_Entry]]) -> list[_Entry]:
    found: list[_Entry] = []
    for place, row in enumerate(table.rows):
        if row.segment == number:
            found += changed.get(place, _entries(row))
    return found


def _rebuilt(design: Design, segment: Segment, entries: Sequence[_Entry]) -> Design:
    """The design with other layers in a segment: the rest stands, and its wires with it."""
    coming: list[NodeId] = []
    ids: list[NodeId] = []
    for entry in entries:
        if entry.id is None:
            coming.append(design.fresh_id(entry.stem, coming))
        ids.append(entry.id or coming[-1])
    slots = _slots(design, segment, ids)
    made = {id: _node(design, id, entry.layer, slots.get(id)) for id, entry in zip(ids, entries, strict=True)}
    if tuple(ids) == segment.ids and all(
        _has_same_ports(node.layer, design.nodes[id].layer) for id, node in made.items()
    ):
        return design.replacing([node for id, node in made.items() if node is not design.nodes[id]])
    nodes = _placed(design, segment, ids, made)
    result = Design.build(design.name, nodes, _wires(design, segment, ids, made), (), design.constraints)
    result = result.with_annotations(design.annotations.values())
    for id in coming:
        result = _beside(result, id)
    return result


def _has_same_ports(layer: Layer, other: Layer) -> bool:
    return layer.inputs == other.inputs and layer.outputs == other.outputs


def _slots(design: Design, segment: Segment, ids: Sequence[NodeId]) -> dict[NodeId, Point]:
    """Where the kept cards stand: those of a moved row take the places along the way in turn."""
    kept = [id for id in ids if id in design.nodes]
    staying = set(kept)
    was = [id for id in segment.ids if id in staying]
    return {id: design.nodes[old].position for id, old in zip(kept, was, strict=True)}


def _node(design: Design, id: NodeId, layer: Layer, place: Point | None) -> Node:
    if id in design.nodes and place is not None:
        node = design.nodes[id]
        if node.layer is layer and node.position == place:
            return node
        varied = tuple(each for each in node.varied if own_parameter(layer, each.field) is not None)
        return replace(node, layer=layer, position=place, varied=varied)
    return Node(id, layer)


def _placed(design: Design, segment: Segment, ids: Sequence[NodeId], made: dict[NodeId, Node]) -> list[Node]:
    """All nodes in the order of placing: what comes stands behind what it reads."""
    gone = set(segment.ids) - set(ids)
    order = [id for id in design.nodes if id not in gone]
    previous = segment.source.node if segment.source is not None else None
    for id in ids:
        if id not in design.nodes:
            order.insert(order.index(previous) + 1 if previous is not None else 0, id)
        previous = id
    return [made[id] if id in made else design.nodes[id] for id in order]


def _wires(design: Design, segment: Segment, ids: Sequence[NodeId], made: dict[NodeId, Node]) -> list[Wire]:
    own = set(segment.ids)
    kept = [wire for wire in design.wires.values() if wire.target.node not in own and wire.source.node not in own]
    ways: list[tuple[PortRef, PortRef]] = []
    entries = [PortRef(id, made[id].layer.inputs[0].name) for id in ids]
    exits = [PortRef(id, made[id].layer.outputs[0].name) for id in ids]
    if ids and segment.source is not None:
        ways.append((segment.source, entries[0]))
    ways += [(exits[before], entries[after]) for before, after in pairwise(range(len(ids)))]
    last = exits[-1] if ids else segment.source
    if last is not None:
        ways += [(last, target) for target in segment.targets]
    for source, target in ways:
        was = design.wires.get(target)
        kept.append(was if was is not None and was.source == source else Wire(source, target))
    return kept


def _beside(design: Design, id: NodeId) -> Design:
    """With a card that came at the right of what it reads; the others give way."""
    sources = design.predecessors[id]
    at = design.nodes[sources[0]].position if sources else Point(0.0, 0.0)
    return with_room(design.replacing([replace(design.nodes[id], position=Point(at.x + STEP_X, at.y))]), id)
