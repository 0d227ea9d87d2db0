"""Files of weights, read as tensors by name: safetensors, and what ``torch.save`` leaves, checkpoints among them.

Nothing in such a file can run: pickles are read with ``weights_only``. What cannot be a weight is refused by name
before any number of it is looked at. Knows no design.
"""

from __future__ import annotations

import os
import pickle
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from designer.errors import ExportError
from designer.files.atomic import reason_of
from designer.files.sidecar import ENDING, WEIGHT_ENDINGS
from designer.wording import printable

# What training loops and libraries call the state dict in a checkpoint; weights as trained before their average.
_WRAPPERS = (
    "state_dict",
    "model_state_dict",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
    "state_dict_ema",
    "model_ema",
    "params_ema",
    "ema",
)
_MOST_WRAPPERS = 8
_DAMAGED = "it is no file of torch.save, or is damaged; save model.state_dict() with torch.save again"


@dataclass(frozen=True)
class WeightFile:
    """Tensors of a file.

    Attributes:
        tensors: By the names they have there.
        inside: Where in a checkpoint they stand, as ``model.state_dict``; empty where the file is a state dict.
    """

    tensors: Mapping[str, Tensor]
    inside: str = ""


def read_weights(path: str | os.PathLike[str]) -> WeightFile:
    """The tensors of a ``.safetensors`` file or of a state dict or checkpoint of ``torch.save``.

    Raises:
        ExportError: The file cannot be read, holds no tensors by name, or one that can be no weight.
    """
    file = Path(path)
    if not file.name.lower().endswith(WEIGHT_ENDINGS):
        known = f"{', '.join(WEIGHT_ENDINGS[:-1])} and {WEIGHT_ENDINGS[-1]}"
        raise ExportError(f"{file}: weights are read from {known} files; choose one of those")
    try:
        kind = file.stat().st_mode
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):  # a pipe would be waited for, and never be whole
            raise ExportError(f"{file}: it is no file of tensors but a pipe or device; name a file")
        with file.open("rb"):  # says why it cannot be read; the libraries' own words leave that out
            pass
        found = _read_safetensors(file) if file.suffix.lower() == ENDING else _read_pickle(file)
    except OSError as error:
        raise ExportError(f"{file}: it cannot be read: {reason_of(error)}") from error
    if not found.tensors:
        raise ExportError(f"{file}: it holds no tensors; save model.state_dict() of the network")
    for name, tensor in found.tensors.items():
        if reason := _why_no_weight(tensor):
            raise ExportError(f"{file}: {shown(name)} {reason}")
    return found


def shown(name: str) -> str:
    """A name from a file as an error may have it: printable, and no longer than a line."""
    plain = printable(name[: 2 * _SHOWN])
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"


_SHOWN = 120


def _why_no_weight(tensor: Tensor) -> str:
    """Why a tensor can be no weight, and what would fix it; empty where it can."""
    if tensor.is_meta:
        return "is on the meta device and holds no numbers; save it from a device that has them"
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_complex() or tensor.is_nested:
        what = "complex" if tensor.is_complex() else "quantised" if tensor.is_quantized else "sparse or nested"
        return f"is {what}; weights are plain real numbers, so convert it before saving"
    # A view that repeats its storage would take, once copied, as much memory as it claims.
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        return (
            f"claims {tensor.numel():,} numbers and the file has fewer: it is an expanded view; "
            "save tensor.contiguous()"
        )
    if not tensor.is_floating_point():
        return ""
    if tensor.element_size() < 2:
        name = str(tensor.dtype).removeprefix("torch.")
        return f"is {name}, numbers of eight bits; convert it to float32 with its scale before saving"
    if not bool(tensor.isfinite().all()):
        return "holds numbers that are infinite or none at all; its training went wrong, so take an earlier state"
    return ""


def _read_safetensors(file: Path) -> WeightFile:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
            return WeightFile(tensors)
    except (SafetensorError, RecursionError, MemoryError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        # Besides its own exception it has others, for types of numbers that PyTorch does not have and sizes that fit
        # in no memory.
        raise ExportError(f"{file}: this is no safetensors file: {shown(str(error))}") from error


def _read_pickle(file: Path) -> WeightFile:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is refused a line below
            held = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        # PyTorch's own words would advise to load it all the same.
        raise ExportError(
            f"{file}: it holds more than tensors, which could run when read, and was not read; "
            "save model.state_dict(), not the model"
        ) from error
    except OSError:
        raise
    except Exception as error:  # what its reader raises on damaged files has no common base
        raise ExportError(f"{file}: {_DAMAGED}") from error
    try:
        tensors, inside = _unwrapped(held)
    except ExportError as error:
        raise ExportError(f"{file}: {error}") from error
    return WeightFile(tensors, inside=inside)


def _unwrapped(held: Any) -> tuple[dict[str, Tensor], str]:
    """The state dict in what was saved, and where in it it stands.

    Raises:
        ExportError: There is none, or two of its names are one.
    """
    inside: list[str] = []
    while isinstance(held, Mapping) and len(inside) <= _MOST_WRAPPERS:
        wrapper = next((name for name in _WRAPPERS if isinstance(held.get(name), Mapping) and held[name]), None)
        if wrapper is None:
            tensors = {name: each for name, each in held.items() if isinstance(each, Tensor)}
            if not tensors and held:
                break
            plain = {str(name): each for name, each in tensors.items()}
            if len(plain) < len(tensors):
                raise ExportError("two of its names are written alike; save model.state_dict(), whose names are texts")
            return plain, ".".join(inside)
        inside.append(wrapper)
        held = held[wrapper]
    raise ExportError("it holds no state dict; save model.state_dict()")
