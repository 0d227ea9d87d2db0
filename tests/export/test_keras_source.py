"""Printed Keras source: formatted, no name becomes code, and run on PyTorch it gives the module's outputs."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import ExportError, InvalidDesign
from designer.export.keras_calls import keras_calls
from designer.export.keras_source import function_name, keras_source
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.layers.activation import ReLU
from designer.layers.convolution import Conv2d, DepthwiseConv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Concatenate
from designer.layers.pooling import AveragePool, MaxPool
from designer.layers.shaping import Permute, ToSequence
from designer.templates.networks import template
from tests.contracts.sampling import PLACEABLE, samples
from tests.export import hard_designs


def chain(*layers: Layer, channels: int = 4, side: int = 9) -> Design:
    nodes = [Node(NodeId("input"), Input(channels, side, side))]
    nodes += [Node(NodeId(f"layer_{index}"), layer) for index, layer in enumerate(layers)]
    nodes.append(Node(NodeId("output"), Output()))
    pairs = [(before, after, port.name) for before, after in pairwise(nodes) for port in after.layer.inputs]
    wires = [Wire(PortRef(before.id, "y"), PortRef(after.id, port)) for before, after, port in pairs]
    return Design.build("chain", nodes, wires)


POSSIBLE = [(key, settings) for key, settings in hard_designs.TEMPLATES if key not in {"convnext", "efficientvit"}]
"""Networks that Keras has every layer of; it has neither ConvNeXt's layer scale nor EfficientViT's products of maps."""


def proved(design: Design, folder: Path) -> Any:
    """The record of an export, which runs the source in Keras."""
    if find_spec("keras") is None:
        pytest.skip("keras is not installed; the extra 'test' brings it")
    from designer.runtime.formats.export import export_design

    result = export_design(design, folder / "net.keras.py", "keras", seed=3)
    assert result.runtime.startswith("Keras 3.")
    assert result.comparisons[0].max_abs_difference <= 1e-4 * (result.comparisons[0].max_abs_output or 1)
    return result


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize(("key", "settings"), POSSIBLE)
def test_templates_compute_what_the_module_computes(key: str, settings: dict[str, Any], tmp_path: Path) -> None:
    proved(template(key).build(**settings), tmp_path)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("layer", PLACEABLE, ids=lambda cls: cls.key)
def test_every_layer_computes_what_the_module_computes(layer: type[Layer], tmp_path: Path) -> None:
    # oneDNN in PyTorch 2.13 reads beside a map of one channel that lies channels last, as Keras' do, at uneven strides.
    sound = (sample for sample in samples(layer, 60) if sample.inputs[0].channels > 1)
    possible = (design for sample in sound if not _is_lacking(design := sample.design()))
    chosen = list(islice(possible, 4))
    assert bool(chosen) == (layer.key not in LACKING) or layer.key in LACKING_IN_PART
    for design in chosen:
        proved(design, tmp_path)


LACKING_IN_PART = {"convnext_block"}
"""Layers that Keras has with some of their parameters only."""

LACKING = {"layer_scale", "linear_attention", "local_response_norm", "global_response_norm"}
"""Layers that Keras has in no form."""


def _is_lacking(design: Design) -> bool:
    """Whether Keras has no such layer, and the refusal says so."""
    try:
        keras_source(analyse(design))
    except ExportError as error:
        return "Keras has no" in str(error)
    return False


@pytest.mark.torch
@pytest.mark.parametrize(
    "layers",
    [
        (Conv2d(8, 3, 2, Padding.SAME), ReLU()),
        (Conv2d(8, 3, 2, Padding.SYMMETRIC, bias=True),),
        (Conv2d(8, 3, 1, Padding.EXPLICIT, (0, 2, 1, 0)),),
        (DepthwiseConv2d(3, 2, Padding.SAME, multiplier=2),),
        (MaxPool(3, 2, Padding.SYMMETRIC),),
        (MaxPool(3, 2, Padding.SAME),),
        (AveragePool(3, 1, Padding.SYMMETRIC),),
        (Conv2d(6, 2, 2, Padding.SAME), Flatten(), FullyConnected(5)),
        (ToSequence(), Permute((0, 2, 1)), Concatenate()),
    ],
    ids=lambda layers: "-".join(layer.key for layer in layers),
)
def test_paddings_and_layouts(layers: tuple[Layer, ...], tmp_path: Path) -> None:
    result = proved(chain(*layers), tmp_path)
    assert result.comparisons[0].max_abs_output > 0


@pytest.mark.parametrize(("key", "settings"), POSSIBLE)
def test_the_text_is_formatted_and_clean(key: str, settings: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text(keras_source(analyse(template(key).build(**settings))), encoding="utf-8")
    for command in (["format", "--check"], ["check", "--select", "E4,E7,E9,F,I,UP,B,SIM,N"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_tensorflows_padding_is_keras_own_word_and_one_function_serves_every_bottleneck() -> None:
    text = keras_source(analyse(template("mobilenet_v2").build(padding="tensorflow")))
    assert text.count("def bottleneck") == 1
    assert "ZeroPadding2D" not in text
    assert '3, strides=strides, padding="same", use_bias=False' in text
    assert '    ("bottleneck_2", 96, 24, 2, True, False),  # 24×56²' in text


def test_groups_and_their_names(tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    grouped, _ = group(design, [id for id in design.nodes if id.startswith("expand")])
    text = keras_source(analyse(grouped))
    assert ast.parse(text)
    assert 'name=f"{name}_expand"' in text


@pytest.mark.torch
def test_dead_ends_are_left_out_and_said(tmp_path: Path) -> None:
    result = proved(hard_designs.with_dead_ends(), tmp_path)
    # The one convolution that leads to the output: 4·4·9.
    assert result.checks[-1].found == "144, those that its outputs depend on"
    (said,) = result.warnings
    assert said.endswith("so it is without dead, dead_norm, shortcut")
    text = (tmp_path / "net.keras.py").read_text()
    assert not any(f'name="{word}"' in text for word in ("dead", "dead_norm", "shortcut"))
    grouped, _ = group(hard_designs.with_dead_ends(), [NodeId("a"), NodeId("dead"), NodeId("dead_norm")])
    proved(grouped, tmp_path)


@pytest.mark.torch
def test_outputs_of_a_block_that_lead_nowhere_have_no_variable(tmp_path: Path) -> None:
    proved(hard_designs.with_unread_outputs(), tmp_path)
    text = (tmp_path / "net.keras.py").read_text()
    assert "    _, left, _ = three_out(left, right" in text
    assert "ops" not in text


@pytest.mark.torch
@pytest.mark.parametrize("ids", hard_designs.TAKEN_IDS, ids=" ".join)
def test_no_tensor_takes_a_name_that_the_file_needs_nor_is_lost_before_it_is_given_out(
    ids: tuple[str, str, str], tmp_path: Path
) -> None:
    proved(hard_designs.two_in_two_out(*ids), tmp_path)
    proved(hard_designs.in_a_group(hard_designs.two_in_two_out(*ids)), tmp_path)


@pytest.mark.torch
@pytest.mark.parametrize("name", hard_designs.TAKEN_NAMES, ids=lambda name: name[:9])
def test_any_name_makes_a_function(name: str, tmp_path: Path) -> None:
    design = template("bottleneck").build(resolution=8)
    grouped, _ = group(design, [NodeId("depthwise"), NodeId("depthwise_bn")], name)
    proved(grouped.renamed(name), tmp_path)


def test_names_cannot_become_code() -> None:
    hostile = 'x"""); import os; os.system("true")\n#'
    text = keras_source(analyse(template("bottleneck").build().renamed(hostile)))
    imported = [name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names]
    assert imported == ["keras"]
    assert function_name("MobileNetV2") == "mobilenet_v2"
    assert function_name("ConvBlock") == "conv_block"


def test_two_paths_never_share_a_layers_name() -> None:
    design = template("mobilenet_v2").build(resolution=32)
    clash = Node(NodeId("stem_conv"), ReLU())
    last = design.wires[PortRef(NodeId("output"), "x")]
    design = design.with_node(clash).without_wires([last.target])
    design = design.with_wire(Wire(last.source, PortRef(clash.id, "x"))).with_wire(
        Wire(PortRef(clash.id, "y"), last.target)
    )
    assert 'name=f"{name}__conv"' in keras_source(analyse(design))


def test_what_keras_lacks_is_named() -> None:
    design = chain(AveragePool(3, 2, Padding.SYMMETRIC), side=8)
    with pytest.raises(ExportError, match="layer_0: Keras has no average pool with this padding"):
        keras_source(analyse(design))


def test_an_invalid_design_prints_nothing_and_says_why() -> None:
    design = template("bottleneck").build().without_wires([PortRef(NodeId("project"), "x")])
    with pytest.raises(InvalidDesign, match="project"):
        keras_source(analyse(design))


def test_a_batch_norms_momentum_is_keras_own() -> None:
    analysis = analyse(template("bottleneck").build())
    (call,) = keras_calls(analysis, NodeId("expand_bn"))
    # PyTorch keeps 1 − 0.1 of the old average; Keras states that share.
    assert dict(call.arguments) == {"momentum": 0.9, "epsilon": 1e-5}
