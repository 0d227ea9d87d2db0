"""Help pages, made from the declarations: what a layer computes, how numbers are defined, every key."""

from __future__ import annotations

import inspect
import platform
from collections.abc import Iterable, Iterator
from html import escape
from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.figures.registry import figures
from designer.errors import DesignerError
from designer.graph.formula import Expression, value_of
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.layers.registry import catalogue
from designer.ui.actions.action import Menu
from designer.ui.actions.table import ACTIONS
from designer.ui.workbench.workbench import Workbench

SAMPLES = (TensorSpec((1, 8, 4, 4)), TensorSpec((1, 8)), TensorSpec((1, 16, 8), channel_axis=2))
"""Inputs that layers are asked about: a map N×C×H×W, and a vector N×F or a sequence N×L×C for those
that take no map."""


def elementwise_kinds() -> Iterator[tuple[type[Layer], str]]:
    """Layers that do element-wise operations, and how they count them, from their own declarations."""
    for cls in catalogue():
        if cls.is_block:
            continue
        formula = _sample_formula(cls())
        if formula is not None and value_of(formula):
            yield cls, formula.line("operations")


def _sample_formula(layer: Layer) -> Expression | None:
    """How a layer's element-wise operations come about for the first of the samples that it takes."""
    for spec in SAMPLES:
        inputs = (spec,) * len(layer.inputs)
        try:
            return layer.formulas(*inputs).elementwise if inputs and layer.outputs else None
        except DesignerError:
            continue
    return None


def numbers_page() -> str:
    """How each number is defined, as HTML."""
    rows = "".join(
        f"<tr><td>{escape(cls.title)}</td><td>{escape(_counting_sentence(cls))}</td><td><i>{escape(formula)}</i></td></tr>"
        for cls, formula in elementwise_kinds()
    )
    label = SAMPLES[0].full_label
    defined = "".join(f"<p><b>{escape(each.title)}</b>: {escape(each.meaning)}</p>" for each in figures())
    return f"""
    <h2>How each number is defined</h2>
    {defined}
    <p><b>Faster, slower, or no difference you can claim</b>: two are measured in turns, A B B A …, in one process; the
    ratio is the median over pairs, and a claim is made at 99 %. In a ranking of backends, equal places mean that no
    difference can be claimed.</p>
    <p><b>Memory bound, compute bound</b>: a node that does fewer FLOPs for each byte it moves than the machine
    does while one byte comes waits for memory. Both peaks are measured once, by a matrix product and by a stream
    through memory larger than the caches.</p>
    <h3>Element-wise operations</h3>
    <p>Each addition, multiplication, division, comparison or exponential on one element counts as one. These layers do
    them; the last column is worked out for an input of {label}:</p>
    <table cellpadding="3">{rows}</table>
    """


def _counting_sentence(cls: type[Layer]) -> str:
    """The sentence of the docstring that says what is counted: its last one."""
    text = " ".join((inspect.getdoc(cls) or "").split())
    sentences = [sentence.strip() for sentence in text.split(". ") if sentence.strip()]
    return sentences[-1].rstrip(".") + "." if sentences else ""


def layer_page(cls: type[Layer]) -> str:
    """What a layer computes, its parameters and its source, as HTML."""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in (inspect.getdoc(cls) or "").split("\n\n"))
    rows = "".join(
        f"<tr><td><b>{escape(parameter.label)}</b></td><td>{escape(parameter.text(parameter.default))}</td>"
        f"<td>{escape(parameter.help)}</td></tr>"
        for parameter in cls.parameters
    )
    table = f"<h3>Parameters</h3><table cellpadding='3'>{rows}</table>" if rows else ""
    source = f"<p><i>Source: {escape(cls.source)}</i></p>" if cls.source else ""
    return f"<h2>{escape(cls.title)}</h2><p>{escape(cls.category.value)}</p>{paragraphs}{table}{source}"


def layers_page() -> str:
    """Every layer, one after the other."""
    return "<hr>".join(layer_page(cls) for cls in catalogue())


GESTURES = (
    ("Drag from the palette", "place a node under the pointer"),
    ("Double click in the palette, or Enter", "place a node, wired to the selection"),
    ("Tab, Shift+A, double click on empty canvas", "search what to place: type, Enter"),
    ("Drag from port to port", "wire them; the reason stands at the pointer where it cannot be"),
    ("Drop a wire on empty canvas, right click on a wire", "search what fits there; it comes wired"),
    ("Drop a node on a wire", "put it into the wire; Alt held leaves the wire alone"),
    ("Drag a wire's end away", "unplug it, or plug it in elsewhere"),
    ("Ctrl + right drag", "cut every wire that is crossed"),
    ("Double click on a wire, Shift + right drag", "lead it through a dot; Delete or a double click takes a dot away"),
    ("Double click on a block, Enter", "go inside; Esc comes out"),
    ("Drag on empty canvas", "select what the rubber band touches; Shift adds, Ctrl toggles"),
    ("Drag a frame's title, or a note", "move it; a frame takes along what stands in it"),
    ("Drag the corner of a frame or note", "change its size"),
    ("Double click on a frame's title, or a note", "write in it; Ctrl+Enter keeps it"),
    ("Drag with Ctrl held", "off the grid and past its neighbours"),
    ("Right click", "what can be done there"),
    ("Middle drag, Space + drag, two fingers", "move the view"),
    ("Wheel", "zoom at the pointer; View says whether Ctrl is needed"),
    ("Drag a number's name in the inspector", "see what the totals would become; Ctrl doubles and halves"),
    ("Arrow keys or wheel in a number", "the same; Enter keeps it, Esc puts back what stood there"),
    ("Click on a figure", "its formula with the numbers in it"),
    ("Esc", "leave a gesture as if it had never begun"),
)
CANVAS_KEYS = (
    ("Arrow keys, Shift + arrow keys", "move the selection by a grid step, by one unit"),
    ("Ctrl + arrow keys, with Shift", "walk along the wires, and select on the way"),
    ("Ctrl+Home, Ctrl+End", "go to the first node, to the last"),
    ("Home, .", "fit all, fit the selection"),
    ("F with two nodes selected", "wire them"),
    ("Menu key, Shift+F10", "what can be done with the selection"),
    ("Esc", "select nothing, then come out of a block"),
)


def keys_page() -> str:
    """Every action with its keys, as HTML, and the gestures of the mouse."""
    tables = "".join(_menu_table(menu) for menu in Menu)
    mouse, canvas = _table(GESTURES), _table(CANVAS_KEYS)
    return f"<h2>Keys and mouse</h2><h3>Mouse</h3>{mouse}<h3>On the canvas</h3>{canvas}{tables}"


def _menu_table(menu: Menu) -> str:
    rows = [
        (" or ".join(each.shortcuts), each.plain_title.replace("&", ""))
        for each in ACTIONS
        if each.menu is menu and each.shortcuts
    ]
    return f"<h3>{menu.value.replace('&', '')}</h3>{_table(rows)}" if rows else ""


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><b>{escape(key)}</b></td><td>{escape(text)}</td></tr>" for key, text in rows)
    return f"<table cellpadding='3'>{cells}</table>"


def about_page(versions: Iterable[tuple[str, str]]) -> str:
    """What this is and what it is made of, as HTML."""
    parts = _table(
        [("Bottleneck Designer", own_version()), ("Python", platform.python_version()), ("Qt", qVersion()), *versions]
    )
    layers = wording.plural(len(catalogue()), "layer type")
    return f"""<h2>Bottleneck Designer</h2>
    <p>Draw efficient convolution blocks, see what they cost, run them, measure them, compare them, export them.</p>
    <p>{layers} in the catalogue.</p>{parts}"""


def own_version() -> str:
    """This program's version."""
    try:
        return metadata.version("bottleneck-designer")
    except metadata.PackageNotFoundError:  # run from its source folder
        return "unreleased"


def page(name: str, bench: Workbench) -> tuple[str, str]:
    """Title and HTML of a page: ``layer`` for the selected one, ``numbers``, ``keys`` or ``about``."""
    if name == "numbers":
        return "How each number is defined", numbers_page()
    if name == "keys":
        return "Keys and mouse", keys_page()
    if name == "about":
        ready = bench.worker.conditions
        return "About", about_page(sorted(ready.versions.items()) if ready is not None else ())
    if bench.document is None or len(bench.selection) != 1:
        return "Layers", layers_page()
    layer = bench.document.design.nodes[bench.selection[0]].layer
    return layer.title, layer_page(type(layer))


class HelpDialog(QDialog):
    """Shows one page."""

    def __init__(self, title: str, html: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.browser = QTextBrowser(self)
        self.browser.setHtml(html)
        self.browser.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.browser)
        layout.addWidget(buttons)
        self.resize(self.fontMetrics().horizontalAdvance("m" * 60), self.fontMetrics().height() * 34)
