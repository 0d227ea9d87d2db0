"""A design as a PyTorch module, built by reading the layers' steps.

Submodules are named as the canvas names its nodes, blocks nested, so that a weight's key in the state dict is its path
on the canvas joined by dots: ``bottleneck_1.expand.weight``. TensorFlow's padding depends on the size of the input, so
a module belongs to the input size of its design; the batch is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.opaque import refuse_opaque
from designer.analysis.program import Instruction, Program, Stretch, Value, program_of
from designer.analysis.torch_calls import PARTS, Call, torch_calls
from designer.export.names import attribute_name
from designer.graph.design import Design, NodePath
from designer.graph.operations import Add, BatchNorm, Opaque
from designer.runtime.compile import parts
from designer.runtime.compile.kept import KeptOperator, Runner
from designer.runtime.compile.memory import require_memory

Function = Callable[..., Tensor]

_MANY = 3
"""Branches from which on a sum of them is scaled; a residual of two is not."""


class Step(NamedTuple):
    """One call, with the places its tensors have while running.

    Attributes:
        function: What is called.
        sources: Places of what it takes.
        targets: Places of what it makes.
        dead: Places that nothing reads any more; they are emptied, so that the memory is free.
    """

    function: Function
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    dead: tuple[int, ...]


def _run(step: Step, places: list[Any]) -> None:
    """Call one step on what its places hold."""
    function, sources, targets, dead = step
    made = function(*[places[source] for source in sources])
    if len(targets) == 1:
        places[targets[0]] = made
    else:
        for target, each in zip(targets, made, strict=True):
            places[target] = each
    for place in dead:
        places[place] = None


class CompiledModule(nn.Module):
    """A design, or a block of one, as a module: N×C×H×W in for each Input node, one tensor or a tuple out.

    It runs a list of steps laid flat, whatever the nesting of its submodules; a block's own submodule runs the block
    alone. The steps hold the submodules themselves: loading weights, moving and casting are seen, putting another
    submodule in a place is not.

    Attributes:
        digest: The digest of the design it was made from.
        input_shapes: The shape of each input of the design, N×C×H×W.
    """

    digest: str = ""
    input_shapes: tuple[tuple[int, ...], ...] = ()

    def __init__(
        self, steps: Sequence[Step], paths: Sequence[NodePath], arity: int, places: int, outputs: tuple[int, ...]
    ) -> None:
        """Keep the steps.

        Args:
            steps: What to run, in order.
            paths: The node of each step.
            arity: How many tensors enter; they have the first places.
            places: How many tensors there are at most at once.
            outputs: Places of what is given out.
        """
        super().__init__()
        self._steps = tuple(steps)
        self._paths = tuple(paths)
        self._arity = arity
        self._places = places
        self._outputs = outputs

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Run the design once.

        Raises:
            TypeError: The number of inputs is not that of the design.
        """
        places = self._filled(inputs)
        for step in self._steps:
            _run(step, places)
        return self._results(places)

    def observed(self, inputs: Sequence[Tensor]) -> Iterator[NodePath]:
        """Run the design once, step by step; gives the path of each step's node after the step."""
        places = self._filled(inputs)
        for step, path in zip(self._steps, self._paths, strict=True):
            _run(step, places)
            yield path

    def watched(self, inputs: Sequence[Tensor]) -> Iterator[tuple[NodePath, Tensor]]:
        """Run the design once, step by step; gives the path of each step's node and the first tensor it made."""
        places = self._filled(inputs)
        for step, path in zip(self._steps, self._paths, strict=True):
            _run(step._replace(dead=()), places)
            yield path, places[step.targets[0]]
            for place in step.dead:
                places[place] = None

    def submodule(self, path: NodePath) -> nn.Module:
        """The submodule of a node.

        Raises:
            KeyError: The node has none: it is an endpoint, or a function such as an addition.
        """
        found: nn.Module = self
        for name in path:
            inner = found._modules.get(attribute_name(name))
            if inner is None:
                raise KeyError(f"{'.'.join(path)} has no module of its own")
            found = inner
        return found

    def _filled(self, inputs: Sequence[Tensor]) -> list[Any]:
        if len(inputs) != self._arity:
            raise TypeError(f"this design has {self._arity} inputs, and {len(inputs)} tensors were given")
        return [*inputs, *[None] * (self._places - self._arity)]

    def _results(self, places: list[Any]) -> Tensor | tuple[Tensor, ...]:
        results = tuple(places[place] for place in self._outputs)
        return results[0] if len(results) == 1 else results


def compile_module(design: Design, *, seed: int = 0, device: str | torch.device = "cpu") -> CompiledModule:
    """The PyTorch module of a design, with fresh weights, in training mode as PyTorch's own modules are.

    Args:
        design: What to build.
        seed: Weights are the same for the same seed; the global random state is left alone.
        device: Where the weights lie; ``meta`` keeps shapes only and allocates nothing.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
        NotEnoughMemory: It would not fit; nothing was allocated.
    """
    return compile_analysis(analyse(design), seed=seed, device=torch.device(device))


def compile_analysis(
    analysis: Analysis,
    *,
    seed: int,
    device: torch.device,
    keeps_opaque: bool = False,
    runner: Runner | None = None,
) -> CompiledModule:
    """As ``compile_module``, where the analysis is there already; memory is asked for the analysis' batch.

    Args:
        analysis: What to build.
        seed: Of the fresh weights.
        device: Where they lie.
        keeps_opaque: Whether opaque nodes become modules that hold their constants, for a file that they go into.
        runner: Who runs those; where None, the module does not run.

    Raises:
        InvalidDesign: The design has problems, or an opaque node that PyTorch cannot run.
        NotEnoughMemory: It would not fit.
    """
    program = program_of(analysis)
    if not keeps_opaque:
        refuse_opaque(analysis, "PyTorch cannot run")
    if device.type != "meta":
        require_memory(analysis, device)
    with torch.device("meta"):
        module = _assemble(program, runner)
    module.digest = analysis.digest
    if device.type == "meta":
        return module
    module.to_empty(device="cpu")
    initialise(module, seed)
    _share_sums(module, program)
    return module.to(device)


def assembled(program: Program, weights: Mapping[str, Tensor]) -> CompiledModule:
    """The module of a program that has weights already, as a folded one has; on the CPU, of no design's digest."""
    with torch.device("meta"):
        module = _assemble(program)
    module.to_empty(device="cpu")
    module.load_state_dict(dict(weights))
    return module


def random_inputs(shapes: Sequence[tuple[int, ...]], device: torch.device, seed: int = 0) -> list[Tensor]:
    """Normal noise of these shapes, N×C×H×W, the same for the same seed on every device."""
    source = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=source).to(device) for shape in shapes]


def initialise(module: nn.Module, seed: int) -> None:
    """Give a module on the CPU fresh weights: kernels by He's rule, normal with variance 2 / fan-in, biases zero.

    Source: He et al. 2015, Delving Deep into Rectifiers, eq. 10. Unlike PyTorch's own start it keeps the size of the
    signal through any depth, so that outputs of an untrained design can be compared at all.
    """
    source = torch.Generator().manual_seed(seed)
    for part in module.modules():
        if isinstance(part, KeptOperator):
            part.reset_parameters(source)
            continue
        weight = getattr(part, "weight", None)
        if not isinstance(weight, nn.Parameter):
            continue
        if weight.dim() < 2:
            part.reset_parameters()  # type: ignore[operator]  # a norm: scale 1, shift 0, fresh statistics
            continue
        with torch.no_grad():
            weight.normal_(0.0, (2 / weight[0].numel()) ** 0.5, generator=source)
            if isinstance(part.bias, nn.Parameter):
                part.bias.zero_()


def _share_sums(module: CompiledModule, program: Program) -> None:
    """Scale the norms of n branches, three or more, that are summed by 1/√n, so that a sum is no larger than a branch.

    Without it the signal of a network of such blocks doubles with each, and float16 overflows.
    """
    normed = {each.target: each for each in program.instructions if isinstance(each.step.operation, BatchNorm)}
    sums: dict[NodePath, list[Instruction]] = {}
    for each in program.instructions:
        if isinstance(each.step.operation, Add):
            sums.setdefault(each.path, []).append(each)
    for path, steps in sums.items():
        made = {each.target for each in steps}
        summands = [source for each in steps for source in each.sources if source not in made]
        if len(summands) < _MANY or not all(source in normed for source in summands):
            continue
        with torch.no_grad():
            for source in summands:
                weight = module.submodule(normed[source].path).weight
                assert isinstance(weight, nn.Parameter), path
                weight.fill_(len(summands) ** -0.5)


def function_of(call: Call) -> Function:
    """What a call means: a module built with its arguments, or a function with them bound."""
    target = _target(call.target)
    arguments = dict(call.arguments)
    if call.is_module:
        module: nn.Module = target(**arguments)
        return module
    function: Function = partial(target, **arguments) if arguments else target
    return _of_sequence(function) if call.takes_sequence else function


def _target(name: str) -> Any:
    """PyTorch's own, one of the parts, or what another package has in one of its modules."""
    root, *names = name.split(".")
    if root not in {"torch", PARTS}:
        module, _, last = name.rpartition(".")
        return getattr(import_module(module), last)
    found: Any = parts if root == PARTS else torch
    for each in names:
        found = getattr(found, each)
    return found


class _in_turn:  # noqa: N801  # a function in all but this: it can be pickled and copied
    """Functions, one after the other; a module among them is found by its name.

    Args:
        functions: What is called.
        reads: For each, which tensors it takes: those given come first, then what was made before it.
    """

    def __init__(self, functions: Sequence[Function], reads: Sequence[tuple[int, ...]]) -> None:
        self._functions = tuple(zip(functions, reads, strict=True))

    @property
    def module(self) -> nn.Module | None:
        """The module among them."""
        return next((each for each, _ in self._functions if isinstance(each, nn.Module)), None)

    def __call__(self, *tensors: Tensor) -> Tensor:
        held = list(tensors)
        for function, reads in self._functions:
            held.append(function(*[held[index] for index in reads]))
        return held[-1]


def _module_of(function: Function) -> nn.Module | None:
    if isinstance(function, nn.Module):
        return function
    return function.module if isinstance(function, _in_turn) else None


class _of_sequence:  # noqa: N801  # a function in all but this: it can be pickled and copied
    """A function of one sequence, called with its items."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def __call__(self, *items: Tensor) -> Tensor:
        return self._function(items)


def _function_of_step(instruction: Instruction, runner: Runner | None) -> Function:
    if isinstance(instruction.step.operation, Opaque):
        return KeptOperator(instruction.step.operation, runner)
    calls = torch_calls(instruction.step)
    functions = [function_of(call) for call in calls]
    if len(functions) == 1:
        return functions[0]
    names = [*instruction.step.inputs, *(call.result for call in calls)]
    return _in_turn(functions, [tuple(map(names.index, call.inputs)) for call in calls])


def _assemble(program: Program, runner: Runner | None = None) -> CompiledModule:
    functions = [_function_of_step(instruction, runner) for instruction in program.instructions]
    built = {stretch.path: _stretch_module(program, stretch, functions) for stretch in program.stretches}
    # In order of execution, so that the state dict lists the weights as the signal meets them.
    for instruction, function in zip(program.instructions, functions, strict=True):
        module = _module_of(function)
        if module is not None:
            _name(built, instruction.path, module)
    for path, block in built.items():
        if path:
            _register(built[path[:-1]], path[-1], block)  # blocks without any module inside
    whole = built[()]
    whole.input_shapes = tuple(program.specs[value].shape for value in program.whole.inputs)
    return whole


def _name(built: Mapping[NodePath, CompiledModule], path: NodePath, module: nn.Module) -> None:
    """Register a module under its path, and the blocks around it where they are not yet."""
    for depth in range(1, len(path)):
        _register(built[path[: depth - 1]], path[depth - 1], built[path[:depth]])
    _register(built[path[:-1]], path[-1], module)


def _register(parent: nn.Module, name: str, module: nn.Module) -> None:
    parent._modules.setdefault(attribute_name(name), module)


def _stretch_module(program: Program, stretch: Stretch, functions: Sequence[Function]) -> CompiledModule:
    """The module that runs one stretch of the program."""
    instructions = program.instructions[stretch.start : stretch.stop]
    last_read = _last_reads(program, stretch)
    place_of = {value: place for place, value in enumerate(stretch.inputs)}
    arity = len(stretch.inputs)
    places = arity
    free: list[int] = []
    steps = []
    for index, instruction in enumerate(instructions):
        dying = {value for value in instruction.sources if last_read[value] == index}
        given_back = sorted(place_of[value] for value in dying)
        sources = tuple(place_of[value] for value in instruction.sources)
        targets = []
        for value in instruction.targets:
            if given_back:
                target = given_back.pop(0)
            elif free:
                target = free.pop()
            else:
                target, places = places, places + 1
            place_of[value] = target
            targets.append(target)
        given_back += [place_of[value] for value in instruction.targets if last_read.get(value, -1) < 0]
        free += given_back
        steps.append(Step(functions[stretch.start + index], sources, tuple(targets), tuple(given_back)))
    outputs = tuple(place_of[value] for value in stretch.outputs)
    return CompiledModule(steps, [instruction.path for instruction in instructions], arity, places, outputs)


def _last_reads(program: Program, stretch: Stretch) -> dict[Value, int]:
    """By tensor, the index in the stretch of the last instruction that reads it; after all for what leaves."""
    found = {
        value: index
        for index, instruction in enumerate(program.instructions[stretch.start : stretch.stop])
        for value in instruction.sources
    }
    return found | dict.fromkeys(stretch.outputs, stretch.stop)
