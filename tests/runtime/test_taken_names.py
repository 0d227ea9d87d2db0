"""Nodes called as something that PyTorch's modules, Python or our module have already: run, trained and exported."""

from __future__ import annotations

import copy
import keyword
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from designer.analysis.analysis import analyse
from designer.analysis.program import program_of
from designer.export.formats import Format, formats
from designer.export.names import MODULE_ATTRIBUTES, attribute_name, state_key
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.blocks import Group
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.normalization import BatchNorm
from designer.runtime.compile.folding import fold
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.export import export_design
from designer.templates.networks import template

pytestmark = pytest.mark.torch

AVAILABLE = [each for each in formats() if each.is_available]
HARD = (
    "training",
    "forward",
    "digest",
    "input_shapes",
    "T_destination",
    "_modules",
    "_steps",
    "class",
    "half",
    "half_",
)


def _chain(*nodes: Node) -> Design:
    whole = (Node(NodeId("x"), Input(3, 4, 4)), *nodes, Node(NodeId("y"), Output()))
    wires = [
        Wire(PortRef(before.id, before.layer.outputs[0].name), PortRef(after.id, after.layer.inputs[0].name))
        for before, after in pairwise(whole)
    ]
    return Design.build("taken", whole, wires)


def called(name: str) -> Design:
    """A convolution and its norm, and a group with both inside, everything called by one word as far as it can be."""
    inner = _chain(Node(NodeId(name), PointwiseConv2d(4)), Node(NodeId(f"{name}_norm"), BatchNorm()))
    return _chain(
        Node(NodeId(f"{name}_1"), PointwiseConv2d(3)),
        Node(NodeId(f"{name}_2"), BatchNorm()),
        Node(NodeId(name), Group(inner)),
    )


def test_every_attribute_of_a_compiled_module_is_known() -> None:
    module = compile_module(template("bottleneck").build(resolution=8))
    own = {name for name in {*dir(module), *dir(torch.nn.Sequential())} if not name.startswith("_")}
    children = {name for name, _ in module.named_children()}
    assert own - children <= MODULE_ATTRIBUTES


@pytest.mark.parametrize(
    "name", sorted({*MODULE_ATTRIBUTES, *keyword.kwlist, "_modules", "_parameters", "_x", "half_"})
)
def test_it_computes_trains_and_saves_what_it_does_under_another_name(name: str) -> None:
    module, peer = compile_module(called(name), seed=3), compile_module(called("part"), seed=3)
    inputs = torch.randn(2, 3, 4, 4)
    for mode in (True, False):
        module.train(mode)
        peer.train(mode)
        assert torch.equal(module(inputs), peer(inputs))
        assert torch.equal(copy.deepcopy(module)(inputs), copy.deepcopy(peer)(inputs))
    assert module.submodule((NodeId(name), NodeId(name))).weight.shape == (4, 3, 1, 1)
    keys = list(module.state_dict())
    assert len(set(keys)) == len(list(peer.state_dict()))
    assert f"{state_key((name, name))}.weight" in keys
    # As anything finds a submodule by its name.
    assert {module.get_submodule(key.rpartition(".")[0]) for key in keys}
    folded = fold(program_of(analyse(called(name))), dict(module.state_dict()))
    assert not any("running_mean" in key for key in folded.weights)


def test_no_two_names_become_one() -> None:
    words = [
        *(f"{stem}{'_' * count}" for stem in ("half", "class", "requires_grad", "fine") for count in range(4)),
        *(f"{'node_' * count}{stem}" for stem in ("_x", "__x", "x", "_half") for count in range(4)),
    ]
    assert len(set(words)) == len(words)
    assert len({attribute_name(word) for word in words}) == len(words)
    assert not {attribute_name(word) for word in words} & {*MODULE_ATTRIBUTES, *keyword.kwlist}
    assert attribute_name("fine") == "fine"
    assert attribute_name("node_1") == "node_1"


@pytest.mark.parametrize("each", AVAILABLE, ids=lambda each: each.key)
def test_every_format_takes_such_names(each: Format, tmp_path: Path) -> None:
    for name in HARD if not each.extra else HARD[:2]:
        result = export_design(called(name), tmp_path / f"{name}{each.endings[0]}", each.key, seed=3)
        assert result.checks
        if each.key in {"pytorch", "keras", "safetensors", "pt2"}:
            assert {renamed.written for renamed in result.renamed} >= {attribute_name(name)}
