"""Which channels must go together: through residuals, depthwise filters, norms, gates, groups, to the last reader.

Every channel of every tensor of a design that is laid flat has a *slot*. What only passes a channel on keeps its slot;
what meets element by element makes two slots one; what mixes channels makes fresh ones. Whoever removes a slot removes
that channel everywhere, and the filters and weights that read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from designer.analysis.analysis import Analysis
from designer.analysis.program import Instruction, Program, Value, program_of
from designer.graph import operations as op
from designer.graph.design import NodePath
from designer.graph.tensor import TensorSpec

Slot = int

_PASSING = (
    op.BatchNorm,
    op.AveragePool,
    op.MaxPool,
    op.GlobalAveragePool,
    op.GlobalMaxPool,
    op.AdaptiveAveragePool,
    op.Resize,
    op.Pad,
)
"""What computes each channel by itself; element-wise operations do as well."""
_MEETING = (op.Add, op.Subtract, op.Multiply, op.Divide)


@dataclass(frozen=True)
class KeptChannels:
    """What is kept of the weights of one node.

    Attributes:
        path: The node, through blocks.
        outputs: Which output channels: the first dimension of its tensors.
        inputs: Which input channels, of one group where there are groups: the second dimension of its kernels; None
            where all are kept.
    """

    path: NodePath
    outputs: tuple[int, ...]
    inputs: tuple[int, ...] | None = None


class Channels:
    """The slots of a design's tensors.

    Args:
        analysis: Of a design that can run.

    Raises:
        InvalidDesign: The design has problems.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.program: Program = program_of(analysis)
        self._parents: list[Slot] = []
        self._fixed: dict[Slot, str] = {}
        self._slots: dict[Value, tuple[Slot, ...]] = {}
        self._known: dict[Value, tuple[Slot, ...]] = {}
        for value in self.program.whole.inputs:
            self._slots[value] = self._fresh(self.program.specs[value].channels)
            self._fix(self._slots[value], "the input has as many channels")
        for instruction in self.program.instructions:
            self._follow(instruction)
        for value in self.program.whole.outputs:
            self._fix(self._slots[value], "the network gives them")

    # Asked for --------------------------------------------------------------------------------------------------------

    def slots(self, value: Value) -> tuple[Slot, ...]:
        """The slot of each channel of a tensor."""
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = tuple(map(self._root, self._slots[value]))
        return found

    def fixed(self, slots: Iterable[Slot]) -> str:
        """Why one of these cannot go, or an empty text."""
        roots = self._fixed_roots
        return next((roots[slot] for slot in slots if slot in roots), "")

    @cached_property
    def _fixed_roots(self) -> Mapping[Slot, str]:
        return {self._root(slot): reason for slot, reason in self._fixed.items()}

    @property
    def producers(self) -> tuple[Instruction, ...]:
        """What mixes channels, and so decides how many there are, in order of execution."""
        return tuple(each for each in self.program.instructions if is_mixing(each.step.operation))

    def kept(self, value: Value, gone: Collection[Slot]) -> tuple[int, ...]:
        """Which channels of a tensor stay where these slots go."""
        return _staying(self.slots(value), frozenset(gone))

    def kept_weights(self, gone: Collection[Slot]) -> tuple[KeptChannels, ...]:
        """What stays of every node's weights; nodes that keep all are left out."""
        found = []
        for each in self.program.instructions:
            operation = each.step.operation
            if not operation.weights() or (isinstance(operation, op.PRelu) and operation.slopes == 1):
                continue
            outputs, inputs = self.kept(each.target, gone), None
            if is_mixing(operation):
                inputs = self.kept(each.sources[0], gone)
                if isinstance(operation, op.Convolution) and operation.groups > 1:
                    one = operation.in_channels // operation.groups
                    inputs = tuple(place for place in inputs if place < one)
                if inputs == tuple(range(_width_in(operation))):
                    inputs = None
            if inputs is not None or len(outputs) < self.program.specs[each.target].channels:
                found.append(KeptChannels(each.path, outputs, inputs))
        return tuple(found)

    # Worked out -------------------------------------------------------------------------------------------------------

    def _follow(self, instruction: Instruction) -> None:
        operation, specs = instruction.step.operation, self.program.specs
        sources = [self._slots[value] for value in instruction.sources]
        made = specs[instruction.target]
        found = self._given(operation, sources, [specs[value] for value in instruction.sources], made)
        if found is None or len(instruction.targets) > 1:
            reason = f"{operation.title} at {' / '.join(instruction.path)} takes them as they are"
            for slots in sources:
                self._fix(slots, reason)
            for value in instruction.targets:
                self._slots[value] = self._fresh(specs[value].channels)
                self._fix(self._slots[value], reason)
        else:
            self._slots[instruction.target] = found

    def _given(
        self,
        operation: op.Operation,
        sources: list[tuple[Slot, ...]],
        specs: list[TensorSpec],
        made: TensorSpec,
    ) -> tuple[Slot, ...] | None:
        """The slots of what an operation makes; None where it is not known how its channels hang together."""
        if isinstance(operation, op.Convolution) and operation.is_depthwise:
            times = operation.out_channels // operation.in_channels
            return tuple(slot for slot in sources[0] for _ in range(times))
        if isinstance(operation, op.Convolution):
            return self._convolved(operation, sources[0])
        if isinstance(operation, op.Linear):
            return self._fresh(operation.out_features)
        if isinstance(operation, _MEETING):
            return self._met(sources)
        if isinstance(operation, op.Concatenate) and operation.axis == specs[0].channel_axis:
            return tuple(slot for slots in sources for slot in slots)
        if isinstance(operation, op.Flatten) and specs[0].channel_axis == 1:
            positions = made.channels // specs[0].channels
            return tuple(slot for slot in sources[0] for _ in range(positions))
        if isinstance(operation, op.Mean) and specs[0].channel_axis not in operation.axes:
            return sources[0]
        passes = isinstance(operation, (*_PASSING, op.Elementwise)) and made.channels == specs[0].channels
        return sources[0] if passes and len(sources) == 1 else None

    def _convolved(self, operation: op.Convolution, source: tuple[Slot, ...]) -> tuple[Slot, ...]:
        """Fresh slots; of several groups all lose the same of theirs, so that they stay equally large."""
        made = self._fresh(operation.out_channels)
        if operation.groups > 1:
            for slots in (source, made):
                one = len(slots) // operation.groups
                for place, slot in enumerate(slots):
                    self._unite(slots[place % one], slot)
        return made

    def _met(self, sources: list[tuple[Slot, ...]]) -> tuple[Slot, ...]:
        widest = max(sources, key=len)
        for slots in sources:
            if len(slots) == len(widest):
                for one, other in zip(widest, slots, strict=True):
                    self._unite(one, other)
            else:
                self._fix(slots, "a single channel meets all others")
        return widest

    def _fresh(self, number: int) -> tuple[Slot, ...]:
        start = len(self._parents)
        self._parents.extend(range(start, start + number))
        return tuple(range(start, start + number))

    def _fix(self, slots: Iterable[Slot], reason: str) -> None:
        for slot in slots:
            self._fixed.setdefault(slot, reason)

    def _root(self, slot: Slot) -> Slot:
        parents = self._parents
        while parents[slot] != slot:
            parents[slot] = parents[parents[slot]]
            slot = parents[slot]
        return slot

    def _unite(self, one: Slot, other: Slot) -> None:
        first, second = self._root(one), self._root(other)
        self._parents[max(first, second)] = min(first, second)


@lru_cache(maxsize=1 << 10)
def _staying(slots: tuple[Slot, ...], gone: frozenset[Slot]) -> tuple[int, ...]:
    """Places of those that stay; remembered, as norms and activations have the slots of what they read."""
    return tuple([place for place, slot in enumerate(slots) if slot not in gone])


def is_mixing(operation: op.Operation) -> bool:
    """Whether each output channel reads several input channels, by weights that are sliced with them."""
    if isinstance(operation, op.Convolution):
        return not operation.is_depthwise
    return isinstance(operation, op.Linear)


def _width_in(operation: op.Operation) -> int:
    """How many input channels one filter reads."""
    if isinstance(operation, op.Convolution):
        return operation.in_channels // operation.groups
    return operation.in_features if isinstance(operation, op.Linear) else 0


def channels_out(channels: Channels, gone: Collection[Slot]) -> Mapping[NodePath, int]:
    """How many channels each node gives in the end, for every node that computes; of several steps the last's."""
    return {each.path: len(channels.kept(each.target, gone)) for each in channels.program.instructions}
