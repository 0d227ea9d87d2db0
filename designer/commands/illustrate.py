"""Draw why a block works: tensors and kernels to scale, the article's four steps, what ReLU keeps; needs no display."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from designer.commands.console import DONE, add_file, analysis_of
from designer.errors import DesignerError

ENDINGS = (".svg", ".pdf", ".png", ".html")
STEPS = range(6)
EXPERIMENT = 5
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
        "residual, 5 what ReLU keeps, which is run first; 0, the whole, by default. A page has 0 to 4, and with 5 all",
    )
    parser.add_argument("--channels", metavar="N,N", help="of step 5: to how many channels the spiral is lifted")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of step 5: the first random matrix; 0")
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="of step 5: how many random matrices; 20")
    parser.add_argument("--pictures", metavar="FOLDER", help="of step 5: what the design is shown; random numbers")
    parser.add_argument("--weights", metavar="FILE", help="of step 5: the design's own by default, else fresh ones")
    parser.add_argument("--palette", choices=("light", "dark", "print"), default="light", help="colours; light")
    parser.add_argument("--depth", choices=("linear", "log", "root"), help="how the depth of slabs goes with channels")
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
    write_output(options.output, _bytes(ending, options), ENDINGS)
    return DONE


def _endings() -> str:
    return ", ".join(ENDINGS)


def _subject(options: argparse.Namespace) -> Any:
    from designer.graph.ids import NodeId
    from designer.illustration.chain import block_chain, selection_chain
    from designer.illustration.multiples import whole_design

    analysis = analysis_of(options.file)
    if options.nodes is not None:
        return selection_chain(analysis, [NodeId(word.strip()) for word in options.nodes.split(",") if word.strip()])
    if options.node is None:
        return whole_design(analysis)
    return block_chain(analysis, tuple(map(NodeId, options.node.split("."))))


def _scenes(options: argparse.Namespace) -> Any:
    """The pictures that are asked for, by step."""
    from designer.illustration.chain import Chain
    from designer.illustration.illustration import Step, illustration, kept_scene
    from designer.illustration.kept import NOTHING_RUN
    from designer.illustration.multiples import multiples_scene
    from designer.illustration.slabs import Depth

    depth, shown = Depth(options.depth) if options.depth else None, _subject(options)
    has_experiment, is_page = options.step == EXPERIMENT, options.output.suffix.lower() == ".html"
    kept = _experiment(options, shown) if has_experiment else NOTHING_RUN
    if isinstance(shown, Chain):
        steps = [step for step in Step if step != EXPERIMENT or has_experiment] if is_page else [Step(options.step)]
        return {step: illustration(shown, step, depth=depth, kept=kept) for step in steps}
    if has_experiment:
        experiment = {Step.KEPT: kept_scene(shown.name, kept)}
        return {Step.OVERVIEW: multiples_scene(shown, depth), **experiment} if is_page else experiment
    if options.step:
        raise DesignerError(
            f"--step {options.step}: {shown.name} is drawn as its blocks, and a step is of one; say --node "
            f"{shown.chains[0].name}, or another of its {len(shown.chains)} blocks"
        )
    return {Step.OVERVIEW: multiples_scene(shown, depth)}


def _experiment(options: argparse.Namespace, shown: Any) -> Any:
    """Run both experiments; a design without activations has the spiral alone, with words."""
    from designer.errors import JobFailed
    from designer.files.sidecar import carried_weights
    from designer.illustration.chain import Chain
    from designer.illustration.kept import Kept, kept_channels
    from designer.measurement.activity import ActivityOptions
    from designer.measurement.spiral import SpiralOptions
    from designer.runtime.measure.activity import activity_of
    from designer.runtime.measure.spiral import spiral_experiment

    spiral = SpiralOptions(seed=options.seed, seeds=options.seeds)
    if options.channels is not None:
        channels = SpiralOptions.parameter("channels").parse(options.channels)
    else:
        channels = kept_channels(shown if isinstance(shown, Chain) else None)
    report = spiral_experiment(SpiralOptions.taking(spiral, channels=channels))
    watched = ActivityOptions(pictures=options.pictures or "", seed=options.seed)
    weights, within = options.weights or carried_weights(options.file), getattr(shown, "path", ())
    try:
        return Kept(report, activity_of(analysis_of(options.file).design, watched, weights=weights, within=within))
    except JobFailed as error:
        return Kept(report, words=f"{error}.")


def _bytes(ending: str, options: argparse.Namespace) -> bytes:
    from designer.export.illustration_page import illustration_page
    from designer.export.illustration_svg import illustration_svg
    from designer.illustration.palette import PALETTES

    scenes = _scenes(options)
    scene, *_ = scenes.values()
    if ending == ".html":
        return illustration_page(scenes, scene.title).encode()
    palette = PALETTES[options.palette]
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
