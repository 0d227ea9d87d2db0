"""One design of a comparison: a live view of its document, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass

from designer.analysis.analysis import Analysis
from designer.edit.document import Document
from designer.graph.design import Design
from designer.ui.views.design_tab import DesignTab

LETTERS = "ABCDEF"
MOST = len(LETTERS)
"""How many designs have room side by side."""


@dataclass(eq=False)
class Member:
    """A design that is compared.

    Attributes:
        view: Its canvas in the comparison; an edit there is an edit of the document.
        origin: Where it came from, in words: ``open tab``, ``2 steps back: Move 3 nodes``.
        tab: The tab that shows the same document, or None where the comparison alone holds it.
    """

    view: DesignTab
    origin: str
    tab: DesignTab | None = None

    @property
    def document(self) -> Document:
        """What is edited."""
        return self.view.document

    @property
    def design(self) -> Design:
        """What is on screen now."""
        return self.document.design

    @property
    def analysis(self) -> Analysis:
        """What it means."""
        return self.view.analysis

    @property
    def name(self) -> str:
        """The design's name."""
        return self.design.name


def of_tab(tab: DesignTab) -> Member:
    """A second view of an open tab's document."""
    return Member(DesignTab(tab.document), "open tab", tab)


def of_design(design: Design, origin: str) -> Member:
    """A design that nobody else holds; no file knows it until it is saved."""
    document = Document(design)
    document.mark_unsaved()
    return Member(DesignTab(document), origin)
