"""The figures of ``facts.json``, as rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_ALL: dict[str, Any] = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))

MOBILENET_V2: list[dict[str, Any]] = _ALL["mobilenet_v2"]
"""Width, resolution, parameters and MACs, each exact."""

MOBILENET_V2_BY_TOOL: dict[str, int] = _ALL["mobilenet_v2_by_tool"]
"""What each tool says of torchvision's MobileNetV2 at width 1 and 224×224."""

MOBILENET_V1_PAPER: list[dict[str, Any]] = _ALL["mobilenet_v1_paper"]
"""Width, resolution, and millions of parameters and MACs as the paper prints them."""


def row_name(row: dict[str, Any]) -> str:
    """A word for test ids."""
    return f"{row['width']}-{row['resolution']}"
