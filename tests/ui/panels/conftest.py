"""What tests of the panels share: a bottleneck whose expansion is selected, in the test's own ``window``."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.shell.main_window import MainWindow
from designer.ui.views.design_tab import DesignTab

EXPAND = NodeId("expand")


@pytest.fixture
def tab(window: MainWindow) -> DesignTab:
    made = window.bench.open_design(template("bottleneck").build())
    made.select([EXPAND])
    QApplication.processEvents()
    return made
