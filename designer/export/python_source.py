"""A design as one readable file of PyTorch, as a person would have written it; needs no torch itself.

Blocks become classes, one a kind; equal kinds in a row become a table and a loop. Attributes are named as the canvas
names its nodes, so that the file's state dict has the compiled module's keys. The text is formatted, and the same
design gives the same bytes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import groupby

from designer.analysis.analysis import Analysis
from designer.analysis.opaque import refuse_opaque
from designer.analysis.report import problem_lines
from designer.analysis.torch_calls import PARTS, Call, layer_calls
from designer.errors import InvalidDesign
from designer.export.block_classes import Kind, calls_of, inner_parts, kinds_of
from designer.export.flow import FlowWriter, Run
from designer.export.source_text import (
    bracketed,
    class_name,
    docstring,
    entering,
    literal,
    named,
    noted,
    plain,
    shapes,
    type_of,
    variables,
)
from designer.graph.design import NodeId, PortRef

_BY_PLACE = ("in_channels", "out_channels", "kernel_size", "num_features", "in_features", "out_features")
"""Arguments everybody writes without their names; they come first in PyTorch's signatures and in our calls."""

_TAKEN = frozenset({"self", "torch", "nn", "Tensor", "name", "getattr", "float"})
"""What a forward method reads by name, which no tensor in it can be called."""


def python_source(analysis: Analysis) -> str:
    """The text of a Python file whose last class computes the design, N×C×H×W in.

    Run as a program, the file prints the output's shape and the number of parameters.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
    """
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    refuse_opaque(analysis, "PyTorch source has nothing for")
    targets = sorted({call.target for call in _all_calls(analysis)})
    parts = _parts_used(targets)
    kinds = named(kinds_of(analysis), parts)
    network = class_name(analysis.design.name)
    while network in kinds or network in parts:
        network += "Network"
    writer = _Writer(kinds)
    classes = [writer.block_class(name, kind) for name, kind in kinds.items()]
    texts = [_header(analysis, targets), *parts.values(), *classes, *writer.network(network, analysis)]
    return "\n\n\n".join([*texts, _program(network, analysis)]) + "\n"


def _parts_used(targets: Sequence[str]) -> dict[str, str]:
    """The text of each class that the design needs and PyTorch lacks, by its name."""
    names = [name for root, _, name in (target.partition(".") for target in targets) if root == PARTS]
    if not names:
        return {}
    text = (files("designer.runtime.compile") / "parts.py").read_text(encoding="utf-8")
    classes = [each for each in ast.parse(text).body if isinstance(each, ast.ClassDef)]
    return {each.name: ast.get_source_segment(text, each) or "" for each in classes if each.name in names}


def _all_calls(analysis: Analysis) -> Iterator[Call]:
    for _, node, report in analysis.primitives():
        if node.layer.inputs and report.known_inputs:
            yield from layer_calls(node.layer, report.known_inputs)


def _other_imports(targets: Sequence[str]) -> str:
    """Lines that import what other packages' layers are in PyTorch."""
    modules = {target.rpartition(".")[0] for target in targets if target.partition(".")[0] not in {"torch", PARTS}}
    return "".join(f"import {module}\n" for module in sorted(modules))


def _header(analysis: Analysis, targets: Sequence[str]) -> str:
    totals = analysis.totals
    ends = [", ".join(shapes(specs)) for specs in (entering(analysis), analysis.given_out() or ())]
    return f'''"""{plain(analysis.design.name)}.

In {ends[0]}, out {ends[1]}.
{totals.parameters:,} parameters, {totals.macs:,} MACs, {totals.flops:,} FLOPs a picture.
"""

from __future__ import annotations

{_other_imports(targets)}import torch
from torch import Tensor, nn'''


def _program(network: str, analysis: Analysis) -> str:
    made = [f"torch.zeros{spec.shape}" for spec in entering(analysis)]
    result = (
        "tuple(output.shape)" if len(analysis.design.output_nodes()) == 1 else "[tuple(each.shape) for each in output]"
    )
    return "\n".join(
        [
            'if __name__ == "__main__":',
            f"    network = {network}().eval()",
            "    with torch.inference_mode():",
            *bracketed("        output = network(", made, ")"),
            "    parameters = sum(each.numel() for each in network.parameters())",
            f'    print("output", {result}, "parameters", parameters)',
        ]
    )


class _Writer(FlowWriter):
    """Writes classes."""

    indent = "        "

    # Blocks ----------------------------------------------------------------------------------------------

    def block_class(self, name: str, kind: Kind) -> str:
        """The class of a kind of block."""
        pattern = kind.pattern
        signature = [f"{argument}: {type_of(column)}" for argument, column in kind.arguments.items()]
        lines = [f"class {name}(nn.Module):", *docstring(kind.doc), ""]
        lines += bracketed("    def __init__(", ["self", *signature], ") -> None:")
        lines.append("        super().__init__()")
        kept = [name for name in kind.arguments if name in kind.flags.values() or self._in_forward(kind, name)]
        lines += [f"        self.{argument} = {argument}" for argument in kept]
        for flag, parts in groupby(inner_parts(pattern.design), key=kind.flags.get):
            made = [line for part in parts for line in self._construction(pattern, part, kind, "    " if flag else "")]
            lines += [f"        if {flag}:", *made] if flag and made else made
        lines += ["", *self._forward(pattern, kind)]
        return "\n".join(lines)

    @staticmethod
    def _in_forward(kind: Kind, argument: str) -> bool:
        """Whether a function's argument differs, which the forward method then reads from the module."""
        return any(
            not calls_of(kind.pattern, place.part)[place.call].is_module
            for place, name in kind.at.items()
            if name == argument
        )

    def _construction(
        self, block: Analysis, part: NodeId, kind: Kind | None, indent: str = "", note: str = ""
    ) -> list[str]:
        """``self.part = …``, for a part that keeps a module."""
        inner = block.node(part).inner
        head = f"        {indent}self.{part} = "
        if inner is not None:
            name, inner_kind = self.kind_of(inner)
            items = [
                f"{key}={literal(value)}"
                for key, value in zip(inner_kind.arguments, inner_kind.values(inner), strict=True)
            ]
            return noted(bracketed(f"{head}{name}(", items, ")"), note)
        return [
            line
            for index, call in enumerate(calls_of(block, part))
            if call.is_module
            for line in noted(
                bracketed(
                    f"{head}{_written(call.target)}(",
                    self._arguments(call, part, index, kind, ""),
                    ")",
                ),
                note,
            )
        ]

    @staticmethod
    def _arguments(call: Call, part: NodeId, index: int, kind: Kind | None, owner: str) -> list[str]:
        """The call's arguments as text; those that differ between blocks by the name of the constructor's."""
        at = (
            {}
            if kind is None
            else {place.argument: name for place, name in kind.at.items() if place[:2] == (part, index)}
        )
        fixed = dict(call.arguments)
        names = [*fixed, *(name for name in at if name not in fixed)]
        # What a call states is written, even where it looks like a default: a pooling's stride is its kernel's side.
        texts = {name: f"{owner}{at[name]}" if name in at else literal(fixed[name]) for name in names}
        return [text if name in _BY_PLACE else f"{name}={text}" for name, text in texts.items()]

    # Forward ----------------------------------------------------------------------------------------------

    def _forward(self, block: Analysis, kind: Kind | None, runs: Mapping[NodeId, Run] | None = None) -> list[str]:
        design = block.design
        inputs = [PortRef(node.id, node.layer.outputs[0].name) for node in design.input_nodes()]
        names = variables([ref.node for ref in inputs], {*_TAKEN, *(run.table for run in (runs or {}).values())})
        lines, results = self.flow(block, kind, dict(zip(inputs, names, strict=True)), runs or {})
        outputs = len(design.output_nodes())
        gives = "Tensor" if outputs == 1 else f"tuple[{', '.join(['Tensor'] * outputs)}]"
        signature = bracketed("    def forward(", ["self", *(f"{name}: Tensor" for name in names)], f") -> {gives}:")
        return [*signature, *lines, f"        return {', '.join(results)}"]

    def expression(self, block: Analysis, part: NodeId, reads: Sequence[str], kind: Kind | None) -> str:
        layer = block.design.nodes[part].layer
        if block.node(part).inner is not None:
            return f"self.{part}({', '.join(reads)})"
        texts = dict(zip((port.name for port in layer.inputs), reads, strict=True))
        last = ""
        for index, call in enumerate(calls_of(block, part)):
            tensors = [texts[name] for name in call.inputs]
            if call.is_module:
                last = f"self.{part}({', '.join(tensors)})"
            else:
                given = f"({', '.join(tensors)})" if call.takes_sequence else ", ".join(tensors)
                arguments = self._arguments(call, part, index, kind, "self.")
                last = f"{_function(call.target)}({', '.join([given, *arguments])})"
            texts[call.result] = last
        return last

    def condition(self, flag: str) -> str:
        return f"self.{flag}"

    def loop(self, run: Run, target: str) -> list[str]:
        return [f"for name, *_ in {run.table}:", f"    {target} = getattr(self, name)({target})"]

    # The network ----------------------------------------------------------------------------------------------

    def network(self, name: str, whole: Analysis) -> list[str]:
        """The tables, if there are any, and the class of the whole design."""
        runs = self.runs(whole, name)
        tables = [self.table(run, whole) for run in runs.values()]
        lines = [
            f"class {name}(nn.Module):",
            f'    """{plain(whole.design.name)}."""',
            "",
            "    def __init__(self) -> None:",
        ]
        lines.append("        super().__init__()")
        inside = {member for run in runs.values() for member in run.members}
        for part in inner_parts(whole.design):
            if part in runs:
                lines += [
                    f"        for name, *arguments in {runs[part].table}:",
                    f"            self.add_module(name, {runs[part].kind_name}(*arguments))",
                ]
            elif part not in inside:
                outputs = whole.node(part).outputs
                note = f"  # {outputs[0].label}" if outputs else ""
                lines += self._construction(whole, part, None, note=note)
        body = [*lines, "", *self._forward(whole, None, runs)]
        return [*(("\n".join(tables),) if tables else ()), "\n".join(body)]


def _written(target: str) -> str:
    """A module's class as the file's imports have it; a part stands in the file itself."""
    return target.removeprefix("torch.").removeprefix(f"{PARTS}.")


def _function(target: str) -> str:
    return target.removeprefix("torch.") if target.startswith("torch.nn.") else target
