"""The words for operators: those that papers print, and which block a printed word means."""

from __future__ import annotations

import re
from dataclasses import dataclass

from designer.errors import EditRefused, near
from designer.graph.layer import Layer
from designer.graph.window import size_text
from designer.layers.registry import catalogue, lookup
from designer.stage_table.columns import own_parameter

_PRINTED = {
    "conv_block": "conv2d",
    "conv2d": "conv only",
    "bottleneck": "bottleneck",
    "separable": "separable",
    "mbconv": "mbconv",
    "fused_mbconv": "fused-mbconv",
    "universal_inverted_bottleneck": "uib",
    "global_average_pool": "avgpool",
    "max_pool": "maxpool",
    "fully_connected": "fc",
}
"""Words of papers by layer key; all else is printed by its own key. Their conv2d has a norm and an activation."""

_MEANT = {
    "conv": "conv_block",
    "convolution": "conv_block",
    "conv bn": "conv_block",
    "bneck": "bottleneck",
    "inverted residual": "bottleneck",
    "inverted bottleneck": "bottleneck",
    "separable convolution": "separable",
    "depthwise separable": "separable",
    "dw sep conv": "separable",
    "fused mbconv": "fused_mbconv",
    "fusedib": "fused_mbconv",
    "fused ib": "fused_mbconv",
    "pool": "global_average_pool",
    "avg pool": "global_average_pool",
    "average pool": "global_average_pool",
    "global avgpool": "global_average_pool",
    "max pool": "max_pool",
    "linear": "fully_connected",
    "dense": "fully_connected",
    "classifier": "fully_connected",
    "fully connected": "fully_connected",
}
_KERNEL = re.compile(r"[(,]?\s*\bk?\s*(\d+)\s*[x×]\s*(\d+)\s*\)?")
_NO_NORM = re.compile(r",?\s*\bNBN\b")
_CLASSIFIER = re.compile(r"\(classifier\)", re.IGNORECASE)


@dataclass(frozen=True)
class Operator:
    """What a printed operator says.

    Attributes:
        cls: The kind of block.
        kernel: Its kernel as typed, ``3×3``; empty where the word says none.
        expansion: Its t, as in ``MBConv6``; empty where the word says none.
        has_norm: False where the paper says NBN, no batch norm.
    """

    cls: type[Layer]
    kernel: str = ""
    expansion: str = ""
    has_norm: bool = True


def printed_operator(layer: Layer) -> str:
    """The word that stands in the table: ``conv2d 1×1``, ``bottleneck``."""
    word = layer.card_title() if layer.body is not None else _PRINTED.get(layer.key, layer.key)
    if layer.key == "conv_block" and layer.with_parameter("kernel_size", 1) == layer:
        word = f"{word} {size_text(1)}"
    norm = own_parameter(layer, "batch_norm")
    return f"{word}, NBN" if norm is not None and not getattr(layer, norm.name) else word


def offered_words() -> tuple[str, ...]:
    """The words that a chooser offers: of every layer with one input and one output, blocks first."""
    fitting = [cls for cls in catalogue() if len(cls().inputs) == 1 and len(cls().outputs) == 1]
    return tuple(_PRINTED.get(cls.key, cls.key) for cls in sorted(fitting, key=lambda cls: not cls.is_block))


def operator_of(text: str) -> Operator:
    """What a printed operator means.

    Raises:
        EditRefused: No layer is called so; the text guesses what was meant.
    """
    words = _CLASSIFIER.sub("", text).strip()
    has_norm = _NO_NORM.search(words) is None
    words = _NO_NORM.sub("", words)
    kernel = _KERNEL.search(words)
    name = _plain(_KERNEL.sub(" ", words))
    known = _by_name()
    expansion = ""
    if name not in known:
        found = re.fullmatch(r"(.*mbconv) ?(\d+)", name)
        if found is not None:
            name, expansion = found[1], found[2]
    if name not in known:
        raise EditRefused(f"no operator is called '{text.strip()}'{near(name, known)}")
    side = f"{kernel[1]}×{kernel[2]}" if kernel is not None else ""
    return Operator(lookup(known[name]), side, expansion, has_norm)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9+]+", text.casefold().replace("_", " ").replace("-", " ")))


def _by_name() -> dict[str, str]:
    """Layer keys by every word for them; what papers print goes before what the catalogue says."""
    found: dict[str, str] = {}
    for cls in catalogue():
        for word in (cls.key, cls.title, cls().card_title()):
            found.setdefault(_plain(word), cls.key)
    found |= {_plain(word): key for word, key in _MEANT.items()}
    return found | {_plain(word): key for key, word in _PRINTED.items()}
