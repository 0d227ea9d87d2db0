"""A design as a runtime runs it: norms folded, clips taken in, padding operators counted, one element type.

What is drawn and what is run differ: a batch norm and a ReLU6 are gone, while a padding that the runtime has no word
for becomes an operator with a tensor of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import NamedTuple
from weakref import WeakKeyDictionary

from designer.analysis.analysis import Analysis
from designer.analysis.program import Instruction, Program, Value, program_of
from designer.analysis.program_folding import foldable_norms, fused_clips, without_norms
from designer.errors import DesignerError
from designer.graph.design import NodePath
from designer.graph.operations import BatchNorm, Convolution, Linear, Multiply, Operation
from designer.graph.tensor import TensorSpec
from designer.targets.element_type import ElementType
from designer.targets.lite_operators import BROADCAST, INT8, LITE, Call, Kernel, Kernels
from designer.targets.placement import Need, Placement, placed


class NotDeployable(DesignerError):
    """A design has no form in a runtime's file; the text names the node and the operation."""


class ChannelUse(NamedTuple):
    """The channels of one layer that multiplies and accumulates.

    Attributes:
        path: Its node.
        taken: Channels it reads.
        made: Channels it makes.
        is_dense: Whether it is fully connected.
    """

    path: NodePath
    taken: int
    made: int
    is_dense: bool


@dataclass(frozen=True)
class Deployed:
    """Operators of a file in their order, and the tensors between them.

    Attributes:
        kernels: The operators.
        elements: Of each tensor.
        makers: The node that makes each tensor.
        entering: The tensors that come in.
        leaving: Those that go out.
        element_type: Of every tensor.
        weight_bytes: Of the weights and biases, as the file keeps them.
        channels: Of each convolution and fully connected layer, by its node: what it reads, what it makes, its groups.
        refusal: Why there is no such file, where an operator has no form in the element type; else empty.
    """

    kernels: tuple[Kernel, ...]
    elements: tuple[int, ...]
    makers: tuple[NodePath, ...]
    entering: tuple[int, ...]
    leaving: tuple[int, ...]
    element_type: ElementType
    weight_bytes: int
    channels: tuple[ChannelUse, ...]
    refusal: str = ""

    def moved_bytes(self, path: NodePath) -> int:
        """Bytes of the tensors that a node's operators read from others and give to others."""
        own = [kernel for kernel in self.kernels if kernel.path == path]
        taken = {tensor for kernel in own for tensor in kernel.inputs}
        made = {tensor for kernel in own for tensor in kernel.outputs}
        return sum(self.elements[tensor] for tensor in taken ^ made) * self.element_type.bytes

    @cached_property
    def placement(self) -> Placement:
        """Where TensorFlow Lite for Microcontrollers puts each tensor."""
        return placed(self.needs)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What must be held when: the tensors in the file's order, then what kernels ask for beside them.

        An operator runs at the time of its place among them, from one on; what comes in is there at time zero.
        """
        last = len(self.kernels)
        first_at, last_at = dict.fromkeys(self.entering, 0), dict.fromkeys(self.entering, 0)
        for time, kernel in enumerate(self.kernels, start=1):
            for tensor in kernel.outputs:
                first_at.setdefault(tensor, time)
                last_at[tensor] = time
            for tensor in kernel.inputs:
                last_at[tensor] = time
        for tensor in self.leaving:
            first_at.setdefault(tensor, last)
            last_at[tensor] = last
        size = self.element_type.bytes
        tensors = [
            Need(maker, elements * size, first_at[tensor], last_at[tensor])
            for tensor, (elements, maker) in enumerate(zip(self.elements, self.makers, strict=True))
            if tensor in first_at
        ]
        is_int8 = self.element_type is ElementType.INT8
        scratch = [
            Need(kernel.path, each.bytes, time, time, is_scratch=True)
            for time, kernel in enumerate(self.kernels, start=1)
            for each in kernel.scratch
            if is_int8 or not each.is_int8
        ]
        return (*tensors, *scratch)


_found: WeakKeyDictionary[Analysis, dict[ElementType, Deployed]] = WeakKeyDictionary()
_programs: WeakKeyDictionary[Analysis, Program] = WeakKeyDictionary()


def deployed_of(analysis: Analysis, element_type: ElementType) -> Deployed:
    """A valid design as a LiteRT file has it; worked out once an analysis and element type.

    Raises:
        InvalidDesign: The design has problems.
        NotDeployable: Nothing is known of an operation in such a file; the text names its node.
    """
    known = _found.setdefault(analysis, {})
    if element_type not in known:
        known[element_type] = _deployed(folded_program(analysis), element_type)
    return known[element_type]


def folded_program(analysis: Analysis) -> Program:
    """The program of a valid design with its batch norms folded; worked out once an analysis.

    Raises:
        InvalidDesign: The design has problems.
    """
    if analysis not in _programs:
        program = program_of(analysis)
        _programs[analysis] = without_norms(program, foldable_norms(program))
    return _programs[analysis]


def _deployed(program: Program, element_type: ElementType) -> Deployed:
    kernels = Kernels(is_int8=element_type is ElementType.INT8)
    specs, clipped = program.specs, fused_clips(program)
    tensors: dict[Value, int] = {
        value: kernels.tensor(path, specs[value].elements)
        for value, path in zip(program.whole.inputs, program.input_paths, strict=True)
    }
    entering = tuple(tensors[value] for value in program.whole.inputs)
    skipped = False
    for index, instruction in enumerate(program.instructions):
        if skipped:
            skipped = False
            continue
        found = _written(kernels, instruction, specs, tensors)
        skipped = index in clipped
        targets = program.instructions[index + 1].targets if skipped else instruction.targets
        tensors |= zip(targets, found, strict=True)
    operations = [(each.path, each.step.operation) for each in program.instructions]
    return Deployed(
        tuple(kernels.kernels),
        tuple(kernels.elements),
        tuple(kernels.makers),
        entering,
        tuple(tensors[value] for value in program.whole.outputs),
        element_type,
        sum(_weight_bytes(operation, element_type) for _, operation in operations),
        tuple(use for path, operation in operations if (use := _channels(path, operation)) is not None),
        _refusal(kernels),
    )


def _written(
    kernels: Kernels, instruction: Instruction, specs: Mapping[Value, TensorSpec], tensors: Mapping[Value, int]
) -> tuple[int, ...]:
    operation, path = instruction.step.operation, instruction.path
    write = LITE.find(operation)
    if write is None:
        raise NotDeployable(f"{'.'.join(path)}: {LITE.refusal(operation)}")
    taken, made = (tuple(specs[value] for value in each) for each in (instruction.sources, instruction.targets))
    is_broadcast = isinstance(operation, Multiply) and taken[0].shape != taken[1].shape
    title = BROADCAST if is_broadcast else operation.title
    call = Call(path, title, tuple(tensors[value] for value in instruction.sources), taken, made)
    found = write(kernels, call, operation)
    return (found,) if isinstance(found, int) else found


def _weight_bytes(operation: Operation, element_type: ElementType) -> int:
    """What a file keeps for an operation: in eight bits biases have four bytes, and of running statistics two remain.

    LiteRT's convolutions and fully connected layers have a bias always.
    """
    if isinstance(operation, BatchNorm):
        return 2 * operation.channels * element_type.bytes
    found = sum(
        prod(weight.shape) * (4 if weight.name == "bias" and element_type is ElementType.INT8 else element_type.bytes)
        for weight in operation.weights()
    )
    if isinstance(operation, (Convolution, Linear)) and not operation.bias:
        made = operation.out_channels if isinstance(operation, Convolution) else operation.out_features
        found += made * (4 if element_type is ElementType.INT8 else element_type.bytes)
    return found


def _channels(path: NodePath, operation: Operation) -> ChannelUse | None:
    if isinstance(operation, Convolution):
        return ChannelUse(path, operation.in_channels, operation.out_channels, is_dense=False)
    if isinstance(operation, Linear):
        return ChannelUse(path, operation.in_features, operation.out_features, is_dense=True)
    return None


def _refusal(kernels: Kernels) -> str:
    """Which operator has no form in eight bits, where one has none."""
    for kernel in kernels.kernels:
        if kernels.is_int8 and kernel.code not in INT8:
            return (
                f"{'.'.join(kernel.path)}: LiteRT's {kernel.code} has no form in eight bits, so {kernel.title} stays "
                "in floats; ReLU, ReLU6, LeakyReLU, hard-swish, sigmoid and tanh have one"
            )
    return ""
