"""The user's own blocks: groups kept under a name, each as a design file in the user's folder.

A block can be sent to somebody else as the file it is. File names are made from the block's name; the name itself is
the one inside the file.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from designer.errors import DesignFileError, near
from designer.files.design_json import SUFFIX, load, save
from designer.files.storage import make_folder
from designer.graph.design import Design
from designer.layers.blocks import Group


@dataclass(frozen=True)
class LibraryBlock:
    """A block in the library.

    Attributes:
        name: What the user calls it.
        path: Its file.
        node_count: How many nodes are inside, its ends among them.
        saved_at: When it was kept, in UTC.
    """

    name: str
    path: Path
    node_count: int
    saved_at: datetime


class BlockLibrary:
    """Groups kept under names.

    Args:
        folder: The user's data folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "blocks"

    def save(self, name: str, body: Design, replace: bool = False) -> LibraryBlock:
        """Keep what is inside a group under a name.

        Args:
            name: What to call it; spaces at its ends do not count.
            body: What is inside: its Input and Output nodes are the block's ports.
            replace: Whether a block of that name may be put out by this one.

        Raises:
            DesignFileError: The name is empty or taken, or the file cannot be written.
        """
        name = " ".join(name.split())
        if not name:
            raise DesignFileError(os.fspath(self._folder), "", "a block needs a name to be found again; give it one")
        present = self._find(name)
        if present is not None and not replace:
            reason = f"there is a block '{name}' already; choose another name, or replace it"
            raise DesignFileError(os.fspath(present.path), "", reason)
        make_folder(self._folder)
        path = present.path if present is not None else self._folder / _file_name(name)
        save(body.renamed(name), path)
        return _entry(path)

    def blocks(self) -> tuple[LibraryBlock, ...]:
        """Every block that can be read, by name; a file that is no sound design is passed over."""
        found = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                found.append(_entry(path))
            except DesignFileError:
                continue
        return tuple(sorted(found, key=lambda block: block.name.casefold()))

    def load(self, name: str) -> Group:
        """The block of a name, as a layer to place.

        Raises:
            DesignFileError: There is none, or its file cannot be read.
        """
        return Group(load(self._require(name).path))

    def rename(self, name: str, new_name: str) -> LibraryBlock:
        """Give a block another name.

        Raises:
            DesignFileError: There is none, the new name is empty or taken, or its file cannot be written or removed.
        """
        kept = self.save(new_name, load(self._require(name).path))
        self.delete(name)
        return kept

    def delete(self, name: str) -> None:
        """Take a block out of the library; designs that it was placed in keep theirs.

        Raises:
            DesignFileError: There is none, or its file cannot be removed.
        """
        path = self._require(name).path
        try:
            path.unlink()
        except OSError as error:
            reason = f"it cannot be removed: {(error.strerror or str(error)).lower()}; check the rights to its folder"
            raise DesignFileError(os.fspath(path), "", reason) from error

    def _require(self, name: str) -> LibraryBlock:
        found = self._find(name)
        if found is None:
            guess = near(name, (block.name for block in self.blocks()))
            raise DesignFileError(os.fspath(self._folder), "", f"there is no block '{name}' in the library{guess}")
        return found

    def _find(self, name: str) -> LibraryBlock | None:
        return next((block for block in self.blocks() if block.name == name), None)


def _entry(path: Path) -> LibraryBlock:
    design = load(path)
    saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return LibraryBlock(design.name, path, len(design.nodes), saved_at)


def _file_name(name: str) -> str:
    """Letters that every system takes in a file name, and a few that tell apart names which share them."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "block"
    return f"{stem}-{sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}{SUFFIX}"
