"""Nothing that is loaded reports its use: the switches of the packages that would, set before they load.

ONNX Runtime keeps a queue of events in the user's cache from 1.32 on, unless ``ORT_DISABLE_TELEMETRY`` is set, which
processes that are started inherit. OpenVINO falls back to a stub where ``openvino_telemetry`` cannot be imported.
"""

from __future__ import annotations

import os
import sys


def keep_private() -> None:
    """Set the switches; where somebody has set one already, it stays."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # Python's own word for: not to be had
