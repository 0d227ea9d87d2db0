"""The window: menus, tab strip, docks and status line around the workbench's pages. No behaviour of its own.

Panels get the document and the analysis, never the window. What can be done stands in ``actions``.
Dialogs and help are imported where they are opened, so that the window stands sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QChildEvent, QEvent, QPoint, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QStackedWidget, QTabBar, QWidget

from designer.analysis.analysis import Analysis
from designer.analysis.figures.figure import Figure
from designer.analysis.figures.registry import figure
from designer.analysis.fixes import Fix, Problem, problems
from designer.edit.alignment import Alignment
from designer.edit.document import Command
from designer.errors import DesignFileError
from designer.graph.design import NodeId, NodePath
from designer.targets.hints import MOST_TRIED, hints
from designer.targets.profile import Profile
from designer.targets.profile_files import targets
from designer.targets.verdict import verdict_of
from designer.ui.actions import importing, own_blocks
from designer.ui.actions.action import Context, Menu
from designer.ui.actions.file import new_from_template
from designer.ui.actions.own_parameters import ask_for_formula
from designer.ui.actions.run import open_vary
from designer.ui.compare.page import ComparePage
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look import icons
from designer.ui.look.heat import heat_map
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Theme, tokens
from designer.ui.look.window_style import window_style
from designer.ui.panels.charts_panel import ChartsPanel
from designer.ui.panels.column import right_column
from designer.ui.panels.costs import CostsPanel
from designer.ui.panels.inspector import InspectorPanel
from designer.ui.panels.node_library import Entry
from designer.ui.panels.palette import PalettePanel
from designer.ui.panels.problems import ProblemsPanel
from designer.ui.panels.target_tiles import TargetTiles
from designer.ui.shell.command_palette import CommandPalette
from designer.ui.shell.docks import Docks
from designer.ui.shell.menus import ActionViews
from designer.ui.shell.node_menu import node_menu
from designer.ui.shell.panel_focus import focus_next
from designer.ui.shell.status_line import StatusLine
from designer.ui.shell.tab_strip import TabsBar, TabStrip
from designer.ui.stage_table.panel import StagePanel
from designer.ui.table.panel import TablePanel
from designer.ui.views.companion import Companion
from designer.ui.views.design_tab import DesignTab
from designer.ui.views.empty_page import EmptyPage
from designer.ui.widgets.ask import Ask, AskByDialog
from designer.ui.workbench.workbench import Workbench
from designer.worker.orders import DevicesOrder

if TYPE_CHECKING:
    from designer.ui.dialogs.explain_dialog import ExplainDialog
    from designer.ui.lessons.panel import LessonPanel

TITLE = "Bottleneck Designer"
HINT_PAUSE_MS = 200
"""After an edit, until the fixes of a target's hints are tried: a trial is an analysis of the whole design."""


class MainWindow(QMainWindow):
    """Shows the workbench."""

    def __init__(
        self, settings: Settings, theme: Theme, worker: WorkerClient | None = None, ask: Ask | None = None
    ) -> None:
        super().__init__()
        self.theme = theme
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.settings = settings
        self.worker = worker or WorkerClient()
        self.bench = Workbench(settings, ask or AskByDialog(self), self.worker, self)
        self.docks = Docks(self)
        context = Context(self.bench, self, self, theme)
        self.views = ActionViews(self, context, settings)
        self.commands = CommandPalette(context, self)
        self._kept: Analysis | None = None
        self._shows_tried = False
        self._has_asked_for_devices = False
        self._known_targets: dict[str, Profile] | None = None
        self._hint_pause = QTimer(self)
        self._hint_pause.setSingleShot(True)
        self._hint_pause.setInterval(HINT_PAUSE_MS)
        self._make_panels()
        self._make_centre()
        self._connect()
        self._restore()
        self._follow_theme()

    # Building ---------------------------------------------------------------------------------------------------------

    def _make_panels(self) -> None:
        self.palette_panel = PalettePanel(self)
        self.costs = CostsPanel(self)
        self.target_tiles = TargetTiles(self)
        self.inspector = InspectorPanel(self)
        self.problems = ProblemsPanel(self)
        self.charts = ChartsPanel(self.worker, self.settings, self.bench.ask, self)
        self.table = TablePanel(self)
        self.stages = StagePanel(self)
        area = Qt.DockWidgetArea
        self.palette_dock = self.docks.add("Nodes", self.palette_panel, area.LeftDockWidgetArea)
        self.panels_dock = self.docks.add(
            "Design",
            right_column(self.costs, self.target_tiles, self.inspector, self.problems),
            area.RightDockWidgetArea,
        )
        self.charts_dock = self.docks.add("Charts", self.charts, area.BottomDockWidgetArea, is_hidden=True)
        self.table_dock = self.docks.add("Table", self.table, area.BottomDockWidgetArea, is_hidden=True)
        self.stages_dock = self.docks.add("Stages", self.stages, area.BottomDockWidgetArea, is_hidden=True)
        self.tabifyDockWidget(self.charts_dock, self.table_dock)
        self.tabifyDockWidget(self.table_dock, self.stages_dock)
        lines = [*(f"align_{by.value}" for by in Alignment), "distribute_across", "distribute_down"]
        self.inspector.offer(self.views["illustrate"])
        self.inspector.several.offer({id.replace("_", "-"): self.views[id] for id in lines})
        view_menu = self.views.menu(Menu.VIEW)
        view_menu.addSeparator()
        view_menu.addActions(self.docks.toggles)

    def _make_centre(self) -> None:
        acts = self.views
        exports = [acts["export"], acts["export_source"], acts["export_table"], acts["export_picture"]]
        self.strip = TabStrip(acts["measure"], acts["compare"], exports, acts["new_from_template"])
        bar = TabsBar(self.strip, self)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        self.pages = QStackedWidget(self)
        self._nothing_open = EmptyPage([acts["new_from_template"], acts["new"], acts["open"]], self)
        self.pages.addWidget(self._nothing_open)
        self.setCentralWidget(self.pages)
        self.status = StatusLine(self.settings, self)
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        bench = self.bench
        bench.tab_added.connect(self._add_page)
        bench.tab_removed.connect(self._remove_page)
        bench.page_changed.connect(self._show_page)
        bench.active_changed.connect(self._show_pane)
        bench.analysed.connect(self._show_analysis)
        bench.level_changed.connect(self._show_pane)
        bench.selection_changed.connect(lambda: self.inspector.show_selection(bench.selection))
        bench.state_changed.connect(self._refresh_state)
        bench.status_message.connect(self.status.say)
        bench.latency.progressed.connect(self._show_latency)
        bench.latency.failed.connect(lambda failure: self.status.say(f"Not measured: {failure.what}. {failure.hint}"))
        self.strip.page_chosen.connect(bench.turn_to)
        self.strip.close_requested.connect(bench.close_page)
        self.strip.menu_asked.connect(self._open_tab_menu)
        self.strip.rename_requested.connect(self._rename_design)
        self.palette_panel.layer_chosen.connect(self._place)
        self.palette_panel.template_chosen.connect(partial(new_from_template, bench, self))
        self.palette_panel.block_chosen.connect(self._place)
        self.palette_panel.rename_asked.connect(lambda block: own_blocks.rename_block(bench, block))
        self.palette_panel.delete_asked.connect(lambda block: own_blocks.delete_block(bench, block))
        bench.library.changed.connect(lambda: self.palette_panel.show_blocks(bench.library.blocks))
        self.palette_panel.show_blocks(bench.library.blocks)
        self.problems.show_requested.connect(self._show_issue)
        self.problems.fix_requested.connect(self._fix)
        self.problems.fix_considered.connect(self._consider_fix)
        self.problems.fix_dismissed.connect(self._dismiss_fix)
        self.charts.status_message.connect(self.status.say)
        self.charts.node_chosen.connect(self._show_path)
        self.table.status_message.connect(self.status.say)
        self.stages.status_message.connect(self.status.say)
        self.table.menu_asked.connect(lambda at: self._open_menu(at, self.table.add_choices))
        self.table.view.figures_chosen.connect(lambda keys: setattr(self.settings, "columns_changed", keys))
        bench.menu_asked.connect(self._open_menu)
        bench.import_asked.connect(partial(importing.import_network, bench, self))
        bench.import_shown.connect(partial(importing.show_import, bench, self))
        self.costs.figures_chosen.connect(lambda keys: setattr(self.settings, "tiles_changed", keys))
        self.target_tiles.map_asked.connect(self._show_memory_map)
        self._hint_pause.timeout.connect(self._show_problems)
        self.costs.explain_asked.connect(lambda figure: self.explain(figure, ()))
        self.inspector.formula_asked.connect(lambda field: ask_for_formula(self.bench, field))
        self.inspector.vary_asked.connect(lambda field: open_vary(self.bench, self, field))
        self.inspector.explain_asked.connect(lambda figure, id: self.explain(figure, (NodeId(id),)))
        self.status.conditions_chosen.connect(bench.latency.conditions_changed)
        zooms = ("fit_all", "fit_selection", "zoom_25", "zoom_50", "zoom_1", "zoom_150", "zoom_200")
        self.status.offer_zooms([self.views[name] for name in zooms])
        self.worker.state_changed.connect(lambda _text: self._worker_changed())
        self.worker.trouble.connect(self.status.say)
        self.theme.changed.connect(self._change_theme)

    # Pages ------------------------------------------------------------------------------------------------------------

    def _add_page(self, page: QWidget) -> None:
        self.pages.addWidget(page)
        self.strip.add(page)
        if isinstance(page, DesignTab):
            page.zoom_changed.connect(lambda _scale: self._show_zoom())
        if isinstance(page, ComparePage):
            page.add_requested.connect(lambda at: self._open_adding_menu(page, at))

    def _remove_page(self, page: QWidget) -> None:
        self.strip.remove(page)
        self.pages.removeWidget(page)
        if isinstance(page, DesignTab):
            views = [self.pages.widget(index) for index in range(self.pages.count())]
            for view in views:
                if isinstance(view, ComparePage) and page in view.tabs and not view.drop(page):
                    self.bench.close_page(view)
                if isinstance(view, Companion) and view.tab is page:
                    self.bench.close_page(view)

    def _show_page(self) -> None:
        page, tab = self.bench.page, self.bench.tab
        self.pages.setCurrentWidget(page if page is not None else self._nothing_open)
        if page is not None:
            self.strip.turn_to(page)
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.docks.put_away(isinstance(page, ComparePage | Companion))
        self.docks.set_enabled(tab is not None)
        self.table.show_tab(tab)
        self.stages.show_tab(tab)
        self.inspector.show_document(self.bench.document)
        self.inspector.show_selection(self.bench.selection)
        self._show_analysis()
        self._show_zoom()
        if isinstance(page, ComparePage):
            page.refresh()

    def _show_pane(self) -> None:
        """The panels speak of what is on the canvas: the active pane, the inside of the block that is open."""
        self.table.show_tab(self.bench.tab)
        self.stages.show_tab(self.bench.tab)
        self.inspector.show_document(self.bench.document)
        self.inspector.show_selection(self.bench.selection)
        self._show_analysis()

    def _show_zoom(self) -> None:
        if self.bench.tab is not None:
            self.status.show_zoom(self.bench.tab.zoom)

    def _show_analysis(self) -> None:
        analysis = self.bench.analysis
        self._shows_tried = self._is_tried
        if not self._shows_tried:
            self._kept = analysis
        self.costs.show_analysis(analysis, self._kept if self._shows_tried else None)
        if self.bench.tab is not None and "explaining" in vars(self):
            self.explaining.show_analysis(self.bench.tab.analysis)
        self.target_tiles.show_targets(self._targets)
        self.target_tiles.show_analysis(self.bench.whole_analysis)
        self._show_problems(tried=0)
        if self._targets:
            self._hint_pause.start()
        if analysis is not None:
            self.inspector.show_analysis(analysis)

    def _show_problems(self, tried: int = MOST_TRIED) -> None:
        """Show the problems, and what the targets make of the whole design; fixes of the latter come after a pause."""
        analysis = self.bench.analysis
        if self.bench.tab is not None and self.bench.tab.ghosts.is_shown:
            return  # else the fix's own button would go
        found: list[Problem] = list(problems(analysis)) if analysis is not None else []
        if analysis is not None and analysis.is_valid and analysis is self.bench.whole_analysis:
            found += [hint for profile in self._targets for hint in hints(analysis, profile, tried)]
        self.problems.show_problems(found)

    @property
    def _targets(self) -> tuple[Profile, ...]:
        """The targets that were chosen, those left out whose files are gone."""
        keys = self.settings.targets
        if not keys:
            return ()
        if self._known_targets is None:
            self._known_targets = {profile.key: profile for profile in targets()}
        known = self._known_targets
        return tuple(known[key] for key in keys if key in known)

    def show_targets(self) -> None:
        """Ask which targets designs are held against."""
        from designer.ui.dialogs.targets_dialog import TargetsDialog

        dialog = TargetsDialog(self.settings, self)
        dialog.accepted.connect(self._targets_chosen)
        dialog.open()

    def _targets_chosen(self) -> None:
        self._known_targets = None
        self._show_analysis()

    def _show_memory_map(self, profile: Profile) -> None:
        from designer.ui.dialogs.memory_map_dialog import MemoryMapDialog

        analysis = self.bench.whole_analysis
        if analysis is None or not analysis.is_valid:
            return
        verdict = verdict_of(analysis, profile)
        if verdict.deployed is None or verdict.reason:
            self.status.say(verdict.reason)
            return
        MemoryMapDialog(verdict, self).open()

    @property
    def _is_tried(self) -> bool:
        """Whether what is on screen is only tried out."""
        document = self.bench.document
        return document is not None and document.design is not document.committed_design

    @property
    def _is_analysed(self) -> bool:
        """Whether what is known is of what is on screen."""
        analysis, document = self.bench.analysis, self.bench.document
        return analysis is not None and document is not None and analysis.design is document.design

    def _refresh_state(self) -> None:
        self.views.refresh()
        if self._shows_tried and not self._is_tried and self._is_analysed:
            self._show_analysis()  # what was tried was kept as it stood, so no other analysis comes
        for tab in self.bench.tabs:
            unsaved = "" if tab.document.is_saved or tab.is_untouched else " •"
            self.strip.set_title(tab, tab.document.design.name + unsaved, tab.document.path or "not saved yet")
        page = self.bench.page
        for titled in (page, *self.bench.companions):
            if isinstance(titled, ComparePage | Companion):
                self.strip.set_title(titled, titled.title, titled.title)
        self.inspector.show_values()
        self.status.show_state(self.bench.whole, self.bench.whole_analysis)
        self._show_title()
        self._show_latency()

    def _show_title(self) -> None:
        document = self.bench.whole
        self.setWindowTitle(f"{document.design.name}[*] — {TITLE}" if document is not None else TITLE)
        self.setWindowModified(document is not None and not document.is_saved)

    # Measuring --------------------------------------------------------------------------------------------------------

    def _show_latency(self) -> None:
        latency, analysis = self.bench.latency, self.bench.analysis
        path = self.bench.tab.path if self.bench.tab is not None else ()
        shown = latency.shown
        figure = shown.block(path) if shown is not None and path else shown
        self.table.show_times(shown.node_ms if shown is not None and latency.is_current else {})
        self.charts.show_design(analysis, figure, latency.is_current)
        self.charts.roofline.show_analysis(self.bench.whole_analysis)
        self.costs.show_latency(analysis, figure, latency.is_current, *latency.state)
        if self.bench.tab is not None and analysis is not None:
            # A card has no room to say that its time is old, so old times leave the cards.
            node_ms = figure.node_ms if figure is not None and latency.is_current else {}
            self.bench.tab.show_times(node_ms)
            self.inspector.show_times(node_ms)
            self.bench.tab.show_heat(heat_map(analysis, self.bench.heat, node_ms))
        page = self.bench.page
        if isinstance(page, ComparePage):
            page.refresh()

    def _worker_changed(self) -> None:
        ready = self.worker.conditions
        if ready is not None:
            self.status.show_devices(tuple(ready.devices))
        if ready is not None and not self._has_asked_for_devices:
            self._has_asked_for_devices = True
            self.worker.submit(DevicesOrder()).done.connect(self.status.show_choices)

    def _change_theme(self) -> None:
        self.settings.theme = self.theme.choice.value
        self._follow_theme()

    def _follow_theme(self) -> None:
        """Bars keep colours as values, so they are made anew."""
        self.charts.follow_theme()
        self.setStyleSheet(window_style(tokens()))
        self.docks.dress()
        icons.redress(self)
        self._show_analysis()
        self._refresh_state()
        for index in range(self.pages.count()):
            page = self.pages.widget(index)
            if isinstance(page, ComparePage | Companion):
                page.follow_theme()

    # What panels ask for ----------------------------------------------------------------------------------------------

    def _place(self, entry: Entry) -> None:
        if self.bench.tab is not None:
            try:
                self.bench.tab.place_wired(self.bench.library.layer(entry))
            except DesignFileError as error:
                self.bench.library.reload()
                self.status.say(str(error))
                return
            self.bench.library.used(entry)

    def _show_issue(self, problem: Problem) -> None:
        if self.bench.tab is not None and problem.node is not None:
            self.bench.tab.show_inside(problem.path)

    def _show_path(self, path: NodePath) -> None:
        if self.bench.tab is not None:
            self.bench.tab.show_inside(path)

    def _fix(self, problem: Problem, fix: Fix) -> None:
        self.bench.apply(fix.label, fix.edit)
        self._dismiss_fix()
        if self.bench.tab is not None:
            self.bench.tab.setFocus()  # the button goes with its problem, and the keyboard would fall into any field

    def _consider_fix(self, problem: Problem, fix: Fix) -> None:
        if self.bench.tab is not None:
            self.bench.tab.ghosts.show(fix.edit)

    def _dismiss_fix(self) -> None:
        if self.bench.tab is not None:
            self.bench.tab.ghosts.dismiss()

    def _rename_design(self, page: QWidget) -> None:
        """Ask for another name of a tab's design."""
        if not isinstance(page, DesignTab):
            return
        self.bench.turn_to(page)
        present = page.document.design.name
        name = self.bench.ask.text("Rename the design", "Name", present)
        if name is not None and name.strip() and name.strip() != present:
            page.document.apply(Command(f"Rename {present}", lambda design: design.renamed(name.strip())))

    def _save_tab(self, tab: DesignTab) -> None:
        self.bench.turn_to(tab)
        self.bench.save()

    def _open_tab_menu(self, page: QWidget, at: QPoint) -> None:
        """What can be done with a tab."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("What can be done with this tab")
        bench = self.bench
        if isinstance(page, DesignTab):
            menu.addAction("&Rename…", lambda: self._rename_design(page))
            menu.addAction("&Save", partial(self._save_tab, page))
            path = page.document.path
            copy = menu.addAction("Copy the file's &path", lambda: QGuiApplication.clipboard().setText(str(path)))
            copy.setEnabled(path is not None)
            menu.addSeparator()
        menu.addAction("&Close", lambda: bench.close_page(page))
        others = menu.addAction("Close the &others", lambda: bench.close_others(page))
        others.setEnabled(bench.has_several_pages)
        menu.popup(at)

    def _open_adding_menu(self, page: ComparePage, at: QPoint) -> None:
        from designer.ui.compare.adding import open_adding_menu

        open_adding_menu(self.bench, page, at)

    def _open_menu(self, at: QPoint, add: Callable[[QMenu], None] = lambda _menu: None) -> None:
        menu = node_menu(self.views, self.bench, self)
        add(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    # What actions turn to --------------------------------------------------------------------------------------------

    @cached_property
    def explaining(self) -> ExplainDialog:
        """The dialog that explains figures, made for the first of them."""
        from designer.ui.dialogs.explain_dialog import ExplainDialog

        dialog = ExplainDialog(self)
        dialog.node_chosen.connect(self._show_path)
        return dialog

    def explain(self, which: Figure | None = None, inside: NodePath | None = None) -> None:
        """Say where a figure comes from, unless said the MACs; of a node, of all that is shown, or of the selection."""
        tab = self.bench.tab
        if tab is not None:
            path = tab.selection[:1] if inside is None else inside
            self.explaining.open_at(tab.analysis, which or figure("macs"), (*tab.path, *path))

    def show_commands(self) -> None:
        """Open the command palette."""
        self.commands.open()

    def focus_palette(self) -> None:
        """Put the keyboard into the search field."""
        self.palette_dock.show()
        self.palette_panel.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.palette_panel.search.selectAll()

    def focus_inspector(self) -> None:
        """Put the keyboard into the inspector."""
        self.panels_dock.show()
        self.inspector.first_field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_table(self) -> None:
        """Put the keyboard into the table of the graph; out of it, and the table away, where it is there already."""
        self._turn_to(self.table_dock, self.table.view)

    def show_stages(self) -> None:
        """Put the keyboard into the stage table; out of it, and the table away, where it is there already."""
        self._turn_to(self.stages_dock, self.stages.view)

    def _turn_to(self, dock: QDockWidget, view: QWidget) -> None:
        if dock.isVisible() and view.hasFocus():
            dock.hide()
            if self.bench.page is not None:
                self.bench.page.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        dock.show()
        dock.raise_()
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_next_panel(self) -> None:
        """Put the keyboard into the next part of the window."""
        first_problem = self.problems.cards[0] if self.problems.cards else None
        stops = (
            (self.palette_panel, self.palette_panel.search),
            (self.pages, self.bench.page),
            (self.table, self.table.view),
            (self.stages, self.stages.view),
            (self.inspector, self.inspector.first_field),
            (self.problems, first_problem),
        )
        focus_next(stops, self.focusWidget())

    @cached_property
    def lessons(self) -> LessonPanel:
        """The panel of lessons, made and docked for the first of them."""
        from designer.ui.lessons.panel import LessonPanel

        panel = LessonPanel(self.bench, self)
        left = Qt.DockWidgetArea.LeftDockWidgetArea
        self.lessons_dock = self.docks.add("Lesson", panel, left, is_hidden=True, needs_design=False)
        self.tabifyDockWidget(self.palette_dock, self.lessons_dock)
        self.docks.dress()
        self.views.menu(Menu.VIEW).addAction(self.lessons_dock.toggleViewAction())
        return panel

    def show_lessons(self, folder: Path | None = None) -> None:
        """Open the lessons of a folder, or the program's own, beside the canvas.

        Raises:
            DesignFileError: The folder cannot be read.
        """
        if folder is None:
            self.lessons.open_first()
        else:
            self.lessons.open_folder(folder)
        if isinstance(self.bench.page, Companion):
            self.bench.turn_to(self.bench.page.tab)  # lessons stand beside a canvas
        self.lessons_dock.show()
        self.lessons_dock.raise_()
        self.lessons.chooser.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_help(self, page: str) -> None:
        """Show a help page: ``layer``, ``numbers``, ``keys`` or ``about``."""
        from designer.ui.dialogs import help_pages

        title, html = help_pages.page(page, self.bench)
        help_pages.HelpDialog(title, html, self).open()

    # Events -----------------------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """What can be done is other where the window has the whole screen, or gave it back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.views.refresh()

    def childEvent(self, event: QChildEvent) -> None:
        """Name the bars of tabs that Qt makes where panels share a place; empty ones it keeps outside the window."""
        super().childEvent(event)
        bar = event.child()
        if event.polished() and isinstance(bar, QTabBar):
            bar.setAccessibleName("Panels in one place")
            bar.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What nobody took: under a layout of another script, the action whose key stands in that place."""
        meant = self.views.meant_by(event)
        if meant is not None:
            meant.trigger()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes, remember how the window stood, end the worker."""
        if not self.bench.may_close_all():
            event.ignore()
            return
        self.docks.put_away(False)
        self.settings.keep_window(self.saveGeometry(), self.saveState())
        self.settings.sync()
        self.worker.stop()
        self.bench.forget_imports()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files dropped on the window."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open dropped files."""
        for url in filter(QUrl.isLocalFile, event.mimeData().urls()):
            self.bench.open_path(Path(url.toLocalFile()))

    def _restore(self) -> None:
        metrics, screen = self.fontMetrics(), self.screen().availableGeometry()
        wanted = QSize(metrics.horizontalAdvance("m" * 130), metrics.height() * 56)
        frame = QSize(0, metrics.height() * 3)  # what the system draws around it, which is not known before it is shown
        self.resize(wanted.boundedTo(screen.size() - frame))
        self.table.view.show_figures(self.settings.columns_changed)
        self.costs.show_figures(self.settings.tiles_changed)
        if self.settings.geometry is not None:
            self.restoreGeometry(self.settings.geometry)
        if self.settings.docks is not None:
            self.restoreState(self.settings.docks)
