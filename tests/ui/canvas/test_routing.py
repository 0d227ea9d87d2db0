"""After tidying no wire is hidden under a card it has nothing to do with; and what is drawn follows from the design."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.snapshot import analyse
from designer.edit.edits import move
from designer.edit.grouping import expand_block
from designer.edit.layout import tidy
from designer.graph.design import Design, NodeId, Point
from designer.graph.difference import difference
from designer.templates.networks import templates
from designer.ui.canvas.drawing import Drawing
from tests.edit.cards import overlapping
from tests.layered_designs import cells, layered_designs, u_net
from tests.random_designs import designs
from tests.sound_designs import grouped_designs
from tests.ui.canvas.wiring import hidden

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
