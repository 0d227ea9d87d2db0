"""The Run menu: measure and compare."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from designer.edit.layout import tidy
from designer.edit.variants import shared_parameters
from designer.ui.actions.action import Action, Context, Menu, on_bench, over_window
from designer.ui.actions.questions import has_selection, is_valid
from designer.ui.compare.member import of_design, of_tab
from designer.ui.workbench.workbench import Workbench

# Dialogs are imported where they are opened, so that the window stands sooner.


def _measure_backends(bench: Workbench, parent: QWidget) -> None:
    from designer.ui.dialogs.backends_dialog import open_backends

    open_backends(bench, parent)


def _ask_for_variants(context: Context) -> None:
    from designer.ui.compare.adding import ask_for_variants

    ask_for_variants(context.bench, context.bench.comparison)


def _compare(bench: Workbench, parent: QWidget) -> None:
    """Open a page that compares the two open designs; of more it is asked which."""
    from designer.ui.dialogs.compare_dialog import LEAST, CompareDialog

    if len(bench.tabs) <= LEAST:
        bench.compare_tabs()
    else:
        CompareDialog(bench, parent).open()


def _vary(bench: Workbench, parent: QWidget) -> None:
    open_vary(bench, parent)


def open_vary(bench: Workbench, parent: QWidget, field: str = "") -> None:
    """Ask which values a field of the selection takes in a sweep.

    Args:
        bench: The open designs.
        parent: Over which the question opens.
        field: The field that is meant; any where empty.
    """
    from designer.ui.sweep.vary_dialog import VaryDialog

    document = bench.document
    ids = [id for id in bench.selection if document is not None and id in document.design.nodes]
    if document is not None and shared_parameters(document.design, ids):
        VaryDialog(document, ids, field, parent).open()


def _can_vary(context: Context) -> bool:
    document, ids = context.bench.document, context.bench.selection
    return document is not None and document.is_editable and bool(shared_parameters(document.design, ids))


def _sweep(bench: Workbench) -> None:
    """Turn to the page that sweeps the design on screen, and back from it."""
    from designer.ui.sweep.page import SweepPage

    tab, page = bench.tab, bench.page
    if tab is None:
        return
    if isinstance(page, SweepPage):
        bench.turn_to(tab)
        return
    present = next((each for each in bench.companions if isinstance(each, SweepPage) and each.tab is tab), None)
    if present is not None:
        bench.turn_to(present)
        return
    made = SweepPage(tab, bench.worker, bench.settings, bench.ask)
    made.open_asked.connect(lambda design: bench.open_design(tidy(design), is_saved=False))
    made.compare_asked.connect(
        lambda designs: bench.compare([of_tab(tab), *(of_design(tidy(each), "sweep") for each in designs)])
    )
    bench.accompany(made)


RUN_ACTIONS: tuple[Action, ...] = (
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
        "measure_backends",
        Menu.RUN,
        "Measure all &backends…",
        over_window(_measure_backends),
        ("Ctrl+Shift+Return",),
        "Eager, folded, compiled, ONNX Runtime and what else is installed, timed in turns and ranked",
        is_valid,
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
        "targets",
        Menu.RUN,
        "&Targets…",
        lambda c: c.panels.show_targets(),
        ("Ctrl+Shift+T",),
        "Choose the devices that the design is held against: whether it fits, and what would be better there",
    ),
    Action(
        "compare",
        Menu.RUN,
        "&Compare designs",
        over_window(_compare),
        ("Ctrl+Shift+K",),
        "The open designs side by side",
        lambda c: len(c.bench.tabs) >= 2,
        starts_section=True,
    ),
    Action(
        "variants",
        Menu.RUN,
        "&Variants of the selection…",
        _ask_for_variants,
        ("Ctrl+Shift+A",),
        "A family of designs that differ in one field, side by side",
        has_selection,
    ),
    Action(
        "vary",
        Menu.RUN,
        "Var&y a field…",
        over_window(_vary),
        ("Ctrl+Shift+Y",),
        "Mark a field of the selection for a sweep, with its values",
        _can_vary,
        starts_section=True,
    ),
    Action(
        "sweep",
        Menu.RUN,
        "S&weep…",
        on_bench(_sweep),
        ("F9",),
        "Walk through the space of designs whose fields vary, and see the front",
        lambda c: c.bench.tab is not None,
    ),
)
