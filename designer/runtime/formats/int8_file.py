"""An ONNX file in eight bits: static quantisation of the folded graph, with what it costs and what it gains.

Weights have a scale an output channel, activations one a tensor, all written as pairs of QuantizeLinear and
DequantizeLinear that runtimes fuse (Jacob et al. 2018; ONNX Runtime's QDQ form). Batch norms are folded first: left
alone they stay float between the pairs, and the file is slower than float.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import onnx
from numpy.typing import NDArray
from onnx import helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from designer.export.options import ActivationType, Int8Options, OnnxOptions
from designer.export.result import Check, Comparison, LatencyPair, Sensitivity
from designer.runtime.formats.calibration import CalibrationData, calibration_data
from designer.runtime.formats.eight_bits import (
    agreement,
    common_warnings,
    compared_on,
    has_error_of_its_own,
    in_batches,
)
from designer.runtime.formats.onnx_file import check_file, onnx_graph_of
from designer.runtime.formats.onnx_session import RUNTIME, run_session, session_of, timed_in_turns
from designer.runtime.formats.verification import Proof, Steps, Verification, snr_db

_QUANTISED = ("Conv", "Gemm")
_OWN_MARKS = ("onnx.infer", "onnx.quant.pre_process")


class _Reader(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
    """Gives calibration samples one by one; each is a step at which to cancel."""

    def __init__(self, names: Sequence[str], samples: Sequence[tuple[NDArray[Any], ...]], steps: Steps) -> None:
        self._names = names
        self._rest = iter(enumerate(samples))
        self._number = len(samples)
        self._steps = steps

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        index, sample = next(self._rest, (0, None))
        if sample is None:
            return None
        self._steps(index / self._number, f"calibrating, sample {index + 1} of {self._number}")
        return dict(zip(self._names, sample, strict=True))


def write_int8(verification: Verification, draft: Path, options: Int8Options, steps: Steps) -> Proof:
    """Quantise the folded graph into the folder of the draft, measure it, and say what it costs."""
    data = calibration_data(verification.module.input_shapes, options, verification.seed)
    work = draft.with_name(".quantising")
    work.mkdir()
    quantiser = _Quantiser(verification, options, work)
    with steps.within(0.05, 0.4):
        _identified(quantiser.quantised(data, steps), quantiser.model, draft, data)
    steps(0.42, "checking")
    checks = [check_file(draft), Check("calibrated with", data.description)]
    steps(0.45, "comparing with PyTorch")
    session = session_of(draft, options.threads)
    run = compared_on(verification, partial(run_session, session), data, _batch(options))
    # Without optimisations the runtime computes each pair of a file in floats, as the file says: its own error.
    exact = session_of(draft, options.threads, optimised=False)
    alone = compared_on(verification, partial(run_session, exact), data, _batch(options))
    steps(0.55, "timing against float32")
    pair = _timed(session, quantiser.float_file, data, options)
    with steps.within(0.6, 1.0):
        sensitivity = tuple(_sensitivities(quantiser, data, steps)) if options.sensitivity else ()
    float_bytes = quantiser.float_file.stat().st_size
    facts: dict[str, int | float | str] = {
        "opset": options.opset,
        "nodes": len(onnx.load(str(draft)).graph.node),
        "size against float32": round(draft.stat().st_size / float_bytes, 3),
        "signal to noise, dB": round(run.snr_db or 0.0, 1),
        "signal to noise of the file itself, dB": round(alone.snr_db or 0.0, 1),
        "same strongest output": agreement(verification, partial(run_session, session), data, _batch(options)),
    }
    return Proof(
        (draft.name,),
        tuple(checks),
        RUNTIME,
        (run,),
        facts,
        quantiser.renamed,
        (pair,),
        tuple(sorted(sensitivity, key=lambda each: each.snr_db)),
        tuple(_warnings(data, pair, run, alone, options)),
    )


class _Quantiser:
    """The float model with norms folded, and it in eight bits, wholly or at single nodes.

    Args:
        verification: The design.
        options: What was chosen.
        work: A folder for files on the way.
    """

    def __init__(self, verification: Verification, options: Int8Options, work: Path) -> None:
        float_options = OnnxOptions(
            opset=options.opset, dynamic_batch=options.dynamic_batch, batch=options.batch, fold_batch_norm=True
        )
        built, self.renamed = onnx_graph_of(verification, float_options)
        self.model = built.with_weights_inside()
        self.float_file = work / "float32.onnx"
        self.float_file.write_bytes(self.model.SerializeToString())
        self.options = options
        self._ranges = work / "ranges.json"
        self._result = work / "int8.onnx"
        self._names = [entry.name for entry in self.model.graph.input]

    def quantised(self, data: CalibrationData, steps: Steps) -> onnx.ModelProto:
        """All of it in eight bits; the ranges of activations are kept for later."""
        batches = in_batches(data.calibrating, _batch(self.options))
        return self._quantise(_Reader(self._names, batches, steps), None)

    def quantised_at(self, node: str) -> Path:
        """Only this node in eight bits, with the ranges found before."""
        self._quantise(None, [node])
        return self._result

    def weighted_nodes(self) -> list[onnx.NodeProto]:
        """Nodes whose weights are quantised."""
        return [node for node in self.model.graph.node if node.op_type in _QUANTISED]

    def _quantise(self, reader: _Reader | None, nodes: list[str] | None) -> onnx.ModelProto:
        marked = onnx.ModelProto()
        marked.CopyFrom(self.model)
        # Says that shapes are there and norms folded; it would recommend to do so otherwise.
        marked.metadata_props.add(key=_OWN_MARKS[1], value="onnxruntime.quant")
        quantize_static(
            marked,
            str(self._result),
            reader,
            quant_format=QuantFormat.QDQ,
            per_channel=self.options.per_channel,
            activation_type=(QuantType.QUInt8 if self.options.activations is ActivationType.UINT8 else QuantType.QInt8),
            weight_type=QuantType.QInt8,
            nodes_to_quantize=nodes,
            reduce_range=self.options.reduce_range,
            calibration_cache_path=str(self._ranges),
        )
        return onnx.load(str(self._result))


def _identified(quantised: onnx.ModelProto, original: onnx.ModelProto, draft: Path, data: CalibrationData) -> None:
    """Write a quantised model under the identity of the one it was made from."""
    said = {entry.key: entry.value for entry in original.metadata_props}
    said["calibration"] = data.description
    if data.preprocessing:
        said["preprocessing"] = data.preprocessing
    del quantised.metadata_props[:]
    helper.set_model_props(quantised, said)
    quantised.producer_name, quantised.producer_version = original.producer_name, original.producer_version
    draft.write_bytes(quantised.SerializeToString())


def _batch(options: Int8Options) -> int:
    """Samples at once: one where the file takes any number."""
    return 1 if options.dynamic_batch else options.batch


def _timed(session: Any, float_file: Path, data: CalibrationData, options: Int8Options) -> LatencyPair:
    peer = session_of(float_file, options.threads)
    sample = in_batches(data.measuring, _batch(options))[0]
    return timed_in_turns(
        "int8",
        lambda: run_session(session, sample),
        "float32, folded",
        lambda: run_session(peer, sample),
        threads=options.threads,
    )


def _sensitivities(quantiser: _Quantiser, data: CalibrationData, steps: Steps) -> Iterator[Sensitivity]:
    """By node with weights: signal to noise of the output where it alone is in eight bits."""
    samples = in_batches(data.measuring, _batch(quantiser.options))[:2]
    exact = session_of(quantiser.float_file)
    expected = [array for sample in samples for array in run_session(exact, sample)]
    nodes = quantiser.weighted_nodes()
    for index, node in enumerate(nodes):
        steps(index / len(nodes), f"sensitivity of {node.name}")
        # As the file says: what this processor adds is not the layer's doing.
        session = session_of(quantiser.quantised_at(node.name), optimised=False)
        found = [array for sample in samples for array in run_session(session, sample)]
        ratio = snr_db(expected, found)
        if ratio is not None:
            yield Sensitivity(node.name, ratio)


def _warnings(
    data: CalibrationData, pair: LatencyPair, run: Comparison, alone: Comparison, options: Int8Options
) -> Iterator[str]:
    if has_error_of_its_own(run, alone):
        fix = "" if options.reduce_range else "; --reduce-range keeps within what it can hold"
        yield (
            f"this processor adds an error of its own: {run.snr_db:.1f} dB here, {alone.snr_db:.1f} dB as the file "
            f"says; sums of eight-bit products saturate where it has no instructions for them (VNNI){fix}"
        )
    yield from common_warnings(data, pair)
