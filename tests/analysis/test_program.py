"""The flat program of a design: what calls come, in what order, and which tensors they share."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.analysis.program import program_of
from designer.errors import InvalidDesign
from designer.graph.design import Design
from designer.graph.operations import Convolution
from designer.graph.window import Padding
from designer.templates.networks import template


def test_a_bottleneck_step_by_step() -> None:
    program = program_of(analyse(template("bottleneck").build(padding="tensorflow", stride=1, kernel=3)))
    steps = [(".".join(step.path), type(step.step.operation).__name__) for step in program.instructions]
    assert steps == [
        ("expand", "Convolution"),
        ("expand_bn", "BatchNorm"),
        ("expand_act", "Relu6"),
        ("depthwise", "Convolution"),
        ("depthwise_bn", "BatchNorm"),
        ("depthwise_act", "Relu6"),
        ("project", "Convolution"),
        ("project_bn", "BatchNorm"),
        ("add", "Add"),
    ]
    assert set(program.instructions[-1].sources) == {program.whole.inputs[0], program.instructions[-2].target}


def test_unequal_padding_is_in_the_convolution_with_what_it_comes_from() -> None:
    program = program_of(analyse(template("bottleneck").build(padding="tensorflow", stride=2)))
    (convolution,) = [step for step in program.instructions if step.path == ("depthwise",)]
    assert isinstance(convolution.step.operation, Convolution)
    assert convolution.step.operation.pads == (0, 1, 0, 1)
    assert convolution.step.operation.padding is Padding.SAME
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
