"""How cards look: levels of detail, readable ink, colours at points.

Pixels are compared by colour, never by picture.
"""

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from designer.analysis.analysis import analyse
from designer.analysis.issues import Severity
from designer.edit.edits import connect
from designer.graph.design import Design, NodeId, PortRef
from designer.graph.layer import Category, Layer
from designer.layers.blocks import Bottleneck
from designer.layers.dense import Flatten
from designer.layers.endpoints import Input
from designer.layers.registry import catalogue
from designer.ui.canvas import painting
from designer.ui.canvas.card import STRIPE, Face, face
from designer.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH
from designer.ui.canvas.painting import CardState, Detail, PortMark, detail, paints
from designer.ui.look.theme import DARK, LIGHT, Tokens, contrast
from tests.ui.canvas.bench import Hand, design_of, ref, three

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("qapp")]
LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
BLANK = "#ff00ff"


def bottleneck() -> Face:
    design = design_of({"input": (Input(24, 56, 56), 0, 0), "it": (Bottleneck(), 0, 0)}, [("input.y", "it.x")])
    analysis = analyse(design)
    return face(design.nodes[NodeId("it")], analysis.node(NodeId("it")))


def painted(found: Face, level: Detail, state: CardState, look: Tokens, scale: float = 1.0) -> QImage:
    """The card with its corner at (30, 30)."""
    image = QImage(round((CARD_WIDTH + 60) * scale), round((CARD_HEIGHT + 60) * scale), QImage.Format.Format_RGB32)
    image.fill(BLANK)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    painter.translate(30, 30)
    painting.card(painter, level, found, state, paints(look))
    painter.end()
    return image


def at(image: QImage, x: float, y: float) -> str:
    return image.pixelColor(round(x + 30), round(y + 30)).name()


def test_three_levels_by_scale() -> None:
    assert detail(1.0) is Detail.EVERYTHING
    assert detail(0.4) is Detail.TITLES
    assert detail(0.1) is Detail.BLOCKS


@LOOKS
@pytest.mark.parametrize("level", list(Detail))
def test_the_category_shows_at_every_level(look: Tokens, level: Detail) -> None:
    image = painted(bottleneck(), level, CardState(), look)
    colour = look.category(Category.BLOCK).name()
    assert at(image, 4, CARD_HEIGHT / 2 + 8 if level is not Detail.BLOCKS else CARD_HEIGHT / 2) == colour


@LOOKS
def test_from_afar_a_bottleneck_is_thin_thick_thin(look: Tokens) -> None:
    image = painted(bottleneck(), Detail.BLOCKS, CardState(), look)
    colour = look.category(Category.BLOCK).name()

    def height(x: float) -> int:
        return sum(at(image, x, y) == colour for y in range(round(CARD_HEIGHT)))

    assert height(CARD_WIDTH / 2) > 2 * height(8)
    assert abs(height(8) - height(CARD_WIDTH - 8)) <= 2


@LOOKS
@pytest.mark.parametrize("level", [Detail.TITLES, Detail.EVERYTHING])
def test_a_blocks_outline_stands_on_its_card_thin_thick_thin(look: Tokens, level: Detail) -> None:
    image = painted(bottleneck(), level, CardState(), look, scale=1.0)
    colour = look.category(Category.BLOCK).name()
    lower = range(round(CARD_HEIGHT) - 26, round(CARD_HEIGHT) - 2)
    heights = [sum(at(image, x, y) == colour for y in lower) for x in range(26, round(CARD_WIDTH) - 4)]
    drawn = [height for height in heights if height]
    assert len(drawn) > 40
    assert max(drawn) > 2 * drawn[4]
    assert max(drawn) > 2 * drawn[-5]


@pytest.mark.parametrize("layer", catalogue(), ids=lambda layer: layer.key)
def test_no_two_texts_on_a_card_touch_at_any_zoom(layer: type[Layer]) -> None:
    parts: dict[str, tuple[Layer, float, float]] = {
        "input": (Input(64, 28, 28), 0, 0),
        "flat": (Flatten(), 0, 0),
        "it": (layer(), 0, 0),
    }
    design = connect(design_of(parts), ref("input.y"), ref("flat.x"))
    it = NodeId("it")
    faces = [face(design.nodes[it], None)]
    for source in ("input.y", "flat.y"):  # a map, and a vector, which most layers do not take
        for port in layer().inputs:
            design = connect(design, ref(source), PortRef(it, port.name))
        faces.append(face(design.nodes[it], analyse(design).node(it), milliseconds=123.4))
    for found in faces:
        for level in (Detail.TITLES, Detail.EVERYTHING):
            inks = [
                (line.text, QFontMetricsF(line.font).tightBoundingRect(line.text).translated(place))
                for line, place in painting.texts(level, found)
                if line.text
            ]
            assert inks
            for (one, ink), (other, beside) in combinations(inks, 2):
                assert not ink.intersects(beside), (level, one, other)
            for text, ink in inks:
                assert QRectF(STRIPE * 0.7, 0, CARD_WIDTH - STRIPE * 0.7, CARD_HEIGHT).contains(ink), (level, text)
                if found.is_block and found.profile:
                    assert not ink.intersects(painting.outline(level, found.profile).boundingRect()), (level, text)


@pytest.mark.parametrize("scale", [1.0, 0.59, 0.4, 0.22])
def test_ports_without_a_wire_are_seen_while_cards_have_titles(hand_on: Callable[[Design], Hand], scale: float) -> None:
    hand = hand_on(three())
    hand.view.zoom_by(scale / hand.view.scale_now)
    hand.view.look_at(hand.scene.content_rect().center())
    image = hand.view.grab().toImage()
    ground = hand.scene.paints().look.ground
    port = hand.input("act.x")
    left = [image.pixelColor(port + QPoint(x, y)) for x in range(-7, -1) for y in range(-3, 4)]
    assert any(not _alike(colour, ground) for colour in left), "left of the card stands nothing else"
    hand.scene.do("Wire", lambda design: connect(design, ref("expand.y"), ref("act.x")))
    act = hand.scene.nodes[NodeId("act")].state
    assert (act.free_inputs, act.free_outputs) == ((), (0,))
    hand.document.undo()
    assert (act.free_inputs, act.free_outputs) == ((0,), (0,))


def _alike(a: QColor, b: QColor) -> bool:
    return max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) < 60


@LOOKS
def test_glyphs_badges_bubbles_and_times_are_readable(look: Tokens) -> None:
    paint = paints(look)
    for category in Category:
        assert contrast(paint.inks[category].color(), look.category(category)) >= 4.5, category
    for severity in (Severity.ERROR, Severity.WARNING):
        assert contrast(paint.severity_inks[severity].color(), paint.severities[severity].color()) >= 4.5
    for pen in (paint.bubble_text, paint.link):
        assert contrast(pen.color(), paint.bubble.color()) >= 4.5
    assert contrast(paint.time.color(), look.raised) >= 4.5
    assert contrast(look.quiet, paint.broken_card.color()) >= 4.5


@LOOKS
def test_every_text_is_readable_on_every_colour_of_the_heat_map_and_on_a_wrong_card(look: Tokens) -> None:
    paint = paints(look)
    found = bottleneck()
    states = [(found, CardState(heat=step / 60)) for step in range(61)]
    states += [(found, CardState()), (found._replace(severity=Severity.ERROR), CardState())]
    for shown, state in states:
        ground = paint.ground_of(shown, state).color()
        for pen in paint.inks_of(shown, state):
            assert contrast(pen.color(), ground) >= 4.5, (state.heat, ground.name(), pen.color().name())
    hot = paint.inks_of(found, CardState(heat=1.0))
    for level in (Detail.TITLES, Detail.EVERYTHING):
        image = painted(found, level, CardState(heat=1.0), look, scale=4.0)
        colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        assert hot.title.color().rgb() in colours, "it is what the title is written with"


@LOOKS
def test_heat_tints_the_card_in_steps(look: Tokens) -> None:
    def colour(heat: float) -> QColor:
        return QColor(at(painted(bottleneck(), Detail.EVERYTHING, CardState(heat=heat), look), CARD_WIDTH - 12, 10))

    def away(colour: QColor) -> int:
        """How far from the colour of trouble, over red, green and blue."""
        error = look.error
        return abs(colour.red() - error.red()) + abs(colour.green() - error.green()) + abs(colour.blue() - error.blue())

    seen = [colour(step / 15) for step in range(16)]
    assert seen[0] == look.raised
    distances = [away(each) for each in seen]
    assert distances == sorted(set(distances), reverse=True), "each step is nearer to it than the one before"
    assert distances[-1] < distances[0] / 3
    assert colour(0.501) == colour(0.5), "between two steps there is nothing"


@LOOKS
def test_a_legal_port_lights_up_and_a_faded_card_dims(look: Tokens) -> None:
    state = CardState(inputs={0: PortMark.LEGAL}, outputs={})
    image = painted(bottleneck(), Detail.EVERYTHING, state, look)
    assert at(image, 0, CARD_HEIGHT / 2) == look.tone("ok").name()
    faded = painted(bottleneck(), Detail.EVERYTHING, CardState(is_faded=True), look)
    plain = painted(bottleneck(), Detail.EVERYTHING, CardState(), look)
    assert at(faded, CARD_WIDTH - 12, 10) != at(plain, CARD_WIDTH - 12, 10)


@pytest.mark.parametrize("scale", [1.0, 1.3, 0.77])
def test_the_dots_keep_their_distance_on_screen(scale: float) -> None:
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(DARK.ground)
    painter = QPainter(image)
    painter.translate(13, 7)
    painter.scale(scale, scale)
    area = painter.transform().inverted()[0].mapRect(image.rect().toRectF())
    painting.dots(painter, area, paints(DARK))
    painter.end()
    row = next(y for y in range(200) if any(image.pixelColor(x, y) != DARK.ground for x in range(400)))
    lit = [x for x in range(400) if image.pixelColor(x, row + 1) != DARK.ground]
    starts = [x for x in lit if x - 1 not in lit]
    gaps = {b - a for a, b in pairwise(starts)}
    assert gaps
    assert all(painting.DOTS_APART <= gap <= 2 * painting.DOTS_APART + 1 for gap in gaps)
    assert max(gaps) - min(gaps) <= 1
    assert any(abs(start - 13) <= 2 for start in starts), "a dot stands on the canvas' origin"


def test_an_error_frames_the_card_in_red() -> None:
    found = bottleneck()._replace(severity=Severity.ERROR)
    image = painted(found, Detail.EVERYTHING, CardState(), DARK)
    assert is_red(at(image, CARD_WIDTH / 2, CARD_HEIGHT))
    loose = painted(found._replace(loose=(0,)), Detail.EVERYTHING, CardState(), DARK)
    assert not is_red(at(loose, CARD_WIDTH / 2, CARD_HEIGHT)), "a missing wire is marked at its port"


def is_red(name: str) -> bool:
    """Whether a pixel is the error's colour but for smoothing at the frame's edge."""
    found, error = QColor(name), DARK.error
    pairs = ((found.red(), error.red()), (found.green(), error.green()), (found.blue(), error.blue()))
    return all(abs(a - b) < 24 for a, b in pairs)


@LOOKS
def test_the_letters_of_a_kind_stand_upright_on_its_stripe(look: Tokens) -> None:
    found = bottleneck()
    image = painted(found, Detail.EVERYTHING, CardState(), look, scale=4.0)
    ink = paints(look).inks[found.category].color().name()
    # Below the port in the middle of the edge, where nothing but the letters is.
    lower = range(round((30 + CARD_HEIGHT * 0.62) * 4), round((30 + CARD_HEIGHT) * 4) - 4)
    inked = [(x, y) for x in range(30 * 4, round((30 + STRIPE) * 4)) for y in lower if pixel(image, x, y) == ink]
    wide, high = (max(place) - min(place) for place in zip(*inked, strict=True))
    assert wide > 1.5 * high, "three letters beside each other"


def pixel(image: QImage, x: int, y: int) -> str:
    return image.pixelColor(x, y).name()
