"""The illustration of a chain: the whole on top, and below it what one of the article's steps says.

1 the separable convolution against the standard one; 2 the added pointwise, which frees the number of filters; 3 where
activations stand and where none does; 4 the residual; 5 what is left of a signal behind an activation, by experiments
that were run. Every step keeps the whole in sight and lights what it speaks of.
"""

from __future__ import annotations

from enum import IntEnum

from designer.illustration import panels
from designer.illustration.anatomy import Anatomy, anatomy, freedom, others, saving, twins
from designer.illustration.chain import Chain
from designer.illustration.kept import (
    NOTHING_RUN,
    Kept,
    kept_brief,
    kept_panel,
    kept_sentence,
    least_height,
    small_panel,
)
from designer.illustration.knobs import NO_KNOBS, Knobs
from designer.illustration.palette import Ink
from designer.illustration.row import EVERYTHING, FULL, Lit, Row
from designer.illustration.scene import Box, Drawn, Scene, Shape, Spot, Words
from designer.illustration.sentences import (
    activation_brief,
    activation_sentence,
    freedom_brief,
    freedom_sentence,
    overview_brief,
    overview_sentence,
    residual_brief,
    residual_sentence,
    saving_brief,
    saving_sentence,
    share_words,
)
from designer.illustration.slabs import Depth, scale_for
from designer.wording import count, short


class Step(IntEnum):
    """What is lit."""

    OVERVIEW = 0
    SEPARABLE = 1
    FREEDOM = 2
    ACTIVATION = 3
    RESIDUAL = 4
    KEPT = 5

    @property
    def title(self) -> str:
        """``1 Separable against standard``."""
        return {
            Step.OVERVIEW: "The whole",
            Step.SEPARABLE: "1 Separable against standard",
            Step.FREEDOM: "2 Who decides the number of filters",
            Step.ACTIVATION: "3 Where it stays linear",
            Step.RESIDUAL: "4 The residual",
            Step.KEPT: "5 What ReLU keeps",
        }[self]


PAPER = (1240.0, 780.0)
"""How wide and how high a picture is that goes into a file."""

_LEAST = (940.0, 640.0)
_SIDE = 40.0
_BASE = 292.0
_SLAB, _DEPTH, _TAP = 140.0, 78.0, 10.0
_PANEL_TOP, _FOOT = 372.0, 34.0
_ROOM_A_STAGE = 236.0
_TWO_PANELS, _BETWEEN = 900.0, 20.0
_PAIR_LEAST = 1200.0
"""In less, the words of a row that stands beside its label and its figures would lie on its slabs."""
_SPARED = 120.0
"""The whole is said in fewer lines than any step."""


def illustration(
    chain: Chain,
    step: Step = Step.OVERVIEW,
    knobs: Knobs = NO_KNOBS,
    depth: Depth | None = None,
    room: tuple[float, float] | None = None,
    kept: Kept = NOTHING_RUN,
) -> Scene:
    """The picture of a chain at a step.

    Args:
        chain: What is drawn.
        step: What is lit.
        knobs: What can be scrubbed.
        depth: How the depth of slabs goes with channels; chosen by how far they lie apart where None.
        room: How wide and how high it may be; it is as large as paper where None, and larger where that is too small.
        kept: What was run of the experiments.
    """
    parts = anatomy(chain)
    width, height = _size(chain, step, room, kept)
    scale = scale_for(chain.tensors, _SLAB, _DEPTH, _TAP, depth)
    lit = _lit(chain, parts, step)
    row = Row(chain, scale, _SIDE + 16, width - _SIDE - 16, _BASE, FULL, lit, knobs).draw()
    box = Box(_SIDE / 2, _PANEL_TOP, width - _SIDE, height - _PANEL_TOP - _FOOT)
    below, sentence = _below(chain, step, box, depth, kept)
    shapes: list[Shape] = [*_title(chain), *row.shapes, *below.shapes]
    words = f"{scale.words} Kernels have the same depth and larger sides."
    shapes.append(Words(Spot(_SIDE / 2, height - 13), words, 10, ink=Ink.QUIET))
    return Scene(
        width, height, tuple(shapes), (*row.parts, *below.parts), f"{chain.name}: {step.title}", sentence, words
    )


def kept_scene(name: str, kept: Kept, room: tuple[float, float] | None = None) -> Scene:
    """What was run, of a design that is no chain.

    Args:
        name: The design's.
        kept: What was run.
        room: As for an illustration.
    """
    wide, high = room or PAPER
    width, height = max(wide, _LEAST[0]), max(high, least_height(kept) + 90)
    box = Box(_SIDE / 2, 52, width - _SIDE, height - 52 - 20)
    drawn, sentence = kept_panel(box, Step.KEPT.title, kept), kept_sentence(kept)
    shapes = (Words(Spot(_SIDE / 2, 30), name, 15, is_bold=True), *drawn.shapes)
    return Scene(width, height, shapes, drawn.parts, f"{name}: {Step.KEPT.title}", sentence, "")


def in_brief(chain: Chain, step: Step, kept: Kept = NOTHING_RUN) -> str:
    """What a step says, in a few words."""
    match step:
        case Step.SEPARABLE:
            return saving_brief(saving(chain))
        case Step.FREEDOM:
            return freedom_brief(freedom(chain))
        case Step.ACTIVATION:
            return activation_brief(chain)
        case Step.RESIDUAL:
            return residual_brief(chain)
        case Step.KEPT:
            return kept_brief(kept)
    return overview_brief(chain)


def _size(chain: Chain, step: Step, room: tuple[float, float] | None, kept: Kept) -> tuple[float, float]:
    wide, high = room or (PAPER[0], PAPER[1] - (_SPARED if step is Step.OVERVIEW else 0))
    least = _PANEL_TOP + least_height(kept) + _FOOT if step is Step.KEPT else _LEAST[1]
    has_pair = step in (Step.SEPARABLE, Step.FREEDOM, Step.RESIDUAL)
    narrowest = _PAIR_LEAST if has_pair else _LEAST[0]
    width = max(wide, narrowest, 2 * _SIDE + _ROOM_A_STAGE * len(chain.stages))
    if room is None:
        return width, max(high, least)
    height = max(high * width / wide, least)
    return max(width, wide * height / high), height  # of the room's own form, so that it fills it


def _title(chain: Chain) -> list[Shape]:
    cost = chain.cost
    ends = f"{chain.entry.label} → {chain.tensors[-1].label}"
    words = f"{ends} · {short(cost.macs)} MACs · {count(cost.parameters)} weights in convolutions"
    name = Words(Spot(_SIDE / 2, 30), chain.name, 15, is_bold=True)
    return [name, Words(Spot(name.box.right + 16, 30), words, 12, ink=Ink.QUIET)]


def _lit(chain: Chain, parts: Anatomy, step: Step) -> Lit:
    def some(*places: int | None) -> Lit:
        found = [place for place in places if place is not None]
        return Lit(found, has_merges=False) if found else EVERYTHING

    match step:
        case Step.SEPARABLE:
            return some(parts.filter, parts.project) if parts.filter is not None else some(parts.standard)
        case Step.FREEDOM:
            return some(parts.expand, parts.filter)
        case Step.ACTIVATION | Step.KEPT:
            return some(*(place for place, stage in enumerate(chain.stages) if stage.kernels is not None))
        case Step.RESIDUAL:
            return Lit(()) if chain.merges else EVERYTHING
    return EVERYTHING


def _below(chain: Chain, step: Step, box: Box, depth: Depth | None, kept: Kept) -> tuple[Drawn, str]:
    """What a step says below the chain, and the sentence of it."""
    title = step.title
    match step:
        case Step.SEPARABLE:
            found = saving(chain)
            sentence = saving_sentence(found)
            if found is not None:
                words = share_words(found)
                return panels.comparison(box, title, sentence, panels.saving_pair(found), depth, words), sentence
        case Step.FREEDOM:
            freed = freedom(chain)
            sentence = freedom_sentence(freed)
            if freed is not None:
                return panels.comparison(box, title, sentence, panels.freedom_pair(freed), depth), sentence
        case Step.ACTIVATION:
            sentence = activation_sentence(chain)
            return panels.curves(box, title, sentence, chain), sentence
        case Step.RESIDUAL:
            both = twins(chain)
            sentence = residual_sentence(chain, both)
            if both is not None:
                return panels.comparison(box, title, sentence, panels.twin_pair(both, chain), depth), sentence
        case Step.KEPT:
            return kept_panel(box, title, kept), kept_sentence(kept)
        case _:
            return _whole(chain, box, kept), overview_sentence(chain)
    return Drawn(tuple(panels.heading(box, title, sentence)[0])), sentence


def _whole(chain: Chain, box: Box, kept: Kept) -> Drawn:
    """Other ways to the same map; beside them, where there is room, what came back of the spirals."""
    title = "The same map with other layers"
    if kept.spiral is None or box.width < _TWO_PANELS:
        return panels.bars(box, title, others(chain))
    half = (box.width - _BETWEEN) / 2
    left = small_panel(box._replace(width=half), f"What {kept.spiral.options.activation.title} keeps", kept)
    right = panels.bars(box._replace(x=box.x + half + _BETWEEN, width=half), title, others(chain))
    return Drawn((*left.shapes, *right.shapes), (*left.parts, *right.parts))
