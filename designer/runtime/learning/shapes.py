"""Pictures of shapes, drawn from a seed at any resolution, with one slider of difficulty.

A picture has one shape on a plain ground. Its distance to the outline is a formula at every pixel, so that the edge is
as soft as one pixel at any resolution. With difficulty the shape grows smaller and wanders off the middle, turns,
differs less from its ground, and noise and pieces of bars lie over it; at 0 none of that happens, at 1 all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
from numpy.typing import NDArray

Array = NDArray[Any]

_LEAST_CONTRAST = 0.25
_MOST_NOISE = 0.35
_MOST_BARS = 4


def _disc(x: Array, y: Array) -> Array:
    distance: Array = numpy.hypot(x, y) - 1
    return distance


def _ring(x: Array, y: Array) -> Array:
    distance: Array = numpy.abs(numpy.hypot(x, y) - 0.8) - 0.2
    return distance


def _square(x: Array, y: Array) -> Array:
    return numpy.maximum(numpy.abs(x), numpy.abs(y)) - 0.85


def _triangle(x: Array, y: Array) -> Array:
    return numpy.maximum(numpy.abs(x) * 0.866 - y * 0.5, y) - 0.5


def _cross(x: Array, y: Array) -> Array:
    near, far = numpy.minimum(numpy.abs(x), numpy.abs(y)), numpy.maximum(numpy.abs(x), numpy.abs(y))
    distance: Array = numpy.maximum(near - 0.28, far - 1)
    return distance


def _bars(x: Array, y: Array) -> Array:
    return numpy.maximum(numpy.abs(numpy.abs(x) - 0.6) - 0.25, numpy.abs(y) - 0.9)


_OUTLINES: tuple[tuple[str, Callable[[Array, Array], Array]], ...] = (
    ("disc", _disc),
    ("ring", _ring),
    ("square", _square),
    ("triangle", _triangle),
    ("cross", _cross),
    ("bars", _bars),
)
CLASSES = tuple(name for name, _ in _OUTLINES)


def shapes(number: int, channels: int, height: int, width: int, difficulty: float, seed: int) -> tuple[Array, Array]:
    """Pictures and their classes, the same for the same seed.

    Args:
        number: How many.
        channels: Of a picture; each has a colour of its own.
        height: In pixels.
        width: In pixels.
        difficulty: 0 to 1.
        seed: Of everything that is drawn.

    Returns:
        N×C×H×W in float32, about −1 to 1, and N classes, whose numbers differ by one at most.
    """
    labels = numpy.random.default_rng(seed).permutation(numpy.arange(number) % len(CLASSES))
    # Each picture has a source of its own, so that it shows the same at every resolution.
    sources = [numpy.random.default_rng((seed, index)) for index in range(number)]
    pictures = numpy.stack(
        [
            _picture(int(label), channels, height, width, difficulty, source)
            for label, source in zip(labels, sources, strict=True)
        ]
    )
    return pictures.astype(numpy.float32), labels.astype(numpy.int64)


def _picture(
    label: int, channels: int, height: int, width: int, difficulty: float, source: numpy.random.Generator
) -> Array:
    """One picture C×H×W."""
    short = min(height, width)
    rows = (numpy.arange(height) + 0.5 - height / 2)[:, None] * 2 / short
    columns = (numpy.arange(width) + 0.5 - width / 2)[None, :] * 2 / short
    size = 0.75 - difficulty * source.uniform(0, 0.4)
    middle = source.uniform(-1, 1, 2) * difficulty * (1 - size)
    angle = source.uniform(-numpy.pi, numpy.pi) * difficulty
    x, y = _turned(columns - middle[0], rows - middle[1], angle)
    covered = _soft(_OUTLINES[label][1](x / size, y / size) * size, short)
    ground = source.uniform(-0.5, 0.5, channels)
    away = numpy.where(ground > 0, -1.0, 1.0) * (1 - difficulty * (1 - _LEAST_CONTRAST))
    picture = ground[:, None, None] + away[:, None, None] * covered
    for _ in range(source.binomial(_MOST_BARS, difficulty)):
        picture = _crossed(picture, columns, rows, short, source)
    return picture + source.normal(0, 1, picture.shape) * _MOST_NOISE * difficulty


def _turned(x: Array, y: Array, angle: float) -> tuple[Array, Array]:
    return x * numpy.cos(angle) - y * numpy.sin(angle), x * numpy.sin(angle) + y * numpy.cos(angle)


def _soft(distance: Array, short: int) -> Array:
    """1 inside, 0 outside, and between them over the width of a pixel."""
    covered: Array = numpy.clip(0.5 - distance * short / 2, 0, 1)
    return covered


def _crossed(picture: Array, columns: Array, rows: Array, short: int, source: numpy.random.Generator) -> Array:
    """The picture with a thin piece of a bar laid over it."""
    x, y = _turned(columns - source.uniform(-1, 1), rows - source.uniform(-1, 1), source.uniform(-numpy.pi, numpy.pi))
    covered = _soft(numpy.maximum(numpy.abs(x) - 0.3, numpy.abs(y) - 0.04), short)
    colour = source.uniform(-1, 1, len(picture))[:, None, None]
    crossed: Array = picture * (1 - covered) + colour * covered
    return crossed
