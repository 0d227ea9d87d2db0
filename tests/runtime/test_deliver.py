"""Every format: written whole and proved, or nothing at all."""

from __future__ import annotations

import json
import os
from itertools import count, pairwise
from pathlib import Path

import pytest

from designer.errors import ExportError, InvalidDesign
from designer.export.formats import Format, formats
from designer.export.options import OnnxOptions
from designer.export.result import ExportResult
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import SiLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.runtime.deliver import deliver
from designer.runtime.rounds import Cancelled
from designer.templates.networks import template

pytestmark = pytest.mark.torch

AVAILABLE = [each for each in formats() if each.is_available]
every_format = pytest.mark.parametrize("each", AVAILABLE, ids=lambda each: each.key)


def small() -> Design:
    return template("bottleneck").build(channels=8, out_channels=8, resolution=8)


@every_format
def test_a_file_is_there_and_its_record_can_be_sent(each: Format, tmp_path: Path) -> None:
    path = tmp_path / f"net{each.endings[0]}"
    result = deliver(small(), path, each.key)
    assert sorted(Path(file.path).name for file in result.files) == sorted(os.listdir(tmp_path))
    assert all(Path(file.path).stat().st_size == file.bytes > 0 for file in result.files)
    assert result.files[0].path == str(path)
    assert result.digest == small().digest
    assert ExportResult.from_data(json.loads(json.dumps(result.as_data(), allow_nan=False))) == result
    assert result.checks
    assert result.weights == ("fresh, seed 0" if each.has_weights else "")


@every_format
def test_a_cancel_at_any_step_leaves_nothing(each: Format, tmp_path: Path) -> None:
    path = tmp_path / f"net{each.endings[0]}"
    for stop in count():
        asked = iter([False] * stop + [True] + [False] * 10_000)
        try:
            deliver(small(), path, each.key, is_cancelled=asked.__next__)
        except Cancelled:
            assert os.listdir(tmp_path) == []
        else:
            break
        if stop > 3 and each.extra:  # conversions take seconds each
            break
    assert stop >= 2


@every_format
def test_an_invalid_design_exports_nothing_and_says_why(each: Format, tmp_path: Path) -> None:
    broken = small().without_wires([PortRef(NodeId("project"), "x")])
    with pytest.raises(InvalidDesign, match="project"):
        deliver(broken, tmp_path / f"net{each.endings[0]}", each.key)
    assert os.listdir(tmp_path) == []


@every_format
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder where nobody may write")
def test_a_folder_where_nobody_may_write_is_said(each: Format) -> None:
    with pytest.raises(ExportError, match=r"it cannot be written"):
        deliver(small(), f"/proc/net{each.endings[0]}", each.key)


@pytest.mark.parametrize("each", [each for each in AVAILABLE if not each.extra], ids=lambda each: each.key)
def test_a_disk_without_room_leaves_the_old_file_and_nothing_else(each: Format, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="no limits here")
    path = tmp_path / f"net{each.endings[0]}"
    path.write_bytes(b"the old file")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        with pytest.raises(ExportError, match="it cannot be written: file too large; it is larger than files may be"):
            deliver(small(), path, each.key)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == [path.name]


def test_names_that_python_has_are_mapped_and_said(tmp_path: Path) -> None:
    nodes = [
        Node(NodeId("x"), Input(4, 4, 4)),
        Node(NodeId("forward"), PointwiseConv2d(3)),
        Node(NodeId("class"), SiLU()),
        Node(NodeId("y"), Output()),
    ]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    result = deliver(Design.build("reserved", nodes, wires), tmp_path / "net.py", "pytorch")
    assert [(each.canvas, each.written) for each in result.renamed] == [("forward", "forward_"), ("class", "class_")]
    assert result.max_abs_difference == 0


@pytest.mark.parametrize("seed", [-1, 2**31, 10**20])
def test_a_seed_out_of_range_is_refused(seed: int, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=f"the seed {seed} is out of range; it takes 0 to 2147483647"):
        deliver(small(), tmp_path / "net.onnx", "onnx", seed=seed)


def test_a_format_takes_its_own_options_only(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="takes SourceOptions"):
        deliver(small(), tmp_path / "net.py", "pytorch", OnnxOptions())
    with pytest.raises(ExportError, match="no format 'onxx'"):
        deliver(small(), tmp_path / "net.py", "onxx")
