"""The inspector: parameters of what is selected, its shapes and costs; the design's own name where nothing is.

A form made of the layers' declared parameters. Knows no particular layer. Reads a document and its analysis, and writes
commands; typing in one field is one undo step, until the field is left.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from designer import wording
from designer.analysis.analysis import Analysis, NodeReport
from designer.analysis.figures.registry import figure
from designer.analysis.fitting import padding_refuses
from designer.analysis.subtotal import subtotal
from designer.edit.document import Command
from designer.edit.editable import Editable
from designer.edit.edits import rename, set_formula, set_parameter
from designer.errors import DesignerError, ParameterError
from designer.graph.design import Design, Node, NodeId
from designer.graph.parameter import Parameter
from designer.graph.tensor import TensorSpec
from designer.ui.look.theme import tokens
from designer.ui.panels.cards import Card, TonedLabel, clear, heading, quiet
from designer.ui.panels.formula_names import formula_names, numbers_of
from designer.ui.panels.several import SeveralNodes
from designer.ui.widgets.action_button import follow
from designer.ui.widgets.fields import Field, NameEdit, NumberField, field_for, labelled_row


class InspectorPanel(QWidget):
    """The form of the selection.

    Signals: ``explain_asked`` with a Figure and a node's id; ``formula_asked`` with the field that shall follow from
    others; ``vary_asked`` with the field of the selection whose
    values for a sweep shall be chosen.
    """

    explain_asked = Signal(object, str)
    vary_asked = Signal(str)
    formula_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: Editable | None = None
        self._analysis: Analysis | None = None
        self._ids: tuple[NodeId, ...] = ()
        self._fields: dict[str, Field] = {}
        self._form_key: object = None
        self._tried: tuple[str, object] | None = None
        self._node_ms: Mapping[str, float] = {}
        self.title = heading("Design", self)
        self.subtitle = quiet("", self)
        self.subtitle.setWordWrap(False)
        header = QHBoxLayout()
        header.addWidget(self.title)
        header.addStretch(1)
        header.addWidget(self.subtitle)
        self.name = NameEdit("Name", self)
        self.name.renamed.connect(self._rename)
        self._form = QVBoxLayout()
        self._form.setSpacing(self.fontMetrics().height() // 4)
        self.shapes = QLabel(self)
        self.shapes.setWordWrap(True)
        self.shapes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts = quiet("", self)
        self.facts.setTextFormat(Qt.TextFormat.RichText)
        self.facts.setToolTip("Press a figure to see where it comes from")
        flags = Qt.TextInteractionFlag
        self.facts.setTextInteractionFlags(flags.LinksAccessibleByMouse | flags.LinksAccessibleByKeyboard)
        self.facts.linkActivated.connect(self._explain)
        self.several = SeveralNodes(self)
        self.illustrate = QPushButton("Illustrate", self)
        self.advice = Card("hint", self)
        self._advice_text = TonedLabel("hint", "", self.advice)
        self.advice.column.addWidget(self._advice_text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(header)
        layout.addWidget(self.name)
        layout.addLayout(self._form)
        layout.addWidget(self.shapes)
        layout.addWidget(self.facts)
        layout.addWidget(self.illustrate)
        layout.addWidget(self.advice)
        layout.addWidget(self.several)
        for part in (self.shapes, self.facts, self.illustrate, self.advice, self.several):
            part.hide()  # until a design is open

    def offer(self, illustrate: QAction) -> None:
        """Have a button for a block that does what an action does."""
        follow(self.illustrate, illustrate)

    @property
    def fields(self) -> dict[str, Field]:
        """The fields on screen, by parameter name."""
        return self._fields

    @property
    def advice_text(self) -> str:
        """What the green note says."""
        return self._advice_text.text()

    def show_document(self, document: Editable | None) -> None:
        """Turn to another design; nothing of it is selected yet."""
        self._seal()
        self._document, self._analysis, self._ids = document, None, ()
        self._refresh()

    def show_selection(self, ids: Sequence[NodeId]) -> None:
        """Show other nodes' parameters."""
        if tuple(ids) != self._ids:
            self._seal()
            self._ids = tuple(ids)
            self._refresh()

    def show_analysis(self, analysis: Analysis) -> None:
        """Show the present values and what follows from them."""
        self._analysis = analysis
        self._refresh()

    def show_times(self, node_ms: Mapping[str, float]) -> None:
        """Take measured times, in milliseconds by node; none where nothing that is up to date was measured."""
        if node_ms != self._node_ms:
            self._node_ms = node_ms
            self._show_several(self._nodes())

    @property
    def first_field(self) -> QWidget:
        """Where the keyboard begins: the first parameter, or the name where there is none."""
        return next(iter(self._fields.values()), self.name)

    # Showing ----------------------------------------------------------------------------------------------------------

    def _nodes(self) -> list[Node]:
        if self._document is None:
            return []
        nodes = self._document.design.nodes
        return [nodes[id] for id in self._ids if id in nodes]

    def _refresh(self) -> None:
        self.show_values()
        self._show_figures(self._nodes())

    def show_values(self) -> None:
        """Show names and present values, where nothing that follows from them changed."""
        if self._document is None or self._document.design is self._document.committed_design:
            self._tried = None  # somebody else ended the preview, by undo or by an edit
        nodes = self._nodes()
        parameters = () if self._takes_its_shape_from_outside(nodes) else _common(nodes)
        key = ([node.id for node in nodes], parameters)
        if key != self._form_key:
            self._form_key = key
            self._build_form(parameters)
        for name, field in self._fields.items():
            values = {getattr(node.layer, name) for node in nodes}
            field.show_value(values.pop() if len(values) == 1 else None)
            self._show_formula(name, field, nodes)
            field.setEnabled(self._document is not None and self._document.is_editable)
        self._show_header(nodes)

    def _takes_its_shape_from_outside(self, nodes: list[Node]) -> bool:
        """Whether these are where data enters a block: what they say of themselves does not count there."""
        is_inside = self._document is not None and self._document.whole is not self._document
        return is_inside and any(not node.layer.inputs and not node.layer.is_block for node in nodes)

    def _build_form(self, parameters: Sequence[Parameter]) -> None:
        focused = next((name for name, field in self._fields.items() if field.editor.hasFocus()), None)
        clear(self._form)
        self._fields = {}
        for parameter in parameters:
            field = field_for(parameter, self)
            field.edited.connect(lambda value, name=parameter.name: self._edit(name, value))
            field.retracted.connect(lambda name=parameter.name: self._take_back(name))
            field.finished.connect(self._seal)
            field.formula_given.connect(lambda text, name=parameter.name: self._give_formula(name, text))
            field.tries_out = True
            if isinstance(field, NumberField):
                field.box.passes_over = partial(self._padding_refuses, parameter.name)
            field.tried.connect(lambda value, name=parameter.name: self._try(name, value))
            field.untried.connect(self._leave)
            self._fields[parameter.name] = field
            row = labelled_row(field, self)
            row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            row.customContextMenuRequested.connect(partial(self._open_field_menu, row, parameter.name))
            self._form.addWidget(row)
        if focused in self._fields:
            self._fields[focused].setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_field_menu(self, row: QWidget, name: str, at: QPoint) -> None:
        if self._document is None or not self._document.is_editable:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Vary…", lambda: self.vary_asked.emit(name))
        if formula_names(self._document):
            menu.addAction("&Formula…", lambda: self.formula_asked.emit(name))
        menu.popup(row.mapToGlobal(at))

    def _show_formula(self, name: str, field: Field, nodes: Sequence[Node]) -> None:
        """What a field follows from, and the same in numbers."""
        formulas = {node.formula(name) for node in nodes}
        formula = formulas.pop() if len(formulas) == 1 else ""
        field.offer_names(formula_names(self._document) if len(nodes) else ())
        field.show_formula(formula, numbers_of(formula, self._document, nodes[0]) if formula else "")

    def _give_formula(self, name: str, text: str) -> None:
        """Let a field follow from others."""
        ids = tuple(node.id for node in self._nodes())
        if self._document is None or not ids:
            return
        self._tried = None
        label = self._nodes()[0].layer.parameter(name).label.lower()
        try:
            self._document.apply(Command(f"Formula of {label}", lambda design: set_formula(design, ids, name, text)))
        except DesignerError as error:
            self._fields[name].complain(str(error))

    def _padding_refuses(self, name: str, value: object) -> bool:
        for node in self._nodes():
            report = self._report(node)
            inputs = report.inputs if report is not None else ()
            if padding_refuses(node.layer.with_parameter(name, value), inputs):
                return True
        return False

    def _show_header(self, nodes: list[Node]) -> None:
        self.setEnabled(self._document is not None)
        if len(nodes) == 1:
            where = nodes[0].id + self._condition_words(nodes[0])
            self._head(nodes[0].layer.card_title(), where, nodes[0].name, nodes[0].layer.card_title())
        elif nodes:
            titles = sorted({node.layer.title for node in nodes})
            self._head(wording.plural(len(nodes), "node"), ", ".join(titles[:2]) + ("…" if len(titles) > 2 else ""))
        elif self._document is not None and self._document.whole is not self._document:
            self._head("Inside the block", "", self._document.design.name, "Group")
        elif self._document is not None:
            self._head("Design", "", self._document.design.name, "untitled")
        else:
            self._head("Nothing open", "")
        self.name.setVisible(len(nodes) <= 1 and self._document is not None)
        self.name.setEnabled(self._document is not None and self._document.is_editable)

    def _condition_words(self, node: Node) -> str:
        return f" · only if {node.condition}" if node.condition else ""

    def _head(self, title: str, subtitle: str, name: str = "", placeholder: str = "") -> None:
        self.title.setText(title.upper())
        self.title.setAccessibleName(title)
        self.subtitle.setText(subtitle)
        self.name.setPlaceholderText(placeholder)
        self.name.setToolTip("Name on the card; empty means the layer's own" if subtitle else "Name of the design")
        self.name.show_name(name)

    def _show_figures(self, nodes: list[Node]) -> None:
        single = nodes[0] if len(nodes) == 1 else None
        report = self._report(single)
        self.illustrate.setVisible(single is not None and single.layer.is_block)
        self.shapes.setVisible(report is not None)
        self.facts.setVisible(report is not None)
        if single is not None and report is not None and self._analysis is not None:
            self.shapes.setText(shape_line(report))
            lines = fact_lines(self._analysis, single.id, report)
            self.facts.setText("<br>".join(_linked(key, line) for key, line in lines))
            self.facts.setAccessibleName("; ".join(line for _, line in lines))
        self._show_several(nodes)
        text = advice(single) if single is not None else ""
        self._advice_text.setText(text)
        self.advice.setVisible(bool(text))

    def _show_several(self, nodes: list[Node]) -> None:
        self.several.setVisible(len(nodes) > 1 and self._analysis is not None)
        if len(nodes) > 1 and self._analysis is not None:
            self.several.show_subtotal(subtotal(self._analysis, [node.id for node in nodes], self._node_ms))

    def _explain(self, word: str) -> None:
        nodes = self._nodes()
        if nodes:
            self.explain_asked.emit(figure(word), nodes[0].id)

    def _report(self, node: Node | None) -> NodeReport | None:
        if node is None or self._analysis is None or node.id not in self._analysis.design.nodes:
            return None
        return self._analysis.node(node.id)

    # Editing ----------------------------------------------------------------------------------------------------------

    def _edit(self, name: str, value: object) -> None:
        nodes = self._nodes()
        if self._document is None or not nodes:
            return
        if self._tried is not None and self._tried[0] != name:
            self._keep()
        self._tried = None  # what is given now counts, and not what was looked at before it
        ids = tuple(node.id for node in nodes)
        parameter = nodes[0].layer.parameter(name)
        where = nodes[0].title if len(nodes) == 1 else wording.plural(len(nodes), "node")
        command = Command(
            f"Set {parameter.label.lower()} of {where}",
            lambda design: set_parameter(design, ids, name, value),
            merge_key=self._run(name),
        )
        try:
            self._document.apply(command)
        except ParameterError as error:
            self._fields[name].complain(error.reason)
        except DesignerError as error:
            self._fields[name].complain(str(error))

    def _run(self, name: str) -> tuple[object, ...]:
        """What merges the edits of one field in one selection."""
        return ("inspector", tuple(node.id for node in self._nodes()), name)

    def _take_back(self, name: str) -> None:
        """Give each node of the selection the value it had before the typing."""
        if self._document is not None:
            self._document.take_back(self._run(name))

    def _try(self, name: str, value: object) -> None:
        """Show what a value would do, without keeping it."""
        ids = tuple(node.id for node in self._nodes())
        if self._document is None or not ids or not self._document.is_editable:
            return
        try:
            self._document.preview(lambda design: set_parameter(design, ids, name, value))
        except DesignerError:
            return  # the field says what is wrong with a value that is kept
        self._tried = (name, value)

    def _leave(self) -> None:
        """Be as if nothing had been tried."""
        if self._tried is not None and self._document is not None:
            self._tried = None
            self._document.cancel_preview()
            self.show_values()

    def _keep(self) -> None:
        """Make what is tried an edit."""
        if self._tried is not None:
            (name, value), self._tried = self._tried, None
            self._edit(name, value)

    def _rename(self, name: str) -> None:
        if self._document is None:
            return
        nodes = self._nodes()
        if nodes:
            id = nodes[0].id
            self._document.apply(Command(f"Rename {id}", lambda design: rename(design, id, name)))
        elif name.strip():
            what = "design" if self._document.whole is self._document else "group"
            self._document.apply(Command(f"Rename the {what}", lambda design: _renamed(design, name.strip())))

    def _seal(self) -> None:
        self._keep()
        if self._document is not None:
            self._document.seal()


def _renamed(design: Design, name: str) -> Design:
    return design.renamed(name)


def _common(nodes: Sequence[Node]) -> tuple[Parameter, ...]:
    """Parameters that every selected layer shows, of the same kind and range."""
    if not nodes:
        return ()
    shared = nodes[0].layer.shown_parameters()
    for node in nodes[1:]:
        kinds = {(parameter.name, type(parameter)) for parameter in node.layer.shown_parameters()}
        shared = tuple(parameter for parameter in shared if (parameter.name, type(parameter)) in kinds)
    return shared


def shape_line(report: NodeReport) -> str:
    """``in 144×56×56 → out 144×56×56``; an unknown shape reads ``?``."""
    inputs = ", ".join(_full(spec) for spec in report.inputs)
    outputs = "?" if report.outputs is None else ", ".join(_full(spec) for spec in report.outputs)
    if not report.inputs:
        return f"out {outputs}"
    return f"in {inputs} → out {outputs}"


def _full(spec: TensorSpec | None) -> str:
    return "?" if spec is None else spec.full_label.partition("×")[2]


def _linked(key: str, line: str) -> str:
    return f'<a href="{key}" style="color:{tokens().quiet.name()}">{escape(line)}</a>'


def fact_lines(analysis: Analysis, id: NodeId, report: NodeReport) -> list[tuple[str, str]]:
    """Cost, receptive field and arithmetic intensity of one node, in words, each line behind the key of its figure."""
    lines = []
    cost = report.cost
    if cost is not None:
        macs = f"{wording.count(cost.parameters)} parameters · {wording.short(cost.macs)} MACs"
        flops = f"{wording.short(cost.flops)} FLOPs, {wording.short(cost.elementwise)} of them element-wise"
        lines += [("macs", macs), ("flops", flops)]
    field = f"receptive field {analysis.receptive_field(id).label}"
    intensity = cost.intensity if cost is not None else None
    lines.append(("receptive_field", f"{field} · {intensity:.1f} MACs/B" if intensity else field))
    return lines


def advice(node: Node) -> str:
    """The first line of the layer's docstring: what it does and what to mind."""
    text = inspect.getdoc(node.layer.declared) or ""
    return text.splitlines()[0] if text else ""
