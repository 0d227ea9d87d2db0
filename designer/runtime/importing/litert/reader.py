"""LiteRT in, float32 and float16: a .tflite file as operations, its channels last turned to ours.

Shapes are led through the operations; those that a file declares are not believed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from designer.errors import ImportRefused
from designer.files.atomic import reason_of
from designer.graph.operations import AveragePool, Convolution, MaxPool
from designer.graph.tensor import TensorSpec
from designer.graph.window import Padding, extent
from designer.importing.model_files import ImportOptions
from designer.importing.network import Boundary, Network, NetworkStep, Origin, Reading
from designer.runtime.importing.beginnings import refuse_other_kinds
from designer.runtime.importing.litert.folding import folded
from designer.runtime.importing.litert.layout import MAP, Flow, Laid, from_file, sides_of
from designer.runtime.importing.litert.model import LiteModel, LiteOperator, model_of, packed
from designer.runtime.importing.litert.operators import OPERATORS, spelled_out
from designer.runtime.importing.litert.reading import At, Padded
from designer.runtime.importing.litert.spelling import Bound

Array = NDArray[Any]

_RUNTIME = f"LiteRT {version('ai-edge-litert')}"
_MOST_BYTES = 2**32
_SIDE = 224
"""Rows and columns where a file leaves them open and nobody said."""
_MOST_ELEMENTS = 2**26
_MOST_WATCHED = 2**27
"""Elements of all tensors of a network between which the first difference is looked for: half a gigabyte."""
_OURS = "bottleneck-designer"


def read(path: str | os.PathLike[str], options: ImportOptions, tell: Callable[[float, str], None]) -> Reading:
    """A .tflite file.

    Raises:
        ImportRefused: It is none, is damaged, computes with quantised numbers, or cannot be drawn; the text names what
            it is, the tensor, or the operator that prevents it.
    """
    name = os.fspath(path)
    try:
        if os.path.getsize(name) > _MOST_BYTES:
            raise ImportRefused(f"{name}: it is larger than 4 GB, which no .tflite file is")
        content = Path(name).read_bytes()
    except OSError as error:
        raise ImportRefused(f"{name}: it cannot be read: {reason_of(error)}") from error
    refuse_other_kinds(name, content, ".tflite")
    model = model_of(name, content)
    tell(0.1, "reading its operators")
    walk = _Walk(model, options, name)
    network = walk.network(Path(name).stem)
    said = f", {model.description}" if model.description else ""
    original = _Original(walk.model, network, walk.flow, walk.ends)
    rewritten = tuple(walk.rewritten)
    return Reading(network, original, f"LiteRT{said}", "litert", (*model.warnings, *walk.warnings), rewritten)


class _Walk:
    """The operators of a file, one after the other.

    Args:
        model: What is read.
        options: What was chosen.
        path: The file, for refusals.
    """

    def __init__(self, model: LiteModel, options: ImportOptions, path: str) -> None:
        self.model, self._options, self._path = model, options, path
        self.flow = Flow()
        self.warnings: list[str] = []
        self.rewritten: list[str] = []
        self.ends: list[Laid] = []
        self._values: dict[int, Laid] = {}
        self._padded: dict[int, Padded] = {}
        self._constants = {
            index: tensor.constant for index, tensor in enumerate(model.tensors) if tensor.constant is not None
        }
        self._readers: dict[int, list[LiteOperator]] = {}
        for operator in model.operators:
            for index in operator.inputs:
                self._readers.setdefault(index, []).append(operator)

    def network(self, name: str) -> Network:
        """What the file computes."""
        try:
            return self._network(name)
        except ImportRefused as error:
            if str(error).startswith(self._path):
                raise
            raise ImportRefused(f"{self._path}: {error}") from error

    def _network(self, name: str) -> Network:
        inputs = tuple(self._entering(place, index) for place, index in enumerate(self.model.inputs))
        for operator in self.model.operators:
            self._fold(operator)
        spelled = spelled_out(self.model, self._constants)
        inside = {part for place, each in spelled.items() for part in each.found.parts if part != place}
        for place, operator in enumerate(self.model.operators):
            if place in inside or operator.outputs[0] in self._constants or self._fold(operator):
                continue
            at = self._at(operator)
            if place in spelled:
                parts = [self.model.operators[part] for part in sorted(spelled[place].found.parts)]
                self.flow.origins = tuple(self._origin(each) for each in parts)
                self._note(operator, spelled[place].build(Bound(at, spelled[place].found)))
            else:
                self._place(at)
        self.flow.origins = ()
        outputs = tuple(self._leaving(index) for index in self.model.outputs)
        is_open = all(any(tensor.open[:1]) for tensor in (self.model.tensors[index] for index in self.model.inputs))
        steps = _as_meant(self.flow.steps, _OURS in self.model.description)
        return Network(name, inputs, outputs, steps, {}, has_open_batch=is_open)

    # What enters and leaves ----------------------------------------------------------------------------------------

    def _entering(self, place: int, index: int) -> Boundary:
        tensor = self.model.tensors[index]
        if tensor.kind != "FLOAT32":
            raise ImportRefused(
                f"{self._path}: input '{tensor.name}' holds {tensor.kind.lower()}, and only float32 is drawn"
            )
        sides = self._sides(place, index)
        if len(sides) < 2 or len(sides) > 4 or min(sides) < 1:
            said = "×".join(map(str, sides)) or "a single number"
            raise ImportRefused(
                f"{self._path}: input '{tensor.name}' is {said}; pictures N×H×W×C, sequences N×L×C and vectors N×F "
                "can be drawn"
            )
        order = MAP if len(sides) == 4 and not self._stands_as_ours(index) else tuple(range(len(sides)))
        shape = tuple(sides[order.index(axis)] for axis in range(len(sides)))
        spec = TensorSpec(shape, channel_axis=2 if len(sides) == 3 else 1)
        if spec.elements > _MOST_ELEMENTS:
            raise ImportRefused(f"{self._path}: input '{tensor.name}' claims {spec.elements:,} numbers; it is damaged")
        name = self.flow.free(tensor.name)
        self.flow.specs[name] = spec
        self._values[index] = self.flow.seen(name, [(axis,) for axis in order], name)
        self.flow.laid[name] = self._values[index]
        return Boundary(name, tensor.name, spec, () if order == tuple(range(len(sides))) else order)

    def _sides(self, place: int, index: int) -> tuple[int, ...]:
        """The dimensions of an input, as the file has them."""
        tensor = self.model.tensors[index]
        if place < len(self._options.input_shapes):
            given = self._options.input_shapes[place]
            if len(given) != len(tensor.shape):
                raise ImportRefused(
                    f"{self._path}: input '{tensor.name}' has {len(tensor.shape)} dimensions, not {len(given)}"
                )
            if given != tensor.shape:
                self._resize(index, given)
            return given
        if not any(tensor.open[1:]):
            return tensor.shape
        last = len(tensor.shape) - 1
        sides = tuple(
            _SIDE if axis and axis != last and is_open else max(side, 1)
            for axis, (side, is_open) in enumerate(zip(tensor.shape, tensor.open, strict=True))
        )
        words = "×".join(map(str, sides[1:]))
        self.warnings.append(f"the file leaves sides of '{tensor.name}' open; it is drawn for {words}")
        self._resize(index, sides)
        return sides

    def _resize(self, index: int, sides: tuple[int, ...]) -> None:
        tensors = list(self.model.tensors)
        tensors[index] = replace(tensors[index], shape=sides)
        self.model = replace(self.model, tensors=tuple(tensors))

    def _stands_as_ours(self, index: int) -> bool:
        """Whether all that reads an input turns its N×C×H×W to N×H×W×C first."""
        readers = self._readers.get(index, [])
        orders = [self._constants.get(each.inputs[1]) for each in readers if each.kind == "TRANSPOSE"]
        return bool(readers) and len(orders) == len(readers) and all(_turns_to_map(order) for order in orders)

    def _leaving(self, index: int) -> Boundary:
        tensor = self.model.tensors[index]
        if index not in self._values:
            what = "a constant" if index in self._constants else "made by nothing"
            raise ImportRefused(f"{self._path}: output '{tensor.name}' is {what}; there is nothing to draw")
        value = self._values[index]
        if len(value.groups) < 2 or value.groups[0] != (0,):
            batch = self.flow.shape(value)[0]
            rest = numpy.prod(self.flow.shape(value)[1:], dtype=int)
            value = self.flow.reshaped(value, (batch, *(self.flow.sides(value) if batch == 1 else (int(rest),))))
        found = self.flow.one_for_one(value)
        is_map = self.flow.axes(found) == MAP and self.flow.specs[found.tensor].is_map
        found = found if is_map else self.flow.as_it_is(found)
        order = self.flow.axes(found)
        assert order is not None  # it is a map or as it is
        self.ends.append(replace(found, name=tensor.name))
        spec = self.flow.specs[found.tensor]
        return Boundary(found.tensor, tensor.name, spec, () if order == tuple(sorted(order)) else order)

    # Operators -----------------------------------------------------------------------------------------------------

    def _fold(self, operator: LiteOperator) -> bool:
        """Whether an operator follows from constants and shapes alone; then its result is a constant from now on."""
        made = operator.outputs[0]
        if made in self._constants:
            return True
        if operator.kind == "SHAPE" and operator.inputs[0] in self._values:
            sides = self.flow.sides(self._values[operator.inputs[0]])
            self._constants[made] = numpy.array(sides, numpy.int32)
            self.rewritten.append("shape worked out")
            return True
        known = [self._constants.get(index) for index in operator.inputs]
        inputs = [each for each in known if each is not None]
        if len(operator.outputs) != 1 or len(inputs) != len(known):
            return False
        found = folded(operator.kind, inputs, operator.options)
        if found is None:
            return False
        self._constants[made] = found
        self.rewritten.append("weights widened from float16" if operator.kind == "DEQUANTIZE" else "constant folded")
        return True

    def _at(self, operator: LiteOperator) -> At:
        made = operator.outputs[0]
        names = tuple(self.flow.free(self.model.tensors[index].name) for index in operator.outputs)
        self.flow.origins = (self._origin(operator),)
        return At(
            operator,
            names,
            self.flow,
            self._values,
            self._constants,
            self._padded,
            self._readers.get(made, ()),
            made in self.model.outputs,
        )

    def _place(self, at: At) -> None:
        operator = at.operator
        build = OPERATORS.get(operator.kind)
        if build is None:
            raise ImportRefused(
                f"{self._path}: no layer computes {operator.kind} '{at.out}'. The network was not drawn, as half of it "
                "would be another network"
            )
        for index in operator.inputs:
            if index >= 0 and index not in self._values and index not in self._constants and index not in self._padded:
                raise at.refused(f"it reads '{self.model.tensors[index].name}', which nothing makes before it")
        self._note(operator, build(at))

    def _note(self, operator: LiteOperator, made: Sequence[Laid]) -> None:
        if operator.kind == "TRANSPOSE":
            self.rewritten.append("transpose taken in")
        for index, value in zip(operator.outputs, made, strict=False):
            self._values[index] = value
            if value.tensor == value.name:
                self.flow.laid[value.name] = value

    def _origin(self, operator: LiteOperator) -> Origin:
        """Where an operator is from; converters write the modules into the names of tensors, several joined by ';'."""
        name = self.model.tensors[operator.outputs[0]].name
        first = name.split(";")[0].split("#")[0]
        parts = [part for part in re.split(r"[/]" if "/" in first else r"[.]", first) if part]
        options = vars(operator.options).items() if operator.options is not None else ()
        stated = ", ".join(f"{key}={value}" for key, value in options if numpy.ndim(value) == 0 and value is not None)
        text = f"{operator.kind}({stated})  {name}".rstrip()
        return Origin(first, operator.kind, tuple(parts[:-1]), (), text[:400])


def _turns_to_map(order: Any) -> bool:
    return isinstance(order, numpy.ndarray) and order.reshape(-1).tolist() == [0, 2, 3, 1]


def _as_meant(steps: Sequence[NetworkStep], is_ours: bool) -> tuple[NetworkStep, ...]:
    """The steps with what SAME stands for in a network of PyTorch's.

    There every odd window has symmetric padding; a file has it as a PAD where it steps, and as SAME where it does not,
    which is the same there. So SAME is read as symmetric where nothing in the file steps with SAME's uneven padding,
    and something steps with a symmetric one, or the file is written here.
    """
    windows = [step.operation for step in steps if isinstance(step.operation, (Convolution, MaxPool, AveragePool))]
    same = [each for each in windows if each.padding is Padding.SAME]
    is_symmetric = any(each.padding is Padding.SYMMETRIC for each in windows)
    if not all(_is_symmetric(each) for each in same) or not (is_symmetric or is_ours):
        return tuple(steps)
    return tuple(
        replace(step, operation=replace(step.operation, padding=Padding.SYMMETRIC))
        if isinstance(step.operation, (Convolution, MaxPool)) and step.operation.padding is Padding.SAME
        else step
        for step in steps
    )


def _is_symmetric(window: Convolution | MaxPool | AveragePool) -> bool:
    reach = extent(window.kernel, window.dilation) if not isinstance(window, AveragePool) else window.kernel
    down, across = reach
    return bool(down % 2 and across % 2) and window.pads == (down // 2, down // 2, across // 2, across // 2)


class _Original:
    """The file in LiteRT, its tables packed anew, so that the runtime meets no damaged offset and no untrue shape."""

    runtime = _RUNTIME

    def __init__(self, model: LiteModel, network: Network, flow: Flow, ends: Sequence[Laid]) -> None:
        self._model, self._network, self._flow, self._ends = model, network, flow, ends
        self._places = {tensor.name: index for index, tensor in enumerate(model.tensors)}
        self._content = b""

    def run(self, inputs: Sequence[Array], tensors: Sequence[str] = ()) -> Mapping[str, Array]:
        try:
            return self._run(inputs, self._between(tensors))
        except (RuntimeError, ValueError, TypeError) as error:
            text = (str(error).strip().splitlines() or ["without a word"])[0][:200]
            raise ImportRefused(f"{_RUNTIME} does not run it: {text}") from error

    def _between(self, tensors: Sequence[str]) -> list[Laid]:
        """Those of the tensors that the file has too; none where all of them together would be too large to keep."""
        if sum(spec.elements for spec in self._flow.specs.values()) > _MOST_WATCHED:
            return []
        return [self._flow.laid[name] for name in tensors if name in self._flow.laid]

    def _run(self, inputs: Sequence[Array], between: Sequence[Laid]) -> Mapping[str, Array]:
        self._content = self._content or packed(self._with_true_shapes())
        interpreter = _interpreter(self._content, is_plain=bool(between), keeps_all=bool(between))
        entering = []
        for index, array, boundary in zip(self._model.inputs, inputs, self._network.inputs, strict=True):
            theirs = numpy.ascontiguousarray(array.transpose(boundary.order) if boundary.order else array)
            entering.append((index, theirs))
            if theirs.shape != self._model.tensors[index].shape or any(self._model.tensors[index].open):
                interpreter.resize_tensor_input(index, theirs.shape)
        interpreter.allocate_tensors()
        for index, theirs in entering:
            interpreter.set_tensor(index, theirs.astype(numpy.float32, copy=False))
        interpreter.invoke()
        found: dict[str, Array] = {}
        for value in (*between, *self._ends):
            index = self._places[value.name]
            shape = self._flow.specs[value.tensor].shape
            array = interpreter.get_tensor(index)
            if array.size * shape[0] == numpy.prod(sides_of(value.groups, shape)) * (len(inputs[0]) if inputs else 1):
                found[value.tensor] = from_file(array, value.groups, shape)
        return found

    def _with_true_shapes(self) -> LiteModel:
        """The network with the shapes that the runtime leads through it.

        Its plain kernels work them out; the quicker ones believe what a file declares, and read beyond a tensor where
        that is damaged.
        """
        interpreter = _interpreter(packed(self._model), is_plain=True)
        interpreter.allocate_tensors()
        shapes = {entry["index"]: tuple(map(int, entry["shape"])) for entry in interpreter.get_tensor_details()}
        tensors = (
            replace(tensor, shape=shapes.get(index, tensor.shape)) if tensor.constant is None else tensor
            for index, tensor in enumerate(self._model.tensors)
        )
        return replace(self._model, tensors=tuple(tensors))


def _interpreter(content: bytes, *, is_plain: bool, keeps_all: bool = False) -> Interpreter:
    """The runtime with a file.

    Args:
        content: The file.
        is_plain: Whether it runs its plain kernels, which are slower and lead shapes through the network.
        keeps_all: Whether every tensor can be asked for afterwards.
    """
    return Interpreter(
        model_content=content,
        num_threads=1,
        experimental_preserve_all_tensors=keeps_all,
        experimental_op_resolver_type=(
            OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if is_plain else OpResolverType.AUTO
        ),
    )
