"""What in LiteRT lays out, joins, parts and reduces tensors, as operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

from numpy.typing import NDArray

from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.runtime.importing.litert.folding import sliced
from designer.runtime.importing.litert.layout import MAP, Laid
from designer.runtime.importing.litert.reading import SEEN_AS_MAP, At, answers

Array = NDArray[Any]


@answers("CAST", "DEQUANTIZE")
def _passed(at: At) -> list[Laid]:
    return [replace(at.value(), name=at.out)]


def _again(at: At, value: Laid) -> Laid:
    """The same numbers looked at in another way."""
    return replace(value, name=at.out, origins=(*at.value().origins, *at.flow.origins))


@answers("RESHAPE")
def _reshape(at: At) -> list[Laid]:
    value = at.value()
    stated = at.option("newShape", None)
    is_stated = stated is not None and len(at.operator.inputs) == 1
    wanted = [int(each) for each in stated] if is_stated else at.numbers(1, "shape")
    whole = prod(at.flow.sides(value))
    known = prod(side for side in wanted if side != -1)
    if wanted.count(-1) > 1 or known < 1 or len(wanted) > 8:
        raise at.refused(f"its shape is {'×'.join(map(str, wanted[:9]))}")
    sides = tuple(whole // known if side == -1 else side for side in wanted)
    return _between_map_and_sequence(at, value, sides) or [_joined_here(at, _again(at, at.flow.reshaped(value, sides)))]


def _between_map_and_sequence(at: At, value: Laid, sides: Sequence[int]) -> list[Laid]:
    """Rows and columns as one dimension, or one as both; nothing where it is neither.

    It is said where it stands, for a side of one position leaves no trace in what is moved.
    """
    flow, before = at.flow, at.flow.sides(value)
    if flow.axes(value) == MAP and sides == (before[0], before[1] * before[2], before[3]):
        rows = at.step(op.Reshape((before[3], -1)), (value.tensor,), "rows")
        return at.made(op.Permute((0, 2, 1)), (rows,), [(0,), (1,), (2,)])
    is_planes = flow.axes(value) == (0, 1, 2, 3) and flow.specs[value.tensor].is_map
    if is_planes and sides == (*before[:2], before[2] * before[3]):
        return at.made(op.Reshape((before[1], -1)), (value.tensor,), [(0,), (1,), (2,)])
    is_sequence = flow.axes(value) == (0, 1, 2) and len(sides) == 4
    is_sequence = is_sequence and not any(each.kind in ("TRANSPOSE", "RESHAPE") for each in at.readers)
    if is_sequence and (sides[0], sides[1] * sides[2], sides[3]) == before:
        turned = at.step(op.Permute((0, 2, 1)), (value.tensor,), "turned")
        return at.mapped(op.Reshape((sides[3], *sides[1:3])), flow.seen(turned, [(0,), (1,), (2,)], turned))
    return []


def _joined_here(at: At, value: Laid) -> Laid:
    """The dimensions that a reshape made, in this order and number from here on.

    But for a vector in the file's order: the matrix behind it takes that, and nothing is moved. Where the batch is
    joined with others, they come apart again before a reader.
    """
    flow, rank = at.flow, len(value.groups)
    order = [axis for group in value.groups for axis in group]
    if value.groups[0] != (0,) or rank > 4 or (rank == len(flow.shape(value)) == len(order)):
        return value
    if rank == 2:
        return flow.as_it_is(value) if order == sorted(order) else value
    is_turned = any(each.kind == "TRANSPOSE" for each in at.readers)
    return flow.as_map(value) if rank == 4 and not is_turned else flow.as_it_is(value)


@answers("SQUEEZE")
def _squeeze(at: At) -> list[Laid]:
    sides = at.flow.sides(at.value())
    given = at.option("squeezeDims", None)
    listed = given is not None and len(given)
    axes = {int(each) % len(sides) for each in given} if listed else {a for a, side in enumerate(sides) if side == 1}
    if any(sides[axis] != 1 for axis in axes):
        raise at.refused("it leaves out a dimension of several positions")
    kept = [side for axis, side in enumerate(sides) if axis not in axes]
    return [_again(at, at.flow.reshaped(at.value(), kept or [1]))]


@answers("EXPAND_DIMS")
def _expand(at: At) -> list[Laid]:
    sides = list(at.flow.sides(at.value()))
    (axis,) = at.numbers(1, "dimension")[:1] or [0]
    sides.insert(axis % (len(sides) + 1), 1)
    return [_again(at, at.flow.reshaped(at.value(), sides))]


@answers("TRANSPOSE")
def _transpose(at: At) -> list[Laid]:
    order, value = at.numbers(1, "order"), at.value()
    if sorted(order) != list(range(len(value.groups))):
        raise at.refused(f"its order is {order}")
    flow, is_kept = at.flow, order == sorted(order)
    if is_kept and flow.axes(value) == MAP:
        # It moves nothing in the file, so it is said for what it makes of a map: N×H×W×C that is no map.
        return at.made(op.Permute(MAP), (value.tensor,), [(axis,) for axis in range(4)])
    is_moved_on = all(each.kind in ("TRANSPOSE", "RESHAPE") for each in at.readers) and not at.is_given_out
    if flow.axes(value) == (0, 1, 2) and order[0] == 0 and not is_moved_on:
        return at.made(op.Permute(tuple(order)), (value.tensor,), [(axis,) for axis in range(3)])
    return [_again(at, flow.turned(value, order))]


@answers("CONCATENATION")
def _concatenation(at: At) -> list[Laid]:
    values = [at.value(index) for index in range(len(at.operator.inputs))]
    return _joined(at, values, int(at.option("axis")))


def _joined(at: At, values: Sequence[Laid], axis: int) -> list[Laid]:
    rank = len(values[0].groups)
    if any(len(each.groups) != rank for each in values) or not -rank <= axis < rank or axis % rank == 0:
        raise at.refused("it joins along the batch, or tensors of several ranks")
    lead = at.flow.one_for_one(values[0])
    parts = [lead, *(at.flow.like(each, lead) for each in values[1:])]
    order = at.flow.axes(lead)
    assert order is not None  # it is what one_for_one gave
    if len(parts) == 1:
        return [replace(lead, name=at.out)]
    operation = op.Concatenate(order[axis % rank])
    return at.made(operation, [each.tensor for each in parts], [(place,) for place in order])


@answers("PACK")
def _pack(at: At) -> list[Laid]:
    rank, axis = len(at.value().groups) + 1, int(at.option("axis"))
    if not -rank <= axis < rank:
        raise at.refused(f"its dimension is {axis}")
    made = []
    for index in range(len(at.operator.inputs)):
        sides = list(at.flow.sides(at.value(index)))
        sides.insert(axis % rank, 1)
        made.append(at.flow.reshaped(at.value(index), sides))
    return _joined(at, made, axis)


_MOST_PARTS = 8


def _parted(at: At, value: Laid, axis: int, sizes: Sequence[int]) -> list[Laid]:
    """A dimension in parts, one behind the other."""
    rank = len(value.groups)
    if not -rank <= axis < rank or axis % rank == 0:
        raise at.refused("it splits the batch")
    found, place = at.flow.axis_of(value, axis % rank)
    order = at.flow.axes(found)
    groups = found.groups if order is None else tuple((each,) for each in order)
    if sum(sizes) != at.flow.shape(found)[place] or min(sizes) < 1 or len(sizes) != len(at.outputs):
        raise at.refused(f"its parts are {list(sizes)[:9]}")
    if place == at.flow.specs[found.tensor].channel_axis and len(sizes) <= _MOST_PARTS:
        at.flow.add(op.Split(tuple(sizes), place), (found.tensor,), tuple(at.outputs))
    else:
        start = 0
        for size, name in zip(sizes, at.outputs, strict=True):
            at.flow.add(op.Slice(place, start, start + size), (found.tensor,), (name,))
            start += size
    return [at.flow.seen(name, groups, name) for name in at.outputs]


@answers("SPLIT")
def _split(at: At) -> list[Laid]:
    axis, count = at.numbers(0, "dimension")[0], len(at.outputs)
    value = at.value(1)
    side = at.flow.sides(value)[axis % len(value.groups)]
    return _parted(at, value, axis, [side // count] * count)


@answers("SPLIT_V")
def _split_v(at: At) -> list[Laid]:
    sizes, axis = at.numbers(1, "sizes"), at.numbers(2, "dimension")[0]
    value = at.value()
    side = at.flow.sides(value)[axis % len(value.groups)]
    known = sum(size for size in sizes if size != -1)
    return _parted(at, value, axis, [side - known if size == -1 else size for size in sizes])


@answers("UNPACK")
def _unpack(at: At) -> list[Laid]:
    value, axis = at.value(), int(at.option("axis"))
    sides = at.flow.sides(value)
    parts = _parted(at, value, axis, [1] * len(at.outputs))
    axis %= len(sides)
    return [at.flow.reshaped(each, (*sides[:axis], *sides[axis + 1 :])) for each in parts]


@answers("SLICE")
def _slice(at: At) -> list[Laid]:
    begins, sizes = at.numbers(1, "beginning"), at.numbers(2, "size")
    if len(begins) != len(sizes) or len(begins) != len(at.value().groups):
        raise at.refused("its beginning and size are not those of its dimensions")
    parts = [slice(first, None if size < 0 else first + size) for first, size in zip(begins, sizes, strict=True)]
    return _cut(at, parts, ())


@answers("STRIDED_SLICE")
def _strided_slice(at: At) -> list[Laid]:
    inputs = [at.kept(index, "range") for index in (1, 2, 3)]
    found = sliced(inputs, at.operator.options, len(at.value().groups))
    if found is None:
        raise at.refused("it adds dimensions or leaves some unsaid")
    return _cut(at, *found)


def _cut(at: At, parts: Sequence[slice], gone: Sequence[int]) -> list[Laid]:
    """A range of each dimension; those that are gone have one position and are left out."""
    value = at.value()
    for place, part in enumerate(parts):
        sides = at.flow.sides(value)
        start, stop, step = part.indices(sides[place])
        if (start, stop, step) == (0, sides[place], 1):
            continue
        if step < 1 or place == 0:
            raise at.refused("it runs backwards or takes a part of the batch")
        value, axis = at.flow.axis_of(value, place)
        order = at.flow.axes(value)
        groups = value.groups if order is None else tuple((each,) for each in order)
        name = at.step(op.Slice(axis, start, stop, step), (value.tensor,), f"slice_{place}")
        value = at.flow.seen(name, groups, at.out)
    kept = [side for place, side in enumerate(at.flow.sides(value)) if place not in gone]
    return [_again(at, at.flow.reshaped(value, kept or [1]))]


@answers("MEAN")
def _mean(at: At) -> list[Laid]:
    return [_averaged(at, at.out)]


@answers("SUM")
def _sum(at: At) -> list[Laid]:
    sides = at.flow.sides(at.value())
    count = prod(sides[axis % len(sides)] for axis in set(at.numbers(1, "dimensions")))
    mean = _averaged(at, at.flow.free(f"{at.out}/mean"))
    return at.made(op.ScalarMultiply(float(count)), (mean.tensor,), mean.groups)


def _averaged(at: At, name: str) -> Laid:
    """The mean over some dimensions of the file's."""
    value = at.value()
    rank = len(value.groups)
    places = sorted({axis % rank for axis in at.numbers(1, "dimensions")})
    if not places or 0 in places:
        raise at.refused("it goes over the batch")
    if rank == 4 and places == [1, 2]:
        source = at.map()
        at.flow.add(op.GlobalAveragePool(), (source.tensor,), (name,))
        return _reduced(at, at.flow.seen(name, SEEN_AS_MAP, name), places)
    gone = sorted(axis for place in places for axis in value.groups[place])
    operation: Operation
    if not gone:
        return _reduced(at, value, places)
    if any(len(value.groups[place]) != 1 for place in places):
        value = at.flow.one_for_one(value)
        order = at.flow.axes(value)
        assert order is not None  # it is what one_for_one gave
        gone = sorted(order[place] for place in places)
    shape = at.flow.shape(value)
    keep = bool(at.option("keepDims")) or len(shape) - len(gone) < 2
    if gone == [2, 3] and at.flow.specs[value.tensor].is_map:
        operation, keep = op.GlobalAveragePool(), True
    else:
        operation = op.Mean(tuple(gone), keep)
    at.flow.add(operation, (value.tensor,), (name,))
    left = [axis for axis in range(len(shape)) if keep or axis not in gone]
    groups = [[left.index(axis) for axis in group if axis not in gone] for group in value.groups]
    return _reduced(at, at.flow.seen(name, groups, name), places)


def _reduced(at: At, value: Laid, places: Sequence[int]) -> Laid:
    if at.option("keepDims"):
        return value
    sides = at.flow.sides(value)
    return at.flow.reshaped(value, [side for place, side in enumerate(sides) if place not in places])


@answers("REDUCE_MAX")
def _largest(at: At) -> list[Laid]:
    places = sorted({axis % len(at.value().groups) for axis in at.numbers(1, "dimensions")})
    if places != [1, 2]:
        raise at.refused("it goes over other dimensions than rows and columns")
    return [_reduced(at, at.mapped(op.GlobalMaxPool(), at.map())[0], places)]
