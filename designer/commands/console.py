"""What every command needs: exit statuses, words to standard error, one JSON object, reading a design.

Everything that is printed passes ``Console``: what a file holds reaches the terminal as letters, whatever it is, and a
console that lacks a letter gets the nearest it has; neither changes an exit status.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from designer.errors import DesignerError, UsageError, near
from designer.wording import clipped, json_line, lacks, printable

DONE, PROBLEMS, REFUSED = 0, 1, 2

MOST_LINES = 1000
"""Lines that one report has at most on standard error; a file of a million faults is told by its first ones."""

_PLAINER = str.maketrans(
    {
        "\u202f": " ",
        "\u2009": " ",
        "\u00a0": " ",
        "\u2212": "-",
        "–": "-",
        "—": "-",
        "×": "x",
        "·": ".",
        "→": "->",
        "›": ">",
        "≠": "!=",
        "≤": "<=",
        "≥": ">=",
        "±": "+-",
        "∞": "inf",
        "…": "...",
        "✓": "ok",
        "α": "alpha",
        "²": "^2",
        "³": "^3",
        "’": "'",
        "“": '"',
        "”": '"',
    }
)
"""What a console without these letters gets in their place."""


class Console(io.TextIOBase):
    """A text stream that prints anything: no letter can move the cursor, and none that is missing stops the program."""

    def __init__(self, stream: TextIO) -> None:
        """Print to a stream."""
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # io declares an attribute
        """The stream's own."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Print a text."""
        self._stream.write(self._fitting(printable(text)))
        return len(text)

    def _fitting(self, text: str) -> str:
        if not lacks(self.encoding, text):
            return text
        kept = "".join(letter.translate(_PLAINER) if lacks(self.encoding, letter) else letter for letter in text)
        return kept.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def flush(self) -> None:
        """Hand on what was printed."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether somebody watches."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The stream's own."""
        return self._stream.fileno()


@contextlib.contextmanager
def printing_anything() -> Iterator[None]:
    """Standard output and standard error as consoles that print anything."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Console(before[0]), Console(before[1])
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout, sys.stderr = before


class Parser(argparse.ArgumentParser):
    """A parser whose refusal is an error as any other, and which guesses what a mistyped command was meant to be."""

    def error(self, message: str) -> NoReturn:
        """Refuse a command line.

        Raises:
            UsageError: Always.
        """
        found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if found is not None:
            known = re.findall(r"[\w-]+", found[2])
            message = f"there is no command '{found[1]}'{near(found[1], known)}; there are: {', '.join(known)}"
        raise UsageError(f"{self.format_usage()}{self.prog}: {message}")


def pairs(words: Sequence[str], option: str, example: str) -> dict[str, str]:
    """NAME=VALUE words of an option that may be given several times.

    Raises:
        DesignerError: A word is no NAME=VALUE, or a name is given twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not equals:
            raise DesignerError(f"{option} {word}: it takes NAME=VALUE, such as {example}")
        if name in found:
            raise DesignerError(f"{option} {name}: it is given twice, as {found[name]} and as {value}; say it once")
        found[name] = value
    return found


def say(*lines: str) -> None:
    """Print lines to standard error; of a great many the first, with how many more there are."""
    for line in lines[:MOST_LINES]:
        print(clipped(line), file=sys.stderr)
    if len(lines) > MOST_LINES:
        print(f"… and {len(lines) - MOST_LINES} more lines", file=sys.stderr)


def print_json(data: object) -> None:
    """Print one JSON object to standard output."""
    print(json_line(data, sys.stdout.encoding))


def design_of(file: Path) -> Any:
    """The design in a file."""
    from designer.files.design_json import load

    return load(file)


def analysis_of(file: Path) -> Any:
    """What the design in a file means."""
    from designer.analysis.analysis import analyse

    return analyse(design_of(file))


def add_file(parser: argparse.ArgumentParser) -> None:
    """Take a design file."""
    parser.add_argument("file", type=Path, metavar="FILE")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Take ``--json``."""
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
