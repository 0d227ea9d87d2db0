"""Wiring by keyboard: the other end of a wire is chosen from a list that says what fits, and why not what does not.

What may be wired is the analysis' word; each choice is one undo step of what is on the canvas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from designer.analysis.wiring import WireChoice, sources_for, targets_for
from designer.edit.edits import connect, disconnect
from designer.graph.design import Design, NodeId, PortRef
from designer.matching.design_in_words import source_words, target_words
from designer.ui.canvas.scene import CanvasScene
from designer.ui.widgets.chooser import Chooser, Offer


class Wiring:
    """Asks for ends of wires and plugs them.

    Args:
        asker: What has the keyboard, and where the lists open.
    """

    def __init__(self, asker: QWidget) -> None:
        self._asker = asker
        self._list: Chooser | None = None

    @property
    def chooser(self) -> Chooser:
        """The list."""
        if self._list is None:
            self._list = Chooser(self._asker)
        return self._list

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
            self.chooser.open(f"Wire {source.node} to", offers, at)

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
                offers.append(Offer("nothing", _unplugged(scene, [target]), "unplug it"))
            self.chooser.open(f"{target_words(design, target)} reads", offers, at)

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
                Offer(
                    f"{source_words(design, wire.source)} → {target_words(design, wire.target)}",
                    _unplugged(scene, [wire.target]),
                )
                for wire in wires
            ]
            offers.append(Offer("all of them", _unplugged(scene, [wire.target for wire in wires])))
            self.chooser.open(f"Unplug from {id}", offers, at)

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

        self.chooser.open(title, [Offer(port.port, partial(ask, port), now(port)) for port in ports], at)


def _may_wire(scene: CanvasScene) -> bool:
    return scene.may_edit("Nothing can be wired here")


def _has_ports(scene: CanvasScene, ports: Sequence[PortRef], otherwise: str) -> bool:
    if not ports:
        scene.status_message.emit(otherwise)
    return bool(ports)


def _offer(design: Design, name: str, choice: WireChoice, choose: Callable[[], object]) -> Offer:
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
    return Offer(text, choose, ", ".join(notes), choice.refusal is not None)


def _wired(scene: CanvasScene, source: PortRef, target: PortRef) -> Callable[[], object]:
    label = f"Wire {source.node} to {target.node}"
    return lambda: scene.do(label, lambda design: connect(design, source, target))


def _unplugged(scene: CanvasScene, targets: Sequence[PortRef]) -> Callable[[], object]:
    label = f"Unplug {targets[0].node}"
    return lambda: scene.do(label, lambda design: disconnect(design, targets))
