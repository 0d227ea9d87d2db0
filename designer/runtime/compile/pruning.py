"""Weights sliced along where channels were taken out of a design, and the norms that say which channels go."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from designer.analysis.analysis import Analysis, analyse
from designer.errors import ExportError
from designer.export.names import state_key
from designer.files.design_json import dumps
from designer.files.outputs import write_output
from designer.files.sidecar import ENDING
from designer.graph.design import Design
from designer.graph.ids import NodeId
from designer.measurement.redesign import RedesignReport
from designer.redesign.channels import Channels, KeptChannels
from designer.redesign.pruning import ChannelNorms, PruningOptions, pruned
from designer.runtime.compile.checkpoint import read_weights
from designer.runtime.compile.module import compile_analysis
from designer.runtime.compile.weights import fill, safetensors_bytes
from designer.runtime.formats.onnx_graph import identity_of
from designer.timing.rounds import Progress


def prune_design(
    design: Design,
    ids: Collection[NodeId],
    options: PruningOptions,
    *,
    weights: str | os.PathLike[str],
    path: str | os.PathLike[str],
    seed: int = 0,
    progress: Progress = lambda share, text: None,
) -> RedesignReport:
    """Take channels of the least norm out of a design, and write the weights that stay.

    Args:
        design: The design.
        ids: The nodes whose channels go; what is inside blocks is meant too.
        options: How many go, or which.
        weights: The file of its weights; what it lacks is fresh.
        path: Where the weights of the smaller design are written, ending in ``.safetensors``.
        seed: Of the fresh weights.
        progress: Told how far it is.

    Raises:
        InvalidDesign: The design has problems.
        EditRefused: No channel can go.
        ExportError: The weights cannot be read, or do not belong to the design.
        DesignFileError: The file cannot be written.
    """
    analysis = analyse(design)
    progress(0.0, "reading weights")
    module = compile_analysis(analysis, seed=seed, device=torch.device("cpu"))
    filled = fill(module, read_weights(weights))
    state = module.state_dict()
    progress(0.4, "choosing channels")
    made = pruned(analysis, ids, options, channel_norms(analysis, state))
    after = made.redesign.after
    smaller = compile_analysis(after, seed=seed, device=torch.device("cpu"))
    smaller.load_state_dict(sliced(state, made.kept))
    progress(0.8, "writing weights")
    write_output(path, safetensors_bytes(smaller, identity_of(after)), (ENDING,))
    return RedesignReport(
        dumps(after.design),
        os.fspath(path),
        filled.sentence(Path(weights).name, seed),
        tuple(each.line() for each in made.redesign.left),
    )


def channel_norms(analysis: Analysis, state: Mapping[str, Tensor]) -> tuple[ChannelNorms, ...]:
    """The squares of the weights of each output channel, of every convolution and fully connected layer."""
    found = []
    for producer in Channels(analysis).producers:
        weight = state[f"{state_key(producer.path)}.weight"].double()
        squares = weight.flatten(1).square().sum(1).tolist()
        found.append(ChannelNorms(producer.path, tuple(squares)))
    return tuple(found)


def sliced(state: Mapping[str, Tensor], kept: Sequence[KeptChannels]) -> dict[str, Tensor]:
    """A state dict with what is kept of each node's tensors.

    Raises:
        ExportError: A node has no tensors there.
    """
    found = dict(state)
    for each in kept:
        prefix = f"{state_key(each.path)}."
        keys = [key for key in state if key.startswith(prefix) and "." not in key.removeprefix(prefix)]
        if not keys:
            raise ExportError(f"{'.'.join(each.path)} keeps no weights, and its channels were to be sliced")
        for key in keys:
            found[key] = _sliced(state[key], each)
    return found


def _sliced(tensor: Tensor, kept: KeptChannels) -> Tensor:
    if tensor.dim() == 0:  # how many batches a norm has seen
        return tensor
    tensor = tensor[torch.tensor(kept.outputs)]
    if tensor.dim() > 1 and kept.inputs is not None:
        tensor = tensor[:, torch.tensor(kept.inputs)]
    return tensor.contiguous()
