"""What is said of a LiteRT file while one draws is what the writer writes: operator by operator, tensor by tensor."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from designer.analysis.analysis import analyse
from designer.errors import ExportError
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.layers.activation import Linear
from designer.layers.dense import Dropout, DropPath
from designer.targets.deployed import Deployed, deployed_of
from designer.targets.element_type import ElementType
from designer.targets.lite_operators import LITE
from designer.templates.networks import template
from tests.contracts.sampling import PLACEABLE, samples

pytestmark = pytest.mark.torch

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")


def written(design: Design, batch: int = 1, *, is_int8: bool = False) -> tuple[list[Any], list[int]]:
    """The operators of a file, each with how many elements it reads and makes, constants left out; and what enters."""
    from tests.targets.micro import in_eight_bits

    if is_int8:
        return tables_of(in_eight_bits(analyse(design, batch=batch)))
    import torch

    from designer.analysis.program import program_of
    from designer.runtime.compile.module import compile_analysis
    from designer.runtime.formats.litert.file import flat_buffer
    from designer.runtime.formats.verification import Verification

    analysis = analyse(design, batch=batch)
    content = flat_buffer(
        Verification(
            analysis, program_of(analysis), compile_analysis(analysis, seed=0, device=torch.device("cpu")), ""
        ),
        half=False,
    )
    return tables_of(content)


def tables_of(content: bytes) -> tuple[list[Any], list[int]]:
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    graph = model.subgraphs[0]
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    is_constant = [model.buffers[tensor.buffer].data is not None for tensor in graph.tensors]
    size = [int(tensor.shape.prod()) if tensor.shape is not None else 1 for tensor in graph.tensors]
    order = [index for index, constant in enumerate(is_constant) if not constant]
    number = {tensor: place for place, tensor in enumerate(order)}
    kernels = [
        (
            names[model.operatorCodes[each.opcodeIndex].builtinCode],
            [number[tensor] for tensor in each.inputs if not is_constant[tensor]],
            [number[tensor] for tensor in each.outputs],
        )
        for each in graph.operators
    ]
    return kernels, [size[tensor] for tensor in order]


def said(deployed: Deployed) -> tuple[list[Any], list[int]]:
    kernels = [(each.code, list(each.inputs), list(each.outputs)) for each in deployed.kernels]
    return kernels, list(deployed.elements)


@pytest.mark.parametrize("layer", PLACEABLE, ids=lambda cls: cls.key)
def test_every_layer_is_the_operators_and_tensors_that_the_writer_writes(layer: type[Layer]) -> None:
    compared = 0
    for sample in islice(samples(layer), 6):
        design = sample.design()
        try:
            found = written(design, sample.batch)
        except ExportError as error:
            if "LiteRT has no" in str(error) or "cannot give out what enters" in str(error):
                continue
            raise
        assert said(deployed_of(analyse(design, batch=sample.batch), ElementType.FLOAT32)) == found
        compared += 1
    assert compared or layer in (Linear, Dropout, DropPath)


@pytest.mark.slow
@pytest.mark.parametrize("layer", PLACEABLE, ids=lambda cls: cls.key)
def test_every_layer_in_eight_bits_is_what_its_file_has_or_is_refused_by_name(layer: type[Layer]) -> None:
    pytest.importorskip("ai_edge_quantizer", exc_type=ImportError)
    for sample in islice(samples(layer), 6):
        design = sample.design()
        deployed = deployed_of(analyse(design, batch=sample.batch), ElementType.INT8)
        try:
            found = written(design, sample.batch, is_int8=True)
        except ExportError as error:
            if deployed.refusal or "LiteRT has no" in str(error) or "cannot give out what enters" in str(error):
                continue
            raise
        assert not deployed.refusal
        assert said(deployed) == found


@pytest.mark.parametrize("padding", ["torch", "tensorflow"])
@pytest.mark.parametrize("network", ["mobilenet_v1", "mobilenet_v2"])
def test_a_network_has_its_norms_and_clips_inside_its_convolutions(network: str, padding: str) -> None:
    design = template(network).build(width=0.25, resolution=96, classes=10, padding=padding)
    kernels, sizes = said(deployed_of(analyse(design), ElementType.FLOAT32))
    assert (kernels, sizes) == written(design)
    assert {code for code, _, _ in kernels} >= {"CONV_2D", "DEPTHWISE_CONV_2D", "MEAN"}
    assert not {code for code, _, _ in kernels} & {"RELU", "RELU6"}
    assert any(code == "PAD" for code, _, _ in kernels) == (padding == "torch")


def test_every_operation_is_answered_for() -> None:
    assert list(LITE.unanswered()) == []
