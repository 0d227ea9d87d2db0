"""ONNX in, of any opset from 6 up: raised first, constants worked out, then each operator as an operation.

Shapes are led through the operations; those that a file declares are not believed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper, version_converter
from onnx.reference import ReferenceEvaluator
from onnx.shape_inference import infer_shapes

from designer.errors import DesignerError, ImportRefused, ShapeError
from designer.files.atomic import reason_of
from designer.graph.operations import constant_name
from designer.graph.tensor import DType, TensorSpec
from designer.importing.model_files import ImportOptions
from designer.importing.network import ADDEND, Boundary, Foreign, Network, NetworkStep, Origin, Reading
from designer.runtime.formats.onnx_opaque import ELEMENTS, one_operator, packed, read_by, rename
from designer.runtime.formats.onnx_session import RUNTIME, session_of
from designer.runtime.importing.beginnings import refuse_other_kinds
from designer.runtime.importing.building import Built
from designer.runtime.importing.onnx_operators import OPERATORS, At

Array = NDArray[Any]

_LEAST_OPSET, _RAISED_TO = 6, 17
_MOST_BYTES = 2**31
_MOST_FOLDED = 2**24
"""Elements of a constant that is worked out: more is no shape and no table, but a network's own work."""
_NEVER_FOLDED = {
    *("If", "Loop", "Scan"),
    *("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"),
}
"""Operators that constants alone do not determine, or that hold graphs of their own."""
_A_WEIGHT = 1024
"""Numbers from which on a constant of an operator that is kept is a weight of its node."""
_TO_CHANNELS_FIRST, _CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
_SIDE = 224
"""Rows and columns where a file leaves them open and nobody said."""


def read(path: str | os.PathLike[str], options: ImportOptions, tell: Callable[[float, str], None]) -> Reading:
    """An ONNX file.

    Raises:
        ImportRefused: It is none, or cannot be drawn; the text names what it is, or the operator that prevents it.
    """
    name = os.fspath(path)
    model = _loaded(name, options)
    opset = next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), 0)
    if opset < _LEAST_OPSET:
        raise ImportRefused(f"{name}: it is of opset {opset}, and {_LEAST_OPSET} and later are read; export it anew")
    tell(0.05, "raising the opset")
    raised, words = _raised(model, opset)
    facts = _Facts(name, raised)
    walk = _Walk(raised, options, name, facts)
    network = walk.network(Path(name).stem)
    producer = f", by {model.producer_name} {model.producer_version}".rstrip() if model.producer_name else ""
    source = f"ONNX, opset {opset}{words}{producer}"

    def keeping(tensors: frozenset[str]) -> Network:
        return _Walk(raised, options, name, facts, walk.operators_of(tensors)).network(Path(name).stem)

    original = _Original(name, raised, network)
    return Reading(network, original, source, "onnx", tuple(walk.warnings), tuple(walk.folded), keeping)


def _loaded(name: str, options: ImportOptions) -> onnx.ModelProto:
    """The file as a protobuf that is a network."""
    try:
        size = os.path.getsize(name)
        if size > _MOST_BYTES:
            raise ImportRefused(
                f"{name}: it is larger than 2 GB, which no ONNX file is; keep weights in a file beside it"
            )
        content = Path(name).read_bytes()
    except OSError as error:
        raise ImportRefused(f"{name}: it cannot be read: {reason_of(error)}") from error
    refuse_other_kinds(name, content, "ONNX")
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except Exception as error:  # protobuf's own exception, whose package has no types here
        raise ImportRefused(f"{name}: it is no ONNX file, or a part of one that was cut short") from error
    if not model.ir_version or not model.graph.node:
        raise ImportRefused(f"{name}: there is no network in it; it is no ONNX file, or was cut short")
    _refuse_claims(name, model)
    outside = [each for each in model.graph.initializer if each.data_location == onnx.TensorProto.EXTERNAL]
    if outside and not options.has_external_data:
        raise ImportRefused(
            f"{name}: {len(outside)} of its weights lie in another file; "
            "say that weights beside it may be read, and keep both in one folder"
        )
    if outside:
        try:
            onnx.load_external_data_for_model(model, os.path.dirname(os.path.abspath(name)))
        except Exception as error:  # the package's own checks raise what they like
            raise ImportRefused(f"{name}: its weights beside it cannot be read: {error}") from error
    return model


def _refuse_claims(name: str, model: onnx.ModelProto) -> None:
    """Refuse tensors that claim more than a file can hold, before anything is made of them."""
    for tensor in model.graph.initializer:
        elements = 1
        for side in tensor.dims:
            elements *= max(int(side), 0)
        if elements > _MOST_BYTES // 2 or any(side < 0 for side in tensor.dims):
            raise ImportRefused(f"{name}: its tensor '{tensor.name[:60]}' claims {elements:,} numbers; it is damaged")


def _raised(model: onnx.ModelProto, opset: int) -> tuple[onnx.ModelProto, str]:
    """The model at an opset that is read here, without the shapes it declares; and what was done, in words."""
    if opset >= _RAISED_TO:
        made, words = model, ""
    else:
        try:
            made, words = version_converter.convert_version(model, _RAISED_TO), f" raised to {_RAISED_TO}"
        except Exception:  # noqa: BLE001  # the converter raises what it likes; the operators may be known as they are
            made, words = model, ""
    copy = onnx.ModelProto()
    copy.CopyFrom(made)
    del copy.graph.value_info[:]
    return copy, words


class _Walk:
    """The operators of a graph, one after the other.

    Args:
        model: What is read.
        options: What was chosen.
        path: The file, for refusals.
        facts: What ONNX says of its tensors.
        kept: Indices of operators that are kept as they came, whatever is known of them.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        options: ImportOptions,
        path: str,
        facts: _Facts,
        kept: frozenset[int] = frozenset(),
    ) -> None:
        self._graph, self._options, self._path = model.graph, options, path
        self._facts, self._kept = facts, kept
        self._wanted = {name for node in self._graph.node for name in read_by(node)}
        self._wanted |= {each.name for each in self._graph.output}
        self._operator_of: dict[str, int] = {}
        self._opsets = list(model.opset_import)
        self._constants: dict[str, Array] = {}
        self._specs: dict[str, TensorSpec] = {}
        self._called: dict[str, str] = {}
        self._turned: set[str] = set()
        self._steps: list[NetworkStep] = []
        self.warnings: list[str] = []
        self.folded: list[str] = []

    def network(self, name: str) -> Network:
        """What the graph computes."""
        for tensor in self._graph.initializer:
            try:
                self._constants[tensor.name] = numpy_helper.to_array(tensor)
            except Exception as error:  # damaged tensors raise what NumPy raises
                raise ImportRefused(f"{self._path}: its tensor '{tensor.name[:60]}' is damaged: {error}") from error
        inputs = [each for each in self._graph.input if each.name not in self._constants]
        boundaries = tuple(self._entering(index, each) for index, each in enumerate(inputs))
        self._facts.entering = {
            each.tensor: each.spec._replace(shape=_in_the_files_order(each, each.spec.shape)) for each in boundaries
        }
        for index, node in enumerate(self._graph.node):
            count = len(self._steps)
            self._place(node, index)
            self._operator_of |= {name: index for step in self._steps[count:] for name in step.results}
        outputs = tuple(self._leaving(each.name) for each in self._graph.output)
        is_open = all(_side(each, 0) is None for each in inputs)
        return Network(name, boundaries, outputs, tuple(self._steps), {}, has_open_batch=is_open)

    def _entering(self, index: int, value: onnx.ValueInfoProto) -> Boundary:
        kind = value.type.tensor_type
        if not value.type.HasField("tensor_type") or kind.elem_type not in (1, 10, 16):
            raise ImportRefused(f"{self._path}: input '{value.name}' holds no real numbers, and only those are drawn")
        shape = [_side(value, axis) for axis in range(len(kind.shape.dim))]
        if index < len(self._options.input_shapes):
            given = self._options.input_shapes[index]
            if len(given) != len(shape):
                raise ImportRefused(f"{self._path}: input '{value.name}' has {len(shape)} dimensions, not {len(given)}")
            shape = list(given)
        elif any(side is None for side in shape[1:]):
            words = "×".join(str(_SIDE if side is None else side) for side in shape[1:])
            self.warnings.append(f"the file leaves sides of '{value.name}' open; it is drawn for {words}")
        sides = tuple((1 if axis == 0 else _SIDE) if side is None else side for axis, side in enumerate(shape))
        if len(sides) < 2 or min(sides) < 1:
            raise ImportRefused(f"{self._path}: input '{value.name}' is no picture, sequence or vector")
        order: tuple[int, ...] = ()
        if self._is_turned_at_once(value.name):
            self._turned.add(value.name)
            order, sides = _CHANNELS_LAST, tuple(sides[axis] for axis in _TO_CHANNELS_FIRST)
        spec = TensorSpec(sides, channel_axis=2 if len(sides) == 3 else 1)
        self._specs[value.name] = spec
        return Boundary(value.name, value.name, spec, order)

    def _is_turned_at_once(self, name: str) -> bool:
        """Whether all that reads an input turns it from N×H×W×C to N×C×H×W, as files from TensorFlow do."""
        readers = [node for node in self._graph.node if name in read_by(node)]
        return bool(readers) and all(
            node.op_type == "Transpose" and [list(each.ints) for each in node.attribute] == [list(_TO_CHANNELS_FIRST)]
            for node in readers
        )

    def _leaving(self, name: str) -> Boundary:
        tensor = self._called.get(name, name)
        if tensor not in self._specs:
            raise ImportRefused(f"{self._path}: output '{name}' is a constant; there is nothing to draw")
        return Boundary(tensor, name, self._specs[tensor])

    def operators_of(self, tensors: frozenset[str]) -> frozenset[int]:
        """Indices of the operators whose steps make these tensors."""
        return frozenset(self._operator_of[name] for name in tensors)

    def _place(self, node: onnx.NodeProto, index: int) -> None:
        said = node.name or (node.output[0] if node.output else "")
        inputs = [self._called.get(each, each) for each in node.input]
        attributes = {each.name: _plain(helper.get_attribute_value(each)) for each in node.attribute}
        if node.op_type == "Transpose" and inputs[0] in self._turned:
            self._called[node.output[0]] = inputs[0]
            self.folded.append("channels last turned")
            return
        if self._fold(node, inputs, attributes):
            return
        reads = [self._called.get(each, each) for each in read_by(node)]
        missing = next((each for each in reads if not self._knows(each)), "")
        if missing:
            raise ImportRefused(f"{self._path}: {node.op_type} '{said}' reads '{missing}', which nothing makes")
        build = OPERATORS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        if build is None or index in self._kept:
            self._keep(node, reads, attributes, "no layer computes it")
            return
        if any(self._specs[each].dtype is not DType.FLOAT32 for each in reads if each in self._specs):
            self._keep(node, reads, attributes, "it works on other than real numbers")
            return
        at = At(node.op_type, said, inputs, list(node.output), attributes, self._constants, self._specs)
        if inputs and inputs[0] in self._constants and node.op_type not in ("Add", "Mul", "Sub", "Sum", "Concat"):
            self._keep(node, reads, attributes, "its first operand is a constant")
            return
        count, before = len(self._steps), dict(self._called)
        try:
            built = build(at)
            if not built:
                self._called[node.output[0]] = inputs[0]
            for each in built:
                self._append(node, each, attributes)
        except ImportRefused as error:
            del self._steps[count:]
            self._called = before
            self._keep(node, reads, attributes, str(error).removeprefix(f"{node.op_type} '{said}': "))

    def _keep(self, node: onnx.NodeProto, reads: Sequence[str], attributes: Mapping[str, Any], reason: str) -> None:
        """Keep an operator as it came.

        Raises:
            ImportRefused: It cannot be: it makes no tensor of numbers, or more than a design's file can hold.
        """
        said = f"{node.op_type} '{node.name or (node.output[0] if node.output else '')}'"
        half = f"{self._path}: no layer computes {said}"
        results = [each for each in node.output if each and each in self._wanted]
        flowing = {each: self._specs[each] for each in reads if each in self._specs}
        constants = {each: self._constants[each] for each in reads if each not in flowing}
        if not results:
            self.folded.append("what nothing reads left out")
            return
        if not flowing:
            raise ImportRefused(f"{half}, and nothing flows through it; the network was not drawn without it")
        if self._facts.is_half:
            raise ImportRefused(f"{half}, and in a file of 16 bit numbers it cannot be kept; export it in float32")
        specs = [self._facts.spec(each, said, flowing) for each in results]
        weights = [
            each for each, array in constants.items() if array.dtype == numpy.float32 and array.size >= _A_WEIGHT
        ]
        try:
            alone = onnx.NodeProto()
            alone.CopyFrom(node)
            rename(alone, self._called)
            types = dict(zip(results, (spec.dtype for spec in specs), strict=True))
            content = packed(one_operator(alone, self._opsets, flowing, constants, weights, types))
        except DesignerError as error:
            raise ImportRefused(f"{half}, and it cannot be kept: {error}") from error
        plain = {name: value for name, value in attributes.items() if isinstance(value, (int, float, str, tuple))}
        known = _addend(node.op_type, constants, specs[0])
        foreign = Foreign("onnx", node.op_type, plain, tuple(specs), content, reason, known)
        arrays = {constant_name(index): constants[each] for index, each in enumerate(weights)}
        self._specs.update(zip(results, specs, strict=True))
        self._steps.append(NetworkStep(foreign, tuple(flowing), tuple(results), arrays, (_origin(node, attributes),)))

    def _knows(self, tensor: str) -> bool:
        return tensor in self._specs or tensor in self._constants

    def _append(self, node: onnx.NodeProto, built: Built, attributes: Mapping[str, Any]) -> None:
        weights = {
            name: numpy.ascontiguousarray(array, dtype=numpy.float32).reshape(self._shape_of(built, name))
            for name, array in built.weights.items()
        }
        try:
            specs = built.operation.outputs(*[self._specs[name] for name in built.inputs])
        except ShapeError as error:
            raise ImportRefused(f"{self._path}: {node.op_type} '{node.name or node.output[0]}': {error}") from error
        self._specs.update(zip(built.results, specs, strict=True))
        self._steps.append(
            NetworkStep(
                built.operation, built.inputs, built.results, weights, (_origin(node, attributes),), built.rules
            )
        )

    @staticmethod
    def _shape_of(built: Built, name: str) -> tuple[int, ...]:
        return next(weight.shape for weight in built.operation.weights() if weight.name == name)

    def _fold(self, node: onnx.NodeProto, inputs: Sequence[str], attributes: Mapping[str, Any]) -> bool:
        """Whether a node follows from constants and shapes alone; then its results are constants from now on."""
        if node.op_type == "Shape" and inputs[0] in self._specs:
            shape = numpy.array(self._specs[inputs[0]].shape, dtype=numpy.int64)
            start, stop = attributes.get("start", 0), attributes.get("end", None)
            self._constants[node.output[0]] = shape[start:stop]
            self.folded.append("shape worked out")
            return True
        if any(each and each not in self._constants for each in inputs):
            return False
        if node.op_type in _NEVER_FOLDED or node.domain not in ("", "ai.onnx"):
            return False
        if node.op_type == "ConstantOfShape":
            elements = int(numpy.prod(self._constants[inputs[0]].astype(numpy.float64)))
            if elements > _MOST_BYTES // 8:
                raise ImportRefused(
                    f"{self._path}: '{node.output[0]}' claims {elements:,} numbers; the file is damaged"
                )
        elif sum(self._constants[each].size for each in inputs if each) > _MOST_FOLDED:
            if node.op_type in ("Identity", "Cast"):
                self._constants[node.output[0]] = self._constants[inputs[0]]
                return True
            return False
        graph = helper.make_graph(
            [node], "one", [], [helper.make_empty_tensor_value_info(each) for each in node.output if each]
        )
        names = [each for each in node.input if each]
        graph.input.extend(helper.make_empty_tensor_value_info(each) for each in names)
        model = helper.make_model(graph, opset_imports=self._opsets)
        feeds = {name: self._constants[self._called.get(name, name)] for name in names}
        try:
            found = ReferenceEvaluator(model).run(None, feeds)
        except Exception:  # noqa: BLE001  # its operators raise what NumPy raises; then the node is no constant
            return False
        self._constants.update(
            {name: numpy.asarray(array) for name, array in zip([e for e in node.output if e], found, strict=True)}
        )
        self.folded.append("constant folded")
        return True


class _Facts:
    """What ONNX's own inference says of the tensors that operators make which nobody here knows.

    Where a shape follows from data, the file is run once and the shape it had then is taken.

    Args:
        path: The file, for refusals.
        model: It, raised.
    """

    def __init__(self, path: str, model: onnx.ModelProto) -> None:
        self._path, self._model = path, model
        self.entering: dict[str, TensorSpec] = {}
        self._inferred: dict[str, onnx.TypeProto] | None = None
        self._run: dict[str, Array] | None = None

    @property
    def is_half(self) -> bool:
        """Whether the file computes in 16 bits, which are widened here."""
        half = (onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)
        return any(each.data_type in half for each in self._model.graph.initializer) or any(
            each.type.tensor_type.elem_type in half for each in self._model.graph.input
        )

    def spec(self, tensor: str, said: str, flowing: Mapping[str, TensorSpec]) -> TensorSpec:
        """The shape and type of a tensor.

        Args:
            tensor: Its name.
            said: What makes it, for a refusal.
            flowing: What that reads.

        Raises:
            ImportRefused: It is no tensor of numbers, or nobody can say its shape.
        """
        kind = self._types().get(tensor)
        if kind is not None and not kind.HasField("tensor_type"):
            what = "a sequence" if kind.HasField("sequence_type") else "an optional value or a map"
            raise ImportRefused(f"{self._path}: {said} makes {what}, and a wire carries one tensor of numbers")
        sides = _static(kind)
        element = kind.tensor_type.elem_type if kind is not None else 0
        if sides is None or not element:
            sides, element = self._as_run(tensor, said)
        dtype = next((each for each, word in ELEMENTS.items() if word == element), None)
        if dtype is None:
            word = onnx.TensorProto.DataType.Name(element).lower()
            raise ImportRefused(f"{self._path}: {said} makes tensors of {word}, and wires carry numbers")
        shape = tuple(max(side, 1) for side in sides)
        alike = next((spec for spec in flowing.values() if spec.shape == shape), None)
        axis = alike.channel_axis if alike else {0: 0, 1: 0, 3: 2}.get(len(shape), 1)
        return TensorSpec(shape, dtype, axis)

    def _types(self) -> dict[str, onnx.TypeProto]:
        if self._inferred is None:
            model = self._bare()
            try:
                model = infer_shapes(model, data_prop=True)
            except Exception:  # noqa: BLE001  # it raises what it likes; then the file's run says all
                self._inferred = {}
            else:
                graph = model.graph
                self._inferred = {each.name: each.type for each in (*graph.value_info, *graph.output)}
        return self._inferred

    def _bare(self) -> onnx.ModelProto:
        """The model with the shapes that enter here, none declared further on, and large weights left out."""
        model = onnx.ModelProto()
        model.CopyFrom(self._model)
        graph = model.graph
        del graph.value_info[:]
        for value in graph.input:
            if value.name in self.entering:
                sides = self.entering[value.name].shape
                del value.type.tensor_type.shape.dim[:]
                value.type.tensor_type.shape.dim.extend(onnx.TensorShapeProto.Dimension(dim_value=s) for s in sides)
        for value in graph.output:
            value.type.tensor_type.ClearField("shape")
        known = {each.name for each in graph.input}
        kept = [each for each in graph.initializer if prod(each.dims) <= _A_WEIGHT]
        graph.input.extend(
            helper.make_tensor_value_info(each.name, each.data_type, list(each.dims))
            for each in graph.initializer
            if prod(each.dims) > _A_WEIGHT and each.name not in known
        )
        del graph.initializer[:]
        graph.initializer.extend(kept)
        return model

    def _as_run(self, tensor: str, said: str) -> tuple[tuple[int, ...], int]:
        """The shape and ONNX's word for the type that a tensor had when the file was run on noise."""
        if self._run is None:
            made = {name for node in self._model.graph.node for name in node.output if name}
            types = self._types()
            asked = [name for name in made if _static(types.get(name)) is None and not _is_no_tensor(types.get(name))]
            noise = numpy.random.default_rng(0)
            feeds = {
                name: noise.standard_normal(spec.shape).astype(numpy.float32) for name, spec in self.entering.items()
            }
            try:
                self._run = dict(zip(asked, run_with(self._model, feeds, asked), strict=True))
            except Exception as error:  # its bindings raise classes of their own, without a common base
                line = (str(error).strip().splitlines() or [""])[0][:200]
                raise ImportRefused(
                    f"{self._path}: no layer computes {said}, and what it makes is not known: {RUNTIME} does not run "
                    f"the file: {line}"
                ) from error
        found = self._run.get(tensor)
        if found is None:
            raise ImportRefused(f"{self._path}: no layer computes {said}, and nobody can say what it makes")
        return found.shape, helper.np_dtype_to_tensor_dtype(found.dtype)


def _static(kind: onnx.TypeProto | None) -> tuple[int, ...] | None:
    """The sides of a tensor where all are known."""
    if kind is None or not kind.HasField("tensor_type") or not kind.tensor_type.HasField("shape"):
        return None
    dims = kind.tensor_type.shape.dim
    return tuple(each.dim_value for each in dims) if all(each.HasField("dim_value") for each in dims) else None


def _is_no_tensor(kind: onnx.TypeProto | None) -> bool:
    return kind is not None and kind.WhichOneof("value") not in (None, "tensor_type")


def run_with(model: onnx.ModelProto, feeds: Mapping[str, Array], tensors: Sequence[str]) -> list[Array]:
    """A model's tensors of these names, run unoptimised so that all of them are there."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    known = {each.name for each in copy.graph.output}
    copy.graph.output.extend(
        helper.make_empty_tensor_value_info(name) for name in dict.fromkeys(tensors) if name not in known
    )
    with TemporaryDirectory() as folder:
        place = Path(folder) / "between.onnx"
        onnx.save(copy, place)
        found: list[Array] = session_of(place, optimised=False).run(list(tensors), dict(feeds))
    return found


def _in_the_files_order(boundary: Boundary, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Our shape of an input as the file has it."""
    return tuple(shape[axis] for axis in boundary.order) if boundary.order else shape


def _addend(operator: str, constants: Mapping[str, Array], spec: TensorSpec) -> dict[str, Array]:
    """What an addition adds, where it is a number a channel and the channels are last."""
    found = list(constants.values())
    if operator != "Add" or len(found) != 1 or not found[0].ndim or found[0].dtype.kind != "f":
        return {}
    is_a_row = found[0].size == found[0].shape[-1] == spec.shape[-1]
    return {ADDEND: found[0].reshape(-1)} if is_a_row else {}


def _side(value: onnx.ValueInfoProto, axis: int) -> int | None:
    """A side that a file states, or None where it leaves it open."""
    dims = value.type.tensor_type.shape.dim
    if axis >= len(dims) or not dims[axis].HasField("dim_value") or dims[axis].dim_value < 1:
        return None
    return int(dims[axis].dim_value)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float):
        return float(str(numpy.float32(value)))  # as it was written: 1e-05, not the nearest number in 32 bits
    return tuple(value) if isinstance(value, list) or hasattr(value, "extend") else value


def _origin(node: onnx.NodeProto, attributes: Mapping[str, Any]) -> Origin:
    """Where a node is from; exporters write the modules into its name, as /features/features.0/Conv."""
    parts = [part for part in node.name.split("/") if part]
    scope: list[str] = []
    for part in parts[:-1]:
        # PyTorch's exporter repeats the way: features, features.0, features.0.1.
        inner = part.removeprefix(".".join(scope) + ".") if scope else part
        scope += inner.split(".") if inner != part else [part] if not scope else part.split(".")[-1:]
    stated = ", ".join(f"{key}={_brief(value)}" for key, value in attributes.items())
    return Origin(node.name, node.op_type, tuple(scope), (), f"{node.op_type}({stated})  {node.name}".rstrip())


def _brief(value: Any) -> str:
    text = str(list(value)) if isinstance(value, tuple) else str(value)
    return text if len(text) < 60 else f"{text[:57]}…"


class _Original:
    """The file in ONNX Runtime, unchanged where it takes the opset; tensors between from the raised one."""

    runtime = RUNTIME

    def __init__(self, path: str, raised: onnx.ModelProto, network: Network) -> None:
        self._path, self._raised, self._network = path, raised, network
        self._session: Any = None

    def run(self, inputs: Sequence[Array], tensors: Sequence[str] = ()) -> Mapping[str, Array]:
        try:
            if tensors:
                return self._between(inputs, tensors)
            if self._session is None:
                self._session = self._opened()
            feeds = self._feeds(self._session, inputs)
            results = self._session.run([each.name for each in self._network.outputs], feeds)
        except Exception as error:  # its bindings raise classes of their own, without a common base
            text = str(error).strip().splitlines()[0][:200]
            raise ImportRefused(f"{RUNTIME} does not run it: {text}") from error
        return {each.tensor: result for each, result in zip(self._network.outputs, results, strict=True)}

    def _opened(self) -> Any:
        """A session of the file; of the raised one where the runtime no longer has the file's opset."""
        try:
            return session_of(Path(self._path))
        except Exception:  # noqa: BLE001  # its bindings raise classes of their own, without a common base
            with TemporaryDirectory() as folder:
                place = Path(folder) / "raised.onnx"
                onnx.save(self._raised, place)
                session = session_of(place)
            self.runtime = f"{RUNTIME}, raised to opset {_RAISED_TO}"
            return session

    def _in_the_files_order(self, inputs: Sequence[Array]) -> list[Array]:
        return [
            numpy.ascontiguousarray(array.transpose(each.order)) if each.order else array
            for each, array in zip(self._network.inputs, inputs, strict=True)
        ]

    def _feeds(self, session: Any, inputs: Sequence[Array]) -> dict[str, Array]:
        kinds = {each.name: each.type for each in session.get_inputs()}
        half = "tensor(float16)"
        return {
            each.name: array.astype(numpy.float16) if kinds[each.name] == half else array
            for each, array in zip(self._network.inputs, self._in_the_files_order(inputs), strict=True)
        }

    def _between(self, inputs: Sequence[Array], tensors: Sequence[str]) -> Mapping[str, Array]:
        there = {name for node in self._raised.graph.node for name in node.output}
        wanted = [name for name in tensors if name in there]
        feeds = self._feeds(self._opened(), inputs)
        return dict(zip(wanted, run_with(self._raised, feeds, wanted), strict=True))
