"""Functions that a LiteRT file spells out in operators that no layer computes one by one: norms, bounds, curves.

A spelling is an expression. It is looked for backwards from each operator that it could end in; what lies between must
be read nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.runtime.importing.litert_layout import Laid
from designer.runtime.importing.litert_model import LiteModel, LiteOperator
from designer.runtime.importing.litert_operators import OPERATORS, At, Padded, number_of, shared_out, spread

Array = NDArray[Any]

_NONE = schema.ActivationFunctionType.NONE


# Expressions ---------------------------------------------------------------------------------------------------------


class _Flowing(NamedTuple):
    """Any tensor, the same one wherever the name stands."""

    name: str


class _Known(NamedTuple):
    """A constant; of one number where one is given."""

    name: str
    number: float | None = None


class _Call(NamedTuple):
    """The result of an operator, which is remembered under a name where one is given."""

    kind: str
    inputs: tuple[_Expression, ...]
    name: str = ""
    has_activation: bool = False


class _Either(NamedTuple):
    """The first of several that is there."""

    choices: tuple[_Expression, ...]


_Expression = _Flowing | _Known | _Call | _Either

_COMMUTATIVE = frozenset({"ADD", "MUL", "MAXIMUM", "MINIMUM"})


class _Found(NamedTuple):
    """What an expression was found to be.

    Attributes:
        tensors: By the expression's names.
        operators: Remembered ones, by name.
        parts: All operators, by their place in the file.
    """

    tensors: Mapping[str, int] = {}
    operators: Mapping[str, LiteOperator] = {}
    parts: frozenset[int] = frozenset()


class _Search:
    """Looks for expressions in a network.

    Args:
        model: The network.
        constants: Its tensors that are known, by their number.
    """

    def __init__(self, model: LiteModel, constants: Mapping[int, Array]) -> None:
        self._model, self._constants = model, constants
        self._makers = {index: place for place, each in enumerate(model.operators) for index in each.outputs}
        self._readers: dict[int, set[int]] = {}
        for place, each in enumerate(model.operators):
            for index in each.inputs:
                self._readers.setdefault(index, set()).add(place)

    def ending_in(self, expression: _Call | _Either, place: int) -> _Found | None:
        """The expression whose last operator this is, with nothing of it read elsewhere; None where it is not one."""
        target = self._model.operators[place].outputs[0]
        for found in self._matching(expression, target, _Found()):
            inner = found.parts - {place}
            made = {index for each in inner for index in self._model.operators[each].outputs}
            is_read = any(self._readers.get(index, set()) - found.parts for index in made)
            if not is_read and not made.intersection(self._model.outputs):
                return found
        return None

    def _matching(self, expression: _Expression, tensor: int, found: _Found) -> Iterator[_Found]:
        if isinstance(expression, _Either):
            for choice in expression.choices:
                yield from self._matching(choice, tensor, found)
        elif isinstance(expression, _Call):
            yield from self._called(expression, tensor, found)
        elif (tensor in self._constants) == isinstance(expression, _Known):
            if isinstance(expression, _Known) and expression.number is not None:
                constant = self._constants[tensor]
                if constant.size != 1 or abs(float(constant.item()) - expression.number) > 1e-6:
                    return
            if found.tensors.get(expression.name, tensor) == tensor:
                yield found._replace(tensors={**found.tensors, expression.name: tensor})

    def _called(self, expression: _Call, tensor: int, found: _Found) -> Iterator[_Found]:
        place = self._makers.get(tensor)
        if place is None:
            return
        operator = self._model.operators[place]
        if operator.kind != expression.kind or len(operator.inputs) < len(expression.inputs):
            return
        if not expression.has_activation and getattr(operator.options, "fusedActivationFunction", _NONE) != _NONE:
            return
        named = {**found.operators, expression.name: operator} if expression.name else found.operators
        begun = found._replace(operators=named, parts=found.parts | {place})
        yield from self._all(expression.inputs, operator.inputs, begun)
        if operator.kind in _COMMUTATIVE:
            yield from self._all(expression.inputs, operator.inputs[1::-1], begun)

    def _all(self, expressions: Sequence[_Expression], tensors: Sequence[int], found: _Found) -> Iterator[_Found]:
        if not expressions:
            yield found
            return
        for first in self._matching(expressions[0], tensors[0], found):
            yield from self._all(expressions[1:], tensors[1:], first)


def _call(kind: str, *inputs: _Expression) -> _Call:
    return _Call(kind, inputs)


# What is spelled out -------------------------------------------------------------------------------------------------


class Bound(NamedTuple):
    """A spelled-out function where it stands.

    Attributes:
        at: Its last operator.
        found: Its parts.
    """

    at: At
    found: _Found

    def value(self, name: str = "x") -> Laid:
        """A tensor that flows in."""
        return self.at.values[self.found.tensors[name]]

    def constant(self, name: str) -> Array:
        """A constant of it."""
        return self.at.constants[self.found.tensors[name]]

    def number(self, name: str) -> float:
        """A constant of one number."""
        found = self.constant(name)
        if found.size != 1:
            raise self.at.refused(f"its {name} is {found.size} numbers")
        return number_of(found)

    def places(self, name: str, rank: int) -> list[int]:
        """Dimensions of the file's that a constant names."""
        return sorted({int(each) % rank for each in self.constant(name).reshape(-1)})

    def made(
        self, operation: Operation, value: Laid, rule: str, weights: Mapping[str, Array] | None = None
    ) -> list[Laid]:
        """The function as one operation."""
        return self.at.made(operation, (value.tensor,), value.groups, weights, (rule,))

    def part(self, name: str) -> At:
        """One of its operators, making what the whole makes."""
        return replace(self.at, operator=self.found.operators[name])


@dataclass(frozen=True)
class Spelled:
    """A function that was found.

    Attributes:
        found: Its parts.
        build: What it becomes.
    """

    found: _Found
    build: Callable[[Bound], list[Laid]]


class _Spelling(NamedTuple):
    expression: _Call | _Either
    build: Callable[[Bound], list[Laid]]
    is_sound: Callable[[_Found, Mapping[int, Array]], bool] = lambda found, constants: True


def spelled_out(model: LiteModel, constants: Mapping[int, Array]) -> dict[int, Spelled]:
    """What a network spells out, by the place of its last operator.

    Args:
        model: The network.
        constants: Its tensors that are known, by their number.
    """
    search = _Search(model, constants)
    made: dict[int, Spelled] = {}
    taken: set[int] = set()
    for spelling in _SPELLINGS:
        for place in range(len(model.operators)):
            if place in taken:
                continue
            found = search.ending_in(spelling.expression, place)
            if found is None or taken & found.parts or not spelling.is_sound(found, constants):
                continue
            made[place] = Spelled(found, spelling.build)
            taken |= found.parts
    return made


# Norms ---------------------------------------------------------------------------------------------------------------

_X = _Flowing("x")
_SCALE, _SHIFT, _EPS, _AXES = _Known("scale"), _Known("shift"), _Known("eps"), _Known("axes")


def _variance(x: _Expression) -> _Either:
    centred = _call("SUB", x, _call("MEAN", x, _AXES))
    squares = _call("MUL", centred, centred), _call("SQUARE", centred)
    difference = _call("SQUARED_DIFFERENCE", x, _call("MEAN", x, _AXES))
    return _Either(tuple(_call("MEAN", each, _Known("axes again")) for each in (*squares, difference)))


def _normed(x: _Expression) -> _Either:
    """(x − mean)/√(variance + ε)."""
    centred, raised = _call("SUB", x, _call("MEAN", x, _AXES)), _call("ADD", _variance(x), _EPS)
    return _Either((_call("MUL", centred, _call("RSQRT", raised)), _call("DIV", centred, _call("SQRT", raised))))


def _scaled(x: _Expression) -> _Call:
    return _call("ADD", _call("MUL", x, _SCALE), _SHIFT)


def _by_factor(x: _Expression) -> _Call:
    """x·f + (β − mean·f) with f = γ/√(variance + ε), as TensorFlow writes it."""
    factor = _call("MUL", _call("RSQRT", _call("ADD", _variance(x), _EPS)), _SCALE)
    return _call("ADD", _call("MUL", x, factor), _call("SUB", _SHIFT, _call("MUL", _call("MEAN", x, _AXES), factor)))


def _norm(bound: Bound) -> list[Laid]:
    """A norm over the channels of each position, or over the positions of each channel."""
    flow, value = bound.at.flow, bound.value()
    rank, eps = len(value.groups), bound.number("eps")
    axes, scale, shift = bound.places("axes", rank), bound.constant("scale"), bound.constant("shift")
    channels = flow.sides(value)[-1]
    if axes != bound.places("axes again", rank) or scale.size != channels or shift.size != channels:
        raise bound.at.refused("it norms in a way of its own")
    weights = {"weight": scale.reshape(-1), "bias": shift.reshape(-1)}
    if axes == [1, 2] and rank == 4:
        return bound.made(op.GroupNorm(channels, channels, eps), flow.as_map(value), "norm of each channel", weights)
    if axes != [rank - 1]:
        raise bound.at.refused("it norms over other dimensions than the channels")
    if rank == 4 and flow.axes(value) == (0, 2, 3, 1):
        return bound.made(op.LayerNorm(channels, eps, 1), value, "layer norm", weights)
    return bound.made(op.LayerNorm(channels, eps, -1), flow.channels_last(value), "layer norm", weights)


def _group_norm(bound: Bound) -> list[Laid]:
    """N×H×W×C as groups of channels, each with its mean and variance."""
    flow, value = bound.at.flow, bound.value()
    form = [int(each) for each in bound.constant("apart").reshape(-1)]
    sides, axes = flow.sides(value), bound.places("axes", len(form))
    groups, channels = (form[-2] if len(form) > 3 else 0), sides[-1]
    over = [axis for axis in range(1, len(form)) if axis != len(form) - 2]
    fits = len(sides) == 4 and groups and form[-1] * groups == channels
    if not fits or axes != over or axes != bound.places("axes again", len(form)):
        raise bound.at.refused("it norms in a way of its own")
    scale, shift = bound.constant("scale").reshape(-1), bound.constant("shift").reshape(-1)
    if scale.size != channels or shift.size != channels:
        raise bound.at.refused("it has other numbers than one a channel")
    operation = op.GroupNorm(groups, channels, bound.number("eps"))
    return bound.made(operation, flow.as_map(value), "group norm", {"weight": scale, "bias": shift})


_LENGTH = _call("SQRT", _call("SUM", _Either((_call("MUL", _X, _X), _call("SQUARE", _X))), _AXES))
_SHARE = _call("DIV", _LENGTH, _call("ADD", _call("MEAN", _LENGTH, _Known("channels")), _EPS))
_GLOBAL_NORM = _call("ADD", _X, _call("ADD", _call("MUL", _call("MUL", _X, _SHARE), _SCALE), _SHIFT))


def _global_norm(bound: Bound) -> list[Laid]:
    value, flow = bound.value(), bound.at.flow
    rank, scale, shift = len(value.groups), bound.constant("scale").reshape(-1), bound.constant("shift").reshape(-1)
    is_usual = rank == 4 and bound.places("axes", rank) == [1, 2] and bound.places("channels", rank) == [3]
    if not is_usual or scale.size != flow.sides(value)[-1] or shift.size != scale.size:
        raise bound.at.refused("it norms in a way of its own")
    operation = op.GlobalResponseNorm(int(scale.size), bound.number("eps"))
    return bound.made(operation, flow.as_map(value), "global response norm", {"weight": scale, "bias": shift})


# Curves --------------------------------------------------------------------------------------------------------------

_LESS = _call("SUB", _X, _call("REDUCE_MAX", _X, _AXES))
_POWERS = _Either((_call("EXP", _LESS), _call("EXP", _X)))
_SOFTMAX = _call("DIV", _POWERS, _call("SUM", _POWERS, _Known("axes again")))


def _softmax(bound: Bound) -> list[Laid]:
    value = bound.value()
    places = bound.places("axes again", len(value.groups))
    if len(places) != 1 or not places[0] or ("axes" in bound.found.tensors and bound.places("axes", 4) != places):
        raise bound.at.refused("it shares out over several dimensions")
    return shared_out(bound.at, value, places[0])


_EXP_LESS_ONE = _call("SUB", _call("EXP", _call("MINIMUM", _X, _Known("zero", 0.0))), _Known("one", 1.0))
_ELU = _call("ADD", _call("RELU", _X), _call("MUL", _EXP_LESS_ONE, _Known("alpha")))
_AWAY = _call("EXP", _call("NEG", _call("ABS", _X)))
_SOFT = _call("ADD", _call("RELU", _X), _call("LOG", _call("ADD", _AWAY, _Known("one", 1.0))))
_PLAIN_SOFT = _call("LOG", _call("ADD", _call("EXP", _X), _Known("one", 1.0)))
_MISH = _call("MUL", _X, _call("TANH", _Either((_SOFT, _PLAIN_SOFT))))
_CUBE = _call("MUL", _call("POW", _X, _Known("three", 3.0)), _Known("share", 0.044715))
_BEND = _call("TANH", _call("MUL", _call("ADD", _X, _CUBE), _Known("root", 0.7978845608)))
_GELU = _call("MUL", _call("MUL", _X, _Known("half", 0.5)), _call("ADD", _BEND, _Known("one", 1.0)))
_LOW, _HIGH = _Known("low"), _Known("high")
_CLIPPED = _Either(
    (
        _call("MINIMUM", _call("MAXIMUM", _X, _LOW), _HIGH),
        _call("MAXIMUM", _call("MINIMUM", _X, _HIGH), _LOW),
        _call("MINIMUM", _call("RELU", _X), _HIGH),
        _call("RELU", _call("MINIMUM", _X, _HIGH)),
    )
)


def _elu(bound: Bound) -> list[Laid]:
    return bound.made(op.Elu(bound.number("alpha")), bound.value(), "ELU")


def _mish(bound: Bound) -> list[Laid]:
    return bound.made(op.Mish(), bound.value(), "Mish")


def _gelu(bound: Bound) -> list[Laid]:
    return bound.made(op.Gelu(True), bound.value(), "GELU by tanh")


def _clipped(bound: Bound) -> list[Laid]:
    low, high = bound.number("low") if "low" in bound.found.tensors else 0.0, bound.number("high")
    if low >= high:
        raise bound.at.refused(f"its bounds are {low:g} and {high:g}")
    operation: Operation = op.Relu6() if (low, high) == (0.0, 6.0) else op.HardTanh(low, high)
    return bound.made(operation, bound.value(), "bounds")


# Windows -------------------------------------------------------------------------------------------------------------

_SPREAD = _Call("TRANSPOSE_CONV", (_Known("whole"), _Known("kernel"), _X), "spread")
_CUT = _call("SLICE", _SPREAD, _Known("begin"), _Known("size"))


def _is_cut(found: _Found, constants: Mapping[int, Array]) -> bool:
    """Whether only rows and columns are cut off, and what is added behind is one number a channel."""
    begin = constants[found.tensors["begin"]].reshape(-1) if "begin" in found.tensors else numpy.zeros(4)
    whole = constants[found.tensors["whole"]].reshape(-1)
    channels = constants[found.tensors["kernel"]].shape[0]
    shift = constants[found.tensors["shift"]] if "shift" in found.tensors else None
    is_usual = begin.size == 4 and whole.size == 4 and not begin[0] and not begin[3] and (begin >= 0).all()
    options = found.operators["spread"]
    is_valid = getattr(options.options, "padding", None) == schema.Padding.VALID and len(options.inputs) == 3
    return bool(is_usual) and is_valid and (shift is None or shift.size == channels == shift.shape[-1])


def _spread(bound: Bound) -> list[Laid]:
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
    clip.fusedActivationFunction = bound.at.option("fusedActivationFunction", _NONE)
    at = replace(at, operator=replace(at.operator, options=clip))
    return spread(at, x, bias, cut, (int(kept[1]), int(kept[2])))


_BATCHED = _call("SPACE_TO_BATCH_ND", _X, _Known("block"), _Known("pads"))


def _dilated(kind: str) -> _Call:
    window = _Call(kind, (_BATCHED, _Known("kernel")), "window", has_activation=True)
    return _call("BATCH_TO_SPACE_ND", window, _Known("block again"), _Known("crops"))


def _is_dilated(found: _Found, constants: Mapping[int, Array]) -> bool:
    block, again, pads, crops = (constants[found.tensors[name]] for name in ("block", "block again", "pads", "crops"))
    options = found.operators["window"].options
    steps = [getattr(options, name, 0) for name in ("strideH", "strideW", "dilationHFactor", "dilationWFactor")]
    is_usual = block.shape == (2,) and pads.shape == crops.shape == (2, 2) and numpy.array_equal(block, again)
    is_plain = steps == [1, 1, 1, 1] and options.padding == schema.Padding.VALID
    return is_usual and is_plain and not bool(crops[:, 0].any())


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


_SPELLINGS = (
    _Spelling(_scaled(_call("RESHAPE", _normed(_call("RESHAPE", _X, _Known("apart"))), _Known("whole"))), _group_norm),
    _Spelling(_GLOBAL_NORM, _global_norm),
    _Spelling(_scaled(_normed(_X)), _norm),
    _Spelling(_by_factor(_X), _norm),
    _Spelling(_SOFTMAX, _softmax),
    _Spelling(_ELU, _elu),
    _Spelling(_MISH, _mish),
    _Spelling(_GELU, _gelu),
    _Spelling(_CLIPPED, _clipped),
    _Spelling(_call("ADD", _CUT, _SHIFT)._replace(has_activation=True), _spread, _is_cut),
    _Spelling(_call("ADD", _SPREAD, _SHIFT)._replace(has_activation=True), _spread, _is_cut),
    _Spelling(_CUT, _spread, _is_cut),
    _Spelling(_dilated("CONV_2D"), _dilated_window, _is_dilated),
    _Spelling(_dilated("DEPTHWISE_CONV_2D"), _dilated_window, _is_dilated),
)
