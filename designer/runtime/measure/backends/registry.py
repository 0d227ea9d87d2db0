"""Every backend there is, in the order that lists show. A new one is a class in a file of its own and a line here."""

from __future__ import annotations

import torch

from designer.errors import JobFailed, near
from designer.runtime.measure.backends.backend import Backend
from designer.runtime.measure.backends.compiled import Compiled
from designer.runtime.measure.backends.cuda_graph import CudaGraph
from designer.runtime.measure.backends.eager import Eager
from designer.runtime.measure.backends.folded import Folded, FoldedChannelsLast
from designer.runtime.measure.backends.frozen import Frozen
from designer.runtime.measure.backends.litert import LiteRt
from designer.runtime.measure.backends.onnx_runtime import OnnxRuntime
from designer.runtime.measure.backends.open_vino import OpenVino

BACKENDS: tuple[Backend, ...] = (
    Eager(),
    Folded(),
    FoldedChannelsLast(),
    Frozen(),
    Compiled(),
    OnnxRuntime(),
    OpenVino(),
    LiteRt(),
    CudaGraph(),
)


def backend_of(key: str) -> Backend:
    """The backend of a key.

    Raises:
        JobFailed: There is none.
    """
    known = {backend.key: backend for backend in BACKENDS}
    if key not in known:
        raise JobFailed(f"there is no backend '{key}'{near(str(key), known)}; there are: {', '.join(known)}")
    return known[key]


def usable_backend(key: str, device: torch.device, dtype: str) -> Backend:
    """The backend of a key, where it can run so.

    Raises:
        JobFailed: There is none of this key, or not here; the text says why.
    """
    backend = backend_of(key)
    if reason := backend.reason_against(device, dtype):
        raise JobFailed(f"backend '{key}' cannot be had here: {reason}")
    return backend
