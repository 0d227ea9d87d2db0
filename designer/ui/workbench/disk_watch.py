"""Whether a file still holds what this program last read from it or wrote to it; looked at every few seconds.

Asked by content, so that a touched file is not a changed one, and by looking rather than by the system's notices, which
network drives and programs that replace files do not give.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from designer.edit.document import Document

LOOK_MS = 2000

_Stat = tuple[int, int, int] | None


@dataclass
class _Known:
    """What a document's file was when this program last read or wrote it, and when it was last looked at."""

    content: bytes | None
    seen: _Stat
    told: bytes | None = b""


class DiskWatch(QObject):
    """Looks at the files of open documents.

    Signals: ``changed`` with a document whose file holds something else now, or is gone; once for each change.
    """

    changed = Signal(object)

    def __init__(self, documents: Callable[[], Iterable[Document]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents = documents
        self._known: dict[Document, _Known] = {}
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def note(self, document: Document) -> None:
        """Take what the file holds now for what the document knows of it."""
        if document.path is not None:
            path = Path(document.path)
            self._known[document] = _Known(_fingerprint(path), _stat(path))

    def differs(self, document: Document) -> bool:
        """Whether the file holds something else than the document knows, now."""
        known = self._known.get(document)
        if known is None or document.path is None:
            return False
        return _fingerprint(Path(document.path)) != known.content

    def is_gone(self, document: Document) -> bool:
        """Whether the document had a file that is not there."""
        return document.path is not None and not Path(document.path).exists()

    def look(self) -> None:
        """Look at every file."""
        present = list(self._documents())
        self._known = {document: known for document, known in self._known.items() if document in present}
        for document in present:
            known = self._known.get(document)
            if known is None or document.path is None:
                continue
            path = Path(document.path)
            seen = _stat(path)
            if seen == known.seen:
                continue
            known.seen = seen
            content = _fingerprint(path)
            if content != known.content and content != known.told:
                known.told = content
                self.changed.emit(document)


def _stat(path: Path) -> _Stat:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _fingerprint(path: Path) -> bytes | None:
    try:
        with open(os.path.realpath(path), "rb") as stream:
            return sha256(stream.read()).digest()
    except OSError:
        return None
