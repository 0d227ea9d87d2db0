"""What LiteRT slides over maps, pads, resizes and deals out, as operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from designer.graph import operations as op
from designer.graph.operations import Interpolation, PadMode
from designer.graph.window import Padding, Pair, Quad, extent, same_pads
from designer.runtime.importing.building import convolution, padding_of, transposed_convolution
from designer.runtime.importing.litert.layout import MAP, Laid
from designer.runtime.importing.litert.model import LiteOperator
from designer.runtime.importing.litert.reading import (
    OPERATORS,
    SEEN_AS_MAP,
    At,
    Padded,
    answers,
    bias_of,
    number_of,
)
from designer.runtime.importing.litert.spelling import Bound, Call, Flowing, Found, Known, call, spells

Array = NDArray[Any]


def _pair(at: At, rows: str, columns: str) -> Pair:
    found = (int(at.option(rows, 1)), int(at.option(columns, 1)))
    if min(found) < 1 or max(found) > 4096:
        raise at.refused(f"a step or window of {found[0]}×{found[1]}")
    return found


def _source(at: At, kernel: Pair, stride: Pair, dilation: Pair) -> tuple[Laid, Padding, Quad]:
    """The map a window slides over, and what stands around it."""
    before = at.padded.get(at.operator.inputs[0])
    if before is not None:
        return before.source, padding_of(kernel, dilation, before.pads), before.pads
    x = at.map()
    if at.option("padding") != schema.Padding.SAME:
        return x, Padding.NONE, (0, 0, 0, 0)
    reach = extent(kernel, dilation)
    (top, bottom), (left, right) = (
        same_pads(side, *each) for side, each in zip(at.sides(x), zip(reach, stride, strict=True), strict=True)
    )
    # One tap needs no padding, whatever the size.
    return x, Padding.NONE if reach == (1, 1) else Padding.SAME, (top, bottom, left, right)


@answers("CONV_2D")
def _conv(at: At) -> list[Laid]:
    weight = at.kept(1, "kernel", 4).transpose(0, 3, 1, 2)
    stride, dilation = _pair(at, "strideH", "strideW"), _pair(at, "dilationHFactor", "dilationWFactor")
    x, padding, pads = _source(at, (int(weight.shape[2]), int(weight.shape[3])), stride, dilation)
    channels = at.flow.shape(x)[1]
    if not weight.size or channels % weight.shape[1]:
        raise at.refused(f"its kernel reads {weight.shape[1]} channels, and {channels} come")
    bias = bias_of(at, 2, weight.shape[0])
    groups = channels // weight.shape[1]
    if weight.shape[0] % groups:
        raise at.refused(f"it has {groups} groups for {weight.shape[0]} channels")
    operation = convolution(weight, bias is not None, stride, dilation, groups, (padding, pads))
    return at.mapped(operation, x, {"weight": weight, "bias": bias})


@answers("DEPTHWISE_CONV_2D")
def _depthwise(at: At) -> list[Laid]:
    weight = at.kept(1, "kernel", 4).transpose(3, 0, 1, 2)
    stride, dilation = _pair(at, "strideH", "strideW"), _pair(at, "dilationHFactor", "dilationWFactor")
    x, padding, pads = _source(at, (int(weight.shape[2]), int(weight.shape[3])), stride, dilation)
    channels = at.flow.shape(x)[1]
    if not weight.size or weight.shape[1] != 1 or weight.shape[0] % channels:
        raise at.refused(f"its kernel makes {weight.shape[0]} channels, and {channels} come")
    bias = bias_of(at, 2, weight.shape[0])
    operation = convolution(weight, bias is not None, stride, dilation, channels, (padding, pads))
    return at.mapped(operation, x, {"weight": weight, "bias": bias})


@answers("TRANSPOSE_CONV")
def _transpose_conv(at: At) -> list[Laid]:
    x, weight = at.map(2), at.kept(1, "kernel", 4)
    wanted = at.numbers(0, "size")
    stride = _pair(at, "strideH", "strideW")
    whole = [(side - 1) * step + taps for side, step, taps in zip(at.sides(x), stride, weight.shape[1:3], strict=True)]
    if len(wanted) != 4:
        raise at.refused("its size has other than four dimensions")
    over = [max(side - size, 0) for side, size in zip(whole, wanted[1:3], strict=True)]
    is_same = at.option("padding") == schema.Padding.SAME
    before = [each // 2 if is_same else 0 for each in over]
    return _transposed(at, x, bias_of(at, 3, weight.shape[0]), (before[0], before[1]), (wanted[1], wanted[2]))


def _transposed(at: At, x: Laid, bias: Array | None, cut: Pair, sides: Pair) -> list[Laid]:
    """A transposed convolution, of whose whole result so many rows and columns are kept.

    Args:
        at: The operator; its kernel C'×k×k×C is the second input.
        x: What it takes, a map.
        bias: What is added to each channel.
        cut: Rows and columns cut off at the top and the left.
        sides: Rows and columns that are kept.
    """
    weight = at.kept(1, "kernel", 4).transpose(3, 0, 1, 2)
    channels, stride = at.flow.shape(x)[1], _pair(at, "strideH", "strideW")
    if weight.shape[0] != channels or not weight.size:
        raise at.refused(f"its kernel reads {weight.shape[0]} channels, and {channels} come")
    kernel = (int(weight.shape[2]), int(weight.shape[3]))
    rest = [
        (side - 1) * step + taps - before - kept
        for side, step, taps, before, kept in zip(at.sides(x), stride, kernel, cut, sides, strict=True)
    ]
    # Where as much is cut off behind as before, or less by what output padding gives back, one operation says it all.
    added = [before - behind for before, behind in zip(cut, rest, strict=True)]
    is_even = all(0 <= more < step for more, step in zip(added, stride, strict=True))
    kept = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    has_bias = bias is not None
    if is_even:
        pads, back = (cut[0], cut[0], cut[1], cut[1]), (added[0], added[1])
        return at.mapped(transposed_convolution(weight, has_bias, stride, (1, 1), 1, pads, back), x, kept)
    if min(rest) < 0:
        raise at.refused("it makes more rows or columns than its windows reach")
    whole = transposed_convolution(weight, has_bias, stride, (1, 1), 1, (0, 0, 0, 0), (0, 0))
    tensor = at.step(whole, (x.tensor,), "whole", kept)
    ranges = [
        op.Slice(axis, first, first + size)
        for axis, first, size, behind in zip((2, 3), cut, sides, rest, strict=True)
        if first or behind
    ]
    for each in ranges[:-1]:
        tensor = at.step(each, (tensor,), "cut")
    return at.made(ranges[-1], (tensor,), SEEN_AS_MAP)


@answers("MAX_POOL_2D")
def _max_pool(at: At) -> list[Laid]:
    kernel, stride = _pair(at, "filterHeight", "filterWidth"), _pair(at, "strideH", "strideW")
    x, padding, pads = _source(at, kernel, stride, (1, 1))
    return at.mapped(op.MaxPool(kernel=kernel, stride=stride, pads=pads, padding=padding), x)


@answers("AVERAGE_POOL_2D")
def _average_pool(at: At) -> list[Laid]:
    kernel, stride = _pair(at, "filterHeight", "filterWidth"), _pair(at, "strideH", "strideW")
    x, padding, pads = _source(at, kernel, stride, (1, 1))
    if padding is not Padding.NONE:
        padding = padding_of(kernel, (1, 1), pads)
    if padding is Padding.EXPLICIT:
        to_the_ceiling = op.AveragePool(kernel=kernel, stride=stride, ceil_mode=True)
        if to_the_ceiling.full_pads(at.flow.specs[x.tensor]._replace(channel_axis=1)) == pads:
            return at.mapped(to_the_ceiling, x)
    if padding is Padding.NONE and kernel == at.sides(x):
        return at.mapped(op.GlobalAveragePool(), x)
    return at.mapped(op.AveragePool(kernel=kernel, stride=stride, pads=pads, padding=padding), x)


_WINDOWS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})
_LOWEST = -3e38


@answers("PAD", "PADV2")
def _pad(at: At) -> list[Laid]:
    widths, fill = _widths(at), at.constant(2)
    value = 0.0 if fill is None else number_of(fill)
    x = at.value()
    if not any(any(each) for each in widths):
        return [replace(x, name=at.out)]
    if len(widths) != 4 or any(widths[0]):
        raise at.refused("it pads the batch, or something else than a map")
    if (made := _in_place(at, widths, PadMode.CONSTANT, value)) is not None:
        return made
    x = at.map()
    (top, bottom), (left, right), channels = widths[1:]
    pads = (top, bottom, left, right)
    if any(channels):
        if any(pads) or value:
            raise at.refused("it pads channels with something else than zeros, or positions too")
        return _more_channels(at, x, *channels)
    wanted = _WINDOWS if not value else frozenset({"MAX_POOL_2D"}) if value < _LOWEST else frozenset()
    target = at.operator.outputs[0]
    if at.readers and not at.is_given_out and all(_takes_pads(each, target, wanted) for each in at.readers):
        at.padded[target] = Padded(x, pads)
        return []
    return at.mapped(op.Pad(pads, PadMode.CONSTANT, value), x)


def _takes_pads(operator: LiteOperator, target: int, kinds: frozenset[str]) -> bool:
    """Whether an operator slides a window, without padding of its own, over a tensor."""
    is_window = operator.kind in kinds and operator.inputs[0] == target and target not in operator.inputs[1:]
    return is_window and getattr(operator.options, "padding", None) == schema.Padding.VALID


def _widths(at: At) -> list[Pair]:
    """How much is added before and after each dimension."""
    numbers = at.numbers(1, "widths")
    rank = len(at.value().groups)
    if len(numbers) != 2 * rank or any(not 0 <= each <= 1 << 20 for each in numbers):
        raise at.refused(f"its widths are {len(numbers)} numbers for {rank} dimensions, or no sizes")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _more_channels(at: At, x: Laid, before: int, after: int) -> list[Laid]:
    """Channels of zeros beside those there are: as many channels times nothing."""
    channels = at.flow.shape(x)[1]
    if before + after > 63 * channels:
        raise at.refused(f"it adds {before + after} channels to {channels}")
    parts: list[str] = []
    for count, word in ((before, "before"), (after, "after")):
        made: list[str] = []
        while count:
            size = min(count, channels)
            source = x.tensor if size == channels else at.step(op.Slice(1, 0, size), (x.tensor,), word)
            made.append(at.step(op.ScalarMultiply(0.0), (source,), "zeros"))
            count -= size
        parts += [*made, x.tensor] if word == "before" else made
    return at.made(op.Concatenate(), parts, SEEN_AS_MAP, rules=("channels of zeros",))


@answers("MIRROR_PAD")
def _mirror(at: At) -> list[Laid]:
    widths = _widths(at)
    is_usual = len(widths) == 4 and not any(widths[0]) and at.option("mode") == schema.MirrorPadMode.REFLECT
    if is_usual and (made := _in_place(at, widths, PadMode.REFLECT)) is not None:
        return made
    if not is_usual or any(widths[3]):
        raise at.refused("it mirrors something else than rows and columns, or the edge itself too")
    (top, bottom), (left, right) = widths[1:3]
    return at.mapped(op.Pad((top, bottom, left, right), PadMode.REFLECT), at.map())


def _in_place(at: At, widths: Sequence[Pair], mode: PadMode, value: float = 0.0) -> list[Laid] | None:
    """The last two dimensions padded of a tensor that is no map; None where it is one, or others grow."""
    order = at.flow.axes(at.value())
    if order is None or order == MAP:
        return None
    added = dict(zip(order, widths, strict=True))
    if any(added[1]):
        return None
    pads = (*added[2], *added[3])
    return at.made(op.Pad(pads, mode, value), (at.value().tensor,), [(axis,) for axis in order])


def _scale(at: At, x: Laid) -> tuple[float, float]:
    wanted = at.numbers(1, "size")
    if len(wanted) != 2 or min(wanted) < 1:
        raise at.refused("its size is not rows and columns")
    before = at.sides(x)
    scale = wanted[0] / before[0], wanted[1] / before[1]
    if any(int(side * each) != size for side, each, size in zip(before, scale, wanted, strict=True)):
        raise at.refused("its size is no multiple that is kept")
    return scale


@answers("RESIZE_BILINEAR")
def _bilinear(at: At) -> list[Laid]:
    x = at.map()
    scale = _scale(at, x)
    if scale == (1.0, 1.0):
        return [replace(x, name=at.out)]
    if not at.option("halfPixelCenters") or at.option("alignCorners"):
        raise at.refused("its corners are aligned or its pixels have no middle")
    return at.mapped(op.Resize(scale, Interpolation.BILINEAR), x)


@answers("RESIZE_NEAREST_NEIGHBOR")
def _nearest(at: At) -> list[Laid]:
    x = at.map()
    scale = _scale(at, x)
    for side, each in zip(at.sides(x), scale, strict=True):
        places = numpy.arange(int(side * each))
        if not numpy.array_equal(_taken(at, places, side), numpy.floor(places / each).astype(int)):
            raise at.refused("it takes other positions than the nearest before")
    return at.mapped(op.Resize(scale, Interpolation.NEAREST), x)


def _taken(at: At, places: Array, side: int) -> Array:
    """Which position of the input each of the output is, as LiteRT's kernel has it."""
    is_aligned, is_half = at.option("alignCorners"), at.option("halfPixelCenters")
    step = (side - 1) / (places.size - 1) if is_aligned and places.size > 1 else side / places.size
    exact = (places + (0.5 if is_half else 0.0)) * step
    found = numpy.floor(exact + 0.5) if is_aligned else numpy.floor(exact + 1e-9)
    return numpy.clip(found, 0, side - 1).astype(int)


@answers("DEPTH_TO_SPACE")
def _depth_to_space(at: At) -> list[Laid]:
    """Each pixel's channels are block rows, block columns, and what is left, in this order."""
    block, x = int(at.option("blockSize")), at.map()
    batch, channels, height, width = at.flow.shape(x)
    if not 0 < block <= channels or channels % block**2:
        raise at.refused(f"its block {block} does not divide {channels} channels")
    deep = channels // block**2
    parted = at.flow.reshaped(x, (batch, height, width, block, block, deep))
    return _rejoined(at, at.flow.turned(parted, (0, 1, 3, 2, 4, 5)), (batch, height * block, width * block, deep))


@answers("SPACE_TO_DEPTH")
def _space_to_depth(at: At) -> list[Laid]:
    block, x = int(at.option("blockSize")), at.map()
    batch, channels, height, width = at.flow.shape(x)
    if block < 1 or height % block or width % block:
        raise at.refused(f"its block {block} does not divide {height}×{width}")
    apart = (batch, height // block, block, width // block, block, channels)
    parted = at.flow.turned(at.flow.reshaped(x, apart), (0, 1, 3, 2, 4, 5))
    return _rejoined(at, parted, (batch, height // block, width // block, channels * block**2))


def _rejoined(at: At, value: Laid, sides: Sequence[int]) -> list[Laid]:
    return [at.flow.as_map(replace(at.flow.reshaped(value, sides), name=at.out))]


_X, _SHIFT = Flowing("x"), Known("shift")
_SPREAD = Call("TRANSPOSE_CONV", (Known("whole"), Known("kernel"), _X), "spread")
_CUT = call("SLICE", _SPREAD, Known("begin"), Known("size"))


def _is_cut(found: Found, constants: Mapping[int, Array]) -> bool:
    """Whether only rows and columns are cut off, and what is added behind is one number a channel."""
    begin = constants[found.tensors["begin"]].reshape(-1) if "begin" in found.tensors else numpy.zeros(4)
    whole = constants[found.tensors["whole"]].reshape(-1)
    channels = constants[found.tensors["kernel"]].shape[0]
    shift = constants[found.tensors["shift"]] if "shift" in found.tensors else None
    is_usual = begin.size == 4 and whole.size == 4 and not begin[0] and not begin[3] and (begin >= 0).all()
    options = found.operators["spread"]
    is_valid = getattr(options.options, "padding", None) == schema.Padding.VALID and len(options.inputs) == 3
    return bool(is_usual) and is_valid and (shift is None or shift.size == channels == shift.shape[-1])


@spells(
    call("ADD", _CUT, _SHIFT)._replace(has_activation=True),
    call("ADD", _SPREAD, _SHIFT)._replace(has_activation=True),
    _CUT,
    is_sound=_is_cut,
)
def _spelled_transposed(bound: Bound) -> list[Laid]:
    """A transposed convolution, what is cut off it, and its bias."""
    at, flow = bound.part("spread"), bound.at.flow
    x = flow.as_map(bound.value())
    kept = bound.constant("whole").reshape(-1)
    cut = (0, 0)
    if "begin" in bound.found.tensors:
        first, kept = bound.constant("begin").reshape(-1), bound.constant("size").reshape(-1)
        cut = (int(first[1]), int(first[2]))
    if kept.size != 4 or min(kept) < 1:
        raise at.refused("what is cut off it is left open")
    bias = bound.constant("shift").reshape(-1) if "shift" in bound.found.tensors else None
    clip = copy(at.operator.options)
    clip.fusedActivationFunction = bound.at.operator.activation
    at = replace(at, operator=replace(at.operator, options=clip))
    return _transposed(at, x, bias, cut, (int(kept[1]), int(kept[2])))


_BATCHED = call("SPACE_TO_BATCH_ND", _X, Known("block"), Known("pads"))


def _dilated(kind: str) -> Call:
    window = Call(kind, (_BATCHED, Known("kernel")), "window", has_activation=True)
    return call("BATCH_TO_SPACE_ND", window, Known("block again"), Known("crops"))


def _is_dilated(found: Found, constants: Mapping[int, Array]) -> bool:
    block, again, pads, crops = (constants[found.tensors[name]] for name in ("block", "block again", "pads", "crops"))
    options = found.operators["window"].options
    steps = [getattr(options, name, 0) for name in ("strideH", "strideW", "dilationHFactor", "dilationWFactor")]
    is_usual = block.shape == (2,) and pads.shape == crops.shape == (2, 2) and numpy.array_equal(block, again)
    is_plain = steps == [1, 1, 1, 1] and options.padding == schema.Padding.VALID
    return is_usual and is_plain and not bool(crops[:, 0].any())


@spells(_dilated("CONV_2D"), _dilated("DEPTHWISE_CONV_2D"), is_sound=_is_dilated)
def _dilated_window(bound: Bound) -> list[Laid]:
    """A window whose taps stand apart: the positions dealt out to several pictures, each slid over, and dealt back."""
    at, block = bound.part("window"), bound.constant("block")
    (top, bottom), (left, right) = bound.constant("pads") - bound.constant("crops")
    if min(bottom, right) < 0:
        raise at.refused("more is cut off than was added")
    options = copy(at.operator.options)
    options.dilationHFactor, options.dilationWFactor = int(block[0]), int(block[1])
    operator = replace(at.operator, options=options)
    source = bound.at.flow.as_map(bound.value())
    around = {operator.inputs[0]: Padded(source, (int(top), int(bottom), int(left), int(right)))}
    return OPERATORS[operator.kind](replace(at, operator=operator, padded=around))
