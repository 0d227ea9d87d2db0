"""A node's card and the words under a wrong one, as graphics items.

They hold what to show and leave the looks to painting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QTextLayout, QTextOption
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from designer.analysis.analysis import NodeReport
from designer.analysis.fixes import Fix, Problem
from designer.edit.sizes import WORDS_TYPE
from designer.graph.design import Node, NodeId
from designer.ui.canvas import painting
from designer.ui.canvas.card import Face, card_font, face
from designer.ui.canvas.geometry import CARD, CARD_HEIGHT, CARD_WIDTH, input_point, output_point
from designer.ui.canvas.painting import CardState, Detail, Paints, PortMark

_ROOM = CARD.adjusted(-14.0, -16.0, 14.0, 12.0)
"""A card with its ports, badge, frame, and the arc over a block with a residual."""

WIRES_Z, NODES_Z, BUBBLES_Z, HELD_Z = 0.0, 1.0, 2.0, 3.0


class NodeItem(QGraphicsRectItem):
    """The card of one node.

    Attributes:
        id: The node's id.
        node: The node as it is shown.
        report: What its face was made from.
        issues: Likewise.
        state: Selection, marks and the like.
        bubble: The words under it, where it is wrong.
    """

    def __init__(self, node: Node, paints: Callable[[], Paints]) -> None:
        super().__init__(_ROOM)
        self.id: NodeId = node.id
        self.node = node
        self._face: Face | None = None
        self.report: NodeReport | None = None
        self.issues: tuple[Problem, ...] = ()
        self.state = CardState()
        self.bubble: BubbleItem | None = None
        self._paints = paints
        self.setPos(*node.position)
        self.setZValue(NODES_Z)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        # Gestures find what is under the pointer themselves; an item that took the press would keep them from it.
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the card at the level of detail that the zoom allows."""
        level = painting.detail(option.levelOfDetailFromTransform(painter.worldTransform()))
        self.state.is_selected = self.isSelected()
        painting.card(painter, level, self.face, self.state, self._paints())

    @property
    def face(self) -> Face:
        """What stands on it; the node alone until more is known and worded."""
        if self._face is None:
            self._face = face(self.node, None)
        return self._face

    @face.setter
    def face(self, worded: Face) -> None:
        self._face = worded

    @property
    def is_broken(self) -> bool:
        """Whether the card is framed as wrong."""
        return painting.is_broken(self.face)

    def mark_ports(self, marks: tuple[Mapping[int, PortMark], Mapping[int, PortMark]] | None) -> None:
        """While a wire is in the hand: say of inputs and outputs whether it may end there; None ends it."""
        state = self.state
        if marks is None:
            if state.inputs is None and not state.is_faded:
                return
            state.inputs = state.outputs = None
            state.is_faded = False
        else:
            state.inputs, state.outputs = marks
            found = (*state.inputs.values(), *state.outputs.values())
            state.is_faded = not any(mark is not PortMark.REFUSED for mark in found)
        self.update()

    def grow_ports(self, inputs: Sequence[int], outputs: Sequence[int]) -> None:
        """Let ports stand out, by index, and no others."""
        wanted = tuple(inputs), tuple(outputs)
        if wanted != (self.state.grown_inputs, self.state.grown_outputs):
            self.state.grown_inputs, self.state.grown_outputs = wanted
            self.update()

    def free_ports(self, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> None:
        """Know which ports have no wire, by index."""
        if (inputs, outputs) != (self.state.free_inputs, self.state.free_outputs):
            self.state.free_inputs, self.state.free_outputs = inputs, outputs
            self.update()

    @property
    def card_rect(self) -> QRectF:
        """The card without ports, on the canvas."""
        return CARD.translated(self.pos())

    def input_at(self, index: int) -> QPointF:
        """Centre of an input port, on the canvas."""
        return input_point(self.pos(), index, len(self.node.layer.inputs))

    def output_at(self, index: int) -> QPointF:
        """Centre of an output port, on the canvas."""
        return output_point(self.pos(), index, len(self.node.layer.outputs))


class BubbleItem(QGraphicsRectItem):
    """What is wrong with a card, in words under it, and the fix as something to click.

    Attributes:
        card: The card it is under.
        fix: The first fix, or None where there is none.
        fix_rect: Where its words stand, in the item's coordinates.
    """

    WIDTH = CARD_WIDTH * 1.9
    PADDING = 6.0

    def __init__(self, issue: Problem, card: NodeItem, paints: Callable[[], Paints]) -> None:
        super().__init__(card)
        self.issue = issue
        self.card = card
        self.fix: Fix | None = issue.fixes[0] if issue.fixes else None
        self._paints = paints
        inside = self.WIDTH - 2 * self.PADDING
        words = f"{issue.what} — {issue.why}" if self.fix is None else issue.what
        self._words = _laid_out(words, inside)
        self._fix = _laid_out(f"Fix: {self.fix.label}" if self.fix else issue.advice, inside)
        top = self.PADDING + self._words.boundingRect().height()
        fix = self._fix.boundingRect()
        self.fix_rect = QRectF(self.PADDING, top, inside, fix.height()) if self.fix else QRectF()
        width = max(self._words.boundingRect().width(), self._text_width(self._fix)) + 2 * self.PADDING
        self.setRect(0.0, 0.0, max(width, CARD_WIDTH), top + fix.height() + self.PADDING)
        self.setPos(0.0, CARD_HEIGHT + 7.0)
        self.setZValue(BUBBLES_Z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @staticmethod
    def _text_width(layout: QTextLayout) -> float:
        return max((layout.lineAt(i).naturalTextWidth() for i in range(layout.lineCount())), default=0.0)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the words; from afar the red frame of the card says enough."""
        shown = option.levelOfDetailFromTransform(painter.worldTransform()) / self.scale()
        if painting.detail(shown) is Detail.BLOCKS:
            return
        paint = self._paints()
        painter.setPen(paint.bubble_edge)
        painter.setBrush(paint.bubble)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect(), 5.0, 5.0)
        painter.drawPath(shape)
        painter.setPen(paint.bubble_text)
        self._words.draw(painter, QPointF(self.PADDING, self.PADDING))
        painter.setPen(paint.link if self.fix else paint.bubble_text)
        self._fix.draw(painter, QPointF(self.PADDING, self.PADDING + self._words.boundingRect().height()))


def _laid_out(text: str, width: float) -> QTextLayout:
    layout = QTextLayout(text, card_font(WORDS_TYPE, False))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    top = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0.0, top))
        top += line.height()
    layout.endLayout()
    return layout
