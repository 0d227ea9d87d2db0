"""A chain drawn as a row: slabs, the kernels between them, how many there are and what fixes that, arcs of merges."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from designer.illustration.anatomy import anatomy
from designer.illustration.chain import Chain, Form, Kernels, Merge
from designer.illustration.knob import Knob
from designer.illustration.knobs import NO_KNOBS, Knobs
from designer.illustration.palette import FORMS, Ink
from designer.illustration.scene import (
    Anchor,
    Arc,
    Box,
    Handle,
    Line,
    Panel,
    Part,
    Polygon,
    Shape,
    Spot,
    Words,
    text_width,
)
from designer.illustration.slabs import Scale, Solid
from designer.illustration.words import merge_words, operation_words, role, stage_facts, tensor_facts, who_fixed
from designer.wording import plural, short

_ARROW_MARGIN = 12.0
_LETTERS_DIFFER = 1.12
"""How much wider than estimated the letters of a font may be."""
_TOP, _SIDE = 0.62, 0.42
"""How much of its colour the upper face and the side of a body have."""

_PLATES, _BLOCKS = 4, 3
"""How many kernels of a depthwise and of a standard convolution are drawn at most."""


class Manner(NamedTuple):
    """How much is said of a row, and how large.

    Attributes:
        shape: Size of a tensor's shape.
        title: Size of an operation's name.
        small: Size of what is said of kernels.
        line: From one line to the next.
        rods: How many pointwise kernels are drawn at most.
        rise: How far an arc rises over what it passes.
        is_full: Whether roles, activations and knobs are said too.
    """

    shape: float
    title: float
    small: float
    line: float
    rods: int
    rise: float
    is_full: bool


FULL = Manner(12, 12, 11, 15, 4, 40, True)
BRIEF = Manner(11, 11, 10, 13, 3, 10, False)


class Lit(NamedTuple):
    """Which parts of a row belong to what is being said.

    Attributes:
        stages: Their places; None for all.
        has_merges: Whether merges do.
    """

    stages: Collection[int] | None = None
    has_merges: bool = True

    def stage(self, place: int) -> bool:
        """Whether a stage does."""
        return self.stages is None or place in self.stages

    def tensor(self, place: int) -> bool:
        """Whether a tensor does: where what makes it does, or what reads it."""
        return self.stage(place) or self.stage(place - 1)


EVERYTHING = Lit()


@dataclass
class Row:
    """Draws a chain between two sides.

    Attributes:
        chain: What is drawn.
        scale: What lengths mean.
        left: Where the first tensor begins.
        right: Where the last one ends.
        base: Where the tensors stand.
        manner: How much is said.
        lit: What belongs to what is being said.
        knobs: What can be scrubbed.
        marked: Stages around whose number of kernels a frame is drawn.
        is_of_design: Whether its nodes are the design's, so that one can go to them.
        shapes: What was drawn.
        parts: What of it can be pointed at.
    """

    chain: Chain
    scale: Scale
    left: float
    right: float
    base: float
    manner: Manner = FULL
    lit: Lit = EVERYTHING
    knobs: Knobs = NO_KNOBS
    marked: Collection[int] = ()
    is_of_design: bool = True
    shapes: list[Shape] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def draw(self) -> Row:
        """Fill ``shapes`` and ``parts``; gives itself."""
        self._place()
        self._tops = [solid.box.y for solid in self._solids]
        for place in range(len(self._solids)):
            self._draw_tensor(place)
        for place in range(len(self.chain.stages)):
            self._draw_stage(place)
        for merge in self.chain.merges:
            self._draw_merge(merge)
        return self

    @property
    def middle(self) -> float:
        """How high the arrows go."""
        return self.base - max(self.scale.side(spec.height) for spec in self.chain.tensors) / 2

    @property
    def is_cramped(self) -> bool:
        """Whether what is said of kernels is wider than the room between two tensors."""
        kernels = (stage.kernels for stage in self.chain.stages if stage.kernels is not None)
        lines = (line for each in kernels for line in (_number_words(each), who_fixed(each)))
        widest = max((text_width(line, self.manner.small) for line in lines), default=0.0)
        return self._room < widest * _LETTERS_DIFFER

    @property
    def _room(self) -> float:
        """How much room there is between two tensors."""
        tensors = self.chain.tensors
        used = sum(map(self.scale.width, tensors))
        return (self.right - self.left - used) / max(len(tensors) - 1, 1)

    def _place(self) -> None:
        self._solids: list[Solid] = []
        at, room = self.left, self._room
        for spec in self.chain.tensors:
            self._solids.append(self.scale.solid(spec, at, self.base))
            at += self.scale.width(spec) + room

    # Tensors ----------------------------------------------------------------------------------------------------------

    def _draw_tensor(self, place: int) -> None:
        solid, lit, manner = self._solids[place], self.lit.tensor(place), self.manner
        ink = FORMS[self.chain.stages[place - 1].form if place else Form.INPUT]
        self.shapes += faces(solid, ink, lit)
        middle = solid.box.middle.x
        self._write_shape(place, Spot(middle, self.base + manner.shape + 4), lit)
        title = self._role(place)
        if manner.is_full:
            at = Spot(middle, self.base + manner.shape + 4 + manner.line)
            self.shapes.append(Words(at, title, manner.small, Anchor.MIDDLE, Ink.QUIET, lit=lit))
        box = solid.box._replace(height=solid.box.height + 20)
        path = self.chain.stages[place - 1].path if place and self.is_of_design else None
        self.parts.append(Part(box, title, tensor_facts(self.chain.tensors[place]), path))

    def _write_shape(self, place: int, at: Spot, lit: bool) -> None:
        """Channels × rows × columns; on channels and sides something may be scrubbed."""
        spec, knobs = self.chain.tensors[place], self.knobs
        channels, text = str(spec.channels), "×".join(map(str, spec.shape[1:]))
        handles = []
        turned = knobs.channels if place == 0 else knobs.out_channels if place == len(self.chain.stages) else None
        if turned is not None:
            handles.append(Handle(0, len(channels), turned))
        if place == 0 and knobs.resolution is not None:
            handles.append(Handle(len(channels) + 1, len(text), knobs.resolution))
        size = self.manner.shape
        self.shapes.append(Words(at, text, size, Anchor.MIDDLE, Ink.TEXT, True, True, lit, tuple(handles)))

    def _role(self, place: int) -> str:
        return role(self.chain.stages[place - 1]) if place else "input"

    # Stages -----------------------------------------------------------------------------------------------------------

    def _draw_stage(self, place: int) -> None:
        stage, lit, manner = self.chain.stages[place], self.lit.stage(place), self.manner
        start = self._solids[place].box.right + _ARROW_MARGIN
        end = self._solids[place + 1].front.x - _ARROW_MARGIN
        middle, at = (start + end) / 2, self.middle
        self.shapes.append(Line((Spot(start, at), Spot(end, at)), Ink.QUIET, 1.6, has_head=True, lit=lit))
        title = self._write_title(place, Spot(middle, at - 10), lit)
        top, bottom = at - 10 - manner.title, at + 6.0
        if stage.kernels is not None:
            top = self._draw_kernels(stage.kernels, middle, top - 8, lit)
            bottom = self._write_count(place, stage.kernels, Spot(middle, at + 4), lit)
            self._tops[place] = min(self._tops[place], top)
        path = stage.path if self.is_of_design else None
        width = min(max(self._room - 2 * _ARROW_MARGIN, 60), 200)
        box = Box(middle - width / 2, top, width, bottom - top + 4)
        named = f"{stage.label}: {title}" if self.is_of_design else title
        self.parts.append(Part(box, named, stage_facts(stage), path))

    def _write_title(self, place: int, at: Spot, lit: bool) -> str:
        """The operation and its activation, on which it may be scrubbed."""
        stage, manner = self.chain.stages[place], self.manner
        whole = operation_words(stage)
        text = whole if manner.is_full else whole.partition(",")[0]
        handles: tuple[Handle, ...] = ()
        knob = self.knobs.activations[place] if self.knobs.activations else None
        if knob is not None and stage.activation is not None:
            handles = (Handle(len(text) - len(stage.activation.title), len(text), knob),)
        self.shapes.append(Words(at, text, manner.title, Anchor.MIDDLE, Ink.TEXT, True, lit=lit, knobs=handles))
        return whole

    def _write_count(self, place: int, kernels: Kernels, at: Spot, lit: bool) -> float:
        """How many kernels there are, what fixes that, and what of it can be scrubbed; gives where that ends."""
        manner, ink = self.manner, Ink.BOUND if kernels.is_bound else Ink.FREE
        words = [Words(at, _number_words(kernels), manner.small, Anchor.MIDDLE, Ink.QUIET, lit=lit)]
        words.append(Words(at, who_fixed(kernels), manner.small, Anchor.MIDDLE, ink, True, lit=lit))
        knobs = self._stage_knobs(place) if manner.is_full else None
        if knobs is not None:
            words.append(knobs._replace(lit=lit))
        below = [each._replace(place=Spot(at.x, at.y + manner.line * (line + 1))) for line, each in enumerate(words)]
        if place in self.marked:
            width = max(each.box.width for each in below) + 20
            box = Box(at.x - width / 2, at.y + 2, width, 2 * manner.line + 3)
            self.shapes.append(Panel(box, Ink.PANEL, ink, 7.0, lit))
        self.shapes += below
        return at.y + manner.line * len(words)

    def _stage_knobs(self, place: int) -> Words | None:
        """``t = 6`` of an expansion, ``k = 3   s = 1`` of a filter, to be scrubbed."""
        stage, knobs, parts = self.chain.stages[place], self.knobs, anatomy(self.chain)
        wanted: list[tuple[str, Knob | None]] = []
        if place == parts.expand:
            wanted.append((f"t = {stage.gives.channels / stage.takes.channels:g}", knobs.expansion))
        if place == (parts.filter if parts.filter is not None else parts.standard) and stage.kernels is not None:
            wanted.append((f"k = {stage.kernels.rows}", knobs.kernel))
            wanted.append((f"s = {max(stage.kernels.stride)}", knobs.stride))
        text, handles = "", []
        for piece, knob in wanted:
            text += " · " * bool(text) + piece
            if knob is not None:
                handles.append(Handle(len(text) - len(piece), len(text), knob))
        if not text:
            return None
        return Words(Spot(0, 0), text, self.manner.title, Anchor.MIDDLE, Ink.TEXT, True, True, knobs=tuple(handles))

    # Kernels ----------------------------------------------------------------------------------------------------------

    def _draw_kernels(self, kernels: Kernels, middle: float, bottom: float, lit: bool) -> float:
        """A few of the kernels, as many as there is room for; gives how high they reach."""
        one = self.scale.kernel(kernels, 0.0, 0.0).box
        is_stack = kernels.form is Form.POINTWISE
        rest = f"… ×{short(kernels.count)}"
        tail = text_width(rest, 10) * _LETTERS_DIFFER + 5
        step = one.height + 3 if is_stack else one.width + (7 if kernels.depth == 1 else 10)
        if is_stack:
            shown = min(kernels.count, self.manner.rods)
        else:
            fits = max(int((self._room - 2 * _ARROW_MARGIN - tail) // step), 1)
            shown = min(kernels.count, fits, _PLATES if kernels.form is Form.DEPTHWISE else _BLOCKS)
        width = one.width if is_stack else shown * step
        left = middle - width / 2
        if kernels.count > shown:
            left = min(left, middle + self._room / 2 - _ARROW_MARGIN - tail - width)
        for index in range(shown):
            x, y = (left, bottom - index * step) if is_stack else (left + index * step, bottom)
            self.shapes += _kernel_faces(self.scale.kernel(kernels, x, y), kernels, lit)
        if kernels.count > shown:
            at = Spot(left + width + (5 if is_stack else 1), bottom)
            self.shapes.append(Words(at, rest, 10, ink=Ink.QUIET, lit=lit))
        return bottom - (shown * step if is_stack else one.height)

    # Merges -----------------------------------------------------------------------------------------------------------

    def _draw_merge(self, merge: Merge) -> None:
        start, end, lit = self._solids[merge.source], self._solids[merge.target], self.lit.has_merges
        top = min(self._tops[merge.source : merge.target + 1]) - self.manner.rise
        begin, finish = _crown(start), _crown(end)
        self.shapes.append(Arc(begin, finish, top, Ink.RESIDUAL, lit=lit))
        words = merge_words(merge, self.manner.is_full)
        at = Spot((begin.x + finish.x) / 2, top - 6)
        self.shapes.append(Words(at, words, self.manner.small, Anchor.MIDDLE, Ink.QUIET, lit=lit))
        box = Box(begin.x, top - 18, max(finish.x - begin.x, 1), 26)
        facts = (merge_words(merge, True), *tensor_facts(self.chain.tensors[merge.target]))
        self.parts.append(Part(box, merge.title, facts, merge.path if self.is_of_design else None))


def _number_words(kernels: Kernels) -> str:
    """``144 kernels of 3×3×1``."""
    return f"{plural(kernels.count, 'kernel')} of {kernels.size}"


def faces(solid: Solid, ink: Ink, lit: bool) -> Iterator[Shape]:
    """The three faces that are seen."""
    yield Polygon(solid.top_face, ink, _TOP, lit)
    yield Polygon(solid.side_face, ink, _SIDE, lit)
    yield Polygon(solid.front_face, ink, 1.0, lit)


def _kernel_faces(solid: Solid, kernels: Kernels, lit: bool) -> Iterator[Shape]:
    """A kernel with lines between its taps."""
    yield from faces(solid, FORMS[kernels.form], lit)
    front, (dx, dy) = solid.front, solid.back
    for row in range(1, kernels.rows):
        y = front.y + front.height * row / kernels.rows
        points = (Spot(front.x, y), Spot(front.right, y), Spot(front.right + dx, y + dy))
        yield Line(points, Ink.GROUND, 0.8, lit=lit)
    for column in range(1, kernels.columns):
        x, y = front.right + dx * column / kernels.columns, front.y + dy * column / kernels.columns
        points = (Spot(x - front.width, y), Spot(x, y), Spot(x, y + front.height))
        yield Line(points, Ink.GROUND, 0.8, lit=lit)


def _crown(solid: Solid) -> Spot:
    """Above the middle of a body's upper face."""
    return Spot(solid.box.middle.x, solid.box.y - 3)
