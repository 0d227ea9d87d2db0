"""The command line: the window without a command, and every command that needs none.

Exit status: 0 done, 1 the design has problems (of diff: they differ), 2 something was refused (a file that cannot
be read, an unknown name), 130 stopped by Ctrl+C.
With ``--json`` standard output is one JSON object and nothing else, on failure too; all other words go to standard
error. Nothing is imported before ``main`` can answer for Ctrl+C.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

COMMANDS = (
    "new",
    "check",
    "targets",
    "cost",
    "bench",
    "devices",
    "compare",
    "sweep",
    "learn",
    "diff",
    "edit",
    "table",
    "export",
    "import",
    "weights",
    "render",
    "illustrate",
    "lesson",
)
"""Each is a module of ``designer.commands``: its docstring, ``arguments`` and ``run``."""

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, or the window; gives the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with _Interrupts() as interrupts:
            try:
                return _answer(words)
            except Exception:
                # A library that was loading may have made an error of its own of Ctrl+C.
                if interrupts.came:
                    raise KeyboardInterrupt from None
                raise
    except KeyboardInterrupt:
        sys.stderr.write("bottleneck-designer: stopped\n")
        return INTERRUPTED


class _Interrupts:
    """Notes that Ctrl+C was pressed, and stops what runs as Python does.

    Where nothing can be raised just then, as while an object is cleared away, Python drops the exception and goes on:
    so it is raised again every few seconds until the program has ended.
    """

    came = False
    again_after_s = 5.0

    def __enter__(self) -> _Interrupts:
        import signal

        self._before: object = None
        self._alarm_before: object = None
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            try:
                self._before = signal.signal(signal.SIGINT, self._note)
                if hasattr(signal, "setitimer"):
                    self._alarm_before = signal.signal(signal.SIGALRM, self._note)
            except ValueError:  # not the main thread, which alone is interrupted
                self._before = None
        return self

    def _note(self, *_: object) -> None:
        import signal

        self.came = True
        if self._alarm_before is not None:
            signal.setitimer(signal.ITIMER_REAL, self.again_after_s)
        raise KeyboardInterrupt

    def __exit__(self, *_: object) -> None:
        import signal

        if self._alarm_before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._alarm_before)  # type: ignore[arg-type]  # what signal gave
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]  # what signal gave is what it takes


def _answer(words: Sequence[str]) -> int:
    import os

    from designer.commands.console import DONE, REFUSED, printing_anything, say

    if _asks_for_window(words):
        return _window(words)
    try:
        with printing_anything():
            return _command(words)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        if error.filename is not None:
            raise  # of a file, and one that no command answered for: a fault of ours
        say(f"bottleneck-designer: standard output cannot be written: {error.strerror or error}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED


def _command(words: Sequence[str]) -> int:
    from designer.commands.console import PROBLEMS, REFUSED, print_json, say
    from designer.errors import DesignerError, InvalidDesign, UsageError

    as_json = "--json" in words
    try:
        options = _parser().parse_args(_with_files_marked(words))
        status: int = options.run(options)
    except InvalidDesign as error:
        say(*error.problems)
        status, text, problems = PROBLEMS, "the design has problems", list(error.problems)
    except UsageError as error:
        say(*str(error).splitlines())
        status, text, problems = REFUSED, str(error).rstrip().rpartition("\n")[2], []
    except (DesignerError, KeyError) as error:
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        say(f"bottleneck-designer: {text}")
        status, problems = REFUSED, []
    else:
        return status
    if as_json:
        print_json({"error": text, "problems": problems, "status": status})
    return status


def _asks_for_window(words: Sequence[str]) -> bool:
    from pathlib import Path

    if not words:
        return True
    first = words[0]
    if first in COMMANDS or first.startswith("-") or not first:
        return False
    return Path(first).exists() or "." in first or "/" in first or "\\" in first  # else a command, mistyped


def _window(words: Sequence[str]) -> int:
    from pathlib import Path

    from designer.ui.shell.application import run

    return run([Path(word) for word in words])


def _with_files_marked(words: Sequence[str]) -> Sequence[str]:
    """The words of ``diff`` with ``--`` before the files: git names them, and they may begin like an option."""
    if words[0] != "diff" or "--" in words:
        return words
    own = 1
    while own < len(words) and words[own] in ("--textconv", "--json", "-h", "--help"):
        own += 1
    late = [word for word in words[own:] if word in ("--textconv", "--json")]
    files = [word for word in words[own:] if word not in late]
    return [*words[:own], *late, "--", *files]


def _parser() -> argparse.ArgumentParser:
    from importlib import import_module

    from designer.commands.console import Parser

    parser = Parser(
        prog="bottleneck-designer",
        description="Design efficient convolution blocks. Without a command the window opens, with the FILEs named.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for name in COMMANDS:
        command = import_module(f"designer.commands.{_module_of(name)}")
        made = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        made.set_defaults(run=command.run)
        command.arguments(made)
    return parser


def _module_of(command: str) -> str:
    """The module of a command; Python's own word has an underscore behind it."""
    import keyword

    return f"{command}_" if keyword.iskeyword(command) else command


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("bottleneck-designer")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
