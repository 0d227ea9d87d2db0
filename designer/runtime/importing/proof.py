"""The proof of an import: the original in its own runtime beside the compiled design, on the same random inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy
import torch
from numpy.typing import NDArray

from designer.analysis.analysis import analyse
from designer.errors import DesignerError
from designer.export.names import state_key
from designer.graph.ids import NodePath
from designer.graph.tensor import TensorSpec
from designer.importing.drawing import Drawing
from designer.importing.network import Boundary, Network, Original
from designer.importing.result import ParityRun
from designer.runtime.compile.kept import NotRun
from designer.runtime.compile.module import CompiledModule, random_inputs
from designer.wording import memory

Array = NDArray[numpy.float32]

ROUNDING = 5e-4
"""Largest difference that passes for rounding in float32, as a share of the original's largest output: kernels of other
runtimes add in another order, and hundreds of layers with gates add up: EfficientNet's to 1.8e-4 with fresh weights."""

_MOST_BYTES = 2**30
"""Of tensors that live at once in a run: the original holds as many beside it, and a damaged file may claim any."""

_OPEN_BATCH = 3
"""Pictures at once in the second run, where the batch is open: a number that a file rarely has for anything else."""


@dataclass(frozen=True)
class Proof:
    """What was found by running both.

    Attributes:
        runs: Each run of both.
        unproved: Why it is not proved; empty where it is.
        first_difference: Path of the first node at which both part; empty where they do not, or none was found.
    """

    runs: tuple[ParityRun, ...] = ()
    unproved: str = ""
    first_difference: str = ""


def state_of(drawing: Drawing) -> dict[str, torch.Tensor]:
    """The weights of a drawing as a state dict for the compiled module, float32."""
    return {
        f"{state_key(path)}.{name}": torch.from_numpy(numpy.array(array, dtype=numpy.float32, order="C"))
        for path, part in drawing.parts.items()
        for name, array in part.weights.items()
    }


def prove(
    network: Network,
    original: Original,
    drawing: Drawing,
    module: CompiledModule,
    seed: int = 0,
    tell: Callable[[float, str], None] = lambda share, text: None,
) -> Proof:
    """Run both, once, and with another batch where it is open.

    Args:
        network: What was read.
        original: It in its own runtime.
        drawing: What was drawn of it.
        module: The drawing compiled, with its weights, in eval mode.
        seed: Of the random inputs.
        tell: Told how far it is.
    """
    batches = [network.inputs[0].spec.batch]
    if network.has_open_batch:
        batches.append(_OPEN_BATCH)
    runs: list[ParityRun] = []
    a_picture = analyse(drawing.design).totals.peak_activation_bytes
    for index, batch in enumerate(batches):
        if batch * a_picture > _MOST_BYTES:
            reason = f"its tensors take {memory(batch * a_picture)} at this size; bring it in at a smaller one"
            return Proof(tuple(runs), "" if runs else reason)
        tell(index / len(batches), f"running the original beside the design, batch {batch}")
        shapes = [(batch, *shape[1:]) for shape in module.input_shapes]
        ours = random_inputs(shapes, torch.device("cpu"), seed)
        theirs = [entering(tensor.numpy(), each.spec) for tensor, each in zip(ours, network.inputs, strict=True)]
        try:
            expected = original.run(theirs)
        except DesignerError as error:
            # Many a file leaves its batch open and then holds fast to one inside.
            return Proof(tuple(runs), "" if runs else f"the original does not run: {error}")
        try:
            with torch.inference_mode():
                made = module(*ours)
        except NotRun as error:
            # An opaque operator may hold fast to the batch it came with, too.
            return Proof(tuple(runs), "" if runs else str(error))
        outputs = [each.numpy() for each in (made if isinstance(made, tuple) else (made,))]
        run, reason = _held([expected[each.tensor] for each in network.outputs], outputs, shapes, network.outputs)
        if run is not None:
            runs.append(run)
        if reason:
            return Proof(tuple(runs), reason, first_difference(original, drawing, module, ours, theirs))
    return Proof(tuple(runs))


def entering(array: Array, spec: TensorSpec) -> Array:
    """What the design's Input gives, N×C×H×W, as the network takes it: a vector N×F, a sequence, or just so."""
    if spec.is_map:
        return array
    if spec.is_vector:
        return array.reshape(len(array), -1)
    column = array[:, :, :, 0]
    return column if spec.channel_axis == 1 else numpy.ascontiguousarray(column.transpose(0, 2, 1))


def _held(
    expected: Sequence[Array], outputs: Sequence[Array], shapes: Sequence[tuple[int, ...]], names: Sequence[Boundary]
) -> tuple[ParityRun | None, str]:
    """One run as a record, and why it does not hold; the reason is empty where it does."""
    for theirs, ours, each in zip(expected, outputs, names, strict=True):
        if theirs.shape != ours.shape:
            words = " and ".join("×".join(map(str, array.shape)) for array in (theirs, ours))
            return None, f"output '{each.name}' has other shapes in the original and the design: {words}"
    largest = max((float(numpy.abs(array).max(initial=0.0)) for array in expected), default=0.0)
    differences = [
        float(numpy.abs(theirs.astype(numpy.float64) - ours).max(initial=0.0))
        for theirs, ours in zip(expected, outputs, strict=True)
    ]
    difference = max(differences, default=0.0)
    if any(difference != difference for difference in differences):
        difference = float("inf")
    run = ParityRun(tuple(shapes), difference, largest, ROUNDING * (largest or 1.0))
    if run.holds and not largest:
        return run, "the original gives nothing but zeros for random inputs, so both agreeing proves nothing"
    if run.holds:
        return run, ""
    return run, (
        f"the design computes something else than the original: outputs differ by {difference:.3g}, "
        f"and {run.tolerance:.3g} is rounding at outputs up to {largest:.3g}"
    )


def first_difference(
    original: Original,
    drawing: Drawing,
    module: CompiledModule,
    ours: Sequence[torch.Tensor],
    theirs: Sequence[Array],
) -> str:
    """Path of the first node whose output differs by more than rounding; empty where none that can be compared does."""
    tensors = {path: part.tensor for path, part in drawing.parts.items()}
    try:
        expected: Mapping[str, Array] = original.run(theirs, list(tensors.values()))
    except DesignerError:
        return ""
    last: dict[NodePath, Array] = {}
    with torch.inference_mode():
        for path, tensor in module.watched(ours):
            if tensors.get(path, "") in expected:  # a copy only of what can be compared: all of them may be gigabytes
                last[path] = tensor.numpy().copy()
    for path, made in last.items():
        wanted = expected[tensors[path]]
        if wanted.shape != made.shape:
            continue
        allowed = ROUNDING * (float(numpy.abs(wanted).max(initial=0.0)) or 1.0)
        if not float(numpy.abs(wanted - made).max(initial=0.0)) <= allowed:
            return ".".join(path)
    return ""
