"""Weights that a design carries beside it: put into a module by name, written back.

Tensors have the compiled module's names. A design's own file of weights lies beside it, ``net.safetensors`` for
``net.design.json``, and says which design it was written for; after an edit, what did not change keeps its weights and
the rest is fresh. Files of other programs come under names of their own; each goes to one tensor at most, and the
result says which went where.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from designer.errors import DesignerError, ExportError
from designer.export.names import state_key
from designer.runtime.compile.checkpoint import WeightFile, shown
from designer.runtime.compile.module import CompiledModule
from designer.runtime.compile.published_names import names_by_place
from designer.runtime.compile.torchvision_names import torchvision_names

MARK = "design"
"""The key of our own entry in a safetensors header."""
_TORCHVISION_MARK = "features."
_WRAPPING = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.", "encoder.")
"""What DataParallel, torch.compile, Lightning and people's own modules put before every name."""
_COUNTER = "num_batches_tracked"


@dataclass(frozen=True)
class Filled:
    """What became of a module's weights.

    Attributes:
        kept: Keys that were taken from the file.
        fresh: Keys that the file lacks, or has in another shape.
        unused: Names in the file that the module has no place for.
        mapped: By key that was taken, the name it has in the file, where that is another.
        inside: Where in a checkpoint the state dict stood.
    """

    kept: tuple[str, ...]
    fresh: tuple[str, ...]
    unused: tuple[str, ...]
    mapped: Mapping[str, str]
    inside: str = ""

    def sentence(self, name: str, seed: int) -> str:
        """Where the weights are from, in words."""
        return "; ".join(self._words(name, seed))

    def _words(self, name: str, seed: int) -> Iterator[str]:
        source = f"{name}, its {self.inside}" if self.inside else name
        if self.fresh:
            total = len(self.kept) + len(self.fresh)
            yield f"{source}, {len(self.kept)} of {total} tensors"
            yield f"fresh with seed {seed}: {_listed(self.fresh)}"
        else:
            yield f"{source}, all {len(self.kept)} tensors"
        if self.mapped:
            yield f"by other names: {_listed(tuple(f'{shown(name)} for {key}' for key, name in self.mapped.items()))}"
        # Counters are read by nobody when running, and old files lack them.
        unused = tuple(name for name in self.unused if not name.endswith(_COUNTER))
        if unused:
            yield f"not used: {_listed(tuple(map(shown, unused)))}"


def fill(module: CompiledModule, file: WeightFile) -> Filled:
    """Put what a file has into a module: every tensor whose name and shape agree; the rest stays as it is.

    Names of the file may have a prefix before all of them, be torchvision's or timm's where the design has that
    network's tensors in its order, or be those of nodes that were grouped or taken out of a group since. No tensor is
    used twice.

    Raises:
        ExportError: Nothing of the file belongs to the design, or what does holds what no weight can be.
    """
    state = module.state_dict()
    names = _matched(file.tensors, state)
    kept = [key for key, own in state.items() if key in names and file.tensors[names[key]].shape == own.shape]
    if state and not kept:
        raise ExportError(
            f"none of the {len(file.tensors)} tensors of the file has a name and shape of the design's: "
            f"the file has {_listed(tuple(map(shown, file.tensors)))}, the design {_listed(tuple(state))}"
        )
    for key in kept:
        _require_weight(names[key], key, file.tensors[names[key]], state[key])
    with torch.no_grad():
        for key in kept:
            state[key].copy_(file.tensors[names[key]])
    used = {names[key] for key in kept}
    return Filled(
        tuple(kept),
        tuple(key for key in state if key not in set(kept) and not key.endswith(_COUNTER)),
        tuple(name for name in file.tensors if name not in used),
        {key: names[key] for key in kept if names[key] != key},
        file.inside,
    )


def require_possible(state: Mapping[str, Tensor]) -> None:
    """Refuse weights that compute nothing.

    Raises:
        ExportError: A variance is negative; the text names the node.
    """
    for key, tensor in state.items():
        if key.endswith("running_var") and tensor.numel() and float(tensor.min()) < 0:
            node, _, _ = key.rpartition(".")
            raise ExportError(
                f"{node}: its running_var is {float(tensor.min()):.3g} for channel {int(tensor.argmin())}, and no "
                "variance is negative; the weights are wrong, so take them from the training again"
            )


def _require_weight(name: str, key: str, tensor: Tensor, own: Tensor) -> None:
    if own.is_floating_point() and not tensor.is_floating_point():
        dtype = str(tensor.dtype).removeprefix("torch.")
        what = "a mask" if tensor.dtype is torch.bool else "quantised or an index"
        raise ExportError(
            f"{shown(name)} holds {dtype}, which is {what}, and {key} takes real numbers; "
            "convert it to float32 before saving"
        )
    require_possible({key: tensor})


# Whose is which ------------------------------------------------------------------------------------------------------

_Names = dict[str, str]
"""By key of the module, or by what a tensor might be called in it, its name in the file."""


def _matched(tensors: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> _Names:
    """By key of the module, the tensor of the file that is meant for it."""
    plain = max(_spellings(tensors), key=lambda names: _fitting(names, tensors, state))
    if 2 * len(set(plain) & set(state)) < len(state):  # a published network may call its classifier as we do
        by_place = names_by_place(_shapes(state), _shapes({name: tensors[plain[name]] for name in plain}))
        if by_place is not None:
            return {key: plain[name] for key, name in by_place.items()}
    plain = _from_torchvision(plain, state)
    return _found_again(plain, tensors, state)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _spellings(tensors: Mapping[str, Tensor]) -> Iterator[_Names]:
    """Ways to read the names: as they are, and without what wraps all of them; never so that two become one."""
    yield {name: name for name in tensors}
    mapped = {state_key(name.split(".")): name for name in tensors}  # as attributes of PyTorch's modules can be called
    if len(mapped) == len(tensors):
        yield mapped
    waiting: list[_Names] = [{name: name for name in tensors}]
    for _ in range(4):
        waiting = [shorter for names in waiting for shorter in _unwrapped(names)]
        yield from waiting


def _unwrapped(names: _Names) -> Iterator[_Names]:
    for prefix in _WRAPPING:
        if not any(name.startswith(prefix) for name in names):
            continue
        # What does not have it, such as a loss beside the network, stays as it is.
        shorter = {name.removeprefix(prefix): original for name, original in names.items()}
        if len(shorter) == len(names):
            yield shorter


def _fitting(names: _Names, tensors: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> int:
    """How many tensors of the file have a name and shape of the module's."""
    in_place = sum(key in names and tensors[names[key]].shape == own.shape for key, own in state.items())
    return 2 * in_place + any(name.startswith(_TORCHVISION_MARK) for name in names)


def _from_torchvision(names: _Names, state: Mapping[str, Tensor]) -> _Names:
    """The names with those of torchvision's MobileNetV2 translated, where the design has the template's."""
    if not any(name.startswith(_TORCHVISION_MARK) for name in names) or set(names) & set(state):
        return names
    try:
        theirs = torchvision_names(state)
    except DesignerError as error:
        raise ExportError(f"the weights have torchvision's names: {error}") from error
    translated = {key: names[name] for key, name in theirs.items() if name in names}
    others = {name: original for name, original in names.items() if name not in set(theirs.values())}
    return others | translated


def _found_again(names: _Names, tensors: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> _Names:
    """The names with those of moved nodes as they are now.

    Grouping puts a block's name before a node's, and expanding joins the two: ``block.conv``, ``block_conv`` and
    ``conv`` are one node where no other could be meant and every tensor of it has its shape.
    """
    there, wanted = _by_module(names), _by_module(state)
    homeless = {path: _shapes_in(found, state.__getitem__) for path, found in wanted.items() if path not in there}
    unclaimed = {
        path: _shapes_in(found, lambda name: tensors[names[name]])
        for path, found in there.items()
        if path not in wanted
    }
    possible = {
        path: [old for old, held in unclaimed.items() if held == shapes and _may_be(old, path)]
        for path, shapes in homeless.items()
    }
    claims = Counter(old for found in possible.values() for old in found)
    moved = {found[0]: path for path, found in possible.items() if len(found) == 1 and claims[found[0]] == 1}
    return {_moved(name, moved): original for name, original in names.items()}


def _by_module(names: Mapping[str, object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def _shapes_in(names: list[str], tensor: Callable[[str], Tensor]) -> dict[str, tuple[int, ...]]:
    """Shapes by the last part of the name; counters, which old files lack, tell nothing."""
    last = {name: name.rpartition(".")[2] for name in names}
    return {last[name]: tuple(tensor(name).shape) for name in names if last[name] != _COUNTER}


def _may_be(old: str, new: str) -> bool:
    one, other = sorted((old.replace(".", "_"), new.replace(".", "_")), key=len)
    return other == one or other.endswith(f"_{one}")


def _moved(name: str, moved: Mapping[str, str]) -> str:
    path, _, tensor = name.rpartition(".")
    return f"{moved[path]}.{tensor}" if path in moved else name


def safetensors_bytes(module: CompiledModule, said: Mapping[str, str]) -> bytes:
    """The module's weights as the content of a safetensors file; ``said`` is kept in its header."""
    from safetensors.torch import save

    state = {key: tensor.detach().cpu().contiguous() for key, tensor in module.state_dict().items()}
    # One entry, since the library keeps several in no order, and the same weights shall be the same bytes.
    content: bytes = save(state, {MARK: json.dumps(dict(said), ensure_ascii=False)})
    return content


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
