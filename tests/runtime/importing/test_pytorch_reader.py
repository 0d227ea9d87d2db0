"""PyTorch modules come in: drawn, with their weights, and computing what they computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from designer.errors import ImportRefused
from designer.importing.model_files import ImportOptions
from designer.matching.matching import match_designs
from designer.runtime.compile.module import compile_module
from designer.runtime.importing.load import from_module, import_model, load_model
from designer.templates.networks import template
from tests import published_networks
from tests.reference.mobilenets import MobileNetV1, MobileNetV2

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


class Function(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Attention(nn.Module):
    """Tokens of a map that attend to each other."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        return F.scaled_dot_product_attention(self.query(tokens), self.key(tokens), self.value(tokens))


class Heads(nn.Module):
    """Attention as transformers write it: query, key and value in one, turned so that they stand before the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.project = nn.Linear(8, 24), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        batch, places, width = x.shape
        three = self.qkv(x).reshape(batch, places, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        query, key, value = three.unbind(0)
        gathered = F.scaled_dot_product_attention(query, key, value)
        return self.project(gathered.transpose(1, 2).reshape(batch, places, width))


class Windows(nn.Module):
    """Windows of 3×2 positions merged into the batch, attended to each by itself, and laid out as the map again."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = Heads()

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        apart = x.reshape(batch, channels, height // 3, 3, width // 2, 2).permute(0, 2, 4, 3, 5, 1)
        windows = self.heads(apart.reshape(-1, 6, channels))
        back = windows.reshape(batch, height // 3, width // 2, 3, 2, channels).permute(0, 5, 1, 3, 2, 4)
        return back.reshape(batch, channels, height, width)


class LinearAttention(nn.Module):
    """Attention without a softmax in a region of full precision, its shares summed by a column of ones."""

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        heads = x.reshape(batch, 1, channels, height * width).transpose(-1, -2)
        query, key, value = heads.chunk(3, -1) if channels % 3 == 0 else (heads, heads, heads)
        with torch.autocast(device_type="cpu", enabled=False):
            summed = F.pad(value.float(), (0, 1), value=1.0)
            gathered = query.relu() @ (key.relu().transpose(-1, -2) @ summed)
            made = gathered[..., :-1] / (gathered[..., -1:] + 1e-5)
        return made.transpose(-1, -2).reshape(batch, channels, height, width)


class Scaled(nn.Module):
    """A trained factor a channel."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.rand(8, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.gamma * x


MODULES: dict[str, nn.Module] = {
    "conv": nn.Conv2d(8, 12, 3, 2, 1),
    "conv same": nn.Conv2d(8, 12, 5, padding="same", dilation=2),
    "conv same of an even kernel": nn.Conv2d(8, 8, (4, 3), padding="same"),
    "transposed with groups": nn.ConvTranspose2d(8, 6, (3, 2), 2, groups=2, bias=False),
    "conv 1x5": nn.Conv2d(8, 8, (1, 5), padding=(0, 2), groups=8, bias=False),
    "conv valid": nn.Conv2d(8, 4, 3, groups=4),
    "conv wide padding": nn.Conv2d(8, 4, 3, padding=(2, 3)),
    "transposed": nn.ConvTranspose2d(8, 6, 3, 2, 1, 1),
    "batch norm": nn.BatchNorm2d(8, 1e-3, 0.01),
    "group norm": nn.GroupNorm(4, 8),
    "prelu": nn.PReLU(8),
    "leaky relu": nn.LeakyReLU(0.2),
    "elu": nn.ELU(),
    "gelu": nn.GELU(),
    "gelu tanh": nn.GELU("tanh"),
    "hard-swish": nn.Hardswish(inplace=True),
    "hard-sigmoid": nn.Hardsigmoid(),
    "hard-tanh": nn.Hardtanh(-2, 2),
    "relu6": nn.ReLU6(),
    "silu": nn.SiLU(),
    "mish": nn.Mish(),
    "clamp": Function(lambda x: x.clamp(0, 6)),
    "max pool": nn.MaxPool2d(3, 2, 1, ceil_mode=True),
    "average pool": nn.AvgPool2d(2),
    "average pool with its padding": nn.AvgPool2d(3, 2, (1, 0)),
    "average pool without its padding": nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    "adaptive": nn.AdaptiveAvgPool2d((3, 2)),
    "global max": nn.AdaptiveMaxPool2d(1),
    "mean": Function(lambda x: x.mean((2, 3))),
    "mean kept": Function(lambda x: x * x.mean((2, 3), keepdim=True).sigmoid()),
    "shuffle": nn.ChannelShuffle(2),
    "shuffle in words": Function(lambda x: x.view(x.shape[0], 2, 4, 9, 8).transpose(1, 2).reshape(x.shape)),
    "pixel shuffle": nn.PixelShuffle(2),
    "upsample": nn.Upsample(scale_factor=2),
    "bilinear": nn.Upsample(scale_factor=2, mode="bilinear"),
    "zeros around": nn.ZeroPad2d((1, 2, 0, 1)),
    "split": Function(lambda x: torch.cat([part.relu() for part in x.split([3, 5], 1)][::-1], 1)),
    "chunk": Function(lambda x: torch.cat([*x.chunk(2, 1)][::-1], 1)),
    "one": Function(lambda x: torch.cat([x], 1)),
    "many": Function(lambda x: torch.cat([x] * 25, 1)),
    "slice": Function(lambda x: x[:, 2:6, ::2]),
    "numbers": Function(lambda x: (x + 1) * 2 - 0.5 + x / 4),
    "subtract": Function(lambda x: x - x.relu()),
    "softmax": Function(lambda x: x.flatten(1).softmax(-1)),
    "dense": nn.Sequential(nn.Flatten(), nn.Linear(8 * 9 * 8, 10), nn.Dropout(0.2)),
    "layer norm of a map": Function(lambda x: F.layer_norm(x.permute(0, 2, 3, 1), (8,)).permute(0, 3, 1, 2)),
    "attention": Attention(),
    "heads": nn.Sequential(nn.Flatten(2), Function(lambda x: x.transpose(1, 2)), Heads()),
    "windows": Windows(),
    "attention without softmax": LinearAttention(),
    "sequence first": Function(lambda x: x.flatten(2).permute(2, 0, 1).relu().permute(1, 2, 0)),
    "narrow": Function(lambda x: x.narrow(1, 2, 3).narrow(-1, -4, 3)),
    "select": Function(lambda x: x[:, :, 2] + x[:, :, -1]),
    "one gate a position": Function(lambda x: x * x.narrow(1, 0, 1).sigmoid()),
    "scaled": Scaled(),
    "written over": Function(lambda x: (y := x + 1).relu_() + y),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_drawn_and_computes_the_same(name: str) -> None:
    torch.manual_seed(0)
    module = MODULES[name]
    loaded = from_module(module, torch.randn(2, 8, 9, 8))
    assert loaded.proved, loaded.result.unproved
    assert loaded.max_abs_difference is not None
    assert loaded.max_abs_difference <= 1e-5
    assert len(loaded.result.runs) == 2  # the second with another batch
    # Held against the module by hand, on inputs of our own.
    x = torch.randn(2, 8, 9, 8)
    compiled = compile_module(loaded.design).eval()
    compiled.load_state_dict(dict(loaded.weights))
    with torch.no_grad():
        torch.testing.assert_close(compiled(x), module.eval()(x), rtol=1e-5, atol=1e-5)
    assert loaded.result.parameters == sum(each.numel() for each in module.parameters()) + _made_up(module)


def _made_up(module: nn.Module) -> int:
    """Weights that our norms have and PyTorch's function does without: scale 1 and shift 0."""
    return 16 if module is MODULES["layer norm of a map"] else 0


@pytest.mark.parametrize("key", ["mobilenet_v1", "mobilenet_v2"])
def test_a_template_compiled_and_brought_in_is_the_template(key: str) -> None:
    design = template(key).build(resolution=96)
    module = compile_module(design).eval()
    loaded = from_module(module, torch.randn(2, 3, 96, 96))
    assert loaded.proved
    assert loaded.max_abs_difference == 0.0
    assert match_designs(design, loaded.design).is_same


@pytest.mark.parametrize(("written", "key"), [(MobileNetV1, "mobilenet_v1"), (MobileNetV2, "mobilenet_v2")])
def test_a_network_written_by_hand_is_the_template(written: Callable[[], nn.Module], key: str) -> None:
    module = written()
    loaded = from_module(module, torch.randn(1, 3, 224, 224))
    assert loaded.proved
    assert loaded.max_abs_difference == 0.0
    assert loaded.result.parameters == sum(each.numel() for each in module.parameters())
    assert match_designs(template(key).build(), loaded.design).is_same


LARGER = {"mobilevit_xxs": 256}
"""Sides of the picture where a network asks for others than 224."""

PUBLISHED = """
    mobilenetv2_100 mobilenetv4_conv_small efficientnet_lite0 mnasnet_100 repvgg_a0 starnet_s1 regnetx_002 resnet18
    resnext50_32x4d densenet121 mobileone_s0 mobilenetv3_large_100 efficientnet_b0 ghostnet_100 ghostnetv2_100
    fasternet_t0 convnext_atto efficientvit_b0 mobilevit_xxs
""".split()  # noqa: SIM905  # as quotes and commas it would be a page


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_network_is_drawn_whole(name: str) -> None:
    timm = published_networks.timm()
    torch.manual_seed(0)
    module = timm.create_model(name, pretrained=False)
    side = LARGER.get(name, 224)
    loaded = from_module(module, torch.randn(2, 3, side, side))
    assert loaded.proved, loaded.result.unproved
    assert loaded.max_abs_difference is not None
    assert loaded.max_abs_difference <= 1e-5
    assert loaded.result.parameters == sum(each.numel() for each in module.parameters())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mobilenet_v2", "shufflenet_v2_x1_0", "squeezenet1_1"])
def test_torchvisions_networks_are_drawn_whole(name: str) -> None:
    models = published_networks.torchvision_models()
    module = getattr(models, name)(weights=None)
    loaded = from_module(module, torch.randn(2, 3, 224, 224))
    assert loaded.proved, loaded.result.unproved
    assert loaded.result.parameters == sum(each.numel() for each in module.parameters())
    if name == "mobilenet_v2":
        assert match_designs(template(name).build(), loaded.design).is_same


def test_a_module_keeps_its_mode() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    module[1].eval()
    module.train()
    module[1].eval()
    from_module(module, torch.randn(1, 3, 8, 8))
    assert [part.training for part in module.modules()] == [True, True, False]


class Branch(nn.Module):
    """Does another thing where the sum is positive."""

    def forward(self, x: Tensor) -> Tensor:
        if x.sum() > 0:
            return x.relu()
        return x


def test_a_branch_on_numbers_is_refused_with_its_line(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ImportRefused, match=r"test_pytorch_reader\.py\", line \d+, in forward"):
        from_module(Branch(), torch.randn(1, 3, 8, 8))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: torch.linalg.norm(x, dim=1), "aten.linalg_norm"),
        (lambda x: x.permute(1, 0, 2, 3), "its batch elsewhere than first"),
        (lambda x: x.permute(1, 0, 2, 3).reshape(x.shape), "into or out of the batch"),
        (lambda x: x.flip(0), "aten.flip"),
        (lambda x: x.mean(0, keepdim=True) + x, "along the batch"),
        (lambda x: F.avg_pool2d(x, 3, 2, 1, True), "it counts its padding"),
    ],
)
def test_what_no_layer_computes_is_named(function: Callable[[Tensor], Tensor], words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        from_module(Function(function), torch.randn(2, 3, 8, 8))


class Block(nn.Module):
    """A residual block of a class of its own."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, channels)
        self.one, self.act, self.two = (
            nn.Conv2d(channels, channels, 3, 1, 1),
            nn.Mish(),
            nn.Conv2d(channels, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.two(self.act(self.one(self.norm(x))))


def test_modules_become_groups_under_their_class_named_once() -> None:
    module = nn.Sequential(nn.Conv2d(3, 8, 1), Block(8), Block(8), nn.Conv2d(8, 12, 1), Block(12), nn.Flatten())
    loaded = from_module(module, torch.randn(2, 3, 8, 8))
    titles = [node.title for node in loaded.design.nodes.values() if node.layer.body is not None]
    assert titles == ["Block"] * 3
    assert loaded.proved
    flat = from_module(module, torch.randn(2, 3, 8, 8), ImportOptions(is_flat=True))
    assert not any(node.layer.is_block for node in flat.design.nodes.values())
    assert flat.proved


def test_where_a_node_comes_from_is_told_through_blocks() -> None:
    loaded = from_module(nn.Sequential(nn.Conv2d(3, 8, 1), Block(8)), torch.randn(2, 3, 8, 8))
    origins = {origin.node: origin.operators for origin in loaded.result.origins}
    assert any("aten.mish" in text for texts in origins.values() for text in texts)


def test_a_program_of_torch_export_is_refused_unread(tmp_path: Path) -> None:
    """Its loader unpickles and evaluates what the file states, so such a file can run code."""
    path = tmp_path / "net.pt2"
    torch.export.save(torch.export.export(nn.ReLU(), (torch.randn(2, 3, 16, 16),)), path)
    with pytest.raises(ImportRefused, match=r"\.onnx"):
        load_model(path)
    with pytest.raises(ImportRefused, match="there is no such file"):
        load_model(tmp_path / "none.onnx")


def test_named_code_runs_only_where_it_was_allowed(tmp_path: Path) -> None:
    code = tmp_path / "own.py"
    code.write_text("import torch\ndef net(width=4):\n    return torch.nn.Conv2d(3, width, 1)\nword = 3\n")
    with pytest.raises(ImportRefused, match="networks are read from files"):
        import_model(f"{code}:net", ImportOptions(input_shapes=((1, 3, 8, 8),)))
    allowed = ImportOptions(input_shapes=((1, 3, 8, 8),), settings=(("width", "6"),), runs_code=True)
    assert import_model(f"{code}:net", allowed).parameters == 3 * 6 + 6
    for target, words in (("word", "int"), ("none", "failed"), ("", "package.module:factory")):
        with pytest.raises(ImportRefused, match=words):
            import_model(f"{code}:{target}", allowed)
    with pytest.raises(ImportRefused, match="--input"):
        import_model(f"{code}:net", ImportOptions(runs_code=True))
