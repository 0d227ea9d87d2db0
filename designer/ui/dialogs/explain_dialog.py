"""Explain this number: a figure with its formula, the values in it, its parts; by one's choice of counting.

Shows how figures explain themselves; follows edits while it is open, and counts nothing itself.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.conventions import DESIGNER, PRESETS, Convention
from designer.analysis.explain_count import explain_count
from designer.analysis.explanation import Explanation
from designer.analysis.figures.figure import Figure
from designer.analysis.figures.registry import figures
from designer.graph.design import NodePath
from designer.ui.look import icons
from designer.ui.panels.cards import quiet
from designer.ui.shell.plain_tips import plain_tip
from designer.ui.widgets.field_frames import FramedCombo

_PATH = Qt.ItemDataRole.UserRole


class ExplainDialog(QDialog):
    """Explains one figure after another.

    Signals: ``node_chosen`` with the path of the node that is being explained.
    """

    node_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Explain this number")
        self._analysis: Analysis | None = None
        self._path: NodePath = ()
        self._back: list[NodePath] = []
        self.figure_box = FramedCombo(self)
        self.figure_box.setAccessibleName("Figure")
        self._figures = tuple(each for each in figures() if not each.is_measured)
        self.figure_box.addItems([each.title for each in self._figures])
        self.counting_box = FramedCombo(self)
        self.counting_box.setAccessibleName("Counted as")
        self.counting_box.setToolTip("Whose way of counting: ours, the paper's, or that of a tool")
        self.counting_box.addItems([_title(convention) for convention in PRESETS])
        self.counting_box.setCurrentIndex(PRESETS.index(DESIGNER))
        self.back_button = QPushButton("Back", self)
        icons.dress(self.back_button, "back")
        self.back_button.setAutoDefault(False)
        self.title = QLabel(self)
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.title.setFont(font)
        self.title.setWordWrap(True)
        self.formula = QLabel(self)
        self.formula.setWordWrap(True)
        self.formula.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.parts = QTreeWidget(self)
        self.parts.setAccessibleName("Parts, largest first; Enter explains one")
        self.parts.setHeaderLabels(["Part", "Figure", "Share", "How"])
        self.parts.setRootIsDecorated(False)
        self.parts.setUniformRowHeights(True)
        self.parts.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.words = QTextEdit(self)
        self.words.setReadOnly(True)
        self.words.setAccessibleName("What is counted and what is not")
        head = QHBoxLayout()
        head.addWidget(self.back_button)
        head.addWidget(self.figure_box, 1)
        head.addWidget(quiet("counted as", self))
        head.addWidget(self.counting_box, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        copy = buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        buttons.rejected.connect(self.hide)
        column = QVBoxLayout(self)
        column.addLayout(head)
        for part, stretch in ((self.title, 0), (self.formula, 0), (self.parts, 3), (self.words, 2), (buttons, 0)):
            column.addWidget(part, stretch)
        sizes = self.fontMetrics()
        self.resize(QSize(sizes.horizontalAdvance("m" * 52), sizes.height() * 30))
        self.figure_box.currentIndexChanged.connect(lambda _row: self._show())
        self.counting_box.currentIndexChanged.connect(lambda _row: self._show())
        self.parts.itemActivated.connect(lambda item, _column: self._deeper(item))
        self.back_button.clicked.connect(self._go_back)

    @property
    def figure(self) -> Figure:
        """The figure that is explained."""
        return self._figures[self.figure_box.currentIndex()]

    @property
    def convention(self) -> Convention:
        """The way of counting."""
        return PRESETS[self.counting_box.currentIndex()]

    def open_at(self, analysis: Analysis, figure: Figure, path: NodePath = ()) -> None:
        """Explain a figure of the design, or of a node in it."""
        self._analysis, self._path, self._back = analysis, path, []
        self.figure_box.setCurrentIndex(self._figures.index(figure))
        self._show()
        self.show()
        self.raise_()
        self.activateWindow()
        self.figure_box.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_analysis(self, analysis: Analysis | None) -> None:
        """Follow an edit, while it is open."""
        if analysis is not None and self._analysis is not None:
            self._analysis = analysis
            if self.isVisible():
                self._show()

    def explanation(self) -> Explanation | None:
        """What is shown; None where the node is gone."""
        if self._analysis is None:
            return None
        try:
            if self.convention is not DESIGNER and self.figure.follows_conventions:
                return explain_count(self._analysis, self.convention, self._path)
            return self.figure.explain(self._analysis, self._path)
        except KeyError:
            return None

    def _show(self) -> None:
        found = self.explanation()
        self.back_button.setEnabled(bool(self._back))
        self.counting_box.setEnabled(self.figure.follows_conventions)
        self.parts.clear()
        if found is None:
            self.title.setText("This node is gone, or its block's shapes are unknown.")
            self.formula.setText("")
            self.words.setPlainText("")
            return
        self.title.setText(found.title)
        self.formula.setText(found.line)
        self.formula.setAccessibleName(found.line)
        for term in found.terms:
            row = QTreeWidgetItem([term.label, term.text, wording.percentage(term.share), term.detail])
            row.setData(0, _PATH, term.path)
            row.setToolTip(3, plain_tip(term.detail))
            self.parts.addTopLevelItem(row)
        self.parts.setVisible(bool(found.terms))
        self.words.setPlainText(words_of(found))

    def _deeper(self, item: QTreeWidgetItem) -> None:
        path = item.data(0, _PATH)
        if path is not None and tuple(path) != self._path:
            self._back.append(self._path)
            self._path = tuple(path)
            self.node_chosen.emit(self._path)
            self._show()

    def _go_back(self) -> None:
        if self._back:
            self._path = self._back.pop()
            self._show()

    def text(self) -> str:
        """All of it as text, for the clipboard."""
        found = self.explanation()
        if found is None:
            return ""
        parts = [
            f"    {each.label}: {each.text} ({wording.percentage(each.share)}) {each.detail}" for each in found.terms
        ]
        return "\n".join([found.title, found.line, *parts, words_of(found)])


def _title(convention: Convention) -> str:
    return "this program does" if convention is DESIGNER else f"{convention.title} ({convention.unit})"


def words_of(found: Explanation) -> str:
    """What counts and what does not, by whom, and what else there is to say."""
    sections = [*found.notes]
    for title, lines in (("Counted:", found.counted), ("Not counted:", found.not_counted)):
        if lines:
            sections.append("\n".join([title, *(f"    {line}" for line in lines)]))
    if found.source:
        sections.append(f"Source: {found.source}")
    return "\n".join(sections)
