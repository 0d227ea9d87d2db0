"""Editable: what a canvas and its panels need of a document, of the whole design or of what is inside a block.

Knows no window, and nothing of how the history is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Protocol

from designer.graph.design import Design

if TYPE_CHECKING:
    from designer.edit.document import Command, Document, Edit, Observer


class Editable(Protocol):
    """A design that can be shown and edited; every change of it is an undo step of the whole document."""

    @property
    def whole(self) -> Document:
        """The document this belongs to: it has the history and the file."""
        ...

    @property
    def is_editable(self) -> bool:
        """Whether edits are taken; otherwise what is shown follows from something else."""
        ...

    @property
    def design(self) -> Design:
        """What is on screen now, a preview if one is under way."""
        ...

    @property
    def committed_design(self) -> Design:
        """What is in the history, without a preview."""
        ...

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call ``observer(before, after)`` at each change; gives a function that ends it."""
        ...

    def apply(self, command: Command) -> None:
        """Make a change and remember it.

        Raises:
            DesignerError: The edit was refused; nothing changed.
        """
        ...

    def seal(self) -> None:
        """End a run of merging commands: the next one is an undo step of its own."""
        ...

    def take_back(self, merge_key: Hashable) -> None:
        """Be as before a run of merging commands that has not ended, with no step to redo; nothing where none runs."""
        ...

    def preview(self, edit: Edit) -> None:
        """Show what an edit of the committed design would make, without a step in the history.

        Raises:
            DesignerError: The edit was refused; what was shown stays.
        """
        ...

    def cancel_preview(self) -> None:
        """Show the committed design again."""
        ...

    def commit(self, label: str) -> None:
        """Make what is previewed a step in the history."""
        ...
