"""Which Latin key a pressed key is where the layout has other letters: the one that stands in the same place.

The one table for every key that is looked at: ``F`` wires and ``M`` bypasses under a Russian layout too. Knows no
action.
"""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_LAYOUTS = (
    "йцукенгшщзхъфывапролджэячсмитьбю",  # Russian
    "йцукенгшщзхїфівапролджєячсмитьбю",  # Ukrainian
    "йцукенгшўзх'фывапролджэячсмітьбю",  # Belarusian
    ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,.",  # Greek
    "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ",  # Hebrew
    "ضصثقفغعهخحجدشسيبلاتنمكطئءؤر ىةوز",  # Arabic
)
_BY_LETTER = {
    letter: latin
    for layout in reversed(_LAYOUTS)
    for letter, latin in zip(layout, _LATIN, strict=True)
    if not letter.isascii()
}
_FIRST_SCAN_CODES = {16: "qwertyuiop[]", 30: "asdfghjkl;'", 44: "zxcvbnm,."}
"""What a PC's keyboard calls the first key of each row, and the keys that follow."""
_BY_SCAN_CODE = {first + place: latin for first, row in _FIRST_SCAN_CODES.items() for place, latin in enumerate(row)}
_SCAN_CODE_OFFSETS = {"xcb": 8, "wayland": 8, "windows": 0}
"""What each platform adds to that."""
_FIRST_SPECIAL = 0x01000000
"""Where Qt's keys without a letter begin, such as arrow keys."""


def latin_key(event: QKeyEvent) -> Qt.Key:
    """The key as a Latin layout has it in that place; a Latin letter or a key without one is what it says it is."""
    code = event.key()
    letter = chr(code).lower() if 0 < code < _FIRST_SPECIAL else event.text()[:1].lower()
    if not letter or letter.isascii() or unicodedata.name(letter, "").startswith("LATIN"):
        return Qt.Key(code)
    # Layouts of one script differ, and only the keyboard knows which one this is.
    latin = _by_scan_code(event) or _BY_LETTER.get(letter)
    return Qt.Key(code) if latin is None else Qt.Key(ord(latin.upper()))


def latin_sequence(event: QKeyEvent) -> QKeySequence | None:
    """The key with what is held beside it, as a Latin layout has it; None where the layout is Latin anyway."""
    key = latin_key(event)
    if key == event.key():
        return None
    return QKeySequence(QKeyCombination(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, key))


def _by_scan_code(event: QKeyEvent) -> str | None:
    offset = _SCAN_CODE_OFFSETS.get(QGuiApplication.platformName().partition("-")[0])
    return None if offset is None else _BY_SCAN_CODE.get(event.nativeScanCode() - offset)
