"""Records of measurements: each survives the way through JSON, and its data has the keys that scripts read."""

from __future__ import annotations

import json

import pytest

from designer.graph.design import NodeId
from designer.measurement.latency import times_inside
from designer.record import Record
from tests.measurement import samples

RECORDS: list[Record] = [
    samples.latency(batch=4, node_ms={"a": 1.0, "a.b": 0.75, "c": 0.5}),
    samples.pair(),
    samples.rank(),
    samples.rank_so_far()[0],
    samples.roofline(),
    samples.devices(),
    samples.spiral(),
    samples.activity(),
    samples.pruning(),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_json_brings_back_the_same_record(record: Record) -> None:
    assert type(record).from_data(json.loads(json.dumps(record.to_data()))) == record


def test_a_latency_says_what_scripts_read() -> None:
    data = samples.latency(median_ms=2.0, node_ms={"a": 1.5, "a.b": 1.5, "c": 1.5}).to_data()
    assert (data["median_ms"], data["low_ms"], data["high_ms"]) == pytest.approx((2.0, 1.8, 2.2))
    assert (data["rounds"], len(data["rounds_ms"]), data["outliers"]) == (12, 12, [])
    assert (data["noisy"], data["warning"]) == (False, "")
    assert data["overhead_ms"] == pytest.approx(1.0), "a block counts once"
    assert data["overhead_sentence"].startswith("The nodes take ")
    assert set(data) == {
        *("digest", "backend", "median_ms", "low_ms", "high_ms", "rounds", "rounds_ms", "outliers", "conditions"),
        *("noisy", "warning", "agreement", "prepare_s", "node_ms", "overhead_ms", "overhead_sentence", "into"),
    }


def test_a_pair_states_its_ratio_among_its_own() -> None:
    data = samples.pair().to_data()
    assert list(data) == [
        *("first", "second", "ratio", "low", "high", "pairs", "verdict", "sentence", "noisy", "warning")
    ]
    assert (data["ratio"], data["verdict"]) == (0.5, "faster")
    assert set(data["first"]) == {
        *("design", "digest", "backend", "title", "median_ms", "low_ms", "high_ms", "rounds", "rounds_ms"),
        *("outliers", "conditions", "agreement", "prepare_s"),
    }


def test_a_ranking_states_place_and_ratio_in_each_row() -> None:
    data = samples.rank().to_data()
    assert list(data) == ["digest", "reference", "rows", "absent", "noisy", "warning"]
    assert [row["place"] for row in data["rows"]] == [1, 2]
    assert data["rows"][0]["to_reference"] == {
        "ratio": 0.5,
        "low": 0.45,
        "high": 0.55,
        "pairs": 40,
        "verdict": "faster",
    }
    assert data["absent"] == [
        {"key": "openvino", "title": "OpenVINO", "reason": "openvino is not installed", "is_wrong": False}
    ]


def test_a_point_under_the_roof_says_what_it_reaches() -> None:
    point = samples.roofline().to_data()["points"][0]
    assert (point["intensity"], point["attained_flops_per_s"], point["of_roof"]) == pytest.approx((40.0, 5e10, 0.5))
    assert point["bound"] == "compute"


def test_what_is_offered_says_why_it_is_not_there() -> None:
    eager, _, openvino = samples.devices().to_data()["devices"][0]["backends"]
    assert (eager["available"], eager["reason"]) == (True, "")
    assert (openvino["available"], openvino["reason"]) == (False, "openvino is not installed")


def test_a_block_has_the_time_of_its_parts() -> None:
    whole = samples.latency(node_ms={"a": 3.0, "a.b": 2.0, "ab": 9.0})
    block = whole.block((NodeId("a"),))
    assert block is not None
    assert (block.median_ms, block.node_ms, block.conditions) == (3.0, {"b": 2.0}, whole.conditions)
    assert whole.block((NodeId("z"),)) is None


def test_times_are_looked_up_by_the_path_inward() -> None:
    times = {"a": 3.0, "a.b": 2.0, "a.b.c": 1.0, "ab": 9.0}
    assert times_inside(times, ()) == times
    assert times_inside(times, (NodeId("a"),)) == {"b": 2.0, "b.c": 1.0}
    assert times_inside(times, (NodeId("a"), NodeId("b"))) == {"c": 1.0}
