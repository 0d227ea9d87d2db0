"""The line at the bottom: is the design valid, is it saved, what measurements run on, how large it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QStatusBar, QToolButton, QWidget

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.issues import Severity, worst
from designer.edit.document import Document
from designer.graph.parameter import Parameter
from designer.machine import processors
from designer.measurement.devices import Device, Inventory
from designer.measurement.options import EAGER, BackendConfiguration, ElementType, MemoryFormat
from designer.ui.look.settings import Settings
from designer.ui.look.theme import TONES, metrics
from designer.ui.panels.cards import TonedLabel
from designer.ui.shell.plain_tips import plain_tip

BATCHES = (1, 2, 4, 8, 16, 32, 64)
MESSAGE_MS = 6000


class StatusLine(QStatusBar):
    """Shows states and lets measuring conditions be chosen.

    Signals: ``conditions_chosen`` when device, threads or batch were set otherwise.
    """

    conditions_chosen = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._devices: tuple[str, ...] = ("cpu",)
        self._offers: dict[str, Device] = {}
        self._shown_conditions: tuple[BackendConfiguration, Device | None] | None = None
        self.setSizeGripEnabled(False)
        self.validity = TonedLabel("ok", "", self)
        self.validity.setWordWrap(False)
        self.validity.setIndent(round(metrics(self.font()).margin))
        self.addWidget(self.validity)
        self.lasting = TonedLabel("error", "", self)
        self.lasting.setWordWrap(False)
        self.lasting.setAccessibleName("What is wrong for longer")
        self.lasting.hide()
        self.addPermanentWidget(self.lasting)
        self.conditions = QToolButton(self)
        self.conditions.setAutoRaise(True)
        self.conditions.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.conditions.setToolTip("What measurements run on")
        self._menu = QMenu(self.conditions)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.conditions.setMenu(self._menu)
        self.zoom = QToolButton(self)
        self.zoom.setAutoRaise(True)
        self.zoom.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.zoom.setToolTip("Zoom: fit everything or the selection, or a scale")
        self.addPermanentWidget(self.conditions)
        self.addPermanentWidget(self.zoom)
        self.show_conditions()
        self.show_zoom(1.0)

    def offer_zooms(self, actions: Sequence[QAction]) -> None:
        """What a click on the zoom offers."""
        menu = QMenu(self.zoom)
        menu.addActions(list(actions))
        self.zoom.setMenu(menu)

    def say(self, text: str) -> None:
        """Show a message for a while."""
        self.showMessage(text, MESSAGE_MS)

    def keep_saying(self, text: str, reason: str = "") -> None:
        """Show a warning until it is told that it is over, by an empty text; the reason stands in its tool tip."""
        self.lasting.setText(text)
        self.lasting.setToolTip(plain_tip(reason))
        self.lasting.setVisible(bool(text))

    def show_state(self, document: Document | None, analysis: Analysis | None) -> None:
        """Show what is measured with, and whether the design is valid and saved."""
        self.show_conditions()
        if document is None or analysis is None:
            self.validity.setText("")
            return
        text, tone = _state(analysis)
        self.validity.setText(f"● {text} · {saved_text(document)}")
        self.validity.set_tone(tone)
        self.validity.setAccessibleName(f"{text}, {saved_text(document)}")

    def show_devices(self, devices: tuple[str, ...]) -> None:
        """Take note of what the worker can measure on."""
        self._devices = devices or ("cpu",)
        if self._settings.measuring.device not in self._devices:
            self._settings.measuring = replace(self._settings.measuring, device=self._devices[0])
        self.show_conditions()

    def show_choices(self, inventory: Inventory) -> None:
        """Take note of the element types, formats and backends that the chosen device has, as the worker says."""
        self._offers = {device.name: device for device in inventory.devices}
        self.show_devices(tuple(self._offers))

    @property
    def _device(self) -> Device | None:
        """The chosen one, once the worker has told of it."""
        return self._offers.get(self._settings.measuring.device)

    def show_conditions(self) -> None:
        """Show device, threads, batch and element type, where they are not what stands there."""
        chosen, device = self._settings.measuring, self._device
        if self._shown_conditions == (chosen, device):
            return  # asked after every edit, and how many processors there are is read from files
        self._shown_conditions = chosen, device
        threads = wording.plural(chosen.threads or processors(), "thread")
        words = [f"{chosen.device} ({threads})", f"batch {chosen.batch}", chosen.dtype.value]
        names = {each.key: each.name for each in device.backends} if device is not None else {}
        if chosen.backend != EAGER:
            words.append(names.get(chosen.backend, chosen.backend))
        self.conditions.setText(f"{' · '.join(words)} ▾")
        self.conditions.setAccessibleName(f"Measuring conditions: {self.conditions.text().removesuffix(' ▾')}")

    def show_zoom(self, scale: float) -> None:
        """Show the scale of the canvas."""
        self.zoom.setText(f"{round(scale * 100)} %")
        self.zoom.setAccessibleName(f"Zoom {round(scale * 100)} percent")

    def _fill_menu(self) -> None:
        """What can be chosen before measuring, of each option what there is to choose."""
        self._menu.clear()
        self._menu.setToolTipsVisible(True)
        chosen = self._settings.measuring
        for parameter in chosen.parameters:
            choices = self._choices(parameter)
            if len(choices) > 1 or parameter.name == "device":
                self._add_heading(parameter.label)
                self._add_choices(parameter.name, choices, getattr(chosen, parameter.name))

    def _choices(self, parameter: Parameter) -> list[_Choice]:
        """The values of an option that make sense on the chosen device; none where it has told of none."""
        device = self._device
        match parameter.name:
            case "device":
                return [_Choice(name, name) for name in self._devices]
            case "threads":
                return [_Choice(parameter.text(count), count) for count in (None, *_thread_choices())]
            case "batch":
                return [_Choice(parameter.text(count), count) for count in BATCHES]
        if device is None:
            return []
        match parameter.name:
            case "dtype":
                return [_Choice(each.name, ElementType(each.key), each.reason, each.tip) for each in device.dtypes]
            case "memory_format":
                return [_Choice(parameter.text(each), each) for each in map(MemoryFormat, device.memory_formats)]
        return [_Choice(each.name, each.key, each.reason, each.tip) for each in device.backends]

    def _add_heading(self, title: str) -> None:
        """A heading in words: the style's own sections are lines without any."""
        self._menu.addSeparator()
        heading = QAction(title, self._menu)
        heading.setEnabled(False)
        font = self._menu.font()
        font.setBold(True)
        heading.setFont(font)
        self._menu.addAction(heading)

    def _add_choices(self, name: str, choices: Sequence[_Choice], present: object) -> None:
        """Entries of which one is checked; what is not to be had says why."""
        group = QActionGroup(self._menu)
        for choice in choices:
            text = f"{choice.text} — {choice.reason}" if choice.reason else choice.text
            entry = QAction(text, self._menu, checkable=True)
            entry.setToolTip(choice.tip)
            entry.setEnabled(not choice.reason)
            entry.setChecked(choice.value == present)
            entry.triggered.connect(lambda _checked, value=choice.value: self._choose(name, value))
            group.addAction(entry)
            self._menu.addAction(entry)

    def _choose(self, name: str, value: object) -> None:
        self._settings.measuring = replace(self._settings.measuring, **{name: value})  # type: ignore[arg-type]
        self.show_conditions()
        self.conditions_chosen.emit()


class _Choice(NamedTuple):
    """A value that may be chosen.

    Attributes:
        text: Its name.
        value: What it stands for.
        reason: Why it is not to be had here; empty where it is.
        tip: More of it.
    """

    text: str
    value: object
    reason: str = ""
    tip: str = ""


def _state(analysis: Analysis) -> tuple[str, str]:
    """Whether the design is valid, in words and as a tone; what is only still to be drawn is no problem."""
    if not analysis.issues:
        return "Valid", "ok"
    todo = sum(issue.severity is Severity.UNFINISHED for issue in analysis.issues)
    others = len(analysis.issues) - todo
    words = [f"{wording.count(todo)} to do"] if todo else []
    if others:
        words.insert(0, wording.plural(others, "warning" if analysis.is_valid else "problem"))
    valid = ["Valid"] if analysis.is_valid else []
    return ", ".join([*valid, *words]), TONES[worst(analysis.issues)]


def saved_text(document: Document) -> str:
    """Whether the file holds what is on screen."""
    if document.is_saved and document.path:
        return "saved"
    return "changes not saved" if document.path else "not saved yet"


def _thread_choices() -> list[int]:
    cores = processors()
    return sorted({count for count in (1, 2, 4, 8, 16, 32) if count <= cores} | {cores})
