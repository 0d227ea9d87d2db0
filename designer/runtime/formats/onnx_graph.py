"""The ONNX graph of a program: canvas' names, a shape on every edge, and what says which design it is.

Writes no file and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import numpy
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from designer.analysis.analysis import Analysis
from designer.analysis.program import Program, Value
from designer.export.names import state_key
from designer.export.open_size import SizeWords
from designer.graph.design import NodePath
from designer.graph.tensor import TensorSpec
from designer.runtime.compile.half_range import require_half_range
from designer.runtime.formats.onnx_opaque import ELEMENTS
from designer.runtime.formats.onnx_operators import GraphBuilder, OperatorCall, Shape, write

PROJECT = "bottleneck-designer"
FREE_BATCH = "batch"
_HALF = "float16"


@dataclass(frozen=True)
class GraphPlan:
    """What a graph shall be like.

    Attributes:
        opset: ONNX operator set.
        free_batch: Whether the batch is left open.
        half: Whether to compute in float16; inputs and outputs stay float32.
        names: By node, its name in the file; the path where it has none.
        others: The same program at other heights and widths, where those are left open.
        properties: More metadata of the file, by key.
        pads_before_pools: Whether uneven padding of a max pool is an operator of its own.
    """

    opset: int
    free_batch: bool = True
    half: bool = False
    names: Mapping[NodePath, str] = field(default_factory=dict)
    others: Sequence[Program] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    pads_before_pools: bool = False


@dataclass
class BuiltGraph:
    """A model, and the weights that belong to it.

    Attributes:
        model: The model without initializers.
        weights: Weights and constants by name.
    """

    model: onnx.ModelProto
    weights: Mapping[str, NDArray[Any]]

    @property
    def weight_bytes(self) -> int:
        """Bytes of all weights."""
        return sum(array.nbytes for array in self.weights.values())

    def with_weights_inside(self) -> onnx.ModelProto:
        """The model with its weights in it."""
        self.model.graph.initializer.extend(
            numpy_helper.from_array(array, name) for name, array in self.weights.items()
        )
        return self.model

    def with_weights_beside(self, name: str) -> tuple[onnx.ModelProto, Iterator[bytes]]:
        """The model that reads its weights from a file of this name in its folder, and that file's content in order."""
        offset = 0
        pieces: list[tuple[NDArray[Any], int]] = []
        for key, array in self.weights.items():
            tensor = onnx.TensorProto(
                name=key, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype)
            )
            if array.nbytes < _LEAST_OUTSIDE:
                tensor = numpy_helper.from_array(array, key)  # bounds and pads: shape inference wants to see them
            else:
                tensor.data_location = onnx.TensorProto.EXTERNAL
                entries = {"location": name, "offset": str(offset), "length": str(array.nbytes)}
                tensor.external_data.extend(
                    onnx.StringStringEntryProto(key=word, value=value) for word, value in entries.items()
                )
                gap = -array.nbytes % _ALIGNMENT
                pieces.append((array, gap))
                offset += array.nbytes + gap
            self.model.graph.initializer.append(tensor)
        return self.model, (block for array, gap in pieces for block in (_bytes_of(array), b"\0" * gap))


_LEAST_OUTSIDE = 1024
_ALIGNMENT = 4096
"""Runtimes map pages of the file straight into memory where tensors begin at one."""


def _bytes_of(array: NDArray[Any]) -> bytes:
    return numpy.ascontiguousarray(array).tobytes()


def build_graph(
    analysis: Analysis, program: Program, weights: Mapping[str, torch.Tensor], plan: GraphPlan
) -> BuiltGraph:
    """The ONNX graph of a program.

    Args:
        analysis: Of the design; the file says which it is.
        program: What is computed, folded or not.
        weights: By key of the state dict, as the program has them.
        plan: What it shall be like.

    Raises:
        ExportError: An operation has none in ONNX.
    """
    element = numpy.float16 if plan.half else numpy.float32
    if plan.half:
        require_half_range(weights)
    builder = GraphBuilder(
        plan.opset, {name: array_of(tensor) for name, tensor in weights.items()}, element, plan.pads_before_pools
    )
    shape = _Shapes(program, plan)
    names = _value_names(program, plan.names)
    ends = zip(program.output_paths, program.whole.outputs, strict=True)
    end_names = {_name(plan.names, path): value for path, value in ends}
    inside = dict(names)
    if plan.half:
        inside |= _cast_inputs(builder, program, names, shape)
        inside |= {
            value: f"{names[value]}.{_HALF}" for value in end_names.values() if value not in program.whole.inputs
        }
    unsure: set[Value] = set()  # what opaque operators make, and what follows from it: its shape may follow from data
    for instruction in program.instructions:
        call = OperatorCall(
            state_key(instruction.path),
            _name(plan.names, instruction.path),
            instruction.words[-1],
            tuple(inside[value] for value in instruction.sources),
            tuple(inside[value] for value in instruction.targets),
            tuple(shape.of(value) for value in instruction.targets),
            tuple(program.specs[value] for value in instruction.sources),
            program.specs[instruction.target],
            instruction.layer.card_title(),
        )
        count = len(builder.shapes)
        write(builder, instruction.step.operation, call)
        if instruction.step.operation.is_opaque or not unsure.isdisjoint(instruction.sources):
            unsure.update(instruction.targets)
            for made in list(builder.shapes)[count:]:
                del builder.shapes[made]
    for name, value in end_names.items():
        if inside[value] != name:  # an input, what another Output gives already, or what comes in float16
            builder.nodes.append(
                helper.make_node("Cast", [inside[value]], [name], name=name, to=onnx.TensorProto.FLOAT)
                if plan.half
                else helper.make_node("Identity", [inside[value]], [name], name=name)
            )
    made_type = onnx.TensorProto.FLOAT16 if plan.half else onnx.TensorProto.FLOAT
    between = [
        helper.make_tensor_value_info(name, made_type, found)
        for name, found in builder.shapes.items()
        if name not in end_names
    ]
    graph = helper.make_graph(
        builder.nodes,
        analysis.design.name or "design",
        [_info(names[value], shape.of(value)) for value in program.whole.inputs],
        [_leaving(name, program.specs[value], shape.of(value), value in unsure) for name, value in end_names.items()],
        value_info=between,
    )
    return BuiltGraph(_signed(graph, analysis, plan, builder.domains), builder.initializers)


def _cast_inputs(
    builder: GraphBuilder, program: Program, names: Mapping[Value, str], shape: _Shapes
) -> dict[Value, str]:
    found = {}
    for value in program.whole.inputs:
        name = f"{names[value]}.{_HALF}"
        builder.nodes.append(helper.make_node("Cast", [names[value]], [name], name=name, to=onnx.TensorProto.FLOAT16))
        builder.shapes[name] = shape.of(value)
        found[value] = name
    return found


class _Shapes:
    """Shapes of a program's tensors as the file says them: open dimensions are words."""

    def __init__(self, program: Program, plan: GraphPlan) -> None:
        self._programs = (program, *plan.others)
        self._specs = [each.specs for each in self._programs]
        self._free_batch = plan.free_batch
        first = program.whole.inputs[0] if program.whole.inputs else None
        bases = [(specs[first].height, specs[first].width) for specs in self._specs] if first is not None else []
        self._words = SizeWords(bases)

    def of(self, value: Value) -> Shape:
        """The shape of a tensor."""
        shapes = [specs[value].shape for specs in self._specs]
        sides = (
            shapes[0][1:]
            if len(shapes) == 1
            else tuple(map(self._words.word, zip(*(s[1:] for s in shapes), strict=True)))
        )
        return (FREE_BATCH if self._free_batch else shapes[0][0], *sides)


def _signed(graph: onnx.GraphProto, analysis: Analysis, plan: GraphPlan, domains: Mapping[str, int]) -> onnx.ModelProto:
    """The model around a graph, with what says where it is from."""
    version = own_version()
    opsets = [helper.make_opsetid("", plan.opset), *(helper.make_opsetid(*each) for each in domains.items())]
    model = helper.make_model(
        graph,
        opset_imports=opsets,
        ir_version=helper.find_min_ir_version_for(opsets, bool(domains)),
        producer_name=PROJECT,
        producer_version=version,
    )
    helper.set_model_props(model, identity_of(analysis) | dict(plan.properties))
    return model


def identity_of(analysis: Analysis) -> dict[str, str]:
    """What a file says of the design in it, by key; the multiply-accumulates of one sample, whatever the batch."""
    totals = analysis.totals
    return {
        "design": analysis.design.name,
        "digest": analysis.digest,
        "parameters": str(totals.parameters),
        "macs": str(totals.macs // analysis.batch),
        "tool": f"{PROJECT} {own_version()}",
    }


def own_version() -> str:
    """This package's version."""
    try:
        return metadata.version(PROJECT)
    except metadata.PackageNotFoundError:  # run from its source folder
        return "unreleased"


def array_of(tensor: torch.Tensor) -> NDArray[Any]:
    """A tensor as an array, without a copy where it lies on the CPU."""
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def _info(name: str, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def _leaving(name: str, spec: TensorSpec, shape: Shape, is_unsure: bool) -> onnx.ValueInfoProto:
    """What the file says of an output: of one that follows from an opaque operator, how many dimensions it has."""
    return helper.make_tensor_value_info(name, ELEMENTS[spec.dtype], [None] * len(shape) if is_unsure else shape)


def _name(names: Mapping[NodePath, str], path: NodePath) -> str:
    return names.get(path) or ".".join(path)


def _value_names(program: Program, given: Mapping[NodePath, str]) -> dict[Value, str]:
    """The canvas' names of tensors: an Input's or Output's own name, else the node's with ``.out``."""
    names = {value: _name(given, path) for value, path in zip(program.whole.inputs, program.input_paths, strict=True)}
    for value, path in zip(program.whole.outputs, program.output_paths, strict=True):
        names.setdefault(value, _name(given, path))
    for instruction in program.instructions:
        for value, word in zip(instruction.targets, instruction.words, strict=True):
            names.setdefault(value, ".".join(filter(None, (_name(given, instruction.path), word, "out"))))
    return names
