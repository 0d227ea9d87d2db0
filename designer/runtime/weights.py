"""Weights that a design carries beside it: read from safetensors or a state dict, put into a module, written back.

Tensors have the canvas' names. A design's own file of weights lies beside it, ``net.safetensors`` for
``net.design.json``, and says which design it was written for; after an edit, what did not change keeps its weights and
the rest is fresh. Nothing in a file of weights can run: pickles are read with ``weights_only``.
"""

from __future__ import annotations

import json
import os
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from designer.errors import DesignerError, ExportError
from designer.files.atomic import reason_of
from designer.files.sidecar import ENDING
from designer.runtime.module import CompiledModule
from designer.runtime.torchvision_names import from_torchvision

_PICKLES = (".pt", ".pth", ".bin")
_MARK = "design"
_TORCHVISION_MARK = "features."


@dataclass(frozen=True)
class WeightFile:
    """Tensors of a file.

    Attributes:
        tensors: By the names they have there.
        digest: Of the design they were written for; empty where the file does not say.
    """

    tensors: Mapping[str, Tensor]
    digest: str = ""


@dataclass(frozen=True)
class Filled:
    """What became of a module's weights.

    Attributes:
        kept: Keys that were taken from the file.
        fresh: Keys that the file lacks, or has in another shape.
        unused: Names in the file that the module has no place for.
        same_design: Whether the file was written for this very design.
    """

    kept: tuple[str, ...]
    fresh: tuple[str, ...]
    unused: tuple[str, ...]
    same_design: bool

    def said(self, name: str, seed: int) -> str:
        """Where the weights are from, in words."""
        if not self.fresh:
            return f"{name}, all {len(self.kept)} tensors"
        total = len(self.kept) + len(self.fresh)
        return f"{name}, {len(self.kept)} of {total} tensors; fresh with seed {seed}: {_listed(self.fresh)}"


def read_weights(path: str | os.PathLike[str]) -> WeightFile:
    """The tensors of a ``.safetensors`` file or of a state dict in a ``.pt`` or ``.pth``.

    Raises:
        ExportError: The file cannot be read, or holds no tensors by name.
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending not in (ENDING, *_PICKLES):
        raise ExportError(f"{file}: weights are read from {ENDING}, .pt and .pth files; choose one of those")
    try:
        kind = file.stat().st_mode
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):  # a pipe would be waited for, and never be whole
            raise ExportError(f"{file}: it is no file of tensors but a pipe or device; name a file")
        with file.open("rb"):  # says why it cannot be read; the libraries' own words leave that out
            pass
        found = _read_safetensors(file) if ending == ENDING else _read_pickle(file)
    except OSError as error:
        raise ExportError(f"{file}: it cannot be read: {reason_of(error)}") from error
    _refuse_no_numbers(file, found)
    return found


def _refuse_no_numbers(file: Path, found: WeightFile) -> None:
    if not found.tensors:
        raise ExportError(f"{file}: it holds no tensors; save model.state_dict() of the network")
    for name, tensor in found.tensors.items():
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_complex():
            what = "complex" if tensor.is_complex() else "quantised" if tensor.is_quantized else "sparse"
            raise ExportError(f"{file}: {name} is {what}; weights are plain real numbers, so convert it before saving")
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise ExportError(
                f"{file}: {name} holds numbers that are infinite or none at all; "
                "its training went wrong, so take an earlier state"
            )


def _read_safetensors(file: Path) -> WeightFile:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
            return WeightFile(tensors, _digest_in(opened.metadata() or {}))
    except SafetensorError as error:
        raise ExportError(f"{file}: this is no safetensors file: {error}") from error


def _digest_in(metadata: Mapping[str, str]) -> str:
    try:
        return str(json.loads(metadata[_MARK])["digest"])
    except (KeyError, TypeError, ValueError):  # another program's file
        return ""


def _read_pickle(file: Path) -> WeightFile:
    import pickle

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
    except (RuntimeError, ValueError, EOFError, KeyError, IndexError, AttributeError) as error:
        raise ExportError(
            f"{file}: it is no file of torch.save, or is damaged; save model.state_dict() with torch.save again"
        ) from error
    if isinstance(held, Mapping) and isinstance(held.get("state_dict"), Mapping):
        held = held["state_dict"]
    if not isinstance(held, Mapping) or not all(isinstance(each, Tensor) for each in held.values()):
        raise ExportError(f"{file}: it holds no state dict; save model.state_dict()")
    return WeightFile({str(name).removeprefix("module."): tensor for name, tensor in held.items()})


def fill(module: CompiledModule, file: WeightFile) -> Filled:
    """Put what a file has into a module: every tensor whose name and shape agree; the rest stays as it is.

    A state dict under torchvision's names is translated where the design has the template's names.

    Raises:
        ExportError: Nothing of the file belongs to the design.
    """
    state = module.state_dict()
    tensors = _found_again(_translated(file.tensors, state), state)
    kept = [key for key, own in state.items() if key in tensors and tensors[key].shape == own.shape]
    if state and not kept:
        raise ExportError(
            f"none of the {len(tensors)} tensors of the file has a name and shape of the design's: "
            f"the file has {_listed(tuple(tensors))}, the design {_listed(tuple(state))}"
        )
    with torch.no_grad():
        for key in kept:
            state[key].copy_(tensors[key])
    fresh = tuple(key for key in state if key not in set(kept))
    unused = tuple(name for name in tensors if name not in state)
    return Filled(tuple(kept), fresh, unused, file.digest == module.digest)


def _found_again(tensors: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The tensors with those of moved nodes under their present names.

    Grouping puts a block's name before a node's, and expanding joins the two: ``block.conv``, ``block_conv`` and
    ``conv`` are one node where no other could be meant and every tensor of it has its shape.
    """
    there, wanted = _by_module(tensors), _by_module(state)
    homeless = {path: _shapes_in(state, names) for path, names in wanted.items() if path not in there}
    unclaimed = {path: _shapes_in(tensors, names) for path, names in there.items() if path not in wanted}
    moved: dict[str, str] = {}
    for path, shapes in homeless.items():
        possible = [old for old, held in unclaimed.items() if held == shapes and _may_be(old, path)]
        if len(possible) == 1 and possible[0] not in moved:
            moved[possible[0]] = path
    return {_moved(name, moved): tensor for name, tensor in tensors.items()}


def _by_module(tensors: Mapping[str, Tensor]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in tensors:
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def _shapes_in(tensors: Mapping[str, Tensor], names: list[str]) -> dict[str, tuple[int, ...]]:
    return {name.rpartition(".")[2]: tuple(tensors[name].shape) for name in names}


def _may_be(old: str, new: str) -> bool:
    one, other = sorted((old.replace(".", "_"), new.replace(".", "_")), key=len)
    return other == one or other.endswith(f"_{one}")


def _moved(name: str, moved: Mapping[str, str]) -> str:
    path, _, tensor = name.rpartition(".")
    return f"{moved[path]}.{tensor}" if path in moved else name


def _translated(tensors: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    if not any(name.startswith(_TORCHVISION_MARK) for name in tensors) or set(tensors) & set(state):
        return tensors
    counters = {key: torch.zeros((), dtype=torch.int64) for key in state if key.endswith("num_batches_tracked")}
    try:
        return from_torchvision(tensors, state)
    except DesignerError as error:
        if not counters:
            raise ExportError(f"the weights have torchvision's names: {error}") from error
    try:  # files of old versions lack the counters, which nothing reads when running
        named = from_torchvision(tensors, [key for key in state if key not in counters])
    except DesignerError as error:
        raise ExportError(f"the weights have torchvision's names: {error}") from error
    return {**named, **counters}


def safetensors_bytes(module: CompiledModule, said: Mapping[str, str]) -> bytes:
    """The module's weights as the content of a safetensors file; ``said`` is kept in its header."""
    from safetensors.torch import save

    state = {key: tensor.detach().cpu().contiguous() for key, tensor in module.state_dict().items()}
    # One entry, since the library keeps several in no order, and the same weights shall be the same bytes.
    content: bytes = save(state, {_MARK: json.dumps(dict(said), ensure_ascii=False)})
    return content


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
