"""What can be done with one design of a comparison: baseline, place, own tab, remove, look together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from designer.errors import DesignerError
from designer.ui.compare.member import Member

if TYPE_CHECKING:
    from designer.ui.compare.page import ComparePage


def pane_menu(page: ComparePage, member: Member) -> QMenu:
    """The menu of a member's pane."""
    comparing, place = page.comparing, page.comparing.members.index(member)
    menu = QMenu(page)
    menu.addAction("Make it the &baseline", partial(comparing.set_baseline, member)).setEnabled(
        place != comparing.baseline
    )
    menu.addAction("Move &left", partial(comparing.move, member, place - 1)).setEnabled(place > 0)
    menu.addAction("Move &right", partial(comparing.move, member, place + 1)).setEnabled(
        place < len(comparing.members) - 1
    )
    menu.addSeparator()
    menu.addAction("Open in its own &tab", partial(page.open_requested.emit, member))
    menu.addAction("Re&move from the comparison", partial(_remove, page, member)).setEnabled(len(comparing.members) > 2)
    menu.addSeparator()
    linked = menu.addAction("Look at all &together", partial(_toggle_link, page))
    linked.setCheckable(True)
    linked.setChecked(page.cameras.is_on)
    return menu


def _toggle_link(page: ComparePage) -> None:
    page.cameras.is_on = not page.cameras.is_on
    page.cameras.follow(page.active)


def _remove(page: ComparePage, member: Member) -> None:
    try:
        page.comparing.remove(member)
    except DesignerError as error:
        page.status_message.emit(str(error))
