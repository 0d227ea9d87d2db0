"""The libraries of the system that Qt needs, and the Debian packages they come in; asked before Qt is loaded.

Qt ends the program with an abort where one is missing. So the window asks the dynamic loader first, and can say in
words what to install. Must not import Qt: it runs where Qt cannot.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterable

ALWAYS = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""What the bindings themselves are linked to, whatever the platform."""

ON_A_DISPLAY = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What showing a window on X11 needs besides."""


def required(platform: str, system: str = sys.platform) -> dict[str, str]:
    """Library name → Debian package, for a Qt platform name (empty means Qt's own choice); empty where not on Linux."""
    if not system.startswith("linux"):
        return {}
    on_x11 = platform in {"", "xcb"}
    return {**ALWAYS, **ON_A_DISPLAY} if on_x11 else dict(ALWAYS)


def missing_packages(libraries: dict[str, str], load: Callable[[str], object] = ctypes.CDLL) -> tuple[str, ...]:
    """Debian packages of those libraries that the loader does not find."""
    absent = []
    for library, package in libraries.items():
        try:
            load(library)
        except OSError:
            absent.append(package)
    return tuple(absent)


def problem(
    environment: dict[str, str] | None = None, load: Callable[[str], object] = ctypes.CDLL, system: str = sys.platform
) -> str | None:
    """Why no window can be shown here and what would fix it, or None where nothing stands in the way."""
    values = dict(os.environ) if environment is None else environment
    platform = values.get("QT_QPA_PLATFORM", "").partition(":")[0]
    absent = missing_packages(required(platform, system), load)
    if absent:
        return _missing_text(absent)
    has_display = values.get("DISPLAY") or values.get("WAYLAND_DISPLAY")
    if system.startswith("linux") and platform in {"", "xcb"} and not has_display:
        return (
            "No window can be shown: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). "
            "The commands new, check, cost, compare, bench, export and render work without one; "
            "xvfb-run gives a display on a machine without a screen."
        )
    return None


def _missing_text(packages: Iterable[str]) -> str:
    names = " ".join(packages)
    return (
        f"No window can be shown: Qt needs libraries that this machine lacks. On Debian and Ubuntu this fixes it:\n"
        f"    sudo apt-get install {names}\n"
        "The commands new, check, cost, compare, bench and export work without them."
    )
