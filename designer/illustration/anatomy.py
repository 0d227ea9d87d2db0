"""The parts of a chain that the article speaks of, and what could stand in their place, counted by an analysis too.

Source: Howard et al. 2017 (arXiv 1704.04861), sec. 3.1, for the separable convolution and what it saves; Sandler et al.
2018 (arXiv 1801.04381), sec. 3 and fig. 4, for the bottleneck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from designer.analysis.analysis import analyse
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.illustration.chain import Chain, Form, Stage, body_chain
from designer.layers.activation import ReLU6
from designer.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add

USUAL_EXPANSION = 6
"""t of the paper's network, for a block that has no expansion of its own (Sandler et al. 2018, table 2)."""


class Anatomy(NamedTuple):
    """Which stages of a chain the article speaks of, by their places; None for one that is not there.

    Attributes:
        expand: The pointwise in front of the filter, which makes channels more.
        filter: The first depthwise.
        project: The first pointwise behind it.
        standard: The first standard convolution of more than one tap.
    """

    expand: int | None
    filter: int | None
    project: int | None
    standard: int | None


def anatomy(chain: Chain) -> Anatomy:
    """The parts of a chain."""
    forms = [stage.form for stage in chain.stages]
    filtering = next((i for i, form in enumerate(forms) if form is Form.DEPTHWISE), None)
    standard = next((i for i, form in enumerate(forms) if form is Form.STANDARD), None)
    if filtering is None:
        return Anatomy(None, None, None, standard)
    expand = filtering - 1 if filtering and forms[filtering - 1] is Form.POINTWISE else None
    behind = (i for i in range(filtering + 1, len(forms)) if forms[i] is Form.POINTWISE)
    return Anatomy(expand, filtering, next(behind, None), standard)


class Saving(NamedTuple):
    """A separable convolution beside the standard one that makes the same map of the same map.

    Attributes:
        standard: The standard convolution.
        separable: The depthwise and the pointwise.
        is_separable: Whether the design has the separable one; else it has the standard one.
    """

    standard: Chain
    separable: Chain
    is_separable: bool

    @property
    def share(self) -> float:
        """MACs of the separable one, as a share of the standard one's."""
        return self.separable.cost.macs / self.standard.cost.macs

    @property
    def out_channels(self) -> int:
        """C'."""
        return self.standard.stages[-1].gives.channels

    @property
    def taps(self) -> int:
        """k², or rows times columns of the kernel."""
        kernels = self.standard.stages[0].kernels
        return kernels.rows * kernels.columns if kernels is not None else 1

    @property
    def follows_formula(self) -> bool:
        """Whether the share is 1/C' + 1/k², as it is without a multiplier or a stride in the pointwise."""
        return abs(self.share - (1 / self.out_channels + 1 / self.taps)) < 1e-9


class Freedom(NamedTuple):
    """A separable convolution, whose number of filters the input fixes, and the same behind an added pointwise.

    Attributes:
        bound: V1's: depthwise, pointwise.
        freed: V2's: pointwise, depthwise, pointwise.
        is_freed: Whether the design has the added pointwise; else it was added with the usual expansion.
    """

    bound: Chain
    freed: Chain
    is_freed: bool


class Twins(NamedTuple):
    """The same block with a residual, and without.

    Attributes:
        kept: At stride 1 with as many channels out as in: the input is added.
        gone: At stride 2: there is nothing of its shape to add to.
    """

    kept: Chain
    gone: Chain


@dataclass(frozen=True)
class Other:
    """One of several ways to make a map from a map.

    Attributes:
        label: ``standard 3×3, 24 → 24``.
        chain: What it is made of.
        is_own: Whether it is what the design has.
    """

    label: str
    chain: Chain
    is_own: bool = False


def saving(chain: Chain) -> Saving | None:
    """What a separable convolution saves here; None where there is neither one nor a standard convolution."""
    parts = anatomy(chain)
    if parts.filter is not None and parts.project is not None:
        filtering, project = chain.stages[parts.filter], chain.stages[parts.project]
        standard = _standard(filtering.layer, project.gives.channels)
        separable = [filtering.layer, project.layer]
        return Saving(
            chain_of("standard", filtering.takes, [standard]), chain_of("separable", filtering.takes, separable), True
        )
    if parts.standard is not None:
        own = chain.stages[parts.standard]
        separable = [_depthwise(own.layer), PointwiseConv2d(own.gives.channels)]
        return Saving(chain_of("standard", own.takes, [own.layer]), chain_of("separable", own.takes, separable), False)
    return None


def freedom(chain: Chain) -> Freedom | None:
    """What fixes the number of filters here; None where nothing is filtered depthwise and then projected."""
    parts = anatomy(chain)
    if parts.filter is None or parts.project is None:
        return None
    filtering, project = chain.stages[parts.filter], chain.stages[parts.project]
    behind: list[Layer] = [filtering.layer, *_activation(filtering), project.layer]
    if parts.expand is None:
        entry = filtering.takes
        front: list[Layer] = [PointwiseConv2d(USUAL_EXPANSION * entry.channels), *_activation(filtering)]
    else:
        expand = chain.stages[parts.expand]
        entry, front = expand.takes, [expand.layer, *_activation(expand)]
    bound = chain_of("V1", entry, [*behind, *(_activation(filtering) or [ReLU6()])])
    return Freedom(bound, chain_of("V2", entry, [*front, *behind]), parts.expand is not None)


def twins(chain: Chain) -> Twins | None:
    """The block with its residual and without; None where no convolution is in it that could have a stride."""
    parts = anatomy(chain)
    if parts.filter is not None and parts.project is not None:
        places = [place for place in (parts.expand, parts.filter, parts.project) if place is not None]
        steps = places.index(parts.filter)
    elif parts.standard is not None:
        places, steps = [parts.standard], 0
    else:
        return None
    stages = [chain.stages[place] for place in places]
    entry, last = stages[0].takes, len(stages) - 1

    def layers(stride: int) -> list[Layer]:
        found: list[Layer] = []
        for index, stage in enumerate(stages):
            layer = stage.layer.with_parameter("stride", stride if index == steps else 1)
            if index == last:
                layer = layer.with_parameter("out_channels", entry.channels)
            found += [layer, *_activation(stage)]
        return found

    kept, gone = chain_of("stride 1", entry, layers(1), has_residual=True), chain_of("stride 2", entry, layers(2))
    return Twins(kept, gone)


def others(chain: Chain) -> tuple[Other, ...]:
    """Other ways to make the same map, with the design's own among them."""
    parts, own = anatomy(chain), Other(chain.name, chain, is_own=True)
    if parts.filter is not None and parts.project is not None:
        filtering, project = chain.stages[parts.filter].layer, chain.stages[parts.project].layer
    elif parts.standard is not None:
        stage = chain.stages[parts.standard]
        filtering, project = _depthwise(stage.layer), PointwiseConv2d(stage.gives.channels)
    else:
        return (own,)
    entry, out = chain.entry, chain.tensors[-1].channels
    standard = _standard(filtering, out)
    kernel = _kernel_text(standard)
    ends = f"{entry.channels} → {out}"
    found = [
        Other(f"standard {kernel}, {ends}", chain_of("standard", entry, [standard])),
        Other(f"separable V1, {ends}", chain_of("V1", entry, [filtering, project.with_parameter("out_channels", out)])),
        own,
    ]
    if parts.expand is not None:
        hidden = chain.stages[parts.expand].gives
        wide = _standard(filtering, hidden.channels)
        label = f"standard {kernel}, {hidden.channels} → {hidden.channels}"
        found.append(Other(label, chain_of("wide", hidden, [wide])))
    return tuple(found)


def chain_of(name: str, entry: TensorSpec, layers: Sequence[Layer], has_residual: bool = False) -> Chain:
    """Layers one after another as a chain, counted by an analysis.

    Args:
        name: What it is called.
        entry: The tensor it reads, N×C×H×W.
        layers: In order.
        has_residual: Whether the input is added at the end, where its shape is the same.
    """
    return _chain_of(name, entry, tuple(layers), has_residual)


@lru_cache(maxsize=64)
def _chain_of(name: str, entry: TensorSpec, layers: tuple[Layer, ...], has_residual: bool) -> Chain:
    trunk: list[tuple[str, Layer]] = [("x", Input(entry.channels, entry.height, entry.width))]
    trunk += [(f"s{index}", layer) for index, layer in enumerate(layers)]
    plain = _read(name, entry.batch, [*trunk, ("y", Output())], [])
    if not has_residual or plain.tensors[-1].shape != entry.shape:
        return plain
    shortcut = Wire(PortRef(NodeId("x"), "y"), PortRef(NodeId("add"), "a"))
    return _read(name, entry.batch, [*trunk, ("add", Add()), ("y", Output())], [shortcut])


def _read(name: str, batch: int, layers: Sequence[tuple[str, Layer]], wires: list[Wire]) -> Chain:
    nodes = [Node(NodeId(id), layer) for id, layer in layers]
    for before, node in pairwise(nodes):
        assert node.layer.main_input is not None  # only the first has none
        wires = [*wires, Wire(PortRef(before.id, "y"), PortRef(node.id, node.layer.main_input.name))]
    return body_chain(analyse(Design.build(name, nodes, wires), batch=batch))


def _standard(filtering: Layer, out_channels: int) -> Layer:
    """The standard convolution with the window of a depthwise."""
    return _with_window(Conv2d(out_channels), filtering)


def _depthwise(standard: Layer) -> Layer:
    """The depthwise convolution with the window of a standard one."""
    return _with_window(DepthwiseConv2d(), standard)


def _with_window(layer: Layer, of: Layer) -> Layer:
    known = {parameter.name for parameter in of.parameters}
    for name in ("kernel_size", "stride", "padding", "explicit_padding", "dilation"):
        if name in known:
            layer = layer.with_parameter(name, getattr(of, name))
    return layer


def _activation(stage: Stage) -> list[Layer]:
    """The activation behind a stage as a layer of its own."""
    return [] if stage.activation is None else [stage.activation.layer]


def _kernel_text(layer: Layer) -> str:
    return layer.card_title().rpartition(" ")[2]
