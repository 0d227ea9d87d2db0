"""Everything that can be placed, by whatever list: layers, blocks of one's own, templates; lately used first.

Says what an entry is called, how well it matches what is typed, and what is placed for it. Knows the library of blocks
and the settings; no canvas and no panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from designer import wording
from designer.files.block_library import BlockLibrary, LibraryBlock
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.layers.blocks import Group
from designer.layers.registry import catalogue, entry_score, search_words
from designer.templates.networks import templates
from designer.templates.table import Template
from designer.ui.look.settings import Settings
from designer.ui.look.theme import Tokens

Entry = type[Layer] | LibraryBlock | Template

OWN_BLOCKS = "Your blocks"
TEMPLATES = "Templates"


def title_of(entry: Entry) -> str:
    """What it is called."""
    return entry.name if isinstance(entry, LibraryBlock) else entry.title


def shelf_of(entry: Entry) -> str:
    """Which shelf it stands on, in a word."""
    if isinstance(entry, LibraryBlock):
        return "Your block"
    return "Template" if isinstance(entry, Template) else entry.category.value


def stripe_of(entry: Entry, look: Tokens) -> QColor:
    """Its colour."""
    if isinstance(entry, LibraryBlock):
        return look.category(Group.category)
    return look.template if isinstance(entry, Template) else look.category(entry.category)


def about(entry: Entry) -> str:
    """What it is, in a line."""
    if isinstance(entry, LibraryBlock):
        return f"A block of your own of {wording.plural(entry.node_count, 'node')}"
    return entry.help if isinstance(entry, Template) else (entry.__doc__ or "").strip().partition("\n")[0]


def _key(entry: Entry) -> str:
    """A word to remember it by."""
    if isinstance(entry, LibraryBlock):
        return f"block:{entry.name}"
    return f"template:{entry.key}" if isinstance(entry, Template) else f"layer:{entry.key}"


def _words(entry: Entry) -> tuple[str, ...]:
    """What it may be searched by besides its title."""
    if isinstance(entry, LibraryBlock):
        return (shelf_of(entry),)
    if isinstance(entry, Template):
        return (entry.key.replace("_", ""), shelf_of(entry))
    return search_words(entry)


def matching(text: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that a few typed letters may mean, best first; all of them, as they came, for no letters."""
    letters = text.casefold().replace(" ", "")
    if not letters:
        return list(entries)
    scores = [entry_score(letters, title_of(entry), _words(entry)) for entry in entries]
    found = [(-score, index) for index, score in enumerate(scores) if score]
    return [entries[index] for _, index in sorted(found)]


@lru_cache(maxsize=32)
def network(template: Template) -> Design:
    """What a template builds with the settings it proposes."""
    return template.build().renamed(template.title)


class NodeLibrary(QObject):
    """What can be placed.

    Signals: ``changed`` when a block of one's own came, went, or got another name.

    Args:
        library: The user's blocks; none where it is None.
        settings: Where what was placed lately is remembered; for this run only where it is None.
    """

    changed = Signal()

    def __init__(
        self, library: BlockLibrary | None = None, settings: Settings | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._settings = settings
        self._lately: tuple[str, ...] = settings.placed_lately if settings is not None else ()
        self._blocks: tuple[LibraryBlock, ...] = library.blocks() if library is not None else ()

    @property
    def blocks(self) -> tuple[LibraryBlock, ...]:
        """The user's own blocks, by name."""
        return self._blocks

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything that can be placed: what was placed lately first, then shelf by shelf."""
        every: tuple[Entry, ...] = (*catalogue(), *self._blocks, *templates())
        by_key = {_key(entry): entry for entry in every}
        lately = [by_key[key] for key in self._lately if key in by_key]
        return (*lately, *(entry for entry in every if entry not in lately))

    def search(self, text: str) -> list[Entry]:
        """What a few typed letters may mean, best first; of what matches alike, what was placed lately."""
        return matching(text, self.entries)

    def layer(self, entry: Entry) -> Layer:
        """What is placed for an entry: a template and a block of one's own are groups.

        Raises:
            DesignFileError: The block's file is gone or cannot be read.
        """
        if isinstance(entry, Template):
            return Group(network(entry))
        if isinstance(entry, LibraryBlock):
            return self._require_library().load(entry.name)
        return entry()

    def used(self, entry: Entry) -> None:
        """Remember that it was placed."""
        key = _key(entry)
        self._lately = (key, *(other for other in self._lately if other != key))
        if self._settings is not None:
            self._settings.placed_lately = self._lately

    def keep(self, name: str, body: Design, replace: bool = False) -> LibraryBlock:
        """Put what is inside a group on the shelf under a name.

        Raises:
            DesignFileError: The name is empty or taken, or the file cannot be written.
        """
        kept = self._require_library().save(name, body, replace)
        self.reload()
        return kept

    def rename(self, block: LibraryBlock, name: str) -> LibraryBlock:
        """Give a block another name.

        Raises:
            DesignFileError: The name is empty or taken, the block is gone, or its file cannot be written.
        """
        renamed = self._require_library().rename(block.name, name)
        self.reload()
        return renamed

    def delete(self, block: LibraryBlock) -> None:
        """Take a block off the shelf; designs that it was placed in keep theirs.

        Raises:
            DesignFileError: It is gone already, or cannot be removed.
        """
        self._require_library().delete(block.name)
        self.reload()

    def reload(self) -> None:
        """Look what is in the library now."""
        self._blocks = self._require_library().blocks()
        self.changed.emit()

    def _require_library(self) -> BlockLibrary:
        if self._library is None:
            raise LookupError("these library have no library of blocks")
        return self._library
