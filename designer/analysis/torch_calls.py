"""Operations in PyTorch's words: the calls that the compiled module makes, printed source writes, and counters watch.

One spelling for all of them, so that what is printed is what is run, and what is counted is what a counter would see.
Knows no torch: calls are data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from designer.graph import operations as op
from designer.graph.layer import Layer
from designer.graph.operations import Operation, Reader, Step
from designer.graph.tensor import TensorSpec
from designer.graph.window import Pair, Quad


@dataclass(frozen=True)
class Call:
    """One call in a framework's words, as data: a module or layer to build, or a function to call.

    Attributes:
        target: Dotted name, ``torch.nn.Conv2d`` or ``torch.nn.functional.pad``.
        arguments: Keyword arguments, plain numbers, flags and tuples of numbers; the framework's defaults are left out.
        inputs: Names of the tensors it takes: the layer's input ports, or ``result`` of calls before it.
        result: The name of what it makes; the last call's result is the layer's output.
    """

    target: str
    arguments: tuple[tuple[str, Any], ...] = ()
    inputs: tuple[str, ...] = ("x",)
    result: str = "y"

    @property
    def is_module(self) -> bool:
        """Whether the target is a module class (which may hold weights) rather than a function."""
        last = self.target.rpartition(".")[2]
        return last[0].isupper()

    @property
    def takes_sequence(self) -> bool:
        """Whether the function takes its tensors as one sequence rather than one by one."""
        return self.target == "torch.cat"


Spelling = Callable[[Any, tuple[str, ...], str], tuple[Call, ...]]
"""From an operation, the names of what it takes and of what it makes, to calls."""

TORCH: Reader[Spelling] = Reader("PyTorch")
"""What each operation is in PyTorch."""

PADDED = "padded"
"""What a padding before a module makes."""


def torch_calls(step: Step) -> tuple[Call, ...]:
    """The calls of one step: a module or function, after a padding where the module cannot pad so itself.

    Raises:
        NotImplementedError: The operation has no answer for PyTorch.
    """
    spelling = TORCH.find(step.operation)
    if spelling is None:
        raise NotImplementedError(TORCH.refusal(step.operation))
    return spelling(step.operation, step.inputs, step.result)


def layer_calls(layer: Layer, inputs: Sequence[TensorSpec]) -> tuple[Call, ...]:
    """The calls of a layer that is no block, for its inputs' shapes."""
    return tuple(call for step in layer.lower(*inputs) for call in torch_calls(step))


def _call(target: str, inputs: tuple[str, ...], result: str, **arguments: Any) -> Call:
    return Call(target, tuple(arguments.items()), inputs, result)


def _short(pair: Pair) -> int | Pair:
    """One number where both are the same, as people write it."""
    return pair[0] if pair[0] == pair[1] else pair


def _own_padding(pads: Quad) -> Pair | None:
    """What a module can pad itself, rows and columns: the same on both sides; else nothing."""
    top, bottom, left, right = pads
    return (top, left) if top == bottom and left == right else None


def _pad(pads: Quad, inputs: tuple[str, ...], value: float = 0.0) -> Call:
    top, bottom, left, right = pads  # PyTorch lists the last axis first
    more = {"value": value} if value else {}
    return _call("torch.nn.functional.pad", inputs, PADDED, pad=(left, right, top, bottom), **more)


@TORCH.answers(op.Convolution)
def _convolution(each: op.Convolution, inputs: tuple[str, ...], result: str) -> tuple[Call, ...]:
    own = _own_padding(each.pads)
    arguments: dict[str, Any] = {
        "in_channels": each.in_channels,
        "out_channels": each.out_channels,
        "kernel_size": _short(each.kernel),
    }
    if each.stride != (1, 1):
        arguments["stride"] = _short(each.stride)
    if own is not None and any(own):
        arguments["padding"] = _short(own)
    if each.dilation != (1, 1):
        arguments["dilation"] = _short(each.dilation)
    if each.groups != 1:
        arguments["groups"] = each.groups
    if not each.bias:
        arguments["bias"] = False
    if own is not None:
        return (_call("torch.nn.Conv2d", inputs, result, **arguments),)
    return (_pad(each.pads, inputs), _call("torch.nn.Conv2d", (PADDED,), result, **arguments))


@TORCH.answers(op.MaxPool)
def _max_pool(each: op.MaxPool, inputs: tuple[str, ...], result: str) -> tuple[Call, ...]:
    own = _own_padding(each.pads)
    arguments: dict[str, Any] = {"kernel_size": _short(each.kernel), "stride": _short(each.stride)}
    # PyTorch's own padding reaches at most half the kernel; beyond that we pad before it, with minus infinity.
    if own is not None and all(pad <= side // 2 for pad, side in zip(own, each.kernel, strict=True)):
        if any(own):
            arguments["padding"] = own
        return (_call("torch.nn.MaxPool2d", inputs, result, **arguments),)
    return (
        _pad(each.pads, inputs, value=float("-inf")),
        _call("torch.nn.MaxPool2d", (PADDED,), result, **arguments),
    )


@TORCH.answers(op.AveragePool)
def _average_pool(each: op.AveragePool, inputs: tuple[str, ...], result: str) -> tuple[Call, ...]:
    own = _own_padding(each.pads)
    if own is None:
        raise NotImplementedError("PyTorch has no average pool with unequal padding that is left out of the mean")
    arguments: dict[str, Any] = {"kernel_size": _short(each.kernel), "stride": _short(each.stride)}
    if any(own):
        arguments |= {"padding": _short(own), "count_include_pad": False}
    return (_call("torch.nn.AvgPool2d", inputs, result, **arguments),)


@TORCH.answers(op.BatchNorm)
def _batch_norm(each: op.BatchNorm, inputs: tuple[str, ...], result: str) -> tuple[Call, ...]:
    arguments: dict[str, Any] = {"num_features": each.channels}
    if each.eps != 1e-5:
        arguments["eps"] = each.eps
    if each.momentum != 0.1:
        arguments["momentum"] = each.momentum
    return (_call("torch.nn.BatchNorm2d", inputs, result, **arguments),)


@TORCH.answers(op.Linear)
def _linear(each: op.Linear, inputs: tuple[str, ...], result: str) -> tuple[Call, ...]:
    arguments: dict[str, Any] = {"in_features": each.in_features, "out_features": each.out_features}
    if not each.bias:
        arguments["bias"] = False
    return (_call("torch.nn.Linear", inputs, result, **arguments),)


@TORCH.answers(op.LeakyRelu)
def _leaky_relu(each: op.LeakyRelu, inputs: tuple[str, ...], result: str) -> tuple[Call, ...]:
    more = {} if each.negative_slope == 0.01 else {"negative_slope": each.negative_slope}
    return (_call("torch.nn.LeakyReLU", inputs, result, **more),)


@TORCH.answers(op.Dropout)
def _dropout(each: op.Dropout, inputs: tuple[str, ...], result: str) -> tuple[Call, ...]:
    return (_call("torch.nn.Dropout", inputs, result, p=each.p),)


def _plain(target: str, **arguments: Any) -> Spelling:
    return lambda _each, inputs, result: (_call(target, inputs, result, **arguments),)


_PLAIN: dict[type[Operation], Spelling] = {
    op.GlobalAveragePool: _plain("torch.nn.AdaptiveAvgPool2d", output_size=1),
    op.Relu: _plain("torch.nn.ReLU"),
    op.Relu6: _plain("torch.nn.ReLU6"),
    op.HardSwish: _plain("torch.nn.Hardswish"),
    op.HardSigmoid: _plain("torch.nn.Hardsigmoid"),
    op.Silu: _plain("torch.nn.SiLU"),
    op.Gelu: _plain("torch.nn.GELU"),
    op.Sigmoid: _plain("torch.nn.Sigmoid"),
    op.Identity: _plain("torch.nn.Identity"),
    op.Flatten: _plain("torch.nn.Flatten"),
    op.Add: _plain("torch.add"),
    op.Multiply: _plain("torch.mul"),
    op.Concatenate: _plain("torch.cat", dim=1),
}
for _type, _spelling in _PLAIN.items():
    TORCH.set(_type, _spelling)
