"""Bringing MobileNetV2 in: from its ONNX file, and from a PyTorch module beside torch.export alone."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.export import Dim

from designer.runtime.formats.onnx_file import export_onnx
from designer.runtime.importing.load import from_module, load_model
from tests.benchmarks.designs import mobilenet_v2
from tests.benchmarks.pairs import Subject, time_alone, time_pairs
from tests.benchmarks.rows import Comparison, Duration, Row
from tests.reference.mobilenets import MobileNetV2
from tests.runtime.importing.large_files import large_file


def rows(rounds: int) -> Iterator[Row]:
    """Both routes, drawn and proved each."""
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(name) / "v2.onnx"
        export_onnx(mobilenet_v2(), path)
        seconds = time_alone(Subject(lambda: load_model(path)), rounds)
        yield Duration("MobileNetV2's ONNX file read, drawn and proved, torch loaded", seconds, 1.0)
        large = large_file(Path(name) / "large.onnx", "nearly_bottlenecks")
        seconds = time_alone(Subject(lambda: load_model(large)), min(rounds, 5))
        yield Duration("An ONNX file of 1,500 operators, nearly blocks, read, drawn and proved", seconds, 5.0)
        network, example = MobileNetV2().eval(), torch.randn(2, 3, 224, 224)

        def exported() -> object:
            with torch.no_grad():
                return torch.export.export(network, (example,), dynamic_shapes=({0: Dim.AUTO},), strict=False)

        times = time_pairs(Subject(lambda: from_module(network, example)), Subject(exported), min(rounds, 11))
        peer = f"torch.export alone, {torch.__version__}"
        yield Comparison("MobileNetV2 from a module, drawn and proved", peer, times, 2.0)
