"""Export a picture: what, in which look, with or without ground and legend; seen before it is written or copied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from designer.errors import DesignerError
from designer.files.outputs import write_output
from designer.graph.parameter import Ratio
from designer.ui.canvas.picture import ENDINGS, PictureOptions
from designer.ui.look.theme import DARK, LIGHT, mixed
from designer.ui.panels.cards import TonedLabel
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.ask import PICTURE_FILTER, Ask
from designer.ui.widgets.field_frames import FramedCombo
from designer.ui.widgets.fields import NumberField

_LAST = PictureOptions()
_PREVIEW_LINES = 18
_SCALE = Ratio("scale", 2.0, "Of a PNG; SVG and PDF are sharp at any size.", low=0.25, high=20.0)


class PictureDialog(QDialog):
    """Choices and a preview.

    Args:
        tab: Whose canvas is drawn.
        suggested: Where the file goes unless a person says otherwise.
        ask: Where the file is asked for.
    """

    last = _LAST
    """What was chosen last, kept for the next picture."""

    def __init__(self, tab: DesignTab, suggested: Path, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export picture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tab, self._suggested, self._ask = tab, suggested, ask
        self.preview = QLabel(self)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName("Preview")
        sizes = self.fontMetrics()
        self.preview.setMinimumSize(QSize(sizes.horizontalAdvance("m" * 46), sizes.height() * _PREVIEW_LINES))
        self.what = FramedCombo(self)
        self.what.addItems(["Everything on the canvas", "The selection"])
        self.what.setCurrentIndex(1 if tab.has_selection else 0)
        self.what.setEnabled(tab.has_selection)
        self.look = FramedCombo(self)
        self.look.addItems(["Light", "Dark"])
        self.transparent = QCheckBox("Transparent ground", self)
        self.legend = QCheckBox("Legend of colours and widths", self)
        self.scale = NumberField(_SCALE, self)
        last = PictureDialog.last
        self.look.setCurrentIndex(int(last.look.is_dark))
        self.transparent.setChecked(last.is_transparent)
        self.legend.setChecked(last.has_legend)
        self.scale.show_value(last.scale)
        form = QFormLayout()
        for name, field in (("&What", self.what), ("&Look", self.look), ("&Pixels a unit", self.scale)):
            field.setAccessibleName(name.replace("&", ""))
            form.addRow(name, field)
        form.addRow("", self.transparent)
        form.addRow("", self.legend)
        self.trouble = TonedLabel("error", "", self)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        self.save_button = buttons.addButton("&Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.copy_button = buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.clicked.connect(self._save)
        self.copy_button.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.preview, 1)
        column.addLayout(form)
        column.addWidget(self.trouble)
        column.addWidget(buttons)
        for box in (self.what, self.look):
            box.currentIndexChanged.connect(lambda _row: self._draw())
        for check in (self.transparent, self.legend):
            check.toggled.connect(lambda _on: self._draw())
        self._draw()

    @property
    def options(self) -> PictureOptions:
        """What is chosen."""
        return PictureOptions(
            nodes=frozenset(self._tab.selection) if self.what.currentIndex() == 1 else None,
            look=DARK if self.look.currentIndex() == 1 else LIGHT,
            is_transparent=self.transparent.isChecked(),
            has_legend=self.legend.isChecked(),
            scale=self.scale.value,
        )

    def _draw(self) -> None:
        """Show what would be written; drawn as SVG, as large as there is room."""
        PictureDialog.last = replace(self.options, nodes=None)
        self.trouble.setText("")
        try:
            renderer = QSvgRenderer(QByteArray(self._tab.picture(".svg", self.options)))
        except DesignerError as error:
            self.preview.clear()
            self.trouble.setText(str(error))
            self.save_button.setEnabled(False)
            return
        self.save_button.setEnabled(True)
        room = self.preview.minimumSize()
        ratio = self.devicePixelRatioF()
        size = renderer.defaultSize().scaled(room * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        picture = QPixmap(size)
        picture.fill(_checked_ground(self.options))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter)
        painter.end()
        picture.setDevicePixelRatio(ratio)
        self.preview.setPixmap(picture)

    def _save(self) -> None:
        path = self._ask.path_to_save("Export picture as", self._suggested, PICTURE_FILTER)
        if path is None:
            return
        target = path if path.suffix else path.with_suffix(ENDINGS[0])
        try:
            if target.suffix.lower() not in ENDINGS:
                raise DesignerError(f"'{target.suffix}' is no kind of picture; end the name in {', '.join(ENDINGS)}")
            write_output(target, self._tab.picture(target.suffix.lower(), self.options), ENDINGS)
        except DesignerError as error:
            self._ask.tell("The picture was not written", str(error))
            return
        self._tab.status_message.emit(f"Wrote {target.name}")
        self.accept()

    def _copy(self) -> None:
        image = QImage.fromData(self._tab.picture(".png", self.options))
        QGuiApplication.clipboard().setImage(image)
        self._tab.status_message.emit("Copied the picture")


def _checked_ground(options: PictureOptions) -> QColor:
    """What stands behind the preview of a transparent picture: a grey that no picture has as its ground."""
    return mixed(LIGHT.ground, DARK.ground, 0.25) if options.is_transparent else options.look.ground
