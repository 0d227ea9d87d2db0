"""Wiring by keyboard: the other end of a wire is chosen from a list that says what fits, and why not what does not.

What may be wired is the analysis' word; each choice is one undo step of what is on the canvas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from designer.analysis.wiring import WireChoice, sources_for, targets_for
from designer.edit.edits import connect, disconnect
from designer.graph.design import Design, NodeId, PortRef
from designer.matching.design_in_words import source_words, target_words
from designer.ui.widgets.chooser import Chooser, Offer

if TYPE_CHECKING:
    from designer.ui.views.design_tab import DesignTab


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

    def choose_target(self, tab: DesignTab, id: NodeId, at: QPoint) -> None:
        """Start a wire from a node and ask where it is to end.

        Args:
            tab: The design; the node is one of those on its canvas.
            id: The node.
            at: Where the list opens, on the screen.
        """
        ports = [PortRef(id, port.name) for port in tab.shown.design.nodes[id].layer.outputs]
        if not _may_wire(tab) or not _has_ports(tab, ports, f"{id} gives nothing: it has no output"):
            return

        def ask(source: PortRef) -> None:
            choices = targets_for(tab.shown_analysis, source)
            design = tab.shown.design
            offers = [
                _offer(design, target_words(design, each.port), each, _wired(tab, source, each.port))
                for each in choices
            ]
            self.chooser.open(f"Wire {source.node} to", offers, at)

        self._pick_port(tab, "Wire which output", ports, ask, at)

    def choose_source(self, tab: DesignTab, id: NodeId, at: QPoint) -> None:
        """Ask what an input of a node is to read, nothing among it.

        Args:
            tab: The design; the node is one of those on its canvas.
            id: The node.
            at: Where the list opens, on the screen.
        """
        ports = [PortRef(id, port.name) for port in tab.shown.design.nodes[id].layer.inputs]
        if not _may_wire(tab) or not _has_ports(tab, ports, f"{id} reads nothing: it has no input"):
            return

        def ask(target: PortRef) -> None:
            design = tab.shown.design
            choices = sources_for(tab.shown_analysis, target)
            offers = [
                _offer(design, source_words(design, each.port), each, _wired(tab, each.port, target))
                for each in choices
            ]
            if target in design.wires:
                offers.append(Offer("nothing", _unplugged(tab, [target]), "unplug it"))
            self.chooser.open(f"{target_words(design, target)} reads", offers, at)

        self._pick_port(tab, "Which input", ports, ask, at)

    def choose_unplugged(self, tab: DesignTab, id: NodeId, at: QPoint) -> None:
        """Unplug the one wire of a node, or ask which of several.

        Args:
            tab: The design; the node is one of those on its canvas.
            id: The node.
            at: Where the list opens, on the screen.
        """
        design = tab.shown.design
        wires = (*design.incoming(id), *design.outgoing(id))
        if not _may_wire(tab):
            return
        if not wires:
            tab.status_message.emit(f"{id} has no wire to unplug")
        elif len(wires) == 1:
            _unplugged(tab, [wires[0].target])()
        else:
            offers = [
                Offer(
                    f"{source_words(design, wire.source)} → {target_words(design, wire.target)}",
                    _unplugged(tab, [wire.target]),
                )
                for wire in wires
            ]
            offers.append(Offer("all of them", _unplugged(tab, [wire.target for wire in wires])))
            self.chooser.open(f"Unplug from {id}", offers, at)

    def _pick_port(
        self, tab: DesignTab, title: str, ports: Sequence[PortRef], ask: Callable[[PortRef], None], at: QPoint
    ) -> None:
        if len(ports) == 1:
            ask(ports[0])
            return
        design = tab.shown.design

        def now(port: PortRef) -> str:
            wire = design.wires.get(port)
            return f"reads {source_words(design, wire.source)}" if wire is not None else ""

        self.chooser.open(title, [Offer(port.port, partial(ask, port), now(port)) for port in ports], at)


def _may_wire(tab: DesignTab) -> bool:
    return tab.canvas.may_edit("Nothing can be wired here")


def _has_ports(tab: DesignTab, ports: Sequence[PortRef], otherwise: str) -> bool:
    if not ports:
        tab.status_message.emit(otherwise)
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


def _wired(tab: DesignTab, source: PortRef, target: PortRef) -> Callable[[], object]:
    label = f"Wire {source.node} to {target.node}"
    return lambda: tab.scene.do(label, lambda design: connect(design, source, target))


def _unplugged(tab: DesignTab, targets: Sequence[PortRef]) -> Callable[[], object]:
    label = f"Unplug {targets[0].node}"
    return lambda: tab.scene.do(label, lambda design: disconnect(design, targets))
