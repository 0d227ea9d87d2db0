"""An operator of an ONNX file by itself: as a model of its own, as text, run alone, and written into another graph.

The text is that model compressed, so that it stands in a design's file; it is data, read by ONNX's own parser.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper, version_converter
from torch import Tensor

from designer.errors import DesignerError, ExportError
from designer.graph import operations as op
from designer.graph.operations import constant_name
from designer.graph.tensor import DType, TensorSpec
from designer.runtime.compile.kept import NotRun
from designer.runtime.formats.onnx_session import session_of

Array = NDArray[Any]

MOST_BYTES = 2**24
"""Of an operator with the constants inside it: more is a network's own weights, and no design's file holds that."""

_MOST_UNPACKED = 2**26

ELEMENTS = {
    DType.FLOAT32: onnx.TensorProto.FLOAT,
    DType.FLOAT16: onnx.TensorProto.FLOAT16,
    DType.BFLOAT16: onnx.TensorProto.BFLOAT16,
    DType.FLOAT64: onnx.TensorProto.DOUBLE,
    DType.INT64: onnx.TensorProto.INT64,
    DType.INT32: onnx.TensorProto.INT32,
    DType.INT16: onnx.TensorProto.INT16,
    DType.INT8: onnx.TensorProto.INT8,
    DType.UINT8: onnx.TensorProto.UINT8,
    DType.BOOL: onnx.TensorProto.BOOL,
}
"""ONNX's word for each type of element."""


def one_operator(
    node: onnx.NodeProto,
    opsets: Sequence[onnx.OperatorSetIdProto],
    flowing: Mapping[str, TensorSpec],
    constants: Mapping[str, Array],
    kept: Sequence[str],
    results: Mapping[str, DType],
) -> onnx.ModelProto:
    """An operator as a model of its own, its tensors called by their places.

    Args:
        node: It, as its file has it.
        opsets: Of the file.
        flowing: The shapes of what flows into it and into the graphs inside it, by name.
        constants: What else it reads, by name.
        kept: Which of those become inputs behind the others, since they are kept elsewhere.
        results: Which of its results are wanted, and their types.
    """
    names = {name: f"x{index}" for index, name in enumerate(flowing)}
    names |= {name: constant_name(index) for index, name in enumerate(kept)}
    inside = [name for name in constants if name not in set(kept)]
    names |= {name: f"c{index}" for index, name in enumerate(inside)}
    names |= {name: f"y{index}" for index, name in enumerate(each for each in node.output if each)}
    alone = onnx.NodeProto()
    alone.CopyFrom(node)
    alone.name = alone.doc_string = ""
    rename(alone, names)
    inputs = [
        helper.make_tensor_value_info(names[name], ELEMENTS[spec.dtype], [None] * len(spec.shape))
        for name, spec in flowing.items()
    ]
    inputs += [
        helper.make_tensor_value_info(names[name], onnx.TensorProto.FLOAT, list(constants[name].shape)) for name in kept
    ]
    outputs = [helper.make_empty_tensor_value_info(names[name]) for name in results]
    for value, dtype in zip(outputs, results.values(), strict=True):
        value.type.tensor_type.elem_type = ELEMENTS[dtype]
    held = [numpy_helper.from_array(constants[name], names[name]) for name in inside]
    graph = helper.make_graph([alone], "operator", inputs, outputs, held)
    used = [each for each in opsets if each.domain in _domains(alone)]
    return helper.make_model(graph, opset_imports=used, ir_version=max(helper.find_min_ir_version_for(used, True), 8))


def read_by(node: onnx.NodeProto) -> tuple[str, ...]:
    """Names of all that an operator reads, the graphs inside it among its readers; each once, in order."""
    return tuple(dict.fromkeys(name for name in (*node.input, *_free(node)) if name))


def _graphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            yield attribute.g
        yield from attribute.graphs


def _free(node: onnx.NodeProto) -> Iterator[str]:
    """What graphs inside an operator read from outside of it."""
    for graph in _graphs(node):
        known = {each.name for each in (*graph.input, *graph.initializer)}
        for inner in graph.node:
            yield from (name for name in (*inner.input, *_free(inner)) if name and name not in known)
            known.update(inner.output)
        yield from (each.name for each in graph.output if each.name not in known)


def _domains(node: onnx.NodeProto) -> set[str]:
    found = {node.domain if node.domain != "ai.onnx" else ""}
    for graph in _graphs(node):
        found.add("")
        for inner in graph.node:
            found |= _domains(inner)
    return found


def rename(node: onnx.NodeProto, names: Mapping[str, str]) -> None:
    """Give the tensors that an operator reads and makes other names, in the graphs inside it too."""
    for names_of in (node.input, node.output):
        names_of[:] = [names.get(name, name) for name in names_of]
    for graph in _graphs(node):
        own = {each.name for each in (*graph.input, *graph.initializer)}
        own |= {name for inner in graph.node for name in inner.output}
        outer = {name: new for name, new in names.items() if name not in own}
        for inner in graph.node:
            rename(inner, outer)
        for each in graph.output:
            each.name = outer.get(each.name, each.name)


# As text -------------------------------------------------------------------------------------------------------------


def packed(model: onnx.ModelProto) -> str:
    """A model as text.

    Raises:
        DesignerError: It is larger than a design's file can hold.
    """
    content = model.SerializeToString(deterministic=True)
    if len(content) > MOST_BYTES:
        raise DesignerError(f"it keeps {len(content):,} bytes of constants, and {MOST_BYTES:,} at most can be kept")
    return base64.b64encode(zlib.compress(content, 6)).decode()


def unpacked(text: str) -> onnx.ModelProto:
    """The model that a text is.

    Raises:
        DesignerError: It is none, or larger than any that was packed.
    """
    model = onnx.ModelProto()
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(base64.b64decode(text, validate=True), _MOST_UNPACKED)
        if unpacking.unconsumed_tail:
            raise DesignerError("it is larger than any operator that is kept")
        model.ParseFromString(content)
    except DesignerError:
        raise
    except Exception as error:  # of three libraries; protobuf's own has no types here
        raise DesignerError(f"what is kept of it is damaged ({error}); bring the network in again") from error
    if not model.graph.node:
        raise DesignerError("nothing is kept of it; bring the network in again")
    return model


# Run alone -----------------------------------------------------------------------------------------------------------


def runner(operation: op.Opaque) -> Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]:
    """What runs an operator alone in ONNX Runtime.

    Raises:
        NotRun: What is kept of it is damaged, or ONNX Runtime cannot run it.
    """
    try:
        session = session_of(unpacked(operation.content).SerializeToString())
    except Exception as error:  # its bindings raise classes of their own, without a common base
        raise NotRun(f"{operation.operator} does not run alone: {_first_line(error)}") from error
    names = [each.name for each in session.get_inputs()]

    def run(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        arrays = [tensor.detach().cpu().contiguous().numpy() for tensor in tensors]
        try:
            made = session.run(None, dict(zip(names, arrays, strict=True)))
        except Exception as error:  # as above
            raise NotRun(f"{operation.operator} does not run alone: {_first_line(error)}") from error
        return tuple(torch.from_numpy(numpy.array(each)) for each in made)

    return run


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


# Written into another graph ------------------------------------------------------------------------------------------


def nodes_of(
    operation: op.Opaque, opset: int, name: str, inputs: Sequence[str], kept: Iterable[str], outputs: Sequence[str]
) -> tuple[list[onnx.NodeProto], dict[str, Array], dict[str, int]]:
    """An operator as the nodes of another graph, the constants inside it by name, and the operator sets it needs.

    Args:
        operation: It.
        opset: The operator set of the graph.
        name: The node's name in the graph.
        inputs: What the graph calls the tensors that flow into it.
        kept: What it calls the constants that are kept elsewhere.
        outputs: What it calls the results.

    Raises:
        ExportError: What is kept of it is damaged, or ONNX cannot raise or lower it to the operator set.
    """
    try:
        model = unpacked(operation.content)
    except DesignerError as error:
        raise ExportError(f"{name}: {error}") from error
    own = next((each.version for each in model.opset_import if not each.domain), opset)
    if own != opset:
        try:
            model = version_converter.convert_version(model, opset)
        except Exception as error:  # the converter raises what it likes
            raise ExportError(
                f"{name}: {operation.operator} came in operator set {own} and is not known in {opset}; "
                f"export with operator set {own}"
            ) from error
    graph = model.graph
    names = dict(zip((each.name for each in graph.input), (*inputs, *kept), strict=True))
    names |= zip((each.name for each in graph.output), outputs, strict=True)
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    others = {*held, *(each for node in graph.node for each in node.output)} - {*names, ""}
    names |= {each: f"{name}.{each}" for each in others}
    nodes = []
    for index, node in enumerate(graph.node):
        rename(node, names)
        node.name = name if len(graph.node) == 1 else f"{name}.{index}"
        nodes.append(node)
    domains = {each.domain: each.version for each in model.opset_import if each.domain}
    return nodes, {names[each]: array for each, array in held.items()}, domains
