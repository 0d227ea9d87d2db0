"""Pruned weights: the smaller network computes what the old one computes with the channels that went set to zero."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from designer.analysis.analysis import Analysis, analyse
from designer.errors import DesignerError
from designer.export.names import state_key
from designer.files.design_json import loads
from designer.graph.design import Design, NodeId
from designer.redesign.channels import Channels, KeptChannels, is_mixing
from designer.redesign.pruning import PruningOptions, pruned
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.module import CompiledModule, compile_module, random_inputs
from designer.runtime.compile.pruning import channel_norms, prune_design, sliced
from designer.runtime.compile.weights import fill, safetensors_bytes
from designer.templates.networks import template

pytestmark = pytest.mark.torch


def trained(design: Design) -> CompiledModule:
    """A module whose norms have statistics and scales of their own, as after training, in double precision."""
    module = compile_module(design, seed=3)
    source = torch.Generator().manual_seed(4)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            for tensor, low in (
                (part.weight, 0.5),
                (part.bias, -0.5),
                (part.running_mean, -0.5),
                (part.running_var, 0.5),
            ):
                assert tensor is not None
                tensor.data.copy_(low + torch.rand(tensor.shape, generator=source))
    return module.double().eval()


def silence(module: CompiledModule, analysis: Analysis, kept: tuple[KeptChannels, ...]) -> None:
    """Let nobody read the channels that went: their columns in every kernel become zero.

    So the old network computes as if these channels were zero wherever they are read, sums and gates before included.
    """
    state = module.state_dict()
    for each in kept:
        if each.inputs is not None:
            weight = state[f"{state_key(each.path)}.weight"]
            gone = sorted(set(range(weight.shape[1])) - set(each.inputs))
            weight[:, gone] = 0


def outputs(module: CompiledModule, inputs: list[Tensor]) -> Tensor:
    with torch.no_grad():
        given = module(*[each.double() for each in inputs])
    assert isinstance(given, Tensor)
    return given


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("mobilenet_v2", {"width": 0.35, "resolution": 64, "classes": 7}),
        ("mobilenet_v1", {"width": 0.25, "resolution": 64, "classes": 7}),
        ("mobilenet_v3", {"width": 0.35, "resolution": 64, "classes": 7}),
        ("mobilenet_v4", {"resolution": 64, "classes": 7}),
        ("efficientnet", {"resolution": 64, "classes": 7}),
        ("resnet", {"resolution": 64, "classes": 7}),
        ("regnet", {"resolution": 64, "classes": 7}),
        ("squeezenet", {"resolution": 64, "classes": 7}),
        ("densenet", {"resolution": 64, "classes": 7}),
        ("bottleneck", {}),
    ],
)
def test_it_computes_what_the_old_one_does_with_these_channels_zero(key: str, settings: dict[str, object]) -> None:
    before = analyse(template(key).build(**settings))
    old = trained(before.design)
    norms = channel_norms(before, old.state_dict())
    made = pruned(before, tuple(before.design.nodes), PruningOptions(0.4), norms)
    new = compile_module(made.redesign.design).double().eval()
    new.load_state_dict(sliced(old.state_dict(), made.kept))
    inputs = random_inputs(old.input_shapes, torch.device("cpu"), seed=5)
    whole = outputs(old, inputs)
    silence(old, before, made.kept)
    expected, given = outputs(old, inputs), outputs(new, inputs)
    assert not torch.allclose(whole, expected, rtol=1e-3), "what went did something"
    torch.testing.assert_close(given, expected, rtol=1e-9, atol=1e-9)


def test_the_least_go_by_the_norm_of_what_makes_them() -> None:
    before = analyse(template("mobilenet_v1").build(width=0.25, resolution=32))
    module = compile_module(before.design, seed=1)
    key = "separable_2.pointwise.weight"
    with torch.no_grad():
        module.state_dict()[key][[3, 11]] *= 1e-4
    ids = (NodeId("separable_2"),)
    made = pruned(before, ids, PruningOptions(2 / 32), channel_norms(before, module.state_dict()))
    kept = {".".join(each.path): each for each in made.kept}
    assert sorted(set(range(32)) - set(kept["separable_2.pointwise"].outputs)) == [3, 11]


def test_every_mixing_layer_has_a_norm() -> None:
    before = analyse(template("efficientnet").build(resolution=32))
    module = compile_module(before.design)
    found = {each.path: len(each.squares) for each in channel_norms(before, module.state_dict())}
    mixing = [each for each in Channels(before).program.instructions if is_mixing(each.step.operation)]
    assert found == {each.path: Channels(before).program.specs[each.target].channels for each in mixing}


def test_weights_come_from_a_file_and_lie_in_another(tmp_path: Path) -> None:
    design = template("mobilenet_v2").build(width=0.35, resolution=32, classes=5)
    module = compile_module(design, seed=9)
    source, target = tmp_path / "old.safetensors", tmp_path / "new.safetensors"
    source.write_bytes(safetensors_bytes(module, {}))
    report = prune_design(design, tuple(design.nodes), PruningOptions(0.5), weights=source, path=target)
    smaller = loads(report.design, "report")
    again = compile_module(smaller)
    assert fill(again, read_weights(target)).fresh == ()
    assert report.said.startswith("old.safetensors, all")
    assert report.left == ("classifier: the network gives them",)
    assert analyse(smaller).totals.parameters < 0.6 * analyse(design).totals.parameters


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    design = template("mobilenet_v2").build(width=0.35, resolution=32)
    source, target = tmp_path / "other.safetensors", tmp_path / "new.safetensors"
    source.write_bytes(safetensors_bytes(compile_module(template("bottleneck").build()), {}))
    with pytest.raises(DesignerError, match="none of the"):
        prune_design(design, tuple(design.nodes), PruningOptions(), weights=source, path=target)
    assert not target.exists()
