"""The workbench: designs that are open, the one on screen, what can be done with them. The window is a view of it.

Knows documents, files, the worker and the settings; asks people through ``Ask``; owns no menu, dock or button.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget

from designer.analysis.analysis import Analysis
from designer.edit.document import Command, Document
from designer.edit.editable import Editable
from designer.errors import DesignerError, DesignFileError
from designer.files import design_json, import_folder
from designer.files.atomic import read_whole, write_whole
from designer.files.block_library import BlockLibrary
from designer.files.outputs import refuse_loss, stem_of
from designer.files.sidecar import weights_beside
from designer.files.storage import data_folder
from designer.graph.design import Design, NodeId
from designer.importing.model_files import is_model
from designer.importing.record_file import keep_record, kept_record, record_beside
from designer.importing.result import ImportResult
from designer.importing.result_words import headline
from designer.ui.compare.comparing import Comparing
from designer.ui.compare.member import MOST, Member, of_design, of_tab
from designer.ui.compare.page import ComparePage
from designer.ui.jobs.live_latency import LiveLatency
from designer.ui.jobs.paired_runs import PairedRuns
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.panels.node_library import NodeLibrary
from designer.ui.views.companion import Companion
from designer.ui.views.design_tab import DesignTab
from designer.ui.views.subgraph_navigation import SubgraphNavigation
from designer.ui.widgets.ask import DESIGN_FILTER, Answer, Ask
from designer.ui.workbench.disk_watch import DiskWatch

SUFFIX = ".design.json"
UNTITLED = "untitled"
"""How names begin that nobody chose."""
MOST_WEIGHT_BYTES = 8 * 2**30


class Workbench(QObject):
    """Open designs as tabs.

    Signals: ``tab_added`` and ``tab_removed`` with a page; ``page_changed`` when another page is on screen;
    ``active_changed`` when another pane of a comparison has the keyboard; ``level_changed`` when another block of the
    design, or the whole, is on the canvas; ``state_changed`` whenever what can be done, or what is known, may have
    become another; ``status_message`` with a line for the status bar; ``menu_asked`` with a place on the screen;
    ``import_asked`` with a network's file that somebody wants to open; ``import_shown`` when what the import of the
    design on screen found shall be shown.
    """

    tab_added = Signal(object)
    tab_removed = Signal(object)
    page_changed = Signal()
    active_changed = Signal()
    analysed = Signal()
    selection_changed = Signal()
    level_changed = Signal()
    state_changed = Signal()
    status_message = Signal(str)
    menu_asked = Signal(QPoint)
    import_asked = Signal(object)
    import_shown = Signal()

    def __init__(self, settings: Settings, ask: Ask, worker: WorkerClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.ask = ask
        self.worker = worker
        self.library = NodeLibrary(BlockLibrary(data_folder()), settings, self)
        self.latency = LiveLatency(worker, settings, self)
        self.latency.changed.connect(self.state_changed)
        self.pairs = PairedRuns(worker, settings, self)
        self.pairs.changed.connect(self.state_changed)
        self.heat = ""
        self._pages: list[QWidget] = []
        self._page: QWidget | None = None
        self._opened_from: dict[QWidget, QWidget] = {}
        self.disk = DiskWatch(lambda: [tab.document for tab in self.tabs], self)
        self.disk.changed.connect(self._changed_on_disk)

    # What is open -----------------------------------------------------------------------------------------------------

    @property
    def tabs(self) -> tuple[DesignTab, ...]:
        """The open designs, in the order they were opened."""
        return tuple(page for page in self._pages if isinstance(page, DesignTab))

    @property
    def page(self) -> QWidget | None:
        """What is on screen: a design or a comparison."""
        return self._page

    @property
    def tab(self) -> DesignTab | None:
        """The design that keys and actions mean, in a comparison the one of the active pane; None without any."""
        if isinstance(self._page, ComparePage):
            return self._page.active.view
        if isinstance(self._page, Companion):
            return self._page.tab
        return self._page if isinstance(self._page, DesignTab) else None

    @property
    def comparison(self) -> ComparePage | None:
        """The comparison on screen."""
        return self._page if isinstance(self._page, ComparePage) else None

    @property
    def document(self) -> Editable | None:
        """What is on the canvas: the design, or what is inside one of its blocks."""
        return self.tab.shown if self.tab is not None else None

    @property
    def analysis(self) -> Analysis | None:
        """The analysis of what is on the canvas."""
        return self.tab.shown_analysis if self.tab is not None else None

    @property
    def whole(self) -> Document | None:
        """The document of the design on screen: what is saved, measured, exported and undone."""
        return self.tab.document if self.tab is not None else None

    @property
    def whole_analysis(self) -> Analysis | None:
        """The analysis of the whole design on screen."""
        return self.tab.analysis if self.tab is not None else None

    @property
    def canvas_tab(self) -> DesignTab | None:
        """The design whose canvas is in sight: its selection can be acted on."""
        return None if isinstance(self._page, Companion) else self.tab

    @property
    def selection(self) -> tuple[NodeId, ...]:
        """Selected nodes of the canvas on screen."""
        return self.canvas_tab.selection if self.canvas_tab is not None else ()

    def add_page(self, page: QWidget) -> None:
        """Open a page beside the designs, such as a comparison, and turn to it."""
        if self._page is not None:
            self._opened_from[page] = self._page
        self._pages.append(page)
        self.tab_added.emit(page)
        self.turn_to(page)

    def turn_to(self, page: QWidget | None) -> None:
        """Put a page on screen."""
        if page is self._page:
            return
        self._page = page
        self.latency.follow(self.whole_analysis, is_other_design=True)
        self.page_changed.emit()
        self.state_changed.emit()

    @property
    def has_several_pages(self) -> bool:
        """Whether there is another page to turn to."""
        return len(self._pages) > 1

    def turn_by(self, steps: int) -> None:
        """Turn to a page at the right, or at the left; after the last comes the first."""
        if self._page in self._pages:
            self.turn_to(self._pages[(self._pages.index(self._page) + steps) % len(self._pages)])

    def fit_all(self) -> None:
        """Everything of what is on screen in sight, all designs of a comparison."""
        if self.comparison is not None:
            self.comparison.cameras.fit_all()
        elif self.tab is not None:
            self.tab.fit_all()

    def set_wheel_zooms(self, zooms: bool) -> None:
        """Let the wheel zoom and Ctrl with it scroll, or the other way round, on every canvas."""
        self.settings.wheel_zooms = zooms
        for tab in self.tabs:
            tab.canvas.wheel_zooms = zooms
        self.state_changed.emit()

    def zoom_to(self, scale: float) -> None:
        """Show the canvas on screen at a scale, 1 being actual size."""
        tab = self.tab
        if tab is not None:
            tab.canvas.zoom_to(scale)

    def set_minimap(self, is_shown: bool) -> None:
        """Draw the whole design small in the corner of every canvas, or not."""
        self.settings.minimap = is_shown
        for tab in self.tabs:
            tab.canvas.minimap.set_wanted(is_shown)
        self.state_changed.emit()

    def set_heat(self, by: str) -> None:
        """Tint cards by their share of a figure; an empty text ends it."""
        self.heat = by
        self.state_changed.emit()

    def set_snaps(self, snaps: bool) -> None:
        """Let dragged cards snap, or not, on every canvas."""
        self.settings.snaps = snaps
        for tab in self.tabs:
            tab.canvas.snaps = snaps
        self.state_changed.emit()

    # Opening and saving -----------------------------------------------------------------------------------------------

    def open_design(self, design: Design, path: Path | None = None, is_saved: bool = True) -> DesignTab:
        """Open a design in a tab of its own and turn to it."""
        document = Document(design, str(path) if path is not None else None)
        if not is_saved:
            document.mark_unsaved()
        return self.open_document(document)

    def new(self) -> DesignTab:
        """Open an empty design under a name that no open design has."""
        taken = {tab.document.design.name for tab in self.tabs}
        numbers = itertools.count(2)
        name = UNTITLED
        while name in taken:
            name = f"{UNTITLED} {next(numbers)}"
        return self.open_design(Design(name))

    def open_document(self, document: Document) -> DesignTab:
        """Open a document in a tab of its own and turn to it."""
        tab = DesignTab(document)
        self.disk.note(document)
        self._follow(tab)
        self.add_page(tab)
        return tab

    def _follow(self, tab: DesignTab) -> None:
        """Listen to a view of a design, on a page of its own or in a comparison."""
        tab.canvas.wheel_zooms = self.settings.wheel_zooms
        tab.canvas.snaps = self.settings.snaps
        tab.scene.gliding.is_wanted = lambda: self.settings.animations
        tab.canvas.minimap.set_wanted(self.settings.minimap)
        tab.canvas.adding.library = self.library
        tab.analysed.connect(lambda: self._analysed(tab))
        tab.document_changed.connect(self.state_changed)
        tab.selection_changed.connect(lambda: self._selected(tab))
        tab.level_changed.connect(lambda: self._turned_to_level(tab))
        tab.status_message.connect(self.status_message)
        tab.canvas.menu_asked.connect(self.menu_asked)

    def compare(self, members: Sequence[Member]) -> ComparePage:
        """Open a comparison and turn to it."""
        page = ComparePage(members, self.latency.figure, self.pairs.pair, self.ask)
        page.status_message.connect(self.status_message)
        page.changed.connect(self.state_changed)
        page.active_changed.connect(lambda: self._another_pane(page))
        page.open_requested.connect(self._give_tab)
        page.comparing.taken_in.connect(lambda member: self._follow(member.view))
        for member in members:
            self._follow(member.view)
        self.add_page(page)
        return page

    def compare_tabs(self, chosen: Sequence[DesignTab] | None = None) -> ComparePage | None:
        """Compare open designs, or turn to the comparison of them that there is.

        Args:
            chosen: Which, ``MOST`` at most; all of the open ones, as far as they go, where None.
        """
        tabs = tuple(self.tabs if chosen is None else chosen)[:MOST]
        if len(tabs) < 2:
            return None
        for page in self._pages:
            if isinstance(page, ComparePage) and page.tabs == tabs:
                self.turn_to(page)
                return page
        return self.compare([of_tab(tab) for tab in tabs])

    def accompany(self, page: Companion) -> None:
        """Open a page that shows an open design otherwise, and turn to it."""
        page.status_message.connect(self.status_message)
        page.changed.connect(self.state_changed)
        page.left.connect(lambda: self.turn_to(page.tab))
        self.add_page(page)

    @property
    def companions(self) -> tuple[Companion, ...]:
        """Open pages that show a design otherwise."""
        return tuple(page for page in self._pages if isinstance(page, Companion))

    def _another_pane(self, page: ComparePage) -> None:
        if page is self._page:
            self.latency.follow(self.whole_analysis, is_other_design=True)
            self.active_changed.emit()
            self.state_changed.emit()

    def _give_tab(self, member: Member) -> None:
        """Turn to the tab of a compared design, or open one for it."""
        if member.tab in self.tabs:
            self.turn_to(member.tab)
            return
        member.tab = self.open_document(member.document)

    def open_path(self, path: Path) -> DesignTab | None:
        """Open a file, or turn to its tab where it is open already; says why where it cannot."""
        for tab in self.tabs:
            if tab.document.path is not None and Path(tab.document.path) == path.absolute():
                self.turn_to(tab)
                return tab
        if is_model(path):
            self.import_asked.emit(path)
            return None
        try:
            design = design_json.load(path)
        except DesignFileError as error:
            self.settings.forget(path)
            self.state_changed.emit()
            self.ask.tell("The file could not be opened", str(error))
            return None
        self.settings.remember(path)
        self._drop_untouched()
        tab = self.open_design(design, path.absolute())
        self._say_unproved(tab)
        return tab

    def open_import(self, result: ImportResult, place: Path) -> DesignTab:
        """Open a network that was brought in, as a design without a file; its weights lie beside ``place``.

        Raises:
            DesignFileError: The design in the record cannot be read.
        """
        design = design_json.loads(result.design, result.path)
        self._drop_untouched()
        document = Document(design)
        document.mark_unsaved()
        document.brought_in = str(place)
        try:
            keep_record(result, place)
        except DesignFileError as error:
            self.status_message.emit(f"What the import found is not kept: {error}")
        tab = self.open_document(document)
        self._say_unproved(tab)
        return tab

    def import_record(self) -> ImportResult | None:
        """What was found when the design on screen was brought in; says why where that cannot be read."""
        document = self.whole
        try:
            return kept_record(document.carrier) if document is not None else None
        except DesignFileError as error:
            self.status_message.emit(str(error))
            return None

    def _say_unproved(self, tab: DesignTab) -> None:
        """Say above the canvas that an imported design is not whole, or not proved to compute the same."""
        try:
            record = kept_record(tab.document.carrier)
        except DesignFileError as error:
            self.status_message.emit(str(error))
            return
        if record is not None and not (record.proved and record.is_complete):
            tab.notice.tell(headline(record), [("&Details", self.import_shown.emit), ("&Dismiss", lambda: None)])

    def forget_imports(self) -> None:
        """Remove what is kept of networks that were brought in, for a window that closes."""
        for tab in self.tabs:
            _forget_import(tab.document)

    def open_copy(self, path: Path) -> DesignTab | None:
        """Open what a file holds as a design without a file, such as an example; says why where it cannot."""
        try:
            design = design_json.load(path)
        except DesignFileError as error:
            self.ask.tell("The file could not be opened", str(error))
            return None
        self._drop_untouched()
        return self.open_design(design)

    def open(self) -> None:
        """Ask for files and open them."""
        for path in self.ask.paths_to_open(self.folder()):
            self.open_path(path)

    def save(self) -> bool:
        """Save the design on screen under its name; gives whether it is saved now."""
        document = self.whole
        if document is None:
            return False
        return self._write(document, Path(document.path)) if document.path else self.save_as()

    def save_as(self) -> bool:
        """Ask where, and save the design on screen there; gives whether it is saved now."""
        document = self.whole
        if document is None:
            return False
        suggested = Path(document.path) if document.path else self.folder() / f"{file_stem(document.design)}{SUFFIX}"
        path = self.ask.path_to_save("Save the design as", suggested, DESIGN_FILTER)
        if path is None:
            return False
        path = path if path.suffix == ".json" else path.with_name(path.name + SUFFIX)
        if document.committed_design.name.startswith(UNTITLED):
            name = path.name.removesuffix(".json").removesuffix(".design")
            document.apply(Command(f"Name it {name}", lambda design: design.renamed(name)))
        return self._write(document, path)

    def _write(self, document: Document, path: Path) -> bool:
        if not self._may_write(document, path):
            return False
        try:
            design_json.save(document.committed_design, path)
        except DesignFileError as error:
            self.ask.tell("The design was not saved", str(error))
            return False
        self._carry_along(document.carrier, path)
        document.mark_saved(str(path.absolute()))
        self.disk.note(document)
        for tab in self.tabs:
            if tab.document is document:
                tab.notice.clear()
        self.settings.remember(path)
        self.status_message.emit(f"Saved {path.name}")
        self.state_changed.emit()
        return True

    def _may_write(self, document: Document, path: Path) -> bool:
        """Whether writing there loses nothing, or the person wants it so."""
        if document.path is not None and Path(document.path) == path.absolute():
            if not self.disk.differs(document) or self.disk.is_gone(document):
                return True
            return self.ask.sure(
                f"{path.name} was changed by another program",
                "Saving replaces what it wrote. Above the canvas you can reload the file, or compare it with yours.",
                "Replace it",
            )
        others = [tab.document.path for tab in self.tabs if tab.document is not document and tab.document.path]
        try:
            refuse_loss(path, (SUFFIX, ".json"), others)
        except DesignFileError as error:
            self.ask.tell("The design was not saved", str(error))
            return False
        return True

    def _changed_on_disk(self, document: Document) -> None:
        tab = next((tab for tab in self.tabs if tab.document is document), None)
        if tab is None or document.path is None:
            return
        name = Path(document.path).name
        keep = ("&Keep mine", lambda: None)
        if self.disk.is_gone(document):
            tab.notice.tell(f"{name} is not there any more; saving writes it anew.", [keep])
            document.mark_unsaved()
        else:
            offers = [("&Reload", lambda: self._reload(tab)), keep, ("&Compare", lambda: self._compare_with_file(tab))]
            tab.notice.tell(f"{name} was changed by another program.", offers)
        self.state_changed.emit()

    def _reload(self, tab: DesignTab) -> None:
        """Take what the file holds now, as a step that undo takes back."""
        document = tab.document
        read = self._read_again(document)
        if read is not None:
            document.apply(Command("Reload the file", lambda _: read))
            document.mark_saved()
            self.disk.note(document)
            self.state_changed.emit()

    def _compare_with_file(self, tab: DesignTab) -> None:
        read = self._read_again(tab.document)
        if read is not None:
            self.compare([of_tab(tab), of_design(read, f"the file {Path(str(tab.document.path)).name}")])

    def _read_again(self, document: Document) -> Design | None:
        try:
            return design_json.load(str(document.path))
        except DesignFileError as error:
            self.ask.tell("The file could not be read", str(error))
            return None

    def _carry_along(self, before: str | None, after: Path) -> None:
        """A design that is saved elsewhere takes its own weights along, and the record of how it came in."""
        if before is None or Path(before).absolute() == after.absolute():
            return
        for source, target in (
            (weights_beside(before), weights_beside(after)),
            (record_beside(before), record_beside(after)),
        ):
            if source.is_file():
                try:
                    write_whole(target, read_whole(source, MOST_WEIGHT_BYTES))
                except DesignFileError as error:
                    self.ask.tell(f"The design was saved without {target.name}", str(error))

    # Measuring -------------------------------------------------------------------------------------------------------

    @property
    def can_measure(self) -> bool:
        """Whether something on screen can run."""
        return any(analysis.is_valid for analysis in self._on_screen())

    def measure(self) -> None:
        """Measure the design on screen, or each of those that are compared."""
        if self.comparison is not None:
            comparing = self.comparison.comparing
            self.pairs.measure(comparing.analyses[comparing.baseline], comparing.analyses)
            self.latency.measure_each(self._on_screen())
        else:
            self.latency.measure_now()

    def _on_screen(self) -> list[Analysis]:
        if self.comparison is not None:
            return self.comparison.comparing.analyses
        return [self.whole_analysis] if self.whole_analysis is not None else []

    # Closing ----------------------------------------------------------------------------------------------------------

    def close_page(self, page: QWidget) -> bool:
        """Close a page, asking about unsaved changes; gives whether it is closed."""
        if isinstance(page, DesignTab) and not self._may_close(page):
            return False
        index = self._pages.index(page)
        self._pages.remove(page)
        self.tab_removed.emit(page)
        before = self._opened_from.pop(page, None)
        if page is self._page:
            beside = self._pages[min(index, len(self._pages) - 1)] if self._pages else None
            self.turn_to(before if before in self._pages else beside)
        if isinstance(page, DesignTab | ComparePage | Companion):
            page.end()
        if isinstance(page, DesignTab):
            _forget_import(page.document)
        page.deleteLater()
        self.state_changed.emit()
        return True

    def close_others(self, page: QWidget) -> None:
        """Close every page but one, until somebody thinks better of one with unsaved changes."""
        for other in [each for each in self._pages if each is not page]:
            if not self.close_page(other):
                return

    def may_close_all(self) -> bool:
        """Ask about every design's unsaved changes; gives whether the window may close."""
        self.settings.open_files = tuple(Path(tab.document.path) for tab in self.tabs if tab.document.path)
        unsaved = [tab for tab in self.tabs if not tab.document.is_saved and not tab.is_untouched]
        if len(unsaved) < 2:
            return all(self._may_close(tab) for tab in unsaved)
        answer = self.ask.about_all_changes([tab.document.design.name for tab in unsaved])
        if answer is Answer.SAVE:
            return all(self._saved(tab) for tab in unsaved)
        return answer is Answer.DISCARD

    def _saved(self, tab: DesignTab) -> bool:
        self.turn_to(tab)
        return self.save()

    def _may_close(self, tab: DesignTab) -> bool:
        if tab.document.is_saved or tab.is_untouched:
            return True
        self.turn_to(tab)
        answer = self.ask.about_changes(tab.document.design.name)
        if answer is Answer.SAVE:
            return self.save()
        return answer is Answer.DISCARD

    def _drop_untouched(self) -> None:
        """What the window showed at its start makes way for the first file."""
        for tab in self.tabs:
            if tab.is_untouched and tab.document.path is None and len(self.tabs) == 1:
                QTimer.singleShot(0, self, lambda gone=tab: gone in self._pages and self.close_page(gone))

    # Editing ----------------------------------------------------------------------------------------------------------

    def apply(self, label: str, edit: Callable[[Design], Design]) -> bool:
        """Make one undo step in the design on screen; says why where it is refused. Gives whether it was made."""
        document = self.document
        if document is None:
            return False
        try:
            document.apply(Command(label, edit))
        except DesignerError as error:
            self.status_message.emit(str(error))
            return False
        return True

    @property
    def undo_label(self) -> str | None:
        """The step that undo takes back, or None."""
        steps = self._steps
        return steps.undo_label if steps is not None else None

    @property
    def redo_label(self) -> str | None:
        """The step that redo brings again, or None."""
        steps = self._steps
        return steps.redo_label if steps is not None else None

    @property
    def _steps(self) -> SubgraphNavigation | Comparing | None:
        """Whose steps undo takes back: a comparison's own and its designs', in turn, or a design's."""
        if self.comparison is not None:
            return self.comparison.comparing
        return self.tab.walking if self.tab is not None else None

    def undo(self) -> None:
        """Take the last step of the design on screen back."""
        document = self.document
        if document is not None and document.design is not document.committed_design:
            document.cancel_preview()  # what is only tried out goes first
            return
        steps = self._steps
        if steps is not None and steps.undo_label is not None:
            self.status_message.emit(f"Undone: {steps.undo_label}")
            steps.undo()
            self.state_changed.emit()

    def redo(self) -> None:
        """Make the step that was taken back again."""
        steps = self._steps
        if steps is not None and steps.redo_label is not None:
            self.status_message.emit(f"Done again: {steps.redo_label}")
            steps.redo()
            self.state_changed.emit()

    def _analysed(self, tab: DesignTab) -> None:
        if tab is self.tab:
            self.analysed.emit()
            self.latency.follow(tab.analysis)  # says that the state changed
        else:
            self.state_changed.emit()

    def _selected(self, tab: DesignTab) -> None:
        if tab is self.tab:
            self.selection_changed.emit()
            self.state_changed.emit()

    def _turned_to_level(self, tab: DesignTab) -> None:
        if tab is self.tab:
            self.level_changed.emit()
            self.state_changed.emit()

    def folder(self) -> Path:
        """Where files are looked for first: the folder of the design on screen, else of the file opened last."""
        document = self.whole
        if document is not None and document.path:
            return Path(document.path).parent
        recent = self.settings.recent
        return recent[0].parent if recent else Path.home()


def _forget_import(document: Document) -> None:
    for place in document.places_of_weights:
        import_folder.forget(Path(place))


def file_stem(design: Design) -> str:
    """The design's name as a file's."""
    return stem_of(design.name)
