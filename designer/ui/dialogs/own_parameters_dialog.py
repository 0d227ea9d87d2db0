"""The parameters that a group has of its own: what formulas inside it speak of, as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer.errors import DesignerError, ParameterError
from designer.graph.parameter import Choice, Flag, Integer, Parameter, Ratio
from designer.layers.formulas import FLOWING
from designer.layers.own_parameters import KINDS, MOST_PARAMETERS, kind_of, own_parameter
from designer.ui.panels.cards import TonedLabel, quiet

COLUMNS = ("Name", "Kind", "Default", "From", "To", "Words", "Help")
_NAME, _KIND, _DEFAULT, _LOW, _HIGH, _WORDS, _HELP = range(len(COLUMNS))
_FRESH = ("t", "number", "6", "0", "64", "", "")


class OwnParametersDialog(QDialog):
    """A row a parameter; nothing changes before *Keep*.

    Args:
        name: The group's.
        parameters: Those it has.
        keep: Takes the new ones; raises DesignerError where they cannot be kept.
        parent: The window.
    """

    def __init__(
        self,
        name: str,
        parameters: Sequence[Parameter],
        keep: Callable[[tuple[Parameter, ...]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Parameters of {name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._keep = keep
        self.table = QTableWidget(0, len(COLUMNS), self)
        self.table.setAccessibleName("Parameters")
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.trouble = TonedLabel("error", "", self)
        self.add, self.remove = QPushButton("&Add", self), QPushButton("&Remove", self)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, parent=self)
        self.ok = self.buttons.addButton("&Keep", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addStretch(1)
        column = QVBoxLayout(self)
        flowing = ", ".join(f"{word}: {what}" for word, what in FLOWING.items())
        said = f"A field inside takes = and a formula over these names, = round8(t * in) say. Besides: {flowing}."
        kinds = f"A kind is {', '.join(KINDS)}; the words of a choice are set apart by commas."
        for part in (quiet(f"{said} {kinds}", self), self.table):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self.trouble)
        column.addWidget(self.buttons)
        for parameter in parameters:
            self._put(_cells(parameter))
        self.table.resizeColumnsToContents()
        self.table.itemChanged.connect(lambda _item: self._check())
        self.resize(self.fontMetrics().horizontalAdvance("m" * 52), self.fontMetrics().height() * 22)
        self._check()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What the table says.

        Raises:
            ParameterError: A row is no parameter, or two have one name.
        """
        found: dict[str, Parameter] = {}
        for row in range(self.table.rowCount()):
            made = _parameter([self._text(row, column) for column in range(len(COLUMNS))])
            if made.name in found:
                raise ParameterError(made.name, "two parameters have this name; give one of them another")
            found[made.name] = made
        return tuple(found.values())

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text().strip() if item is not None else ""

    def _put(self, cells: Sequence[str]) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, text in enumerate(cells):
            self.table.setItem(row, column, QTableWidgetItem(text))

    def _add(self) -> None:
        taken = {self._text(row, _NAME) for row in range(self.table.rowCount())}
        names = (*"tcskvnabde", *(f"p{number}" for number in range(1, MOST_PARAMETERS + 1)))
        name = next(each for each in names if each not in taken)
        self._put((name, *_FRESH[1:]))
        row = self.table.rowCount() - 1
        self.table.setCurrentCell(row, _NAME)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        item = self.table.item(row, _NAME)
        if item is not None:
            self.table.editItem(item)
        self._check()

    def _remove(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)
        self._check()

    def _check(self) -> None:
        """Say what is wrong, while it is typed."""
        self.remove.setEnabled(self.table.rowCount() > 0)
        self.add.setEnabled(self.table.rowCount() < MOST_PARAMETERS)
        try:
            _ = self.parameters
        except DesignerError as error:
            self.trouble.setText(str(error))
            self.ok.setEnabled(False)
        else:
            self.trouble.setText("")
            self.ok.setEnabled(True)

    def _accept(self) -> None:
        try:
            self._keep(self.parameters)
        except DesignerError as error:
            self.trouble.setText(str(error))
            return
        self.accept()


def _cells(parameter: Parameter) -> tuple[str, ...]:
    """A parameter as the texts of a row."""
    low, high = "", ""
    if isinstance(parameter, (Integer, Ratio)):
        low, high = f"{parameter.low:g}", f"{parameter.high:g}"
    words = ", ".join(str(option.value) for option in parameter.options) if isinstance(parameter, Choice) else ""
    default = parameter.text(parameter.default)
    if isinstance(parameter, Flag):
        default = "on" if parameter.default else "off"
    return (parameter.name, kind_of(parameter), default, low, high, words, parameter.help)


def _parameter(cells: Sequence[str]) -> Parameter:
    """The parameter that a row says.

    Raises:
        ParameterError: It says none.
    """
    words = tuple(word.strip() for word in cells[_WORDS].split(",") if word.strip())
    ends = [_number(cells[_NAME], cells[column]) for column in (_LOW, _HIGH)]
    return own_parameter(cells[_NAME], cells[_KIND].lower(), cells[_DEFAULT], ends[0], ends[1], words, cells[_HELP])


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise ParameterError(name, f"'{text}' is no number for a range; leave it empty, or give one") from None
