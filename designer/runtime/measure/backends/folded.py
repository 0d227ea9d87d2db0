"""PyTorch's eager mode with batch norms computed into the convolutions before them."""

from __future__ import annotations

from dataclasses import replace

from designer.runtime.measure.backends.backend import Backend, Prepared, Workload
from designer.runtime.measure.backends.eager import running


class Folded(Backend):
    """Eager, without the batch norms that could be folded."""

    key = "folded"
    title = "PyTorch eager, batch norms folded"
    help = "Batch norms are computed into the convolutions before them; the rest runs call by call."

    def prepare(self, work: Workload) -> Prepared:
        return replace(running(work, work.folded_module, self.format_for(work)), into=work.folded.into)


class FoldedChannelsLast(Folded):
    """The same with all channels of a pixel lying together, whatever memory format was chosen."""

    key = "folded_channels_last"
    title = "PyTorch eager, folded, channels last"
    help = "As folded, with the channels of each pixel together in memory."
    formats = ("channels_last",)
