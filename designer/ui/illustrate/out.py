"""An illustration into a file: SVG, PDF, PNG, or a page in which the steps are walked."""

from __future__ import annotations

from pathlib import Path

from designer.errors import DesignerError
from designer.export.illustration_page import illustration_page
from designer.export.illustration_svg import illustration_svg
from designer.files.outputs import stem_of, write_output
from designer.illustration.chain import Chain
from designer.illustration.illustration import Step, illustration, kept_scene
from designer.illustration.kept import NOTHING_RUN, Kept
from designer.illustration.multiples import Multiples, multiples_scene
from designer.illustration.palette import PALETTES, Palette
from designer.illustration.scene import Scene
from designer.illustration.slabs import Depth
from designer.ui.illustrate.painting import scene_pdf, scene_png
from designer.ui.views.design_tab import DesignTab
from designer.ui.widgets.ask import Ask

ENDINGS = (".svg", ".pdf", ".png", ".html")
_FILTER = "SVG drawing (*.svg);;PDF page (*.pdf);;PNG picture (*.png);;Page to walk through (*.html)"


def save_illustration(
    shown: Chain | Multiples,
    step: Step,
    depth: Depth | None,
    palette: str,
    tab: DesignTab,
    ask: Ask,
    kept: Kept = NOTHING_RUN,
) -> Path | None:
    """Ask where, and write it; says why where it cannot be written. Gives the file that was written.

    Args:
        shown: What is drawn.
        step: What is lit, of a single picture.
        depth: How the depth of slabs goes with channels.
        palette: The name of its colours.
        tab: The design, whose folder is offered.
        ask: Who is asked.
        kept: What was run of the experiments.
    """
    folder = Path(tab.document.path).parent if tab.document.path else Path.home()
    path = ask.path_to_save("Save the illustration", folder / f"{stem_of(shown.name)}.svg", _FILTER)
    if path is None:
        return None
    path = path if path.suffix else path.with_name(f"{path.name}.svg")
    try:
        write_output(path, _bytes(path.suffix.lower(), shown, step, depth, PALETTES[palette], kept), ENDINGS)
    except DesignerError as error:
        ask.tell("The illustration was not saved", str(error))
        return None
    return path


def _scenes(shown: Chain | Multiples, depth: Depth | None, kept: Kept) -> dict[Step, Scene]:
    """The picture of each step that there is something to say of."""
    if isinstance(shown, Multiples):
        scenes = {Step.OVERVIEW: multiples_scene(shown, depth)}
        return {**scenes, Step.KEPT: kept_scene(shown.name, kept)} if kept.spiral is not None else scenes
    steps = [step for step in Step if step is not Step.KEPT or kept.spiral is not None]
    return {step: illustration(shown, step, depth=depth, kept=kept) for step in steps}


def _bytes(
    ending: str, shown: Chain | Multiples, step: Step, depth: Depth | None, palette: Palette, kept: Kept
) -> bytes:
    scenes = _scenes(shown, depth, kept)
    scene = scenes.get(step, scenes[Step.OVERVIEW])
    match ending:
        case ".svg":
            return illustration_svg(scene, palette).encode()
        case ".pdf":
            return scene_pdf(scene, palette)
        case ".png":
            return scene_png(scene, palette)
        case ".html":
            return illustration_page(scenes, shown.name).encode()
    raise DesignerError(f"'{ending}' is no kind of illustration; end the name in {', '.join(ENDINGS)}")
