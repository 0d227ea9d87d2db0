"""Weights in and out: what is kept after an edit, torchvision's names, and files that could run are refused."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch

from designer.analysis.snapshot import analyse
from designer.edit.grouping import expand_block, group
from designer.errors import ExportError
from designer.graph.design import NodeId
from designer.runtime.deliver import deliver
from designer.runtime.module import CompiledModule, compile_module
from designer.runtime.weights import WeightFile, fill, read_weights
from designer.templates.networks import template
from tests.reference.mobilenets import MobileNetV2, randomise

pytestmark = pytest.mark.torch


def small() -> CompiledModule:
    return compile_module(template("mobilenet_v2").build(width=0.35, resolution=32, classes=10), seed=1)


def saved(tmp_path: Path, seed: int = 7) -> Path:
    path = tmp_path / "net.safetensors"
    deliver(template("bottleneck").build(resolution=8), path, "safetensors", seed=seed)
    return path


def test_what_was_written_comes_back_with_the_designs_digest(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    file = read_weights(saved(tmp_path))
    module = compile_module(design, seed=0)
    filled = fill(module, file)
    assert filled.same_design
    assert (filled.fresh, filled.unused) == ((), ())
    expected = compile_module(design, seed=7).state_dict()
    assert all(torch.equal(tensor, expected[key]) for key, tensor in module.state_dict().items())


def test_an_edit_keeps_the_weights_of_what_did_not_change(tmp_path: Path) -> None:
    file = read_weights(saved(tmp_path))
    design = template("bottleneck").build(resolution=8)
    layer = design.nodes[NodeId("expand")].layer
    wider = design.with_layer(
        NodeId("depthwise"), design.nodes[NodeId("depthwise")].layer.with_parameter("kernel_size", 5)
    )
    module = compile_module(wider, seed=0)
    filled = fill(module, file)
    assert filled.fresh == ("depthwise.weight",)
    assert not filled.same_design
    assert torch.equal(module.state_dict()["expand.weight"], file.tensors["expand.weight"])
    fresh = compile_module(wider, seed=0).state_dict()["depthwise.weight"]
    assert torch.equal(module.state_dict()["depthwise.weight"], fresh)
    assert "fresh with seed 0: depthwise.weight" in filled.said("net.safetensors", 0)
    assert layer is design.nodes[NodeId("expand")].layer


def test_grouping_and_expanding_keep_them_too(tmp_path: Path) -> None:
    file = read_weights(saved(tmp_path))
    design = template("bottleneck").build(resolution=8)
    grouped, block = group(design, [id for id in design.nodes if id.startswith(("expand", "depthwise"))])
    module = compile_module(grouped, seed=0)
    assert fill(module, file).fresh == ()
    assert torch.equal(module.state_dict()[f"{block}.expand.weight"], file.tensors["expand.weight"])

    network = template("mobilenet_v2").build(width=0.35, resolution=32, classes=10)
    trained = compile_module(network, seed=4)
    inputs = analyse(network).node(NodeId("bottleneck_3")).known_inputs
    assert inputs is not None
    apart, _ = expand_block(network, NodeId("bottleneck_3"), inputs)
    module = compile_module(apart, seed=0)
    assert "bottleneck_3.expand.weight" not in module.state_dict()
    assert fill(module, WeightFile(trained.state_dict())).fresh == ()
    x = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        assert torch.equal(module.eval()(x), trained.eval()(x))


def test_a_name_that_two_could_have_is_nobodys(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    weight = compile_module(design, seed=4).state_dict()["project.weight"]
    others = {key: torch.zeros(3) for key in ("unlike.weight",)}
    file = WeightFile(
        {"a.project.weight": weight, "b.project.weight": weight + 1, **others, "expand.weight": torch.zeros(2)}
    )
    module = compile_module(design, seed=0)
    with pytest.raises(ExportError, match="none of the"):
        fill(module, file)


@pytest.mark.parametrize("old", [False, True], ids=["with counters", "of old versions, without"])
def test_a_torchvision_state_dict_goes_in_by_name(tmp_path: Path, old: bool) -> None:
    reference = randomise(MobileNetV2(width=0.35, classes=10)).eval()
    state = {k: v for k, v in reference.state_dict().items() if not (old and k.endswith("num_batches_tracked"))}
    torch.save(state, tmp_path / "net.pth")
    module = small().eval()
    filled = fill(module, read_weights(tmp_path / "net.pth"))
    assert filled.fresh == ()
    x = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        assert torch.equal(module(x), reference(x))


def test_every_export_uses_them(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    result = deliver(design, tmp_path / "net.onnx", "onnx", weights=saved(tmp_path))
    assert result.weights == f"net.safetensors, all {len(compile_module(design).state_dict())} tensors"
    import onnx
    from onnx import numpy_helper

    tensors = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(tmp_path / "net.onnx")).graph.initializer}
    expected = compile_module(design, seed=7).state_dict()["project.weight"].numpy()
    assert (tensors["project.weight"] == expected).all()


class Evil:
    """What a pickle could do."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (open, ("owned",))


def test_a_pickle_that_could_run_is_refused_and_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "owned").write_text("")
    with (tmp_path / "evil.pth").open("wb") as stream:
        pickle.dump({"w": Evil()}, stream, protocol=2)
    torch.save({"w": Evil()}, tmp_path / "evil2.pth")
    for name in ("evil.pth", "evil2.pth"):
        with pytest.raises(ExportError, match="more than tensors, which could run") as refused:
            read_weights(tmp_path / name)
        assert "weights_only" not in str(refused.value)  # PyTorch's message says how to run it all the same


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.safetensors", b"no", "this is no safetensors file"),
        ("a.pth", b"", "it is no file of torch.save, or is damaged"),
        ("a.pth", b"PK\x03\x04 torn", "it is no file of torch.save, or is damaged"),
        ("a.zip", b"", "weights are read from"),
        ("gone.pth", None, "no such file or directory; check the name"),
        ("gone.safetensors", None, "no such file or directory; check the name"),
    ],
)
def test_what_is_no_file_of_weights_is_said(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ExportError, match=reason):
        read_weights(tmp_path / name)


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({}, "it holds no tensors"),
        ({"project.weight": torch.ones(2, 2).to_sparse()}, "project.weight is sparse"),
        ({"project.weight": torch.ones(2, dtype=torch.complex64)}, "project.weight is complex"),
        ({"project.weight": torch.tensor([1.0, float("nan")])}, "project.weight holds numbers that are infinite"),
    ],
    ids=["none", "sparse", "complex", "not a number"],
)
def test_what_is_no_weight_is_named(tmp_path: Path, tensors: dict[str, torch.Tensor], reason: str) -> None:
    torch.save(tensors, tmp_path / "net.pt")
    with pytest.raises(ExportError, match=rf"net\.pt: {reason}"):
        read_weights(tmp_path / "net.pt")


def test_a_folder_is_no_file_of_weights(tmp_path: Path) -> None:
    (tmp_path / "net.safetensors").mkdir()
    with pytest.raises(ExportError, match="is a directory; it is a folder; name a file in it"):
        read_weights(tmp_path / "net.safetensors")


def test_a_file_of_another_network_is_refused_with_names_of_both(tmp_path: Path) -> None:
    torch.save({"encoder.weight": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(ExportError, match=r"none of the 1 tensors.*encoder\.weight.*expand\.weight"):
        fill(compile_module(template("bottleneck").build(resolution=8)), read_weights(tmp_path / "other.pt"))
    torch.save({"features.0.0.weight": torch.zeros(3)}, tmp_path / "short.pt")
    with pytest.raises(ExportError, match=r"torchvision's names.*missing"):
        fill(small(), read_weights(tmp_path / "short.pt"))
