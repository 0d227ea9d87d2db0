"""Where a design's own weights lie: in a file of the same name beside the design's. Knows nothing of what is in it."""

from __future__ import annotations

import os
from pathlib import Path

ENDING = ".safetensors"


def weights_beside(design_file: str | os.PathLike[str]) -> Path:
    """The place of a design's weights: ``net.safetensors`` for ``net.design.json``, whether it is there or not."""
    file = Path(design_file)
    return file.with_name(file.name.removesuffix(".json").removesuffix(".design") + ENDING)


def carried_weights(design_file: str | os.PathLike[str] | None) -> Path | None:
    """A design's own weights, where it has any."""
    if design_file is None:
        return None
    place = weights_beside(design_file)
    return place if place.is_file() else None
