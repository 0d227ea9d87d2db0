"""Counting conventions: what the papers and the usual tools count, each as a table, and what each makes of a design.

A tool counts PyTorch calls, so a convention is a table from call to rule, and a layer's calls are read from its
lowering: a new layer is counted as the tool would count it, without a line here. What a tool has no entry for it passes
over, and so do we. Imports no tool: the tests hold each table against the tool itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import prod

from designer.analysis.analysis import Analysis
from designer.analysis.dead_ends import leading_out
from designer.analysis.torch_calls import Call, layer_calls, torch_calls
from designer.graph.design import NodePath
from designer.graph.formula import value_of
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec


@dataclass(frozen=True)
class Rule:
    """What one call counts for: a sum of these, each times a whole number.

    Attributes:
        macs: Times the layer's multiply-accumulates.
        elementwise: Times the layer's element-wise operations as we declare them; of a convolution, its bias'.
        parameters: Times the layer's trained numbers, once a picture.
        read: Times the elements of the first tensor that the call reads.
        written: Times the elements of the tensor that the call makes.
        kernel: Times the layer's kernel, once for each position of the tensor that the call makes.
        slices: Times the slices along its dimension that a softmax makes shares of.
    """

    macs: int = 0
    elementwise: int = 0
    parameters: int = 0
    read: int = 0
    written: int = 0
    kernel: int = 0
    slices: int = 0

    def words(self, macs: int, elementwise: int) -> str:
        """``multiply-accumulates + 2 × elements written``, as far as a layer of that work has them; else nothing."""
        named = {
            "multiply-accumulates": self.macs if macs else 0,
            "additions of the bias" if macs else "element-wise operations": self.elementwise if elementwise else 0,
            "parameters, once a picture": self.parameters,
            "elements read": self.read,
            "elements written": self.written,
            "numbers of the kernel at each position written": self.kernel,
            "slices": self.slices,
        }
        terms = (name if times == 1 else f"{times} × {name}" for name, times in named.items() if times)
        return " + ".join(terms).replace("+ -1 × ", "− ")


NOTHING = Rule()


class Writing(Enum):
    """How a model's code is written, which tools that watch modules or names cannot look through.

    The value maps a call of ours to the one in its place.
    """

    PUBLISHED = (
        ("torch.nn.AdaptiveAvgPool2d", "torch.nn.functional.adaptive_avg_pool2d"),
        ("torch.add", "operator.add"),
        ("torch.mul", "operator.mul"),
    )
    """Global pooling called as a function, tensors added with a plus sign: as torchvision writes MobileNetV2."""
    PRINTED = ()
    """Pooling as a module, ``torch.add`` by its name: as the source that this program prints."""

    @property
    def title(self) -> str:
        """The words on screen."""
        return "as published (torchvision)" if self is Writing.PUBLISHED else "as printed here"

    def spelt(self, target: str) -> str:
        """What stands where our lowering has this call."""
        found: str = dict(self.value).get(target, target)
        return found


@dataclass(frozen=True, eq=False)
class Convention:
    """One way to count.

    Attributes:
        key: Word on the command line.
        title: Name on screen.
        unit: ``MACs`` or ``FLOPs``, in the true meaning of the words, whatever the tool calls it.
        rules: By PyTorch call; a call without one counts for nothing.
        otherwise: The rule for calls that have none.
        quirks: What surprises, one sentence each.
        is_traced: Whether it sees only what an output depends on, as a traced graph keeps nothing else.
        source: Whose it is, and of which version.
    """

    key: str
    title: str
    unit: str
    rules: Mapping[str, Rule]
    source: str
    otherwise: Rule = NOTHING
    quirks: tuple[str, ...] = ()
    is_traced: bool = False

    def rule(self, target: str) -> Rule:
        """The rule for a call."""
        return self.rules.get(target, self.otherwise)


@dataclass(frozen=True)
class Count:
    """What a convention makes of a design, or of a part of it.

    Attributes:
        convention: Which.
        total: The sum.
        by_path: What each node that is no block counts for, in order of execution; 0 for what is passed over.
        counted: One line for each type of layer that counts: what of it.
        not_counted: One line for each type of layer that computes something and counts for nothing, or only in part.
        complete: Whether every node is counted; False while shapes are unknown.
    """

    convention: Convention
    total: int
    by_path: Mapping[NodePath, int]
    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    complete: bool

    def within(self, path: NodePath) -> int:
        """What a node, or everything inside a block, counts for."""
        return sum(value for found, value in self.by_path.items() if found[: len(path)] == path)


def count(
    analysis: Analysis, convention: Convention, writing: Writing = Writing.PUBLISHED, path: NodePath = ()
) -> Count:
    """Count a design, or a node or block of it, by a convention.

    Args:
        analysis: Of the design.
        convention: How.
        writing: How the model's code is taken to be written.
        path: The node or block to count, through blocks; empty for the design.
    """
    by_path: dict[NodePath, int] = {}
    counted: dict[str, None] = {}  # for its order
    passed: dict[str, None] = {}
    seen = leading_out(analysis) if convention.is_traced else None
    for found, node, report in analysis.primitives():
        inputs = report.known_inputs
        if not inputs or not report.outputs or found[: len(path)] != path:
            continue
        if report.cost is not None and report.cost.opaque:
            by_path[found] = 0
            passed[f"{node.layer.card_title()}, an opaque node"] = None
            continue
        if seen is not None and found not in seen:
            by_path[found] = 0
            if node.layer.formulas(*inputs).is_work:
                passed[f"{node.layer.title}, where no output depends on it"] = None
            continue
        by_path[found] = _layer_count(node.layer, inputs, report.outputs[0], convention, writing)
        counts, leaves = _words(node.layer, inputs, report.outputs[0], convention, writing)
        counted |= dict.fromkeys(counts)
        passed |= dict.fromkeys(leaves)
    total = sum(by_path.values())
    return Count(convention, total, by_path, tuple(counted), tuple(passed), analysis.totals.complete)


@lru_cache(maxsize=1 << 14)
def _layer_count(
    layer: Layer, inputs: tuple[TensorSpec, ...], output: TensorSpec, convention: Convention, writing: Writing
) -> int:
    rules = [
        (convention.rule(_spelt(call, writing)), read, written, slices)
        for call, read, written, slices in _traced(layer, inputs, output)
    ]
    if not rules:
        return 0
    # The layer's own figures belong to the layer, not to each of its calls: they go with the last.
    own, formulas = rules[-1][0], layer.formulas(*inputs)
    trained = [weight.elements for weight in layer.weights(*inputs) if not weight.is_buffer]
    macs, elementwise = value_of(formulas.macs), value_of(formulas.elementwise)
    figures = own.macs * macs + own.elementwise * elementwise + own.parameters * sum(trained) * output.batch
    if own.kernel:
        figures += own.kernel * trained[0] * output.elements // output.channels
    return figures + sum(
        rule.read * read + rule.written * written + rule.slices * slices for rule, read, written, slices in rules
    )


def _traced(layer: Layer, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Iterator[tuple[Call, int, int, int]]:
    """Each call with the elements of the first tensor it reads and of what it makes, and the slices of a softmax."""
    lowered = layer.lowered(*inputs)
    for step in lowered.steps:
        known = {name: lowered.specs[name].elements for name in (*step.inputs, *step.results)}
        for call in torch_calls(step):
            if call.target == "torch.nn.functional.pad" and call.result not in known:  # which a module cannot do itself
                known[call.result] = _padded_elements(call, lowered.specs[step.inputs[0]])
            known.setdefault(call.result, known[call.inputs[0]])  # the same numbers in another order
            written, slices = sum(known[name] for name in call.results), 0
            if call.target == "torch.nn.Softmax":
                slices = written // lowered.specs[call.result].shape[dict(call.arguments)["dim"]]
            yield call, known[call.inputs[0]], written, slices


def _spelt(call: Call, writing: Writing) -> str:
    """What stands where our lowering has this call, with the mode of a resizing, by which tools count it."""
    mode = dict(call.arguments).get("mode") if call.target == "torch.nn.Upsample" else None
    return f"{call.target}({mode})" if mode else writing.spelt(call.target)


def _padded_elements(call: Call, x: TensorSpec) -> int:
    left, right, top, bottom = dict(call.arguments)["pad"]
    return prod((x.batch, x.channels, x.height + top + bottom, x.width + left + right))


@lru_cache(maxsize=1 << 14)
def _words(
    layer: Layer, inputs: tuple[TensorSpec, ...], output: TensorSpec, convention: Convention, writing: Writing
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What of a layer counts, and what of it does not though it is work."""
    formulas = layer.formulas(*inputs)
    macs, elementwise = value_of(formulas.macs), value_of(formulas.elementwise)
    targets = [_spelt(call, writing) for call in layer_calls(layer, inputs)]
    words = convention.rule(targets[-1]).words(macs, elementwise) if targets else ""
    if not words:
        return (), (layer.title,) if formulas.is_work else ()
    is_bias_left_out = macs and elementwise and not convention.rule(targets[-1]).elementwise
    return (f"{layer.title}: {words}",), (f"{layer.title}: additions of the bias",) if is_bias_left_out else ()


_CONVOLVING = ("torch.nn.Conv2d", "torch.nn.Linear")
_SPREADING = ("torch.nn.ConvTranspose2d",)
_PRODUCT = ("torch.matmul",)
_NEAREST, _BILINEAR = ("torch.nn.Upsample",), ("torch.nn.Upsample(bilinear)",)
_LAYER_NORMS = ("parts.LayerNorm2d", "torch.nn.LayerNorm")
_GLOBAL_POOL = ("torch.nn.AdaptiveAvgPool2d", "torch.nn.functional.adaptive_avg_pool2d")


def _table(*entries: tuple[tuple[str, ...], Rule]) -> Mapping[str, Rule]:
    return {target: rule for targets, rule in entries for target in targets}


PAPER = Convention(
    "paper",
    "The papers' (and our MACs)",
    "MACs",
    _table(((*_CONVOLVING, *_SPREADING, *_PRODUCT), Rule(macs=1))),
    "Howard et al. 2017, MobileNets, sec. 3.1: Mult-Adds of convolutions and the fully connected layer",
)

DESIGNER = Convention(
    "designer",
    "Our FLOPs",
    "FLOPs",
    {},
    "This program: 2 × MACs + every element-wise operation, as each layer declares them",
    otherwise=Rule(macs=2, elementwise=1),
)

TORCH = Convention(
    "torch",
    "torch.utils.flop_counter",
    "FLOPs",
    _table(((*_CONVOLVING, *_SPREADING, *_PRODUCT), Rule(macs=2))),
    "torch.utils.flop_counter.FlopCounterMode of PyTorch 2.13",
    quirks=("A multiply-accumulate is two FLOPs, and nothing else is any.",),
)

FVCORE = Convention(
    "fvcore",
    "fvcore",
    "MACs",
    _table(
        ((*_CONVOLVING, *_SPREADING, *_PRODUCT), Rule(macs=1)),
        (("torch.nn.BatchNorm2d",), Rule(written=2)),
        ((*_LAYER_NORMS, "torch.nn.GroupNorm"), Rule(written=5)),
        (_GLOBAL_POOL, Rule(read=1)),
        (_NEAREST, Rule(written=1)),
        (_BILINEAR, Rule(written=4)),
    ),
    "fvcore.nn.FlopCountAnalysis of fvcore 0.1.5, the model in eval mode",
    quirks=(
        "What it calls a flop is a multiply-accumulate of a convolution, but a single operation of a batch norm.",
        "Global average pooling counts one an element read; every other pooling nothing.",
        "In training mode a batch norm counts five an element instead of two.",
        "It follows a trace, so that what no output depends on counts nothing.",
    ),
    is_traced=True,
)

PTFLOPS = Convention(
    "ptflops",
    "ptflops",
    "MACs",
    _table(
        ((*_CONVOLVING, *_SPREADING), Rule(macs=1, elementwise=1)),
        (_PRODUCT, Rule(macs=1)),
        (("torch.nn.BatchNorm2d", "torch.nn.GroupNorm"), Rule(written=2)),
        (("torch.nn.LayerNorm",), Rule(written=1)),
        ((*_NEAREST, *_BILINEAR), Rule(written=2)),
        (("torch.nn.Softmax",), Rule(written=1)),
        (("torch.nn.ReLU6", "torch.nn.LeakyReLU", "torch.nn.SiLU"), Rule(written=1)),
        (("torch.nn.ReLU", "torch.nn.GELU", "torch.nn.ELU", "torch.nn.PReLU"), Rule(written=2)),
        (("torch.nn.MaxPool2d", "torch.nn.AvgPool2d"), Rule(read=2)),
        (("torch.nn.AdaptiveAvgPool2d", "torch.nn.AdaptiveMaxPool2d"), Rule(read=2)),
        (("torch.nn.functional.adaptive_avg_pool2d",), Rule(read=1)),
        (("torch.add", "torch.mul"), Rule(written=1)),
    ),
    "ptflops.get_model_complexity_info of ptflops 0.7.5, its default backend 'pytorch'",
    quirks=(
        "ReLU, ELU, GELU and pooling modules count twice: once as a module, once as the function the module calls.",
        "An addition counts where it is written torch.add(a, b) and not where it is written a + b.",
        "Hard-swish, hard-sigmoid and sigmoid count nothing.",
    ),
)

THOP = Convention(
    "thop",
    "thop",
    "MACs",
    _table(
        (_CONVOLVING, Rule(macs=1)),
        (_SPREADING, Rule(kernel=1)),
        (("torch.nn.BatchNorm2d", "torch.nn.LayerNorm"), Rule(read=4)),
        (("torch.nn.PReLU",), Rule(written=1)),
        (("torch.nn.Softmax",), Rule(written=3, slices=-1)),
        (_NEAREST, Rule(written=1)),
        (_BILINEAR, Rule(written=11)),
        (("torch.nn.AvgPool2d",), Rule(written=1)),
        (("torch.nn.AdaptiveAvgPool2d",), Rule(read=1, written=1)),
    ),
    "thop.profile of thop 0.1.1",
    quirks=(
        "A batch norm counts four an element: two, and twice that where it scales and shifts.",
        "Only modules are seen: a pooling called as a function counts nothing.",
        "A bias counts nothing, and neither does any activation but PReLU and softmax.",
    ),
)

TORCHINFO = Convention(
    "torchinfo",
    "torchinfo",
    "MACs",
    _table(
        (("torch.nn.Conv2d",), Rule(macs=1, elementwise=1)),
        (("torch.nn.Linear",), Rule(parameters=1)),
        (_SPREADING, Rule(kernel=1, elementwise=1)),
        (("torch.nn.BatchNorm2d", "torch.nn.GroupNorm", *_LAYER_NORMS, "torch.nn.PReLU"), Rule(parameters=1)),
        (("parts.GlobalResponseNorm", "parts.LayerScale"), Rule(parameters=1)),
    ),
    "torchinfo.summary of torchinfo 1.8, its total_mult_adds",
    quirks=(
        "Each parameter counts once for each place it is used at: a convolution's at every position, bias and all.",
        "A fully connected layer counts once a picture, however many positions of a sequence it is used at.",
        "A transposed convolution counts its kernel at every position it makes, though each meets only some taps.",
        "A batch norm's scale and shift count once a picture, not once a position.",
    ),
)

PRESETS = (PAPER, DESIGNER, FVCORE, PTFLOPS, THOP, TORCH, TORCHINFO)
"""Every convention, in the order of menus."""
