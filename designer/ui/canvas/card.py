"""What stands on a card, made ready when the design or its analysis changes, so that painting only reads.

Knows no colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication

from designer import wording
from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.cost import NodeCost
from designer.analysis.fixes import Problem
from designer.analysis.issues import Issue, Severity, worst
from designer.analysis.receptive_field import ReceptiveField
from designer.edit.sizes import DETAILS_TYPE, TITLE_TYPE, WORDS_TYPE
from designer.errors import DesignerError
from designer.graph.design import Node, NodeId, PortRef, Wire
from designer.graph.layer import Category, Layer, Port
from designer.graph.tensor import TensorSpec
from designer.ui.canvas.geometry import CARD_WIDTH, wire_width
from designer.ui.look import icons

STRIPE = 30.0
GLYPH_TYPE = 11
INSET = 7.0
TEXT_WIDTH = CARD_WIDTH - STRIPE - 2 * INSET
NARROW_STRIPE = 21.0
LARGE_LEFT, LARGE_WIDTH = NARROW_STRIPE + 8.0, CARD_WIDTH - NARROW_STRIPE - 12.0
"""Where the lines of a card seen from further off begin, and how long they may be."""
_LARGE, _LARGE_OF_BLOCK = (31, 28, 24), 25
"""Heights of their letters: of one line, two or three, and of two above a block's outline."""
_STRETCHES = (100, 87, 75)
_SMALLER = 4
"""By how many pixels letters may shrink before a text is cut."""


class Line(NamedTuple):
    """A line of text that fits, and the font it fits in."""

    text: str
    font: QFont


class Shares(NamedTuple):
    """What a node takes of the whole, 0 to 1.

    Attributes:
        macs: Of the multiply-accumulates.
        time: Of the measured time.
    """

    macs: float
    time: float


class Face(NamedTuple):
    """What a card shows.

    Attributes:
        category: Its colour.
        glyph: Two or three letters on the stripe.
        icon: The icon above them.
        title: The first line.
        large: The title in one or two lines for a card seen from afar.
        summary: The parameters that matter.
        cost: Parameters and multiply-accumulates, or element-wise operations.
        time: Measured time, or an empty text.
        profile: A ``wire_width`` for each tensor along the chain inside a block; for others of what enters and leaves.
        is_block: Whether there is something inside.
        skips: Whether a tensor inside skips layers, as a residual does.
        severity: The worst problem here, or None.
        loose: Input ports that are named by a problem, by index.
        is_known: Whether its shapes are known.
        input_count: Ports on the left.
        output_count: Ports on the right.
        is_bypassed: Whether it is switched off.
        shares: Of the design's MACs and of its measured time, or None without a measurement.
    """

    category: Category
    glyph: Line
    icon: str
    title: Line
    large: tuple[Line, ...]
    summary: Line
    cost: Line
    time: str
    profile: tuple[float, ...]
    is_block: bool
    skips: bool
    severity: Severity | None
    loose: tuple[int, ...]
    is_known: bool
    input_count: int
    output_count: int
    is_bypassed: bool
    shares: Shares | None


def face(
    node: Node,
    report: NodeReport | None,
    issues: tuple[Issue, ...] = (),
    milliseconds: float | None = None,
    shares: Shares | None = None,
) -> Face:
    """What the card of a node shows.

    Args:
        node: The node.
        report: What is known about it, or None while nothing is.
        issues: Problems at it or inside it.
        milliseconds: Its measured time, or None.
        shares: Its shares of MACs and of time, or None.
    """
    layer = node.layer
    cost = report.cost if report is not None else None
    names = [port.name for port in layer.inputs]
    loose = tuple(
        names.index(issue.port.port) for issue in issues if issue.port is not None and issue.port.port in names
    )
    return Face(
        layer.category,
        fitted(layer.glyph, GLYPH_TYPE, True, STRIPE - 3.0),
        icons.of_layer(layer.key, layer.category),
        fitted(node.title, TITLE_TYPE, True),
        _large(node.title, report),
        fitted(_varied_words(node) + summary(node, report), WORDS_TYPE, False),
        fitted(_cost_words(cost), DETAILS_TYPE, False),
        wording.milliseconds(milliseconds) if milliseconds is not None else "",
        _profile(layer, report),
        layer.is_block,
        _skips(report),
        worst(issues) if issues else None,
        loose,
        report is not None and report.outputs is not None,
        len(names),
        len(layer.outputs),
        layer.is_bypassed,
        shares,
    )


def summary(node: Node, report: NodeReport | None) -> str:
    """The parameters that matter, in a line: ``s2 · 144 ch``; of an Input the shape it gives."""
    known = report.known_inputs if report is not None else None
    if known == () and report is not None and report.outputs and not node.layer.is_block:
        # What enters a block has the shape that reaches the block, whatever the Input inside says of itself.
        return report.outputs[0].full_label.partition("×")[2]
    try:
        return node.layer.summary(*(known or ()))
    except DesignerError:
        return node.layer.summary()


def _varied_words(node: Node) -> str:
    """Which fields a sweep varies, and when it is there: ``t ∈ 2, 4 · ``, ``if s == 1 · ``; empty where neither is."""
    varied = "".join(f"{each.variable or each.field} ∈ {each.values} · " for each in node.varied)
    return varied + (f"if {node.condition} · " if node.condition else "")


def _cost_words(cost: NodeCost | None) -> str:
    if cost is None:
        return wording.UNKNOWN
    if cost.macs:
        return f"{wording.short(cost.parameters)} · {wording.short(cost.macs)} MAC"
    if cost.parameters:
        return f"{wording.short(cost.parameters)} · {wording.short(cost.elementwise)} op"
    return f"{wording.short(cost.elementwise)} op" if cost.elementwise else ""


def _profile(layer: Layer, report: NodeReport | None) -> tuple[float, ...]:
    if report is None:
        return ()
    if report.inner is not None:
        return tuple(wire_width(count) for count in inner_channels(report.inner))
    if layer.is_block:  # whose inside is unknown while its input does not suit it
        return ()
    ends = [spec for spec in (*report.inputs[-1:], *(report.outputs or ())[:1]) if spec is not None]
    return tuple(wire_width(spec.channels) for spec in ends)


@lru_cache(maxsize=1024)
def inner_channels(inner: Analysis) -> tuple[int, ...]:
    """Channels along the longest chain inside a block, one number for each run of equal ones: 24, 144, 24."""
    counts: list[int] = []
    for id in _longest_chain(inner):
        outputs = inner.node(id).outputs
        spec = outputs[0] if outputs else None
        if spec is not None and (not counts or counts[-1] != spec.channels):
            counts.append(spec.channels)
    return tuple(counts)


def _longest_chain(inner: Analysis) -> list[NodeId]:
    design = inner.design
    best: dict[NodeId, tuple[int, NodeId | None]] = {}
    for id in design.order:
        best[id] = max(((best[source][0] + 1, source) for source in design.predecessors[id]), default=(0, None))
    if not best:
        return []
    end: NodeId | None = max(best, key=lambda id: best[id][0])
    chain: list[NodeId] = []
    while end is not None:
        chain.append(end)
        end = best[end][1]
    return chain[::-1]


def _skips(report: NodeReport | None) -> bool:
    if report is None or report.inner is None:
        return False
    inner = report.inner.design
    inputs = {node.id for node in inner.input_nodes()}
    return any(
        len(sources) > 1 and any(source in inputs for source in sources) for sources in inner.predecessors.values()
    )


# Fitting -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def card_font(pixels: int, is_bold: bool, stretch: int = 100) -> QFont:
    """The application's font in a size of canvas units."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setStretch(stretch)
    if is_bold:
        font.setWeight(QFont.Weight.DemiBold)
    # Hinted letters jump from pixel to pixel while the view zooms.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@lru_cache(maxsize=256)
def _metrics(pixels: int, is_bold: bool, stretch: int) -> QFontMetricsF:
    return QFontMetricsF(card_font(pixels, is_bold, stretch))


@lru_cache(maxsize=4096)
def advance(line: Line) -> float:
    """How wide a line is."""
    return QFontMetricsF(line.font).horizontalAdvance(line.text)


@lru_cache(maxsize=16384)
def fitted(text: str, pixels: int, is_bold: bool, width: float = TEXT_WIDTH) -> Line:
    """The text in the widest letters that let it stand in a width; shortened where even the narrowest do not."""
    narrowest = _STRETCHES[-1]
    sizes = [(pixels, stretch) for stretch in _STRETCHES]
    sizes += [(pixels - less, narrowest) for less in range(1, _SMALLER + 1)]
    for size, stretch in sizes:
        if _metrics(size, is_bold, stretch).horizontalAdvance(text) <= width:
            return Line(text, card_font(size, is_bold, stretch))
    cut = _metrics(pixels, is_bold, narrowest).elidedText(text, Qt.TextElideMode.ElideRight, width)
    return Line(cut, card_font(pixels, is_bold, narrowest))


def _large(title: str, report: NodeReport | None) -> tuple[Line, ...]:
    """A title for a card seen from afar; of a block also the channels inside, which tell it from its neighbours."""
    inner = report.inner if report is not None else None
    if inner is None:
        return _broken(title)
    channels = "→".join(map(str, inner_channels(inner)))
    return _large_line(title, _LARGE_OF_BLOCK, True), _large_line(channels, _LARGE_OF_BLOCK, False)


@lru_cache(maxsize=4096)
def _broken(title: str) -> tuple[Line, ...]:
    """A title in as few lines as let it stand whole, broken between words."""
    words = title.split()
    found: tuple[Line, ...] = (_large_line(title, _LARGE[0], True),)
    for count in range(1, min(len(words), len(_LARGE)) + 1):
        texts = _lines(words, count)
        found = tuple(_large_line(text, _LARGE[count - 1], True) for text in texts)
        if [line.text for line in found] == texts:
            return found
    return found


def _lines(words: list[str], count: int) -> list[str]:
    """Words in so many lines, the longest as short as can be."""
    cuts = min(
        combinations(range(1, len(words)), count - 1),
        key=lambda cuts: max(len(" ".join(words[a:b])) for a, b in pairwise((0, *cuts, len(words)))),
    )
    return [" ".join(words[a:b]) for a, b in pairwise((0, *cuts, len(words)))]


def _large_line(text: str, pixels: int, is_bold: bool) -> Line:
    return fitted(text, pixels, is_bold, LARGE_WIDTH)


# Tool tips -----------------------------------------------------------------------------------------------------------


def wire_tip(wire: Wire, spec: TensorSpec | None, field: ReceptiveField | None) -> str:
    """A wire in full: ends, shape, elements, bytes, receptive field."""
    lines = [f"{wire.source} → {wire.target}"]
    if spec is None:
        return "\n".join([*lines, "shape unknown"])
    lines.append(f"{spec.full_label}  {spec.dtype.value}")
    lines.append(f"{wording.count(spec.elements)} elements · {wording.memory(spec.bytes)}")
    if field is not None:
        lines.append(f"receptive field {field.label}")
    return "\n".join(lines)


def node_tip(
    node: Node,
    report: NodeReport | None,
    problems: Sequence[Problem],
    field: ReceptiveField | None,
    shares: Shares | None = None,
) -> str:
    """A node in full: problems first, then shapes, cost, receptive field."""
    lines = [f"{node.title} · {node.id}", *(problem.line() for problem in problems)]
    if report is not None and report.outputs is not None:
        ins = ", ".join(spec.full_label for spec in report.inputs if spec is not None)
        outs = ", ".join(spec.full_label for spec in report.outputs)
        lines.append(" → ".join(side for side in (ins, outs) if side))
    if report is not None and report.cost is not None:
        cost = report.cost
        lines.append(f"{wording.count(cost.parameters)} parameters · {wording.count(cost.macs)} MACs")
        lines.append(f"{wording.count(cost.elementwise)} element-wise · {wording.count(cost.flops)} FLOPs")
    if shares is not None:
        macs, time = wording.percentage(shares.macs), wording.percentage(shares.time)
        lines.append(f"{macs} of the MACs (outlined bar), {time} of the measured time (filled bar)")
    if field is not None:
        lines.append(f"receptive field {field.label}")
    return "\n".join(lines)


def port_tip(ref: PortRef, port: Port, spec: TensorSpec | None, is_output: bool) -> str:
    """A port without a wire, or an output: its name, help, what flows, what can be done."""
    lines = [f"{'output' if is_output else 'input'} {ref}"]
    if port.help:
        lines.append(port.help)
    if spec is not None:
        lines.append(f"{spec.full_label}  {wording.memory(spec.bytes)}")
    lines.append("drag to an input" if is_output else "drag to an output; this input takes no wire yet")
    return "\n".join(lines)
