"""Points under the roof and what is said of them, for times and peaks that are made up."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.analysis.roofline import Bound, Peaks, overhead_sentence, points_of, sentences
from designer.templates.networks import template
from designer.wording import THIN_SPACE

PEAKS = Peaks("cpu", "a processor", 2, "float32", flops_per_s=100e9, bytes_per_s=10e9, torch_version="0")


def test_a_depthwise_waits_for_memory_and_a_pointwise_for_arithmetic() -> None:
    analysis = analyse(template("separable").build(channels=256, out_channels=256, kernel=3, resolution=28))
    times = {"depthwise": 0.2, "pointwise": 0.8}
    points = {point.path: point for point in points_of(analysis, times, PEAKS)}
    assert set(points) == {"depthwise", "pointwise"}
    depthwise, pointwise = points["depthwise"], points["pointwise"]
    area = 28 * 28
    assert depthwise.macs == 256 * 9 * area
    assert depthwise.flops == 2 * depthwise.macs
    assert depthwise.bytes == 4 * (2 * 256 * area + 256 * 9)
    assert depthwise.bound is Bound.MEMORY
    assert depthwise.limit_ms == pytest.approx(1e3 * depthwise.bytes / 10e9)
    assert pointwise.bound is Bound.COMPUTE
    assert pointwise.limit_ms == pytest.approx(1e3 * 2 * 256 * 256 * area / 100e9)
    assert depthwise.time_share == pytest.approx(0.2)
    assert pointwise.time_share == pytest.approx(0.8)
    assert depthwise.mac_share == pytest.approx(9 / (9 + 256))
    data = depthwise.to_data()
    assert data["of_roof"] == pytest.approx(depthwise.limit_ms / 0.2)
    assert data["intensity"] == pytest.approx(depthwise.flops / depthwise.bytes)


def test_what_is_folded_in_counts_where_it_is_computed() -> None:
    analysis = analyse(template("separable").build(channels=8, out_channels=8, kernel=3, resolution=8))
    norms = [path for path, node, _ in analysis.primitives() if node.layer.key == "batch_norm"]
    times = {".".join(path): 0.01 for path, _, _ in analysis.primitives() if path not in norms}
    into = {".".join(norms[0]): "depthwise"}
    apart = {point.path: point for point in points_of(analysis, times, PEAKS)}
    together = {point.path: point for point in points_of(analysis, times, PEAKS, into)}
    cost = analysis.at(norms[0]).cost
    assert cost is not None
    assert together["depthwise"].flops == apart["depthwise"].flops + cost.elementwise
    assert ".".join(norms[0]) not in together


def test_half_as_many_bytes_in_half_precision() -> None:
    analysis = analyse(template("separable").build(channels=8, out_channels=8, kernel=3, resolution=8))
    times = {"depthwise": 0.01}
    (full,), (half,) = (points_of(analysis, times, PEAKS, element_bytes=size) for size in (4, 2))
    assert 2 * half.bytes == full.bytes
    assert half.intensity == pytest.approx(2 * full.intensity)


def test_the_sentences_name_bounds_kinds_and_the_node_that_costs_more_than_its_work() -> None:
    analysis = analyse(template("separable").build(channels=256, out_channels=256, kernel=3, resolution=28))
    points = points_of(analysis, {"depthwise": 0.5, "pointwise": 0.5}, PEAKS)
    said = sentences(points, PEAKS)
    assert said[0].startswith("This machine does 100\u202fGFLOP/s and moves 10.0\u202fGB/s at most (cpu, 2 threads")
    assert "a node with fewer than 10 FLOPs a byte waits for memory" in said[0]
    assert said[1] == (
        "1 node memory bound with 50\u202f% of the time and 3.4\u202f% of the MACs; "
        "1 node compute bound with 50\u202f% of the time and 96.6\u202f% of the MACs."
    )
    assert said[2].startswith("Memory bound above all: Depthwise k×k (50\u202f% of the time)")
    assert said[-1].startswith(
        "depthwise (Depthwise k×k) has 3.4\u202f% of the MACs and 50\u202f% of the time: it does"
    )
    assert sentences((), PEAKS) == ()


def plain(text: str) -> str:
    return text.replace(THIN_SPACE, " ")


def test_overhead_is_told_whichever_is_more() -> None:
    more, less = overhead_sentence(12.0, 10.0), overhead_sentence(9.0, 10.0)
    assert "12.0 ms together, 2.00 ms (20 %) more than the whole of 10.0 ms: timing step by step" in plain(more)
    assert "9.00 ms together, 1.00 ms (10 %) less than the whole of 10.0 ms: the work between nodes" in plain(less)
