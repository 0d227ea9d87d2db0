"""What can be measured on: devices with their element types and backends, and why one is not there."""

from __future__ import annotations

import platform
from importlib import metadata

from designer import machine
from designer.measurement.devices import BackendOffer, Device, Inventory, Offer
from designer.runtime.measure.backends.registry import BACKENDS
from designer.runtime.measure.configuration import DTYPES, MEMORY_FORMATS, why_not
from designer.runtime.measure.devices import available_devices, device_name, resolve_device
from designer.timing.power import power_note

_PACKAGES = ("torch", "onnx", "onnxruntime", "openvino", "ai-edge-litert")


def inventory() -> Inventory:
    """All that this machine can measure on."""
    return Inventory(
        tuple(map(_device, available_devices())), {"python": platform.python_version(), **_versions()}, power_note()
    )


def _device(name: str) -> Device:
    device = resolve_device(name)
    return Device(
        name,
        device_name(device),
        machine.processors(),
        tuple(Offer(key, why_not(device, key)) for key in DTYPES),
        tuple(MEMORY_FORMATS),
        tuple(
            BackendOffer(
                backend.key,
                backend.reason_against(device, backend.dtypes[0]),
                backend.title,
                backend.help,
                backend.dtypes,
                backend.formats,
            )
            for backend in BACKENDS
            # One made for other devices is none of this one's, rather than broken on it.
            if backend.is_for(device)
        ),
    )


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
