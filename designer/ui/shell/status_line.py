"""The line at the bottom: is the design valid, is it saved, what measurements run on, how large it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QStatusBar, QToolButton, QWidget

from designer import wording
from designer.analysis.analysis import Analysis
from designer.analysis.issues import Severity, worst
from designer.edit.document import Document
from designer.machine import processors
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
        self._offers: dict[str, Mapping[str, Any]] = {}
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
        """Show whether the design is valid and saved."""
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
        if self._settings.device not in self._devices:
            self._settings.device = self._devices[0]
        self.show_conditions()

    def show_choices(self, data: Mapping[str, Any]) -> None:
        """Take note of the element types, formats and backends that the chosen device has, as the worker says."""
        self._offers = {str(device["name"]): device for device in data["devices"]}
        self.show_devices(tuple(self._offers))

    @property
    def _choices(self) -> Mapping[str, Any]:
        return self._offers.get(self._settings.device, {})

    def show_conditions(self) -> None:
        """Show device, threads, batch and element type."""
        settings = self._settings
        threads = wording.plural(settings.threads or processors(), "thread")
        words = [f"{settings.device} ({threads})", f"batch {settings.batch}", settings.dtype]
        titles = {each["key"]: each["title"] for each in self._choices.get("backends", ())}
        if settings.backend != "eager":
            words.append(str(titles.get(settings.backend, settings.backend)))
        self.conditions.setText(f"{' · '.join(words)} ▾")
        self.conditions.setAccessibleName(f"Measuring conditions: {self.conditions.text().removesuffix(' ▾')}")

    def show_zoom(self, scale: float) -> None:
        """Show the scale of the canvas."""
        self.zoom.setText(f"{round(scale * 100)} %")
        self.zoom.setAccessibleName(f"Zoom {round(scale * 100)} percent")

    def _fill_menu(self) -> None:
        self._menu.clear()
        settings = self._settings
        self._add_heading("Device")
        self._add_choices([(name, name) for name in self._devices], settings.device, "device")
        self._add_heading("Threads")
        counts = [(f"{count}", count) for count in _thread_choices()]
        self._add_choices([(f"as many as cores ({processors()})", 0), *counts], settings.threads, "threads")
        self._add_heading("Batch")
        self._add_choices([(str(count), count) for count in BATCHES], settings.batch, "batch")
        for section, name, key in (("Element type", "dtype", "dtypes"), ("Run by", "backend", "backends")):
            offered = self._choices.get(key, ())
            if offered:
                self._add_heading(section)
                self._add_offers(offered, getattr(settings, name), name)
        formats = self._choices.get("memory_formats", ())
        if len(formats) > 1:
            self._add_heading("Channels")
            words = {"contiguous": "first (contiguous)", "channels_last": "last"}
            choices: list[tuple[str, object]] = [(words.get(each, each), each) for each in formats]
            self._add_choices(choices, settings.memory_format, "memory_format")

    def _add_heading(self, title: str) -> None:
        """A heading in words: the style's own sections are lines without any."""
        self._menu.addSeparator()
        heading = QAction(title, self._menu)
        heading.setEnabled(False)
        font = self._menu.font()
        font.setBold(True)
        heading.setFont(font)
        self._menu.addAction(heading)

    def _add_offers(self, offers: Sequence[Mapping[str, Any]], present: object, name: str) -> None:
        """Choices that may be unavailable, with the reason why."""
        self._menu.setToolTipsVisible(True)
        group = QActionGroup(self._menu)
        for offer in offers:
            is_there = bool(offer["available"])
            words = str(offer.get("title", offer["key"]))
            entry = QAction(words if is_there else f"{words} — {offer['reason']}", self._menu, checkable=True)
            entry.setToolTip(str(offer["reason"] or offer.get("help", "")))
            entry.setEnabled(is_there)
            entry.setChecked(offer["key"] == present)
            entry.triggered.connect(lambda _checked, chosen=offer["key"]: self._choose(name, chosen))
            group.addAction(entry)
            self._menu.addAction(entry)

    def _add_choices(self, choices: list[tuple[str, object]], present: object, name: str) -> None:
        group = QActionGroup(self._menu)
        for text, value in choices:
            entry = QAction(text, self._menu, checkable=True)
            entry.setChecked(value == present)
            entry.triggered.connect(lambda _checked, chosen=value: self._choose(name, chosen))
            group.addAction(entry)
            self._menu.addAction(entry)

    def _choose(self, name: str, value: object) -> None:
        setattr(self._settings, name, value)
        self.show_conditions()
        self.conditions_chosen.emit()


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
