"""What threads send to the window, which may be closed before they are done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject
from shiboken6 import isValid


@contextmanager
def unless_gone(receiver: QObject) -> Iterator[None]:
    """Let a thread emit signals of an object; nothing happens where that was deleted meanwhile.

    Whoever waited for the answer is gone with it: a dialog or a tab that was closed, or the program that ends.

    Args:
        receiver: Whose signals are emitted.
    """
    try:
        yield
    except RuntimeError:  # PySide raises it for a deleted object, and for other things as well
        if isValid(receiver):
            raise
