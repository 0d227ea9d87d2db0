"""All blocks of a design as small pictures of one scale, so that the rhythm of thin and thick is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from designer.analysis.analysis import Analysis
from designer.errors import IllustrationRefused
from designer.illustration.chain import Chain, Form, block_chain
from designer.illustration.palette import FORMS, Ink
from designer.illustration.row import faces
from designer.illustration.scene import Anchor, Arc, Box, Panel, Part, Scene, Shape, Spot, Words
from designer.illustration.slabs import Depth, Scale, scale_for
from designer.illustration.words import operation_words, stage_facts, tensor_facts
from designer.wording import count, plural, short

_COLUMNS = 4
_TILE = Box(0, 0, 292, 150)
_GAP, _SIDE, _TOP, _FOOT = 12.0, 20.0, 52.0, 34.0
_SLAB, _DEPTH = 74.0, 52.0


@dataclass(frozen=True)
class Multiples:
    """Blocks of a design that are drawn side by side.

    Attributes:
        name: The design's.
        chains: A chain for each block that is one, in order of execution.
        left_out: Names of blocks that are none.
    """

    name: str
    chains: tuple[Chain, ...]
    left_out: tuple[str, ...]


def whole_design(analysis: Analysis) -> Chain | Multiples:
    """A small design as a chain; one that is none, or too long, as its blocks.

    Raises:
        IllustrationRefused: It is neither a chain nor made of blocks; the text says what keeps it from being one.
        InvalidDesign: The design has problems.
    """
    try:
        chain = block_chain(analysis)
    except IllustrationRefused:
        found = _multiples(analysis)
        if len(found.chains) < 2:
            raise
        return found
    blocks = [stage for stage in chain.stages if stage.layer.is_block]
    return _multiples(analysis) if len(blocks) > 1 else chain


def _multiples(analysis: Analysis) -> Multiples:
    design = analysis.design
    chains: list[Chain] = []
    left_out: list[str] = []
    for id in design.order:
        if analysis.node(id).inner is None:
            continue
        try:
            chains.append(block_chain(analysis, (id,)))
        except IllustrationRefused:
            left_out.append(id)
    return Multiples(design.name, tuple(chains), tuple(left_out))


def multiples_scene(multiples: Multiples, depth: Depth | None = None) -> Scene:
    """The picture of the blocks, all of one scale."""
    chains = multiples.chains
    scale = scale_for(
        (spec for chain in chains for spec in chain.tensors), _SLAB, _DEPTH, 1.0, depth or Depth.ROOT, has_roots=True
    )
    shapes: list[Shape] = [*_title(multiples)]
    parts: list[Part] = []
    for index, chain in enumerate(chains):
        column, row = index % _COLUMNS, index // _COLUMNS
        tile = _TILE._replace(x=_SIDE + column * (_TILE.width + _GAP), y=_TOP + row * (_TILE.height + _GAP))
        shapes += _tile(tile, chain, scale)
        parts += _parts(tile, chain, scale)
    rows = ceil(len(chains) / _COLUMNS)
    height = _TOP + rows * (_TILE.height + _GAP) + _FOOT
    width = 2 * _SIDE + _COLUMNS * (_TILE.width + _GAP) - _GAP
    words = f"{scale.words} One scale for all blocks."
    shapes.append(Words(Spot(_SIDE, height - 13), words, 10, ink=Ink.QUIET))
    return Scene(width, height, tuple(shapes), tuple(parts), multiples.name, _sentence(multiples), words)


def _title(multiples: Multiples) -> Iterator[Shape]:
    name = Words(Spot(_SIDE, 30), multiples.name, 15, is_bold=True)
    yield name
    yield Words(Spot(name.box.right + 16, 30), _summary(multiples), 12, ink=Ink.QUIET)


def _summary(multiples: Multiples) -> str:
    added = sum(bool(chain.residuals) for chain in multiples.chains)
    words = f"{plural(len(multiples.chains), 'block')}, {added} with a residual"
    if multiples.left_out:
        words += f"; no chain, and left out: {', '.join(multiples.left_out[:3])}" + " …" * (len(multiples.left_out) > 3)
    return words


def _sentence(multiples: Multiples) -> str:
    thickest = max(spec.channels for chain in multiples.chains for spec in chain.tensors)
    return f"{multiples.name} in its blocks: {_summary(multiples)}; the thickest tensor has {count(thickest)} channels."


def _places(tile: Box, chain: Chain, scale: Scale) -> list[float]:
    """Where each tensor begins."""
    used = sum(map(scale.width, chain.tensors))
    room = (tile.width - 28 - used) / max(len(chain.tensors) - 1, 1)
    places, at = [], tile.x + 14
    for spec in chain.tensors:
        places.append(at)
        at += scale.width(spec) + room
    return places


def _tile(tile: Box, chain: Chain, scale: Scale) -> Iterator[Shape]:
    yield Panel(tile)
    yield Words(Spot(tile.x + 12, tile.y + 19), chain.name, 12, is_bold=True)
    macs = f"{short(chain.cost.macs)} MACs"
    yield Words(Spot(tile.right - 12, tile.y + 19), macs, 11, Anchor.END, Ink.QUIET)
    base = tile.bottom - 24
    solids = [scale.solid(spec, x, base) for spec, x in zip(chain.tensors, _places(tile, chain, scale), strict=True)]
    for index, (solid, spec) in enumerate(zip(solids, chain.tensors, strict=True)):
        yield from faces(solid, FORMS[chain.stages[index - 1].form if index else Form.INPUT], lit=True)
        anchor = Anchor.START if not index else Anchor.END if index == len(solids) - 1 else Anchor.MIDDLE
        x = solid.box.x if not index else solid.box.right if index == len(solids) - 1 else solid.box.middle.x
        yield Words(Spot(x, base + 14), spec.label, 9, anchor, Ink.QUIET, is_mono=True)
    for merge in chain.merges:
        start, end = solids[merge.source], solids[merge.target]
        top = min(solid.box.y for solid in solids) - 12
        yield Arc(Spot(start.box.middle.x, start.box.y - 2), Spot(end.box.middle.x, end.box.y - 2), top, Ink.RESIDUAL)


def _parts(tile: Box, chain: Chain, scale: Scale) -> Iterator[Part]:
    """The block as a whole, and each of its tensors."""
    cost = chain.cost
    ends = f"{chain.entry.label} → {chain.tensors[-1].label}"
    facts = (ends, f"{count(cost.macs)} MACs", f"{count(cost.parameters)} weights in convolutions")
    yield Part(tile, chain.name, facts, chain.path)
    places = _places(tile, chain, scale)
    for index, (spec, x) in enumerate(zip(chain.tensors, places, strict=True)):
        solid = scale.solid(spec, x, tile.bottom - 24)
        if not index:
            yield Part(solid.box, "input", tensor_facts(spec), chain.path)
            continue
        stage = chain.stages[index - 1]
        yield Part(solid.box, operation_words(stage), (*tensor_facts(spec), *stage_facts(stage)), stage.path)
