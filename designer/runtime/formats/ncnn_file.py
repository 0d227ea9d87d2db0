"""ncnn's .param with a .ncnn.bin beside it, converted from our ONNX by pnnx. The only import of ncnn."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ncnn
import numpy
import onnx
import pnnx
from numpy.typing import NDArray

from designer.errors import ExportError
from designer.export.options import ForPhones, Precision
from designer.runtime.formats.mobile import folded_onnx, proved, work_folder
from designer.runtime.formats.verification import Arrays, Proof, Steps, Verification

_TIME_LIMIT_S = 600
_ASK_EVERY_S = 0.05


def write_ncnn(verification: Verification, draft: Path, options: ForPhones, steps: Steps) -> Proof:
    """Convert, load and prove; ncnn takes one picture at a time."""
    steps(0.0, "writing ONNX")
    work = work_folder(draft)
    onnx_file = folded_onnx(verification, work, options, pads_before_pools=True)
    _refuse_what_passes_through(onnx_file)
    half = options.precision is Precision.FLOAT16
    _convert(onnx_file, work, half, verification.module.input_shapes, steps)
    # Not net.bin, which is OpenVINO's beside net.xml: one export would break the other's file.
    weights = draft.with_name(f"{draft.stem.removesuffix('.ncnn')}.ncnn.bin")
    (work / "net.ncnn.param").replace(draft)
    (work / "net.ncnn.bin").replace(weights)
    steps(0.6, "loading")
    net = ncnn.Net()
    net.opt.num_threads = options.threads
    for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
        setattr(net.opt, option, False)  # the file is proved as it is; phones may choose less
    if net.load_param(str(draft)) != 0 or net.load_model(str(weights)) != 0:
        raise ExportError("ncnn does not load the file; nothing was left")
    names = [sorted(found, key=_number) for found in (net.input_names(), net.output_names())]
    shapes = [tuple(spec.shape[1:]) for spec in verification.analysis.given_out() or ()]

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        extractor = net.create_extractor()
        for name, array in zip(names[0], inputs, strict=True):
            # Cloned, since ncnn reads and writes whole vectors, past the end of a small map in our memory.
            extractor.input(name, ncnn.Mat(numpy.ascontiguousarray(array[0])).clone())
        found = []
        for name, shape in zip(names[1], shapes, strict=True):
            state, output = extractor.extract(name)
            if state != 0:
                raise RuntimeError(f"it gives no {name}")
            found.append(numpy.array(output).reshape(1, *shape))
        return found

    runtime = f"ncnn {version('ncnn')}"
    return proved(verification, draft, [weights.name], options, steps, onnx_file, runtime, run)


def _refuse_what_passes_through(onnx_file: Path) -> None:
    graph = onnx.load(str(onnx_file), load_external_data=False).graph
    unchanged = {entry.name for entry in graph.input}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in unchanged:
            unchanged |= set(node.output)
    if unchanged.intersection(entry.name for entry in graph.output):
        raise ExportError("ncnn cannot give out what enters unchanged; put a layer between Input and Output")


def _number(name: str) -> int:
    """Which input or output of the design a tensor is: pnnx calls them in0, out1; ncnn lists them as it meets them."""
    return int(name.removeprefix("in").removeprefix("out"))


def _convert(onnx_file: Path, work: Path, half: bool, shapes: Sequence[tuple[int, ...]], steps: Steps) -> None:
    sizes = ",".join(f"[1,{','.join(map(str, shape[1:]))}]" for shape in shapes)
    names = {
        "ncnnparam": "net.ncnn.param",
        "ncnnbin": "net.ncnn.bin",
        "ncnnpy": "net_ncnn.py",
        "pnnxparam": "net.pnnx.param",
        "pnnxbin": "net.pnnx.bin",
        "pnnxpy": "net_pnnx.py",
        "pnnxonnx": "net.pnnx.onnx",
    }
    command = [
        str(pnnx.EXEC_PATH),
        onnx_file.name,
        f"inputshape={sizes}",
        f"fp16={int(half)}",
        *(f"{key}={value}" for key, value in names.items()),
    ]
    status, out, errors = _run(command, work, steps)
    if status != 0 or not (work / names["ncnnparam"]).is_file():
        said = (errors or out).strip().splitlines()
        how = "pnnx crashes on the design" if status < 0 else "pnnx does not convert the design"
        raise ExportError(f"{how}: {said[-1] if said else status}; nothing was left")
    missing = [line for line in errors.splitlines() if line.startswith("layer") and "not exists" in line]
    if missing:
        raise ExportError(f"ncnn lacks an operator of the design: {missing[0]}; nothing was left")


def _run(command: Sequence[str], work: Path, steps: Steps) -> tuple[int, str, str]:
    """Run a converter in a folder until it ends or a cancel ends it; its status, output and errors."""
    begin = time.monotonic()
    with subprocess.Popen(
        command, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            while True:
                steps(0.2, "converting with pnnx")
                try:
                    out, errors = process.communicate(timeout=_ASK_EVERY_S)
                except subprocess.TimeoutExpired:
                    if time.monotonic() - begin > _TIME_LIMIT_S:
                        raise ExportError(f"pnnx was not done after {_TIME_LIMIT_S} s; nothing was left") from None
                else:
                    return process.returncode, out, errors
        finally:
            process.kill()
