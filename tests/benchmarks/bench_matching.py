"""Matching two designs for the comparison, of designs that remember nothing of their structure.

The second is the first under other ids and in another order, after edits; or a network of another width, in which
nearly every node changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from designer.edit.edits import delete, set_parameter
from designer.edit.splice import place_on_wire
from designer.graph.design import Design, PortRef
from designer.layers.activation import SiLU
from designer.matching.matching import match_designs
from designer.templates.networks import template
from tests.benchmarks.designs import bottlenecks, fresh, mobilenet_v2
from tests.benchmarks.pairs import Subject, time_alone
from tests.benchmarks.rows import Duration, Row
from tests.matching.edited_designs import scrambled

SMALL_GOAL_S, LARGE_GOAL_S = 0.020, 1.0


def rows(rounds: int) -> Iterator[Row]:
    """MobileNetV2 closed, drawn out as so many alike bottlenecks, and 2,000 nodes; edited a little, and all over."""
    small = mobilenet_v2()
    cases: list[tuple[str, Design, Design, float | None]] = [
        ("two MobileNetV2s, equal but for ids and order", small, small, SMALL_GOAL_S),
        ("two MobileNetV2s, after 5 edits", small, edited(small, 5), SMALL_GOAL_S),
        ("MobileNetV2 and one of half the width", small, template("mobilenet_v2").build(width=0.5), SMALL_GOAL_S),
        ("MobileNetV2 and V1", small, template("mobilenet_v1").build(), SMALL_GOAL_S),
    ]
    for nodes, goal_s in ((156, None), (2000, LARGE_GOAL_S)):
        large = bottlenecks(nodes)
        cases += [
            (f"two designs of {nodes} nodes, equal but for ids and order", large, large, goal_s),
            (f"two designs of {nodes} nodes, after 5 edits", large, edited(large, 5), goal_s),
            (f"two designs of {nodes} nodes, after 50 edits", large, edited(large, 50), goal_s),
        ]
    for what, before, after, goal_s in cases:
        yield Duration(f"matching of {what}", time_alone(matching_of(before, after), rounds), goal_s)


def edited(design: Design, edits: int) -> Design:
    """The design after nodes were taken out, put into wires and changed, in turns, here and there."""
    random = Random(edits)
    for turn in range(edits):
        inner = [id for id, node in design.nodes.items() if node.layer.inputs and node.layer.outputs]
        id = random.choice(inner)
        if turn % 3 == 0:
            design = delete(design, [id])
        elif turn % 3 == 1:
            design, _ = place_on_wire(design, SiLU(), PortRef(id, design.nodes[id].layer.inputs[0].name))
        else:
            wide = [id for id in inner if "out_channels" in {p.name for p in design.nodes[id].layer.parameters}]
            design = set_parameter(design, [random.choice(wide)], "out_channels", 40)
    return design


def matching_of(before: Design, after: Design) -> Subject:
    """Partners and changes, ids of no help."""
    after = scrambled(Random(1), after)
    waiting: list[Design] = []

    def prepare() -> None:
        waiting[:] = [fresh(before), fresh(after)]

    return Subject(lambda: match_designs(*waiting), prepare)
