"""What is said of tensors, stages and merges where they are drawn and where they are pointed at."""

from __future__ import annotations

from collections.abc import Iterator

from designer.graph.tensor import TensorSpec
from designer.illustration.chain import Form, Kernels, Merge, Stage
from designer.wording import count, memory, plural


def operation_words(stage: Stage) -> str:
    """``3×3 depthwise, ReLU6``; of a convolution without an activation ``1×1 conv, linear``."""
    kernels = stage.kernels
    if kernels is None:
        name = stage.layer.card_title()
        return f"{name}, {stage.activation.title}" if stage.activation is not None else name
    kind = {Form.DEPTHWISE: "depthwise", Form.GROUPED: "grouped conv"}.get(kernels.form, "conv")
    activation = stage.activation.title if stage.activation is not None else "linear"
    return f"{kernels.rows}×{kernels.columns} {kind}, {activation}"


def role(stage: Stage) -> str:
    """What a stage made of the tensor before it, in a word or two."""
    before, after = stage.takes.channels, stage.gives.channels
    if stage.form is Form.POINTWISE:
        word = "expanded" if after > before else "projected" if after < before else "mixed"
    else:
        word = {
            Form.DEPTHWISE: "filtered",
            Form.STANDARD: "filtered and mixed",
            Form.GROUPED: "filtered and mixed in groups",
        }.get(stage.form, stage.layer.title.lower())
    return word if stage.activation is not None or stage.kernels is None else f"{word} · linear"


def who_fixed(kernels: Kernels) -> str:
    """What fixes how many kernels there are."""
    return "fixed by the input" if kernels.is_bound else "chosen by a person"


def merge_words(merge: Merge, is_full: bool) -> str:
    """What a merge does, in words."""
    if merge.is_sum:
        return "residual: input + output, same shape, added element by element" if is_full else "residual: added"
    return f"{merge.title.lower()} with an earlier tensor" if is_full else merge.title.lower()


def tensor_facts(spec: TensorSpec) -> tuple[str, ...]:
    """Shape and bytes."""
    return f"shape {spec.full_label}", f"{count(spec.elements)} numbers, {memory(spec.bytes)}"


def stage_facts(stage: Stage) -> tuple[str, ...]:
    """Parameters and MACs with their formulas, and what fixes the number of kernels."""
    return tuple(_stage_facts(stage))


def _stage_facts(stage: Stage) -> Iterator[str]:
    kernels, formulas, cost = stage.kernels, stage.formulas, stage.cost
    if kernels is not None:
        yield f"{plural(kernels.count, 'kernel')} of {kernels.size}, {who_fixed(kernels)}"
    if formulas is not None and formulas.parameters is not None:
        yield formulas.parameters.line("parameters")
    elif cost.parameters:
        yield plural(cost.parameters, "parameter")
    if formulas is not None and formulas.macs is not None:
        yield formulas.macs.line("MACs")
    elif cost.macs:
        yield f"{count(cost.macs)} MACs"
    if stage.followers:
        yield f"then {', '.join(title.lower() for title in stage.followers)}"
    if kernels is not None:
        yield f"then {stage.activation.title}" if stage.activation is not None else "no activation: linear"
