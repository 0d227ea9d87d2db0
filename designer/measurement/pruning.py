"""What pruning a design with its weights gave."""

from __future__ import annotations

from dataclasses import dataclass

from designer.record import Record


@dataclass(frozen=True)
class PruneReport(Record):
    """What pruning a design with its weights gave.

    Attributes:
        design: The smaller design, as a file's text.
        weights: The file its weights were written to.
        said: Where the weights it began with are from, in words.
        left: Nodes whose channels could not go, a line each with the reason.
    """

    design: str
    weights: str
    said: str
    left: tuple[str, ...]
