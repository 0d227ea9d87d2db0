"""Draw the canvas as a picture; needs no display."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from designer.commands.console import DONE, add_file, design_of
from designer.errors import DesignerError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|.svg")
    parser.add_argument("--dark", action="store_true", help="in dark colours")


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from designer.ui import system_libraries

    problem = system_libraries.problem()
    if problem is not None:
        raise DesignerError(problem)
    from designer.ui.picture import save_picture
    from designer.ui.theme import DARK, LIGHT

    design = design_of(options.file)
    save_picture(design, None, options.output, DARK if options.dark else LIGHT)
    return DONE
