"""Tensors of a LiteRT file as tensors of ours: which of our dimensions each of the file's is made of.

Channels stand last in a file and second in our maps. A transpose, or a reshape that only joins dimensions, changes how
a tensor is looked at and not what is in it; so it is noted here, and becomes an operation only where a reader needs
the dimensions in another way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy

from designer.errors import ImportRefused, ShapeError
from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.graph.tensor import TensorSpec
from designer.importing.network import Array, NetworkStep, Origin

Group = tuple[int, ...]
"""The dimensions of ours that one of a file's is made of, the slowest first."""

MAP: tuple[int, ...] = (0, 2, 3, 1)
"""For each dimension of a file's map N×H×W×C, which of ours N×C×H×W it is."""
_TO_MAP = (0, 3, 1, 2)

_MOST_ELEMENTS = 2**26


@dataclass(frozen=True)
class Laid:
    """A tensor of a file.

    Attributes:
        tensor: Ours that holds its numbers.
        groups: For each of its dimensions, those of ours that it is made of. Dimensions of ours of one position are
            left out, but for the batch, which is the first of the first group.
        name: What the file calls it.
        origins: Operators that made it of another without computing.
    """

    tensor: str
    groups: tuple[Group, ...]
    name: str
    origins: tuple[Origin, ...] = ()


def sides_of(groups: Sequence[Group], shape: Sequence[int]) -> tuple[int, ...]:
    """The dimensions a file's tensor has."""
    return tuple(prod(shape[axis] for axis in group) for group in groups)


def from_file(array: Array, groups: Sequence[Group], shape: Sequence[int]) -> Array:
    """A file's numbers as our tensor has them, whatever the batch.

    Args:
        array: As the file has them.
        groups: Which of our dimensions each of the file's is made of.
        shape: Of our tensor; its batch may be another.
    """
    sequence = [axis for group in groups for axis in group]
    rest = prod(shape[axis] for axis in sequence if axis)
    apart = array.reshape([array.size // max(rest, 1) if axis == 0 else shape[axis] for axis in sequence])
    in_order = apart.transpose([sequence.index(axis) for axis in sorted(sequence)])
    return numpy.ascontiguousarray(in_order).reshape(-1, *shape[1:])


class Flow:
    """The steps of a network while it is read, and the shapes of their tensors.

    Attributes:
        specs: By name.
        steps: In order.
        laid: Of tensors that the file has too: how it has them, by name.
        origins: Of the operator that is being read.
    """

    def __init__(self) -> None:
        self.specs: dict[str, TensorSpec] = {}
        self.steps: list[NetworkStep] = []
        self.laid: dict[str, Laid] = {}
        self.origins: tuple[Origin, ...] = ()
        self._taken: set[str] = set()
        self._made: dict[tuple[str, tuple[Group, ...]], str] = {}

    def free(self, name: str) -> str:
        """The name, or the like where it is taken."""
        made, number = name, 2
        while made in self.specs or made in self._taken:
            made, number = f"{name}#{number}", number + 1
        self._taken.add(made)
        return made

    def shape(self, value: Laid) -> tuple[int, ...]:
        """The shape of the tensor of ours that holds it."""
        return self.specs[value.tensor].shape

    def sides(self, value: Laid) -> tuple[int, ...]:
        """Its dimensions in the file."""
        return sides_of(value.groups, self.shape(value))

    def add(
        self,
        operation: Operation,
        inputs: Sequence[str],
        results: Sequence[str],
        weights: Mapping[str, Array] | None = None,
        rules: tuple[str, ...] = (),
        origins: tuple[Origin, ...] = (),
    ) -> None:
        """Append a step.

        Raises:
            ImportRefused: The operation cannot take what reaches it, or makes more than is believed.
        """
        said = self.origins[0] if self.origins else Origin("", type(operation).__name__)
        try:
            specs = operation.outputs(*[_read_by(operation, self.specs[name]) for name in inputs])
        except ShapeError as error:
            raise ImportRefused(f"{said.operator} '{said.name}': {error}") from error
        for spec in specs:
            if spec.elements > _MOST_ELEMENTS:
                raise ImportRefused(
                    f"{said.operator} '{said.name}' makes {spec.full_label}, {spec.elements:,} numbers; the file is "
                    "damaged, or its input is too large"
                )
        self.specs.update(zip(results, specs, strict=True))
        kept = {
            weight.name: numpy.ascontiguousarray(weights[weight.name], numpy.float32).reshape(weight.shape)
            for weight in operation.weights()
            if weights is not None and weight.name in weights
        }
        self.steps.append(NetworkStep(operation, tuple(inputs), tuple(results), kept, origins or self.origins, rules))

    def seen(self, tensor: str, groups: Sequence[Sequence[int]], name: str) -> Laid:
        """A tensor of ours as a file's, dimensions of one position left out."""
        shape = self.specs[tensor].shape
        kept = [tuple(axis for axis in group if axis and shape[axis] != 1) for group in groups]
        return Laid(tensor, ((0, *kept[0]), *kept[1:]), name)

    # Dimensions in the way a reader needs them ---------------------------------------------------------------------

    def axes(self, value: Laid) -> tuple[int, ...] | None:
        """For each dimension of the file's tensor, the one of ours that it is; None where that is not one for one."""
        shape = self.shape(value)
        if len(shape) != len(value.groups) or value.groups[0] != (0,) or any(len(each) > 1 for each in value.groups):
            return None
        known = {place: group[0] for place, group in enumerate(value.groups) if group}
        usual = [tuple(range(len(shape)))]
        if len(shape) == 4:
            usual.insert(0, MAP)
        for order in usual:
            if all(order[place] == axis for place, axis in known.items()):
                return order
        left = iter(sorted(set(range(len(shape))) - set(known.values())))
        return tuple(known[place] if place in known else next(left) for place in range(len(shape)))

    def as_map(self, value: Laid) -> Laid:
        """A file's N×H×W×C as our N×C×H×W."""
        return value if self.axes(value) == MAP else self.arranged(value, _TO_MAP)

    def as_it_is(self, value: Laid) -> Laid:
        """Our dimensions in the file's order."""
        order = tuple(range(len(value.groups)))
        return value if self.axes(value) == order else self.arranged(value, order)

    def one_for_one(self, value: Laid) -> Laid:
        """Each dimension of the file's one of ours: as it is, or as a map where it is none so far."""
        if self.axes(value) is not None:
            return value
        return self.as_map(value) if len(value.groups) == 4 else self.as_it_is(value)

    def like(self, value: Laid, other: Laid) -> Laid:
        """Our dimensions as those of another tensor of the same rank, each of which is one of its file's."""
        order = self.axes(other)
        assert order is not None  # it is what one_for_one gave
        mine = self.axes(value)
        if mine == order:
            return value
        return self.arranged(value, [order.index(axis) for axis in range(len(order))])

    def axis_of(self, value: Laid, place: int) -> tuple[Laid, int]:
        """The tensor so that a dimension of the file's is one of ours, and which."""
        if len(value.groups[place]) == 1 and place:
            return value, value.groups[place][0]
        found = self.one_for_one(value)
        order = self.axes(found)
        assert order is not None  # it is what one_for_one gave
        return found, order[place]

    def channels_last(self, value: Laid) -> Laid:
        """Our last dimension is the file's last; where the file has the batch with others in one, ours are apart."""
        shape, last = self.shape(value), value.groups[-1]
        if len(value.groups) > 1 and last == (len(shape) - 1,):
            return value
        before = value.groups[:-1]
        if not before:
            raise self.refused("it takes a tensor of one dimension")
        if before[0] == (0,):
            return self.as_it_is(value)
        made = self._arranged(value, [(0,), before[0][1:], *before[1:], last])
        groups = [(0, 1), *((place,) for place in range(2, len(before) + 2))]
        return self.seen(made, groups, value.name)

    def flat(self, value: Laid) -> tuple[str, Array]:
        """As N×F in our order; and for each number of a picture in the file's order, its place in ours."""
        shape = self.shape(value)
        sequence = [axis - 1 for group in value.groups for axis in group if axis]
        places = numpy.arange(prod(shape[1:])).reshape(shape[1:])
        ones = [axis for axis in range(len(shape) - 1) if axis not in sequence]
        order = places.transpose([*sequence, *ones]).reshape(-1)
        if len(shape) == 2:
            return value.tensor, order
        key = (value.tensor, (tuple(range(len(shape))),))
        if key not in self._made:
            self._made[key] = name = self._name(value)
            self.add(op.Flatten(), (value.tensor,), (name,), origins=value.origins or self.origins)
            if (order[1:] > order[:-1]).all():
                self._note(self.seen(name, [(0,), (1,)], value.name))
        return self._made[key], order

    def arranged(self, value: Laid, order: Sequence[int]) -> Laid:
        """Ours with each dimension one of the file's.

        Args:
            value: The tensor.
            order: For each dimension that ours shall have, which of the file's it is.
        """
        if value.groups[0] != (0,):
            raise self.refused("it moves elements into or out of the batch")
        tensor = self._arranged(value, [value.groups[place] for place in order])
        return self._note(self.seen(tensor, [(order.index(place),) for place in range(len(order))], value.name))

    def _note(self, made: Laid) -> Laid:
        if made.tensor == made.name:
            self.laid[made.name] = made
        return made

    def _name(self, value: Laid) -> str:
        """A name for what the file's tensor is once its dimensions are in order: its own, where nothing has it yet."""
        return value.name if value.name not in self.specs else self.free(f"{value.name}/arranged")

    def _arranged(self, value: Laid, wanted: Sequence[Group]) -> str:
        """Our tensor with these dimensions, each made of those it has now; the same one for who asks again."""
        if self.shape(value) == sides_of(wanted, self.shape(value)) and _is_sorted(wanted):
            return value.tensor
        key = (value.tensor, tuple(wanted))
        if key not in self._made:
            self._made[key] = self._made_of(value, wanted)
        return self._made[key]

    def _made_of(self, value: Laid, wanted: Sequence[Group]) -> str:
        shape = self.shape(value)
        sequence = [axis for group in wanted for axis in group]
        sides = sides_of(wanted, shape)
        joined = _joined(_with_ones_inside(wanted, len(shape))) if all(map(_is_rising, wanted)) else None
        tensor, name = value.tensor, self._name(value)
        origins = value.origins or self.origins
        if sequence != sorted(sequence) and len(shape) > len(wanted) and joined is not None:
            # Rows and columns as one dimension, and that turned round with the channels: a map as a sequence.
            form = [shape_of for shape_of, _ in joined]
            before = self.free(f"{name}/joined")
            apart = tuple(prod(shape[axis] for axis in group) for group in form)
            self.add(op.Reshape(apart[1:], 1), (tensor,), (before,), origins=origins)
            tensor, shape = before, apart
            order = [place for _, place in joined]
            wanted = [(order.index(index),) for index in range(len(wanted))]
            sequence = [group[0] for group in wanted]
        if sequence != sorted(sequence):
            order = _with_ones(wanted, len(shape))
            turned = tuple(shape[axis] for axis in order)
            made = name if turned == sides else self.free(f"{name}/turned")
            self.add(op.Permute(tuple(order)), (tensor,), (made,), origins=origins)
            tensor, shape = made, turned
        if tuple(shape) != sides:
            self._shaped(tensor, sides, name, origins)
            tensor = name
        return tensor

    def _shaped(self, tensor: str, sides: Sequence[int], name: str, origins: tuple[Origin, ...]) -> None:
        """The same numbers under other dimensions."""
        shape = self.specs[tensor].shape
        if len(sides) == 2:
            operation: Operation = op.Flatten()
        elif (gone := _gone(shape, sides)) is not None and self.specs[tensor].channel_axis not in gone:
            operation = op.Squeeze(gone)
        else:
            operation = op.Reshape(tuple(sides[1:]), self._channels_of(tensor, sides))
        self.add(operation, (tensor,), (name,), origins=origins)

    def _channels_of(self, tensor: str, sides: Sequence[int]) -> int:
        """Which dimension holds the channels once a tensor has these: the same, second or last, where it is kept."""
        shape, axis, last = self.specs[tensor].shape, self.specs[tensor].channel_axis, len(sides) - 1
        if axis == 1 and sides[1] == shape[1]:
            return 1
        if axis == len(shape) - 1 and sides[-1] == shape[-1]:
            return last
        return 1 if last == 3 else last

    # What changes only how a tensor is looked at -------------------------------------------------------------------

    def turned(self, value: Laid, order: Sequence[int]) -> Laid:
        """The file's dimensions in another order."""
        groups = [value.groups[place] for place in order]
        if order[0] != 0:
            if self.shape(value)[0] != 1:
                raise self.refused("it moves the batch")
            groups = [tuple(axis for axis in group if axis) for group in groups]
            groups[0] = (0, *groups[0])
        return replace(value, groups=tuple(groups))

    def reshaped(self, value: Laid, sides: Sequence[int]) -> Laid:
        """The file's numbers in the same order under other dimensions.

        Raises:
            ImportRefused: There are others than that many, or the batch comes apart.
        """
        shape = self.shape(value)
        if prod(sides) != prod(shape) or not sides:
            said = "×".join(map(str, sides))
            raise self.refused(f"{'×'.join(map(str, self.sides(value)))} does not become {said}")
        sequence = [axis for group in value.groups for axis in group]
        factors = _factors([shape[axis] for axis in sequence], sides)
        if factors is None or len(factors[0]) > 1 or sides[0] % shape[0]:
            return self._anew(value, sides)
        if any(len(each) > 1 for each in factors):
            value = self._split(value, dict(zip(sequence, factors, strict=True)))
            shape = self.shape(value)
            sequence = [axis for group in value.groups for axis in group]
        groups: list[Group] = []
        rest = sequence[1:]
        for place, side in enumerate(sides):
            group: list[int] = [] if place else [0]
            while prod(shape[axis] for axis in group) < side:
                group.append(rest.pop(0))
            groups.append(tuple(group))
        return replace(value, groups=tuple(groups))

    def _split(self, value: Laid, factors: Mapping[int, Sequence[int]]) -> Laid:
        """Ours with dimensions taken apart."""
        shape, channels = self.shape(value), self.specs[value.tensor].channel_axis
        sides: list[int] = []
        places: dict[int, list[int]] = {}
        for axis, side in enumerate(shape):
            parts = list(factors.get(axis, (side,))) or [side]
            places[axis] = list(range(len(sides), len(sides) + len(parts)))
            sides += parts
        name = self.free(f"{value.name}/parted" if value.name in self.specs else value.name)
        axis = 1 if places[channels][0] == 1 else len(sides) - 1
        operation = op.Reshape(tuple(sides[1:]), axis)
        self.add(operation, (value.tensor,), (name,), origins=value.origins or self.origins)
        groups = [[place for axis in group for place in places[axis]] for group in value.groups]
        return self.seen(name, groups, value.name)

    def _anew(self, value: Laid, sides: Sequence[int]) -> Laid:
        """Ours laid out in the file's order and under the file's new dimensions."""
        batch = self.shape(value)[0]
        if sides[0] != batch or len(sides) < 2:
            raise self.refused("it moves elements into or out of the batch")
        plain = self.as_it_is(value)
        name = self.free(f"{value.name}/shaped" if value.name in self.specs else value.name)
        self._shaped(plain.tensor, tuple(sides), name, value.origins or self.origins)
        return self.seen(name, [(place,) for place in range(len(sides))], value.name)

    def refused(self, why: str) -> ImportRefused:
        """The refusal of the operator that is being read."""
        said = self.origins[0] if self.origins else Origin("", "the network")
        return ImportRefused(f"{said.operator} '{said.name}': {why}, and no layer computes that")


_OF_MAPS = (
    *(op.Convolution, op.TransposedConvolution, op.MaxPool, op.AveragePool, op.GlobalAveragePool, op.GlobalMaxPool),
    *(op.BatchNorm, op.GroupNorm, op.LocalResponseNorm, op.GlobalResponseNorm, op.Resize, op.PixelShuffle),
    *(op.Multiply, op.Subtract, op.Divide),
)


def _read_by(operation: Operation, spec: TensorSpec) -> TensorSpec:
    """A shape with its channels where an operation reads them; whether they are there is seen once all is read."""
    rank = len(spec.shape)
    axis = spec.channel_axis
    if isinstance(operation, op.Linear) or (isinstance(operation, op.LayerNorm) and operation.axis == -1):
        axis = rank - 1
    elif isinstance(operation, (op.Concatenate, op.Split)):
        axis = operation.axis
    elif rank == 4 and isinstance(operation, _OF_MAPS):
        axis = 1
    return spec._replace(channel_axis=axis)


def _gone(shape: Sequence[int], sides: Sequence[int]) -> tuple[int, ...] | None:
    """Which dimensions of one position are left out, where nothing else changes."""
    gone: list[int] = []
    left = list(sides)
    for axis, side in enumerate(shape):
        if left and left[0] == side:
            left.pop(0)
        elif side == 1 and axis:
            gone.append(axis)
        else:
            return None
    return tuple(gone) if gone and not left else None


def _joined(wanted: Sequence[Group]) -> list[tuple[Group, int]] | None:
    """The groups in our order, each with its place; None where one is made of dimensions that do not stand together."""
    if any(list(group) != list(range(group[0], group[-1] + 1)) for group in wanted if group):
        return None
    if any(not group for group in wanted):
        return None
    return sorted(((group, place) for place, group in enumerate(wanted)), key=lambda each: each[0])


def _is_rising(group: Group) -> bool:
    return list(group) == sorted(group)


def _is_sorted(wanted: Sequence[Group]) -> bool:
    sequence = [axis for group in wanted for axis in group]
    return sequence == sorted(sequence)


def _with_ones_inside(wanted: Sequence[Group], rank: int) -> list[Group]:
    """The groups, each with the dimensions of one position that stand beside those it has."""
    made = [list(group) for group in wanted]
    for one in sorted(set(range(rank)) - {axis for group in wanted for axis in group}):
        beside = next((group for near in (one + 1, one - 1) for group in made if near in group and near), None)
        if beside is not None:
            beside.append(one)
            beside.sort()
    return [tuple(group) for group in made]


def _with_ones(wanted: Sequence[Group], rank: int) -> list[int]:
    """All dimensions in the wanted order, those of one position where an empty group stands, else at the end."""
    known = {axis for group in wanted for axis in group}
    ones = [axis for axis in range(rank) if axis not in known]
    order: list[int] = []
    for group in wanted:
        if group:
            order += group
        elif ones:
            order.append(ones.pop(0))
    return order + ones


def _factors(sizes: Sequence[int], sides: Sequence[int]) -> list[tuple[int, ...]] | None:
    """Each size as a product of parts so that every side is a product of parts in a row; None where there is none."""
    if 0 in sizes:
        return None
    parts: list[tuple[int, ...]] = []
    ends = {prod(sides[: place + 1]) for place in range(len(sides))}
    begin = 1
    for size in sizes:
        end = begin * size
        cuts = [*sorted(each for each in ends if begin < each < end), end]
        made: list[int] = []
        for cut in cuts:
            if cut % begin:
                return None
            made.append(cut // begin)
            begin = cut
        parts.append(tuple(made))
    return parts
