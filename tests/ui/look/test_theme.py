"""The look: contrast of everything that is read, the palette, and following or fixing the scheme."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from designer.graph.layer import Category
from designer.ui.look.theme import DARK, LIGHT, Choice, Theme, Tokens, apply, contrast, metrics, palette, tokens

pytestmark = pytest.mark.gui
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    before = qapp.palette(), qapp.styleSheet(), qapp.style().name()
    yield qapp
    qapp.setStyle(before[2])
    qapp.setPalette(before[0])
    qapp.setStyleSheet(before[1])


def test_contrast_of_black_on_white_is_21_and_of_the_known_grey_4_54() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    # #767676 is the lightest grey that passes on white in the guidelines' own examples.
    assert contrast(QColor("#ffffff"), QColor("#767676")) == pytest.approx(4.54, abs=0.01)


@LOOKS
def test_text_is_readable_on_every_ground(look: Tokens) -> None:
    for ground in (look.ground, look.panel, look.raised):
        for ink in (look.text, look.quiet):
            assert contrast(ink, ground) >= 4.5, (ink.name(), ground.name())
    assert contrast(look.on_accent, look.accent_fill) >= 4.5


@LOOKS
@pytest.mark.parametrize("tone", ["ok", "hint", "warning", "error"])
def test_toned_words_are_readable_plain_and_on_their_own_tint(look: Tokens, tone: str) -> None:
    for ground in (look.ground, look.panel, look.raised):
        assert contrast(look.text_tone(tone), ground) >= 4.5, ground.name()
        assert contrast(look.text_tone(tone), look.tinted(ground, tone)) >= 4.5, ground.name()


@LOOKS
def test_stripes_and_wires_stand_out_from_what_they_lie_on(look: Tokens) -> None:
    # Graphics need 3:1 (the guidelines' 1.4.11); a wire is also labelled, a stripe also carries a glyph.
    for category in Category:
        assert contrast(look.category(category), look.raised) >= 2.5, category
    assert contrast(look.wire, look.ground) >= 2.5


@LOOKS
def test_categories_have_colours_of_their_own(look: Tokens) -> None:
    assert len({look.category(category).name() for category in Category}) == len(Category)


@LOOKS
def test_disabled_text_differs_from_enabled(look: Tokens) -> None:
    made = palette(look)
    role = QPalette.ColorRole.ButtonText
    assert made.color(QPalette.ColorGroup.Disabled, role) != made.color(QPalette.ColorGroup.Active, role)


@LOOKS
def test_tokens_follow_the_palette(app: QApplication, look: Tokens) -> None:
    apply(app, look)
    assert tokens() is look
    assert app.palette().color(QPalette.ColorRole.Base) == look.ground


def test_a_choice_fixes_the_look_and_says_so(app: QApplication) -> None:
    theme = Theme(app, Choice.DARK)
    app.setStyleSheet("")  # under a style sheet Qt names the sheet's style, not the one beneath
    assert app.style().name() == "fusion"
    heard: list[Tokens] = []
    theme.changed.connect(heard.append)
    theme.choose("light")
    assert heard == [LIGHT]
    assert tokens() is LIGHT
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert tokens() is LIGHT, "a fixed look does not follow the system"


def test_the_system_scheme_is_followed(app: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme = Theme(app, Choice.SYSTEM)
    monkeypatch.setattr(theme, "_system_look", lambda: DARK)
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert tokens() is DARK
    monkeypatch.setattr(theme, "_system_look", lambda: LIGHT)
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert tokens() is LIGHT


def test_lengths_grow_with_the_font(qapp: QApplication) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * 2)
    assert metrics(font).line > 1.5 * metrics(qapp.font()).line
    assert metrics(font).margin > metrics(qapp.font()).margin
