"""The command line: the window without a command, and every command that needs none.

Exit status: 0 done, 1 the design has problems (of diff: they differ), 2 something was refused (a file that cannot
be read, an unknown name).
With ``--json`` standard output is one JSON object and nothing else; all other words go to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from designer.commands.console import DONE, INTERRUPTED, PROBLEMS, REFUSED, say
from designer.errors import DesignerError, InvalidDesign

COMMANDS = ("new", "check", "cost", "bench", "devices", "compare", "diff", "export", "weights", "render")
"""Each is a module of ``designer.commands``: its docstring, ``arguments`` and ``run``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, or the window; gives the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if _asks_for_window(words):
        from designer.ui.application import run

        return run([Path(word) for word in words])
    options = _parser().parse_args(words)
    try:
        status: int = options.run(options)
    except InvalidDesign as error:
        say(*error.problems)
        return PROBLEMS
    except (DesignerError, KeyError) as error:
        say(f"bottleneck-designer: {error}")
        return REFUSED
    except KeyboardInterrupt:
        say("bottleneck-designer: stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return status


def _asks_for_window(words: Sequence[str]) -> bool:
    return not words or (words[0] not in COMMANDS and not words[0].startswith("-"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bottleneck-designer",
        description="Design efficient convolution blocks. Without a command the window opens, with the FILEs named.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        command = import_module(f"designer.commands.{name}")
        made = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        made.set_defaults(run=command.run)
        command.arguments(made)
    return parser


def _version() -> str:
    try:
        return version("bottleneck-designer")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
