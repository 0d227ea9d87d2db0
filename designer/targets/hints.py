"""What a target makes of a design, as problems of the severity *hint*: what, where, why, and what would mend it.

A hint keeps nothing from running. Its fixes are tried before they are offered, as those of every problem are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from designer import wording
from designer.analysis.analysis import Analysis, analyse
from designer.analysis.fixes import Fix, Problem
from designer.analysis.issues import Severity
from designer.edit.document import Edit
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId, NodePath
from designer.graph.layer import Layer
from designer.graph.operations import Operation
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding
from designer.issue_code import IssueCode
from designer.layers.activation import Activation, ReLU6
from designer.targets.deployed import ChannelUse
from designer.targets.profile import Answer, Planner, Profile
from designer.targets.verdict import Fits, OperatorUse, Verdict, verdict_of

MOST_TRIED = 12
"""Hints of a design whose fixes are tried: a trial is an analysis, and a list of hundreds is read by nobody."""

_PADS = ("PAD", "PADV2")


@dataclass(frozen=True)
class Hint(Problem):
    """A hint for a target.

    Attributes:
        target: The target's key.
    """

    target: str = ""


def hints(analysis: Analysis, profile: Profile) -> tuple[Hint, ...]:
    """What a target makes of a valid design: memory first, then operators, padding, channels.

    Raises:
        InvalidDesign: The design has problems.
    """
    verdict = verdict_of(analysis, profile)
    found = [*_memory(verdict), *_operators(verdict), *_padding(verdict), *_channels(verdict)]
    return tuple(
        replace(hint, fixes=tuple(_fixes(analysis, profile, hint))) if place < MOST_TRIED else hint
        for place, hint in enumerate(found)
    )


def _hint(profile: Profile, code: IssueCode, path: NodePath, what: str, why: str, advice: str) -> Hint:
    return Hint(code, Severity.HINT, path, what, why, advice, target=profile.key)


# What there is to say -------------------------------------------------------------------------------------------------


def _memory(verdict: Verdict) -> Iterator[Hint]:
    profile = verdict.profile
    if verdict.ram.fits is Fits.NO:
        yield _hint(
            profile,
            IssueCode.TARGET_MEMORY,
            verdict.peak_path,
            f"the memory of {profile.name} does not hold it",
            f"most lives in memory here: {verdict.ram.words}",
            "a smaller input, fewer channels or an earlier stride lower the peak",
        )
    if verdict.flash.fits is Fits.NO:
        yield _hint(
            profile,
            IssueCode.TARGET_WEIGHTS,
            (),
            f"the flash of {profile.name} does not hold the weights",
            verdict.flash.words,
            "fewer channels in the last layers, which have most of the weights, lower it",
        )


def _operators(verdict: Verdict) -> Iterator[Hint]:
    profile = verdict.profile
    named = [use for use in verdict.uses if use.answer in (Answer.FALLS_BACK, Answer.SLOW)]
    for use in named:
        falls = use.answer is Answer.FALLS_BACK
        what = f"{use.title} {'does not run' if falls else 'is slow'} on {profile.name}"
        yield _hint(profile, IssueCode.TARGET_OPERATOR, use.path, what, _operator_words(verdict, use), _other_way(use))


def _operator_words(verdict: Verdict, use: OperatorUse) -> str:
    why = use.why or f"read from {verdict.profile.operators.version}"
    if use.answer is Answer.SLOW or verdict.profile.planner is Planner.TFLITE_MICRO or verdict.deployed is None:
        return f"{use.code}: {why}"
    moved = verdict.deployed.moved_bytes(use.path)
    return f"{use.code}: {why}; the tensors around it go to the processor and back, {wording.kibibytes(moved)}"


def _other_way(use: OperatorUse) -> str:
    if use.title in _ACTIVATIONS:
        return "ReLU or ReLU6 run everywhere"
    if use.title == "broadcast multiplication":
        return "a block without squeeze-and-excite has none"
    return "another operation may run there"


_ACTIVATIONS = frozenset(
    ("hard-swish", "SiLU", "GELU", "Mish", "ELU", "PReLU", "leaky ReLU", "hard-sigmoid", "sigmoid", "tanh", "hard-tanh")
)


def _padding(verdict: Verdict) -> Iterator[Hint]:
    """Padding that costs memory or an operator: the runtime's kernels pad as TensorFlow does."""
    deployed = verdict.deployed
    if deployed is None or verdict.profile.planner is Planner.UNKNOWN:
        return
    size = deployed.element_type.bytes
    for kernel in deployed.kernels:
        if kernel.code in _PADS and kernel.title != "padding":
            bytes_more = deployed.elements[kernel.outputs[0]] * size
            yield _hint(
                verdict.profile,
                IssueCode.TARGET_PADDING,
                kernel.path,
                "its padding is an operator of its own",
                f"LiteRT's kernels pad as TensorFlow does, so this padding is a tensor of "
                f"{wording.kibibytes(bytes_more)} that lives beside its input",
                "TensorFlow's padding is done inside the kernel",
            )


def _channels(verdict: Verdict) -> Iterator[Hint]:
    multiple, deployed = verdict.profile.channel_multiple, verdict.deployed
    if multiple is None or deployed is None:
        return
    last = deployed.channels[-1] if deployed.channels else None
    for use in deployed.channels:
        if (use is last and use.is_dense) or use.made % multiple == 0:
            continue  # the classes are what they are
        yield _hint(
            verdict.profile,
            IssueCode.TARGET_CHANNELS,
            use.path,
            f"{wording.plural(use.made, 'channel')} are no multiple of {multiple}",
            f"{verdict.profile.name} computes {multiple} at a time, so {_rounded(use, multiple)} take as long",
            f"{_rounded(use, multiple)} channels cost no more time",
        )


def _rounded(use: ChannelUse, multiple: int) -> int:
    return ceil(use.made / multiple) * multiple


# What would mend it ---------------------------------------------------------------------------------------------------


def _fixes(analysis: Analysis, profile: Profile, hint: Hint) -> Iterator[Fix]:
    if not hint.path:
        return
    id = hint.path[0]
    for label, layer in _other_layers(analysis, profile, hint, id):
        fix = Fix(label, _replacing(id, layer))
        if _mends(analysis, profile, hint, fix):
            yield fix


def _other_layers(analysis: Analysis, profile: Profile, hint: Hint, id: NodeId) -> Iterator[tuple[str, Layer]]:
    """Layers to put in the node's place, with what a button says."""
    layer = analysis.design.nodes[id].layer
    names = {parameter.name for parameter in layer.parameters}
    match hint.code:
        case IssueCode.TARGET_PADDING if "padding" in names:
            yield from _with(layer, "padding", Padding.SAME, f"Pad {id} as TensorFlow does")
        case IssueCode.TARGET_CHANNELS if "out_channels" in names and profile.channel_multiple:
            made = ceil(layer.out_channels / profile.channel_multiple) * profile.channel_multiple  # type: ignore[attr-defined]  # it has a parameter of this name
            yield from _with(layer, "out_channels", made, f"Set {id}'s channels to {made}")
        case IssueCode.TARGET_OPERATOR if "activation" in names:
            yield from _with(layer, "activation", Activation.RELU6, f"Set {id}'s activation to ReLU6")
        case IssueCode.TARGET_OPERATOR if len(hint.path) == 1 and _is_activation(analysis, id):
            yield "Replace it by ReLU6", ReLU6()


def _is_activation(analysis: Analysis, id: NodeId) -> bool:
    known = analysis.node(id).known_inputs
    layer = analysis.design.nodes[id].layer
    return known is not None and not layer.is_block and _operation(layer, known).title in _ACTIVATIONS


def _operation(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Operation:
    return layer.lower(*inputs)[0].operation


def _with(layer: Layer, name: str, value: object, label: str) -> Iterator[tuple[str, Layer]]:
    try:
        changed = layer.with_parameter(name, value)
    except DesignerError:
        return
    if changed != layer:
        yield label, changed


def _replacing(id: NodeId, layer: Layer) -> Edit:
    return lambda design: design.replacing([replace(design.nodes[id], layer=layer)])


def _mends(analysis: Analysis, profile: Profile, hint: Hint, fix: Fix) -> bool:
    """Whether the design is still sound after a fix, and the hint gone."""
    try:
        fixed: Design = fix.edit(analysis.design)
        after = analyse(fixed, analysis, analysis.batch)
        if not after.is_valid:
            return False
        verdict = verdict_of(after, profile)
    except DesignerError:
        return False
    left = (*_operators(verdict), *_padding(verdict), *_channels(verdict))
    return all((other.code, other.path, other.what) != (hint.code, hint.path, hint.what) for other in left)
