"""What the tables of whole networks share: their settings, and layers numbered as they are put down."""

from __future__ import annotations

from collections import Counter
from enum import Enum

from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Integer, Ratio
from designer.layers.dense import Dropout, Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.pooling import GlobalAveragePool
from designer.templates.table import PaddingConvention, chain

WIDTH = Ratio("width", 1.0, "Width multiplier α on every channel count.", low=0.05, high=16.0)
CLASSES = Integer("classes", 1000, "Outputs of the classifier.", low=1, high=10_000_000)
PADDING = Choice("padding", PaddingConvention.TORCH, "Whose padding.", options=tuple(PaddingConvention))
OWN_RESOLUTION = Integer(
    "resolution", 0, "Height and width of the input; 0 is the variant's own.", unit="px", low=0, high=4096
)


def resolution(default: int = 224, low: int = 32) -> Integer:
    """The setting of that name, where all variants have one default."""
    return Integer("resolution", default, "Height and width of the input.", unit="px", low=low, high=4096)


def variant(default: Enum) -> Choice:
    """The setting that takes one of a family."""
    return Choice("variant", default, "Which of the family.", options=tuple(type(default)))


class Assembly:
    """A network put down layer by layer, from its input to its output."""

    def __init__(self, resolution: int) -> None:
        self._layers: list[tuple[str, Layer]] = [("input", Input(3, resolution, resolution))]
        self._numbers: Counter[str] = Counter()

    def put(self, name: str, layer: Layer) -> None:
        """One layer under a name of its own."""
        self._layers.append((name, layer))

    def numbered(self, stem: str, layer: Layer) -> None:
        """One layer of many of a kind: ``stem_1``, ``stem_2`` and so on."""
        self._numbers[stem] += 1
        self.put(f"{stem}_{self._numbers[stem]}", layer)

    def classified(self, name: str, classes: int, dropout: float = 0.0) -> Design:
        """The design with a classifier on the mean over all positions at its end."""
        self.put("pool", GlobalAveragePool())
        return self.flattened(name, classes, dropout)

    def flattened(self, name: str, classes: int, dropout: float = 0.0) -> Design:
        """The design with a classifier on everything at its end."""
        self.put("flatten", Flatten())
        if dropout:
            self.put("dropout", Dropout(dropout))
        self.put("classifier", FullyConnected(classes))
        return self.finished(name)

    def finished(self, name: str) -> Design:
        """The design as it stands."""
        self.put("output", Output())
        return chain(name, self._layers)
