"""Draw the canvas as a picture, PNG, SVG or PDF; needs no display."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from designer.commands.console import DONE, add_file, design_of
from designer.errors import DesignerError
from designer.graph.design import NodeId

MOST_SCALE = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|.svg|.pdf")
    parser.add_argument("--dark", action="store_true", help="in dark colours")
    parser.add_argument("--transparent", action="store_true", help="nothing behind the drawing")
    parser.add_argument("--legend", action="store_true", help="what colours and widths mean, below the drawing")
    parser.add_argument("--nodes", metavar="ID,ID", help="only these nodes, and the wires between them")
    parser.add_argument("--scale", type=float, default=2.0, metavar="N", help="pixels a canvas unit, of a PNG; 2")


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # whatever a desktop has set: no display is needed, nor asked for
    from designer.ui.shell import system_libraries

    problem = system_libraries.problem()
    if problem is not None:
        raise DesignerError(problem)
    from designer.files.outputs import refuse_loss
    from designer.ui.canvas.picture import ENDINGS, PictureOptions, save_picture
    from designer.ui.look.theme import DARK, LIGHT

    refuse_loss(options.output, ENDINGS, [options.file])
    design = design_of(options.file)
    if not 0 < options.scale <= MOST_SCALE:
        raise DesignerError(f"--scale {options.scale:g}: it takes a number above 0, at most {MOST_SCALE}")
    words = None if options.nodes is None else map(str.strip, options.nodes.split(","))
    nodes = None if words is None else frozenset(NodeId(word) for word in words if word)
    look = DARK if options.dark else LIGHT
    save_picture(
        design,
        None,
        options.output,
        PictureOptions(nodes, look, options.transparent, options.legend, options.scale),
    )
    return DONE
