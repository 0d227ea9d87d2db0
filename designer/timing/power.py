"""What the machine says of its power: battery or mains, and how it chooses its clock. Standard library only."""

from __future__ import annotations

from pathlib import Path

_SUPPLIES = Path("/sys/class/power_supply")
_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


def power_note(supplies: Path = _SUPPLIES, governor: Path = _GOVERNOR) -> str:
    """``battery, powersave``: where the power is from and the clock's governor; empty where the system does not say."""
    words = [_source(supplies), _text(governor)]
    return ", ".join(word for word in words if word)


def _source(supplies: Path) -> str:
    try:
        found = [(_text(folder / "type"), folder) for folder in sorted(supplies.iterdir())]
    except OSError:
        return ""
    mains = [_text(folder / "online") for kind, folder in found if kind in {"Mains", "USB"}]
    if "1" in mains:
        return "mains"
    batteries = [_text(folder / "status") for kind, folder in found if kind == "Battery"]
    return "battery" if "Discharging" in batteries else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
