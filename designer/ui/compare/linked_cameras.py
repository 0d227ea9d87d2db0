"""Canvases that are looked at together: what one pans and zooms, the others follow, held together by matched nodes.

Each camera stands so that the partners of what is in the middle of the moved one are in the middle of its own; designs
drawn in different places are then compared node by node.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QTimer

from designer.graph.design import Point
from designer.ui.canvas.geometry import CARD_HEIGHT, CARD_WIDTH
from designer.ui.canvas.view import CanvasView
from designer.ui.compare.comparing import Comparing
from designer.ui.compare.member import Member

NEAREST = 4
"""How many nodes near the middle have a say."""


class LinkedCameras(QObject):
    """Keeps the cameras of a comparison together."""

    def __init__(self, comparing: Comparing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._comparing = comparing
        self._is_following = False
        self._linked: set[Member] = set()
        self.is_on = True
        self._fitted: list[tuple[float, QPoint]] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.fit_all)

    def link(self, member: Member) -> None:
        """Let a member's camera lead and follow."""
        if member not in self._linked:
            self._linked.add(member)
            canvas = member.view.canvas
            canvas.looked_elsewhere.connect(self._leader(member))
            canvas.zoom_changed.connect(self._leader(member))
            canvas.viewport().installEventFilter(self)

    def fit_all(self) -> None:
        """Every design whole on screen, all at the scale of the one that needs the smallest."""
        self._is_following = True
        try:
            canvases = [member.view.canvas for member in self._comparing.members]
            for canvas in canvases:
                canvas.fit_all()
            smallest = min(canvas.scale_now for canvas in canvases)
            for canvas in canvases:
                canvas.zoom_by(smallest / canvas.scale_now)
        finally:
            self._is_following = False
        self._fitted = self._standing()

    def _standing(self) -> list[tuple[float, QPoint]]:
        """Where each camera stands."""
        canvases = [member.view.canvas for member in self._comparing.members]
        return [(canvas.scale_now, canvas.standing) for canvas in canvases]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A pane takes another size: what was whole on screen is made whole again."""
        if event.type() is QEvent.Type.Resize and self._fitted == self._standing():
            self._soon.start()
        return super().eventFilter(watched, event)

    def _leader(self, member: Member) -> Callable[..., None]:
        return lambda *_scale: self.follow(member)

    def follow(self, leader: Member) -> None:
        """Let the others look at what this one looks at."""
        if self._is_following or not self.is_on or leader not in self._comparing.members:
            return
        self._is_following = True
        try:
            for member in self._comparing.members:
                if member is not leader:
                    self._bring(leader, member)
        finally:
            self._is_following = False

    def _bring(self, leader: Member, follower: Member) -> None:
        ours, theirs = leader.view.canvas, follower.view.canvas
        centre = ours.centre
        shift = self._shift(leader, follower, ours, centre)
        theirs.zoom_by(ours.scale_now / theirs.scale_now)
        theirs.look_at(QPointF(centre.x + shift.x, centre.y + shift.y))

    def _shift(self, leader: Member, follower: Member, canvas: CanvasView, centre: Point) -> Point:
        """How far the follower's partners stand from the leader's nodes, those near the middle counting most."""
        middle = QPointF(centre.x, centre.y)
        cards = sorted(canvas.visible_nodes(), key=lambda card: _distance(card.pos(), middle))
        weight = x = y = 0.0
        found = 0
        nodes = follower.design.nodes
        for card in cards:
            partner = self._comparing.partner(leader, card.id, follower)
            if partner is None or partner not in nodes:
                continue
            share = 1.0 / (CARD_WIDTH + _distance(card.pos(), middle)) ** 2
            place = nodes[partner].position
            x += share * (place.x - card.pos().x())
            y += share * (place.y - card.pos().y())
            weight += share
            found += 1
            if found == NEAREST:
                break
        return Point(x / weight, y / weight) if weight else Point(0.0, 0.0)


def _distance(corner: QPointF, middle: QPointF) -> float:
    return math.hypot(corner.x() + CARD_WIDTH / 2 - middle.x(), corner.y() + CARD_HEIGHT / 2 - middle.y())
