"""Another installed package adds a layer with an operation of its own: placed, counted, compiled, printed, exported.

Everything runs in a process of its own: a catalogue that is open once is closed for good.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LAYER = '''
"""A layer of another package: swish with a trained steepness, x·σ(βx)."""

from dataclasses import dataclass

from designer.graph.layer import Category
from designer.graph.operations import Operation, Step
from designer.graph.weight import Weight
from designer.layers.registry import register
from designer.graph.layer import Layer


@dataclass(frozen=True)
class SteepSwish(Operation, title="steep swish"):
    """x·σ(βx) with a trained β; a multiplication, a sigmoid's four operations, a multiplication."""

    def weights(self):
        return (Weight("weight", (1,)),)

    def formulas(self, of, inputs, output):
        from designer.graph.formula import Statement

        return Statement(
            parameters=of.quantity("β", 1), elementwise=of.product(of.constant(6), of.elements(output))
        )


@register(key="steep_swish", title="Steep swish", glyph="SSW", category=Category.ACTIVATION, source="x·σ(βx)")
class SteepSwishLayer(Layer):
    """x·σ(βx) with a trained steepness. In N×C×H×W, out the same."""

    def lower(self, x):
        return (Step(SteepSwish()),)

    def summary(self, *inputs):
        return "β trained"
'''

MODULE = '''
"""The module, which only the worker imports."""

import torch
from torch import nn


class SteepSwish(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def reset_parameters(self):
        nn.init.ones_(self.weight)

    def forward(self, x):
        return x * torch.sigmoid(self.weight * x)
'''

PYTORCH = """
from designer.analysis.torch_calls import TORCH, Call
from steep.layer import SteepSwish


@TORCH.answers(SteepSwish)
def _spelt(each, inputs, results):
    return (Call("steep.module.SteepSwish", (), inputs, results),)
"""

ONNX = """
from designer.runtime.formats.onnx_operators import ONNX
from steep.layer import SteepSwish


@ONNX.answers(SteepSwish)
def _written(builder, call, operation):
    scaled = builder.add("Mul", call, [*call.inputs, builder.weight(call, "weight")], "scaled")
    builder.add("Mul", call, [*call.inputs, builder.add("Sigmoid", call, [scaled], "gate")])
"""

ENTRIES = """[bottleneck_designer.layers]
steep = steep.layer
[bottleneck_designer.pytorch]
steep = steep.pytorch
[bottleneck_designer.onnx]
steep = steep.onnx
"""

STORY = """
import sys
from designer.layers.registry import lookup, search
from designer.graph.design import Design, Node, Wire
from designer.graph.ids import NodeId, PortRef
from designer.layers.endpoints import Input, Output
from designer.analysis.analysis import analyse
from designer.files.design_json import dumps, loads

assert search("steep")[0] is lookup("steep_swish")
a, b, c = map(NodeId, ("in", "swish", "out"))
design = Design.build(
    "with a layer of another package",
    [Node(a, Input(3, 4, 5)), Node(b, lookup("steep_swish")()), Node(c, Output())],
    [Wire(PortRef(a, "y"), PortRef(b, "x")), Wire(PortRef(b, "y"), PortRef(c, "x"))],
)
assert loads(dumps(design)) == design
totals = analyse(design).totals
assert (totals.parameters, totals.flops) == (1, 6 * 3 * 4 * 5), totals
assert "torch" not in sys.modules

import torch
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.export import export_design
from designer.errors import ExportError

x = torch.randn(2, 3, 4, 5)
module = compile_module(design).eval()
with torch.no_grad():
    module.swish.weight.fill_(1.5)
    assert torch.equal(module(x), x * torch.sigmoid(1.5 * x))
folder = sys.argv[1]
assert export_design(design, folder + "/it.onnx", "onnx").max_abs_difference < 1e-6
assert export_design(design, folder + "/it.py", "pytorch").max_abs_difference == 0
try:
    export_design(design, folder + "/it.keras.py", "keras")
except ExportError as error:
    assert "nothing here writes a steep swish to Keras" in str(error), error
else:
    raise AssertionError("Keras cannot know it")
"""


def installed(folder: Path, entries: str, layer: str = LAYER) -> dict[str, str]:
    """A package put where Python finds it, with what pip would write beside it; gives the environment."""
    package, info = folder / "steep", folder / "steep-1.0.dist-info"
    package.mkdir()
    info.mkdir()
    for name, text in (("__init__", ""), ("layer", layer), ("module", MODULE), ("pytorch", PYTORCH), ("onnx", ONNX)):
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: steep\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(entries, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}


@pytest.mark.torch
def test_a_layer_of_another_package_is_as_any(tmp_path: Path) -> None:
    environment = installed(tmp_path, ENTRIES)
    ended = subprocess.run(
        [sys.executable, "-c", STORY, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        (LAYER.replace('key="steep_swish"', 'key="relu6"'), "layer 'relu6' is declared twice"),
        (LAYER.replace('"""x·σ(βx) with a trained steepness. In N×C×H×W, out the same."""', ""), "has no docstring"),
    ],
    ids=["broken", "taken", "incomplete"],
)
def test_a_package_that_breaks_is_left_out_in_words(layer: str, reason: str, tmp_path: Path) -> None:
    environment = installed(tmp_path, ENTRIES, layer)
    ended = subprocess.run(
        [sys.executable, "-c", "from designer.layers.registry import catalogue; print(len(catalogue()))"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 50
    assert "What the package steep adds as 'steep' (steep.layer) is left out" in ended.stderr
    assert reason in ended.stderr
