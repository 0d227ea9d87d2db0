"""Where a design's own weights lie: in a file of the same name beside the design's. Knows nothing of what is in it."""

from __future__ import annotations

import os
from pathlib import Path

from designer.errors import DesignFileError

ENDING = ".safetensors"
WEIGHT_ENDINGS = (ENDING, ".pt", ".pth", ".ckpt", ".bin", ".tar")
"""What names of files of weights end in; ``.tar`` as ``.pth.tar``, which is a file of PyTorch's and no archive."""


def weights_beside(design_file: str | os.PathLike[str]) -> Path:
    """The place of a design's weights: ``net.safetensors`` for ``net.design.json``, whether it is there or not.

    Raises:
        DesignFileError: The name is no file's.
    """
    file = Path(design_file)
    if file.is_symlink():  # beside the file itself, where the name is a link to it
        file = Path(os.path.realpath(file))
    if not file.name:
        raise DesignFileError(os.fspath(design_file), "", "it is a folder; name a file in it")
    return file.with_name(file.name.removesuffix(".json").removesuffix(".design") + ENDING)


def carried_weights(design_file: str | os.PathLike[str] | None) -> Path | None:
    """A design's own weights, where it has any."""
    if design_file is None:
        return None
    place = weights_beside(design_file)
    return place if place.is_file() else None
