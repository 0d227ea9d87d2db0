"""Whose is which between a design of ours and a state dict of torchvision or timm: by their place.

A template of ours has the tensors of the published network in the same order, so the first of theirs is the first of
ours. A file may hold them in another order, as safetensors files are sorted by name; then the order in which the
network's code makes its parts is found again from their names:

=====================================================  =============================================================
network                                                names
=====================================================  =============================================================
torchvision MobileNetV2, V3, EfficientNet, SqueezeNet  ``features.N…``, ``classifier.N``
torchvision MnasNet                                    ``layers.N…``, ``classifier.N``
torchvision DenseNet                                   ``features.conv0``, ``features.denseblockN.denselayerN.norm1`` …
torchvision and timm ResNet, ResNeXt                   ``conv1``, ``layerN.N.conv1``, ``bn1`` … ``downsample``, ``fc``
timm MobileNetV3, V4, EfficientNet and -Lite           ``conv_stem``, ``blocks.N.N.conv_pw`` …, ``conv_head``
timm RegNet                                            ``stem``, ``sN.bN.conv1.conv`` …, ``head.fc``
torchvision ShuffleNetV2                               ``conv1.N``, ``stageN.N.branchN.N`` …, ``conv5.N``, ``fc``
timm FasterNet                                         ``patch_embed``, ``stages.N.blocks.N.spatial_mixing`` …
timm GhostNet V1 and V2                                ``conv_stem``, ``blocks.N.N.ghost1.primary_conv.N`` …
timm EfficientViT                                      ``stem.in_conv``, ``stages.N.blocks.N.main.qkv`` …, ``head``
timm ConvNeXt                                          ``stem.N``, ``stages.N.blocks.N.conv_dw``, ``gamma`` …
timm RepVGG                                            ``stem``, ``stages.N.N.conv_kxk`` …, ``head.fc``
timm MobileOne                                         ``stem``, ``stages.N.N.conv_kxk.N`` …, ``head.fc``
=====================================================  =============================================================

Knows no torch: shapes by name are enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Shape = tuple[int, ...]

_COUNTER = "num_batches_tracked"
_LEAVES = ("weight", "bias", "running_mean", "running_var")

_ORDERS = (
    (*_LEAVES, _COUNTER),
    # whole networks
    ("features", "classifier"),
    ("layers", "classifier"),
    ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc"),
    ("conv_stem", "bn1", "blocks", "conv_head", "bn2", "classifier"),
    ("conv_stem", "bn1", "blocks", "conv_head", "norm_head", "classifier"),
    ("stem", "s1", "s2", "s3", "s4", "head"),
    ("stem", "stages", "head"),
    ("conv1", "stage2", "stage3", "stage4", "conv5", "fc"),
    ("patch_embed", "stages", "conv_head", "classifier"),
    # parts of several
    ("conv", "bn"),
    ("conv", "norm"),
    ("norm", "fc"),
    ("fc1", "fc2"),
    ("conv_reduce", "conv_expand"),
    ("downsample", "blocks"),
    # blocks
    ("conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample"),
    ("conv_dw", "bn1", "se", "conv_pw", "bn2"),
    ("conv_pw", "bn1", "conv_dw", "bn2", "se", "conv_pwl", "bn3"),
    ("conv_exp", "bn1", "se", "conv_pwl", "bn2"),
    ("conv", "bn1"),
    ("identity", "conv_kxk", "conv_1x1"),
    ("identity", "conv_kxk", "conv_scale"),
    ("dw_start", "pw_exp", "dw_mid", "pw_proj"),
    ("squeeze", "expand1x1", "expand3x3"),
    ("in_conv", "res0"),
    ("in_conv", "classifier"),
    ("context_module", "local_module"),
    ("inverted_conv", "depth_conv", "point_conv"),
    ("qkv", "aggreg", "proj"),
    ("primary_conv", "cheap_operation", "short_conv"),
    ("ghost1", "conv_dw", "bn_dw", "se", "ghost2", "shortcut"),
    ("spatial_mixing", "mlp"),
    ("proj", "norm"),
    ("reduction", "norm"),
    ("norm1", "conv1", "norm2", "conv2"),
    ("conv_dw", "norm", "mlp", "gamma"),
    (
        *("conv0", "norm0", "denseblock1", "transition1", "denseblock2", "transition2"),
        *("denseblock3", "transition3", "denseblock4", "norm5"),
    ),
)
"""In which order the parts of one thing are run, for every set of names that such a thing has."""

_ORDERS_OF = {"transition": ("norm", "conv")}
"""Things whose parts have names that stand in another order elsewhere."""


def names_by_place(own: Mapping[str, Shape], theirs: Mapping[str, Shape]) -> dict[str, str] | None:
    """By key of the module, the name that the tensor of the same place has in a file; None where they do not agree.

    They agree where both have as many tensors, each of the same shape and of the same kind as its counterpart: a
    weight, a bias, a running mean or variance. The counters of batch norms, which old files lack, are left out.
    """
    wanted = [key for key in own if not key.endswith(_COUNTER)]
    held = [name for name in theirs if not name.endswith(_COUNTER)]
    if len(wanted) != len(held):
        return None
    for listed in (in_order_of_running(held), held):
        if listed is None:
            continue
        pairs = dict(zip(wanted, listed, strict=True))
        if all(_is_alike(key, name, own[key], theirs[name]) for key, name in pairs.items()):
            return pairs
    return None


def _is_alike(key: str, name: str, own: Shape, theirs: Shape) -> bool:
    leaves = [each.rpartition(".")[2] for each in (key, name)]
    return own == theirs and (leaves[0] == leaves[1] or not set(leaves) <= set(_LEAVES))


def in_order_of_running(names: Iterable[str]) -> list[str] | None:
    """Names of a published network in the order in which its parts are run; None where its parts are not known."""
    return _ordered([(name, name.split(".")) for name in names])


def _ordered(named: Sequence[tuple[str, list[str]]], owner: str = "") -> list[str] | None:
    """Names with what is left of their paths, in order; the owner is the part that they belong to."""
    if len(named) == 1:
        return [named[0][0]]
    parts: dict[str, list[tuple[str, list[str]]]] = {}
    for name, path in named:
        if not path:
            return None
        parts.setdefault(path[0], []).append((name, path[1:]))
    order = _order_of(parts.keys(), owner)
    if order is None:
        return None
    found: list[str] = []
    for part in order:
        inner = _ordered(parts[part], part)
        if inner is None:
            return None
        found += inner
    return found


def _order_of(parts: Iterable[str], owner: str) -> list[str] | None:
    """The parts of one thing in order: by number, where they differ in nothing else, or as a known thing has them."""
    present = set(parts)
    split = {part: re.fullmatch(r"(\D*)(\d*)", part) for part in present}
    stems = {match[1] if match else part for part, match in split.items()}
    if len(stems) == 1:
        return sorted(present, key=lambda part: int(match[2] or 0) if (match := split[part]) else 0)
    own = _ORDERS_OF.get(owner.rstrip("0123456789"))
    for order in (own, *_ORDERS) if own else _ORDERS:
        if present <= set(order):
            return sorted(present, key=order.index)
    return None
