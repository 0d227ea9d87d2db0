"""The Run menu: measure and compare."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from designer.ui.actions.action import Action, Context, Menu, over_window
from designer.ui.actions.questions import has_selection, is_valid
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
)
