"""The column at the window's right: totals, inspector and shares, which scroll, and the problems below them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.ui.panels.cards import FittingScroll, SteadyScroll
from designer.ui.panels.costs import CostsPanel

PROBLEM_LINES = 17
"""How many lines of text the problems may take before they scroll."""


def right_column(costs: CostsPanel, targets: QWidget, inspector: QWidget, problems: QWidget) -> QWidget:
    """The panels one below the other; the problems stay in sight.

    Above the inspector stands only what never changes its height: a field must not move from under the pointer when a
    measurement arrives or a sum becomes incomplete.
    """
    column = QWidget()
    upper, lower = SteadyScroll(column), FittingScroll(PROBLEM_LINES, column)
    # A bar that comes and goes would make the fields narrower and wider.
    upper.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    upper.column.addWidget(costs)
    upper.column.addWidget(targets)
    upper.column.addWidget(inspector)
    upper.column.addWidget(costs.shares)
    upper.column.addStretch(1)
    lower.column.addWidget(problems)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(upper, 1)
    layout.addWidget(lower)
    column.setMinimumWidth(column.fontMetrics().horizontalAdvance("m" * 27))
    return column
