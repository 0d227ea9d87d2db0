"""The record that proves a file survives the way to the window."""

from __future__ import annotations

import json

from designer.export.result import (
    Check,
    Comparison,
    ExportResult,
    LatencyPair,
    Renamed,
    Sensitivity,
    WrittenFile,
)
from designer.timing.statistics import Verdict


def test_json_brings_back_the_same_record() -> None:
    runs = tuple(Comparison(((batch, 3, 8, 8),), "random", 1e-6 * batch, 1e-5, 3.0, 3e-3, None) for batch in (1, 2))
    result = ExportResult(
        "onnx",
        "a.onnx",
        "12",
        (WrittenFile("a.onnx", 10), WrittenFile("a.onnx.data", 90)),
        "fresh, seed 0",
        (Check("onnx.checker", "valid"),),
        "ONNX Runtime",
        runs,
        {"opset": 17},
        (Renamed("a b", "a_b", "letters"),),
        (LatencyPair("int8", "float32", 1.0, 2.0, 0.5, 0.4, 0.6, 9, Verdict.FASTER, 1),),
        (Sensitivity("stem.conv", 12.5),),
        ("a trial only",),
        0.5,
    )
    data = json.loads(json.dumps(result.to_data()))
    assert ExportResult.from_data(data) == result
    assert (data["file_bytes"], data["max_abs_difference"], data["max_abs_output"]) == (100, 2e-6, 3.0)
