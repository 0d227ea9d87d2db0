"""What is wrong with a design, and how bad it is; a sound one has nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from designer.analysis.analysis import analyse
from designer.analysis.fixes import problems
from designer.analysis.issues import Severity
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import ReLU6
from designer.layers.convolution import DepthwiseConv2d
from designer.layers.dense import FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.templates.networks import template
from tests.analysis.twins import TWINS, Twin
from tests.small_designs import row
from tests.sound_designs import sound_designs

PROBLEMS: list[tuple[Design, str, Severity, str]] = [
    (Design(), "empty", Severity.UNFINISHED, "the design is empty"),
    (row(ReLU6(), Output()), "no-input", Severity.UNFINISHED, "there is no input"),
    (row(Input(), ReLU6()), "no-output", Severity.UNFINISHED, "there is no output"),
    (row(Input(), Add(), Output()), "unconnected", Severity.UNFINISHED, "input b takes no wire"),
    (row(Input(), FullyConnected(), Output()), "needs-vector", Severity.ERROR, "it takes a vector"),
    (row(Input(), DepthwiseConv2d(4), Output()), "even-symmetric", Severity.ERROR, "even kernel"),
]


def test_a_result_that_goes_nowhere_is_to_do_and_the_design_runs() -> None:
    design = template("bottleneck").build()
    loose = design.with_node(Node(NodeId("loose"), ReLU6())).with_wire(
        Wire(PortRef(NodeId("expand"), "y"), PortRef(NodeId("loose"), "x"))
    )
    analysis = analyse(loose)
    assert [(issue.code, issue.severity) for issue in analysis.issues] == [("dead-end", Severity.UNFINISHED)]
    assert not analysis.issues[0].is_blocking
    assert analysis.is_valid


@pytest.mark.parametrize(("design", "code", "severity", "what"), PROBLEMS)
def test_problems_say_what(design: Design, code: str, severity: Severity, what: str) -> None:
    issue = next(issue for issue in problems(analyse(design)) if issue.code == code)
    assert issue.severity is severity
    assert issue.is_blocking
    assert not analyse(design).is_valid
    assert what in issue.what
    assert issue.why
    assert issue.advice


@pytest.mark.parametrize("twin", TWINS, ids=[twin.title for twin in TWINS])
def test_a_problem_arises_from_its_fault_and_not_from_the_fixed_twin(twin: Twin) -> None:
    assert {issue.code for issue in analyse(twin.faulty).issues} >= {twin.code}
    assert analyse(twin.fixed).issues == ()


@settings(max_examples=30, deadline=None)
@given(sound_designs())
def test_a_sound_design_has_no_problem(design: Design) -> None:
    assert analyse(design).issues == ()
