"""What can be done with one design of a comparison: baseline, place, own tab, remove, look together."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from designer.errors import DesignerError
from designer.ui.compare.comparing import Comparing
from designer.ui.compare.member import Member


class PaneMenu(QMenu):
    """The menu of a member's pane.

    Signals: ``open_requested`` where the member shall have a tab of its own; ``link_requested`` where the canvases
    shall be looked at together, or no longer; ``status_message`` with a line for the status bar.
    """

    open_requested = Signal(object)
    link_requested = Signal(bool)
    status_message = Signal(str)

    def __init__(self, comparing: Comparing, member: Member, is_linked: bool, parent: QWidget) -> None:
        super().__init__(parent)
        members, place = comparing.members, comparing.members.index(member)
        self.addAction("Make it the &baseline", partial(comparing.set_baseline, member)).setEnabled(
            place != comparing.baseline
        )
        self.addAction("Move &left", partial(comparing.move, member, place - 1)).setEnabled(place > 0)
        self.addAction("Move &right", partial(comparing.move, member, place + 1)).setEnabled(place < len(members) - 1)
        self.addSeparator()
        self.addAction("Open in its own &tab", partial(self.open_requested.emit, member))
        self.addAction("Re&move from the comparison", partial(self._remove, comparing, member)).setEnabled(
            len(members) > 2
        )
        self.addSeparator()
        linked = self.addAction("Look at all &together")
        linked.setCheckable(True)
        linked.setChecked(is_linked)
        linked.triggered.connect(self.link_requested)

    def _remove(self, comparing: Comparing, member: Member) -> None:
        try:
            comparing.remove(member)
        except DesignerError as error:
            self.status_message.emit(str(error))
