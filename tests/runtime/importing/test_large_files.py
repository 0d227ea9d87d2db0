"""A file of 1,500 operators comes in within seconds, whatever it is made of; the benchmark says how many."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from designer.runtime.importing.load import load_model
from tests.runtime.importing.large_files import KINDS, large_file

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """PyTorch on the one thread whose time is taken: on several they wait for each other where others compute too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("kind", "scoped"), [*((kind, False) for kind in KINDS), ("densely", True)])
def test_a_file_of_1500_operators_comes_in_within_seconds(tmp_path: Path, kind: str, scoped: bool) -> None:
    load_model(large_file(tmp_path / "small.onnx", kind, 20))  # packages are loaded, forms of blocks learned
    path = large_file(tmp_path / "large.onnx", kind, scoped=scoped)
    begin = time.thread_time()
    loaded = load_model(path)
    seconds = time.thread_time() - begin
    assert loaded.result.operators >= 1500
    assert loaded.proved, loaded.result.unproved
    assert seconds <= 15.0  # five on a machine that does nothing else
