"""The calibration: kept by machine and versions, found anew where the file is none of ours, and of a sound size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from designer.errors import JobFailed
from designer.measurement.options import ElementType, MeasuringConfiguration
from designer.runtime.measure.peaks import CACHE_NAME, calibrated
from designer.timing.rounds import Cancelled

pytestmark = pytest.mark.torch

ONE = MeasuringConfiguration(threads=1)


def test_is_kept_by_machine_threads_type_and_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    first = calibrated(ONE, folder)
    assert not first.from_cache
    assert (first.threads, first.dtype, first.device) == (1, "float32", "cpu")
    again = calibrated(ONE, folder)
    assert again.from_cache
    assert (again.flops_per_s, again.bytes_per_s) == (first.flops_per_s, first.bytes_per_s)
    assert not calibrated(MeasuringConfiguration(threads=1, dtype=ElementType.BFLOAT16), folder).from_cache
    assert calibrated(ONE, folder).from_cache  # both are kept
    monkeypatch.setattr(torch, "__version__", "99.0")
    assert not calibrated(ONE, folder).from_cache


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    calibrated(ONE, tmp_path)
    for text in ("{", "[1]", json.dumps({next(iter(json.loads((tmp_path / CACHE_NAME).read_text()))): {"odd": 1}})):
        (tmp_path / CACHE_NAME).write_text(text)
        assert not calibrated(ONE, tmp_path).from_cache
        assert calibrated(ONE, tmp_path).from_cache


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert calibrated(ONE, tmp_path / "file").flops_per_s > 0
    assert calibrated(ONE, None).bytes_per_s > 0


def test_no_product_of_matrices_is_quicker_than_the_peak_by_far() -> None:
    peaks = calibrated(ONE)
    assert 1e8 < peaks.flops_per_s < 1e15
    assert 1e8 < peaks.bytes_per_s < 1e13
    assert 0.05 < peaks.ridge < 1e4


def test_refuses_and_cancels() -> None:
    with pytest.raises(JobFailed, match="there is no device 'cuda:7'"):
        calibrated(MeasuringConfiguration(device="cuda:7"))
    with pytest.raises(Cancelled):
        calibrated(ONE, is_cancelled=lambda: True)
