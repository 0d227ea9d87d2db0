"""What is selected on a canvas, in words."""

from __future__ import annotations

from designer import wording
from designer.ui.canvas.annotations import words
from designer.ui.canvas.drawing import Drawing


def selection_words(drawing: Drawing) -> str:
    """Nodes, frames and notes that are selected: ``Depthwise 3×3``, ``3 nodes and frame "Stem"``."""
    ids, annotations = drawing.selection, drawing.annotations.chosen
    parts = []
    if ids:
        parts.append(drawing.design.nodes[ids[0]].title if len(ids) == 1 else wording.plural(len(ids), "node"))
    if annotations:
        parts.append(words(drawing.design.annotations, annotations))
    return " and ".join(parts)
