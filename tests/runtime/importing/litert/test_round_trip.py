"""What the LiteRT writer made comes back as it was: the same computation of the same numbers, element by element."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import pytest
import torch

from designer.analysis.analysis import analyse
from designer.analysis.program import program_of
from designer.errors import ExportError
from designer.export.options import MobileOptions, Precision
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.matching.matching import match_designs
from designer.runtime.compile.module import compile_analysis
from designer.runtime.formats.export import export_design
from designer.runtime.formats.verification import Verification
from designer.runtime.importing.load import LoadedModel, load_model
from designer.templates.networks import template
from tests.contracts.sampling import PLACEABLE, random_design, samples
from tests.runtime.importing.proving import assert_computes_the_same, every_design, proved
from tests.runtime.importing.same_network import as_if_trained, computation, is_same

pytest.importorskip("ai_edge_litert")
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def sent_out_and_back(design: Design, weights: dict[str, torch.Tensor], path: Path) -> LoadedModel:
    """What a design's file is drawn as.

    Raises:
        ExportError: LiteRT has nothing for it.
    """
    from designer.runtime.formats.litert.file import flat_buffer

    analysis = analyse(design)
    module = compile_analysis(analysis, seed=0, device=torch.device("cpu")).eval()
    module.load_state_dict(weights)
    path.write_bytes(flat_buffer(Verification(analysis, program_of(analysis), module, ""), half=False))
    return load_model(path)


def came_back(design: Design, path: Path) -> LoadedModel | None:
    """What came back of a design, which computes as it does with its norms folded; None where LiteRT has it not."""
    weights = as_if_trained(design).state_dict()
    try:
        loaded = sent_out_and_back(design, weights, path)
    except ExportError as error:
        if "LiteRT has " not in str(error) and "LiteRT cannot" not in str(error):
            raise
        return None
    assert is_same(computation(design, weights, is_folded=True), computation(loaded.design, loaded.weights))
    return loaded


def assert_stays_as_it_is(loaded: LoadedModel, path: Path) -> None:
    """Assert that what came in goes out and comes back as itself: every node, every wire, every number."""
    if not any(node.layer.inputs and node.layer.outputs for node in loaded.design.nodes.values()):
        return  # it did nothing, and LiteRT cannot give out what enters
    try:
        again = sent_out_and_back(loaded.design, dict(loaded.weights), path)
    except ExportError as error:
        if "cannot give out what enters" not in str(error):
            raise
        return
    # A group is called by what its tensors were called, and that is another name the second time.
    changes = match_designs(loaded.design, again.design).changes
    assert [change for change in changes if [field.name for field in change.fields] != ["title"]] == []
    for one, other in zip(loaded.weights.values(), again.weights.values(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.slow
@every_design
def test_every_template_and_example_comes_back(design: Design, tmp_path: Path) -> None:
    loaded = came_back(design, tmp_path / "net.tflite")
    assert loaded is not None
    assert loaded.proved, loaded.result.unproved
    assert_stays_as_it_is(loaded, tmp_path / "again.tflite")


@pytest.mark.slow
@every_design
def test_what_is_exported_comes_back(design: Design, tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    export_design(design, path, "litert")
    assert_computes_the_same(proved(path), design)


@pytest.mark.parametrize("cls", PLACEABLE, ids=lambda cls: cls.key)
@pytest.mark.slow
def test_every_layer_that_litert_has_comes_back(cls: type[Layer], tmp_path: Path) -> None:
    for sample in islice((each for each in samples(cls) if each.batch == 1), 6):
        came_back(sample.design(), tmp_path / "net.tflite")


@pytest.mark.slow
def test_two_hundred_random_designs_come_back(tmp_path: Path) -> None:
    seed, written, unproved = 0, 0, 0
    while written < 200:
        design = random_design(Random(seed))
        seed += 1
        loaded = came_back(design, tmp_path / "net.tflite")
        if loaded is None:
            continue
        written += 1
        unproved += not loaded.proved  # outputs of nothing but zeros, or that are no finite numbers, prove nothing
        assert_stays_as_it_is(loaded, tmp_path / "again.tflite")
    assert unproved <= 10


def test_half_precision_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    export_design(
        template("bottleneck").build(resolution=8),
        path,
        "litert",
        MobileOptions(precision=Precision.FLOAT16),
    )
    assert proved(path).result.blocks[0].rule == "Bottleneck (V2)"


def test_symmetric_padding_comes_back_as_such_where_nothing_says_same(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    for padding, wanted in (("torch", Padding.SYMMETRIC), ("tensorflow", Padding.SAME)):
        export_design(template("mobilenet_v1").build(resolution=32, padding=padding), path, "litert")
        layers_read = [node.layer for node in proved(path).design.nodes.values()]
        assert {getattr(each, "padding", wanted) for each in layers_read} == {wanted}
