"""A design as a runtime runs it: norms folded, clips taken in, padding operators counted, one element type.

What is drawn and what is run differ: a batch norm and a ReLU6 are gone, while a padding that the runtime has no word
for becomes an operator with a tensor of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from designer.analysis.analysis import Analysis
from designer.analysis.program import Program, Value, program_of
from designer.analysis.program_folding import foldable_norms, fused_clips, without_norms
from designer.errors import DesignerError
from designer.graph.design import NodePath
from designer.targets.element_type import ElementType
from designer.targets.lite_operators import INT8, LITE, Call, Kernel, Kernels
from designer.targets.placement import Need, Placement, placed


class NotDeployable(DesignerError):
    """A design has no form in a runtime's file; the text names the node and the operation."""


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
    """

    kernels: tuple[Kernel, ...]
    elements: tuple[int, ...]
    makers: tuple[NodePath, ...]
    entering: tuple[int, ...]
    leaving: tuple[int, ...]
    element_type: ElementType

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


_found: WeakKeyDictionary[Analysis, dict[ElementType, Deployed | NotDeployable]] = WeakKeyDictionary()
_programs: WeakKeyDictionary[Analysis, Program] = WeakKeyDictionary()


def deployed_of(analysis: Analysis, element_type: ElementType) -> Deployed:
    """A valid design as a LiteRT file has it; worked out once an analysis and element type.

    Raises:
        InvalidDesign: The design has problems.
        NotDeployable: An operation has no form in such a file; the text names its node.
    """
    known = _found.setdefault(analysis, {})
    if element_type not in known:
        try:
            known[element_type] = _deployed(folded_program(analysis), element_type)
        except NotDeployable as refusal:
            known[element_type] = refusal
    found = known[element_type]
    if isinstance(found, NotDeployable):
        raise found
    return found


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
        operation = instruction.step.operation
        write = LITE.find(operation)
        if write is None:
            raise NotDeployable(f"{'.'.join(instruction.path)}: {LITE.refusal(operation)}")
        taken, made = (tuple(specs[value] for value in each) for each in (instruction.sources, instruction.targets))
        found = write(
            kernels, Call(instruction.path, tuple(tensors[value] for value in instruction.sources), taken, made), operation
        )
        skipped = index in clipped
        targets = program.instructions[index + 1].targets if skipped else instruction.targets
        tensors |= zip(targets, (found,) if isinstance(found, int) else found, strict=True)
    leaving = tuple(tensors[value] for value in program.whole.outputs)
    if kernels.is_int8:
        _require_int8(kernels)
    return Deployed(
        tuple(kernels.kernels), tuple(kernels.elements), tuple(kernels.makers), entering, leaving, element_type
    )


def _require_int8(kernels: Kernels) -> None:
    for kernel in kernels.kernels:
        if kernel.code not in INT8:
            raise NotDeployable(
                f"{'.'.join(kernel.path)}: LiteRT's {kernel.code} has no form in eight bits; "
                "an activation such as ReLU, ReLU6 or hard-swish has, and so has float32"
            )
