"""What can be measured on: devices with their element types and backends, and why one is not there."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from designer import machine
from designer.runtime.measure.backends.registry import BACKENDS
from designer.runtime.measure.configuration import DTYPES, MEMORY_FORMATS, why_not
from designer.runtime.measure.devices import available_devices, device_name, resolve_device
from designer.timing.power import power_note

_PACKAGES = ("torch", "onnx", "onnxruntime", "openvino", "ai-edge-litert")


def inventory() -> dict[str, Any]:
    """It as JSON data; what is not installed is not among the versions."""
    return {
        "devices": [_device(name) for name in available_devices()],
        "versions": {"python": platform.python_version(), **_versions()},
        "power": power_note(),
    }


def _device(name: str) -> dict[str, Any]:
    device = resolve_device(name)
    dtypes = {key: why_not(device, key) for key in DTYPES}
    backends = [
        (backend, backend.reason_against(device, backend.dtypes[0]))
        for backend in BACKENDS
        # One made for other devices is none of this one's, rather than broken on it.
        if backend.is_for(device)
    ]
    return {
        "name": name,
        "processor": device_name(device),
        "threads": machine.processors(),
        "dtypes": [{"key": key, "available": not reason, "reason": reason} for key, reason in dtypes.items()],
        "memory_formats": list(MEMORY_FORMATS),
        "backends": [
            {
                "key": backend.key,
                "title": backend.title,
                "help": backend.help,
                "dtypes": list(backend.dtypes),
                "memory_formats": list(backend.formats),
                "available": not reason,
                "reason": reason,
            }
            for backend, reason in backends
        ],
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
