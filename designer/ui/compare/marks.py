"""What differs, on the cards: a frame and a word at each node that was added, changed, or that others lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.edit.sizes import DETAILS_TYPE
from designer.graph.design import NodeId
from designer.matching.matching import Matching
from designer.ui.canvas import painting
from designer.ui.canvas.card import card_font
from designer.ui.canvas.geometry import CARD, CARD_WIDTH
from designer.ui.canvas.node_item import NodeItem
from designer.ui.canvas.painting import Detail
from designer.ui.compare.comparing import Comparing
from designer.ui.compare.member import Member
from designer.ui.look.theme import mixed, tokens
from designer.ui.shell.plain_tips import plain_tip

_HEIGHT = 20.0
_ROOM = CARD_WIDTH * 1.3
"""From a card's right edge to where the next card's word would begin."""
_MOST_GROWN = 1.8


@dataclass(frozen=True)
class Mark:
    """What stands at one card.

    Attributes:
        word: Short, for the card.
        brief: Shorter still, for a card seen from further off: ``32 → 24``.
        tone: ``ok`` for what was added, ``warning`` for what changed, ``error`` for what others lack.
        note: All of it, for the tool tip.
    """

    word: str
    brief: str
    tone: str
    note: str


def marks_of(comparing: Comparing, member: Member) -> dict[NodeId, Mark]:
    """The marks on a member's cards; none while it is not known which node is which."""
    matching = comparing.matching(member)
    if matching is not None:
        return _against_baseline(matching, comparing.letter(comparing.members[comparing.baseline]))
    if member is comparing.members[comparing.baseline]:
        return _missing_elsewhere(comparing, member)
    return {}


def _against_baseline(matching: Matching, baseline: str) -> dict[NodeId, Mark]:
    lines: dict[NodeId, list[str]] = {}
    briefs: dict[NodeId, str] = {}
    for change in matching.changes:
        if change.after is None or (change.after in matching.added and len(change.after) == 1):
            continue
        inside = " / ".join(change.after[1:])
        if change.fields:
            briefs.setdefault(change.after[0], f"{change.fields[0].before} → {change.fields[0].after}")
        said = [f"{item.label} {item.before} → {item.after}" for item in change.fields] or [change.kind.value]
        lines.setdefault(change.after[0], []).extend(f"{inside}: {line}" if inside else line for line in said)
    for path in matching.removed:
        if len(path) > 1 and (partner := matching.partner(path[:1])) is not None:
            lines.setdefault(partner[0], []).append(f"{' / '.join(path[1:])} removed")
    marks = {
        id: Mark(_counted(found[0], found), _counted(briefs.get(id, "diff"), found), "warning", _note(baseline, found))
        for id, found in lines.items()
    }
    for path in matching.added:
        if len(path) == 1:
            marks[path[0]] = Mark("added", "added", "ok", f"{baseline} has no such node")
    return marks


def _missing_elsewhere(comparing: Comparing, base: Member) -> dict[NodeId, Mark]:
    missing: dict[NodeId, list[str]] = {}
    for member in comparing.members:
        matching = comparing.matching(member)
        for path in matching.removed if matching is not None else ():
            if len(path) == 1:
                missing.setdefault(path[0], []).append(comparing.letter(member))
    return {
        id: Mark(
            f"not in {', '.join(letters)}",
            f"not {', '.join(letters)}",
            "error",
            f"No node answers it in {', '.join(letters)}",
        )
        for id, letters in missing.items()
    }


def _counted(word: str, lines: list[str]) -> str:
    """A word, and how many more changes there are."""
    return f"{word} +{len(lines) - 1}" if len(lines) > 1 else word


def _note(baseline: str, lines: list[str]) -> str:
    return f"Against {baseline}:\n" + "\n".join(lines)


def show_marks(member: Member, marks: Mapping[NodeId, Mark]) -> None:
    """Put the marks on a member's cards, changing only what differs from what is there; none inside its blocks."""
    if member.view.path:
        marks = {}
    for id, card in member.view.scene.nodes.items():
        wanted = marks.get(id)
        present = next((item for item in card.childItems() if isinstance(item, MarkItem)), None)
        if present is not None and present.mark != wanted:
            member.view.scene.removeItem(present)
            present = None
        if present is None and wanted is not None:
            MarkItem(wanted, card)


class MarkItem(QGraphicsItem):
    """One mark, over its card."""

    def __init__(self, mark: Mark, card: NodeItem) -> None:
        super().__init__(card)
        self.mark = mark
        self._font = card_font(DETAILS_TYPE, True)
        sizes = QFontMetricsF(self._font)
        self._widths = [(words, sizes.horizontalAdvance(words) + 14.0) for words in (mark.word, mark.brief)]
        self.setToolTip(plain_tip(mark.note))
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """Card and pill."""
        pill = QRectF(CARD.right() - _ROOM, -_MOST_GROWN * _HEIGHT - 3.0, _ROOM + 6.0, _MOST_GROWN * _HEIGHT)
        return CARD.united(pill).adjusted(-5.0, -5.0, 5.0, 5.0)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Frame the card; write the word where it can be read."""
        look = tokens()
        colour = look.tone(self.mark.tone)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2.0, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(CARD.adjusted(-3.0, -3.0, 3.0, 3.0), painting.RADIUS + 2.0, painting.RADIUS + 2.0)
        shown = option.levelOfDetailFromTransform(painter.worldTransform())
        if painting.detail(shown) is Detail.BLOCKS:
            return
        grown = min(max(1.0, 0.9 / shown), _MOST_GROWN)
        # Further off the word grows against its card, so that it can be read as long as titles can, and a shorter one
        # is taken where the next card's would begin.
        fits = [(words, width) for words, width in self._widths if width * grown <= _ROOM]
        words, width = fits[0] if fits else (self._widths[-1][0], _ROOM / grown)
        pill = QRectF(-width, -_HEIGHT, width, _HEIGHT)
        painter.translate(CARD_WIDTH + 6.0, -3.0)
        painter.scale(grown, grown)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(look.raised, colour, 0.3))
        painter.drawRoundedRect(pill, _HEIGHT / 2, _HEIGHT / 2)
        painter.setPen(look.text)
        painter.setFont(self._font)
        words = QFontMetricsF(self._font).elidedText(words, Qt.TextElideMode.ElideRight, width - 10.0)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
