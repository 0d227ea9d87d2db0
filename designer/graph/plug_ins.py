"""What other installed packages add: modules that they name by entry points, read once where they are asked for.

Groups: ``bottleneck_designer.layers`` for layers and their operations; ``bottleneck_designer.pytorch``, ``.onnx``,
``.litert``, ``.keras`` and ``.raising`` for a reader's answers. Reading one runs that package's code, as importing it
would: only what somebody installed is read.
"""

from __future__ import annotations

import warnings
from functools import cache

_PREFIX = "bottleneck_designer"


@cache
def load(group: str) -> None:
    """Import what other packages name in a group; one that breaks is left out, which a warning says."""
    from importlib.metadata import entry_points  # which costs some milliseconds, and most sessions need none

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
