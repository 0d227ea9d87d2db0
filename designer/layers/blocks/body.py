"""How a block's body is built: part by part, each reading the one before unless another is named."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.parameter import integer, ratio
from designer.graph.window import Padding, Size
from designer.layers.activation import Activation
from designer.layers.convolution import Conv2d, DepthwiseConv2d, GroupedConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm

CHANNELS_HIGH = 2**31 - 1
WINDOW_PADDINGS = (Padding.SYMMETRIC, Padding.SAME, Padding.NONE)

ENTRANCE = "x"
"""What a body's input is called."""

# Bodies by their parts and what each reads: the wiring of equal ones is checked and ordered once.
_wired: dict[tuple[tuple[tuple[NodeId, type[Layer]], ...], tuple[tuple[str, ...], ...]], Design] = {}


class Body:
    """Builds a body part by part."""

    def __init__(self) -> None:
        self._parts: list[Node] = [_ENTRANCE]
        self._reads: list[tuple[str, ...]] = [()]

    @property
    def last(self) -> str:
        """The part put down last, the input where there is none."""
        return self._parts[-1].id

    def then(self, name: str, layer: Layer | None, *sources: str) -> str:
        """A layer that reads these parts, or the last one where none is named; gives its name.

        A part of several outputs is read as ``part.port``. Nothing for None: the part that it would have read is given.
        """
        reads = sources or (self.last,)
        if layer is None:
            return reads[0]
        self._parts.append(Node(NodeId(name), layer))
        self._reads.append(reads)
        return name

    def convolution(
        self, name: str, layer: Layer, norm: BatchNorm | None, activation: Activation, source: str | None = None
    ) -> str:
        """A convolution, its batch norm if there is one, its activation if there is one; gives the last's name."""
        self.then(name, layer, source or self.last)
        self.then(f"{name}_bn", norm)
        return self.then(f"{name}_act", activation.layer())

    def design(self, name: str, residual: bool = False) -> Design:
        """The finished body, its input added at the end where told; bodies of the same parts share their wiring."""
        if residual:
            self._parts.append(_RESIDUAL)
            self._reads.append((ENTRANCE, self._parts[-2].id))
        self._reads.append((self.last,))
        self._parts.append(_EXIT)
        key = (tuple([(node.id, type(node.layer)) for node in self._parts]), tuple(self._reads))
        wired = _wired.get(key)
        if wired is None:
            wires = [
                Wire(_port_of(source), PortRef(node.id, port.name))
                for node, sources in zip(self._parts, self._reads, strict=True)
                for source, port in zip(sources, node.layer.inputs, strict=True)
            ]
            wired = _wired[key] = Design.build(name, self._parts, wires)
        return wired.refilled(name, self._parts)


def _port_of(source: str) -> PortRef:
    """The output that a source means: a part's only one, or the one behind the dot."""
    part, _, port = source.partition(".")
    return PortRef(NodeId(part), port or "y")


_ENTRANCE = Node(NodeId(ENTRANCE), Input(channels=1, height=1, width=1))
_RESIDUAL = Node(NodeId("add"), Add())
_EXIT = Node(NodeId("y"), Output())


@lru_cache(maxsize=64)
def norm_of(eps: float, momentum: float) -> BatchNorm:
    """One value for all blocks that have such a norm, so that it is compared in no time."""
    return BatchNorm(eps, momentum)


@lru_cache(maxsize=64)
def depthwise_of(kernel_size: Size, stride: Size, padding: Padding, bias: bool = False) -> DepthwiseConv2d:
    """One value for all blocks that filter so."""
    return DepthwiseConv2d(kernel_size, stride, padding, bias=bias)


def convolution_of(
    channels: int, kernel_size: Size, stride: Size, groups: int = 1, padding: Padding = Padding.SYMMETRIC
) -> Layer:
    """A convolution in so many groups; of one group it is the standard one."""
    if groups == 1:
        return Conv2d(channels, kernel_size, stride, padding)
    return GroupedConv2d(channels, kernel_size, groups, stride, padding)


def widened(expansion: float, channels: int) -> int:
    """Expansion × channels, rounded to a whole number of channels, at least 1."""
    return max(1, round(expansion * channels))


# Parameters that several blocks have, each worded once.


def eps(shown_when: tuple[str, Any] | None = None) -> Any:
    """Of a block's batch norms."""
    return ratio(default=1e-5, low=0.0, high=1.0, help="Added to the variance.", shown_when=shown_when)


def momentum(shown_when: tuple[str, Any] | None = None) -> Any:
    """Of a block's batch norms."""
    what = "Share of a new batch in the running mean and variance."
    return ratio(default=0.1, low=0.0, high=1.0, help=what, shown_when=shown_when)


def expansion(default: float) -> Any:
    """Hidden channels per input channel."""
    return ratio(default=default, low=0.05, high=64.0, help="Expansion t: hidden channels per input channel.")


def out_channels(default: int, what: str = "") -> Any:
    """Channels of a block's output."""
    return integer(default=default, low=1, high=CHANNELS_HIGH, help=f"Output channels C'{what}.")
