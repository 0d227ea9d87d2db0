"""timm and torchvision beside a PyTorch for the CPU, where they are installed; a test is skipped where they are not.

Both are installed with ``pip install --no-deps``: their wheels ask for a PyTorch with CUDA. Torchvision's then lacks
its compiled operators and does not load before they are declared; its networks need none of them.
"""

from __future__ import annotations

import importlib
import re
import sys
from functools import cache
from importlib.util import find_spec
from typing import Any

import pytest
import torch


@cache
def _torchvision() -> Any:
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed: pip install --no-deps torchvision")
    library = torch.library.Library("torchvision", "DEF")
    declared: set[str] = set()
    while True:
        try:
            return importlib.import_module("torchvision"), library  # the library is kept: it ends with its object
        except RuntimeError as error:
            missing = re.search(r"torchvision::(\w+)", str(error))
            if missing is None or missing.group(1) in declared:
                raise
            declared.add(missing.group(1))
            library.define(f"{missing.group(1)}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
            for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
                del sys.modules[name]


def torchvision_models() -> Any:
    """``torchvision.models``."""
    _torchvision()
    return importlib.import_module("torchvision.models")


def timm() -> Any:
    """timm, which needs torchvision."""
    if find_spec("timm") is None:
        pytest.skip("timm is not installed: pip install --no-deps timm")
    _torchvision()
    return importlib.import_module("timm")
