"""The page that illustrates a design: the picture follows the design, and the design follows what is scrubbed on it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from designer.edit.document import Command
from designer.errors import DesignerError, InvalidDesign
from designer.graph.design import NodePath
from designer.illustration.chain import Chain
from designer.illustration.illustration import Step, illustration, in_brief, kept_scene
from designer.illustration.kept import kept_brief, kept_channels
from designer.illustration.knob import Knob
from designer.illustration.knobs import NO_KNOBS, knobs
from designer.illustration.multiples import Multiples, multiples_scene
from designer.illustration.scene import Scene
from designer.illustration.slabs import Depth
from designer.measurement.spiral import SpiralOptions
from designer.ui.illustrate.experiments import Experiments
from designer.ui.illustrate.experiments import Subject as Watched
from designer.ui.illustrate.explain_column import ExplainColumn
from designer.ui.illustrate.out import save_illustration
from designer.ui.illustrate.scene_view import SceneView
from designer.ui.illustrate.subject import Subject
from designer.ui.jobs.worker_client import WorkerClient
from designer.ui.views.companion import Companion
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.accessibility import announce
from designer.ui.widgets.ask import Ask

PLAY_MS = 5_000
"""How long each step stays while they are played."""


class IllustratePage(Companion):
    """A picture of a block, of nodes in a row, or of a whole design, with its steps beside it."""

    def __init__(
        self, tab: DesignTab, subject: Subject, ask: Ask, worker: WorkerClient, parent: QWidget | None = None
    ) -> None:
        super().__init__(tab, parent)
        self.subject = subject
        self.step = Step.OVERVIEW
        self._ask = ask
        self._depth: Depth | None = None
        self._shown: Chain | Multiples | None = None
        self._is_outdated = True
        self.view = SceneView(self)
        self.experiments = Experiments(worker, self)
        self.column = ExplainColumn(ask, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.column)
        self.setFocusProxy(self.view)
        self._player = QTimer(self, interval=PLAY_MS)
        self._player.timeout.connect(self._play_on)
        self._connect()

    def _connect(self) -> None:
        view, column = self.view, self.column
        self.tab.analysed.connect(self.refresh)
        self.tab.document_changed.connect(self.changed)
        view.step_asked.connect(self._walk)
        view.step_chosen.connect(lambda number: self.show_step(Step(number)))
        view.play_asked.connect(self.toggle_play)
        view.part_chosen.connect(self._go_to)
        view.pointed.connect(column.show_part)
        view.tried.connect(self._try)
        view.kept.connect(lambda knob: self.tab.document.commit(_label(knob)))
        view.dropped.connect(self.tab.document.cancel_preview)
        view.turned.connect(self._turn)
        view.released.connect(self.tab.document.seal)
        view.left.connect(self.left)
        view.room_changed.connect(self._draw)
        column.step_chosen.connect(self.show_step)
        column.play_asked.connect(self.toggle_play)
        column.depth_chosen.connect(self._choose_depth)
        column.save_asked.connect(self.save)
        column.form.chosen.connect(self.experiments.choose)
        column.form.again_asked.connect(self.experiments.again)
        self.experiments.changed.connect(self._experimented)

    # What is shown ----------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What stands on its tab."""
        name = self.tab.document.design.name
        what = ".".join(self.subject.path) or name
        return f"Illustrate: {what}"

    @property
    def scene(self) -> Scene | None:
        """What is on screen."""
        return self.view.scene

    def show_subject(self, subject: Subject) -> None:
        """Illustrate something else of the same design."""
        self.subject = subject
        self.refresh()
        self.changed.emit()

    def show_step(self, step: Step) -> None:
        """Light another step."""
        if isinstance(self._shown, Multiples) and step not in (Step.OVERVIEW, Step.KEPT):
            return
        self.step = step
        self._draw()
        self._follow()
        if self.scene is not None:
            announce(self.view, self.scene.sentence)

    def refresh(self) -> None:
        """Read the design anew, where that can be seen; else when it is."""
        self._is_outdated = not self.isVisible()
        if self._is_outdated:
            return
        try:
            self._shown = self.subject.read(self.tab.analysis)
        except DesignerError as error:
            self._refuse(error)
            return
        self.view.words = ""
        self._draw()
        self._follow()

    def _refuse(self, error: DesignerError) -> None:
        words = str(error)
        if isinstance(error, InvalidDesign):
            first, *more = error.problems
            others = f"\n… and {len(more)} more" if more else ""
            words = f"The design has a problem, and nothing is drawn before it is mended:\n{first}{others}"
        self.view.show_words(words)
        if not self.view.is_scrubbing:
            self.column.show_step(self.step, None)

    def _draw(self) -> None:
        shown, words, kept = self._shown, self.view.words, self.experiments.kept()
        if isinstance(shown, Multiples):
            if self.step is Step.KEPT:
                scene = kept_scene(shown.name, kept, self.view.room)
            else:
                self.step, scene = Step.OVERVIEW, multiples_scene(shown, self._depth)
            self.view.show_scene(scene, words)
            self.column.show_step(self.step, None, kept_brief(kept))
        elif shown is not None:
            turned = NO_KNOBS if words else knobs(self.tab.analysis, shown)
            scene = illustration(shown, self.step, turned, self._depth, self.view.room, kept)
            self.view.show_scene(scene, words)
            self.column.show_step(self.step, None if words else partial(in_brief, shown, kept=kept))

    def _follow(self) -> None:
        """Run the spiral for what is shown; watch the design's activations where they are looked at."""
        if self._shown is None or self.view.words:
            return
        experiments = self.experiments
        if experiments.spiral is None and not experiments.is_running:
            channels = kept_channels(self._shown if isinstance(self._shown, Chain) else None)
            experiments.spiral_options = SpiralOptions.taking(experiments.spiral_options, channels=channels)
            self.column.form.show_options(experiments.spiral_options, experiments.activity_options)
        document = self.tab.document
        watched = Watched.of(self.tab.analysis, self.subject.path, document.path) if self.step is Step.KEPT else None
        experiments.follow(watched)

    def _experimented(self) -> None:
        """A report came, or none will."""
        if not self.isVisible():
            return
        self._draw()
        if self.experiments.words:
            announce(self.view, self.experiments.words)
            self.status_message.emit(self.experiments.words)

    def follow_theme(self) -> None:
        """Paint in the colours of the present look."""
        self.view.update()

    # Walking ----------------------------------------------------------------------------------------------------------

    def toggle_play(self) -> None:
        """Play the steps one after the other, or pause."""
        if self._player.isActive():
            self._stop()
            return
        if self.step >= Step.RESIDUAL:
            self.show_step(Step.OVERVIEW)
        self._player.start()
        self.column.show_playing(True)
        self._walk_by(1)

    @property
    def is_playing(self) -> bool:
        """Whether the steps are being played."""
        return self._player.isActive()

    def _play_on(self) -> None:
        if self.step >= Step.RESIDUAL:
            self._stop()
        else:
            self._walk_by(1)

    def _stop(self) -> None:
        self._player.stop()
        self.column.show_playing(False)

    def _walk(self, steps: int) -> None:
        self._stop()
        self._walk_by(steps)

    def _walk_by(self, steps: int) -> None:
        self.show_step(Step(min(max(self.step + steps, 0), len(Step) - 1)))

    def _choose_depth(self, depth: Depth | None) -> None:
        self._depth = depth
        self._draw()

    def _go_to(self, path: NodePath) -> None:
        """Show a node on the canvas."""
        self.left.emit()
        self.tab.walking.go(())
        self.tab.show_inside(path)

    # Scrubbing --------------------------------------------------------------------------------------------------------

    def _try(self, knob: Knob, value: Any) -> None:
        try:
            self.tab.document.preview(knob.edit(value))
        except DesignerError as error:
            self.status_message.emit(str(error))

    def _turn(self, knob: Knob, value: Any) -> None:
        """Keep a value; one after another of the same knob is one step to undo."""
        key = ("scrub", knob.quantity, knob.path, knob.names)
        try:
            self.tab.document.apply(Command(_label(knob), knob.edit(value), key))
        except DesignerError as error:
            self.status_message.emit(str(error))

    # Out --------------------------------------------------------------------------------------------------------------

    def save(self, palette: str = "") -> Path | None:
        """Ask for a file, and write the picture, or a page of all steps; gives the file that was written."""
        shown = self._shown
        if shown is None or self.view.words:
            self.status_message.emit("Nothing is drawn that could be saved")
            return None
        name = palette or self.view.palette_now.name
        kept = self.experiments.kept()
        written = save_illustration(shown, self.step, self._depth, name, self.tab, self._ask, kept)
        if written is not None:
            self.status_message.emit(f"Saved {written.name}")
        return written

    # Events -----------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while it was not seen is read now."""
        super().showEvent(event)
        if self._is_outdated:
            QTimer.singleShot(0, self, self.refresh)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing plays unseen."""
        super().hideEvent(event)
        self._stop()
        self.experiments.stop()

    def end(self) -> None:
        """Stop listening to the design."""
        self._stop()
        self.experiments.stop()
        self.tab.analysed.disconnect(self.refresh)
        self.tab.document_changed.disconnect(self.changed)


def _label(knob: Knob) -> str:
    """What the undo menu calls it."""
    return f"Set {knob.label}"
