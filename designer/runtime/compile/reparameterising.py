"""The weights of branches folded into the one convolution that computes their sum, and the proof that it does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from designer.analysis.analysis import analyse
from designer.errors import ExportError
from designer.export.names import state_key
from designer.files.design_json import dumps
from designer.files.outputs import write_output
from designer.files.sidecar import ENDING
from designer.graph.design import Design, NodePath
from designer.graph.operations import Convolution
from designer.measurement.redesign import RedesignReport
from designer.redesign.reparameterising import Branch, BranchSum, reparameterised
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.module import CompiledModule, compile_analysis, random_inputs
from designer.runtime.compile.weights import fill, safetensors_bytes
from designer.runtime.formats.onnx_graph import identity_of
from designer.timing.rounds import Progress

TOLERANCE = 1e-4
"""Largest difference that passes, as a share of the largest output; float32 adds up otherwise than before."""

_OF_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


@dataclass(frozen=True)
class Deployed:
    """A design whose branches are folded, with its weights.

    Attributes:
        design: The design.
        module: It with its weights, in evaluation.
        sums: How many sums of branches became one convolution.
        left: What stays, with the reason, a line each.
        said: Where the weights are from.
        difference: Largest difference of the outputs on a random input, as a share of the largest output.
    """

    design: Design
    module: CompiledModule
    sums: int
    left: tuple[str, ...]
    said: str
    difference: float

    def sentence(self) -> str:
        """What was done, in words."""
        return (
            f"{self.sums} sums of branches folded, weights {self.said}; run beside the branches, the largest "
            f"difference is {self.difference:.1e} of the largest output"
        )


def deploy(design: Design, *, weights: str | os.PathLike[str] | None = None, seed: int = 0) -> Deployed:
    """Fold the branches of a design with its weights, and prove by running that nothing else is computed.

    Args:
        design: The design, drawn for training.
        weights: The file of its weights; what it lacks is fresh, and all is where None.
        seed: Of fresh weights and of the random input.

    Raises:
        InvalidDesign: The design has problems.
        EditRefused: Nothing can be folded.
        ExportError: The weights cannot be read, or the folded design computes something else.
    """
    analysis, device = analyse(design), torch.device("cpu")
    module = compile_analysis(analysis, seed=seed, device=device).eval()
    said = f"fresh, seed {seed}"
    if weights is not None:
        said = "from " + fill(module, read_weights(weights)).sentence(Path(weights).name, seed)
    made = reparameterised(analysis)
    after = made.redesign.after
    folded = compile_analysis(after, seed=seed, device=device).eval()
    folded.load_state_dict(folded_state(module.state_dict(), made.sums))
    difference = _difference(module, folded, seed)
    if not difference <= TOLERANCE:
        raise ExportError(
            f"folded, the design's outputs differ by {difference:.1e} of the largest, and {TOLERANCE:.0e} may be; "
            "a variance of nearly zero in a norm makes it so, and export without folding is exact"
        )
    left = tuple(each.line() for each in made.redesign.left)
    return Deployed(after.design, folded, len(made.sums), left, said, difference)


def deploy_design(
    design: Design,
    *,
    weights: str | os.PathLike[str],
    path: str | os.PathLike[str],
    progress: Progress = lambda share, text: None,
) -> RedesignReport:
    """Fold the branches of a design, and write the weights of what is left.

    Args:
        design: The design, drawn for training.
        weights: The file of its weights; what it lacks is fresh.
        path: Where the folded weights are written, ending in ``.safetensors``.
        progress: Told how far it is.

    Raises:
        InvalidDesign: The design has problems.
        EditRefused: Nothing can be folded.
        ExportError: The weights cannot be read, or the folded design computes something else.
        DesignFileError: The file cannot be written.
    """
    progress(0.0, "folding branches, and running both")
    made = deploy(design, weights=weights)
    progress(0.8, "writing weights")
    write_output(path, safetensors_bytes(made.module, identity_of(analyse(made.design))), (ENDING,))
    return RedesignReport(dumps(made.design), os.fspath(path), made.sentence(), made.left)


def _difference(module: CompiledModule, folded: CompiledModule, seed: int) -> float:
    inputs = random_inputs(module.input_shapes, torch.device("cpu"), seed)
    with torch.inference_mode():
        pair = [result if isinstance(result, tuple) else (result,) for result in (module(*inputs), folded(*inputs))]
    shares = [
        float((one - other).abs().max()) / max(float(one.abs().max()), 1e-12) for one, other in zip(*pair, strict=True)
    ]
    return max(shares, default=0.0)


def folded_state(state: Mapping[str, Tensor], sums: tuple[BranchSum, ...]) -> dict[str, Tensor]:
    """A state dict with each sum's weights in the one convolution that is left; the sums are done in float64."""
    found = dict(state)
    for each in sums:
        kernel, bias = _one_convolution(found, each)
        for branch in each.branches:
            for path in (branch.convolution, branch.norm):
                for name in _OF_NORM if path is not None else ():
                    found.pop(f"{state_key(path or ())}.{name}", None)
        into = state_key(each.into)
        found[f"{into}.weight"], found[f"{into}.bias"] = kernel.float(), bias.float()
    return found


def _one_convolution(state: Mapping[str, Tensor], found: BranchSum) -> tuple[Tensor, Tensor]:
    """The kernel C'×(C/g)×k×k and the bias C' that the branches add up to."""
    wide = found.operation
    kernel = torch.zeros((wide.out_channels, wide.in_channels // wide.groups, *wide.kernel), dtype=torch.float64)
    bias = torch.zeros(wide.out_channels, dtype=torch.float64)
    for branch in found.branches:
        own, shift = _of_branch(state, branch, wide)
        if branch.norm is not None:
            factor, moved = _of_norm(state, branch.norm, found)
            own, shift = own * factor[:, None, None, None], shift * factor + moved
        kernel += own
        bias += shift
    return kernel, bias


def _of_branch(state: Mapping[str, Tensor], branch: Branch, wide: Convolution) -> tuple[Tensor, Tensor]:
    """A branch's kernel where its window lies in the widest, and its bias; its norm is left out."""
    kernel = torch.zeros((wide.out_channels, wide.in_channels // wide.groups, *wide.kernel), dtype=torch.float64)
    shift = torch.zeros(wide.out_channels, dtype=torch.float64)
    if branch.operation is None or branch.convolution is None:
        channels = torch.arange(wide.out_channels)
        kernel[channels, channels % kernel.shape[1], wide.pads[0], wide.pads[2]] = 1.0
        return kernel, shift
    key = state_key(branch.convolution)
    down, right = wide.pads[0] - branch.operation.pads[0], wide.pads[2] - branch.operation.pads[2]
    height, width = branch.operation.kernel
    kernel[:, :, down : down + height, right : right + width] = state[f"{key}.weight"].double()
    own = state.get(f"{key}.bias")
    return kernel, shift if own is None else own.double()


def _of_norm(state: Mapping[str, Tensor], path: NodePath, found: BranchSum) -> tuple[Tensor, Tensor]:
    """What a batch norm in evaluation multiplies with, and what it adds."""
    scale, shift, mean, variance = (state[f"{state_key(path)}.{name}"].double() for name in _OF_NORM[:4])
    eps = next(branch.eps for branch in found.branches if branch.norm == path)
    factor = scale / torch.sqrt(variance + eps)
    return factor, shift - mean * factor
