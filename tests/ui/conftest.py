"""What tests of the window share: settings in a folder of their own, the theme, designs to look at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from designer.files.storage import FOLDER_VARIABLE
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import Layer
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Choice, Theme


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings and user data in a folder of the test's own, with nothing measured by itself."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "data"))
    made = Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    made.live = False
    return made


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The dark look, on the application the tests share."""
    made = Theme(qapp, Choice.DARK)
    yield made
    made.deleteLater()


def chain(*layers: tuple[str, Layer]) -> Design:
    """Layers one after another, wired, in a row."""
    nodes = [Node(NodeId(id), layer, position=Point(200.0 * index, 0.0)) for index, (id, layer) in enumerate(layers)]
    wires = [Wire(PortRef(before.id, "y"), PortRef(after.id, "x")) for before, after in pairwise(nodes)]
    return Design.build("sketch", nodes, wires)


@pytest.fixture
def sketch() -> Design:
    """24×56×56 → pointwise 144 → depthwise 3×3 → output."""
    return chain(
        ("input", Input(24, 56, 56)),
        ("expand", PointwiseConv2d(144)),
        ("depthwise", DepthwiseConv2d()),
        ("output", Output()),
    )
