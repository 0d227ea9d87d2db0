"""Names of the MobileNetV2 template's weights in torchvision's ``mobilenet_v2``.

========================================  =====================================================================
on the canvas                             in torchvision
========================================  =====================================================================
``stem.conv``, ``stem.conv_bn``           ``features.0.0``, ``features.0.1``
``bottleneck_N.expand``, ``…_bn``         ``features.N.conv.0.0``, ``features.N.conv.0.1`` (N = 2 … 17)
``bottleneck_N.depthwise``, ``…_bn``      ``features.N.conv.1.0``, ``features.N.conv.1.1``
``bottleneck_N.project``, ``…_bn``        ``features.N.conv.2``, ``features.N.conv.3``
``bottleneck_1`` (t = 1, no expansion)    its depthwise is ``features.1.conv.0.0``, its projection ``features.1.conv.1``
``head.conv``, ``head.conv_bn``           ``features.18.0``, ``features.18.1``
``classifier``                            ``classifier.1``
========================================  =====================================================================

The tensors and their order are the same on both sides; only the names differ. Knows no torch: any mapping will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from designer.errors import DesignerError, near

T = TypeVar("T")

_BOTTLENECK = re.compile(r"bottleneck_(\d+)\.(expand|depthwise|project)(_bn)?$")


def torchvision_names(keys: Iterable[str]) -> dict[str, str]:
    """By key of a MobileNetV2 template's state dict, torchvision's key, in the same order.

    Raises:
        DesignerError: A key is not one of that template's.
    """
    listed = list(keys)
    expanded = {key.split(".", 1)[0] for key in listed if ".expand." in key}
    last = 1 + max((int(key.split(".")[0].rpartition("_")[2]) for key in listed if _is_bottleneck(key)), default=0)
    ends = {
        "stem.conv": "features.0.0",
        "stem.conv_bn": "features.0.1",
        "head.conv": f"features.{last}.0",
        "head.conv_bn": f"features.{last}.1",
        "classifier": "classifier.1",
    }
    found = {}
    for key in listed:
        module, _, tensor = key.rpartition(".")
        prefix = ends.get(module) or _bottleneck_prefix(module, expanded)
        if prefix is None:
            raise DesignerError(
                f"'{key}' is no weight of the MobileNetV2 template{near(module, ends)}; "
                "its names in torchvision are known only while its nodes are called as the template calls them"
            )
        found[key] = f"{prefix}.{tensor}"
    return found


def _is_bottleneck(key: str) -> bool:
    return _BOTTLENECK.match(key.rpartition(".")[0]) is not None


def _bottleneck_prefix(module: str, expanded: set[str]) -> str | None:
    match = _BOTTLENECK.match(module)
    if match is None:
        return None
    number, part, norm = match[1], match[2], 1 if match[3] else 0
    shift = 1 if f"bottleneck_{number}" in expanded else 0
    if part == "project":  # torchvision wraps every convolution and its norm in one more level, the projection not
        return f"features.{number}.conv.{shift + 1 + norm}"
    return f"features.{number}.conv.{0 if part == 'expand' else shift}.{norm}"
