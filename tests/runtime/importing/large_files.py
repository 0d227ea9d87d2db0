"""ONNX files of as many operators as asked, of several kinds of network; numbers stay in range."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 16


class Growing:
    """A graph under way."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._source = numpy.random.default_rng(0)

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """One more operator; gives the name of its result."""
        result = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [result], name=f"{operator}_{result}", **attributes))
        return result

    def weight(self, *shape: int) -> str:
        """The name of a weight of noise."""
        scale = 0.5 / max(float(numpy.prod(shape[1:])), 1.0) ** 0.5
        return self.constant(self._source.normal(0, scale, shape).astype(numpy.float32))

    def constant(self, array: Any) -> str:
        """The name of a constant."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(numpy.asarray(array), name))
        return name

    def convolution(self, x: str, out: int, channels: int, side: int = 1, groups: int = 1) -> str:
        """A convolution that keeps the size."""
        kernel = self.weight(out, channels // groups, side, side)
        return self.add("Conv", x, kernel, self.weight(out), pads=[side // 2] * 4, group=groups)

    def norm(self, x: str, channels: int) -> str:
        """A batch norm that changes little."""
        ones, zeros = numpy.ones(channels, numpy.float32), numpy.zeros(channels, numpy.float32)
        return self.add("BatchNormalization", x, *map(self.constant, (ones, zeros, zeros, ones)))


def bottlenecks(graph: Growing, x: str, index: int) -> str:
    """An inverted residual with norms, as MobileNetV2 has them."""
    wide = 4 * CHANNELS
    y = graph.add("Relu", graph.norm(graph.convolution(x, wide, CHANNELS), wide))
    y = graph.add("Relu", graph.norm(graph.convolution(y, wide, wide, 3, wide), wide))
    return graph.add("Add", x, graph.norm(graph.convolution(y, CHANNELS, wide), CHANNELS))


def nearly_bottlenecks(graph: Growing, x: str, index: int) -> str:
    """One without norms, of channels that no other has: nearly a block of the catalogue, and none."""
    wide = 4 * CHANNELS + index
    y = graph.add("Relu", graph.convolution(x, wide, CHANNELS))
    y = graph.add("Relu", graph.convolution(y, wide, wide, 3, wide))
    return graph.add("Add", x, graph.convolution(y, CHANNELS, wide))


def densely(graph: Growing, x: str, index: int) -> str:
    """A dense block of twelve."""
    parts = [x]
    for count in range(12):
        joined = graph.add("Concat", *parts, axis=1) if count else x
        parts.append(graph.add("Relu", graph.convolution(joined, 8, CHANNELS + 8 * count, 3)))
    return graph.convolution(graph.add("Concat", *parts, axis=1), CHANNELS, CHANNELS + 96)


def opaquely(graph: Growing, x: str, index: int) -> str:
    """An operator that no layer computes, between two that some do."""
    y = graph.add("CumSum", graph.add("Sigmoid", x), graph.constant(numpy.int64(3)))
    return graph.add("Tanh", y)


KINDS: dict[str, Callable[[Growing, str, int], str]] = {
    each.__name__: each for each in (bottlenecks, nearly_bottlenecks, densely, opaquely)
}


def large_file(path: Path, kind: str, operators: int = 1500, scoped: bool = False) -> Path:
    """Write a file of a kind with at least so many operators; in modules of modules where they shall be scoped."""
    graph = Growing()
    x = graph.convolution("x", CHANNELS, 3, 3)
    index = 0
    while len(graph.nodes) < operators:
        x = KINDS[kind](graph, x, index)
        index += 1
    graph.nodes.append(helper.make_node("Relu", [x], ["y"]))
    for place, node in enumerate(graph.nodes if scoped else ()):
        stage = f"stage{place // 78}"
        node.name = f"/{stage}/{stage}.{place // 13 % 6}/op{place % 13}/{node.op_type}"
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("x", ("N", 3, 16, 16)), ("y", None))
    ]
    made = helper.make_graph(graph.nodes, kind, ends[:1], ends[1:], graph.weights)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path
