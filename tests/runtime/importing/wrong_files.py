"""Copies of ONNX files that are whole as files, and in which something that they state is wrong."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import onnx


def wrong_copies(files: Sequence[Path], folder: Path, count: int, seed: int = 0) -> list[Path]:
    """So many copies, of each file as many, each with one to five things stated wrongly."""
    made = []
    source = random.Random(seed)
    for index in range(count):
        original = files[index % len(files)]
        model = onnx.load(original)
        for _ in range(source.choice((1, 1, 2, 5))):
            _make_wrong(model.graph, source)
        path = folder / f"wrong_{index}_{original.name}"
        path.write_bytes(model.SerializeToString())
        made.append(path)
    return made


def _make_wrong(graph: onnx.GraphProto, source: random.Random) -> None:
    """Change one thing that a graph states."""
    node, number = source.choice(graph.node), source.choice((0, -1, 1, 2, 7, 2**31, 2**62, -(2**40)))
    match source.randrange(9):
        case 0 if node.attribute:
            attribute = source.choice(node.attribute)
            attribute.ints[:] = [number, *attribute.ints[1:]] if source.random() < 0.7 else []
            attribute.i = number
            attribute.f = source.choice((float("nan"), float("inf"), -1.0, 1e30))
        case 1 if node.attribute:
            del node.attribute[source.randrange(len(node.attribute))]
        case 2 if node.input:
            node.input[source.randrange(len(node.input))] = source.choice(
                (*node.output, "", graph.node[0].output[0], "gone")
            )
        case 3 if node.input:
            del node.input[source.randrange(len(node.input))]
        case 4:
            node.op_type = source.choice(
                (*(each.op_type for each in graph.node), "Loop", "If", "Resize", "Einsum", "Nothing")
            )
        case 5 if graph.initializer:
            tensor = source.choice(graph.initializer)
            if tensor.dims:
                tensor.dims[source.randrange(len(tensor.dims))] = number
        case 6 if graph.initializer:
            source.choice(graph.initializer).data_type = source.choice((0, 1, 2, 6, 7, 8, 9, 10, 11, 14, 16, 23, 99))
        case 7:
            dims = graph.input[0].type.tensor_type.shape.dim
            if dims:
                dims[source.randrange(len(dims))].dim_value = number
        case _:
            node.output.append(source.choice(("more", graph.node[0].output[0])))
