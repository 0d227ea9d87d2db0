"""What other installed packages add: modules that they name by entry points, read once where they are asked for.

Groups: ``bottleneck_designer.layers`` for layers and their operations; ``bottleneck_designer.pytorch``, ``.onnx``,
``.litert``, ``.keras`` and ``.raising`` for a reader's answers. Reading one runs that package's code, as importing it
would: only what somebody installed is read.
"""

from __future__ import annotations

import sys
import warnings
from functools import cache
from pathlib import Path

_PREFIX = "bottleneck_designer"
_DECLARATIONS = ("*.dist-info/entry_points.txt", "*.egg-info/entry_points.txt")


@cache
def load(group: str) -> None:
    """Import what other packages name in a group; one that breaks is left out, which a warning says."""
    if not _may_be_named(f"{_PREFIX}.{group}"):
        return
    from importlib.metadata import entry_points

    for entry in entry_points(group=f"{_PREFIX}.{group}"):
        try:
            entry.load()
        except Exception as error:  # noqa: BLE001  # another package's code may raise anything
            package = entry.dist.name if entry.dist is not None else entry.value
            warnings.warn(
                f"What the package {package} adds as '{entry.name}' ({entry.value}) is left out: {error}; "
                f"another version of it may do, or pip uninstall {package}",
                stacklevel=2,
            )


def _may_be_named(group: str) -> bool:
    """Whether some installed package's list of entry points holds the group's name, or cannot be looked at as a file.

    ``importlib.metadata`` brings half of ``email`` with it and reads every package's lists twice: a tenth of the time
    from the start to the window, for a group that hardly anybody has.
    """
    name = group.encode()
    for entry in dict.fromkeys(sys.path):
        folder = Path(entry)
        if folder.is_file():
            return True  # an archive, whose packages importlib.metadata reads
        try:
            if any(name in found.read_bytes() for pattern in _DECLARATIONS for found in folder.glob(pattern)):
                return True
        except OSError:
            return True
    return False
