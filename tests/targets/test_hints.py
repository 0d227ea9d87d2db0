"""A faulty design has its hint, its twin has not; a fix that is offered makes the one into the other."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.analysis.issues import Severity
from designer.graph.design import NodeId
from designer.graph.window import Padding
from designer.issue_code import IssueCode
from designer.layers.activation import HardSwish
from designer.layers.convolution import Conv2d
from designer.layers.endpoints import Input, Output
from designer.targets.hints import hints
from designer.targets.profile_files import target
from designer.templates.networks import template
from tests.small_designs import row
from tests.targets.twins import TARGET_TWINS, TargetTwin

every_twin = pytest.mark.parametrize("twin", TARGET_TWINS, ids=lambda twin: twin.code.value)


@every_twin
def test_the_fault_is_told_and_the_twin_has_none(twin: TargetTwin) -> None:
    profile = target(twin.target)
    faulty = [hint for hint in hints(analyse(twin.faulty), profile) if hint.code is twin.code]
    assert faulty
    assert all(hint.severity is Severity.HINT and not hint.is_blocking for hint in faulty)
    assert all(hint.what and hint.why and hint.advice and hint.target == twin.target for hint in faulty)
    assert not [hint for hint in hints(analyse(twin.fixed), profile) if hint.code is twin.code]


@pytest.mark.parametrize(
    "code",
    [IssueCode.TARGET_OPERATOR, IssueCode.TARGET_CHANNELS, IssueCode.TARGET_PADDING],
    ids=lambda code: code.value,
)
def test_what_is_offered_mends_it(code: IssueCode) -> None:
    (twin,) = (twin for twin in TARGET_TWINS if twin.code is code)
    profile = target(twin.target)
    (hint,) = (hint for hint in hints(analyse(twin.faulty), profile) if hint.code is code)
    (fix,) = hint.fixes
    fixed = analyse(fix.edit(twin.faulty))
    assert fixed.is_valid
    assert fixed.digest == analyse(twin.fixed.renamed(twin.faulty.name)).digest
    assert not [other for other in hints(fixed, profile) if other.code is code]


def test_tensors_that_leave_the_npu_and_return_are_counted() -> None:
    (twin,) = (twin for twin in TARGET_TWINS if twin.code is IssueCode.TARGET_OPERATOR)
    hint = hints(analyse(twin.faulty), target(twin.target))[0]
    assert hint.path == ("n2",)
    assert f"{2 * 8 * 16 * 16 / 1024:g}" in hint.why  # 8×16×16 in eight bits, there and back


def test_a_fix_is_offered_at_the_block_that_has_the_parameter() -> None:
    design = template("mobilenet_v2").build(width=0.35, resolution=96)
    found = [each for each in hints(analyse(design), target("rp2350")) if each.code is IssueCode.TARGET_PADDING]
    assert [each.path[0] for each in found] == ["stem", "bottleneck_2", "bottleneck_4", "bottleneck_7", "bottleneck_14"]
    fixed = found[1].fixes[0].edit(design)
    assert fixed.nodes[NodeId("bottleneck_2")].layer.padding is Padding.SAME  # type: ignore[attr-defined]  # a bottleneck


def test_a_channel_fix_that_breaks_a_residual_is_not_offered() -> None:
    design = template("bottleneck").build(resolution=8, channels=18, out_channels=18)
    found = [each for each in hints(analyse(design), target("arduino_nano_33_ble")) if each.path == ("project",)]
    assert [(each.code, each.fixes) for each in found] == [(IssueCode.TARGET_CHANNELS, ())]


def test_an_operator_that_the_runtime_lacks_is_told_on_a_controller() -> None:
    from designer.layers.activation import GELU

    design = row(Input(8, 8, 8), Conv2d(8, 3), GELU(), Output())
    (hint,) = (each for each in hints(analyse(design), target("rp2350")) if each.code is IssueCode.TARGET_OPERATOR)
    assert "does not load the file" in hint.why
    assert hint.fixes[0].label == "Replace it by ReLU6"
    hard = row(Input(8, 8, 8), Conv2d(8, 3), HardSwish(), Output())
    assert not [each for each in hints(analyse(hard), target("rp2350")) if each.code is IssueCode.TARGET_OPERATOR]
    assert [each for each in hints(analyse(hard), target("coral_edge_tpu")) if each.path == ("n2",)]
