"""The memory that is told while one draws is what TensorFlow Lite for Microcontrollers takes, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from designer.analysis.analysis import analyse
from designer.errors import ExportError
from designer.graph.design import Design
from designer.targets.deployed import deployed_of
from designer.targets.element_type import ElementType
from designer.templates.networks import template
from tests.sound_designs import sound_designs

pytestmark = pytest.mark.torch

pytest.importorskip("tflite_micro", exc_type=ImportError)
pytest.importorskip("ai_edge_litert")


def head_in_floats(design: Design) -> int:
    from designer.runtime.formats.litert.file import flat_buffer
    from tests.targets.micro import arena_of, verification_of

    return arena_of(flat_buffer(verification_of(analyse(design)), half=False)).head


def said(design: Design) -> int:
    return deployed_of(analyse(design), ElementType.FLOAT32).placement.bytes


@pytest.mark.slow
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(sound_designs())
def test_the_head_of_a_random_design_is_exact(design: Design) -> None:
    try:
        head = head_in_floats(design)
    except ExportError:
        assume(False)
        raise
    assert said(design) == head


@pytest.mark.parametrize("padding", ["torch", "tensorflow"])
@pytest.mark.parametrize(("network", "width"), [("mobilenet_v1", 0.25), ("mobilenet_v2", 0.35)])
def test_the_head_of_a_network_is_exact(network: str, width: float, padding: str) -> None:
    design = template(network).build(width=width, resolution=96, classes=1000, padding=padding)
    assert said(design) == head_in_floats(design)
