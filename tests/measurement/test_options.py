"""What is chosen before measuring: declared once, and everything that asks for it has all of it."""

from __future__ import annotations

import argparse

import pytest

from designer.commands import bench
from designer.commands.flags import said
from designer.errors import ParameterError
from designer.graph.option_set import OptionSet
from designer.measurement.options import (
    BackendConfiguration,
    ElementType,
    LatencyOptions,
    MeasuringConfiguration,
    MemoryFormat,
    PairOptions,
    RankOptions,
    RooflineOptions,
    budget_of,
)

SETS: tuple[type[OptionSet], ...] = (
    MeasuringConfiguration,
    BackendConfiguration,
    LatencyOptions,
    PairOptions,
    RankOptions,
    RooflineOptions,
)
CHOSEN = BackendConfiguration(device="cuda:0", threads=3, batch=8, dtype=ElementType.FLOAT16, backend="frozen")


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.arguments(parser)
    return parser.parse_args(["a.design.json", *words])


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.__name__)
def test_every_option_is_a_flag_and_comes_back_from_data(kind: type[OptionSet]) -> None:
    options = parsed()
    assert said(options, [parameter.name for parameter in kind.parameters]) == {}, "what is not said has its default"
    assert kind.from_data(kind().to_data()) == kind()
    assert all(parameter.help for parameter in kind.parameters)


def test_flags_say_what_an_option_set_takes() -> None:
    words = ("--threads", "2", "--batch", "4", "--dtype", "bfloat16", "--time-limit", "0.5", "--per-node")
    options = parsed(*words, "--channels-last")
    texts = said(options, [parameter.name for parameter in LatencyOptions.parameters])
    assert LatencyOptions.from_texts(texts) == LatencyOptions(
        threads=2,
        batch=4,
        dtype=ElementType.BFLOAT16,
        memory_format=MemoryFormat.CHANNELS_LAST,
        per_node=True,
        time_limit=0.5,
    )
    assert parsed("--memory-format", "channels_last").memory_format == parsed("--channels-last").memory_format


def test_one_set_takes_from_another_what_both_have() -> None:
    rank = RankOptions.taking(CHOSEN)
    assert (rank.device, rank.threads, rank.batch, rank.dtype) == ("cuda:0", 3, 8, ElementType.FLOAT16)
    assert rank.time_limit == RankOptions().time_limit
    latency = LatencyOptions.taking(CHOSEN, per_node=True)
    assert (latency.backend, latency.per_node) == ("frozen", True)


def test_the_other_of_a_pair_runs_on_the_same_backend_unless_said() -> None:
    assert PairOptions(backend="folded").other_backend == "folded"
    assert PairOptions(backend="folded", against_backend="eager").other_backend == "eager"


def test_limits_are_the_budget() -> None:
    budget = budget_of(PairOptions(time_limit=3.0, interval_width=0.1))
    assert (budget.time_limit_s, budget.share) == (3.0, 0.1)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"threads": "0"}, "threads: 0 is out of range; it takes 1 to "),
        ({"batch": "many"}, "batch: 'many' is not a whole number"),
        ({"dtype": "float61"}, "dtype: 'float61' is not one of float32, float16, bfloat16 .did you mean 'float16'"),
        ({"time_limit": "0"}, "time_limit: 0 is out of range"),
        ({"treads": "2"}, "treads: there is no such option .did you mean 'threads'"),
    ],
)
def test_what_makes_no_sense_anywhere_is_refused_in_words(texts: dict[str, str], reason: str) -> None:
    with pytest.raises(ParameterError, match=reason):
        LatencyOptions.from_texts(texts)
