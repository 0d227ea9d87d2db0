"""Which fields of a design the numbers of an illustration are: of a block its own, of nodes drawn out theirs."""

from __future__ import annotations

from typing import Any, NamedTuple

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import inside
from designer.graph.design import NodeId, NodePath
from designer.graph.ids import PortRef
from designer.graph.layer import Layer
from designer.illustration.anatomy import Anatomy, anatomy
from designer.illustration.chain import Chain, Stage
from designer.illustration.knob import Knob, Quantity, activation_of


class Knobs(NamedTuple):
    """What can be scrubbed of a chain; None for what is in no field.

    Attributes:
        expansion: t.
        channels: C of the input, at the node that makes it.
        out_channels: C'.
        kernel: k.
        stride: s.
        resolution: H and W of the design's input.
        activations: By stage.
    """

    expansion: Knob | None = None
    channels: Knob | None = None
    out_channels: Knob | None = None
    kernel: Knob | None = None
    stride: Knob | None = None
    resolution: Knob | None = None
    activations: tuple[Knob | None, ...] = ()

    @property
    def every(self) -> tuple[Knob, ...]:
        """All of them, each once, in the order of reading."""
        plain = (
            self.expansion,
            self.channels,
            self.out_channels,
            self.kernel,
            self.stride,
            self.resolution,
            *self.activations,
        )
        return tuple(dict.fromkeys(knob for knob in plain if knob is not None))


NO_KNOBS = Knobs()


def knobs(analysis: Analysis, chain: Chain) -> Knobs:
    """What can be scrubbed of a chain of a design."""
    if not _is_editable(analysis, chain.path):
        return NO_KNOBS
    channels, resolution = _entry_channels(analysis, chain), _resolution(analysis)
    block = chain.block
    if block is not None and block.body is None:
        return _of_block(chain, block, channels, resolution)
    return _drawn_out(chain, anatomy(chain), channels, resolution)


def _is_editable(analysis: Analysis, path: NodePath) -> bool:
    """Whether what holds a block can be edited: nothing around it but groups."""
    for depth in range(1, len(path)):
        holder = inside(analysis, path[: depth - 1])
        if holder is None or holder.design.nodes[path[depth - 1]].body is None:
            return False
    return True


def _of_block(chain: Chain, block: Layer, channels: Knob | None, resolution: Knob | None) -> Knobs:
    def own(quantity: Quantity, name: str) -> Knob | None:
        return _field(quantity, chain.path, block, name)

    activation = own(Quantity.ACTIVATION, "activation")
    return Knobs(
        own(Quantity.EXPANSION, "expansion"),
        channels,
        own(Quantity.OUT_CHANNELS, "out_channels"),
        own(Quantity.KERNEL, "kernel_size"),
        own(Quantity.STRIDE, "stride"),
        resolution,
        tuple(activation if stage.activation is not None else None for stage in chain.stages),
    )


def _drawn_out(chain: Chain, parts: Anatomy, channels: Knob | None, resolution: Knob | None) -> Knobs:
    def of(quantity: Quantity, place: int | None, name: str, unit: int = 1) -> Knob | None:
        if place is None:
            return None
        stage = chain.stages[place]
        return _field(quantity, stage.path, stage.layer, name, unit)

    spatial = parts.filter if parts.filter is not None else parts.standard
    last = next((i for i in reversed(range(len(chain.stages))) if chain.stages[i].kernels is not None), None)
    return Knobs(
        of(Quantity.EXPANSION, parts.expand, "out_channels", chain.entry.channels),
        channels,
        of(Quantity.OUT_CHANNELS, last if last != parts.expand else None, "out_channels"),
        of(Quantity.KERNEL, spatial, "kernel_size"),
        of(Quantity.STRIDE, spatial, "stride"),
        resolution,
        tuple(map(_activation, chain.stages)),
    )


def _activation(stage: Stage) -> Knob | None:
    if stage.activation is None:
        return None
    known = activation_of(stage.activation.layer.key)
    return None if known is None else Knob(Quantity.ACTIVATION, stage.activation.path, (), known)


def _field(quantity: Quantity, path: NodePath, layer: Layer, name: str, unit: int = 1) -> Knob | None:
    if layer.is_bypassed or all(parameter.name != name for parameter in layer.parameters):
        return None
    value: Any = getattr(layer, name)
    return Knob(quantity, path, (name,), value, unit)


def _entry_channels(analysis: Analysis, chain: Chain) -> Knob | None:
    """The field that says how many channels reach the chain: an input's, or the one of the node that makes them."""
    holder = inside(analysis, chain.path)
    if holder is None or not chain.stages:
        return None
    (ref, *_) = _entries(holder, chain)
    path = chain.path
    while True:
        layer = holder.design.nodes[ref.node].layer
        if not layer.inputs and path:
            found = _outside(analysis, path)
            if found is None:
                return None
            holder, path, ref = found
            continue
        for name in ("channels", "out_channels"):
            knob = _field(Quantity.CHANNELS, (*path, ref.node), layer, name)
            if knob is not None:
                return knob
        feeds = [feed for feed in holder.design.feeds[ref.node] if feed is not None]
        if len(feeds) != 1 or layer.is_block or not _keeps_channels(holder, ref.node):
            return None
        ref = feeds[0].ref


def _entries(holder: Analysis, chain: Chain) -> list[PortRef]:
    """Tensors from outside that the first stage reads."""
    first = chain.stages[0].path[-1]
    return [feed.ref for feed in holder.design.feeds[first] if feed is not None]


def _outside(analysis: Analysis, path: NodePath) -> tuple[Analysis, NodePath, PortRef] | None:
    """What a block reads, and where that stands; None where it reads several tensors."""
    holder = inside(analysis, path[:-1])
    feeds = [] if holder is None else [feed for feed in holder.design.feeds[path[-1]] if feed is not None]
    return (holder, path[:-1], feeds[0].ref) if holder is not None and len(feeds) == 1 else None


def _keeps_channels(holder: Analysis, id: NodeId) -> bool:
    report = holder.node(id)
    inputs, outputs = report.known_inputs or (), report.outputs or ()
    return len(inputs) == len(outputs) == 1 and inputs[0].channels == outputs[0].channels


def _resolution(analysis: Analysis) -> Knob | None:
    """Height and width of the design's one input, where they are the same."""
    starts = analysis.design.input_nodes()
    if len(starts) != 1:
        return None
    layer = starts[0].layer
    values = [getattr(layer, name, None) for name in ("height", "width")]
    if values[0] is None or values[0] != values[1]:
        return None
    return Knob(Quantity.RESOLUTION, (starts[0].id,), ("height", "width"), values[0])
