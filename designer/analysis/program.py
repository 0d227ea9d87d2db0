"""A valid design laid flat: blocks opened to any depth, every step in order of execution, every tensor numbered.

The module and the ONNX file are two readers of this one program, so they cannot differ in what is computed. Knows no
torch and no ONNX.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from designer.analysis.analysis import Analysis
from designer.analysis.report import problem_lines
from designer.errors import InvalidDesign
from designer.graph.design import NodePath, PortRef
from designer.graph.layer import Layer
from designer.graph.lowered import Lowered
from designer.graph.operations import Step
from designer.graph.tensor import TensorSpec

Value = int
"""The number of one tensor; each is made once."""


@dataclass(frozen=True)
class Instruction:
    """One step of a layer.

    Attributes:
        path: The node it belongs to, through blocks.
        layer: The layer of that node.
        step: What is computed.
        sources: The tensors it takes, in the step's order.
        targets: The tensors it makes.
        words: A word for each of them beside the node's name: nothing for the node's only output, the port's name for
            one of several outputs, the step's for what is made on the way.
    """

    path: NodePath
    layer: Layer
    step: Step
    sources: tuple[Value, ...]
    targets: tuple[Value, ...]
    words: tuple[str, ...]

    @property
    def target(self) -> Value:
        """The first tensor it makes."""
        return self.targets[0]


@dataclass(frozen=True)
class Stretch:
    """The instructions of a block, or of the whole: a piece of the program that is a program too.

    Attributes:
        path: The block's node; empty for the whole.
        start: Index of its first instruction.
        stop: Index after its last.
        inputs: The tensors that enter, one an input port.
        outputs: The tensors that leave, one an output port.
    """

    path: NodePath
    start: int
    stop: int
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]


@dataclass
class Program:
    """Every step of a design in order of execution.

    Attributes:
        instructions: The steps.
        stretches: The whole first, then every block, each before the blocks inside it.
        specs: Shape of every tensor.
        input_paths: The Input node of each tensor that enters.
        output_paths: The Output node of each tensor that leaves.
    """

    instructions: list[Instruction] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    specs: dict[Value, TensorSpec] = field(default_factory=dict)
    input_paths: tuple[NodePath, ...] = ()
    output_paths: tuple[NodePath, ...] = ()
    values: int = 0

    @property
    def whole(self) -> Stretch:
        """The stretch that is the whole program."""
        return self.stretches[0]

    def new_value(self, spec: TensorSpec) -> Value:
        """The number of a tensor not seen before."""
        value = self.values
        self.values += 1
        self.specs[value] = spec
        return value


def refuse_invalid(analysis: Analysis) -> None:
    """Raise InvalidDesign, with a line for each problem, unless the design can run."""
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))


def program_of(analysis: Analysis) -> Program:
    """The program of a design.

    Raises:
        InvalidDesign: The design has problems.
    """
    refuse_invalid(analysis)
    design = analysis.design
    program = Program(
        input_paths=tuple((node.id,) for node in design.input_nodes()),
        output_paths=tuple((node.id,) for node in design.output_nodes()),
    )
    entering = [program.new_value(_output_spec(analysis, node.id)) for node in design.input_nodes()]
    _lay_flat(program, analysis, (), entering)
    return program


def _output_spec(analysis: Analysis, node: str) -> TensorSpec:
    outputs = analysis.node(node).outputs  # type: ignore[arg-type]  # an id of the analysis' own design
    assert outputs is not None  # a valid design has no unknown shape
    return outputs[0]


def _lay_flat(program: Program, analysis: Analysis, prefix: NodePath, entering: Sequence[Value]) -> tuple[Value, ...]:
    """Append the instructions of a design whose inputs are these tensors; gives the tensors at its outputs."""
    design = analysis.design
    place = len(program.stretches)
    start = len(program.instructions)
    program.stretches.append(Stretch(prefix, start, start, (), ()))  # keeps its place before the blocks inside
    carried: dict[PortRef, Value] = {}
    for node, value in zip(design.input_nodes(), entering, strict=True):
        carried[PortRef(node.id, node.layer.outputs[0].name)] = value
    for id in design.order:
        node, report = design.nodes[id], analysis.node(id)
        if not node.layer.inputs or not node.layer.outputs:
            continue
        sources = [carried[design.wires[PortRef(id, port.name)].source] for port in node.layer.inputs]
        path = (*prefix, id)
        if report.inner is not None:
            made = _lay_flat(program, report.inner, path, sources)
        else:
            made = _append_steps(program, analysis, path, sources)
        for port, value in zip(node.layer.outputs, made, strict=True):
            carried[PortRef(id, port.name)] = value
    leaving = tuple(
        carried[design.wires[PortRef(node.id, node.layer.inputs[0].name)].source] for node in design.output_nodes()
    )
    program.stretches[place] = Stretch(prefix, start, len(program.instructions), tuple(entering), leaving)
    return leaving


def _append_steps(program: Program, analysis: Analysis, path: NodePath, sources: Sequence[Value]) -> tuple[Value, ...]:
    layer, report = analysis.design.nodes[path[-1]].layer, analysis.node(path[-1])
    assert report.known_inputs is not None  # a valid design has no unknown shape
    names = dict(zip((port.name for port in layer.inputs), sources, strict=True))
    outputs = [port.name for port in layer.outputs]
    lowered = _lowered(layer, report.known_inputs)
    for step in lowered.steps:
        targets = tuple(program.new_value(lowered.specs[name]) for name in step.results)
        takes = tuple(names[name] for name in step.inputs)
        words = tuple("" if outputs == [name] else name for name in step.results)
        program.instructions.append(Instruction(path, layer, step, takes, targets, words))
        names |= zip(step.results, targets, strict=True)
    return tuple(names[name] for name in outputs)


@lru_cache(maxsize=1 << 12)
def _lowered(layer: Layer, inputs: tuple[TensorSpec, ...]) -> Lowered:
    """A layer's steps; remembered, as the program of a design is asked for again after every edit of one node."""
    return layer.lowered(*inputs)
