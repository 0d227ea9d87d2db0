"""The look: colour tokens for light and dark, the palette made of them, lengths taken from the font. Knows no design.

A colour has one name and two values. Whoever paints asks ``tokens()``, which follows the application's palette, so the
palette is the only place where the present look is kept. Texts keep a contrast of at least 4.5:1 on every ground they
stand on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from designer.analysis.issues import Severity
from designer.graph.layer import Category


class Choice(Enum):
    """What a person can choose; the value is the word in the settings."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, eq=False)
class Tokens:
    """Colours by what they are for.

    Attributes:
        is_dark: Whether this is the dark set.
        ground: Canvas, fields, tiles.
        dots: The grid on the canvas.
        panel: Docks, bars, the window.
        raised: Cards, rows, buttons.
        edge: Lines around and between things.
        text: What is read.
        quiet: What is read second.
        accent: Selection, focus, links.
        accent_fill: A filled button; ``on_accent`` stands on it.
        on_accent: Text on ``accent_fill``.
        wire: A tensor on its way.
        residual: A tensor that skips layers.
        template: Whole networks in lists, and what belongs to no category.
        fills: Tones by name: ok, hint, warning, error, todo.
        texts: The same tones where words are written in them.
        categories: Stripes and bars by category.
    """

    is_dark: bool
    ground: QColor
    dots: QColor
    panel: QColor
    raised: QColor
    edge: QColor
    text: QColor
    quiet: QColor
    accent: QColor
    accent_fill: QColor
    on_accent: QColor
    wire: QColor
    residual: QColor
    template: QColor
    fills: Mapping[str, QColor]
    texts: Mapping[str, QColor]
    categories: Mapping[Category, QColor]

    def category(self, category: Category) -> QColor:
        """The stripe of a category; a glyph or a word always stands beside it."""
        return self.categories[category]

    def tone(self, name: str) -> QColor:
        """A tone as a fill or a frame: ``ok``, ``hint``, ``warning``, ``error`` or ``todo``."""
        return self.fills[name]

    def text_tone(self, name: str) -> QColor:
        """The same tone for words."""
        return self.texts[name]

    @property
    def error(self) -> QColor:
        """Frames of what is wrong."""
        return self.fills["error"]

    @property
    def error_text(self) -> QColor:
        """Words about what is wrong."""
        return self.texts["error"]

    def tinted(self, ground: QColor, tone: str, share: float = 0.14) -> QColor:
        """A ground with a share of a tone in it."""
        return mixed(ground, self.fills[tone], share)


TONES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.UNFINISHED: "todo", Severity.HINT: "todo"}
"""How a problem looks: red where something contradicts itself, grey where it is only still to be drawn."""


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """A colour between two: ``share`` of ``b`` in ``a``."""
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    )


def contrast(a: QColor, b: QColor) -> float:
    """Contrast ratio of two opaque colours, 1 to 21.

    Source: W3C, Web Content Accessibility Guidelines 2.1, definitions of relative luminance and contrast ratio.
    """
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def _colours(words: Mapping[str, str]) -> dict[str, QColor]:
    return {name: QColor(word) for name, word in words.items()}


DARK = Tokens(
    is_dark=True,
    ground=QColor("#17191d"),
    dots=QColor("#2b2f37"),
    panel=QColor("#22252b"),
    raised=QColor("#2a2e36"),
    edge=QColor("#3b414c"),
    text=QColor("#e8eaee"),
    quiet=QColor("#9ea6b4"),
    accent=QColor("#4c8dff"),
    accent_fill=QColor("#2f68d6"),
    on_accent=QColor("#ffffff"),
    wire=QColor("#667085"),
    residual=QColor("#9d6cf0"),
    template=QColor("#3fb27f"),
    fills=_colours({"ok": "#3fb27f", "hint": "#3fb27f", "warning": "#e0a33b", "error": "#e0605e", "todo": "#7f8a9c"}),
    texts=_colours({"ok": "#57c795", "hint": "#a8dfc6", "warning": "#ecb95c", "error": "#f59c9a", "todo": "#b4bdcb"}),
    categories={
        Category.ENDPOINT: QColor("#3fb27f"),
        Category.CONVOLUTION: QColor("#4c8dff"),
        Category.ACTIVATION: QColor("#e0a33b"),
        Category.MERGE: QColor("#a374f0"),
        Category.NORMALIZATION: QColor("#7f8a9c"),
        Category.POOLING: QColor("#d3679a"),
        Category.DENSE: QColor("#2fb5c4"),
        Category.BLOCK: QColor("#5c6bf0"),
    },
)

LIGHT = Tokens(
    is_dark=False,
    ground=QColor("#f7f8fa"),
    dots=QColor("#d9dde4"),
    panel=QColor("#eceef2"),
    raised=QColor("#ffffff"),
    edge=QColor("#c3c9d3"),
    text=QColor("#1b1f27"),
    quiet=QColor("#545d6c"),
    accent=QColor("#2563d9"),
    accent_fill=QColor("#2563d9"),
    on_accent=QColor("#ffffff"),
    wire=QColor("#8a94a6"),
    residual=QColor("#8451e0"),
    template=QColor("#22905f"),
    fills=_colours({"ok": "#22905f", "hint": "#22905f", "warning": "#c9810c", "error": "#d23f3d", "todo": "#6c788b"}),
    texts=_colours({"ok": "#136b43", "hint": "#145c3c", "warning": "#7d4e00", "error": "#a92322", "todo": "#4a5568"}),
    categories={
        Category.ENDPOINT: QColor("#22905f"),
        Category.CONVOLUTION: QColor("#2f74ee"),
        Category.ACTIVATION: QColor("#d08c14"),
        Category.MERGE: QColor("#8451e0"),
        Category.NORMALIZATION: QColor("#6c788b"),
        Category.POOLING: QColor("#c2447f"),
        Category.DENSE: QColor("#158e9c"),
        Category.BLOCK: QColor("#4453e0"),
    },
)


def tokens() -> Tokens:
    """The colours of the present look; light where there is no application yet."""
    if QGuiApplication.instance() is None:
        return LIGHT
    return DARK if QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


@cache
def palette(look: Tokens) -> QPalette:
    """The palette that Fusion paints standard widgets with."""
    result = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, look.panel),
        (role.WindowText, look.text),
        (role.Base, look.ground),
        (role.AlternateBase, mixed(look.ground, look.panel, 0.6)),
        (role.Text, look.text),
        (role.PlaceholderText, look.quiet),
        (role.Button, look.raised),
        (role.ButtonText, look.text),
        (role.BrightText, look.error_text),
        (role.ToolTipBase, look.raised),
        (role.ToolTipText, look.text),
        (role.Highlight, look.accent_fill),
        (role.HighlightedText, look.on_accent),
        (role.Accent, look.accent),
        (role.Link, look.accent),
        (role.LinkVisited, look.accent),
        (role.Light, mixed(look.raised, look.text, 0.08)),
        (role.Midlight, mixed(look.raised, look.text, 0.04)),
        (role.Mid, look.edge),
        (role.Dark, mixed(look.edge, look.ground, 0.35)),
        (role.Shadow, QColor("#000000") if look.is_dark else mixed(look.edge, look.text, 0.4)),
    ):
        result.setColor(where, colour)
    faded = mixed(look.panel, look.text, 0.45)
    for where in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, where, faded)
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, look.edge)
    return result


@dataclass(frozen=True)
class Metrics:
    """Lengths that follow the font, in device-independent pixels.

    Attributes:
        line: Height of a line of text.
        gap: Space between things that belong together.
        margin: Space around a group.
        radius: Corners of cards and fields.
        letter: Width of an average letter.
    """

    line: float
    gap: float
    margin: float
    radius: float
    letter: float


def metrics(font: QFont | None = None) -> Metrics:
    """Lengths for a font; the application's where none is given."""
    sizes = QFontMetricsF(font if font is not None else QGuiApplication.font())
    line = sizes.height()
    return Metrics(line, round(line / 3), round(line * 2 / 3), round(line / 3), sizes.averageCharWidth())


class Theme(QObject):
    """Keeps the application's look: the system's, followed as it changes, or a fixed one."""

    changed = Signal(object)

    def __init__(self, app: QApplication, choice: Choice = Choice.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        # Where the platform says nothing about its scheme, its own palette does; it is read before ours replaces it.
        self._platform_is_dark = app.palette().color(QPalette.ColorRole.Window).lightness() < 128
        self.choice = choice
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.choose(choice)

    def choose(self, choice: Choice | str) -> None:
        """Take a look: ``light``, ``dark``, or ``system`` to follow the system's."""
        self.choice = Choice(choice)
        look = {Choice.LIGHT: LIGHT, Choice.DARK: DARK, Choice.SYSTEM: self._system_look()}[self.choice]
        apply(self._app, look)
        self.changed.emit(look)

    def _system_look(self) -> Tokens:
        scheme = self._app.styleHints().colorScheme()
        if scheme is Qt.ColorScheme.Unknown:
            return DARK if self._platform_is_dark else LIGHT
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT

    def _follow_system(self) -> None:
        if self.choice is Choice.SYSTEM:
            self.choose(Choice.SYSTEM)


def apply(app: QApplication, look: Tokens) -> None:
    """Give the application a look now."""
    app.setPalette(palette(look))
    QToolTip.setPalette(palette(look))
    app.setStyleSheet(style_sheet(look))


def style_sheet(look: Tokens) -> str:
    """What the palette cannot say; kept small, because a large sheet slows every widget's birth."""
    radius = metrics().radius
    return (
        f"QToolTip {{ color: {look.text.name()}; background: {look.raised.name()};"
        f" border: 1px solid {look.edge.name()}; padding: {metrics().gap:.0f}px; }}"
        f"QMainWindow::separator {{ background: {look.edge.name()}; width: 1px; height: 1px; }}"
        f"QPushButton#accent {{ color: {look.on_accent.name()}; background: {look.accent_fill.name()};"
        f" border: 1px solid {look.accent_fill.name()}; border-radius: {radius:.0f}px;"
        f" padding: {metrics().gap / 2:.0f}px {metrics().margin:.0f}px; }}"
    )
