"""Every format: written whole and proved, or nothing at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import onnx
import pytest

from designer.errors import ExportError, InvalidDesign
from designer.export.formats import Format, format_of, formats
from designer.export.options import OnnxOptions, Options, Precision
from designer.export.result import ExportResult
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import SiLU
from designer.layers.convolution import PointwiseConv2d
from designer.layers.endpoints import Input, Output
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.export import export_design
from designer.runtime.formats.onnx_session import session_of
from designer.templates.networks import template
from designer.timing.rounds import Cancelled

pytestmark = pytest.mark.torch

AVAILABLE = [each for each in formats() if each.is_available]
every_format = pytest.mark.parametrize("each", AVAILABLE, ids=lambda each: each.key)


def small() -> Design:
    return template("bottleneck").build(channels=8, out_channels=8, resolution=8)


@every_format
def test_a_file_is_there_and_its_record_can_be_sent(each: Format, tmp_path: Path) -> None:
    path = tmp_path / f"net{each.endings[0]}"
    result = export_design(small(), path, each.key)
    assert sorted(Path(file.path).name for file in result.files) == sorted(os.listdir(tmp_path))
    assert all(Path(file.path).stat().st_size == file.bytes > 0 for file in result.files)
    assert result.files[0].path == str(path)
    assert result.digest == small().digest
    assert ExportResult.from_data(json.loads(json.dumps(result.to_data(), allow_nan=False))) == result
    assert result.checks
    assert result.weights == ("fresh, seed 0" if each.has_weights else "")


@every_format
@pytest.mark.parametrize("name", ["net", "net.out", "net.ONNX"])
def test_a_name_of_another_ending_is_taken_or_refused_in_words(each: Format, name: str, tmp_path: Path) -> None:
    try:
        result = export_design(small(), tmp_path / name, each.key)
    except ExportError as error:
        assert each.needs_ending
        assert str(error) == (  # noqa: PT017  # whether it is refused is the format's
            f"{tmp_path / name}: {each.title} is known by its ending {each.endings[0]}; give the file such a name"
        )
        assert not os.listdir(tmp_path)
    else:
        assert not each.needs_ending
        assert Path(result.files[0].path).is_file()


@every_format
def test_weights_beyond_what_one_file_holds_are_refused_or_lie_beside(
    each: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("designer.runtime.formats.export.MOST_IN_ONE_FILE", 1000)
    monkeypatch.setattr("designer.runtime.formats.mobile.MOST_IN_ONE_FILE", 1000, raising=False)
    path = tmp_path / f"net{each.endings[0]}"
    if not each.is_one_file:
        assert export_design(small(), path, each.key).files
        return
    monkeypatch.setattr("designer.runtime.formats.export.compile_analysis", None)  # before any work
    with pytest.raises(ExportError, match="passes through one file, which holds 2 GB"):
        export_design(small(), path, each.key)
    assert not os.listdir(tmp_path)


def test_the_runtime_makes_no_copies_larger_than_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def session(path: Path, threads: int | None = None, *, optimised: bool = True) -> object:
        asked.append(optimised)
        return session_of(path, threads, optimised=optimised)

    monkeypatch.setattr("designer.runtime.formats.onnx_file.session_of", session)
    export_design(small(), tmp_path / "net.onnx", "onnx", OnnxOptions(precision=Precision.FLOAT16))
    monkeypatch.setattr("designer.runtime.formats.verification.MOST_IN_ONE_FILE", 1000)
    export_design(small(), tmp_path / "net.onnx", "onnx", OnnxOptions(precision=Precision.FLOAT16))
    assert asked == [True, False]


HALF = [
    ("onnx", OnnxOptions(precision=Precision.FLOAT16)),
    *(
        (each.key, each.options(precision=Precision.FLOAT16))  # type: ignore[call-arg]  # those that have the option
        for each in AVAILABLE
        if each.extra and "precision" in {parameter.name for parameter in each.parameters}
    ),
]


@pytest.mark.parametrize(("key", "options"), HALF, ids=[key for key, _ in HALF])
def test_what_float16_cannot_hold_is_refused_by_name_before_it_is_written(
    key: str, options: Options, tmp_path: Path
) -> None:
    module = compile_module(small()).eval()
    module.state_dict()["depthwise.weight"][3, 0, 1, 1] = -70_000.0
    path = tmp_path / f"net{format_of(key).endings[0]}"
    with pytest.raises(ExportError, match=r"depthwise: its weight reaches .*float16 ends at 65,504; scale it down"):
        export_design(small(), path, key, options, module=module)
    assert not os.listdir(tmp_path)


def test_statistics_that_float16_cannot_hold_are_folded(tmp_path: Path) -> None:
    module = compile_module(small()).eval()
    module.state_dict()["expand_bn.running_var"][2] = 1e5
    options = OnnxOptions(precision=Precision.FLOAT16)
    said = r"expand_bn: its running_var reaches 100,000, and float16 ends at 65,504; .*--fold-batch-norm"
    with pytest.raises(ExportError, match=said):
        export_design(small(), tmp_path / "net.onnx", "onnx", options, module=module)
    folded = replace(options, fold_batch_norm=True)
    assert export_design(small(), tmp_path / "net.onnx", "onnx", folded, module=module).files


@pytest.mark.parametrize("batch", [1, 4])
def test_a_file_says_what_one_sample_takes(batch: int, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    export_design(small(), path, "onnx", OnnxOptions(dynamic_batch=False, batch=batch))
    said = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}
    # 8 → 48, 3×3 depthwise, 48 → 8, each at 8² positions.
    assert said["macs"] == str((8 * 48 + 9 * 48 + 48 * 8) * 64)


@every_format
def test_a_cancel_at_any_step_leaves_nothing(each: Format, tmp_path: Path) -> None:
    path = tmp_path / f"net{each.endings[0]}"
    for stop in count():
        asked = iter([False] * stop + [True] + [False] * 10_000)
        try:
            export_design(small(), path, each.key, is_cancelled=asked.__next__)
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
        export_design(broken, tmp_path / f"net{each.endings[0]}", each.key)
    assert os.listdir(tmp_path) == []


@every_format
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder where nobody may write")
def test_a_folder_where_nobody_may_write_is_said(each: Format) -> None:
    with pytest.raises(ExportError, match=r"it cannot be written"):
        export_design(small(), f"/proc/net{each.endings[0]}", each.key)


@pytest.mark.parametrize("each", [each for each in AVAILABLE if not each.extra], ids=lambda each: each.key)
def test_a_disk_without_room_leaves_the_old_file_and_nothing_else(each: Format, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="no limits here")
    path = tmp_path / f"net{each.endings[0]}"
    path.write_bytes(b"the old file")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        with pytest.raises(ExportError, match="it cannot be written: file too large; it is larger than files may be"):
            export_design(small(), path, each.key)
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
    result = export_design(Design.build("reserved", nodes, wires), tmp_path / "net.py", "pytorch")
    assert [(each.canvas, each.written) for each in result.renamed] == [("forward", "forward_"), ("class", "class_")]
    assert result.max_abs_difference == 0


@pytest.mark.parametrize("seed", [-1, 2**31, 10**20])
def test_a_seed_out_of_range_is_refused(seed: int, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=f"the seed {seed} is out of range; it takes 0 to 2147483647"):
        export_design(small(), tmp_path / "net.onnx", "onnx", seed=seed)


def test_a_format_takes_its_own_options_only(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="takes SourceOptions"):
        export_design(small(), tmp_path / "net.py", "pytorch", OnnxOptions())
    with pytest.raises(ExportError, match="no format 'onxx'"):
        export_design(small(), tmp_path / "net.py", "onxx")
