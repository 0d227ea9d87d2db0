"""Nothing that is loaded reports its use or leaves files about: the switches of the packages, set before they load.

ONNX Runtime keeps a queue of events in the user's cache from 1.32 on, unless ``ORT_DISABLE_TELEMETRY`` is set, which
processes that are started inherit. OpenVINO falls back to a stub where ``openvino_telemetry`` cannot be imported.
PyTorch keeps what torch.compile writes in the system's folder for temporary files, for good; here it goes to the
program's own folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from designer.files.storage import data_folder

COMPILED = "compiled"
"""Name of the folder, in the program's own, of what torch.compile wrote."""


def keep_private() -> None:
    """Set the switches; where somebody has set one already, it stays."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(data_folder() / COMPILED))
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # Python's own word for: not to be had


@contextmanager
def without_requests() -> Iterator[None]:
    """While something loads that can do without ``requests``, whose loading opens a socket to see if IPv6 works."""
    if "requests" in sys.modules:
        yield
        return
    sys.modules["requests"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["requests"]
