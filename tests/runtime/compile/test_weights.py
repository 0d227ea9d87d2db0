"""Weights in and out: what is kept after an edit, torchvision's names, and files that could run are refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from designer.analysis.analysis import analyse
from designer.edit.grouping import expand_block, group
from designer.errors import ExportError
from designer.export.formats import formats
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import ReLU6
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.runtime.compile.checkpoint import WeightFile, read_weights
from designer.runtime.compile.module import CompiledModule, compile_module
from designer.runtime.compile.weights import fill
from designer.runtime.formats.export import export_design
from designer.templates.networks import template
from tests.reference.mobilenets import MobileNetV2, randomise

pytestmark = pytest.mark.torch


def small() -> CompiledModule:
    return compile_module(template("mobilenet_v2").build(width=0.35, resolution=32, classes=10), seed=1)


def saved(tmp_path: Path, seed: int = 7) -> Path:
    path = tmp_path / "net.safetensors"
    export_design(template("bottleneck").build(resolution=8), path, "safetensors", seed=seed)
    return path


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    file = read_weights(saved(tmp_path))
    module = compile_module(design, seed=0)
    filled = fill(module, file)
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
    assert torch.equal(module.state_dict()["expand.weight"], file.tensors["expand.weight"])
    fresh = compile_module(wider, seed=0).state_dict()["depthwise.weight"]
    assert torch.equal(module.state_dict()["depthwise.weight"], fresh)
    assert "fresh with seed 0: depthwise.weight" in filled.sentence("net.safetensors", 0)
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
    result = export_design(design, tmp_path / "net.onnx", "onnx", weights=saved(tmp_path))
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
        ({"a.weight": torch.ones(2).to(torch.float8_e4m3fn)}, "a.weight is float8_e4m3fn, numbers of eight bits"),
        ({"a.weight": torch.empty(2, device="meta")}, "a.weight is on the meta device"),
        ({"a.weight": torch.ones(1).expand(2**20, 2**20)}, "a.weight claims 1,099,511,627,776 numbers"),
        ({"a\x1b[31m.weight": torch.tensor([float("inf")])}, r"a\\x1b\[31m\.weight holds numbers"),
        ({1: torch.ones(1), "1": torch.ones(1)}, "two of its names are written alike"),
    ],
    ids=["none", "sparse", "complex", "not a number", "float8", "meta", "expanded", "escape", "alike"],
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
    with pytest.raises(ExportError, match=r"none of the 1 tensors.*features\.0\.0\.weight"):
        fill(small(), read_weights(tmp_path / "short.pt"))


def _bottleneck() -> tuple[CompiledModule, dict[str, torch.Tensor]]:
    """A module with fresh weights, and others for it."""
    design = template("bottleneck").build(resolution=8)
    return compile_module(design, seed=0), compile_module(design, seed=7).state_dict()


WRAPPED: dict[str, Callable[[dict[str, torch.Tensor]], object]] = {
    "state_dict": lambda state: {"state_dict": state, "epoch": 3, "best": torch.tensor(0.5)},
    "model_state_dict": lambda state: {"model_state_dict": state, "optimizer_state_dict": {"state": {}}},
    "model": lambda state: {"model": state, "ema": {key: tensor + 1 for key, tensor in state.items()}},
    "model.state_dict": lambda state: {"model": {"state_dict": state}, "args": {"lr": 0.1}},
    "params_ema": lambda state: {"params_ema": state},
}


@pytest.mark.parametrize("inside", WRAPPED)
@pytest.mark.parametrize("ending", [".pt", ".pth", ".ckpt", ".bin", ".pth.tar"])
def test_checkpoints_are_unwrapped(inside: str, ending: str, tmp_path: Path) -> None:
    module, state = _bottleneck()
    torch.save(WRAPPED[inside](state), tmp_path / f"net{ending}")
    file = read_weights(tmp_path / f"net{ending}")
    filled = fill(module, file)
    assert file.inside == inside
    assert (filled.fresh, filled.mapped) == ((), {})
    assert all(torch.equal(tensor, state[key]) for key, tensor in module.state_dict().items())
    assert filled.sentence("net", 0) == f"net, its {inside}, all {len(state)} tensors"


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.", "module._orig_mod.", "_orig_mod.module.model."])
@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_what_wraps_every_name_is_left_out_and_said(prefix: str, ending: str, tmp_path: Path) -> None:
    module, state = _bottleneck()
    wrapped = {f"{prefix}{key}": tensor for key, tensor in state.items()}
    path = tmp_path / f"net{ending}"
    if ending == ".pt":
        torch.save({**wrapped, "loss.weight": torch.ones(3)}, path)
    else:
        save_file({**wrapped, "loss.weight": torch.ones(3)}, path)
    filled = fill(module, read_weights(path))
    assert filled.fresh == ()
    assert filled.unused == ("loss.weight",)
    assert filled.mapped == {key: f"{prefix}{key}" for key in state}
    assert all(torch.equal(tensor, state[key]) for key, tensor in module.state_dict().items())
    said = filled.sentence("net", 0)
    assert f"by other names: {prefix}expand.weight for expand.weight" in said
    assert said.endswith("; not used: loss.weight")


def test_a_group_called_module_and_a_node_beside_it_keep_their_own() -> None:
    _, state = _bottleneck()
    both = {**state, **{f"module.{key}": tensor + 1 for key, tensor in state.items()}}
    module, _ = _bottleneck()
    filled = fill(module, WeightFile(both))
    assert filled.mapped == {}
    assert torch.equal(module.state_dict()["expand.weight"], state["expand.weight"])
    assert set(filled.unused) == {f"module.{key}" for key in state}
    design, made = group(template("bottleneck").build(resolution=8), [NodeId("expand")])
    ids = {id: NodeId("module") if id == made else id for id in design.nodes}
    named = Design.build(
        "named",
        [replace(node, id=ids[node.id]) for node in design.nodes.values()],
        [
            Wire(PortRef(ids[w.source.node], w.source.port), PortRef(ids[w.target.node], w.target.port))
            for w in design.wires.values()
        ],
    )
    grouped = compile_module(named, seed=0)
    fill(grouped, WeightFile(both))
    assert torch.equal(grouped.state_dict()["module.expand.weight"], both["module.expand.weight"])
    assert torch.equal(grouped.state_dict()["project.weight"], both["project.weight"])


def test_what_two_nodes_could_take_goes_to_neither() -> None:
    twins = Design.build(
        "twins",
        [
            Node(NodeId("x"), Input(4, 8, 8)),
            Node(NodeId("a_conv"), PointwiseConv2d(4)),
            Node(NodeId("b_conv"), PointwiseConv2d(4)),
            Node(NodeId("last"), PointwiseConv2d(3)),
            Node(NodeId("y"), Output()),
        ],
        [
            Wire(PortRef(NodeId(before), "y"), PortRef(NodeId(after), "x"))
            for before, after in pairwise(["x", "a_conv", "b_conv", "last", "y"])
        ],
    )
    module = compile_module(twins, seed=0)
    file = WeightFile({"conv.weight": torch.ones(4, 4, 1, 1), "last.weight": torch.ones(3, 4, 1, 1)})
    filled = fill(module, file)
    assert filled.kept == ("last.weight",)
    assert filled.fresh == ("a_conv.weight", "b_conv.weight")
    assert filled.unused == ("conv.weight",)


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_torchvision_checkpoint_with_one_key_more_and_another_classifier_goes_in_as_far_as_it_fits(
    wrapped: bool,
) -> None:
    reference = randomise(MobileNetV2(width=0.35, classes=7)).eval()
    state = {k: v for k, v in reference.state_dict().items() if not k.endswith("num_batches_tracked")}
    state = {**{f"module.{k}" if wrapped else k: v for k, v in state.items()}, "aux.weight": torch.ones(2)}
    module = small()
    filled = fill(module, WeightFile(state))
    assert filled.fresh == ("classifier.weight", "classifier.bias")
    own = module.state_dict()
    assert torch.equal(own["stem.conv.weight"], reference.state_dict()["features.0.0.weight"])
    said = filled.sentence("net.pth", 4)
    assert "fresh with seed 4: classifier.weight, classifier.bias" in said
    assert "aux.weight" in said


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int64, torch.bool], ids=str)
def test_whole_numbers_are_no_weights(dtype: torch.dtype) -> None:
    module, state = _bottleneck()
    before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    state["project.weight"] = (state["project.weight"] * 100).to(dtype)
    with pytest.raises(ExportError, match=r"project\.weight holds \w+, which is (quantised or an index|a mask)"):
        fill(module, WeightFile(state))
    assert all(torch.equal(tensor, before[key]) for key, tensor in module.state_dict().items())


def test_half_and_double_precision_become_the_modules() -> None:
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        module, state = _bottleneck()
        fill(module, WeightFile({key: tensor.to(dtype) for key, tensor in state.items()}))
        expected = state["expand.weight"].to(dtype).float()
        assert torch.equal(module.state_dict()["expand.weight"], expected)


def test_a_negative_variance_is_the_weights_fault_and_names_the_node(tmp_path: Path) -> None:
    module, state = _bottleneck()
    state["depthwise_bn.running_var"][5] = -0.25
    said = r"depthwise_bn: its running_var is -0\.25 for channel 5, and no variance is negative"
    with pytest.raises(ExportError, match=said):
        fill(module, WeightFile(state))
    module.state_dict()["depthwise_bn.running_var"][5] = -0.25
    for each in formats():
        if each.is_available and each.has_weights:
            with pytest.raises(ExportError, match=said):
                export_design(
                    template("bottleneck").build(resolution=8),
                    tmp_path / f"net{each.endings[0]}",
                    each.key,
                    module=module,
                )
    assert not list(tmp_path.iterdir())


def test_a_header_nested_without_end_is_read_or_refused_in_words(tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    save_file({"expand.weight": torch.ones(2)}, tmp_path / "net.safetensors", {"design": deep})
    assert set(read_weights(tmp_path / "net.safetensors").tensors) == {"expand.weight"}
    raw = b'{"__metadata__":' + deep.encode() + b"}"
    (tmp_path / "raw.safetensors").write_bytes(len(raw).to_bytes(8, "little") + raw)
    with pytest.raises(ExportError, match="this is no safetensors file"):
        read_weights(tmp_path / "raw.safetensors")


def test_a_design_without_weights_says_so(tmp_path: Path) -> None:
    design = Design.build(
        "none",
        [Node(NodeId("x"), Input(4, 8, 8)), Node(NodeId("act"), ReLU6()), Node(NodeId("y"), Output())],
        [
            Wire(PortRef(NodeId("x"), "y"), PortRef(NodeId("act"), "x")),
            Wire(PortRef(NodeId("act"), "y"), PortRef(NodeId("y"), "x")),
        ],
    )
    with pytest.raises(ExportError, match=r"net\.safetensors: the design keeps no weights") as refused:
        export_design(design, tmp_path / "net.safetensors", "safetensors")
    assert ".part" not in str(refused.value)
