"""After tidying no wire is hidden under a card it has nothing to do with; and what is drawn follows from the design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analysis import analyse
from designer.edit.edits import move
from designer.edit.grouping import expand_block
from designer.edit.layout import tidy
from designer.edit.sizes import CARD_WIDTH
from designer.errors import DesignFileError
from designer.files.design_json import dumps, loads
from designer.graph.design import Design, Node, NodeId, Point
from designer.graph.difference import difference
from designer.layers.activation import ReLU
from designer.layers.endpoints import Input
from designer.templates.networks import templates
from designer.ui.canvas.drawing import Drawing
from tests.benchmarks.designs import bottlenecks
from tests.edit.cards import overlapping
from tests.layered_designs import Sketch, branched, cells, layered_designs, residuals, u_net
from tests.random_designs import designs
from tests.small_designs import ref, wire
from tests.sound_designs import grouped_designs
from tests.steps import steps_of
from tests.ui.canvas.wiring import counted, crossings, hidden, library_crossings

T = TypeVar("T")

pytestmark = pytest.mark.usefixtures("qapp")


@settings(max_examples=80, deadline=None)
@given(layered_designs() | designs(max_nodes=14) | grouped_designs())
def test_after_tidying_no_wire_is_hidden_and_no_card_is_on_another(design: Design) -> None:
    laid = tidy(design)
    # A wire that a person bent, both ends of which stayed, runs as the person has it.
    bent = {target for target, wire in laid.wires.items() if wire.via}
    assert [met for met in hidden(Drawing(laid)) if met[0] not in bent] == []
    assert overlapping(laid) == []


@settings(max_examples=40, deadline=None)
@given(layered_designs(parts=3), st.data())
def test_after_an_edit_and_tidying_again_no_wire_is_hidden(design: Design, data: st.DataObject) -> None:
    laid = tidy(design)
    gone = data.draw(st.sampled_from(list(laid.nodes)))
    assert hidden(Drawing(tidy(laid.without_nodes([gone])))) == []


@pytest.mark.parametrize("key", [made.key for made in templates()])
def test_of_every_template_no_wire_is_hidden_closed_or_drawn_out(key: str) -> None:
    design = next(made for made in templates() if made.key == key).build()
    assert hidden(Drawing(tidy(design))) == []
    for id, node in tuple(design.nodes.items()):
        inputs = analyse(design).node(id).known_inputs if node.layer.is_block else None
        if inputs is not None:
            design, _ = expand_block(design, id, inputs)
    assert hidden(Drawing(tidy(design))) == []


@pytest.mark.parametrize("design", [cells(11), cells(6, 2), u_net(6)], ids=lambda design: str(design.name))
def test_of_tangled_networks_no_wire_is_hidden(design: Design) -> None:
    assert hidden(Drawing(tidy(design))) == []


@settings(max_examples=40, deadline=None)
@given(layered_designs(parts=2), st.data())
def test_wires_run_as_the_design_says_whatever_was_edited_before(design: Design, data: st.DataObject) -> None:
    drawing = Drawing(tidy(design))
    for _ in range(3):
        now = drawing.design
        chosen = data.draw(st.sampled_from(list(now.nodes)))
        other = now.nodes[data.draw(st.sampled_from(list(now.nodes)))].position
        change = data.draw(st.sampled_from(["move", "remove", "unplug"]))
        if change == "move":
            after = move(now, {chosen: Point(other.x + 32.0, other.y + data.draw(st.sampled_from([-96.0, 24.0])))})
        elif change == "remove" and len(now.nodes) > 1:
            after = now.without_nodes([chosen])
        else:
            after = now.without_wires(wire.target for wire in now.incoming(NodeId(chosen))[:1])
        drawing.apply(difference(now, after), after)
    afresh = Drawing(drawing.design)
    assert {t: item.line for t, item in drawing.wires.items()} == {t: item.line for t, item in afresh.wires.items()}


def networks() -> list[Design]:
    """As people draw them: one way after another, over and beside each other."""
    return [
        named("identities", lambda sketch, at: repeated(sketch.residual, at, [3, 1, 11, 5, 3, 3, 8])),
        named("strided", lambda sketch, at: repeated(sketch.strided, at, [2, 3, 2, 1])),
        branched(),
        residuals(),
        named("chain", lambda sketch, at: sketch.chain(at, 80)),
        named("stages", stages),
        bottlenecks(400),
        cells(3),
        cells(11),
    ]


def named(name: str, draw: Callable[[Sketch, NodeId], NodeId]) -> Design:
    sketch = Sketch()
    draw(sketch, sketch.put(Input()))
    return sketch.design(name)


def repeated(part: Callable[[NodeId, T], NodeId], at: NodeId, sizes: Sequence[T]) -> NodeId:
    for size in sizes:
        at = part(at, size)
    return at


def stages(sketch: Sketch, at: NodeId) -> NodeId:
    for _ in range(4):
        at = repeated(sketch.residual, sketch.branches(sketch.strided(at, 2), [1, 3]), [3, 3, 3])
    return at


@pytest.mark.parametrize("design", networks(), ids=lambda design: design.name.replace(" ", "-").replace(",", ""))
def test_wires_cross_no_more_than_where_the_library_puts_them(design: Design) -> None:
    assert crossings(Drawing(tidy(design))) <= library_crossings(design)


def test_what_a_fold_would_tear_stays_in_one_row_while_that_can_be_read() -> None:
    design = tidy(u_net(3))
    assert len({node.position.x for node in design.nodes.values()}) > 14, "longer than a row that is folded else"
    assert crossings(Drawing(design)) == library_crossings(design) == 0


def test_folding_tangles_costs_no_crossings_in_all() -> None:
    # The library draws one row, ten times as wide as it is high; ours fits a screen.
    tangles = [cells(11, seed) for seed in (1, 2, 3)]
    ours = sum(crossings(Drawing(tidy(design))) for design in tangles)
    assert ours <= sum(map(library_crossings, tangles))


def test_crossings_are_counted_where_lines_cross_and_nowhere_else() -> None:
    a, b, c = (ref(f"n{index}.x") for index in range(3))
    across, down = [(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)], [(50.0, -50.0), (50.0, 50.0)]
    assert counted([({a}, across), ({b}, down)]) == 1, "at the joint of two pieces as well"
    assert counted([({a}, across), ({a, b}, down)]) == 0, "wires that share an end do not cross"
    assert counted([({a}, across), ({b}, [(0.0, 10.0), (100.0, 10.0)]), ({c}, down)]) == 2
    zigzag = [(0.0, -20.0), (30.0, 20.0), (60.0, -20.0), (90.0, 20.0)]
    assert counted([({a}, across), ({b}, zigzag)]) == 3


def test_a_wire_under_a_card_is_found() -> None:
    laid = tidy(named("chain", lambda sketch, at: sketch.chain(at, 4)))
    drawing = Drawing(laid)
    assert hidden(drawing) == []
    middle = laid.nodes[NodeId("n1")].position
    drawing.nodes[NodeId("n4")].setPos(middle.x + CARD_WIDTH + 4.0, middle.y)
    assert (ref("n2.x"), NodeId("n4")) in hidden(drawing)


def test_a_card_in_the_way_is_gone_around_and_once_it_is_gone_the_wire_is_straight_again() -> None:
    laid = tidy(named("chain", lambda sketch, at: sketch.chain(at, 2)))
    apart = move(laid, {NodeId("n2"): Point(laid.nodes[NodeId("n1")].position.x + 700.0, 0.0)})
    drawing = Drawing(apart)
    target = ref("n2.x")
    straight = list(drawing.wires[target].line)
    between = Point(laid.nodes[NodeId("n1")].position.x + 350.0, 0.0)
    crowded = apart.with_node(Node(NodeId("stone"), ReLU(), position=between))
    drawing.apply(difference(apart, crowded), crowded)
    assert hidden(drawing) == []
    assert drawing.wires[target].line != straight
    drawing.apply(difference(crowded, apart), apart)
    assert drawing.wires[target].line == straight


def _far_apart(reach: float, between: int = 0) -> Design:
    """Two wired cards at opposite ends of the canvas, and others in a heap between them."""
    ends = [
        Node(NodeId("x"), Input(), position=Point(-reach, -reach)),
        Node(NodeId("y"), ReLU(), position=Point(reach, reach)),
    ]
    heap = [Node(NodeId(f"n{index}"), ReLU(), position=Point(0.0, 0.0)) for index in range(between)]
    chain = [wire("x.y", "y.x"), *(wire("x.y", f"{node.id}.x") for node in heap)]
    return Design.build("far", [*ends, *heap], chain)


@pytest.mark.parametrize("between", [0, 40])
def test_a_wire_costs_what_there_is_to_draw_however_far_it_goes(between: int) -> None:
    near, far = (steps_of(lambda: Drawing(_far_apart(reach, between))) for reach in (3e3, 1e7))  # noqa: B023  # run at once
    assert far < 1.5 * near


def test_a_heap_of_cards_costs_what_it_has_of_cards() -> None:
    small, large = (steps_of(lambda: Drawing(_far_apart(3e3, size))) for size in (1000, 2000))  # noqa: B023  # run at once
    assert large < 2.5 * small


def test_a_place_beyond_any_canvas_is_refused() -> None:
    text = dumps(_far_apart(1e7))
    assert loads(text) == _far_apart(1e7)
    with pytest.raises(DesignFileError, match="is no place; a place is two numbers, none beyond 1e"):
        loads(text.replace("10000000", "10000001"))
