"""The flat program of a design: what calls come, in what order, and which tensors they share."""

from __future__ import annotations

import pytest

from designer.analysis.snapshot import analyse
from designer.errors import InvalidDesign
from designer.graph.design import Design
from designer.runtime.program import program_of
from designer.templates.networks import template


def test_a_bottleneck_step_by_step() -> None:
    program = program_of(analyse(template("bottleneck").build(padding="tensorflow", stride=1, kernel=3)))
    steps = [(".".join(step.path), step.call.target.removeprefix("torch.nn.")) for step in program.instructions]
    assert steps == [
        ("expand", "Conv2d"),
        ("expand_bn", "BatchNorm2d"),
        ("expand_act", "ReLU6"),
        ("depthwise", "Conv2d"),
        ("depthwise_bn", "BatchNorm2d"),
        ("depthwise_act", "ReLU6"),
        ("project", "Conv2d"),
        ("project_bn", "BatchNorm2d"),
        ("add", "torch.add"),
    ]
    assert set(program.instructions[-1].sources) == {program.whole.inputs[0], program.instructions[-2].target}


def test_unequal_padding_is_a_step_of_its_own_within_the_node() -> None:
    program = program_of(analyse(template("bottleneck").build(padding="tensorflow", stride=2)))
    pad, convolution = [step for step in program.instructions if step.path == ("depthwise",)]
    assert (pad.call.target, pad.gives_output) == ("torch.nn.functional.pad", False)
    assert convolution.sources == (pad.target,)
    assert pad.target not in program.specs
    assert program.specs[convolution.target].full_label == "1×144×28×28"


def test_blocks_are_stretches_before_what_is_inside() -> None:
    program = program_of(analyse(template("mobilenet_v2").build(), batch=4))
    assert [stretch.path for stretch in program.stretches][:3] == [(), ("stem",), ("bottleneck_1",)]
    third = next(stretch for stretch in program.stretches if stretch.path == ("bottleneck_3",))
    inside = program.instructions[third.start : third.stop]
    assert {step.path[0] for step in inside} == {"bottleneck_3"}
    assert third.outputs == (inside[-1].target,)
    assert program.specs[third.inputs[0]].full_label == "4×24×56×56"
    assert (program.whole.start, program.whole.stop) == (0, len(program.instructions))


def test_every_tensor_is_made_once_and_before_it_is_read() -> None:
    program = program_of(analyse(template("mobilenet_v1").build()))
    made = set(program.whole.inputs)
    for step in program.instructions:
        assert set(step.sources) <= made
        assert step.target not in made
        made.add(step.target)
    assert set(program.whole.outputs) <= made


def test_a_design_with_problems_has_none() -> None:
    with pytest.raises(InvalidDesign, match="empty"):
        program_of(analyse(Design.build("nothing", [], [])))
