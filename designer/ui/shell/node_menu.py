"""The menu of the canvas and of the table: what can be done with the selection, by the menu key or the right button.

A view of the table of actions, with what else the mouse does on the canvas: fixes, and the wires of the selected node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from designer.analysis.fixes import problems
from designer.edit.edits import disconnect
from designer.edit.rerouting import remove_dot
from designer.graph.design import NodeId, PortRef
from designer.matching.design_in_words import source_words, target_words
from designer.ui.shell.menus import ActionViews
from designer.ui.views.design_tab import DesignTab
from designer.ui.workbench.workbench import Workbench

_OF_NODES = (
    ("edit_parameters", "rename", "help_layer", "show_original"),
    ("wire_to", "read_from", "unplug"),
    ("enter_block", "illustrate", "make_group", "group", "expand", "save_as_block", "bypass"),
    ("cut", "copy", "duplicate", "delete"),
    ("fit_selection",),
)
_OF_ANNOTATIONS = (
    ("rename", "fit_frame"),
    ("cut", "copy", "duplicate", "delete"),
)
_OF_CANVAS = (
    ("add_node", "paste", "paste_wired"),
    ("select_all", "find", "leave_block", "tidy"),
    ("fit_all", "zoom_1"),
)


def node_menu(views: ActionViews, bench: Workbench, parent: QWidget) -> QMenu:
    """The menu for what is selected in the design on screen, or for the canvas where nothing is."""
    menu = QMenu(parent)
    menu.setAccessibleName("What can be done here")
    tab = bench.tab
    if tab is None:
        return menu
    selected = tab.selection
    if len(selected) == 1:
        _add_fixes(menu, bench, tab, selected[0])
    if tab.annotations and not selected:
        _add(menu, views, _OF_ANNOTATIONS)
        _add_submenu(menu, views, "&Frames and notes")
        return menu
    _add(menu, views, _OF_NODES if selected else _OF_CANVAS)
    if len(selected) == 1:
        _add_wires(menu, tab, selected[0])
    if selected:
        _add_submenu(menu, views, "&Align")
    _add_submenu(menu, views, "&Frames and notes")
    return menu


def _add_submenu(menu: QMenu, views: ActionViews, title: str) -> None:
    """The actions of a submenu of the menu bar, in a menu of their own: this one is deleted when it closes."""
    menu.addMenu(title).addActions(views.submenu(title).actions())


def _add(menu: QMenu, views: ActionViews, sections: Iterable[Iterable[str]]) -> None:
    for section in sections:
        menu.addSeparator()
        menu.addActions([_shown(views[id]) for id in section])


def _shown(action: QAction) -> QAction:
    action.setShortcutVisibleInContextMenu(True)
    return action


def _add_fixes(menu: QMenu, bench: Workbench, tab: DesignTab, id: NodeId) -> None:
    """The fixes; what one would do is shown while the pointer or the keyboard is on it."""
    edits = {}
    for problem in problems(tab.shown_analysis):
        for fix in problem.fixes if problem.node == id else ():
            made = menu.addAction(f"Fix: {fix.label}", partial(bench.apply, fix.label, fix.edit))
            edits[made] = fix.edit
    if not edits:
        return
    menu.hovered.connect(lambda at: tab.ghosts.show(edits[at]) if at in edits else tab.ghosts.dismiss())
    menu.aboutToHide.connect(tab.ghosts.dismiss)


def _add_wires(menu: QMenu, tab: DesignTab, id: NodeId) -> None:
    """A menu for each wire of the node: what is dragged, dropped and double-clicked on wires otherwise."""
    design = tab.shown.design
    for wire in (*design.incoming(id), *design.outgoing(id)):
        title = f"{source_words(design, wire.source)} → {target_words(design, wire.target)}"
        inner = menu.addMenu(f"Wire {title.replace('&', '&&')}")
        inner.addAction("&Put a node into it…", _inserting(tab, wire.target))
        inner.addAction("&Unplug", _unplugging(tab, wire.target))
        for place in range(len(wire.via)):
            inner.addAction(f"Remove reroute &dot {place + 1}", _removing(tab, wire.target, place))
        inner.setEnabled(tab.shown.is_editable)


def _inserting(tab: DesignTab, target: PortRef) -> Callable[[], None]:
    def insert() -> None:
        middle = tab.scene.wires[target].path().pointAtPercent(0.5)
        tab.canvas.adding.open(middle, wire=target)

    return insert


def _unplugging(tab: DesignTab, target: PortRef) -> Callable[[], object]:
    return lambda: tab.scene.do(f"Unplug {target.node}", lambda design: disconnect(design, [target]))


def _removing(tab: DesignTab, target: PortRef, place: int) -> Callable[[], object]:
    return lambda: tab.scene.do("Remove reroute dot", lambda design: remove_dot(design, target, place))
