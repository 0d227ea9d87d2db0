"""A network as a flat design: every step a node of the catalogue, or a refusal that names what no layer computes.

Shapes are led through the operations, never believed from a file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, count

from designer.errors import ImportRefused, ParameterError, ShapeError
from designer.graph import operations as op
from designer.graph.design import Design, Node, Wire
from designer.graph.ids import NodeId, NodePath, PortRef
from designer.graph.layer import Layer
from designer.graph.lowered import follow
from designer.graph.operations import Operation, Step
from designer.graph.tensor import DType, TensorSpec
from designer.importing.network import Array, Boundary, Foreign, Network, NetworkStep, Origin
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Multiply
from designer.layers.opaque import Opaque
from designer.layers.raising import raise_, raise_operation
from designer.layers.shaping import Squeeze, ToSequence

Specs = Mapping[str, TensorSpec]


@dataclass(frozen=True)
class Part:
    """What a node of the drawing has from the original.

    Attributes:
        tensor: The original's tensor that is the node's first output.
        weights: Arrays by the names of the layer's weights.
        origins: The operators of the original it stands for.
        rules: Names of the rewriting rules that made it.
        reason: Of an opaque node, why no layer computes it.
    """

    tensor: str
    weights: Mapping[str, Array]
    origins: tuple[Origin, ...] = ()
    rules: tuple[str, ...] = ()
    reason: str = ""

    @property
    def scope(self) -> tuple[str, ...]:
        """The modules or name scopes all of its operators stand in."""
        scopes = [origin.scope for origin in self.origins]
        return common_scope(scopes) if scopes else ()


@dataclass(frozen=True)
class Drawing:
    """A design, and what its nodes have from the original.

    Attributes:
        design: The design.
        parts: By the path of each node that computes, through blocks.
    """

    design: Design
    parts: Mapping[NodePath, Part]

    def moved(self, design: Design, paths: Mapping[NodePath, NodePath]) -> Drawing:
        """The drawing with another design, in which these nodes have other paths."""
        return Drawing(design, {paths.get(path, path): part for path, part in self.parts.items()})


class NoLayer(ImportRefused):
    """No layer computes some operators of a network.

    Attributes:
        tensors: What they make.
    """

    def __init__(self, text: str, tensors: frozenset[str]) -> None:
        self.tensors = tensors
        super().__init__(text)


def draw(network: Network) -> Drawing:
    """A network as a flat design, not laid out; an operator that no operation of ours says is an opaque node.

    Args:
        network: What was read, its channels where its readers need them.

    Raises:
        NoLayer: No layer computes some of the operations; the text names their operators.
        ImportRefused: Nothing enters or leaves, a tensor has a rank that no Input gives, or shapes contradict each
            other; the text names the operator.
    """
    if not network.inputs or not network.outputs:
        what = "takes no input" if not network.inputs else "gives no output"
        raise ImportRefused(f"{network.name}: the network {what}, so there is nothing to draw")
    sheet = _Sheet(network)
    for boundary in network.inputs:
        sheet.enter(boundary)
    for steps in _together(network):
        sheet.place(steps)
    for boundary in network.outputs:
        sheet.leave(boundary)
    return sheet.drawing()


def shapes(network: Network) -> dict[str, TensorSpec]:
    """The shape of every tensor by its name, led through the steps from the inputs on.

    Raises:
        ImportRefused: An operation cannot take what reaches it; the text names its operator.
    """
    specs = {each.tensor: each.spec for each in network.inputs}
    for step in network.steps:
        specs.update(zip(step.results, outputs_of(step, specs), strict=True))
    return specs


def outputs_of(step: NetworkStep, specs: Specs) -> tuple[TensorSpec, ...]:
    """The shapes a step gives.

    Raises:
        ImportRefused: It cannot take what reaches it.
    """
    if isinstance(step.operation, Foreign):
        return step.operation.specs
    try:
        return step.operation.outputs(*[specs[name] for name in step.inputs])
    except ShapeError as error:
        raise ImportRefused(f"{said(step)}: {error}; the file contradicts itself, or is read wrongly here") from error


def said(step: NetworkStep) -> str:
    """A step as an error names it: the original's operator and its name."""
    origin = step.origins[0] if step.origins else None
    kind = origin.operator if origin else type(step.operation).__name__
    name = origin.name if origin and origin.name else ", ".join(step.results)
    return f"{kind} '{name}'"


# Where channels stand ------------------------------------------------------------------------------------------------


def with_channels_last_where_read_so(network: Network) -> Network:
    """The network with each reshape's channels where its readers need them: a fully connected layer's are the last."""
    readers: dict[str, list[NetworkStep]] = {}
    for step in network.steps:
        for name in step.inputs:
            readers.setdefault(name, []).append(step)
    steps = []
    for step in network.steps:
        operation = step.operation
        if isinstance(operation, op.Reshape) and len(operation.sides) > 1:
            last = len(operation.sides)
            wanted = _wanted_axis(step.results[0], last, readers)
            if wanted in (1, last) and wanted != operation.channel_axis:
                step = replace(step, operation=replace(operation, channel_axis=wanted))
        steps.append(step)
    return replace(network, steps=tuple(steps))


def with_other_dimensions_sliced(network: Network) -> Network:
    """The network with a split of what is no channels as slices, one a part: a split is of channels alone."""
    specs = {each.tensor: each.spec for each in network.inputs}
    steps: list[NetworkStep] = []
    for step in network.steps:
        operation = step.operation
        parts: tuple[NetworkStep, ...] = (step,)
        if isinstance(operation, op.Split) and operation.axis != specs[step.inputs[0]].channel_axis:
            ends = list(accumulate(operation.sizes))
            bounds = zip((0, *ends), ends, step.results, strict=False)
            parts = tuple(
                replace(step, operation=op.Slice(operation.axis, start, stop), results=(name,))
                for start, stop, name in bounds
            )
        for part in parts:
            specs.update(zip(part.results, outputs_of(part, specs), strict=True))
        steps += parts
    return replace(network, steps=tuple(steps))


_MOST_LOOKED_AHEAD = 16

_OF_MAPS = (op.Convolution, op.TransposedConvolution, op.MaxPool, op.AveragePool, op.BatchNorm, op.GroupNorm, op.Resize)


def _wanted_axis(tensor: str, last: int, readers: Mapping[str, Sequence[NetworkStep]]) -> int | None:
    """Which dimension of a tensor its readers take for the channels; None where none of them says."""
    waiting = [(tensor, last)]
    for _ in range(_MOST_LOOKED_AHEAD):
        if not waiting:
            return None
        name, axis = waiting.pop(0)
        for step in readers.get(name, ()):
            operation = step.operation
            if isinstance(operation, op.Linear):
                return axis
            if isinstance(operation, op.LayerNorm):
                return axis if operation.axis == -1 else 1
            if isinstance(operation, (op.Concatenate, op.Split)) and operation.axis in (1, axis):
                return operation.axis
            if isinstance(operation, _OF_MAPS) and axis == 3:
                return 1
            if isinstance(operation, op.Permute):
                found = _wanted_axis(step.results[0], len(operation.order) - 1, readers)
                if found is not None:
                    return operation.order[found]
            elif not isinstance(operation, (Foreign, op.Reshape, op.Flatten)):
                waiting += [(result, axis) for result in step.results]
    return None


# Which steps are one node --------------------------------------------------------------------------------------------


def _together(network: Network) -> Iterator[tuple[NetworkStep, ...]]:
    """The steps, two of them together where a single layer computes both: a map as a sequence, and back."""
    specs = shapes(network)
    read = _times_read(network)
    steps = list(network.steps)
    taken: set[int] = set()
    by_result = {step.results[0]: index for index, step in enumerate(steps)}
    pairs: dict[int, int] = {}
    for index, step in enumerate(steps):
        before = by_result.get(step.inputs[0]) if step.inputs else None
        if before is None or before in taken or read[step.inputs[0]] != 1:
            continue
        if _layer_of((steps[before], step), specs) is not None:
            pairs[index] = before
            taken |= {before, index}
    joined = set(pairs.values())
    for index, step in enumerate(steps):
        if index in pairs:
            yield steps[pairs[index]], step
        elif index not in joined:
            yield (step,)


def _times_read(network: Network) -> dict[str, int]:
    read: dict[str, int] = dict.fromkeys((name for step in network.steps for name in step.results), 0)
    for name in (*(name for step in network.steps for name in step.inputs), *(each.tensor for each in network.outputs)):
        read[name] = read.get(name, 0) + 1
    return read


def _layer_of(steps: Sequence[NetworkStep], specs: Specs) -> Layer | None:
    """The layer that computes these steps, one behind the other, or None."""
    operations = [step.operation for step in steps]
    inputs = tuple(specs[name] for name in steps[0].inputs if name in specs)
    if len(inputs) != len(steps[0].inputs):
        return None
    if len(steps) > 1 and not all(isinstance(each, (op.Reshape, op.Permute)) for each in operations):
        return None
    known = [each for each in operations if isinstance(each, Operation)]
    if len(known) < len(operations):
        return None
    try:
        if len(known) == 1:
            layer = raise_operation(known[0], inputs)
        else:
            lowered = tuple(Step(each, step.inputs, step.results) for each, step in zip(known, steps, strict=True))
            layer = raise_(follow(lowered, steps[0].inputs, inputs, steps[-1].results), inputs)
        if layer is None or len(layer.inputs) != len(inputs):
            return None
        made = layer.lowered(*inputs)
    except (ParameterError, ShapeError):
        return None
    same = [spec.shape for spec in made.outputs] == [specs[name].shape for name in steps[-1].results]
    return layer if same else None


# The sheet -----------------------------------------------------------------------------------------------------------


class _Sheet:
    """A design while it is drawn.

    Args:
        network: What is drawn.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._specs = dict(shapes(network))
        self._depth: dict[str, int] = {}
        self._nodes: dict[NodeId, Node] = {}
        self._wires: list[Wire] = []
        self._source: dict[str, PortRef] = {}
        self._parts: dict[NodePath, Part] = {}
        self._unknown: list[NetworkStep] = []

    def drawing(self) -> Drawing:
        """What was drawn.

        Raises:
            NoLayer: No layer computes some of the operators; each is named.
        """
        if self._unknown:
            tensors = frozenset(name for step in self._unknown for name in step.results)
            raise NoLayer(_unknown(self._network.name, self._unknown), tensors)
        return Drawing(Design.build(self._network.name, self._nodes.values(), self._wires), self._parts)

    def enter(self, boundary: Boundary) -> None:
        """Place an input; a vector or a sequence comes out of a map of one column."""
        spec = boundary.spec
        if spec.dtype is not DType.FLOAT32:
            self._specs[boundary.tensor] = spec = spec._replace(dtype=DType.FLOAT32)
        sides = (*spec.sides, 1, 1)[:2]
        if len(spec.shape) > 4 or (len(spec.shape) == 4 and not spec.is_map):
            raise ImportRefused(
                f"input '{boundary.name}' is {spec.full_label}, of {len(spec.shape)} dimensions; "
                "pictures N×C×H×W, sequences N×L×C and vectors N×F can be drawn"
            )
        id = self._free(word(boundary.name) or "input")
        self._add(id, Input(spec.channels, *sides), ())
        source = PortRef(id, "y")
        if not spec.is_map:
            layer: Layer = Flatten() if spec.is_vector else ToSequence() if spec.channel_axis == 2 else Squeeze((3,))
            shaped = self._free(f"{id}_shaped")
            self._add(shaped, layer, (source,))
            source = PortRef(shaped, "y")
        self._source[boundary.tensor] = source
        self._depth[boundary.tensor] = 0

    def leave(self, boundary: Boundary) -> None:
        """Place an output."""
        if boundary.tensor not in self._source:
            if self._unknown:
                return
            raise ImportRefused(f"output '{boundary.name}' is a constant; there is nothing to draw")
        self._add(self._free(word(boundary.name) or "output"), Output(), (self._source[boundary.tensor],))

    def place(self, steps: Sequence[NetworkStep]) -> None:
        """Place the node of a step, or of several that one layer computes."""
        first = steps[0]
        if isinstance(first.operation, Foreign):
            self._keep(first, first.operation)
            return
        layer = _layer_of(steps, self._specs)
        if layer is None:
            self._unknown.append(first)
            return
        self._join(steps, layer, first.inputs, {name: array for step in steps for name, array in step.weights.items()})

    def _keep(self, step: NetworkStep, foreign: Foreign) -> None:
        """Place the opaque node of an operator; constants that it reads are its weights.

        Raises:
            ImportRefused: It cannot be kept; the text is the reader's.
        """
        if not foreign.content:
            raise ImportRefused(foreign.reason)
        flowing = tuple(name for name in step.inputs if name in self._specs)
        constants = [self._network.constants[name] for name in step.inputs if name in self._network.constants]
        if not flowing:
            raise ImportRefused(
                f"{said(step)} reads nothing that flows in, and what makes numbers out of nothing cannot be drawn"
            )
        arrays = [*step.weights.values(), *constants]
        kept = tuple(_whole(tuple(int(side) for side in array.shape)) for array in arrays)
        takes = tuple(self._specs[name] for name in flowing)
        layer = Opaque(foreign.operator, foreign.format, takes, foreign.specs, kept, foreign.content)
        weights = {op.constant_name(index): array for index, array in enumerate(arrays)}
        self._join((step,), layer, flowing, weights, foreign.reason)

    def _join(
        self,
        steps: Sequence[NetworkStep],
        layer: Layer,
        read: tuple[str, ...],
        weights: Mapping[str, Array],
        reason: str = "",
    ) -> None:
        """Place a layer and wire it to what it reads."""
        last = steps[-1]
        if isinstance(layer, (Add, Multiply)):
            # The main path, which is the longer one, comes in at the last port.
            read = tuple(sorted(read, key=lambda name: self._depth.get(name, 0)))
        if any(name not in self._source for name in read):
            return  # what comes after an operator that no layer computes
        id = self._free(_stem(steps, layer))
        self._add(id, layer, [self._source[name] for name in read])
        depth = 1 + max((self._depth[name] for name in read), default=0)
        for name, port in zip(last.results, layer.outputs, strict=True):
            self._source[name] = PortRef(id, port.name)
            self._depth[name] = depth
        origins = tuple(origin for step in steps for origin in step.origins)
        rules = tuple(rule for step in steps for rule in step.rules)
        self._parts[(id,)] = Part(last.results[0], weights, origins, rules, reason)

    def _add(self, id: NodeId, layer: Layer, sources: Sequence[PortRef]) -> None:
        self._nodes[id] = Node(id, layer)
        ports = zip(sources, layer.inputs, strict=True)
        self._wires += [Wire(source, PortRef(id, port.name)) for source, port in ports]

    def _free(self, stem: str) -> NodeId:
        names = (stem, *(f"{stem}_{number}" for number in (2, 3, 4)))
        found = next((name for name in names if name not in self._nodes), None)
        return NodeId(found or next(n for i in count(5) if (n := f"{stem}_{i}") not in self._nodes))


_MOST_NAMED = 5


def _unknown(name: str, steps: Sequence[NetworkStep]) -> str:
    """Which operators no layer computes, in words."""
    kinds = Counter(step.origins[0].operator if step.origins else type(step.operation).__name__ for step in steps)
    listed = ", ".join(f"{kind} ({times}×)" if times > 1 else kind for kind, times in kinds.most_common(_MOST_NAMED))
    more = f" and {len(kinds) - _MOST_NAMED} more kinds" if len(kinds) > _MOST_NAMED else ""
    return (
        f"{name}: no layer computes {listed}{more}; the first is {said(steps[0])}. "
        "The network was not drawn, as half of it would be another network"
    )


def _stem(steps: Sequence[NetworkStep], layer: Layer) -> str:
    """What a node is called: the module it stands in, or the original's name of it, or its layer."""
    origins = [origin for step in steps for origin in step.origins]
    for origin in reversed(origins):
        if origin.scope:
            return word("_".join(origin.scope)) or layer.key
    named = next((origin.name for origin in reversed(origins) if origin.name), "")
    return word(named) or (word(layer.operator).lower() if isinstance(layer, Opaque) else layer.key)


def _whole(sides: tuple[int, ...]) -> TensorSpec:
    """The shape of a constant, of any rank."""
    return TensorSpec(sides, channel_axis=min(1, max(len(sides) - 1, 0)))


_MOST_LETTERS = 60


def word(name: str) -> str:
    """A name as an identifier, its end where it is long."""
    word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[-_MOST_LETTERS:].strip("_")
    return f"n{word}" if word[:1].isdigit() else word


def common_scope(scopes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest beginning that all have."""
    first = scopes[0]
    for scope in scopes[1:]:
        same = next((i for i, (a, b) in enumerate(zip(first, scope, strict=False)) if a != b), None)
        first = first[: min(len(first), len(scope)) if same is None else same]
    return first
