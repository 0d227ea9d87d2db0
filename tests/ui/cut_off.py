"""What is cut off on a screen, and what has no name for a screen reader; also a program that looks at every dialog.

``python -m tests.ui.cut_off`` shows the window of 1280×800 with a bottleneck selected, then each page and dialog, and
prints a line of JSON: the scale of the screen, and for each what is cut off and what has no name. ``QT_SCALE_FACTOR``
sets the scale.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QSettings, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from designer.files.storage import FOLDER_VARIABLE
from designer.graph.design import NodeId
from designer.templates.networks import template
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Choice, Theme
from designer.ui.shell.main_window import MainWindow
from tests.ui.windows import FAKE_WORKER, Answers

_WORDED = (QLabel, QAbstractButton, QComboBox, QAbstractSpinBox)


def cut_off(top: QWidget) -> list[str]:
    """What of a window has less room than it needs, in words; what scrolls down is not cut off."""
    return [
        *(_said(widget) for widget in top.findChildren(QWidget) if isinstance(widget, _WORDED) and _is_cut(widget)),
        *(
            f"{type(area).__name__} '{area.objectName()}' in {type(area.parent()).__name__} scrolls sideways"
            for area in top.findChildren(QScrollArea)
            if area.isVisible() and area.horizontalScrollBar().isVisible()
        ),
    ]


def nameless(top: QWidget) -> list[str]:
    """What of a window takes the keyboard and tells a screen reader no name."""
    return [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in top.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        # A viewport is its view's and a line of text its spin box's, which are asked themselves.
        and not isinstance(widget.parent(), QAbstractScrollArea | QAbstractSpinBox)
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]


def _is_cut(widget: QWidget) -> bool:
    if not widget.isVisible():
        return False
    needed = _needed(widget)
    gives_way = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
    wraps = isinstance(widget, QLabel) and widget.wordWrap()
    too_narrow = not gives_way and not wraps and widget.width() < needed.width()
    too_low = widget.height() < (widget.heightForWidth(widget.width()) if wraps else needed.height())
    return too_narrow or too_low or _is_outside(widget)


def _needed(widget: QWidget) -> QSize:
    """The room its words take; of a button with one sign the sign's own, without what a style puts around it."""
    if isinstance(widget, QAbstractButton) and len(widget.text()) == 1:
        return widget.fontMetrics().tightBoundingRect(widget.text()).size()
    return widget.minimumSizeHint()


def _is_outside(widget: QWidget) -> bool:
    """Whether it stands beyond the right edge of the window."""
    top = widget.window()
    return widget.mapTo(top, QPoint(widget.width(), 0)).x() > top.width()


def _said(widget: QWidget) -> str:
    text = getattr(widget, "text", lambda: "")() or getattr(widget, "currentText", lambda: "")()
    has, needs = widget.size(), _needed(widget)
    parents = f"{type(widget.parent()).__name__}"
    room = f"{has.width()}×{has.height()}, needs {needs.width()}×{needs.height()}"
    return f"{type(widget).__name__} '{text}' in {parents} has {room}"


def _looks(window: MainWindow, app: QApplication) -> Iterator[tuple[str, QWidget]]:
    """What can be looked at, each shown; what it was shown for is over when the next is asked for."""
    tab = window.bench.open_design(template("bottleneck").build())
    tab.select([NodeId("depthwise")])
    yield "window", window
    window.bench.open_design(template("mobilenet_v2").build()).select([NodeId("bottleneck_2")])
    yield "window with a block selected", window
    for id in ("export", "export_picture", "new_from_template", "help_keys", "explain", "measure_backends", "variants"):
        window.views[id].trigger()
        app.processEvents()
        for dialog in [each for each in app.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]:
            yield f"{id}: {dialog.windowTitle()}", dialog
            dialog.reject()
    window.table_dock.show()
    yield "table", window
    window.table_dock.hide()
    window.charts_dock.show()
    yield "charts", window
    window.charts_dock.hide()
    window.views["compare"].trigger()
    yield "compare", window


def main() -> None:
    """Look at everything and say what is cut off."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FOLDER_VARIABLE] = folder
        app = QApplication([])
        settings = Settings(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
        settings.live = False
        window = MainWindow(settings, Theme(app, Choice.DARK), WorkerClient(FAKE_WORKER), Answers())
        window.resize(1280, 800)
        window.show()
        found, silent = {}, {}
        for name, shown in _looks(window, app):
            for _ in range(3):
                app.processEvents()
            found[name], silent[name] = cut_off(shown), nameless(shown)
            if len(sys.argv) > 1:
                shown.grab().save(f"{sys.argv[1]}-{len(found):02}.png")
        print(json.dumps({"scale": window.devicePixelRatioF(), "cut_off": found, "nameless": silent}), flush=True)
        window.worker.stop()
        os._exit(0)


if __name__ == "__main__":
    main()
