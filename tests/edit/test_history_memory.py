"""The history is bounded by bytes, and what its designs can work out again is not held."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

from designer.edit.document import Command, Document
from designer.edit.edits import delete, place
from designer.graph.design import Design, NodeId, Point
from designer.layers.activation import ReLU
from designer.templates.networks import template


def placing(name: str) -> Command:
    return Command(f"Place {name}", lambda design: place(design, ReLU(), Point(0.0, 0.0))[0])


def moving(design: Design, step: int) -> Command:
    node = next(iter(design.nodes.values()))
    return Command(f"Move {step}", lambda d: d.replacing([replace(node, position=Point(float(step), 0.0))]))


def test_the_oldest_steps_go_where_the_history_would_hold_more_than_it_may() -> None:
    document = Document(template("mobilenet_v2").build())
    document.history_limit = 200_000
    for number in range(300):
        document.apply(placing(str(number)))
        document.design.order  # noqa: B018  # what the window asks of every design
    assert document.history_bytes <= 200_000
    steps = len(document.history)
    assert 1 < steps < 300
    for _ in range(steps + 5):
        document.undo()
    assert len(document.design.nodes) == len(template("mobilenet_v2").build().nodes) + 300 - steps


def test_one_step_is_always_kept_however_large() -> None:
    document = Document(template("bottleneck").build())
    document.history_limit = 1
    document.apply(placing("one"))
    document.apply(placing("two"))
    assert len(document.history) == 1
    document.undo()
    assert document.undo_label is None


def test_a_step_holds_no_more_than_is_said() -> None:
    """Measured by the interpreter itself, over edits that change what follows from the wires."""
    document = Document(template("mobilenet_v2").build())
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(400):
            if number % 3 == 2:
                last = list(document.design.nodes)[-1]
                document.apply(Command("Delete", lambda design, gone=last: delete(design, [gone])))  # type: ignore[misc]
            else:
                document.apply(placing(str(number)))
            document.design.successors, document.design.rank  # noqa: B018
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert held < 1.5 * document.history_bytes
    assert document.history_bytes < 12_000 * 400, "what each step held before was 41 kB"


def test_undone_designs_work_out_again_what_was_forgotten() -> None:
    document = Document(template("bottleneck").build())
    first = document.design
    order, feeds = first.order, dict(first.feeds)
    for number in range(5):
        document.apply(placing(str(number)))
    for _ in range(5):
        document.undo()
    assert document.design is first
    assert document.design.order == order
    assert dict(document.design.feeds) == feeds


def test_whoever_shows_undo_hears_of_a_preview_that_is_kept() -> None:
    document = Document(template("bottleneck").build())
    labels: list[str | None] = []
    stop = document.observe_steps(lambda: labels.append(document.undo_label))
    document.preview(moving(document.design, 7).edit)
    assert labels == []
    document.commit("Move")
    assert labels == ["Move"]
    stop()
    document.preview(moving(document.design, 9).edit)
    document.commit("Move again")
    assert labels == ["Move"]
    assert NodeId("input") in document.design.nodes
