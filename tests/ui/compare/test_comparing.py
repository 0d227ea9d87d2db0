"""The set of designs that are compared: who is in it, in what order, against whom; each change one step to undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from designer.edit.document import Command
from designer.edit.edits import set_parameter
from designer.errors import EditRefused
from designer.graph.design import Design, NodeId
from designer.ui.compare.comparing import Comparing
from designer.ui.compare.member import MOST, Member, of_design

pytestmark = pytest.mark.gui


@pytest.fixture
def comparing(qtbot: QtBot, sketch: Design) -> Iterator[Comparing]:
    """A, B and C, held against A."""
    made = Comparing([member(sketch, name) for name in "ABC"])
    yield made
    made.end()


def member(design: Design, name: str) -> Member:
    return of_design(design.renamed(name), "of a test")


def names(comparing: Comparing) -> str:
    return "".join(each.name for each in comparing.members)


def widened(member: Member, channels: int) -> None:
    member.document.apply(Command("Widen", lambda d: set_parameter(d, [NodeId("expand")], "out_channels", channels)))


def test_a_letter_is_of_the_place(comparing: Comparing) -> None:
    c = comparing.members[2]
    comparing.move(c, 0)
    assert names(comparing) == "CAB"
    assert comparing.letter(c) == "A"
    assert comparing.members[comparing.baseline].name == "A", "the baseline is a design, not a place"


def test_the_baseline_that_leaves_is_followed_by_the_first(comparing: Comparing) -> None:
    comparing.set_baseline(comparing.members[1])
    comparing.remove(comparing.members[1])
    assert (names(comparing), comparing.baseline) == ("AC", 0)
    comparing.undo()
    assert (names(comparing), comparing.baseline) == ("ABC", 1)


def test_two_are_the_least_and_six_the_most(comparing: Comparing, sketch: Design) -> None:
    comparing.remove(comparing.members[0])
    with pytest.raises(EditRefused, match="two designs are the least"):
        comparing.remove(comparing.members[0])
    more = [member(sketch, name) for name in "DEFGH"]
    with pytest.raises(EditRefused, match="5 more would make 7, and 6 fit side by side"):
        comparing.add(more, "Add five")
    assert names(comparing) == "BC"
    comparing.add(more[: MOST - 2], "Add four")
    assert names(comparing) == "BCDEFG"


def test_those_taken_in_together_leave_by_one_undo(comparing: Comparing, sketch: Design) -> None:
    comparing.add([member(sketch, "D"), member(sketch, "E")], "Add two")
    assert comparing.undo_label == "Add two"
    comparing.undo()
    assert (names(comparing), comparing.redo_label) == ("ABC", "Add two")
    comparing.redo()
    assert names(comparing) == "ABCDE"


def test_what_changes_nothing_is_no_step(comparing: Comparing) -> None:
    comparing.set_baseline(comparing.members[0])
    comparing.move(comparing.members[1], 1)
    comparing.sort([1.0, 1.0, 1.0])
    labels = [comparing.undo_label]
    comparing.sort([3.0, 1.0, 2.0])
    labels.append(comparing.undo_label)
    assert labels == [None, "Sort the designs"]
    assert names(comparing) == "BCA"


def test_steps_of_the_set_and_of_a_design_are_undone_in_turn(comparing: Comparing, sketch: Design) -> None:
    a, b, _c = comparing.members
    widened(b, 96)
    comparing.move(a, 2)
    assert comparing.undo_label == "Move A"
    comparing.undo()
    assert (names(comparing), comparing.undo_label) == ("ABC", "Widen")
    comparing.undo()
    assert b.design == sketch.renamed("B")
    assert comparing.undo_label is None
    comparing.redo()
    assert comparing.redo_label == "Move A", "what was undone first is still to come"


def test_a_step_that_was_undone_elsewhere_is_not_undone_again(comparing: Comparing) -> None:
    a, b, _c = comparing.members
    comparing.move(a, 2)
    widened(b, 96)
    b.document.undo()
    assert comparing.undo_label == "Move A"


def test_a_design_that_closes_takes_its_steps_along(comparing: Comparing, sketch: Design) -> None:
    b = comparing.members[1]
    widened(b, 96)
    assert comparing.drop(b), "two are left"
    assert (names(comparing), comparing.undo_label) == ("AC", None)
    assert not comparing.drop(comparing.members[0]), "one alone is no comparison"


def test_partners_are_found_whichever_design_is_asked_about(qtbot: QtBot, comparing: Comparing) -> None:
    _a, b, c = comparing.members
    qtbot.waitUntil(lambda: comparing.matching(b) is not None and comparing.matching(c) is not None)
    assert comparing.matching(comparing.members[0]) is None, "the baseline is held against nobody"
    everything = [NodeId("expand"), NodeId("depthwise")]
    assert comparing.partners(b, everything, c) == comparing.partners(c, everything, b) == everything
    assert comparing.difference_words().count("no difference") == 2
    widened(c, 96)
    qtbot.waitUntil(lambda: comparing.matching(c) is not None)
    assert comparing.difference_words().count("no difference") == 1
    assert "144" in comparing.difference_words().split("A → C")[1]
