"""Questions that many actions ask: what is there to act on."""

from __future__ import annotations

from designer.ui.actions.action import Context


def has_design(context: Context) -> bool:
    """Whether a design is on screen."""
    return context.bench.tab is not None


def has_page(context: Context) -> bool:
    """Whether anything is on screen, a comparison too."""
    return context.bench.page is not None


def has_selection(context: Context) -> bool:
    """Whether a node is selected."""
    tab = context.bench.canvas_tab
    return tab is not None and tab.has_selection


def has_chosen(context: Context) -> bool:
    """Whether a node, a frame or a note is selected."""
    tab = context.bench.canvas_tab
    return tab is not None and tab.scene.has_chosen


def is_valid(context: Context) -> bool:
    """Whether the design on screen can be run."""
    analysis = context.bench.whole_analysis
    return analysis is not None and analysis.is_valid


def has_one_node(context: Context) -> bool:
    """Whether just one node is selected."""
    return len(context.bench.selection) == 1
