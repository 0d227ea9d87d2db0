"""PyTorch in: a module, by ``torch.export``; each call becomes an operation.

No file of ``torch.export.save`` is read: torch.export.load unpickles weights and evaluates sizes that a file states as
text, so such a file can run code.
Shapes are taken from the trace, weights from the program's state; what follows from constants alone is worked out.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor, fx, nn
from torch.export import Dim, ExportedProgram

from designer.errors import ImportRefused
from designer.graph.operations import Identity
from designer.graph.tensor import TensorSpec
from designer.importing.model_files import ImportOptions
from designer.importing.network import Boundary, Foreign, Network, NetworkStep, Origin, Reading
from designer.runtime.importing.building import Built
from designer.runtime.importing.pytorch_batch import Layout, layout_of, shape_of
from designer.runtime.importing.pytorch_operators import OPERATORS, Call, operator_of

RUNTIME = f"PyTorch {torch.__version__}"

_DROPPED = frozenset(
    [
        *("alias", "contiguous", "clone", "detach", "lift_fresh_copy", "_to_copy", "to", "type_as", "positive"),
        *("_assert_tensor_metadata", "_assert_scalar", "sym_constrain_range_for_size"),
    ]
)
"""Calls that change no number of what they take."""

_REGIONS = {"wrap_with_autocast": 4, "wrap_with_set_grad_enabled": 1}
"""Calls of a graph within the graph, which say in what precision or mode it runs; and which argument the graph is."""


def read_module(module: nn.Module, examples: Sequence[Tensor], warnings: tuple[str, ...] = ()) -> Reading:
    """A module, traced with examples of what it takes, N×C×H×W each.

    Raises:
        ImportRefused: ``torch.export`` cannot trace it; the text has PyTorch's reason and the line of source.
    """
    with _evaluating(module):
        program, more = _exported(module, examples)
    return _reading(program, module, type(module).__name__, (*warnings, *more))


def read_named(target: str, options: ImportOptions) -> Reading:
    """A module that code makes: ``package.module:factory`` or ``FILE.py:NAME``. This runs that code.

    Raises:
        ImportRefused: There is no such code, it does not give a module, or the shape of the input was not said.
    """
    made = _made(target, dict(options.settings))
    if not options.input_shapes:
        raise ImportRefused(f"{target}: say what it takes, as --input 1x3x224x224")
    source = torch.Generator().manual_seed(options.seed)
    examples = [torch.randn(shape, generator=source) for shape in options.input_shapes]
    return read_module(made, examples)


def _made(target: str, settings: Mapping[str, str]) -> nn.Module:
    place, _, name = target.rpartition(":")
    if not place or not name:
        raise ImportRefused(f"{target}: name a module's code as package.module:factory or FILE.py:NAME")
    try:
        if place.endswith(".py"):
            spec = importlib.util.spec_from_file_location(Path(place).stem, place)
            if spec is None or spec.loader is None or not Path(place).is_file():
                raise ImportRefused(f"{place}: there is no such file")
            holder = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(holder)
        else:
            holder = importlib.import_module(place)
        found = getattr(holder, name)
        made = found if isinstance(found, nn.Module) else found(**{key: _plain(each) for key, each in settings.items()})
    except ImportRefused:
        raise
    except Exception as error:  # other people's code raises what it likes
        raise ImportRefused(f"{target}: its code failed: {type(error).__name__}: {_first_line(error)}") from error
    if not isinstance(made, nn.Module):
        raise ImportRefused(f"{target}: it gives {type(made).__name__} and not a torch.nn.Module")
    return made


def _plain(text: str) -> Any:
    """A setting as a number, a flag, or the text itself."""
    words: dict[str, Any] = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """The module in eval mode, and as it was afterwards."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, was_training in modes:
            part.training = was_training


def _exported(module: nn.Module, examples: Sequence[Tensor]) -> tuple[ExportedProgram, tuple[str, ...]]:
    """The program of a module, its batch open where it can be; a batch of one would be taken for a constant."""
    several = tuple(each if each.shape[0] > 1 else torch.cat([each, each]) for each in examples)
    try:
        return _traced(module, several, ({0: Dim.AUTO},) * len(several)), ()
    except ImportRefused as refusal:
        try:
            program = _traced(module, tuple(examples), None)
        except ImportRefused:
            raise refusal from None
        return program, ("its batch is fixed: torch.export traced it only for the example's",)


def _traced(module: nn.Module, examples: tuple[Tensor, ...], open_sides: Any) -> ExportedProgram:
    try:
        with torch.no_grad(), _in_silence():
            return torch.export.export(module, examples, dynamic_shapes=open_sides, strict=False)
    except Exception as error:  # its exporter raises what tracing raises
        raise ImportRefused(
            f"{type(module).__name__}: torch.export cannot trace it: {_reason(error)}; "
            "what is drawn has no branch that depends on numbers"
        ) from error


@contextmanager
def _in_silence() -> Iterator[None]:
    """Without what torch.export prints of a trace that fails: the refusal has its reason."""
    log = logging.getLogger("torch")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            yield
    finally:
        log.setLevel(level)


def _reason(error: Exception) -> str:
    """PyTorch's reason in one line, with the line of source where it names one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    places = [line for line in lines if line.startswith('File "') and "site-packages/torch/" not in line]
    return " ".join([lines[0] if lines else type(error).__name__, *places[-1:]])


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


# From a program to a network -----------------------------------------------------------------------------------------


def _reading(program: ExportedProgram, module: nn.Module, name: str, warnings: tuple[str, ...]) -> Reading:
    walk = _Walk(program)
    network = walk.network(name)
    original = _Original(program, module, network, walk.names)
    version = torch.__version__.partition("+")[0]
    return Reading(network, original, f"PyTorch {version}, torch.export", "pytorch", warnings, tuple(walk.rewritten))


class _Walk:
    """The calls of a program, one after the other.

    Args:
        program: What is read.
    """

    def __init__(self, program: ExportedProgram) -> None:
        self._program = program
        self._held: dict[fx.Node, Any] = {}
        self._steps: list[NetworkStep] = []
        self._inputs: list[Boundary] = []
        self._outputs: list[Boundary] = []
        self.names: dict[str, str] = {}
        """By a tensor of the network, the node of the program that makes it."""
        self.rewritten: list[str] = []
        self._within = ""

    def network(self, name: str) -> Network:
        """What the program computes."""
        signature = self._program.graph_signature
        kept = {**self._program.state_dict, **self._program.constants}
        targets = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        for node in self._program.graph.nodes:
            if node.op == "placeholder" and node.name in targets:
                self._held[node] = kept[targets[node.name]].detach()
            elif node.op == "placeholder":
                self._enter(node)
            elif node.op == "call_function":
                self._call(node)
            elif node.op == "output":
                self._leave(node)
        open_batch = any(not isinstance(node.meta["val"].shape[0], int) for node in self._entering())
        return Network(
            name, tuple(self._inputs), tuple(self._outputs), tuple(self._steps), {}, has_open_batch=open_batch
        )

    def _entering(self) -> list[fx.Node]:
        return [node for node, held in self._held.items() if node.op == "placeholder" and isinstance(held, str)]

    def _enter(self, node: fx.Node) -> None:
        value = node.meta.get("val")
        if not isinstance(value, Tensor) or value.dim() < 2:
            raise ImportRefused(f"input '{node.name}' is no tensor N×C×H×W, N×L×C or N×F, and only those are drawn")
        self._held[node] = node.name
        self.names[node.name] = node.name
        shape = shape_of(value)
        spec = TensorSpec(shape, channel_axis=2 if len(shape) == 3 else 1)
        self._inputs.append(Boundary(node.name, node.name, spec))

    def _leave(self, node: fx.Node) -> None:
        for each in _flat(node.args[0]):
            value = each.meta["val"]
            held = self._held[each]
            if not isinstance(held, str):
                raise ImportRefused(f"output '{each.name}' is a constant; there is nothing to draw")
            if layout_of(value) != Layout():
                raise ImportRefused(
                    f"output '{each.name}' has its batch elsewhere than first, and no layer computes that"
                )
            self._outputs.append(Boundary(held, each.name, TensorSpec(shape_of(value))))

    def _call(self, node: fx.Node) -> None:
        operator = operator_of(node.target)
        if operator in _REGIONS:
            self._inline(node, _REGIONS[operator])
            return
        arguments = [*node.args, *node.kwargs.values()]
        read = [each for each in _flat(arguments) if isinstance(each, fx.Node)]
        if operator == "getitem":
            whole = self._held[node.args[0]]  # type: ignore[index]  # the first argument of getitem is a node
            self._held[node] = whole[node.args[1]]
            return
        if read and all(isinstance(self._held.get(each), Tensor) for each in read) and not operator.startswith("sym_"):
            self._held[node] = self._worked_out(node)
            return
        if operator in _DROPPED:
            self._held[node] = self._held[read[0]] if read else None
            return
        if not isinstance(node.meta.get("val"), (Tensor, tuple, list)):
            self._held[node] = node.meta.get("val")  # a size; shapes are known from the trace
            return
        self._place(node, operator)

    def _inline(self, node: fx.Node, place: int) -> None:
        """Read the calls of a graph within the graph in its place."""
        holder: Any = node.graph.owning_module
        inner, given = node.args[place], iter(node.args[place + 1 :])
        graph = getattr(holder, str(inner.target)).graph  # type: ignore[union-attr]  # a get_attr node
        outside, self._within = self._within, f"{self._within}{node.name}/"
        for each in graph.nodes:
            if each.op == "placeholder":
                self._held[each] = self._held[next(given)]  # type: ignore[index]  # graphs take nodes only
            elif each.op == "call_function":
                self._call(each)
            elif each.op == "output":
                results = each.args[0]
                several = isinstance(results, (tuple, list))
                self._held[node] = [self._held[r] for r in results] if several else self._held[results]
        self._within = outside

    def _worked_out(self, node: fx.Node) -> Any:
        """What follows from constants alone."""

        def filled(each: Any) -> Any:
            return fx.node.map_arg(each, lambda node: self._held[node])

        self.rewritten.append("constant folded")
        with torch.no_grad():
            return node.target(*filled(node.args), **filled(node.kwargs))  # type: ignore[operator]  # a function

    def _place(self, node: fx.Node, operator: str) -> None:
        build = OPERATORS.get(operator)
        call = Call(node, operator, self._held, self._within + node.name)
        value = node.meta["val"]
        reason = f"{_said(node, operator)}: no layer computes it"
        built: list[Built] = []
        if build is not None:
            try:
                built = list(build(call))
            except ImportRefused as error:
                reason = str(error)
        if len(built) == 1 and isinstance(built[0].operation, Identity):
            self._held[node] = built[0].inputs[0]
            return
        for made in built:
            self._append(node, operator, made)
        if isinstance(value, Tensor):
            if operator.endswith("_"):
                self._written_over(node.args[0], call.result)
            self._held[node] = call.result
        else:
            self._held[node] = [call.part(index) for index in range(len(value))]
        if not built:
            self._foreign(node, operator, call, reason)
        for name in call.made:
            self.names.setdefault(name, node.name)

    def _foreign(self, node: fx.Node, operator: str, call: Call, reason: str) -> None:
        """Note a call that no operation says: a rule may find what it is a part of, else it is refused."""
        held = self._held[node]
        results = (held,) if isinstance(held, str) else tuple(held)
        shapes = [shape_of(each) for each in call.results]
        specs = tuple(
            TensorSpec(shape, channel_axis=2 if len(shape) == 3 else min(1, len(shape) - 1)) for shape in shapes
        )
        read = dict.fromkeys(each for each in _flat([*node.args, *node.kwargs.values()]) if isinstance(each, fx.Node))
        flowing = tuple(name for each in read if isinstance(name := self._held.get(each), str))
        whole = f"{reason}. The network was not drawn, as half of it would be another network"
        if not flowing or any(len(shape) < 2 for shape in shapes):
            raise ImportRefused(whole)
        foreign = Foreign("pytorch", operator, call.plain, specs, "", whole)
        self._steps.append(NetworkStep(foreign, flowing, results, {}, (_origin(node, operator),)))

    def _written_over(self, node: Any, result: str) -> None:
        """Let every name of a tensor that a call wrote into mean what the call made."""
        before = self._held.get(node)
        self._held.update(
            {each: result for each, held in self._held.items() if isinstance(held, str) and held == before}
        )

    def _append(self, node: fx.Node, operator: str, made: Built) -> None:
        weights = {name: _array(tensor) for name, tensor in made.weights.items()}
        self._steps.append(NetworkStep(made.operation, made.inputs, made.results, weights, (_origin(node, operator),)))


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from _flat(each)
    elif isinstance(value, dict):
        yield from _flat(list(value.values()))
    else:
        yield value


def _array(tensor: Tensor) -> NDArray[Any]:
    return tensor.detach().to(torch.float32).cpu().contiguous().numpy()


def _said(node: fx.Node, operator: str) -> str:
    scope = ".".join(_modules(node)[0])
    return f"aten.{operator} '{node.name}'" + (f" in {scope}" if scope else "")


def _origin(node: fx.Node, operator: str) -> Origin:
    scope, classes = _modules(node)
    arguments = ", ".join(str(each) for each in node.args)
    return Origin(node.name, f"aten.{operator}", scope, classes, f"{node.name} = aten.{operator}({arguments})"[:400])


def _modules(node: fx.Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The modules a call stands in, and their classes; those that only hold others in a row have none."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    if not stack:
        return (), ()
    classes = {path: _class_name(kind) for path, kind in stack}
    scope = tuple(stack[-1][0].split(".")) if stack[-1][0] else ()
    return scope, tuple(classes.get(".".join(scope[: depth + 1]), "") for depth in range(len(scope)))


def _class_name(kind: Any) -> str:
    name = kind if isinstance(kind, str) else kind.__name__
    last = name.rpartition(".")[2]
    return "" if last in ("Sequential", "ModuleList", "ModuleDict") else last


# The original --------------------------------------------------------------------------------------------------------


class _Original:
    """The module itself, in eval mode; tensors between by running the traced calls one by one."""

    runtime = RUNTIME

    def __init__(self, program: ExportedProgram, module: nn.Module, network: Network, names: Mapping[str, str]) -> None:
        self._program, self._module = program, module
        self._network, self._names = network, names

    def run(self, inputs: Sequence[NDArray[Any]], tensors: Sequence[str] = ()) -> Mapping[str, NDArray[Any]]:
        given = [torch.from_numpy(numpy.array(each)) for each in inputs]  # a module may write into what it takes
        try:
            with torch.no_grad():
                if tensors:
                    return self._traced(given)
                if isinstance(self._module, fx.GraphModule):  # of a file: it has no mode to change
                    results = list(_flat(self._module(*given)))
                else:
                    with _evaluating(self._module):
                        results = list(_flat(self._module(*given)))
        except Exception as error:  # other people's code raises what it likes
            raise ImportRefused(f"PyTorch does not run it: {_first_line(error)}") from error
        return {each.tensor: result.numpy() for each, result in zip(self._network.outputs, results, strict=True)}

    def _traced(self, given: Sequence[Tensor]) -> Mapping[str, NDArray[Any]]:
        """Every tensor of the network, by running the traced calls one by one."""
        found: dict[str, Tensor] = {}

        class Watching(fx.Interpreter):
            def run_node(self, n: fx.Node) -> Any:
                made = super().run_node(n)
                if isinstance(made, Tensor):
                    found[n.name] = made.detach().clone()
                return made

        module = self._program.module()
        Watching(module).run(*given)
        return {
            name: found[node].numpy() for name, node in self._names.items() if node in found and name.startswith(node)
        }
