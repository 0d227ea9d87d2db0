"""One operator of a LiteRT file where it stands, and the table of what each becomes.

A module a family of operations fills the table, named as the operations' own; ``operators`` has it complete.

Source of their meaning: TensorFlow Lite's operator reference,
https://ai.google.dev/edge/litert/conversion/tensorflow/ops_compatibility.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from designer.errors import ImportRefused
from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.graph.window import Pair, Quad
from designer.runtime.importing.litert.layout import Flow, Group, Laid
from designer.runtime.importing.litert.model import LiteOperator

Array = NDArray[Any]

SEEN_AS_MAP: tuple[Group, ...] = ((0,), (2,), (3,), (1,))
"""How a map N×C×H×W of ours is laid in a file."""


class Padded(NamedTuple):
    """A map before the padding that the windows behind it take in.

    Attributes:
        source: The map.
        pads: Rows and columns added at top, bottom, left and right.
    """

    source: Laid
    pads: Quad


@dataclass(frozen=True)
class At:
    """One operator of a file, with what is known where it stands.

    Attributes:
        operator: What the file states.
        outputs: Names of what it makes.
        flow: The steps so far, and their shapes.
        values: Tensors that flow, by their number in the file.
        constants: Tensors that are known, by their number in the file.
        padded: Tensors that a PAD made for windows, by their number in the file.
        readers: Operators that read what it makes first.
        is_given_out: Whether what it makes first leaves the network.
    """

    operator: LiteOperator
    outputs: Sequence[str]
    flow: Flow
    values: Mapping[int, Laid]
    constants: Mapping[int, Array]
    padded: dict[int, Padded]
    readers: Sequence[LiteOperator] = ()
    is_given_out: bool = False

    @property
    def out(self) -> str:
        """The name of what it makes first."""
        return self.outputs[0]

    def option(self, name: str, default: Any = 0) -> Any:
        """What its table of options states."""
        return getattr(self.operator.options, name, default)

    def constant(self, index: int) -> Array | None:
        """The constant at an input, or None where none or a tensor that flows is there."""
        inputs = self.operator.inputs
        return self.constants.get(inputs[index]) if index < len(inputs) else None

    def kept(self, index: int, what: str, rank: int | None = None) -> Array:
        """The constant at an input.

        Raises:
            ImportRefused: A tensor that flows, nothing, or one of another rank stands there.
        """
        found = self.constant(index)
        if found is None:
            raise self.refused(f"its {what} is computed by the network or left out")
        if rank is not None and found.ndim != rank:
            raise self.refused(f"its {what} has {found.ndim} dimensions, not {rank}")
        return found

    def numbers(self, index: int, what: str) -> list[int]:
        """The whole numbers at an input."""
        found = self.kept(index, what)
        if found.dtype.kind not in "iu" or found.size > 64:
            raise self.refused(f"its {what} is no short list of whole numbers")
        return [int(each) for each in found.reshape(-1)]

    def value(self, index: int = 0) -> Laid:
        """The tensor at an input.

        Raises:
            ImportRefused: A constant stands there.
        """
        inputs = self.operator.inputs
        found = self.values.get(inputs[index]) if index < len(inputs) else None
        if found is None:
            raise self.refused(f"its operand {index + 1} is a constant")
        return found

    def map(self, index: int = 0) -> Laid:
        """The same as a map N×C×H×W.

        Raises:
            ImportRefused: It has other than four dimensions.
        """
        found = self.value(index)
        if len(found.groups) != 4:
            sides = "×".join(map(str, self.flow.sides(found)))
            raise self.refused(f"it works on {sides}, and maps N×H×W×C are drawn")
        return self.flow.as_map(found)

    def sides(self, value: Laid) -> Pair:
        """Rows and columns of a map."""
        shape = self.flow.shape(value)
        return shape[2], shape[3]

    def refused(self, why: str) -> ImportRefused:
        """The refusal of this operator."""
        return self.flow.refused(why)

    def made(
        self,
        operation: Operation,
        inputs: Sequence[str],
        groups: Sequence[Sequence[int]],
        weights: Mapping[str, Array | None] | None = None,
        rules: tuple[str, ...] = (),
    ) -> list[Laid]:
        """The operator's result as one operation, and the activation that stands in its options behind it."""
        clip = self._activation()
        target = self.out if clip is None else self.flow.free(f"{self.out}/before")
        kept = {name: array for name, array in (weights or {}).items() if array is not None}
        self.flow.add(operation, inputs, (target,), kept, rules)
        if clip is not None:
            self.flow.add(clip, (target,), (self.out,))
        return [self.flow.seen(self.out, groups, self.out)]

    def mapped(
        self,
        operation: Operation,
        source: Laid,
        weights: Mapping[str, Array | None] | None = None,
        rules: tuple[str, ...] = (),
    ) -> list[Laid]:
        """The same, where a map becomes a map."""
        return self.made(operation, (source.tensor,), SEEN_AS_MAP, weights, rules)

    def step(
        self, operation: Operation, inputs: Sequence[str], word: str, weights: Mapping[str, Array] | None = None
    ) -> str:
        """An operation on the way to the result; gives what it makes."""
        name = self.flow.free(f"{self.out}/{word}")
        self.flow.add(operation, inputs, (name,), weights)
        return name

    def _activation(self) -> Operation | None:
        code = self.operator.activation
        if code == NO_ACTIVATION:
            return None
        if code not in _ACTIVATIONS:
            raise self.refused("its activation is a sign bit or unknown")
        return _ACTIVATIONS[code]


NO_ACTIVATION: int = schema.ActivationFunctionType.NONE
"""What stands in the options of an operator behind which nothing is computed at once."""
_ACTIVATIONS: Mapping[int, Operation] = {
    schema.ActivationFunctionType.RELU: op.Relu(),
    schema.ActivationFunctionType.RELU6: op.Relu6(),
    schema.ActivationFunctionType.RELU_N1_TO_1: op.HardTanh(-1.0, 1.0),
    schema.ActivationFunctionType.TANH: op.Tanh(),
}

Build = Callable[[At], list[Laid]]
OPERATORS: dict[str, Build] = {}
"""What each operator becomes: how what it makes is laid; nothing for a padding that the windows behind it take in.

Complete where ``operators`` was imported.
"""


def answers(*kinds: str) -> Callable[[Build], Build]:
    """Mark a function as what these operators become."""

    def note(build: Build) -> Build:
        OPERATORS.update(dict.fromkeys(kinds, build))
        return build

    return note


def number_of(array: Array) -> float:
    """A number as it was written: 0.1, not the nearest number in 32 bits."""
    return float(str(numpy.float32(array.item())))


def plain_number(value: float) -> float:
    """The same of an option."""
    return float(str(numpy.float32(value)))


def bias_of(at: At, index: int, channels: int) -> Array | None:
    """What is added to each output channel; nothing where it is all zeros, as files write what has none."""
    if index >= len(at.operator.inputs) or at.operator.inputs[index] < 0:
        return None
    found = at.kept(index, "bias").reshape(-1)
    if found.size != channels:
        raise at.refused(f"its bias has {found.size} numbers for {channels} channels")
    return found if found.any() else None
