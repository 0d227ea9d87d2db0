"""TensorFlow Lite for Microcontrollers on this machine, where its package is installed: a file run and its memory."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, NamedTuple

from numpy.typing import NDArray

from designer.runtime.formats.verification import Arrays

_LEAST_ARENA = 256 << 20


class Arena(NamedTuple):
    """Bytes of the arena.

    Attributes:
        head: What tensors take, and what kernels ask for beside them: the same on every machine.
        tail: What structures take: fewer on a microcontroller, whose addresses are shorter.
    """

    head: int
    tail: int


class NotRun(Exception):
    """The runtime has no kernel for an operator of the file, or cannot set it up."""


def is_installed() -> bool:
    """Whether the package is there; it has wheels for Linux on x86-64 alone."""
    return find_spec("tflite_micro") is not None


def runtime_name() -> str:
    """The runtime and its version, in words."""
    return f"TensorFlow Lite for Microcontrollers {version('tflite-micro')}"


class MicroInterpreter:
    """A file in the runtime.

    Args:
        content: The file.

    Raises:
        NotRun: The runtime cannot set it up.
    """

    def __init__(self, content: bytes) -> None:
        from tflite_micro import runtime

        heard: list[str] = []
        try:
            with _hearing(heard):
                self._interpreter = runtime.Interpreter.from_bytes(content, arena_size=_LEAST_ARENA + 2 * len(content))
        except RuntimeError as error:
            raise NotRun(_reason("".join(heard)) or str(error)) from error

    def run(self, inputs: Sequence[NDArray[Any]], outputs: int) -> Arrays:
        """What comes out for what comes in, both as they stand in the file."""
        for index, array in enumerate(inputs):
            self._interpreter.set_input(array, index)
        self._interpreter.invoke()
        return [self._interpreter.get_output(index).copy() for index in range(outputs)]

    def arena(self) -> Arena:
        """What it allocated."""
        heard: list[str] = []
        with _hearing(heard):
            self._interpreter.print_allocations()
        said = "".join(heard)
        head, tail = (re.search(rf"Arena allocation {word} (\d+) bytes", said) for word in ("head", "tail"))
        if head is None or tail is None:
            raise NotRun(f"it does not say how much it allocated: {said[:200]}")
        return Arena(int(head[1]), int(tail[1]))


@contextmanager
def _hearing(heard: list[str]) -> Iterator[None]:
    """Take what the runtime says, which goes to standard error only and past Python."""
    with tempfile.TemporaryFile() as file:
        sys.stderr.flush()
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            heard.append(file.read().decode(errors="replace"))


def _reason(said: str) -> str:
    """Which operator it has no kernel for, or the first thing it says."""
    missing = re.search(r"builtin opcode '(\w+)'", said)
    if missing is not None:
        return f"it has no kernel for {missing[1]}"
    return next((line.strip() for line in said.splitlines() if line.strip()), "")
