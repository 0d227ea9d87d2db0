"""What can be taken into a comparison: open tabs, files, templates, earlier states from undo and from git, variants."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from designer import wording
from designer.edit.variants import Variant, inside_of, shared_parameters
from designer.errors import DesignFileError
from designer.files import design_json
from designer.graph.design import Design
from designer.ui.compare.member import MOST, Member, of_design, of_tab
from designer.ui.compare.page import ComparePage
from designer.ui.compare.revisions_dialog import RevisionsDialog
from designer.ui.compare.variants_dialog import VariantsDialog
from designer.ui.dialogs.template_dialog import TemplateDialog
from designer.ui.views.design_tab import DesignTab
from designer.ui.workbench.workbench import Workbench

MOST_STEPS = 20
"""Steps of the undo history that the menu lists, the latest ones."""


def adding_menu(bench: Workbench, page: ComparePage) -> QMenu:
    """A menu of what can be added to a comparison."""
    menu = QMenu(page)
    compared = {member.document for member in page.comparing.members}
    tabs = menu.addMenu("Open &tab")
    for tab in bench.tabs:
        if tab.document not in compared:
            tabs.addAction(tab.document.design.name, partial(_add_tab, page, tab))
    tabs.setEnabled(not tabs.isEmpty())
    menu.addAction("From a &file…", partial(_from_files, bench, page))
    menu.addAction("From a t&emplate…", partial(_from_template, page))
    menu.addSeparator()
    member = page.active
    steps = menu.addMenu(f"&Earlier state of {member.name}")
    for back, (label, before) in enumerate(member.document.earlier[:MOST_STEPS], start=1):
        title = f"before “{label}”"
        steps.addAction(title, partial(_add_designs, page, [(before, f"{wording.plural(back, 'step')} back: {title}")]))
    steps.setEnabled(not steps.isEmpty())
    git = menu.addAction(f"Earlier state from &git of {member.name}…", partial(_from_git, page, member))
    git.setEnabled(member.document.path is not None)
    menu.addSeparator()
    varied = menu.addAction("&Variants of the selection…", partial(ask_for_variants, bench, page))
    varied.setEnabled(_can_vary(member.view))
    return menu


def open_adding_menu(bench: Workbench, page: ComparePage, at: QPoint) -> None:
    """Show that menu."""
    menu = adding_menu(bench, page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)


def _add_tab(page: ComparePage, tab: DesignTab) -> None:
    page.add([of_tab(tab)], f"Add {tab.document.design.name}")


def _add_designs(page: ComparePage, designs: Sequence[tuple[Design, str]]) -> None:
    names = ", ".join(design.name for design, _ in designs)
    page.add([of_design(design, origin) for design, origin in designs], f"Add {names}")


def _from_files(bench: Workbench, page: ComparePage) -> None:
    folder = Path(page.active.document.path).parent if page.active.document.path else Path.home()
    members: list[Member] = []
    for path in bench.ask.paths_to_open(folder):
        try:
            member = of_design(design_json.load(path), str(path))
        except DesignFileError as error:
            bench.ask.tell("The file could not be opened", str(error))
            continue
        member.document.mark_saved(str(path.absolute()))
        members.append(member)
    if members:
        page.add(members, "Add " + ", ".join(member.name for member in members))


def _from_template(page: ComparePage) -> None:
    dialog = TemplateDialog(None, page)
    dialog.built.connect(lambda design: _add_designs(page, [(design, "template")]))
    dialog.open()


def _from_git(page: ComparePage, member: Member) -> None:
    if member.document.path is None:
        return
    dialog = RevisionsDialog(Path(member.document.path), page)
    dialog.chosen.connect(partial(_add_designs, page))
    dialog.open()


def _can_vary(tab: DesignTab) -> bool:
    """Whether the selection has a field in common, and stands where it may be edited."""
    return tab.shown.is_editable and bool(shared_parameters(tab.shown.design, tab.selection))


def ask_for_variants(bench: Workbench, page: ComparePage | None) -> None:
    """Ask for a family of the selection's designs, and take it into the comparison; a new one where there is none."""
    tab = bench.tab
    if tab is None or not _can_vary(tab):
        if tab is not None:
            bench.status_message.emit(
                "No variants: select nodes with a field in common, in a group or in the design itself"
            )
        return
    room = MOST - (len(page.comparing.members) if page is not None else 1)
    path = tab.path
    dialog = VariantsDialog(tab.shown.committed_design, tab.selection, room, tab)
    dialog.made.connect(
        lambda family: _compare_family(bench, page, tab, inside_of(tab.document.committed_design, path, family))
    )
    dialog.open()


def _compare_family(bench: Workbench, page: ComparePage | None, tab: DesignTab, family: Sequence[Variant]) -> None:
    members = [of_design(variant.design, f"variant of {tab.document.design.name}") for variant in family]
    label = f"Variants {', '.join(variant.label for variant in family)}"
    if page is None:
        page = bench.compare([of_tab(tab)])
    page.add(members, label)
