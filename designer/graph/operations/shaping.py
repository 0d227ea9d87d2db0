"""Operations that compute nothing: other shapes, parts and orders of what is there. And means over dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from designer.errors import ShapeError
from designer.graph.formula import Statement, T, Terms
from designer.graph.operations.elementwise import how_shapes_differ
from designer.graph.operations.operation import Operation
from designer.graph.tensor import TensorSpec, require_map
from designer.issue_code import IssueCode


@dataclass(frozen=True)
class Flatten(Operation, title="flatten"):
    """N×C×H×W laid out as N×(C·H·W), channel by channel."""

    is_view = True

    def output(self, x: TensorSpec) -> TensorSpec:
        return TensorSpec((x.batch, x.elements // x.batch), x.dtype)


@dataclass(frozen=True)
class Reshape(Operation, title="reshape"):
    """The same elements in the same order under other dimensions; the batch stays.

    Attributes:
        sides: The dimensions after the batch; one of them may be −1, for what is left.
        channel_axis: Which dimension of the result holds the channels.
    """

    sides: tuple[int, ...]
    channel_axis: int = 1

    is_view = True

    def output(self, x: TensorSpec) -> TensorSpec:
        held = x.elements // x.batch
        known = prod(side for side in self.sides if side != -1)
        words = "×".join("?" if side == -1 else str(side) for side in self.sides)
        if self.sides.count(-1) > 1 or not known or held % known or (known != held and -1 not in self.sides):
            raise ShapeError(
                IssueCode.RESHAPE,
                f"{x.label} does not become {words}",
                f"{held} elements a picture cannot be laid out so; one dimension may be −1, for what is left",
            )
        sides = tuple(held // known if side == -1 else side for side in self.sides)
        return TensorSpec((x.batch, *sides), x.dtype, min(self.channel_axis, len(sides)))


@dataclass(frozen=True)
class Permute(Operation, title="permute"):
    """The dimensions in another order, the batch first; its memory is written anew.

    Attributes:
        order: For each dimension of the result, which of the input's it is.
    """

    order: tuple[int, ...]

    def output(self, x: TensorSpec) -> TensorSpec:
        if self.order[0] != 0 or sorted(self.order) != list(range(len(x.shape))):
            raise ShapeError(
                IssueCode.PERMUTE,
                f"no order of the dimensions of {x.label}",
                f"it has {len(x.shape)} dimensions with the batch, which stays first; each is named once",
            )
        return TensorSpec(tuple(x.shape[axis] for axis in self.order), x.dtype, self.order.index(x.channel_axis))


@dataclass(frozen=True)
class Squeeze(Operation, title="squeeze"):
    """The dimensions of one position left out.

    Attributes:
        axes: Which, the batch being 0.
    """

    axes: tuple[int, ...]

    is_view = True

    def output(self, x: TensorSpec) -> TensorSpec:
        axes = self.axes
        if any(axis >= len(x.shape) or x.shape[axis] != 1 for axis in axes) or len(x.shape) - len(axes) < 2:
            raise ShapeError(
                IssueCode.SQUEEZE,
                f"{x.label} has more than one position there",
                "only a dimension of one position can be left out, and the batch and one other stay",
            )
        kept = [axis for axis in range(len(x.shape)) if axis not in axes]
        channel_axis = kept.index(x.channel_axis) if x.channel_axis in kept else 1
        return TensorSpec(tuple(x.shape[axis] for axis in kept), x.dtype, channel_axis)


@dataclass(frozen=True)
class Split(Operation, title="split"):
    """The channels in parts, one behind the other: views of the input's memory.

    Attributes:
        sizes: Channels of each part.
        axis: Which dimension holds the channels.
    """

    sizes: tuple[int, ...]
    axis: int = 1

    is_view = True

    def outputs(self, *inputs: TensorSpec) -> tuple[TensorSpec, ...]:
        (x,) = inputs
        if sum(self.sizes) != x.shape[self.axis] or min(self.sizes) < 1:
            raise ShapeError(
                IssueCode.SPLIT,
                f"{x.shape[self.axis]} channels are not {' + '.join(map(str, self.sizes))}",
                "the parts together are all channels, and each has one at least",
            )
        before, after = x.shape[: self.axis], x.shape[self.axis + 1 :]
        return tuple(TensorSpec((*before, size, *after), x.dtype, x.channel_axis) for size in self.sizes)


@dataclass(frozen=True)
class Slice(Operation, title="slice"):
    """A range of one dimension: a view of the input's memory.

    Attributes:
        axis: Which dimension, the batch being 0.
        start: The first position.
        stop: The position behind the last.
        step: From each position to the next.
    """

    axis: int
    start: int
    stop: int
    step: int = 1

    is_view = True

    def output(self, x: TensorSpec) -> TensorSpec:
        if not 0 < self.axis < len(x.shape):
            raise ShapeError(
                IssueCode.SLICE, f"{x.label} has no dimension {self.axis}", "dimensions are counted from the batch, 0"
            )
        kept = range(self.start, min(self.stop, x.shape[self.axis]), self.step)
        if not kept:
            raise ShapeError(
                IssueCode.SLICE,
                f"nothing of {x.label} is left",
                f"positions {self.start} to {self.stop} of the {x.shape[self.axis]} there are",
            )
        return x._replace(shape=(*x.shape[: self.axis], len(kept), *x.shape[self.axis + 1 :]))


@dataclass(frozen=True)
class ChannelShuffle(Operation, title="channel shuffle"):
    """The channels of N×C×H×W, g groups in a row, dealt out so that neighbours come from different groups.

    Source: Zhang et al. 2018, ShuffleNet, fig. 1.

    Attributes:
        groups: g.
    """

    groups: int

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        if x.channels % self.groups:
            raise ShapeError(
                IssueCode.GROUPS,
                f"{self.groups} groups do not divide {x.channels} channels",
                f"each group takes the same number of channels; {x.channels % self.groups} would be left over",
            )
        return x


@dataclass(frozen=True)
class Concatenate(Operation, title="concatenation"):
    """Tensors one behind the other along the channels.

    Attributes:
        axis: Which dimension holds the channels.
    """

    axis: int = 1

    def output(self, *inputs: TensorSpec) -> TensorSpec:
        first = inputs[0]
        for other in inputs[1:]:
            if other.channel_axis != first.channel_axis or other.sides != first.sides:
                labels = " ≠ ".join(spec.label for spec in inputs)
                reason = how_shapes_differ(first, other.with_channels(first.channels))
                raise ShapeError(
                    IssueCode.SIDES_DIFFER, f"sides differ: {labels}", f"only the channels may differ: {reason}"
                )
        return first.with_channels(sum(spec.channels for spec in inputs))


@dataclass(frozen=True)
class Mean(Operation, title="mean"):
    """The mean over some dimensions. One operation for each element it reads: additions, and a division at the end.

    Attributes:
        axes: Which dimensions, the batch being 0.
        keep: Whether they stay, with one position each.
    """

    axes: tuple[int, ...]
    keep: bool = False

    def output(self, x: TensorSpec) -> TensorSpec:
        if not self.axes or any(not 0 < axis < len(x.shape) for axis in self.axes):
            raise ShapeError(
                IssueCode.MEAN,
                f"{x.label} has no such dimensions",
                "dimensions are counted from the batch, 0, which stays",
            )
        if self.keep:
            shape = tuple(1 if axis in self.axes else side for axis, side in enumerate(x.shape))
            return x._replace(shape=shape)
        kept = [axis for axis in range(len(x.shape)) if axis not in self.axes]
        if len(kept) < 2:
            raise ShapeError(IssueCode.MEAN, "nothing but the batch is left", "a dimension beside the batch stays")
        channel_axis = kept.index(x.channel_axis) if x.channel_axis in kept else 1
        return TensorSpec(tuple(x.shape[axis] for axis in kept), x.dtype, channel_axis)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return Statement(elementwise=of.elements(inputs[0]))
