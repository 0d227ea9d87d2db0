"""Where a design's weights lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.files.sidecar import carried_weights, weights_beside


@pytest.mark.parametrize(("design", "weights"), [("a.design.json", "a.safetensors"), ("b.c.json", "b.c.safetensors")])
def test_place(tmp_path: Path, design: str, weights: str) -> None:
    assert weights_beside(tmp_path / design) == tmp_path / weights
    assert carried_weights(tmp_path / design) is None
    (tmp_path / weights).touch()
    assert carried_weights(tmp_path / design) == tmp_path / weights


def test_a_design_without_a_file_has_none() -> None:
    assert carried_weights(None) is None
