"""A design as one readable file of Keras 3, as a person would have written it; needs no Keras itself.

Blocks become functions on tensors, one a kind; equal kinds in a row become a table and a loop. Channels come last, as
Keras has them; layers are named as the canvas names its nodes, through blocks, so that weights can be told by name. The
text is formatted, and the same design gives the same bytes.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Collection, Sequence

from designer.analysis.analysis import Analysis
from designer.analysis.dead_ends import cost_leading_out
from designer.analysis.opaque import refuse_opaque
from designer.analysis.report import problem_lines
from designer.analysis.torch_calls import Call
from designer.errors import InvalidDesign
from designer.export.block_classes import Kind, kinds_of
from designer.export.flow import FlowWriter, Run, is_variable
from designer.export.keras_calls import BY_PLACE, CUT_AFTERWARDS, DEFAULTS, MERGES, keras_calls
from designer.export.source_text import (
    bracketed,
    broken,
    class_name,
    docstring,
    entering,
    identifier,
    literal,
    named,
    plain,
    type_of,
    variables,
)
from designer.graph.design import NodeId, PortRef
from designer.graph.tensor import TensorSpec

_TAKEN = {"keras", "layers", "ops", "load_weights", "prod", "name", "inputs", "arguments", "Mapping", "Any", "float"}


def keras_source(analysis: Analysis) -> str:
    """The text of a Python file whose last function builds the design as a ``keras.Model``, N×H×W×C in.

    Run as a program, the file prints the output's shape and the number of parameters.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
        ExportError: Keras has nothing for a node, which the text names.
    """
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    refuse_opaque(analysis, "Keras has nothing for")
    found = named(kinds_of(analysis, keras_calls))
    arguments = {argument for kind in found.values() for argument in kind.arguments}
    kinds: dict[str, Kind] = {}
    for name, kind in found.items():
        kinds[_free(function_name(name), {*kinds, *arguments})] = kind
    network = _free(function_name(class_name(analysis.design.name)), kinds)
    separator = separator_for(analysis)
    writer = _Writer(kinds, separator)
    loader = _LOADER.replace("SEPARATOR", separator)
    functions = [writer.block_function(name, kind) for name, kind in kinds.items()]
    body = [*functions, *writer.network(network, analysis), loader, _program(network, analysis)]
    return "\n\n\n".join([_header(analysis, writer.uses_operations), *body]) + "\n"


def separator_for(analysis: Analysis) -> str:
    """What joins the names of a path into a layer's: Keras takes no dot, and two layers must not share a name."""
    paths = [path for path, _, _ in analysis.primitives()]
    separator = "_"
    while len({separator.join(path) for path in paths}) < len(paths):
        separator += "_"
    return separator


def function_name(words: str) -> str:
    """``ConvBlock`` as the name of a function: ``conv_block``; ``MobileNetV2`` is ``mobilenet_v2``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words.replace("MobileNet", "Mobilenet"))
    return identifier(spaced.lower(), "network")


def _free(name: str, others: Collection[str]) -> str:
    """A name for a function that no other thing in the file has, and no variable that holds a tensor."""
    while name in others or name in _TAKEN or is_variable(name) or hasattr(builtins, name):
        name += "_network"
    return name


def _header(analysis: Analysis, uses_operations: bool) -> str:
    totals = cost_leading_out(analysis)  # what no output depends on is no part of a Keras model
    ends = [", ".join(map(_shape, specs)) for specs in (entering(analysis), analysis.given_out() or ())]
    return f'''"""{plain(analysis.design.name)}, for Keras 3 on any backend.

In {ends[0]}, out {ends[1]}; channels last.
{totals.parameters:,} parameters, {totals.macs:,} MACs, {totals.flops:,} FLOPs a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import keras
from keras import layers{", ops" if uses_operations else ""}'''


def _shape(spec: TensorSpec) -> str:
    return "×".join(["N", *map(str, _sides(spec))])


def _sides(spec: TensorSpec) -> tuple[int, ...]:
    """H×W×C of a map, F of a vector."""
    return (spec.height, spec.width, spec.channels) if spec.is_map else (spec.channels,)


_LOADER = '''def load_weights(model: keras.Model, tensors: Mapping[str, Any]) -> None:
    """Take weights by the canvas' names, as PyTorch lays them out.

    ``safetensors.numpy.load_file("net.safetensors")`` gives such a mapping.
    """
    named = {key.replace(".", "SEPARATOR"): value for key, value in tensors.items()}
    for layer in model.layers:
        if not layer.weights:
            continue
        names = ["weight", "bias", "running_mean", "running_var"]
        keys = [f"{layer.name}SEPARATOR{name}" for name in names]
        held = [named[key] for key in keys if key in named]
        kernel = held[0]
        if isinstance(layer, layers.DepthwiseConv2D):
            multiplier = layer.depth_multiplier
            parted = kernel.reshape(-1, multiplier, *kernel.shape[2:])
            held[0] = parted.transpose(2, 3, 0, 1)
        elif isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)):
            held[0] = kernel.transpose(2, 3, 1, 0)
        elif isinstance(layer, layers.Dense):
            held[0] = kernel.transpose()
        elif isinstance(layer, layers.PReLU):
            held[0] = kernel.reshape(layer.weights[0].shape)
        layer.set_weights(held)'''


def _program(network: str, analysis: Analysis) -> str:
    several = len(analysis.design.output_nodes()) > 1
    shape = "[each.shape for each in model.outputs]" if several else "model.output.shape"
    return "\n".join(
        [
            'if __name__ == "__main__":',
            f"    model = {network}()",
            "    parameters = sum(prod(weight.shape) for weight in model.trainable_weights)",
            f'    print("output", {shape}, "parameters", parameters)',
        ]
    )


class _Writer(FlowWriter):
    """Writes functions on tensors.

    Attributes:
        uses_operations: Whether anything written so far calls one of Keras' operations, which are no layers.

    Args:
        kinds: The functions of blocks, by name.
        separator: Between the names of a path.
    """

    keeps_dead_ends = False  # a Keras model has no layer that its outputs do not depend on

    def __init__(self, kinds: dict[str, Kind], separator: str) -> None:
        super().__init__(kinds)
        self.uses_operations = False
        self._separator = separator
        self._taken = {*_TAKEN, *kinds}

    def block_function(self, name: str, kind: Kind) -> str:
        """The function of a kind of block."""
        pattern = kind.pattern
        inputs = [PortRef(node.id, node.layer.outputs[0].name) for node in pattern.design.input_nodes()]
        tensors = variables([ref.node for ref in inputs], {*self._taken, *kind.arguments})
        typed = [f"{tensor}: keras.KerasTensor" for tensor in tensors]
        arguments = [f"{argument}: {type_of(column)}" for argument, column in kind.arguments.items()]
        several = len(pattern.design.output_nodes())
        gives = "keras.KerasTensor" if several == 1 else f"tuple[{', '.join(['keras.KerasTensor'] * several)}]"
        lines = bracketed(f"def {name}(", [*typed, "name: str", *arguments], f") -> {gives}:")
        lines += docstring(kind.doc)
        body, results = self.flow(pattern, kind, dict(zip(inputs, tensors, strict=True)), {})
        return "\n".join([*lines, *body, f"    return {', '.join(results)}"])

    def network(self, name: str, whole: Analysis) -> list[str]:
        """The tables, if there are any, and the function that builds the model."""
        runs = self.runs(whole, name)
        tables = [self.table(run, whole) for run in runs.values()]
        nodes = whole.design.input_nodes()
        tensors = variables([node.id for node in nodes], {*self._taken, *(run.table for run in runs.values())})
        lines = [f"def {name}() -> keras.Model:", f'    """{plain(whole.design.name)}."""']
        for node, tensor, spec in zip(nodes, tensors, entering(whole), strict=True):
            target = f"inputs = {tensor}" if len(nodes) == 1 else tensor
            lines += broken(f"    {target} = ", f'keras.Input({_sides(spec)}, name="{node.id}")')
        if len(nodes) > 1:
            lines.append(f"    inputs = [{', '.join(tensors)}]")
        refs = [PortRef(node.id, node.layer.outputs[0].name) for node in nodes]
        body, results = self.flow(whole, None, dict(zip(refs, tensors, strict=True)), runs)
        outputs = results[0] if len(results) == 1 else f"[{', '.join(results)}]"
        end = broken("    return ", f'keras.Model(inputs, {outputs}, name="{name}")')
        return [*(("\n".join(tables),) if tables else ()), "\n".join([*lines, *body, *end])]

    def expression(self, block: Analysis, part: NodeId, reads: Sequence[str], kind: Kind | None) -> str:
        name = f'"{part}"' if kind is None else f'f"{{name}}{self._separator}{part}"'
        inner = block.node(part).inner
        if inner is not None:
            function, inner_kind = self.kind_of(inner)
            values = [
                f"{key}={literal(value)}"
                for key, value in zip(inner_kind.arguments, inner_kind.values(inner), strict=True)
            ]
            return f"{function}({', '.join([*reads, name, *values])})"
        texts = dict(zip((port.name for port in block.design.nodes[part].layer.inputs), reads, strict=True))
        last = ""
        calls = keras_calls(block, part)
        main = next((call for call in calls if call.target == CUT_AFTERWARDS), calls[-1]) if calls else None
        for index, call in enumerate(calls):
            tensors = [texts[each] for each in call.inputs]
            arguments = _arguments(call, part, index, kind)
            if call.is_module:
                own = name if call is main else f'{name[:-1]}{self._separator}{call.result}"'
                made = f"{call.target}({', '.join([*arguments, f'name={own}'])})"
                given = f"[{', '.join(tensors)}]" if call.target in MERGES else tensors[0]
                last = f"{made}({given})"
            else:
                last = f"{call.target}({', '.join([*tensors, *arguments])})"
                self.uses_operations = True
            texts[call.result] = last
        return last

    def condition(self, flag: str) -> str:
        return flag

    def loop(self, run: Run, target: str) -> list[str]:
        return [
            f"for name, *arguments in {run.table}:",
            f"    {target} = {run.kind_name}({target}, name, *arguments)",
        ]


def _arguments(call: Call, part: NodeId, index: int, kind: Kind | None) -> list[str]:
    """The call's arguments as text, Keras' defaults left out; those that differ between blocks by their names."""
    at = {} if kind is None else {place.argument: name for place, name in kind.at.items() if place[:2] == (part, index)}
    defaults = DEFAULTS.get(call.target, {})
    found = []
    for name, value in call.arguments:
        if name in at:
            text = at[name]
        elif name in defaults and defaults[name] == value:
            continue
        else:
            text = literal(value)
        found.append(text if name in BY_PLACE else f"{name}={text}")
    return found
