"""Draw why a block works: tensors and kernels to scale, and the article's four steps; needs no display."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from designer.commands.console import DONE, add_file, analysis_of
from designer.errors import DesignerError

ENDINGS = (".svg", ".pdf", ".png", ".html")
STEPS = range(5)
MOST_SCALE = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.svg|.pdf|.png|.html")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--node", metavar="ID", help="this block, group.block for one inside another; else the design")
    which.add_argument("--nodes", metavar="ID,ID", help="these nodes, which stand in a row")
    parser.add_argument(
        "--step",
        type=int,
        choices=STEPS,
        default=0,
        help="1 separable against standard, 2 who decides the number of filters, 3 where it stays linear, 4 the "
        "residual; 0, the whole, by default. A page has all of them",
    )
    parser.add_argument("--palette", choices=("light", "dark", "print"), default="light", help="colours; light")
    parser.add_argument("--depth", choices=("linear", "log"), help="how deep a slab of many channels is drawn")
    parser.add_argument("--transparent", action="store_true", help="nothing behind the drawing")
    parser.add_argument("--scale", type=float, default=2.0, metavar="N", help="pixels a unit, of a PNG; 2")


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.files.outputs import refuse_loss, write_output

    ending = options.output.suffix.lower()
    if ending not in ENDINGS:
        raise DesignerError(f"{options.output}: '{ending}' is no kind of illustration; end the name in {_endings()}")
    if not 0 < options.scale <= MOST_SCALE:
        raise DesignerError(f"--scale {options.scale:g}: it takes a number above 0, at most {MOST_SCALE}")
    refuse_loss(options.output, ENDINGS, [options.file])
    chain = _chain(options)
    write_output(options.output, _bytes(chain, ending, options), ENDINGS)
    return DONE


def _endings() -> str:
    return ", ".join(ENDINGS)


def _chain(options: argparse.Namespace) -> Any:
    from designer.graph.ids import NodeId
    from designer.illustration.chain import block_chain, selection_chain

    analysis = analysis_of(options.file)
    if options.nodes is not None:
        return selection_chain(analysis, [NodeId(word.strip()) for word in options.nodes.split(",") if word.strip()])
    words = options.node.split(".") if options.node else []
    return block_chain(analysis, tuple(map(NodeId, words)))


def _bytes(chain: Any, ending: str, options: argparse.Namespace) -> bytes:
    from designer.export.illustration_page import illustration_page
    from designer.export.illustration_svg import illustration_svg
    from designer.illustration.illustration import Step, illustration
    from designer.illustration.palette import PALETTES
    from designer.illustration.slabs import Depth

    depth = Depth(options.depth) if options.depth else None
    if ending == ".html":
        return illustration_page({step: illustration(chain, step, depth=depth) for step in Step}, chain.name).encode()
    scene, palette = illustration(chain, Step(options.step), depth=depth), PALETTES[options.palette]
    if ending == ".svg":
        return illustration_svg(scene, palette, not options.transparent).encode()
    _ready_to_paint()
    from designer.ui.illustrate.painting import scene_pdf, scene_png

    if ending == ".pdf":
        return scene_pdf(scene, palette, not options.transparent)
    return scene_png(scene, palette, options.scale, not options.transparent)


def _ready_to_paint() -> None:
    """Have Qt paint on no display; raise DesignerError where it cannot."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # whatever a desktop has set: no display is needed, nor asked for
    from designer.ui.shell import system_libraries

    problem = system_libraries.problem()
    if problem is not None:
        raise DesignerError(problem)
