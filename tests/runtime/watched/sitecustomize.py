"""Python imports this when it starts, where its folder is on the path: no process opens an internet socket unseen.

Python's own sockets and look-ups of names are noted with where they came from in the file that ``WATCH_LOG`` names. On
Linux on x86-64 and ARM the kernel besides ends any process, and any that it starts, that asks for an internet socket,
whoever asks: what libraries do without Python is seen as well.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import platform
import signal
import sys
import traceback
import uuid

_INTERNET = (2, 10, 23, 30)
"""AF_INET, and AF_INET6 of Linux, of Windows, of macOS."""

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER_MODE = 22, 38, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _TRAP = 0x7FFF0000, 0x00030000
_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""By machine: the kernel's number of its calling convention, and that of socket()."""


def _watch(event: str, given: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    looks_up = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
    if looks_up or (event == "socket.__new__" and given[1] in _INTERNET):
        with open(os.environ["WATCH_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {given!r}\n{''.join(traceback.format_stack())}\n")


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def _forbid() -> bool:
    """Have the kernel end whoever asks for an internet socket; gives whether it will."""
    if sys.platform != "linux" or platform.machine() not in _SOCKET:
        return False
    convention, socket_call = _SOCKET[platform.machine()]
    rules = (
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, 5, convention),
        (_LOAD, 0, 0, 0),
        (_EQUAL, 0, 3, socket_call),
        (_LOAD, 0, 0, 16),
        (_EQUAL, 2, 0, 2),
        (_EQUAL, 1, 0, 10),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _TRAP),
    )
    steps = (_Step * len(rules))(*(_Step(*rule) for rule in rules))
    program = _Program(len(rules), steps)
    system = ctypes.CDLL(None, use_errno=True)
    faulthandler.register(signal.SIGSYS, chain=True)
    if system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(system.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0)


# A UUID of the time asks the kernel for a network card's address, by a socket that goes nowhere; this is Python's own.
uuid._generate_time_safe = None  # type: ignore[attr-defined]
uuid._node = 1  # type: ignore[attr-defined]
sys.addaudithook(_watch)
os.environ["WATCH_BY_KERNEL"] = "yes" if _forbid() else ""
