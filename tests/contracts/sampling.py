"""Layers with parameters and input shapes drawn from their declarations, and random valid designs made of them.

Nothing here names a layer: what is registered is drawn from, so a new layer is tested by existing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from designer.analysis.analysis import facts
from designer.edit.grouping import group
from designer.errors import EditRefused, ParameterError
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Flag, Integer, Integers, Numbers, Parameter, Ratio, Sides
from designer.graph.tensor import TensorSpec
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input, Output
from designer.layers.registry import catalogue
from designer.layers.shaping import ToSequence

PLACEABLE = tuple(cls for cls in catalogue() if cls().inputs and cls().outputs)
"""Every registered layer that takes something and gives something."""

SAMPLES = 6
_TRIES = 4000


@dataclass(frozen=True)
class Sample:
    """A layer with input shapes that it takes, one a port; all have one batch."""

    layer: Layer
    inputs: tuple[TensorSpec, ...]

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        outputs = facts(self.layer, self.inputs).outputs
        assert outputs is not None
        return outputs

    @property
    def batch(self) -> int:
        return self.inputs[0].batch

    def design(self) -> Design:
        """An Input for each port, behind it what makes a vector or a sequence, the layer, an Output for each port."""
        nodes, wires = [Node(NodeId("layer"), self.layer)], []
        for index, port in enumerate(self.layer.outputs):
            end = NodeId(f"out_{index}" if index else "out")
            nodes.append(Node(end, Output()))
            wires.append(Wire(PortRef(NodeId("layer"), port.name), PortRef(end, "x")))
        for index, (port, spec) in enumerate(zip(self.layer.inputs, self.inputs, strict=True)):
            source = NodeId(f"in_{index}")
            rows, columns = (*spec.sides, 1, 1)[:2]
            nodes.append(Node(source, Input(spec.channels, rows, columns)))
            if not spec.is_map:
                flat = NodeId(f"flat_{index}")
                nodes.append(Node(flat, Flatten() if spec.is_vector else ToSequence()))
                wires.append(Wire(PortRef(source, "y"), PortRef(flat, "x")))
                source = flat
            wires.append(Wire(PortRef(source, "y"), PortRef(NodeId("layer"), port.name)))
        return Design.build("sample", nodes, wires)


def samples(cls: type[Layer], count: int = SAMPLES) -> Iterator[Sample]:
    """So many different samples of a layer, the same in every run."""
    source = Random(cls.key)
    found: set[Sample] = set()
    for _ in range(_TRIES):
        if len(found) == count:
            break
        sample = _sample(cls, source)
        if sample is not None and sample not in found:
            found.add(sample)
            yield sample


def _sample(cls: type[Layer], source: Random) -> Sample | None:
    try:
        layer = cls(**{parameter.name: _value(parameter, source) for parameter in cls.parameters})
    except ParameterError:
        return None
    inputs = _shapes(len(layer.inputs), source)
    return Sample(layer, inputs) if facts(layer, inputs).outputs is not None else None


def _value(parameter: Parameter, source: Random) -> Any:
    match parameter:
        case Integer(low=low, high=high):
            return source.choice([parameter.default, *range(low, min(high, low + 5) + 1)])
        case Ratio(low=low, high=high):
            return source.choice([parameter.default, low, min(high, low + 1.0), min(high, 2.5)])
        case Flag():
            return source.random() < 0.5
        case Choice(options=options):
            return source.choice(options)
        case Integers(parts=parts):
            return tuple(source.randint(0, 3) for _ in parts)
        case Sides(low=low, high=high):
            sides = range(low, min(high, low + 5) + 1)
            one = source.choice([parameter.default, *sides])
            return one if source.random() < 0.6 else (source.choice(sides), source.choice(sides))
        case Numbers(low=low, most=most):
            if source.random() < 0.3:
                return parameter.default
            return tuple(source.randint(low, max(low + 4, 4)) for _ in range(source.randint(1, min(most, 4))))
    raise TypeError(f"nothing draws a {type(parameter).__name__}; teach it here")


def _shapes(count: int, source: Random) -> tuple[TensorSpec, ...]:
    batch, channels = source.randint(1, 3), source.randint(1, 8)
    chance = source.random()
    if chance < 0.25:
        return tuple(TensorSpec((batch, channels)) for _ in range(count))
    if chance < 0.4:
        return (TensorSpec((batch, source.randint(1, 12), channels), channel_axis=2),) * count
    if chance < 0.45:
        return (TensorSpec((batch, channels, 1, 1)),) * count
    first = TensorSpec((batch, channels, source.randint(3, 12), source.randint(3, 12)))
    others = [first, first, first.with_channels(source.randint(1, 8)), first.with_sides(1, 1)]
    return (first, *(source.choice(others) for _ in range(count - 1)))


# Whole designs -------------------------------------------------------------------------------------------------------

_MOST_ELEMENTS = 20_000
_MOST_PARAMETERS = 100_000


class _Growing:
    """A design under way: what can be read, and what nothing reads yet."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.wires: list[Wire] = []
        self.specs: dict[PortRef, TensorSpec] = {}

    def place(self, stem: str, layer: Layer, sources: list[PortRef], outputs: tuple[TensorSpec, ...]) -> None:
        node = Node(NodeId(f"{stem}_{len(self.nodes)}"), layer)
        self.nodes.append(node)
        self.wires += [
            Wire(source, PortRef(node.id, port.name)) for source, port in zip(sources, layer.inputs, strict=True)
        ]
        self.specs |= {PortRef(node.id, port.name): spec for port, spec in zip(layer.outputs, outputs, strict=True)}

    def finished(self) -> Design:
        read = {wire.source for wire in self.wires}
        for loose in [ref for ref in self.specs if ref not in read]:
            self.place("out", Output(), [loose], ())
        return Design.build("random", self.nodes, self.wires)


@st.composite
def random_designs(draw: st.DrawFn, most_layers: int = 9) -> Design:
    """A valid design: inputs, layers of every kind that fit what is there, perhaps a group of some, outputs."""
    # A plain generator from a drawn seed: drawn one by one, the kinds of layers come in clumps and some never.
    source = Random(draw(st.integers(0, 2**32)))
    growing = _Growing()
    for _ in range(draw(st.integers(1, 2))):
        layer = Input(draw(st.integers(1, 8)), draw(st.integers(1, 12)), draw(st.integers(1, 12)))
        growing.place("in", layer, [], (layer.output(),))
    for _ in range(draw(st.integers(1, most_layers))):
        _grow(growing, source.choice(PLACEABLE), source)
    design = growing.finished()
    return _grouped(design, draw) if draw(st.booleans()) else design


def random_design(source: Random, most_layers: int = 9) -> Design:
    """The same from a plain generator, for who needs many that are all different; no group in it."""
    growing = _Growing()
    for _ in range(source.randint(1, 2)):
        layer = Input(source.randint(1, 8), source.randint(1, 12), source.randint(1, 12))
        growing.place("in", layer, [], (layer.output(),))
    for _ in range(source.randint(1, most_layers)):
        _grow(growing, source.choice(PLACEABLE), source)
    return growing.finished()


def _grow(growing: _Growing, cls: type[Layer], source: Random) -> None:
    """Add a layer of a class, with parameters and sources that fit; nothing where none of some tries fits."""
    for _ in range(12):
        try:
            layer = cls(**{parameter.name: _value(parameter, source) for parameter in cls.parameters})
        except ParameterError:
            continue
        present = list(growing.specs)
        first = source.choice(present)
        alike = [ref for ref in present if growing.specs[ref] == growing.specs[first]]
        refs = [first] + [source.choice(source.choice([alike, present])) for _ in layer.inputs[1:]]
        found = facts(layer, tuple(growing.specs[ref] for ref in refs))
        if found.outputs is None or found.cost is None:
            continue
        if max(spec.elements for spec in found.outputs) > _MOST_ELEMENTS or found.cost.parameters > _MOST_PARAMETERS:
            continue
        growing.place(cls.key, layer, refs, found.outputs)
        return


def _grouped(design: Design, draw: st.DrawFn) -> Design:
    inner = [node.id for node in design.nodes.values() if node.layer.inputs and node.layer.outputs]
    if not inner:
        return design
    chosen = draw(st.lists(st.sampled_from(inner), min_size=1, max_size=4, unique=True))
    try:
        return group(design, chosen)[0]
    except EditRefused:  # the group would read what it feeds
        return design
