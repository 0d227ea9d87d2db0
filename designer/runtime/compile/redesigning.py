"""Edits that a design's weights go along with."""

from __future__ import annotations

import os
from collections.abc import Collection

from designer.graph.design import Design, NodeId
from designer.graph.option_set import OptionSet
from designer.measurement.redesign import RedesignReport
from designer.redesign.pruning import PruningOptions
from designer.runtime.compile.pruning import prune_design
from designer.runtime.compile.reparameterising import deploy_design
from designer.timing.rounds import Progress


def redesign_with_weights(
    design: Design,
    ids: Collection[NodeId],
    options: OptionSet,
    *,
    weights: str | os.PathLike[str],
    path: str | os.PathLike[str],
    progress: Progress = lambda share, text: None,
) -> RedesignReport:
    """Take channels out where the options say which; else fold the branches that were drawn for training.

    Args:
        design: The design.
        ids: The nodes that are meant.
        options: What was chosen, which says the edit.
        weights: The file of its weights; what it lacks is fresh.
        path: Where the weights of the new design are written, ending in ``.safetensors``.
        progress: Told how far it is.

    Raises:
        InvalidDesign: The design has problems.
        EditRefused: There is nothing to do.
        ExportError: The weights cannot be read, or do not belong to the design.
        DesignFileError: The file cannot be written.
    """
    if isinstance(options, PruningOptions):
        return prune_design(design, ids, options, weights=weights, path=path, progress=progress)
    return deploy_design(design, weights=weights, path=path, progress=progress)
