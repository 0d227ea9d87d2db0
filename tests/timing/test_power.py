"""Battery or mains, from folders as Linux has them."""

from __future__ import annotations

from pathlib import Path

from designer.timing.power import power_note


def supply(root: Path, name: str, **texts: str) -> None:
    (root / name).mkdir(parents=True)
    for file, text in texts.items():
        (root / name / file).write_text(text + "\n")


def test_mains_battery_and_governor_are_read(tmp_path: Path) -> None:
    supplies, governor = tmp_path / "supplies", tmp_path / "governor"
    assert power_note(supplies, governor) == ""
    supply(supplies, "BAT0", type="Battery", status="Discharging")
    assert power_note(supplies, governor) == "battery"
    governor.write_text("powersave\n")
    assert power_note(supplies, governor) == "battery, powersave"
    supply(supplies, "AC", type="Mains", online="1")
    assert power_note(supplies, governor) == "mains, powersave"
