"""What an edit of a design with its weights gave."""

from __future__ import annotations

from dataclasses import dataclass

from designer.record import Record


@dataclass(frozen=True)
class RedesignReport(Record):
    """What an edit gave that a design's weights went along with.

    Attributes:
        design: The new design, as a file's text.
        weights: The file its weights were written to.
        said: Where the weights it began with are from, and what was done with them, in words.
        left: Nodes that stay as they are, a line each with the reason.
    """

    design: str
    weights: str
    said: str
    left: tuple[str, ...]
