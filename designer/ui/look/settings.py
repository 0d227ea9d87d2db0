"""What the window remembers between starts: sizes, docks, recent files, theme, how to measure. Knows QSettings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QByteArray, QSettings

from designer.errors import ParameterError
from designer.measurement.options import BackendConfiguration
from designer.wording import THIN_SPACE

ORGANIZATION = "bottleneck-designer"
MAX_RECENT = 10
MAX_PLACED = 8


class Span(NamedTuple):
    """A whole number that somebody may choose.

    Attributes:
        usual: What it is until then.
        low: The least.
        high: The most.
    """

    usual: int
    low: int
    high: int


AUTOSAVE_S = Span(10, 2, 300)
"""Seconds between two copies of unsaved work."""
TEXT_PERCENT = Span(100, 70, 200)
"""Size of letters in panels and menus, of the system's."""
THOUSANDS = {"thin": THIN_SPACE, "comma": ",", "none": ""}
"""What stands between groups of three digits."""


class Settings:
    """Typed reading and writing of the settings file; a value of the wrong kind counts as absent."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANIZATION, "designer"
        )

    # Files ------------------------------------------------------------------------------------------------------------

    @property
    def recent(self) -> tuple[Path, ...]:
        """Files opened or saved lately, the latest first."""
        return tuple(map(Path, self._texts("files/recent")))

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        absolute = Path(path).absolute()
        paths = [absolute, *(other for other in self.recent if other != absolute)]
        self._store.setValue("files/recent", [str(each) for each in paths[:MAX_RECENT]])

    def forget(self, path: Path) -> None:
        """Drop a file that is no longer there."""
        self._store.setValue("files/recent", [str(each) for each in self.recent if each != Path(path).absolute()])

    @property
    def autosave_s(self) -> int:
        """Seconds between two copies of unsaved work."""
        return self._number("files/autosave_s", *AUTOSAVE_S)

    @autosave_s.setter
    def autosave_s(self, seconds: int) -> None:
        self._store.setValue("files/autosave_s", seconds)

    @property
    def open_files(self) -> tuple[Path, ...]:
        """Files that stood open when the window was closed, in the order of their tabs."""
        return tuple(map(Path, self._texts("files/open")))

    @open_files.setter
    def open_files(self, paths: tuple[Path, ...]) -> None:
        self._store.setValue("files/open", [str(Path(path).absolute()) for path in paths])

    # Looks ------------------------------------------------------------------------------------------------------------

    @property
    def theme(self) -> str:
        """``system``, ``light`` or ``dark``."""
        return self._word("look/theme", "system", ("system", "light", "dark"))

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("look/theme", name)

    @property
    def lesson_language(self) -> str:
        """The language that lessons were read in last; empty where nobody chose one."""
        return self._word("lessons/language", "", ("", "en", "zh"))

    @lesson_language.setter
    def lesson_language(self, key: str) -> None:
        self._store.setValue("lessons/language", key)

    @property
    def text_percent(self) -> int:
        """Size of letters in panels and menus, in percent of the system's; from the next start on."""
        return self._number("look/text_percent", *TEXT_PERCENT)

    @text_percent.setter
    def text_percent(self, percent: int) -> None:
        self._store.setValue("look/text_percent", percent)

    @property
    def thousands(self) -> str:
        """What groups digits, a key of ``THOUSANDS``; from the next start on."""
        return self._word("look/thousands", "thin", tuple(THOUSANDS))

    @thousands.setter
    def thousands(self, key: str) -> None:
        self._store.setValue("look/thousands", key)

    @property
    def geometry(self) -> QByteArray | None:
        """Size and place of the window, as Qt wrote them."""
        return self._bytes("look/geometry")

    @property
    def docks(self) -> QByteArray | None:
        """Places of docks and tool bars, as Qt wrote them."""
        return self._bytes("look/docks")

    @property
    def minimap(self) -> bool:
        """Whether the whole design is drawn small in the corner of the canvas."""
        return bool(self._store.value("look/minimap", True, type=bool))

    @minimap.setter
    def minimap(self, value: bool) -> None:
        self._store.setValue("look/minimap", value)

    @property
    def wheel_zooms(self) -> bool:
        """Whether the wheel zooms and Ctrl with it scrolls, or the other way round."""
        return bool(self._store.value("look/wheel_zooms", True, type=bool))

    @wheel_zooms.setter
    def wheel_zooms(self, value: bool) -> None:
        self._store.setValue("look/wheel_zooms", value)

    @property
    def placed_lately(self) -> tuple[str, ...]:
        """Words for what was placed lately, the latest first."""
        return tuple(self._texts("palette/placed_lately"))

    @placed_lately.setter
    def placed_lately(self, words: tuple[str, ...]) -> None:
        self._store.setValue("palette/placed_lately", list(words[:MAX_PLACED]))

    @property
    def animations(self) -> bool:
        """Whether cards glide to where a tidy, or a card that comes, puts them."""
        return bool(self._store.value("look/animations", True, type=bool))

    @animations.setter
    def animations(self, value: bool) -> None:
        self._store.setValue("look/animations", value)

    @property
    def snaps(self) -> bool:
        """Whether dragged cards snap to the grid and to their neighbours."""
        return bool(self._store.value("look/snaps", True, type=bool))

    @snaps.setter
    def snaps(self, value: bool) -> None:
        self._store.setValue("look/snaps", value)

    @property
    def columns_changed(self) -> tuple[str, ...]:
        """Keys of the figures whose column in the table is seen, or not, other than from the start."""
        return tuple(self._texts("look/columns_changed"))

    @columns_changed.setter
    def columns_changed(self, keys: tuple[str, ...]) -> None:
        self._store.setValue("look/columns_changed", list(keys))

    @property
    def tiles_changed(self) -> tuple[str, ...]:
        """Keys of the figures that have a tile, or none, other than from the start."""
        return tuple(self._texts("look/tiles_changed"))

    @tiles_changed.setter
    def tiles_changed(self, keys: tuple[str, ...]) -> None:
        self._store.setValue("look/tiles_changed", list(keys))

    def keep_window(self, geometry: QByteArray, docks: QByteArray) -> None:
        """Remember size, place and docks."""
        self._store.setValue("look/geometry", geometry)
        self._store.setValue("look/docks", docks)

    # Measuring --------------------------------------------------------------------------------------------------------

    @property
    def live(self) -> bool:
        """Whether a pause in editing starts a measurement."""
        return bool(self._store.value("measure/live", True, type=bool))

    @live.setter
    def live(self, value: bool) -> None:
        self._store.setValue("measure/live", value)

    @property
    def measuring(self) -> BackendConfiguration:
        """Under what measurements run; what is no value of its option counts as absent."""
        kept: dict[str, object] = {}
        for parameter in BackendConfiguration.parameters:
            text = str(self._store.value(f"measure/{parameter.name}", ""))
            with suppress(ParameterError):
                kept |= {parameter.name: parameter.parse(text)} if text else {}
        return BackendConfiguration(**kept)  # type: ignore[arg-type]  # each by its own parameter

    @measuring.setter
    def measuring(self, configuration: BackendConfiguration) -> None:
        for parameter in BackendConfiguration.parameters:
            value = getattr(configuration, parameter.name)
            self._store.setValue(f"measure/{parameter.name}", "" if value is None else parameter.to_json(value))

    def sync(self) -> None:
        """Write to disk now."""
        self._store.sync()

    # Reading ----------------------------------------------------------------------------------------------------------

    def _value(self, key: str) -> Any:
        return self._store.value(key)

    def _texts(self, key: str) -> list[str]:
        value = self._value(key)
        if isinstance(value, str):  # an ini file gives a list of one as a plain text
            return [value] if value else []
        return [str(item) for item in value] if isinstance(value, list) else []

    def _bytes(self, key: str) -> QByteArray | None:
        value = self._value(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def _word(self, key: str, default: str, words: tuple[str, ...]) -> str:
        value = self._value(key)
        return value if isinstance(value, str) and value in words else default

    def _number(self, key: str, default: int, low: int, high: int) -> int:
        try:
            value = int(self._value(key))
        except (TypeError, ValueError):
            return default
        return value if low <= value <= high else default
