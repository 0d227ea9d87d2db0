"""The spiral experiment, run: lifted by a random matrix, through an activation, brought back, and what is kept of it.

Source: Sandler et al. 2018 (arXiv 1801.04381), sec. 3.2 and fig. 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from designer.analysis.torch_calls import torch_calls
from designer.graph.tensor import TensorSpec
from designer.layers.activation import Activation
from designer.measurement.spiral import (
    MOST_CHANNELS,
    SpiralOptions,
    SpiralPicture,
    SpiralReport,
    SpiralSpread,
    WayBack,
)
from designer.runtime.compile.module import function_of
from designer.timing.rounds import Cancelled

Array = NDArray[Any]
Progress = Callable[[float, str], None]

POINTS = 240
_TURNS = 2.5
_BETWEEN = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
"""Dimensions that the curve has beside those that were asked for, up to the largest of them."""


def spiral_experiment(
    options: SpiralOptions,
    *,
    progress: Progress = lambda share, text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> SpiralReport:
    """Run it.

    Args:
        options: Dimensions, activation, seeds.
        progress: Called with the share done (0 to 1) and a text.
        is_cancelled: Asked between dimensions.

    Raises:
        Cancelled: ``is_cancelled`` said so.
    """
    points = spiral()
    function = _function(options.activation)
    largest = max(options.channels)
    dimensions = sorted({*options.channels, *(n for n in _BETWEEN if n <= min(largest, MOST_CHANNELS))})
    pictures: dict[int, SpiralPicture] = {}
    curve = []
    for done, channels in enumerate(dimensions):
        shares = []
        for seed in range(options.seed, options.seed + options.seeds):
            if is_cancelled():
                raise Cancelled
            back = brought_back(points, _matrix(channels, seed), function, options.way_back)
            shares.append(kept_share(points, back))
            if seed == options.seed and channels in options.channels:
                places = tuple((float(x), float(y)) for x, y in back)
                pictures[channels] = SpiralPicture(channels, seed, places, shares[0])
        curve.append(SpiralSpread(channels, tuple(shares)))
        progress((done + 1) / len(dimensions), f"{channels} channels")
    said = tuple((float(x), float(y)) for x, y in points)
    return SpiralReport(options, said, tuple(pictures[n] for n in options.channels), tuple(curve))


def spiral() -> Array:
    """Points of an Archimedean spiral, POINTS×2, their mean at the origin and their root mean square radius 1."""
    # Equal steps of the angle's square are about equal steps along the curve.
    angle = 2 * numpy.pi * _TURNS * numpy.sqrt(numpy.linspace(0.02, 1.0, POINTS))
    points = numpy.stack([angle * numpy.cos(angle), angle * numpy.sin(angle)], axis=1)
    points -= points.mean(axis=0)
    result: Array = points / numpy.sqrt((points**2).sum(axis=1).mean())
    return result


def brought_back(points: Array, matrix: Array, function: Callable[[Array], Array], way: WayBack) -> Array:
    """The points after the way up, through the function and down, N×2.

    Args:
        points: N×2.
        matrix: 2×n, what lifts them.
        function: Element by element.
        way: Which matrix brings them back.
    """
    passed = function(points @ matrix)
    if way is WayBack.MATRIX:
        result: Array = passed @ numpy.linalg.pinv(matrix)
        return result
    columns = _with_ones(passed)
    fitted: Array = columns @ numpy.linalg.lstsq(columns, points, rcond=None)[0]
    return fitted


def kept_share(points: Array, back: Array) -> float:
    """The share of the points' variance that the best linear reading of what came back explains, 0 to 1.

    Args:
        points: N×2.
        back: N×2.
    """
    columns = _with_ones(back)
    rest = points - columns @ numpy.linalg.lstsq(columns, points, rcond=None)[0]
    lost = float((rest**2).sum() / ((points - points.mean(axis=0)) ** 2).sum())
    return min(max(1 - lost, 0.0), 1.0)


def _with_ones(rows: Array) -> Array:
    result: Array = numpy.concatenate([rows, numpy.ones((len(rows), 1))], axis=1)
    return result


def _matrix(channels: int, seed: int) -> Array:
    """A matrix 2×n of normal numbers, the same for the same seed."""
    result: Array = numpy.random.default_rng([seed, channels]).standard_normal((2, channels))
    return result


def _function(activation: Activation) -> Callable[[Array], Array]:
    """What the compiled module calls for an activation, on arrays."""
    layer = activation.layer()
    if layer is None:
        return lambda x: x
    (step,) = layer.lower(TensorSpec((1, 1)))
    calls = [function_of(call) for call in torch_calls(step)]

    def run(x: Array) -> Array:
        value: Any = torch.from_numpy(x)
        for call in calls:
            value = call(value)
        result: Array = value.numpy()
        return result

    return run
