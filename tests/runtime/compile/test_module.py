"""Compiled modules against networks written by hand, bit for bit, and against an independent computation."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import numpy
import pytest
import torch
from torch import nn

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import InvalidDesign, NotEnoughMemory
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.activation import ReLU, ReLU6
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import Conv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Concatenate
from designer.runtime.compile import memory
from designer.runtime.compile.module import CompiledModule, compile_module
from designer.runtime.compile.torchvision_names import torchvision_names
from designer.templates.networks import template
from tests.reference.mobilenets import MobileNetV1, MobileNetV2, randomise
from tests.reference.tensorflow_same import bottleneck_block

pytestmark = pytest.mark.torch


def design_of(nodes: dict[str, Layer], *wires: tuple[str, str]) -> Design:
    """A design from layers by id and wires such as ``("x.y", "add.a")``."""

    def ref(text: str, port: str) -> PortRef:
        node, _, given = text.partition(".")
        return PortRef(NodeId(node), given or port)

    return Design.build(
        "test",
        [Node(NodeId(id), layer) for id, layer in nodes.items()],
        [Wire(ref(source, "y"), ref(target, "x")) for source, target in wires],
    )


def picture(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def run(module: nn.Module, *inputs: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        result = module(*inputs)
    assert isinstance(result, torch.Tensor)
    return result


@pytest.mark.parametrize("padding", ["torch", "tensorflow"])
@pytest.mark.parametrize(("width", "resolution", "classes"), [(1.0, 224, 1000), (0.5, 96, 10), (1.4, 65, 7)])
def test_mobilenet_v2_is_bit_for_bit_the_network_written_by_hand(
    width: float, resolution: int, classes: int, padding: str
) -> None:
    reference = randomise(MobileNetV2(width, classes, padding))
    design = template("mobilenet_v2").build(width=width, resolution=resolution, classes=classes, padding=padding)
    compiled = compile_module(design).eval()
    written = reference.state_dict()
    compiled.load_state_dict({key: written[name] for key, name in torchvision_names(compiled.state_dict()).items()})
    x = picture(2, 3, resolution, resolution)
    expected = run(reference, x)
    assert expected.abs().max() > 0.01
    assert torch.equal(run(compiled, x), expected)


@pytest.mark.parametrize("padding", ["torch", "tensorflow"])
def test_mobilenet_v1_is_bit_for_bit_the_network_written_by_hand(padding: str) -> None:
    reference = randomise(MobileNetV1(0.5, 10, padding))
    compiled = compile_module(template("mobilenet_v1").build(width=0.5, resolution=96, classes=10, padding=padding))
    theirs, ours = reference.state_dict(), compiled.state_dict()
    assert [tensor.shape for tensor in theirs.values()] == [tensor.shape for tensor in ours.values()]
    compiled.eval().load_state_dict(dict(zip(ours, theirs.values(), strict=True)))
    x = picture(1, 3, 96, 96)
    assert torch.equal(run(compiled, x), run(reference, x))


@pytest.mark.parametrize(("channels", "expansion", "kernel", "side"), [(4, 6, 3, 9), (3, 2, 5, 8), (2, 3, 2, 6)])
def test_articles_block_is_what_numpy_and_scipy_compute(channels: int, expansion: int, kernel: int, side: int) -> None:
    design = template("article_bottleneck").build(
        channels=channels, expansion=expansion, depth=channels, kernel=kernel, resolution=side
    )
    module = randomise(compile_module(design)).double()
    weights = {name: tensor.numpy() for name, tensor in module.state_dict().items()}
    x = picture(2, channels, side, side).double()
    expected = bottleneck_block(
        x.numpy().transpose(0, 2, 3, 1),
        (weights["expand.weight"][:, :, 0, 0].T, weights["expand.bias"]),
        weights["depthwise.weight"][:, 0].transpose(1, 2, 0),
        (weights["project.weight"][:, :, 0, 0].T, weights["project.bias"]),
    )
    numpy.testing.assert_allclose(run(module, x).numpy().transpose(0, 2, 3, 1), expected, rtol=0, atol=1e-12)


def test_tensors_have_torchvisions_order_and_shapes_under_the_canvas_names() -> None:
    ours = compile_module(template("mobilenet_v2").build(), device="meta").state_dict()
    theirs = MobileNetV2().state_dict()
    assert [tuple(tensor.shape) for tensor in ours.values()] == [tuple(tensor.shape) for tensor in theirs.values()]
    assert [key.rpartition(".")[2] for key in ours] == [key.rpartition(".")[2] for key in theirs]
    assert "bottleneck_2.expand.weight" in ours


def test_mobilenet_v2_has_the_counted_parameters() -> None:
    module = compile_module(template("mobilenet_v2").build(), device="meta")
    assert sum(parameter.numel() for parameter in module.parameters()) == 3504872


def test_a_block_runs_alone() -> None:
    module = compile_module(template("mobilenet_v2").build(width=0.5, resolution=64)).eval()
    block = module.submodule((NodeId("bottleneck_3"),))
    assert isinstance(block, CompiledModule)
    x = picture(1, 16, 16, 16)
    with torch.inference_mode():
        y = block(x)
        step = x
        for name in ("expand", "expand_bn", "expand_act", "depthwise", "depthwise_bn", "depthwise_act", "project"):
            step = module.submodule((NodeId("bottleneck_3"), NodeId(name)))(step)
        step = x + module.submodule((NodeId("bottleneck_3"), NodeId("project_bn")))(step)
    assert torch.equal(y, step)


def test_a_node_without_a_module_says_so() -> None:
    module = compile_module(template("bottleneck").build())
    with pytest.raises(KeyError, match="add has no module"):
        module.submodule((NodeId("add"),))


def test_branches_several_inputs_and_several_outputs() -> None:
    design = design_of(
        {
            "left": Input(2, 4, 4),
            "right": Input(3, 4, 4),
            "cat": Concatenate(),
            "relu": ReLU(),
            "sum": Add(count=3),
            "dead": ReLU6(),
            "first": Output(),
            "second": Output(),
            "third": Output(),
        },
        ("left", "cat.a"),
        ("right", "cat.b"),
        ("cat", "relu"),
        ("relu", "sum.a"),
        ("cat", "sum.b"),
        ("cat", "sum.c"),
        ("cat", "dead"),
        ("sum", "first"),
        ("cat", "second"),
        ("right", "third"),
    )
    a, b = picture(1, 2, 4, 4), picture(1, 3, 4, 4, seed=2)
    joined = torch.cat([a, b], 1)
    first, second, third = compile_module(design).eval()(a, b)
    assert torch.equal(first, joined.relu() + joined + joined)
    assert torch.equal(second, joined)
    assert torch.equal(third, b)


def test_a_group_that_reads_one_tensor_twice_and_one_inside_another() -> None:
    inner = design_of(
        {"a": Input(), "b": Input(), "act": ReLU(), "add": Add(), "out": Output()},
        ("a", "act"),
        ("act", "add.a"),
        ("b", "add.b"),
        ("add", "out"),
    )
    grouped, once = group(inner, [NodeId("act"), NodeId("add")])
    nested, twice = group(grouped, [once])
    outer = design_of({"x": Input(2, 3, 3), "pw": PointwiseConv2d(2), "y": Output()}, ("x", "pw"), ("pw", "y"))
    block = nested.nodes[twice].layer
    ports = [port.name for port in block.inputs]
    design = Design.build(
        "twice",
        [*outer.nodes.values(), Node(NodeId("type"), block)],
        [
            Wire(PortRef(NodeId("x"), "y"), PortRef(NodeId("pw"), "x")),
            *[Wire(PortRef(NodeId("pw"), "y"), PortRef(NodeId("type"), port)) for port in ports],
            Wire(PortRef(NodeId("type"), block.outputs[0].name), PortRef(NodeId("y"), "x")),
        ],
    )
    module = compile_module(design).eval()
    x = picture(1, 2, 3, 3)
    middle = run(module.submodule((NodeId("pw"),)), x)
    assert torch.equal(run(module, x), middle.relu() + middle)
    assert torch.equal(run(module.submodule((NodeId("type"),)), middle, middle), middle.relu() + middle)


def test_weights_are_the_same_for_the_same_seed_and_leave_the_random_state_alone() -> None:
    design = template("bottleneck").build()
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    first, again, other = compile_module(design, seed=3), compile_module(design, seed=3), compile_module(design, seed=4)
    assert torch.equal(torch.random.get_rng_state(), before)
    key = "expand.weight"
    assert torch.equal(first.state_dict()[key], again.state_dict()[key])
    assert not torch.equal(first.state_dict()[key], other.state_dict()[key])


def test_fresh_weights_keep_the_signal_through_the_whole_network() -> None:
    module = compile_module(template("mobilenet_v2").build(resolution=96)).eval()
    assert 0.05 < run(module, picture(1, 3, 96, 96)).std() < 20


@pytest.mark.parametrize("key", ["repvgg", "mobileone"])
def test_fresh_weights_of_summed_branches_keep_the_signal(key: str) -> None:
    module = compile_module(template(key).build(resolution=64)).eval()
    assert 0.05 < run(module, picture(1, 3, 64, 64)).std() < 20


def test_trains() -> None:
    module = compile_module(template("separable").build(channels=4, out_channels=4, resolution=8))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01)
    x, wanted = picture(4, 4, 8, 8), picture(4, 4, 8, 8, seed=2)
    losses = []
    for _ in range(20):
        loss = nn.functional.mse_loss(module(x), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_copies_and_pickles_with_weights_of_their_own() -> None:
    design = design_of(
        {"x": Input(2, 4, 4), "conv": Conv2d(2), "cat": Concatenate(), "y": Output()},
        ("x", "conv"),
        ("conv", "cat.a"),
        ("x", "cat.b"),
        ("cat", "y"),
    )
    module = compile_module(design).eval()
    x = picture(1, 2, 4, 4)
    before = run(module, x)
    twins = (copy.deepcopy(module), pickle.loads(pickle.dumps(module)))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    for twin in twins:
        assert torch.equal(run(twin, x), before)
    assert not torch.equal(run(module, x), before)


def test_tensors_are_freed_after_their_last_reader() -> None:
    alive: list[int] = []
    nodes: dict[str, Layer] = {"x": Input(1, 64, 64)}
    wires = []
    before = "x"
    for index in range(12):
        nodes[f"act_{index}"] = ReLU()
        wires.append((before, f"act_{index}"))
        before = f"act_{index}"
    nodes["y"] = Output()
    module = compile_module(design_of(nodes, *wires, (before, "y"))).eval()
    kept: list[weakref.ref[torch.Tensor]] = []
    for part in module.children():
        part.register_forward_hook(lambda _module, _inputs, y: kept.append(weakref.ref(y)))
    with torch.inference_mode():
        for _ in module.observed([picture(1, 1, 64, 64)]):
            gc.collect()
            alive.append(sum(found() is not None for found in kept))
    assert max(alive) == 1


def test_wrong_number_of_inputs_is_said() -> None:
    with pytest.raises(TypeError, match="1 inputs, and 2 tensors"):
        compile_module(template("bottleneck").build())(picture(1, 24, 56, 56), picture(1, 24, 56, 56))


def test_a_design_with_problems_is_refused_with_all_of_them() -> None:
    design = design_of(
        {"x": Input(3, 8, 8), "conv": Conv2d(5), "add": Add(), "loose": ReLU(), "y": Output()},
        ("x", "conv"),
        ("conv", "add.a"),
        ("x", "add.b"),
        ("add", "y"),
    )
    with pytest.raises(InvalidDesign) as refused:
        compile_module(design)
    assert [line.split(":")[0] for line in refused.value.problems] == ["add", "loose"]
    assert "5×8² ≠ 3×8²" in refused.value.problems[0]


def test_what_does_not_fit_is_refused_with_the_sum_before_anything_is_allocated() -> None:
    design = design_of(
        {"x": Input(3, 8, 8), "wide": PointwiseConv2d(10**9), "back": PointwiseConv2d(10**9), "y": Output()},
        ("x", "wide"),
        ("wide", "back"),
        ("back", "y"),
    )
    with pytest.raises(NotEnoughMemory) as refused:
        compile_module(design)
    text = str(refused.value)
    assert "4.00\u202fEB of weights + " in text  # 3·10⁹ + 10¹⁸ weights of 4 bytes
    assert "512\u202fGB of activations" in text  # two maps of 10⁹×8² of 4 bytes
    assert " free; a smaller batch" in text


def test_just_enough_memory_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = analyse(template("bottleneck").build())
    needed = memory.required_bytes(analysis)
    monkeypatch.setattr(memory, "available_bytes", lambda device: needed)
    memory.require_memory(analysis, torch.device("cpu"))
    monkeypatch.setattr(memory, "available_bytes", lambda device: needed - 1)
    with pytest.raises(NotEnoughMemory):
        memory.require_memory(analysis, torch.device("cpu"))


def test_blocks_nest_in_the_state_dict() -> None:
    design = design_of({"x": Input(4, 6, 6), "b": Bottleneck(2.0, 4), "y": Output()}, ("x", "b"), ("b", "y"))
    keys = [key for key in compile_module(design).state_dict() if key.endswith(".weight")]
    assert keys == [
        "b.expand.weight",
        "b.expand_bn.weight",
        "b.depthwise.weight",
        "b.depthwise_bn.weight",
        "b.project.weight",
        "b.project_bn.weight",
    ]
