"""What each step of an illustration says, in one sentence; every number in it is the analysis'."""

from __future__ import annotations

from designer.illustration.anatomy import Freedom, Saving, Twins
from designer.illustration.chain import Chain, Form, Stage
from designer.illustration.words import role
from designer.wording import count, percentage, short


def overview_sentence(chain: Chain) -> str:
    """The whole chain."""
    words = ", then ".join(f"{role(stage)} to {stage.gives.label}" for stage in chain.stages)
    merged = "; the input is added at the end" if _adds_input(chain) else ""
    cost = chain.cost
    return (
        f"{chain.name} takes {chain.entry.label}, {words}{merged}: {short(cost.macs)} MACs and "
        f"{count(cost.parameters)} parameters in its convolutions."
    )


def saving_sentence(saving: Saving | None) -> str:
    """Step 1: separable against standard."""
    if saving is None:
        return "No kernel here is larger than 1×1, so there is nothing to separate."
    separable, standard = saving.separable.cost.macs, saving.standard.cost.macs
    kernels = saving.standard.stages[0].kernels
    size = f"{kernels.rows}×{kernels.columns}" if kernels is not None else ""
    share = percentage(saving.share)
    if saving.is_separable:
        return (
            f"Depthwise and pointwise together make this map with {short(separable)} MACs, where one standard {size} "
            f"convolution takes {short(standard)}: {share} of it."
        )
    return (
        f"This standard {size} convolution takes {short(standard)} MACs; a depthwise and a pointwise would make a map "
        f"of the same shape with {short(separable)}, {share} of it."
    )


def share_words(saving: Saving) -> str:
    """The ratio in symbols and in numbers: ``1/C' + 1/k² = 1/24 + 1/9 = 0.153``."""
    kernels = saving.standard.stages[0].kernels
    is_square = kernels is None or kernels.rows == kernels.columns
    area = "1/k²" if is_square else "1/(kₕ·kᵥ)"
    value = f"{saving.share:.3g}"
    if saving.follows_formula:
        return f"1/C' + {area} = 1/{saving.out_channels} + 1/{saving.taps} = {value}"
    rule = 1 / saving.out_channels + 1 / saving.taps
    return f"{value} of the MACs (1/C' + {area} would be {rule:.3g}: it holds for one depthwise kernel a channel)"


def freedom_sentence(freedom: Freedom | None) -> str:
    """Step 2: who decides how many filters there are."""
    if freedom is None:
        return "Nothing is filtered channel by channel here, so the number of kernels is a person's choice everywhere."
    bound, free = _filters(freedom.bound), _filters(freedom.freed)
    if freedom.is_freed:
        return (
            f"Without the first 1×1, the {bound} channels of the input would fix the number of depthwise kernels at "
            f"{bound}; behind it there are {free}, and that number is chosen."
        )
    return (
        f"The {bound} channels of the input fix the number of depthwise kernels at {bound}; a 1×1 in front, drawn "
        f"below with t = {free / bound:g}, makes it a number that is chosen, {free}."
    )


def _filters(chain: Chain) -> int:
    """How many depthwise kernels there are."""
    return next(stage.gives.channels for stage in chain.stages if stage.form is Form.DEPTHWISE)


def activation_sentence(chain: Chain) -> str:
    """Step 3: what is clipped and what stays linear, and why."""
    stages = [stage for stage in chain.stages if stage.kernels is not None]
    if not stages:
        return "No convolution is here, so no activation is one's choice."
    active = [stage for stage in stages if stage.activation is not None]
    last = stages[-1]
    thin = last.gives.channels
    if last.activation is None and active:
        names = ", ".join(dict.fromkeys(_activation_title(stage) for stage in active))
        widest = max(stage.gives.channels for stage in active)
        return (
            f"{names} where there are up to {widest} channels, and none behind the last: of {thin} channels an "
            "activation would clip away what no other channel holds."
        )
    if last.activation is None:
        return "No activation is here: the whole is one linear map, however many convolutions it has."
    return (
        f"{last.activation.title} stands behind the last convolution too: with {thin} channels, part of what it clips "
        "is in no other channel, and is lost; a bottleneck leaves it out."
    )


def _activation_title(stage: Stage) -> str:
    return stage.activation.title if stage.activation is not None else "linear"


def residual_sentence(chain: Chain, found: Twins | None) -> str:
    """Step 4: whether the input is added, and why."""
    entry, out = chain.entry, chain.tensors[-1]
    if _adds_input(chain):
        halved = f"; at stride 2 it would be {found.gone.tensors[-1].label}, and nothing to add" if found else ""
        return f"The output has the input's shape, {entry.label}, so the input is added to it{halved}."
    if entry.shape == out.shape:
        return f"The output has the input's shape, {entry.label}, and could be added to; here nothing is."
    if entry.channels != out.channels and entry.sides == out.sides:
        why = f"{entry.channels} channels come in and {out.channels} go out"
    elif entry.channels == out.channels:
        why = f"{entry.height}×{entry.width} comes in and {out.height}×{out.width} goes out"
    else:
        why = f"{entry.label} comes in and {out.label} goes out"
    return f"{why[0].upper()}{why[1:]}, so there is nothing of the output's shape to add: no residual."


def saving_brief(saving: Saving | None) -> str:
    """Step 1 in a few words."""
    if saving is None:
        return "no kernel is larger than 1×1"
    share = percentage(saving.share)
    return f"{share} of the MACs" if saving.is_separable else f"{share} of the MACs would do"


def freedom_brief(freedom: Freedom | None) -> str:
    """Step 2 in a few words."""
    if freedom is None:
        return "nothing is filtered channel by channel"
    bound, free = _filters(freedom.bound), _filters(freedom.freed)
    return f"{bound} bound, {free} free" if freedom.is_freed else f"{bound} bound; {free} with t = {free / bound:g}"


def activation_brief(chain: Chain) -> str:
    """Step 3 in a few words."""
    return ", ".join(_activation_title(stage) for stage in chain.stages if stage.kernels is not None) or "none"


def residual_brief(chain: Chain) -> str:
    """Step 4 in a few words."""
    entry, out = chain.entry, chain.tensors[-1]
    if _adds_input(chain):
        return f"{entry.label} in and out: added"
    return "same shape, and not added" if entry.shape == out.shape else f"{entry.label} → {out.label}: gone"


def overview_brief(chain: Chain) -> str:
    """The whole in a few words."""
    return f"{short(chain.cost.macs)} MACs · {count(chain.cost.parameters)} weights"


def _adds_input(chain: Chain) -> bool:
    return any(merge.source == 0 and merge.target == len(chain.stages) for merge in chain.residuals)
