"""The column at the window's right: costs and inspector, which scroll, and the problems below them."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.ui.panels.cards import FittingScroll, PanelScroll

PROBLEM_LINES = 17
"""How many lines of text the problems may take before they scroll."""


def right_column(costs: QWidget, inspector: QWidget, problems: QWidget) -> QWidget:
    """The three panels one below the other; the problems stay in sight."""
    column = QWidget()
    upper, lower = PanelScroll(column), FittingScroll(PROBLEM_LINES, column)
    upper.column.addWidget(costs)
    upper.column.addWidget(inspector)
    upper.column.addStretch(1)
    lower.column.addWidget(problems)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(upper, 1)
    layout.addWidget(lower)
    column.setMinimumWidth(column.fontMetrics().horizontalAdvance("m" * 27))
    return column
