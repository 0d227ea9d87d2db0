"""One attribute edit to new totals and problems: the cost follows what the edit changed.

Nothing is remembered of the layer that the edit makes: every memo is emptied before each, off the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from designer.analysis.analysis import analyse
from designer.edit.edits import set_parameter
from designer.graph.design import Design, NodeId
from tests.benchmarks.designs import bottlenecks, forget, mobilenet_v2
from tests.benchmarks.pairs import Subject, time_alone
from tests.benchmarks.rows import Duration, Row


def edit_of(design: Design, id: NodeId, name: str, values: tuple[Any, Any]) -> Subject:
    """Set a parameter to one value and the other in turns, each time following the analysis before."""
    turns = cycle(values)
    states = [analyse(design)]

    def edit() -> object:
        changed = set_parameter(states[0].design, [id], name, next(turns))
        states[0] = analyse(changed, previous=states[0])
        return states[0].totals, states[0].issues

    return Subject(edit, forget)


def first(design: Design, key: str, skip: int = 0) -> NodeId:
    """The id of a node with a layer of this key, after so many others."""
    return [id for id in design.order if design.nodes[id].layer.key == key][skip]


def rows(rounds: int) -> Iterator[Row]:
    """An edit that changes one node, and one that changes every shape, at both sizes."""
    small, large = mobilenet_v2(), bottlenecks(10_000)
    block = first(small, "bottleneck", 8)
    middle = first(large, "depthwise_conv2d", 500)
    edits = [
        ("a bottleneck's expansion in MobileNetV2", small, block, "expansion", (4.0, 6.0), 0.0005),
        (
            "MobileNetV2's resolution, which changes every shape",
            small,
            first(small, "input"),
            "height",
            (192, 224),
            None,
        ),
        ("a kernel's size at 10,000 nodes", large, middle, "dilation", (2, 1), 0.005),
        (
            "the resolution of 10,000 nodes, which changes every shape",
            large,
            first(large, "input"),
            "height",
            (48, 56),
            None,
        ),
    ]
    for what, design, id, name, values, goal_s in edits:
        yield Duration(f"edit of {what}", time_alone(edit_of(design, id, name, values), rounds), goal_s)
