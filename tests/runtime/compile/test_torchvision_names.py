"""The mapping of MobileNetV2's weights, against the names of a network written by hand in torchvision's layout."""

from __future__ import annotations

import pytest

from designer.errors import DesignerError
from designer.runtime.compile.module import compile_module
from designer.runtime.compile.torchvision_names import torchvision_names
from designer.templates.networks import template
from tests.reference.mobilenets import MobileNetV2

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def keys() -> list[str]:
    return list(compile_module(template("mobilenet_v2").build(), device="meta").state_dict())


def test_every_tensor_has_its_name_in_the_same_order(keys: list[str]) -> None:
    assert list(torchvision_names(keys).values()) == list(MobileNetV2().state_dict())


def test_another_design_is_refused() -> None:
    other = compile_module(template("bottleneck").build(), device="meta")
    with pytest.raises(DesignerError, match=r"'expand\.weight' is no weight of the MobileNetV2 template"):
        torchvision_names(other.state_dict())
