"""Folding: which batch norms go, and that the numbers stay."""

from __future__ import annotations

import pytest
import torch

from designer.analysis.analysis import analyse
from designer.analysis.program import program_of
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.operations import Convolution
from designer.layers.convolution import Conv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.runtime.compile.folding import fold
from designer.runtime.compile.module import compile_module
from designer.templates.networks import template
from tests.reference.mobilenets import randomise

pytestmark = pytest.mark.torch


def wired(*pairs: tuple[str, str]) -> list[Wire]:
    return [
        Wire(PortRef(NodeId(source), "y"), PortRef(NodeId(target.partition(".")[0]), target.partition(".")[2] or "x"))
        for source, target in pairs
    ]


@pytest.mark.parametrize("bias", [False, True])
def test_a_folded_convolution_is_the_same_sum(bias: bool) -> None:
    nodes = [
        Node(NodeId("x"), Input(3, 7, 7)),
        Node(NodeId("conv"), Conv2d(5, bias=bias)),
        Node(NodeId("norm"), BatchNorm(eps=0.01)),
        Node(NodeId("y"), Output()),
    ]
    design = Design.build("one", nodes, wired(("x", "conv"), ("conv", "norm"), ("norm", "y")))
    module = compile_module(design).eval()
    randomise(module)
    folded = fold(program_of(analyse(design)), module.state_dict())
    assert list(folded.weights) == ["conv.weight", "conv.bias"]
    assert dict(folded.into) == {("norm",): ("conv",)}
    (instruction,) = folded.program.instructions
    assert isinstance(instruction.step.operation, Convolution)
    assert instruction.step.operation.bias
    x = torch.randn(2, 3, 7, 7, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = module(x)
        found = torch.nn.functional.conv2d(x, folded.weights["conv.weight"], folded.weights["conv.bias"], padding=1)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert "norm.weight" in module.state_dict()


def test_every_norm_of_mobilenet_v2_goes_and_stretches_stay_in_step() -> None:
    design = template("mobilenet_v2").build(resolution=32)
    module = compile_module(design)
    program = program_of(analyse(design))
    folded = fold(program, module.state_dict())
    assert len(folded.into) == 52
    assert len(program.instructions) - len(folded.program.instructions) == 52
    for before, after in zip(program.stretches, folded.program.stretches, strict=True):
        kept = [i.path for i in program.instructions[before.start : before.stop] if i.path not in folded.into]
        assert [i.path for i in folded.program.instructions[after.start : after.stop]] == kept
    made = {i.target for i in folded.program.instructions} | set(folded.program.whole.inputs)
    assert all(set(i.sources) <= made for i in folded.program.instructions)
    assert set(folded.program.whole.outputs) <= made


def test_a_convolution_that_something_else_reads_keeps_its_norm() -> None:
    nodes = [
        Node(NodeId("x"), Input(3, 7, 7)),
        Node(NodeId("conv"), Conv2d(5)),
        Node(NodeId("norm"), BatchNorm()),
        Node(NodeId("add"), Add()),
        Node(NodeId("y"), Output()),
    ]
    a, b = (port.name for port in Add().inputs)
    wires = wired(("x", "conv"), ("conv", "norm"), ("conv", f"add.{a}"), ("norm", f"add.{b}"), ("add", "y"))
    design = Design.build("shared", nodes, wires)
    folded = fold(program_of(analyse(design)), compile_module(design).state_dict())
    assert folded.into == {}
    assert len(folded.program.instructions) == 3
