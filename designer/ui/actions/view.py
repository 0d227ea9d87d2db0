"""The View menu: what is seen, how large, and in which colours."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt

from designer.analysis.figures.figure import Scope
from designer.analysis.figures.registry import figures
from designer.ui.actions.action import Action, Menu, on_tab
from designer.ui.actions.questions import has_design, has_selection
from designer.ui.workbench.workbench import Workbench


def illustrate(bench: Workbench) -> None:
    """Show a block, nodes in a row or the whole design as slabs and kernels; back to the canvas where that is shown."""
    from designer.ui.illustrate.page import IllustratePage
    from designer.ui.illustrate.subject import chosen_subject

    page, tab = bench.page, bench.canvas_tab
    if isinstance(page, IllustratePage):
        bench.turn_to(page.tab)
        return
    if tab is None:
        return
    subject = chosen_subject(tab)
    present = next((each for each in bench.companions if isinstance(each, IllustratePage) and each.tab is tab), None)
    if present is None:
        bench.accompany(IllustratePage(tab, subject, bench.ask, bench.worker))
    else:
        present.show_subject(subject)
        bench.turn_to(present)


def _theme(name: str, title: str) -> Action:
    return Action(
        f"theme_{name}",
        Menu.VIEW,
        title,
        lambda c: c.theme.choose(name),
        tip=f"Colours: {title.replace('&', '').lower()}",
        checked=lambda c: c.theme.choice.value == name,
        submenu="&Theme",
    )


def _heat(by: str, title: str) -> Action:
    return Action(
        f"heat_{by or 'off'}",
        Menu.VIEW,
        title,
        lambda c: c.bench.set_heat(by),
        tip="Cards tinted by their share" if by else "Cards in their plain colour",
        checked=lambda c: c.bench.heat == by,
        submenu="&Heat map",
    )


def _heats() -> Iterator[Action]:
    """An entry for each figure of a node, under the first letter that no other has for its key."""
    taken = {"o"}  # of Off
    for each in figures(Scope.NODE):
        title = each.node_label
        place = next((i for i, letter in enumerate(title) if letter.isalpha() and letter.lower() not in taken), None)
        if place is not None:
            taken.add(title[place].lower())
            title = f"{title[:place]}&{title[place:]}"
        yield _heat(each.key, title)


def _zoom(percent: int) -> Action:
    return Action(
        f"zoom_{percent}",
        Menu.VIEW,
        f"{percent} %",
        lambda c: c.bench.zoom_to(percent / 100),
        tip=f"{percent} % of actual size",
        enabled=has_design,
        submenu="Zoom t&o",
    )


VIEW_ACTIONS: tuple[Action, ...] = (
    Action("zoom_in", Menu.VIEW, "Zoom &in", on_tab("zoom_in"), ("Ctrl++", "Ctrl+="), "Larger", has_design),
    Action("zoom_out", Menu.VIEW, "Zoom &out", on_tab("zoom_out"), ("Ctrl+-",), "Smaller", has_design),
    Action("zoom_1", Menu.VIEW, "&Actual size", on_tab("zoom_to_actual"), ("Ctrl+0",), "100 %", has_design),
    *(_zoom(percent) for percent in (25, 50, 150, 200)),
    Action(
        "fit_all", Menu.VIEW, "&Fit all", lambda c: c.bench.fit_all(), ("Home",), "Everything on screen", has_design
    ),
    Action(
        "fit_selection",
        Menu.VIEW,
        "Fit &selection",
        on_tab("fit_selection"),
        (".",),
        "The selection as large as fits",
        has_selection,
    ),
    Action(
        "wheel_zooms",
        Menu.VIEW,
        "&Wheel zooms",
        lambda c: c.bench.set_wheel_zooms(not c.bench.settings.wheel_zooms),
        (),
        "The wheel zooms and Ctrl with it scrolls, or the other way round",
        checked=lambda c: c.bench.settings.wheel_zooms,
        starts_section=True,
    ),
    Action(
        "snaps",
        Menu.VIEW,
        "S&nap while dragging",
        lambda c: c.bench.set_snaps(not c.bench.settings.snaps),
        (),
        "Dragged cards snap to the grid and to their neighbours; Ctrl held does the other",
        checked=lambda c: c.bench.settings.snaps,
    ),
    Action(
        "animations",
        Menu.VIEW,
        "&Animate tidy",
        lambda c: setattr(c.bench.settings, "animations", not c.bench.settings.animations),
        (),
        "Cards glide to their new places, after a tidy and where they give way",
        checked=lambda c: c.bench.settings.animations,
    ),
    Action(
        "full_screen",
        Menu.VIEW,
        "F&ull screen",
        lambda c: c.window.setWindowState(c.window.windowState() ^ Qt.WindowState.WindowFullScreen),
        ("F11",),
        "The whole screen, and back",
        checked=lambda c: c.window.isFullScreen(),
    ),
    Action(
        "minimap",
        Menu.VIEW,
        "Mini&map",
        lambda c: c.bench.set_minimap(not c.bench.settings.minimap),
        (),
        "The whole design, small, in the corner of the canvas",
        checked=lambda c: c.bench.settings.minimap,
    ),
    Action(
        "next_tab",
        Menu.VIEW,
        "Next ta&b",
        lambda c: c.bench.turn_by(1),
        ("Ctrl+Tab", "Ctrl+PgDown"),
        "Turn to the tab at the right",
        lambda c: c.bench.has_several_pages,
        starts_section=True,
    ),
    Action(
        "previous_tab",
        Menu.VIEW,
        "Pre&vious tab",
        lambda c: c.bench.turn_by(-1),
        ("Ctrl+Shift+Tab", "Ctrl+PgUp"),
        "Turn to the tab at the left",
        lambda c: c.bench.has_several_pages,
    ),
    Action(
        "next_panel",
        Menu.VIEW,
        "&Next panel",
        lambda c: c.panels.focus_next_panel(),
        ("F6",),
        "Put the keyboard into the next part of the window: nodes, canvas, design, problems",
    ),
    Action(
        "graph_table",
        Menu.VIEW,
        "&Table of the graph",
        lambda c: c.panels.show_table(),
        ("F7",),
        "The same graph as rows, to be walked, heard and edited by keyboard; pressed there, it goes away",
        has_design,
    ),
    Action(
        "stage_table",
        Menu.VIEW,
        "Sta&ge table",
        lambda c: c.panels.show_stages(),
        ("Shift+F7",),
        "The network as its paper's table, to be typed into, pasted and copied; pressed there, it goes away",
        has_design,
    ),
    Action(
        "illustrate",
        Menu.VIEW,
        "Illustrat&e",
        lambda c: illustrate(c.bench),
        ("F8",),
        "Why it works: the selected block, the selected nodes or the whole design as slabs and kernels, step by step",
        has_design,
    ),
    _heat("", "&Off"),
    *_heats(),
    _theme("system", "As the &system"),
    _theme("light", "&Light"),
    _theme("dark", "&Dark"),
)
