"""Whole networks as tables of rows: what a row is, the width multiplier, and how rows become a design."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

from designer.edit.layout import tidy
from designer.errors import ParameterError, TemplateError, near
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.parameter import Parameter
from designer.graph.window import Padding


class PaddingConvention(Enum):
    """Whose padding and batch norms a network has: PyTorch's, symmetric, or TensorFlow's, SAME."""

    TORCH = "torch"
    TENSORFLOW = "tensorflow"

    @property
    def title(self) -> str:
        """The word on screen."""
        return "PyTorch" if self is PaddingConvention.TORCH else "TensorFlow"

    @property
    def padding(self) -> Padding:
        """What it means at a layer."""
        return Padding.SYMMETRIC if self is PaddingConvention.TORCH else Padding.SAME


@dataclass(frozen=True)
class Row:
    """One line of a paper's table.

    Attributes:
        name: What its nodes are called; repeats are numbered.
        make: From output channels and stride to the layer.
        channels: c, output channels at width 1.
        repeats: n.
        stride: s of the first repeat; the others have 1.
    """

    name: str
    make: Callable[[int, int], Layer]
    channels: int
    repeats: int = 1
    stride: int = 1


def row_layers(rows: Sequence[Row], widen: Callable[[int], int]) -> list[tuple[str, Layer]]:
    """The rows' layers in order, numbered through by name; ``widen`` applies the width multiplier."""
    found: list[tuple[str, Layer]] = []
    numbers: dict[str, int] = {}
    for row in rows:
        for repeat in range(row.repeats):
            numbers[row.name] = numbers.get(row.name, 0) + 1
            layer = row.make(widen(row.channels), row.stride if repeat == 0 else 1)
            found.append((f"{row.name}_{numbers[row.name]}", layer))
    return found


def chain(name: str, layers: Sequence[tuple[str, Layer]]) -> Design:
    """Layers one after another as a design; ``Template.build`` lays it out."""
    nodes = [Node(NodeId(id), layer) for id, layer in layers]
    wires = [
        Wire(PortRef(before.id, before.layer.outputs[0].name), PortRef(after.id, after.layer.inputs[0].name))
        for before, after in pairwise(nodes)
    ]
    return Design.build(name, nodes, wires)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LINE = re.compile(r"[A-Za-z]+?(?=V?\d|[^A-Za-z]|$)")


@dataclass(frozen=True)
class Template:
    """A design to begin with.

    Attributes:
        key: Word on the command line.
        title: Name in menus.
        help: One sentence.
        source: The paper.
        settings: What can be chosen, each a parameter with default, range and help.
        make: From the settings by name to the design.
    """

    key: str
    title: str
    help: str
    source: str
    settings: tuple[Parameter, ...]
    make: Callable[..., Design]

    @property
    def year(self) -> int | None:
        """When the paper came out, as its source says; None where it says no year."""
        found = _YEAR.search(self.source)
        return int(found[0]) if found is not None else None

    @property
    def family(self) -> str:
        """What networks of one line are called: the title without its version; a block by itself is of ``Blocks``."""
        if not any(setting.name == "classes" for setting in self.settings):
            return "Blocks"
        found = _LINE.match(self.title)
        return found[0] if found is not None else self.title

    def build(self, /, **chosen: Any) -> Design:
        """The design for these settings, laid out; those not named have their defaults.

        Raises:
            TemplateError: A setting is unknown, or its value does not suit it.
        """
        return tidy(self.unplaced(**chosen))

    def unplaced(self, /, **chosen: Any) -> Design:
        """The same with every card at one place, for who only counts it.

        Raises:
            TemplateError: A setting is unknown, or its value does not suit it.
        """
        by_name = {setting.name: setting for setting in self.settings}
        values = {setting.name: setting.default for setting in self.settings}
        for name, value in chosen.items():
            if name not in by_name:
                known = ", ".join(by_name)
                raise TemplateError(
                    f"template '{self.key}' has no setting '{name}'{near(name, by_name)}; it has: {known}"
                )
            values[name] = self._value(by_name[name], value)
        return self.make(**values)

    def _value(self, setting: Parameter, value: Any) -> Any:
        try:
            if isinstance(value, str):
                return setting.parse(value)
            setting.check(value)
        except ParameterError as error:
            raise TemplateError(f"template '{self.key}': {error}") from error
        return value
