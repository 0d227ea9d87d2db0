"""Say what is wrong with a design, a line a problem."""

from __future__ import annotations

import argparse

from designer.commands.console import DONE, PROBLEMS, add_file, analysis_of, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.analysis.report import problem_lines, warning_lines

    analysis = analysis_of(options.file)
    say(*problem_lines(analysis), *(f"{line} [warning]" for line in warning_lines(analysis)))
    return DONE if analysis.is_valid else PROBLEMS
