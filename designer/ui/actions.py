"""Every action once: id, menu, text, shortcut, tool tip, when enabled, what it calls. Menus are views of this.

An action works on the workbench and the few pages of the window that are named in ``Context``; it builds no widget
itself.
"""

from __future__ import annotations

from designer.graph.design import Design
from designer.ui import block_actions, clipboard
from designer.ui.action import Action, Call, Context, Menu

# Questions ------------------------------------------------------------------------------------------------------------


def _has_design(context: Context) -> bool:
    return context.bench.tab is not None


def _has_page(context: Context) -> bool:
    return context.bench.page is not None


def _has_selection(context: Context) -> bool:
    return context.bench.tab is not None and context.bench.tab.has_selection


def _is_valid(context: Context) -> bool:
    analysis = context.bench.analysis
    return analysis is not None and analysis.is_valid


# Calls that no other module has ---------------------------------------------------------------------------------------


def _step_text(word: str, label: str | None) -> str:
    return f"{word} {label[0].lower()}{label[1:]}" if label else word


def _on_tab(name: str) -> Call:
    """Call a method of the design on screen."""

    def call(context: Context) -> None:
        if context.bench.tab is not None:
            getattr(context.bench.tab, name)()

    return call


def _close(context: Context) -> None:
    if context.bench.page is not None:
        context.bench.close_page(context.bench.page)


def _theme(name: str, title: str) -> Action:
    return Action(
        f"theme_{name}",
        Menu.VIEW,
        title,
        lambda context: context.set_theme(name),
        tip=f"Colours: {title.replace('&', '').lower()}",
        checked=lambda context: context.bench.settings.theme == name,
        submenu="&Theme",
    )


def _heat(by: str, title: str) -> Action:
    return Action(
        f"heat_{by or 'off'}",
        Menu.VIEW,
        title,
        lambda context: context.set_heat(by),
        tip="Cards tinted by their share" if by else "Cards in their plain colour",
        checked=lambda context: context.heat == by,
        submenu="&Heat map",
    )


ACTIONS: tuple[Action, ...] = (
    # File
    Action("new", Menu.FILE, "&New", lambda c: _new(c), ("Ctrl+N",), "An empty design in a tab of its own"),
    Action(
        "new_from_template",
        Menu.FILE,
        "New from &template…",
        lambda c: c.new_from_template(),
        ("Ctrl+Shift+N",),
        "A whole network or a block, with settings of your choice",
    ),
    Action("open", Menu.FILE, "&Open…", lambda c: c.bench.open(), ("Ctrl+O",), "Open designs", starts_section=True),
    Action("save", Menu.FILE, "&Save", lambda c: _save(c), ("Ctrl+S",), "Save the design", _has_design, None, True),
    Action(
        "save_as",
        Menu.FILE,
        "Save &as…",
        lambda c: _save_as(c),
        ("Ctrl+Shift+S",),
        "Save the design under another name",
        _has_design,
    ),
    Action(
        "export_onnx",
        Menu.FILE,
        "&Export ONNX…",
        lambda c: c.export_onnx(),
        ("Ctrl+E",),
        "Write an ONNX file, check it, run it and compare its outputs with PyTorch's",
        _is_valid,
        starts_section=True,
    ),
    Action(
        "export_source",
        Menu.FILE,
        "Export P&yTorch source…",
        lambda c: c.export_source(),
        (),
        "One readable Python file whose module computes the same, bit for bit",
        _is_valid,
    ),
    Action(
        "export_picture",
        Menu.FILE,
        "Export &picture…",
        lambda c: c.export_picture(),
        (),
        "The canvas as PNG or SVG",
        _has_design,
    ),
    Action("close", Menu.FILE, "&Close tab", _close, ("Ctrl+W",), "Close this tab", _has_page, starts_section=True),
    Action("quit", Menu.FILE, "&Quit", lambda c: c.quit(), ("Ctrl+Q",), "Close the window"),
    # Edit
    Action(
        "undo",
        Menu.EDIT,
        lambda c: _step_text("&Undo", c.bench.undo_label),
        lambda c: c.bench.undo(),
        ("Ctrl+Z",),
        "Take the last change back",
        lambda c: c.bench.undo_label is not None,
    ),
    Action(
        "redo",
        Menu.EDIT,
        lambda c: _step_text("&Redo", c.bench.redo_label),
        lambda c: c.bench.redo(),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Make it again",
        lambda c: c.bench.redo_label is not None,
    ),
    Action(
        "cut",
        Menu.EDIT,
        "Cu&t",
        lambda c: clipboard.cut(c.bench),
        ("Ctrl+X",),
        "Copy the selection, then delete it",
        _has_selection,
        starts_section=True,
    ),
    Action(
        "copy",
        Menu.EDIT,
        "&Copy",
        lambda c: clipboard.copy(c.bench),
        ("Ctrl+C",),
        "Copy the selection, as text that pastes anywhere",
        _has_selection,
    ),
    Action(
        "paste",
        Menu.EDIT,
        "&Paste",
        lambda c: clipboard.paste_from_clipboard(c.bench),
        ("Ctrl+V",),
        "Put in what the clipboard holds",
        _has_design,
    ),
    Action(
        "duplicate",
        Menu.EDIT,
        "&Duplicate",
        lambda c: clipboard.duplicate(c.bench),
        ("Ctrl+D", "Shift+D"),
        "A copy of the selection beside it",
        _has_selection,
    ),
    Action(
        "delete",
        Menu.EDIT,
        "De&lete",
        lambda c: clipboard.remove(c.bench),
        ("Delete", "Backspace", "X"),
        "Delete the selection and close the chain it stood in",
        _has_selection,
    ),
    Action(
        "select_all",
        Menu.EDIT,
        "Select &all",
        _on_tab("select_all"),
        ("Ctrl+A",),
        "Select every node",
        _has_design,
        starts_section=True,
    ),
    Action(
        "search_nodes",
        Menu.EDIT,
        "&Search nodes",
        lambda c: c.focus_palette(),
        ("Ctrl+K",),
        "Type what to place, then Enter",
        _has_design,
    ),
    Action(
        "edit_parameters",
        Menu.EDIT,
        "Edit para&meters",
        lambda c: c.focus_inspector(),
        ("F4",),
        "Put the keyboard into the inspector",
        _has_design,
    ),
    # View
    Action("zoom_in", Menu.VIEW, "Zoom &in", _on_tab("zoom_in"), ("Ctrl++", "Ctrl+="), "Larger", _has_design),
    Action("zoom_out", Menu.VIEW, "Zoom &out", _on_tab("zoom_out"), ("Ctrl+-",), "Smaller", _has_design),
    Action("zoom_1", Menu.VIEW, "&Actual size", _on_tab("zoom_to_actual"), ("Ctrl+0",), "100 %", _has_design),
    Action("fit_all", Menu.VIEW, "&Fit all", _on_tab("fit_all"), ("Home",), "Everything on screen", _has_design),
    Action(
        "fit_selection",
        Menu.VIEW,
        "Fit &selection",
        _on_tab("fit_selection"),
        (".",),
        "The selection as large as fits",
        _has_selection,
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
        "next_panel",
        Menu.VIEW,
        "&Next panel",
        lambda c: c.focus_next_panel(),
        ("F6",),
        "Put the keyboard into the next part of the window: nodes, canvas, design, problems",
    ),
    _heat("", "&Off"),
    _heat("parameters", "&Parameters"),
    _heat("macs", "&MACs"),
    _heat("memory", "M&emory moved"),
    _heat("time", "Measured &time"),
    _theme("system", "As the &system"),
    _theme("light", "&Light"),
    _theme("dark", "&Dark"),
    # Block
    Action(
        "group",
        Menu.BLOCK,
        "&Group into a block",
        lambda c: block_actions.group(c.bench),
        ("Ctrl+G",),
        "The selected nodes become one block",
        _has_selection,
    ),
    Action(
        "expand",
        Menu.BLOCK,
        "&Expand block",
        lambda c: block_actions.expand(c.bench),
        ("Ctrl+Shift+G",),
        "Put the block's parts in its place",
        lambda c: block_actions.selected_block(c.bench) is not None,
    ),
    Action(
        "tidy",
        Menu.BLOCK,
        "&Tidy",
        lambda c: block_actions.tidy(c.bench),
        ("Ctrl+L",),
        "Lay the design out anew; the selection only, if there is one",
        _has_design,
        starts_section=True,
    ),
    # Run
    Action(
        "measure",
        Menu.RUN,
        "&Measure now",
        lambda c: c.bench.measure(),
        ("Ctrl+Return", "Ctrl+Enter"),
        "Run the design in the worker and measure its latency",
        lambda c: c.bench.can_measure,
    ),
    Action(
        "stop",
        Menu.RUN,
        "&Stop measuring",
        lambda c: c.bench.latency.stop(),
        ("Ctrl+.",),
        "Cancel the measurement that is on its way",
        lambda c: c.bench.latency.is_running,
    ),
    Action(
        "live",
        Menu.RUN,
        "Measure &live",
        lambda c: c.bench.latency.set_live(not c.bench.latency.is_live),
        (),
        "Measure again whenever you pause",
        checked=lambda c: c.bench.latency.is_live,
    ),
    Action(
        "compare",
        Menu.RUN,
        "&Compare designs",
        lambda c: c.compare(),
        ("Ctrl+Shift+K",),
        "The open designs side by side",
        lambda c: len(c.bench.tabs) >= 2,
        starts_section=True,
    ),
    # Help
    Action(
        "help_layer",
        Menu.HELP,
        "&This layer",
        lambda c: c.show_help("layer"),
        ("F1",),
        "What the selected layer computes and costs",
    ),
    Action(
        "help_numbers",
        Menu.HELP,
        "How each &number is defined",
        lambda c: c.show_help("numbers"),
        (),
        "What is counted, and what is not",
    ),
    Action("help_keys", Menu.HELP, "&Keys and mouse", lambda c: c.show_help("keys"), (), "Every shortcut"),
    Action("about", Menu.HELP, "&About", lambda c: c.show_help("about"), (), "Version and parts", starts_section=True),
)


def _new(context: Context) -> None:
    context.bench.open_design(Design())


def _save(context: Context) -> None:
    context.bench.save()


def _save_as(context: Context) -> None:
    context.bench.save_as()


def action(id: str) -> Action:
    """The action of an id."""
    return next(each for each in ACTIONS if each.id == id)
