"""Say how two designs differ in structure, a line a change; fit for git."""

from __future__ import annotations

import argparse
import sys

from designer.commands.console import add_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="two designs; or what git gives an external driver")
    parser.add_argument("--textconv", action="store_true", help="print one design a line a node, for git's textconv")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.files import diff

    return diff.run(options.files, sys.stdout, options.json, options.textconv)
