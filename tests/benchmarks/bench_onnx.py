"""ONNX of MobileNetV2: our file against PyTorch's exporters', run in ONNX Runtime, and the time an export takes."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import onnxruntime
import torch

from designer.analysis.program import program_of
from designer.export.options import Int8Options, OnnxOptions
from designer.runtime.compile.module import compile_module
from designer.runtime.compile.torchvision_names import torchvision_names
from designer.runtime.formats.export import export_design
from designer.runtime.formats.onnx_file import check_file, export_onnx, onnx_graph_of, store
from designer.runtime.formats.onnx_session import run_session, session_of
from designer.runtime.formats.verification import Verification
from tests.benchmarks.designs import mobilenet_v2
from tests.benchmarks.pairs import Subject as Timed
from tests.benchmarks.pairs import time_alone, time_pairs
from tests.benchmarks.rows import Comparison, Duration, MissingPeer, Row, installed
from tests.reference.mobilenets import MobileNetV2

_RUNTIME = f"ONNX Runtime {onnxruntime.__version__}"
# What torch.onnx.export(dynamo=True) needs beside torch.
_DYNAMO_NEEDS = "onnxscript"


def rows(rounds: int) -> Iterator[Row]:
    """Running, on one thread and on all; then writing."""
    if installed(_DYNAMO_NEEDS) is None:
        yield MissingPeer("running and writing beside torch.onnx.export(dynamo=True)", _DYNAMO_NEEDS)
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        yield from _running(Path(name), rounds)
        yield from _writing(Path(name), rounds)


def _exporters() -> tuple[bool, ...]:
    """PyTorch's exporters that run here, as their argument ``dynamo``."""
    return (False,) if installed(_DYNAMO_NEEDS) is None else (True, False)


def _peer() -> MobileNetV2:
    """The network written by hand, with the compiled module's weights."""
    written = MobileNetV2().eval()
    state = compile_module(mobilenet_v2()).state_dict()
    written.load_state_dict({name: state[key] for key, name in torchvision_names(state).items()})
    return written


def _theirs(folder: Path, dynamo: bool) -> Path:
    path = folder / f"theirs-{dynamo}.onnx"
    _export_theirs(_peer(), path, dynamo)
    return path


def _export_theirs(module: torch.nn.Module, path: Path, dynamo: bool) -> None:
    x = (torch.randn(1, 3, 224, 224),)
    if dynamo:
        torch.onnx.export(module, x, str(path), dynamo=True, external_data=False, verbose=False)
    else:
        torch.onnx.export(module, x, str(path), dynamo=False, opset_version=17)


def _running(folder: Path, rounds: int) -> Iterator[Row]:
    kept, folded = folder / "kept.onnx", folder / "folded.onnx"
    export_onnx(mobilenet_v2(), kept)
    export_onnx(mobilenet_v2(), folded, fold_batch_norm=True)
    export_design(mobilenet_v2(), folder / "eight.int8.onnx", "onnx_int8", Int8Options())
    x = [torch.randn(1, 3, 224, 224).numpy()]

    def runs(first: Path, second: Path, threads: int | None) -> tuple[Timed, Timed]:
        # Which session is made first moves its time by a percent: each has two, made in the order A B B A.
        made = [session_of(path, threads) for path in (first, second, second, first)]
        return _in_turn(made[0], made[3], x), _in_turn(made[1], made[2], x)

    for dynamo in _exporters():
        theirs = _theirs(folder, dynamo)
        peer = f"torch.onnx.export(dynamo={dynamo}) of a hand-written module, torch {torch.__version__}, {_RUNTIME}"
        for threads in (1, None):
            for what, ours in (("norms kept", kept), ("norms folded", folded)):
                times = time_pairs(*runs(ours, theirs, threads), rounds)
                yield Comparison(f"our file, {what}, threads: {threads or 'all'}", peer, times, 1.0)
    times = time_pairs(*runs(folder / "eight.int8.onnx", folded, 1), rounds)
    yield Comparison("our file in eight bits, threads: 1", f"our float32 file, folded, {_RUNTIME}", times, 0.5)


def _in_turn(first: Any, second: Any, x: list[Any]) -> Timed:
    """Runs the one and the other."""
    turn = cycle((first, second))
    return Timed(lambda: run_session(next(turn), x))


def _writing(folder: Path, rounds: int) -> Iterator[Row]:
    design = mobilenet_v2()
    module = compile_module(design).eval()
    written = _peer()
    path = folder / "written.onnx"

    def ours() -> None:
        """Analyse, build, write, check: what the peers do, and the check besides."""
        from designer.analysis.analysis import analyse

        analysis = analyse(design)
        subject = Verification(analysis, program_of(analysis), module, "")
        built, _ = onnx_graph_of(subject, OnnxOptions())
        store(built, path, 2**31)
        check_file(path)

    for dynamo in _exporters():
        goal = 1 / 25 if dynamo else 1 / 3
        few = max(3, rounds // 6) if dynamo else rounds
        times = time_pairs(Timed(ours), Timed(partial(_export_theirs, written, path, dynamo)), few)
        yield Comparison(
            "export written and checked", f"torch.onnx.export(dynamo={dynamo}), torch {torch.__version__}", times, goal
        )
    proved = time_alone(Timed(lambda: export_onnx(design, path, module=module)), max(5, rounds // 3))
    yield Duration("the same, run at three batches beside PyTorch as well, and moved in place", proved)
