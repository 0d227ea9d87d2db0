"""LiteRT's .tflite in eight bits from input to output, run by every kernel that reads it here.

Weights have a scale an output channel, activations one a tensor (Jacob et al. 2018, and LiteRT's specification of
quantisation, https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from designer.errors import ExportError
from designer.export.options import LiteInt8Options
from designer.export.result import Check, Comparison, LatencyPair
from designer.graph.tensor import TensorSpec
from designer.runtime.formats.calibration import CalibrationData, calibration_data
from designer.runtime.formats.eight_bits import (
    Runner,
    agreement,
    common_warnings,
    compared_on,
    has_error_of_its_own,
    in_batches,
)
from designer.runtime.formats.litert.file import channels_first, flat_buffer
from designer.runtime.formats.litert.micro import MicroInterpreter, NotRun, is_installed, runtime_name
from designer.runtime.formats.litert.quantising import quantised
from designer.runtime.formats.onnx_session import timed_in_turns
from designer.runtime.formats.verification import Arrays, Proof, Steps, Verification
from designer.targets.deployed import Deployed, NotDeployable, deployed_of
from designer.targets.element_type import ElementType

_RUNTIME = f"LiteRT {version('ai-edge-litert')}"


def write_litert_int8(verification: Verification, draft: Path, options: LiteInt8Options, steps: Steps) -> Proof:
    """Put the design into eight bits, run it in every runtime there is, and say what it costs."""
    deployed = _deployed(verification)
    data = calibration_data(verification.module.input_shapes, options, verification.seed)
    steps(0.0, "writing")
    floats = flat_buffer(verification, to_quantise=True)
    with steps.within(0.05, 0.45):
        content = quantised(floats, _in_file(data.calibrating, options.batch), _remark(data), steps)
    draft.write_bytes(content)
    specs = verification.analysis.given_out() or ()
    steps(0.5, "comparing with PyTorch")
    quick = _Loaded(content, specs, options.threads)
    run = _named(compared_on(verification, quick.run, data, options.batch), "XNNPACK")
    reference = _Loaded(content, specs, options.threads, is_reference=True)
    alone = _named(compared_on(verification, reference.run, data, options.batch), "the reference kernels")
    steps(0.6, "running in TensorFlow Lite for Microcontrollers")
    checks, head = _in_micro(content, reference, in_batches(data.measuring, options.batch))
    steps(0.7, "timing against float32")
    pair = _timed(quick.run, floats, verification, data, options)
    facts: dict[str, int | float | str] = {
        "batch": options.batch,
        "operators": len(deployed.kernels),
        "size against float32": round(len(content) / len(floats), 3),
        "signal to noise, dB": round(run.snr_db or 0.0, 1),
        "signal to noise of the file itself, dB": round(alone.snr_db or 0.0, 1),
        "same strongest output": agreement(verification, quick.run, data, options.batch),
        "memory of tensors on a microcontroller, bytes": deployed.placement.bytes if head is None else head,
    }
    return Proof(
        (draft.name,),
        (Check(f"loaded and run by {_RUNTIME}", "by XNNPACK and by its reference kernels"), *checks),
        _RUNTIME,
        (run, alone),
        facts,
        latency=(pair,),
        warnings=tuple(_warnings(data, pair, run, alone)),
    )


def _deployed(verification: Verification) -> Deployed:
    """The operators in eight bits.

    Raises:
        ExportError: One has no such form; the text names its node and what would have one.
    """
    try:
        deployed = deployed_of(verification.analysis, ElementType.INT8)
    except NotDeployable as error:
        raise ExportError(str(error)) from error
    if deployed.refusal:
        raise ExportError(f"{deployed.refusal}; LiteRT in floats can be written")
    return deployed


def _remark(data: CalibrationData) -> str:
    read = f"; inputs: {data.preprocessing}" if data.preprocessing else ""
    return f"in eight bits, calibrated with {data.description}{read}"


def _in_file(samples: Sequence[tuple[NDArray[Any], ...]], batch: int) -> list[list[NDArray[Any]]]:
    return [[_laid(array) for array in sample] for sample in in_batches(samples, batch)]


def _laid(array: NDArray[Any]) -> NDArray[Any]:
    return numpy.ascontiguousarray(array.transpose(0, 2, 3, 1), numpy.float32)


class _Loaded:
    """A file in LiteRT, its inputs and outputs taken and given in floats.

    Args:
        content: The file.
        specs: Shapes of what it gives out.
        threads: CPU threads.
        is_reference: Whether the kernels are those that others are held against, rather than XNNPACK's.

    Raises:
        ExportError: LiteRT does not load it.
    """

    def __init__(
        self, content: bytes, specs: Sequence[TensorSpec], threads: int, *, is_reference: bool = False
    ) -> None:
        kind = OpResolverType.BUILTIN_REF if is_reference else OpResolverType.AUTO
        try:
            self._interpreter = Interpreter(
                model_content=content, num_threads=threads, experimental_op_resolver_type=kind
            )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise ExportError(f"{_RUNTIME} does not load the file: {error}; nothing was left") from error
        self._specs = specs
        self._inputs, self._outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()

    def entering(self, arrays: Sequence[NDArray[Any]]) -> Arrays:
        """N×C×H×W floats as the file takes them."""
        return [_narrowed(_laid(array), entry) for array, entry in zip(arrays, self._inputs, strict=True)]

    def raw(self, arrays: Sequence[NDArray[Any]]) -> Arrays:
        """What comes out as it stands in the file, for what comes in as it stands there."""
        for entry, array in zip(self._inputs, arrays, strict=True):
            self._interpreter.set_tensor(entry["index"], array)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(entry["index"]) for entry in self._outputs]

    def run(self, arrays: Sequence[NDArray[Any]]) -> Arrays:
        """N×C×H×W floats in, floats N×C×H×W or N×F out."""
        found = self.raw(self.entering(arrays))
        wide = [_widened(array, entry) for array, entry in zip(found, self._outputs, strict=True)]
        return channels_first(wide, self._specs)


def _narrowed(array: NDArray[Any], entry: Any) -> NDArray[Any]:
    """Numbers in the scale of a tensor in eight bits, the nearest step each; floats as they are."""
    if entry["dtype"] is not numpy.int8:
        return array
    scale, zero = entry["quantization"]
    steps: NDArray[Any] = numpy.clip(numpy.round(array / scale) + zero, -128, 127)
    return steps.astype(numpy.int8)


def _widened(array: NDArray[Any], entry: Any) -> NDArray[Any]:
    if entry["dtype"] is not numpy.int8:
        return array
    scale, zero = entry["quantization"]
    wide: NDArray[Any] = (array.astype(numpy.float32) - zero) * numpy.float32(scale)
    return wide


def _named(comparison: Comparison, kernels: str) -> Comparison:
    return comparison._replace(inputs=f"{comparison.inputs}; by {kernels}")


def _in_micro(
    content: bytes, reference: _Loaded, samples: Sequence[tuple[NDArray[Any], ...]]
) -> tuple[tuple[Check, ...], int | None]:
    """What TensorFlow Lite for Microcontrollers makes of the file, and the bytes its tensors take.

    Raises:
        ExportError: It computes something else than LiteRT's reference kernels.
    """
    if not is_installed():
        return (), None
    name = runtime_name()
    try:
        micro = MicroInterpreter(content)
        head = micro.arena().head
    except NotRun as error:
        return (Check(f"set up in {name}", f"it does not run there: {error}"),), None
    for sample in samples:
        inputs = reference.entering(sample)
        expected = reference.raw(inputs)
        found = micro.run(inputs, len(expected))
        if any(not numpy.array_equal(ours, theirs) for ours, theirs in zip(expected, found, strict=True)):
            raise ExportError(f"{name} computes something else than LiteRT's reference kernels; nothing was left")
    return (Check(f"run by {name}", f"bit for bit as LiteRT's reference kernels; tensors take {head:,} bytes"),), head


def _timed(
    run: Runner, floats: bytes, verification: Verification, data: CalibrationData, options: LiteInt8Options
) -> LatencyPair:
    peer = _Loaded(floats, verification.analysis.given_out() or (), options.threads)
    sample = in_batches(data.measuring, options.batch)[0]
    return timed_in_turns(
        "int8", partial(run, sample), "float32, LiteRT", partial(peer.run, sample), threads=options.threads
    )


def _warnings(data: CalibrationData, pair: LatencyPair, run: Comparison, alone: Comparison) -> Iterator[str]:
    if has_error_of_its_own(run, alone):
        yield (
            f"XNNPACK adds an error of its own on this processor: {run.snr_db:.1f} dB here, {alone.snr_db:.1f} dB as "
            "the file says, by LiteRT's reference kernels; a microcontroller computes as the file says"
        )
    yield from common_warnings(data, pair)
