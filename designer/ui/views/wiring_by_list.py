"""Wiring by keyboard: the other end of a wire is chosen from a list that says what fits, and why not what does not.

What may be wired is the analysis' word; each choice is one undo step of what is on the canvas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from designer.analysis.wiring import WireChoice, sources_for, targets_for
from designer.edit.edits import connect, disconnect
from designer.graph.design import Design, NodeId, PortRef
from designer.matching.design_in_words import source_words, target_words
from designer.ui.canvas.scene import CanvasScene
from designer.ui.widgets.picker import Choice, Picker

MOST_ROWS = 300
"""Rows that are listed at once; typing finds the others."""
_PAGE, _LETTERS = 10, 46


class Wiring:
    """Asks for ends of wires and plugs them.

    Args:
        asker: What has the keyboard, and where the lists open.
    """

    def __init__(self, asker: QWidget) -> None:
        self._asker = asker

    @cached_property
    def picker(self) -> Picker:
        """The list."""
        made = Picker(self._asker, _PAGE)
        made.field.setPlaceholderText("Type to narrow the list")
        sizes = made.fontMetrics()
        made.resize(sizes.averageCharWidth() * _LETTERS, round(sizes.height() * (_PAGE * 1.8 + 5)))
        made.chosen.connect(lambda choose: choose())
        return made

    def _ask(self, title: str, choices: Sequence[Choice], at: QPoint) -> None:
        def find(text: str) -> list[Choice]:
            words = text.casefold().split()
            return [each for each in choices if all(word in each.text.casefold() for word in words)][:MOST_ROWS]

        self.picker.open_at(at, find, title, "Nothing here matches")

    def choose_target(self, scene: CanvasScene, id: NodeId, at: QPoint) -> None:
        """Start a wire from a node and ask where it is to end.

        Args:
            scene: What the canvas shows; the node is one of its.
            id: The node.
            at: Where the list opens, on the screen.
        """
        ports = [PortRef(id, port.name) for port in scene.document.design.nodes[id].layer.outputs]
        if not _may_wire(scene) or not _has_ports(scene, ports, f"{id} gives nothing: it has no output"):
            return

        def ask(source: PortRef) -> None:
            choices = targets_for(scene.bridge.analysis, source)
            design = scene.document.design
            offers = [
                _offer(design, target_words(design, each.port), each, _wired(scene, source, each.port))
                for each in choices
            ]
            self._ask(f"Wire {source.node} to", offers, at)

        self._pick_port(scene, "Wire which output", ports, ask, at)

    def choose_source(self, scene: CanvasScene, id: NodeId, at: QPoint) -> None:
        """Ask what an input of a node is to read, nothing among it.

        Args:
            scene: What the canvas shows; the node is one of its.
            id: The node.
            at: Where the list opens, on the screen.
        """
        ports = [PortRef(id, port.name) for port in scene.document.design.nodes[id].layer.inputs]
        if not _may_wire(scene) or not _has_ports(scene, ports, f"{id} reads nothing: it has no input"):
            return

        def ask(target: PortRef) -> None:
            design = scene.document.design
            choices = sources_for(scene.bridge.analysis, target)
            offers = [
                _offer(design, source_words(design, each.port), each, _wired(scene, each.port, target))
                for each in choices
            ]
            if target in design.wires:
                offers.append(_choice("nothing", _unplugged(scene, [target]), "unplug it"))
            self._ask(f"{target_words(design, target)} reads", offers, at)

        self._pick_port(scene, "Which input", ports, ask, at)

    def choose_unplugged(self, scene: CanvasScene, id: NodeId, at: QPoint) -> None:
        """Unplug the one wire of a node, or ask which of several.

        Args:
            scene: What the canvas shows; the node is one of its.
            id: The node.
            at: Where the list opens, on the screen.
        """
        design = scene.document.design
        wires = (*design.incoming(id), *design.outgoing(id))
        if not _may_wire(scene):
            return
        if not wires:
            scene.status_message.emit(f"{id} has no wire to unplug")
        elif len(wires) == 1:
            _unplugged(scene, [wires[0].target])()
        else:
            offers = [
                _choice(
                    f"{source_words(design, wire.source)} → {target_words(design, wire.target)}",
                    _unplugged(scene, [wire.target]),
                )
                for wire in wires
            ]
            offers.append(_choice("all of them", _unplugged(scene, [wire.target for wire in wires])))
            self._ask(f"Unplug from {id}", offers, at)

    def _pick_port(
        self, scene: CanvasScene, title: str, ports: Sequence[PortRef], ask: Callable[[PortRef], None], at: QPoint
    ) -> None:
        if len(ports) == 1:
            ask(ports[0])
            return
        design = scene.document.design

        def now(port: PortRef) -> str:
            wire = design.wires.get(port)
            return f"reads {source_words(design, wire.source)}" if wire is not None else ""

        self._ask(title, [_choice(port.port, partial(ask, port), now(port)) for port in ports], at)


def _may_wire(scene: CanvasScene) -> bool:
    return scene.may_edit("Nothing can be wired here")


def _has_ports(scene: CanvasScene, ports: Sequence[PortRef], otherwise: str) -> bool:
    if not ports:
        scene.status_message.emit(otherwise)
    return bool(ports)


def _offer(design: Design, name: str, choice: WireChoice, choose: Callable[[], object]) -> Choice:
    title = design.nodes[choice.port.node].title
    text = name if title == name else f"{name} ({title})"
    notes = [choice.spec.label] if choice.spec is not None else []
    if choice.refusal is not None:
        notes = [choice.refusal]
    elif choice.is_present:
        notes.append("as it is")
    else:
        notes += [f"does not fit: {choice.shape_error}"] if choice.shape_error is not None else []
        notes += [f"instead of {choice.gives_way}"] if choice.gives_way is not None else []
    return _choice(text, choose, ", ".join(notes), choice.refusal is not None)


def _choice(text: str, choose: Callable[[], object], note: str = "", is_refused: bool = False) -> Choice:
    """A row of the list.

    Args:
        text: What it is.
        choose: What choosing it does.
        note: What stands behind it, such as why it may not be chosen.
        is_refused: Whether it may not be chosen.
    """
    line = f"{text}  ·  {note}" if note else text
    return Choice(
        choose,
        line,
        f"Cannot be chosen: {note}" if is_refused else "",
        announced=f"{line}{', cannot be chosen' if is_refused else ''}",
        is_refused=is_refused,
    )


def _wired(scene: CanvasScene, source: PortRef, target: PortRef) -> Callable[[], object]:
    label = f"Wire {source.node} to {target.node}"
    return lambda: scene.do(label, lambda design: connect(design, source, target))


def _unplugged(scene: CanvasScene, targets: Sequence[PortRef]) -> Callable[[], object]:
    label = f"Unplug {targets[0].node}"
    return lambda: scene.do(label, lambda design: disconnect(design, targets))
