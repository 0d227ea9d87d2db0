"""The proof of an import fails where the drawing computes something else, and says where both part."""

from __future__ import annotations

from dataclasses import replace

import numpy
import pytest
import torch
from torch import nn

from designer.analysis.analysis import analyse
from designer.importing.drawing import Drawing, draw
from designer.importing.network import Reading
from designer.runtime.compile.module import CompiledModule, compile_analysis
from designer.runtime.importing.proof import entering, prove, state_of
from designer.runtime.importing.pytorch_reader import read_module

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def reading() -> Reading:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 1), nn.Sigmoid(), nn.Conv2d(8, 4, 1))
    return read_module(module, (torch.randn(2, 3, 8, 8),))


def compiled(drawing: Drawing) -> CompiledModule:
    module = compile_analysis(analyse(drawing.design), seed=0, device=torch.device("cpu")).eval()
    module.load_state_dict(state_of(drawing), strict=False)
    return module


def test_a_sound_drawing_is_proved_on_two_batches() -> None:
    read = reading()
    drawing = draw(read.network)
    proof = prove(read.network, read.original, drawing, compiled(drawing))
    assert not proof.unproved
    assert [run.input_shapes[0][0] for run in proof.runs] == [1, 3]
    assert all(run.max_abs_output > 0 for run in proof.runs)


def test_a_changed_weight_is_found_where_it_is() -> None:
    read = reading()
    drawing = draw(read.network)
    middle = [path for path in drawing.parts if path[0] == "n2"]
    (path,) = middle
    part = drawing.parts[path]
    wrong = replace(part, weights={**part.weights, "weight": part.weights["weight"] + numpy.float32(0.5)})
    changed = replace(drawing, parts={**drawing.parts, path: wrong})
    proof = prove(read.network, read.original, changed, compiled(changed))
    assert "computes something else than the original" in proof.unproved
    assert proof.first_difference == "n2"


def test_numbers_that_are_none_are_no_proof() -> None:
    read = reading()
    drawing = draw(read.network)
    module = compiled(drawing)
    with torch.no_grad():
        next(iter(module.parameters())).fill_(float("nan"))
    assert prove(read.network, read.original, drawing, module).unproved


def test_agreeing_in_zeros_proves_nothing() -> None:
    module = nn.Conv2d(3, 4, 1)
    with torch.no_grad():
        for each in module.parameters():
            each.zero_()
    read = read_module(module, (torch.randn(2, 3, 8, 8),))
    drawing = draw(read.network)
    assert "nothing but zeros" in prove(read.network, read.original, drawing, compiled(drawing)).unproved


@pytest.mark.parametrize(("shape", "axis"), [((2, 5), 1), ((2, 7, 5), 2), ((2, 5, 7), 1)])
def test_what_is_no_map_is_taken_out_of_one(shape: tuple[int, ...], axis: int) -> None:
    from designer.graph.tensor import TensorSpec

    spec = TensorSpec(shape, channel_axis=axis)
    given = numpy.random.default_rng(0).normal(size=(2, 5, *(*spec.sides, 1, 1)[:2])).astype(numpy.float32)
    taken = entering(given, spec)
    assert taken.shape == shape
    assert sorted(taken.ravel()) == sorted(given.ravel())
    if len(shape) == 3:
        assert taken[1, 3, 4] == (given[1, 4, 3, 0] if axis == 2 else given[1, 3, 4, 0])
