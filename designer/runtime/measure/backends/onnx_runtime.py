"""ONNX Runtime on the CPU, on the file that an export would write, with batch norms folded.

Its threads do not spin after a run: spinning threads slow whatever is measured next in the process.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import Tensor

from designer.export.names import names_in_files
from designer.runtime.measure.backends.backend import OWN_FORMAT, Backend, Prepared, Workload

OPSET = 17
_ONE_FILE = 2**31 - 2**20
"""Weights beyond this lie beside the file: one file holds no more than 2 GB."""


def write_folded(work: Workload, folder: Path) -> Path:
    """Write the folded program as ONNX, at the workload's batch; gives the file."""
    # Here and below: ONNX is loaded when it is asked for, or the first measurement of all would wait for it.
    from designer.runtime.formats.onnx_file import store
    from designer.runtime.formats.onnx_graph import GraphPlan, build_graph

    names, _ = names_in_files(work.analysis)
    plan = GraphPlan(OPSET, free_batch=False, names=names)
    path = folder / "design.onnx"
    store(build_graph(work.analysis, work.folded.program, work.folded.weights, plan), path, _ONE_FILE)
    return path


class OnnxRuntime(Backend):
    """The exported file in ONNX Runtime."""

    key = "onnxruntime"
    title = "ONNX Runtime"
    help = "The exported file, batch norms folded, with threads that do not spin between runs."
    device_types = ("cpu",)
    dtypes = ("float32",)
    formats = ()

    def prepare(self, work: Workload) -> Prepared:
        import onnxruntime

        from designer.runtime.formats.onnx_graph import array_of
        from designer.runtime.formats.onnx_session import session_of

        with tempfile.TemporaryDirectory(prefix="designer_") as folder:
            session = session_of(write_folded(work, Path(folder)), work.threads)
        names = [entry.name for entry in session.get_inputs()]
        fed = {name: array_of(tensor) for name, tensor in zip(names, work.inputs, strict=True)}
        facts = {"onnxruntime": onnxruntime.__version__, "provider": session.get_providers()[0]}
        return Prepared(lambda: session.run(None, fed), _outputs, OWN_FORMAT, facts=facts, keep=session)


def _outputs(result: Any) -> list[Tensor]:
    return [torch.from_numpy(numpy.array(array, dtype=numpy.float32)) for array in result]
