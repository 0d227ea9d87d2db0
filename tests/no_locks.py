"""A disk that knows no locks, or has other trouble with them, as the system says it."""

from __future__ import annotations

import errno
import fcntl
import os

import pytest

NO_LOCKS = [pytest.param(getattr(errno, name), id=name) for name in ("ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS")]


def refuse_locks(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Have the system refuse every lock with this error number."""

    def refuse(_descriptor: int, _how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
