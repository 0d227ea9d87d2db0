"""What is wrong with a design, and how bad it is; a sound one has nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from designer.analysis.analysis import analyse
from designer.analysis.fixes import problems
from designer.analysis.issues import Severity
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.window import Padding
from designer.layers.activation import HardTanh, ReLU6
from designer.layers.convolution import Conv2d, DepthwiseConv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.layers.normalization import LocalResponseNorm
from designer.layers.pooling import MaxPool
from designer.layers.shaping import ChannelShuffle, Permute, Reshape, Slice
from designer.templates.networks import template
from tests.small_designs import chain, diamond, drawn, row
from tests.sound_designs import sound_designs

WIDE = Conv2d(8, kernel_size=5, padding=Padding.NONE)


def two(first: Input, second: Input, merge: Add | Concatenate) -> Design:
    """Two inputs, merged."""
    return drawn({"a": first, "b": second, "both": merge, "out": Output()}, "a>both.a b>both.b both>out")


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


TWINS: list[tuple[str, Design, Design]] = [
    ("empty", Design(), chain()),
    ("no-input", row(ReLU6(), Output()), row(Input(), ReLU6(), Output())),
    ("no-output", row(Input(), ReLU6()), row(Input(), ReLU6(), Output())),
    ("unconnected", row(Input(), Add(), Output()), diamond()),
    ("dead-end", drawn({"in": Input(), "a": ReLU6(), "out": Output()}, "in>a in>out"), chain()),
    ("needs-vector", row(Input(), FullyConnected(), Output()), row(Input(), Flatten(), FullyConnected(), Output())),
    ("needs-map", row(Input(), Flatten(), MaxPool(), Output()), row(Input(), MaxPool(), Flatten(), Output())),
    ("even-symmetric", row(Input(), DepthwiseConv2d(4), Output()), row(Input(), DepthwiseConv2d(5), Output())),
    ("window-too-large", row(Input(3, 4, 4), WIDE, Output()), row(Input(3, 5, 5), WIDE, Output())),
    ("groups", row(Input(6), ChannelShuffle(4), Output()), row(Input(8), ChannelShuffle(4), Output())),
    ("shapes-differ", two(Input(3, 8, 8), Input(4, 8, 8), Add()), two(Input(4, 8, 8), Input(4, 8, 8), Add())),
    (
        "sides-differ",
        two(Input(3, 8, 8), Input(3, 8, 9), Concatenate()),
        two(Input(3, 8, 9), Input(5, 8, 9), Concatenate()),
    ),
    ("bounds", row(Input(), HardTanh(2.0, 1.0), Output()), row(Input(), HardTanh(1.0, 2.0), Output())),
    ("reshape", row(Input(3, 4, 4), Reshape((5, -1)), Output()), row(Input(5, 4, 4), Reshape((5, -1)), Output())),
    ("permute", row(Input(), Permute((0, 2, 1)), Output()), row(Input(), Permute((0, 2, 1, 3)), Output())),
    ("slice", row(Input(3), Slice(1, 3, 4), Output()), row(Input(4), Slice(1, 3, 4), Output())),
    ("even-size", row(Input(), LocalResponseNorm(4), Output()), row(Input(), LocalResponseNorm(5), Output())),
]


@pytest.mark.parametrize(("code", "faulty", "fixed"), TWINS, ids=[code for code, _, _ in TWINS])
def test_a_problem_arises_from_its_fault_and_not_from_the_fixed_twin(code: str, faulty: Design, fixed: Design) -> None:
    assert {issue.code for issue in analyse(faulty).issues} >= {code}
    assert analyse(fixed).issues == ()


@settings(max_examples=30, deadline=None)
@given(sound_designs())
def test_a_sound_design_has_no_problem(design: Design) -> None:
    assert analyse(design).issues == ()
