"""What activations let through: counted against weights that are made so, and against NumPy's rank."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from designer.errors import ExportError, JobFailed
from designer.graph.design import NodeId
from designer.graph.layer import Layer
from designer.layers.activation import HardTanh, LeakyReLU, ReLU, ReLU6
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.measurement.activity import ActivityOptions
from designer.runtime.compile.module import compile_module
from designer.runtime.measure.activity import activity_of, rank
from designer.timing.rounds import Cancelled
from tests.small_designs import row

pytestmark = pytest.mark.torch


def made_so(tmp_path: Path, activation: Layer) -> tuple:
    """A pointwise of four channels: always below zero, always a little above, always far above, and around zero."""
    design = row(Input(3, 8, 8), PointwiseConv2d(4, bias=True), activation, Output())
    state = compile_module(design).state_dict()
    state["n1.weight"].zero_()
    state["n1.weight"][3, 0] = 1.0
    state["n1.bias"].copy_(torch.tensor([-9.0, 3.0, 40.0, 0.0]))
    file = tmp_path / "weights.safetensors"
    save_file(state, file)
    return design, file


def test_channels_off_on_and_clipped_are_counted(tmp_path: Path) -> None:
    design, file = made_so(tmp_path, ReLU6())
    report = activity_of(design, ActivityOptions(samples=3), weights=file)
    (layer,) = report.layers
    assert (layer.channels, layer.off, layer.clipped, layer.on, layer.mixed) == (4, 1, 1, 1, 1)
    assert layer.numbers_clipped == pytest.approx(1 / 4)
    assert 1 / 4 + 0.1 < layer.numbers_off < 1 / 4 + 0.15  # half of the noise's channel
    assert (layer.clip, layer.rank_before, layer.rank_after) == (6, 1, 1)
    assert report.weights == "weights.safetensors, all 2 tensors"
    assert report.inputs == "3 inputs of normal noise, seed 0"


def test_other_activations_clip_elsewhere_or_nowhere(tmp_path: Path) -> None:
    found = {}
    for activation in (ReLU(), HardTanh(), LeakyReLU()):
        design, file = made_so(tmp_path, activation)
        (layer,) = activity_of(design, ActivityOptions(), weights=file).layers
        found[layer.title] = (layer.off, layer.clipped, layer.on)
    assert found == {"ReLU": (1, 0, 2), "Hard-tanh": (1, 3, 0), "LeakyReLU": (0, 0, 4)}


def test_a_wide_layer_has_its_rank_from_the_activation() -> None:
    block = row(Input(6, 12, 12), Bottleneck(6, 6), Output(), names=["x", "block", "y"])
    first, _ = activity_of(block, ActivityOptions(samples=2), within=(NodeId("block"),)).layers
    assert (first.channels, first.rank_before) == (36, 6)  # a linear map of six channels spans six directions
    assert 30 < first.rank_after <= 36


def test_rank_is_numpys() -> None:
    source = torch.Generator().manual_seed(0)
    for rows, columns, inner in ((50, 9, 4), (7, 20, 20), (30, 30, 11)):
        made = torch.randn(rows, inner, generator=source) @ torch.randn(inner, columns, generator=source) + 5
        centred = made.double().numpy() - made.double().numpy().mean(axis=0)
        wanted = numpy.linalg.matrix_rank(centred.astype(numpy.float32))
        assert rank(made) == wanted
    assert rank(torch.ones(5, 3)) == 0


def test_a_folder_of_pictures_is_shown(tmp_path: Path) -> None:
    for index in range(3):
        Image.new("RGB", (20, 20), (40 * index, 90, 200)).save(tmp_path / f"{index}.png")
    design = row(Input(3, 8, 8), PointwiseConv2d(5), ReLU(), Output())
    report = activity_of(design, ActivityOptions(pictures=str(tmp_path), samples=2))
    assert report.inputs == f"2 samples of {tmp_path.name}"
    assert report.layers[0].rank_before == 1  # two plain colours differ in one direction


def test_what_cannot_be_watched_says_why(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="has no activation, so nothing is clipped"):
        activity_of(row(Input(3, 8, 8), PointwiseConv2d(5), Output()), ActivityOptions())
    design = row(Input(3, 8, 8), ReLU(), Output())
    with pytest.raises(ExportError, match="holds no picture"):
        activity_of(design, ActivityOptions(pictures=str(tmp_path)))
    with pytest.raises(Cancelled):
        activity_of(design, ActivityOptions(), is_cancelled=lambda: True)


def test_few_positions_are_said() -> None:
    design = row(Input(3, 2, 2), PointwiseConv2d(32), ReLU(), Output())
    (layer,) = activity_of(design, ActivityOptions(samples=2)).layers
    assert layer.positions == 8
    assert ("which allow no more" in layer.sentence) == layer.has_few_rows
