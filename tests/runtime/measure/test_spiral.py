"""The spiral experiment: what is kept, by which definition, and what the paper saw of it."""

from __future__ import annotations

from statistics import median

import numpy
import pytest

from designer.errors import ParameterError
from designer.layers.activation import Activation
from designer.measurement.spiral import SpiralOptions, WayBack
from designer.runtime.measure.spiral import brought_back, kept_share, spiral, spiral_experiment
from designer.timing.rounds import Cancelled

pytestmark = pytest.mark.torch


def test_without_an_activation_the_spiral_comes_back() -> None:
    report = spiral_experiment(SpiralOptions(channels=(2, 7), activation=Activation.NONE, seeds=3))
    for picture in report.pictures:
        assert numpy.allclose(picture.points, report.spiral)
    assert all(share == pytest.approx(1) for spread in report.curve for share in spread.shares)


def test_few_channels_lose_much_and_many_keep_it_as_the_paper_says() -> None:
    # Sandler et al. 2018, fig. 1: n = 2, 3 lose part of the spiral, n = 15 to 30 mostly keep it.
    for way in WayBack:
        report = spiral_experiment(SpiralOptions(channels=(2, 3, 15, 30), seeds=30, way_back=way))
        medians = [report.spread(channels).median for channels in (2, 3, 15, 30)]
        assert medians == sorted(medians)
        assert medians[0] < 0.85 < 0.95 < medians[-1]


def test_relu_and_the_way_back_are_those_of_plain_arrays() -> None:
    report = spiral_experiment(SpiralOptions(channels=(3,), seeds=1, seed=5))
    points = numpy.array(report.spiral)
    matrix = numpy.random.default_rng([5, 3]).standard_normal((2, 3))
    # The least-squares inverse of a matrix with more columns than rows: Tᵀ(TTᵀ)⁻¹.
    inverse = matrix.T @ numpy.linalg.inv(matrix @ matrix.T)
    assert numpy.allclose(report.pictures[0].points, numpy.maximum(points @ matrix, 0) @ inverse)


def test_kept_is_the_explained_share_of_the_variance() -> None:
    points = spiral()
    turned = points @ numpy.array([[2.0, 1.0], [-0.5, 3.0]]) + 4
    assert kept_share(points, turned) == pytest.approx(1)
    assert kept_share(points, numpy.zeros_like(points)) == pytest.approx(0, abs=1e-12)
    # Of one coordinate alone: itself, and of the other what goes along with it.
    x, y = points.T
    along = numpy.corrcoef(x, y)[0, 1] ** 2
    wanted = (x.var() + along * y.var()) / (x.var() + y.var())
    assert kept_share(points, numpy.stack([x, 0 * x], axis=1)) == pytest.approx(wanted)


def test_the_best_fit_keeps_no_less_than_the_inverse() -> None:
    points, relu = spiral(), lambda rows: numpy.maximum(rows, 0)
    for seed in range(10):
        matrix = numpy.random.default_rng(seed).standard_normal((2, 6))
        shares = [
            kept_share(points, brought_back(points, matrix, relu, way)) for way in (WayBack.MATRIX, WayBack.POINTS)
        ]
        assert shares[0] <= shares[1] + 1e-12


def test_seeds_make_the_spread_and_the_first_one_the_picture() -> None:
    report = spiral_experiment(SpiralOptions(channels=(4,), seed=7, seeds=5))
    spread = report.spread(4)
    assert len(set(spread.shares)) == 5
    assert (spread.low, spread.median, spread.high) == (min(spread.shares), median(spread.shares), max(spread.shares))
    assert report.pictures[0].kept == spread.shares[0]
    again = spiral_experiment(SpiralOptions(channels=(4,), seed=8, seeds=4))
    assert again.spread(4).shares == spread.shares[1:]
    with pytest.raises(KeyError, match="no 99 channels"):
        report.spread(99)


@pytest.mark.parametrize("activation", list(Activation))
def test_every_activation_can_be_tried(activation: Activation) -> None:
    (picture,) = spiral_experiment(SpiralOptions(channels=(5,), seeds=1, activation=activation)).pictures
    assert 0 < picture.kept <= 1


def test_a_plane_goes_through_no_fewer_than_two() -> None:
    with pytest.raises(ParameterError, match="channels"):
        SpiralOptions(channels=(1,))


def test_it_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        spiral_experiment(SpiralOptions(), is_cancelled=lambda: True)
