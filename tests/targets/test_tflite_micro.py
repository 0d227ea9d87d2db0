"""The memory that is told while one draws is what TensorFlow Lite for Microcontrollers takes, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from designer.analysis.analysis import analyse
from designer.errors import ExportError
from designer.graph.design import Design
from designer.runtime.formats.litert.micro import NotRun
from designer.targets.deployed import deployed_of
from designer.targets.element_type import ElementType
from designer.targets.profile import Answer
from designer.targets.profile_files import target
from designer.targets.verdict import Fits, verdict_of
from designer.templates.networks import template, templates
from designer.templates.table import Template
from tests.sound_designs import sound_designs

pytestmark = pytest.mark.torch

pytest.importorskip("tflite_micro", exc_type=ImportError)
pytest.importorskip("ai_edge_litert")


def head_in_floats(design: Design) -> int:
    from designer.runtime.formats.litert.file import flat_buffer
    from tests.targets.micro import arena_of, verification_of

    return arena_of(flat_buffer(verification_of(analyse(design)), half=False)).head


def said(design: Design, element_type: ElementType) -> int:
    return deployed_of(analyse(design), element_type).placement.bytes


EIGHT_BITS = [ElementType.FLOAT32, ElementType.INT8]
in_both = pytest.mark.parametrize("element_type", EIGHT_BITS, ids=lambda each: each.title)


def head_of(design: Design, element_type: ElementType) -> int:
    """What the runtime itself allocates for tensors; the test is skipped where nothing puts files into eight bits."""
    if element_type is ElementType.FLOAT32:
        return head_in_floats(design)
    pytest.importorskip("ai_edge_quantizer", exc_type=ImportError)
    from tests.targets.micro import arena_of, in_eight_bits

    return arena_of(in_eight_bits(analyse(design))).head


@in_both
@pytest.mark.slow
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(design=sound_designs())
def test_the_head_of_a_random_design_is_exact(element_type: ElementType, design: Design) -> None:
    try:
        head = head_of(design, element_type)
    except ExportError:
        assume(False)
        raise
    assert said(design, element_type) == head


@in_both
@pytest.mark.parametrize("padding", ["torch", "tensorflow"])
@pytest.mark.parametrize(("network", "width"), [("mobilenet_v1", 0.25), ("mobilenet_v2", 0.35)])
def test_the_head_of_a_network_is_exact(network: str, width: float, padding: str, element_type: ElementType) -> None:
    design = template(network).build(width=width, resolution=96, classes=1000, padding=padding)
    assert said(design, element_type) == head_of(design, element_type)


@pytest.mark.slow
@pytest.mark.parametrize("made", templates(), ids=lambda each: each.key)
def test_the_head_of_every_template_in_eight_bits_is_exact(made: Template) -> None:
    design = made.build(resolution=64)
    uses = verdict_of(analyse(design), target("microcontroller_512k")).uses
    missing = [use.code for use in uses if use.answer is Answer.FALLS_BACK]
    if missing:
        with pytest.raises(NotRun, match=f"no kernel for {missing[0]}"):
            head_of(design, ElementType.INT8)
        return
    assert said(design, ElementType.INT8) == head_of(design, ElementType.INT8)


def test_what_the_runtime_has_no_kernel_for_is_said_before_a_file_is_written() -> None:
    design = template("convnext").build(resolution=64)
    with pytest.raises(NotRun, match="no kernel for GELU"):
        head_of(design, ElementType.INT8)
    verdict = verdict_of(analyse(design), target("microcontroller_512k"))
    assert verdict.fits is Fits.NO
    assert "GELU" in {use.code for use in verdict.uses}
