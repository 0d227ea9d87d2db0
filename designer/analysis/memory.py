"""Peak activation memory, by the lifetimes of tensors.

A tensor lives from the step that makes it to the last step that reads it; while a step runs, what it reads and what it
writes live together. Views (flatten, dropout when running, no activation) live in their input's memory. Nothing runs in
place, and weights and a library's scratch space are not counted. What the design gives lives to the end.

A node's lifetime pattern is a ``Segment``; a design's is put together from its nodes', so a block counts exactly as its
parts would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property, lru_cache
from itertools import accumulate
from operator import add, sub
from typing import NamedTuple

from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.graph.lowered import Lowered


class View(NamedTuple):
    """An output that is no memory of its own.

    Attributes:
        of_output: Whether it is an earlier output's memory rather than an input's.
        which: The output or input, by its index.
    """

    of_output: bool
    which: int


Aliases = tuple[View | None, ...]


class Segment(NamedTuple):
    """What one node does to memory when it runs.

    Attributes:
        steps: Bytes it holds in each of its steps, its inputs not among them.
        releases: For each input, the last step that reads it.
        sizes: For each output, the bytes it adds that outlive the node; 0 for a view.
        aliases: For each output, whose memory it is, or None where it is its own.
        unread: Inputs that no step reads, by their index: they are not kept for this node.
    """

    steps: tuple[int, ...]
    releases: tuple[int, ...]
    sizes: tuple[int, ...]
    aliases: Aliases
    unread: tuple[int, ...] = ()


def primitive_segment(layer: Layer, lowered: Lowered) -> Segment:
    """One step that reads its inputs and writes its outputs; what is made on the way is not counted."""
    outputs, aliases, inputs = lowered.outputs, lowered.aliases, layer.inputs
    if aliases == (None,):
        return _of_one_output(len(inputs), outputs[0].bytes)
    releases = (0,) * len(inputs)
    if not outputs:
        return Segment((0,), releases, (), ())
    sizes = tuple(0 if held is not None else spec.bytes for spec, held in zip(outputs, aliases, strict=True))
    views = tuple(None if held is None else View(of_output=False, which=held) for held in aliases)
    read = {name for step in lowered.steps for name in step.inputs}
    unread = tuple(index for index, port in enumerate(inputs) if port.name not in read)
    return Segment((sum(sizes),), releases, sizes, views, unread)


@lru_cache(maxsize=1 << 12)
def _of_one_output(inputs: int, size: int) -> Segment:
    """One value for all that bring a tensor of this size into memory: most of a bottleneck's layers do."""
    return Segment((size,), (0,) * inputs, (size,), (None,))


_NOTHING = Segment((0,), (), (), ())


class Lifetimes:
    """Which tensors there are, where each is born and where it dies; follows from wiring and views, not from sizes.

    Places are ranks in the order of execution; a tensor that the design gives dies after the last. Tensors are
    numbered.

    Args:
        design: Whose order of execution counts.
        aliases: For each node in that order, its segment's aliases.
        unread: For each node in that order, the inputs that its segment does not read.
    """

    def __init__(self, design: Design, aliases: tuple[Aliases, ...], unread: tuple[tuple[int, ...], ...]) -> None:
        forever = len(design.order)
        feeds, nodes = design.feeds, design.nodes
        self.dies_at: list[int] = []
        self.born_at: list[tuple[int, ...]] = []
        self.read_at: list[tuple[int | None, ...]] = []
        self.readers: dict[int, list[tuple[int, int]]] = {}
        holder: dict[NodeId, list[int]] = {}
        for place, (id, views, skipped) in enumerate(zip(design.order, aliases, unread, strict=True)):
            outputs = nodes[id].layer.outputs
            reads = tuple(
                [
                    None if feed is None or port in skipped else holder[feed.node][feed.output]
                    for port, feed in enumerate(feeds[id])
                ]
            )
            self.read_at.append(reads)
            for port, tensor in enumerate(reads):
                if tensor is not None:
                    self.dies_at[tensor] = max(self.dies_at[tensor], place if outputs else forever)
                    self.readers.setdefault(tensor, []).append((place, port))
            held: list[int] = []
            born: list[int] = []
            for view in views or (None,) * len(outputs):
                source = None
                if view is not None and view.of_output:
                    source = held[view.which]
                elif view is not None and reads:
                    source = reads[view.which]
                if source is None:
                    source = len(self.dies_at)
                    self.dies_at.append(place)
                    born.append(source)
                held.append(source)
            holder[id] = held
            self.born_at.append(tuple(born))
        ends = [design.feeds[node.id][0] for node in design.output_nodes() if design.feeds[node.id]]
        self.given_out = [holder[feed.node][feed.output] if feed is not None else None for feed in ends]
        self.given_in = [holder[node.id][0] for node in design.input_nodes() if holder[node.id]]


class Held(NamedTuple):
    """One tensor in memory.

    Attributes:
        tensor: Its number.
        place: The rank of the node that made it.
        output: Which of that node's outputs it is.
        bytes: Its size.
        dies_at: The rank of the last node that reads it; beyond the last node for what the design gives.
    """

    tensor: int
    place: int
    output: int
    bytes: int
    dies_at: int


class MemoryPlan:
    """Sizes put into lifetimes: what lives when, over one design.

    Args:
        design: Whose order of execution counts.
        segments: By node; nodes without one (unknown shapes) count as nothing.
    """

    def __init__(self, design: Design, segments: Mapping[NodeId, Segment]) -> None:
        self._segments = [segments.get(id, _NOTHING) for id in design.order]
        self._aliases = tuple([segment.aliases for segment in self._segments])
        self._unread = tuple([segment.unread for segment in self._segments])
        self._lives = design.of_structure(
            ("lifetimes", self._aliases, self._unread), lambda: Lifetimes(design, self._aliases, self._unread)
        )
        self._size: list[int] = []  # tensors are numbered as they are born
        for place, (born, segment) in enumerate(zip(self._lives.born_at, self._segments, strict=True)):
            self._size += segment.sizes if len(born) == len(segment.sizes) else self._born_sizes(place, segment)
        self._births = [sum(segment.sizes) for segment in self._segments]
        self._deaths = [0] * (len(self._segments) + 1)
        for tensor, end in enumerate(self._lives.dies_at):
            self._deaths[end] += self._size[tensor]

    @cached_property
    def _local(self) -> list[int]:
        """The most bytes held in any step of each node beyond what lives when it begins."""
        return [
            segment.steps[0] if len(segment.steps) == 1 else max(self._steps(place))
            for place, segment in enumerate(self._segments)
        ]

    def _born_sizes(self, place: int, segment: Segment) -> list[int]:
        """The bytes of each tensor that is born at a node; 0 while its shapes are unknown."""
        fresh = [
            size
            for size, view in zip(segment.sizes, segment.aliases, strict=True)
            if view is None or not self._reads(place)
        ]
        born = len(self._lives.born_at[place])
        return [*fresh, *(0,) * (born - len(fresh))][:born]

    def _reads(self, place: int) -> bool:
        return bool(self._lives.read_at[place])

    def _released(self, place: int) -> Mapping[int, int]:
        """Inputs that nothing reads after this node and no output views, with the step after which each is gone."""
        segment, reads = self._segments[place], self._lives.read_at[place]
        last: dict[int, int] = {}
        for tensor, release in zip(reads, segment.releases, strict=False):
            if tensor is not None and self._lives.dies_at[tensor] == place:
                last[tensor] = max(last.get(tensor, 0), release)
        return last

    def _steps(self, place: int) -> Sequence[int]:
        """Bytes held in each step of the node beyond what lives when it begins."""
        steps = self._segments[place].steps
        if len(steps) == 1:
            return steps
        left = list(steps)
        for tensor, release in self._released(place).items():
            for step in range(release + 1, len(left)):
                left[step] -= self._size[tensor]
        return left

    def _alive(self) -> list[int]:
        """Bytes that live when each node begins."""
        return list(accumulate(map(sub, self._births[:-1], self._deaths), initial=0)) if self._births else []

    def followed(
        self, design: Design, changed: Sequence[NodeId], segments: Mapping[NodeId, Segment]
    ) -> MemoryPlan | None:
        """The plan with new sizes at these nodes; None where views changed and lifetimes must be found anew."""
        places = [design.rank[id] for id in changed]
        fresh = {place: segments.get(id, _NOTHING) for place, id in zip(places, changed, strict=True)}
        for place, segment in fresh.items():
            if self._aliases[place] != segment.aliases or self._unread[place] != segment.unread:
                return None
        plan = copy(self)
        plan._segments, plan._size = self._segments.copy(), self._size.copy()
        plan._births, plan._deaths, plan._local = self._births.copy(), self._deaths.copy(), self._local.copy()
        touched = set(places)
        for place, segment in fresh.items():
            plan._segments[place] = segment
            born = self._lives.born_at[place]
            sizes = segment.sizes if len(born) == len(segment.sizes) else self._born_sizes(place, segment)
            for tensor, size in zip(born, sizes, strict=True):
                plan._size[tensor] = size
            plan._births[place] = sum(segment.sizes)
            for tensor in self._lives.born_at[place]:
                end = self._lives.dies_at[tensor]
                plan._deaths[end] += plan._size[tensor] - self._size[tensor]
                touched.update(reader for reader, _ in self._lives.readers.get(tensor, ()))
        for place in touched:
            plan._local[place] = max(plan._steps(place))
        return plan

    def peak_bytes(self) -> int:
        """The most bytes that live at once in any step."""
        return max(map(add, self._alive(), self._local), default=0)

    def timeline(self) -> list[int]:
        """Bytes that live in each step, in order of execution."""
        return [alive + held for place, alive in enumerate(self._alive()) for held in self._steps(place)]

    def made_at(self, place: int) -> list[Held]:
        """The tensors that a node makes and that outlive it, of those that take room."""
        born = self._lives.born_at[place]
        outputs = [
            index for index, view in enumerate(self._segments[place].aliases) if view is None or not self._reads(place)
        ]
        return [
            Held(tensor, place, output, self._size[tensor], self._lives.dies_at[tensor])
            for tensor, output in zip(born, outputs, strict=False)
            if self._size[tensor]
        ]

    def step_ranges(self, is_inside: bool) -> list[range]:
        """For each place, the steps it has among all; none for what only brings inputs into a block.

        Args:
            is_inside: Whether the design is the inside of a block.
        """
        found, begin = [], 0
        for place in range(len(self._segments)):
            count = 0 if is_inside and not self._reads(place) else len(self._steps(place))
            found.append(range(begin, begin + count))
            begin += count
        return found

    def last_step(self, held: Held) -> int | None:
        """The step of its last reader after which a tensor is gone; None where it lives to that reader's end."""
        if held.dies_at >= len(self._segments) or len(self._segments[held.dies_at].steps) == 1:
            return None
        return self._released(held.dies_at).get(held.tensor)

    def as_segment(self) -> Segment:
        """The whole design as one node of another: what a block is to the design that holds it."""
        lives = self._lives
        steps: list[int] = []
        began: list[int] = []
        for place, (alive, segment, reads) in enumerate(zip(self._alive(), self._segments, lives.read_at, strict=True)):
            began.append(len(steps))
            if not reads:
                continue
            if len(segment.steps) == 1:
                steps.append(alive + segment.steps[0])
            else:
                steps += [alive + held for held in self._steps(place)]
        releases = tuple([self._released_after(tensor, began) for tensor in lives.given_in])
        sizes: list[int] = []
        aliases: list[View | None] = []
        for index, tensor in enumerate(lives.given_out):
            view = None
            if tensor in lives.given_in:
                view = View(of_output=False, which=lives.given_in.index(tensor))
            elif tensor in lives.given_out[:index]:
                view = View(of_output=True, which=lives.given_out.index(tensor))
            sizes.append(self._size[tensor] if tensor is not None and view is None else 0)
            aliases.append(view)
        unread = tuple(index for index, tensor in enumerate(lives.given_in) if tensor not in lives.readers)
        return Segment(tuple(steps) or (0,), releases, tuple(sizes), tuple(aliases), unread)

    def _released_after(self, tensor: int, began: Sequence[int]) -> int:
        """The last step that reads a tensor, of the steps that all nodes have, each from where it began."""
        last = 0
        for place, port in self._lives.readers.get(tensor, ()):
            releases = self._segments[place].releases
            last = max(last, began[place] + (releases[port] if releases else 0))
        return last
