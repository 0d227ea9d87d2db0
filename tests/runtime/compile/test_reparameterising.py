"""Branches folded into one convolution: what is computed stays, weights are carried, what cannot be is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from designer.__main__ import main
from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import EditRefused
from designer.files.design_json import save
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU
from designer.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add
from designer.layers.normalization import BatchNorm
from designer.redesign.reparameterising import reparameterised
from designer.runtime.compile.module import CompiledModule, compile_module
from designer.runtime.compile.reparameterising import deploy
from designer.templates.networks import template

pytestmark = pytest.mark.torch


def drawn(branches: list[list[Layer]], channels: int = 6, side: int = 9) -> Design:
    """Branches over one input, summed; a branch without layers is the input itself."""
    nodes = [Node(NodeId("x"), Input(channels, side, side))]
    wires = []
    for index, (layers, port) in enumerate(zip(branches, "abcdefgh", strict=False)):
        last = NodeId("x")
        for place, layer in enumerate(layers):
            id = NodeId(f"b{index}_{place}")
            nodes.append(Node(id, layer))
            wires.append(Wire(PortRef(last, "y"), PortRef(id, "x")))
            last = id
        wires.append(Wire(PortRef(last, "y"), PortRef(NodeId("add"), port)))
    nodes += [Node(NodeId("add"), Add(len(branches))), Node(NodeId("act"), ReLU()), Node(NodeId("y"), Output())]
    wires += [
        Wire(PortRef(NodeId("add"), "y"), PortRef(NodeId("act"), "x")),
        Wire(PortRef(NodeId("act"), "y"), PortRef(NodeId("y"), "x")),
    ]
    return Design.build("branches", nodes, wires)


def trained(design: Design, place: Path) -> tuple[CompiledModule, Path]:
    """The design with norms that have running values, and a file of its weights."""
    module, source = compile_module(design).eval(), torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith("running_var"):
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=source))
            elif tensor.dim() == 1:
                tensor.copy_(0.3 * torch.randn(tensor.shape, generator=source))
    file = place / "trained.safetensors"
    save_file({key: tensor.contiguous() for key, tensor in module.state_dict().items()}, file)
    return module, file


def picture(module: CompiledModule) -> Tensor:
    return torch.randn((2, *module.input_shapes[0][1:]), generator=torch.Generator().manual_seed(9))


@pytest.mark.parametrize(
    "branches",
    [
        [[Conv2d(6), BatchNorm()], [PointwiseConv2d(6), BatchNorm()], [BatchNorm()]],
        [[Conv2d(6, 5, bias=True)], [Conv2d(6, (1, 3))], [Conv2d(6, (3, 1)), BatchNorm(0.1)], []],
        [[DepthwiseConv2d(3), BatchNorm()], [DepthwiseConv2d(1), BatchNorm()], []],
        [[Conv2d(4, 3, 2), BatchNorm()], [PointwiseConv2d(4, 2, bias=True)]],
        [[PointwiseConv2d(6)], []],
    ],
    ids=["repvgg", "asymmetric", "depthwise", "stride", "pointwise"],
)
def test_drawn_branches_become_one_convolution_that_computes_the_same(
    branches: list[list[Layer]], tmp_path: Path
) -> None:
    design = drawn(branches)
    module, file = trained(design, tmp_path)
    deployed = deploy(design, weights=file)
    assert [node.layer.key for node in deployed.design.nodes.values() if node.layer.key in {"add", "batch_norm"}] == []
    assert len(deployed.design.nodes) == 4
    x = picture(module)
    with torch.no_grad():
        assert torch.allclose(module(x), deployed.module(x), atol=1e-5)
    assert deployed.left == ()


@pytest.mark.parametrize(
    ("branches", "reason"),
    [
        ([[Conv2d(6), BatchNorm(), ReLU()], []], "ReLU"),
        ([[Conv2d(6)], [DepthwiseConv2d(3)]], "groups"),
        ([[Conv2d(6, dilation=2)], [PointwiseConv2d(6)]], "does not lie inside"),
        ([[], []], "none of what it sums is a convolution"),
    ],
    ids=["activation", "groups", "dilation", "inputs"],
)
def test_what_cannot_be_folded_is_named_with_the_reason(branches: list[list[Layer]], reason: str) -> None:
    with pytest.raises(EditRefused, match=reason) as refused:
        reparameterised(analyse(drawn(branches)))
    assert "add:" in str(refused.value)


def test_branches_in_a_group_are_folded_there(tmp_path: Path) -> None:
    design = drawn([[Conv2d(6), BatchNorm()], [PointwiseConv2d(6)]])
    grouped, id = group(design, [each for each in design.nodes if each.startswith(("b", "add"))])
    module, file = trained(grouped, tmp_path)
    deployed = deploy(grouped, weights=file)
    body = deployed.design.nodes[id].body
    assert body is not None
    assert sum(bool(node.layer.inputs and node.layer.outputs) for node in body.nodes.values()) == 1
    x = picture(module)
    with torch.no_grad():
        assert torch.allclose(module(x), deployed.module(x), atol=1e-5)


@pytest.mark.parametrize("key", ["repvgg", "mobileone"])
def test_a_template_drawn_for_training_becomes_the_deployed_one(key: str, tmp_path: Path) -> None:
    design = template(key).build(resolution=32, classes=10)
    module, file = trained(design, tmp_path)
    deployed = deploy(design, weights=file)
    expected = template(key).build(resolution=32, classes=10, deployed=True)
    assert {id: node.layer for id, node in deployed.design.nodes.items()} == {
        id: node.layer for id, node in expected.nodes.items()
    }
    x = picture(module)
    with torch.no_grad():
        ours, before = deployed.module(x), module(x)
    assert float((ours - before).abs().max()) <= 1e-4 * float(before.abs().max())


def test_the_command_exports_the_folded_design(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    design = template("repvgg").build(resolution=32, classes=10)
    save(design, tmp_path / "net.design.json")
    words = ["export", str(tmp_path / "net.design.json"), "-o", str(tmp_path / "out.safetensors")]
    assert main([*words, "--reparameterise"]) == 0
    assert "22 sums of branches folded" in capsys.readouterr().err
    numbers = sum(tensor.numel() for tensor in load_file(tmp_path / "out.safetensors").values())
    deployed = template("repvgg").build(resolution=32, classes=10, deployed=True)
    assert numbers == analyse(deployed).totals.parameters
