"""A design as one readable file of PyTorch, as a person would have written it; needs no torch itself.

Blocks become classes, one a kind; equal kinds in a row become a table and a loop. Attributes are named as the canvas
names its nodes, so that the file's state dict has the compiled module's keys. The text is formatted, and the same
design gives the same bytes.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import wrap
from typing import Any

from designer.analysis.issues import Severity
from designer.analysis.snapshot import Analysis
from designer.errors import InvalidDesign
from designer.export.block_classes import Kind, calls_of, inner_parts, kinds_of, passed_by
from designer.graph.design import Design, NodeId, PortRef
from designer.graph.layer import Call
from designer.graph.tensor import TensorSpec

LINE_LENGTH = 88
_VARIABLES = ("x", "y", "z", "u", "v", "w")
_BY_PLACE = ("in_channels", "out_channels", "kernel_size", "num_features", "in_features", "out_features")
"""Arguments everybody writes without their names; they come first in PyTorch's signatures and in our calls."""
_TABLE_FROM = 3
"""From so many blocks of a kind in a row on, a table and a loop read better than lines."""


def python_source(analysis: Analysis) -> str:
    """The text of a Python file whose last class computes the design, N×C×H×W in.

    Run as a program, the file prints the output's shape and the number of parameters.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
    """
    if not analysis.is_valid:
        raise InvalidDesign(issue.line() for issue in analysis.issues if issue.severity is Severity.ERROR)
    kinds = _named(kinds_of(analysis))
    network = class_name(analysis.design.name)
    while network in kinds:
        network += "Network"
    writer = _Writer(kinds)
    classes = [writer.block_class(name, kind) for name, kind in kinds.items()]
    return (
        "\n\n\n".join([_header(analysis), *classes, *writer.network(network, analysis), _program(network, analysis)])
        + "\n"
    )


def identifier(words: str, fallback: str) -> str:
    """Words as a Python name; nothing in them can be more than a name."""
    plain = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_")
    if not plain or plain[0].isdigit():
        plain = f"{fallback}_{plain}".rstrip("_")
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def class_name(words: str) -> str:
    """Words as the name of a class, figures left out: ``MobileNetV2 1 · 224`` is ``MobileNetV2``."""
    parts = [part for part in identifier(words, "Network").split("_") if part and not part[0].isdigit()]
    return "".join(part[0].upper() + part[1:] for part in parts) or "Network"


def _named(kinds: Sequence[Kind]) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for kind in kinds:
        name, number = class_name(kind.title), 2
        while name in found:
            name, number = f"{class_name(kind.title)}{number}", number + 1
        found[name] = kind
    return found


def _plain(text: str) -> str:
    """Words of a person inside a docstring: no quote or backslash can end it."""
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def _docstring(text: str) -> list[str]:
    lines = wrap(f'"""{_plain(text)}', LINE_LENGTH - 4 - 3, break_long_words=False)
    if len(lines) == 1:
        return [f'    {lines[0]}"""']
    return [*(f"    {line}" for line in lines), '    """']


def _header(analysis: Analysis) -> str:
    totals = analysis.totals
    ends = [", ".join(_shapes(specs)) for specs in (_entering(analysis), analysis.given_out() or ())]
    return f'''"""{_plain(analysis.design.name)}.

In {ends[0]}, out {ends[1]}.
{totals.parameters:,} parameters, {totals.macs:,} MACs, {totals.flops:,} FLOPs a picture.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn'''


def _entering(analysis: Analysis) -> tuple[TensorSpec, ...]:
    specs = [analysis.spec(PortRef(node.id, node.layer.outputs[0].name)) for node in analysis.design.input_nodes()]
    return tuple(spec for spec in specs if spec is not None)


def _shapes(specs: Sequence[TensorSpec]) -> Iterator[str]:
    return ("×".join(["N", *map(str, spec.shape[1:])]) for spec in specs)


def _program(network: str, analysis: Analysis) -> str:
    made = [f"torch.zeros{spec.shape}" for spec in _entering(analysis)]
    result = (
        "tuple(output.shape)" if len(analysis.design.output_nodes()) == 1 else "[tuple(each.shape) for each in output]"
    )
    return "\n".join(
        [
            'if __name__ == "__main__":',
            f"    network = {network}().eval()",
            "    with torch.inference_mode():",
            *_bracketed("        output = network(", made, ")"),
            "    parameters = sum(each.numel() for each in network.parameters())",
            f'    print("output", {result}, "parameters", parameters)',
        ]
    )


def _bracketed(head: str, items: Sequence[str], tail: str) -> list[str]:
    """``head(items)tail`` on one line where it fits, else one item a line, as formatters leave it."""
    line = f"{head}{', '.join(items)}{tail}"
    if len(line) <= LINE_LENGTH or not items:
        return [line]
    indent = " " * (len(head) - len(head.lstrip()))
    return [head, *(f"{indent}    {item}," for item in items), f"{indent}{tail}"]


def _literal(value: Any) -> str:
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    return repr(value)


@dataclass
class _Forward:
    """Lines of a forward method, and which variable holds what."""

    lines: list[str] = field(default_factory=list)
    holding: dict[PortRef, str] = field(default_factory=dict)

    def fresh(self) -> str:
        """A variable that holds nothing that is still read."""
        taken = set(self.holding.values())
        free = (name for name in (*_VARIABLES, *(f"t{index}" for index in range(len(taken) + 1))) if name not in taken)
        return next(free)


class _Writer:
    """Writes classes; knows which class each block inside is.

    Args:
        kinds: The classes of blocks, by name.
    """

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self._class_of = {id(block): (name, kind) for name, kind in kinds.items() for block in kind.blocks}

    # Blocks ----------------------------------------------------------------------------------------------

    def block_class(self, name: str, kind: Kind) -> str:
        """The class of a kind of block."""
        pattern = kind.pattern
        signature = [f"{argument}: {_type_of(column)}" for argument, column in kind.arguments.items()]
        lines = [f"class {name}(nn.Module):", *_docstring(kind.doc), ""]
        lines += _bracketed("    def __init__(", ["self", *signature], ") -> None:")
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
            name, inner_kind = self._class_of[id(inner)]
            items = [
                f"{key}={_literal(value)}"
                for key, value in zip(inner_kind.arguments, inner_kind.values(inner), strict=True)
            ]
            return _bracketed(f"{head}{name}(", items, f"){note}")
        return [
            line
            for index, call in enumerate(calls_of(block, part))
            if call.is_module
            for line in _bracketed(
                f"{head}{call.target.removeprefix('torch.')}(", self._arguments(call, part, index, kind, ""), f"){note}"
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
        texts = {name: f"{owner}{at[name]}" if name in at else _literal(fixed[name]) for name in names}
        return [text if name in _BY_PLACE else f"{name}={text}" for name, text in texts.items()]

    # Forward ----------------------------------------------------------------------------------------------

    def _forward(
        self, block: Analysis, kind: Kind | None, loops: dict[NodeId, tuple[str, list[NodeId]]] | None = None
    ) -> list[str]:
        design = block.design
        inputs = [PortRef(node.id, node.layer.outputs[0].name) for node in design.input_nodes()]
        names = ["x"] if len(inputs) == 1 else [identifier(ref.node, "x") for ref in inputs]
        flow = _Forward(holding=dict(zip(inputs, names, strict=True)))
        outputs = len(design.output_nodes())
        gives = "Tensor" if outputs == 1 else f"tuple[{', '.join(['Tensor'] * outputs)}]"
        signature = _bracketed("    def forward(", ["self", *(f"{name}: Tensor" for name in names)], f") -> {gives}:")
        flags = kind.flags if kind else {}
        order = inner_parts(design)
        place = 0
        while place < len(order):
            part = order[place]
            if loops and part in loops:
                table, members = loops[part]
                self._loop(flow, design, table, members)
                place += len(members)
            elif part in flags:
                run = [part]
                while place + len(run) < len(order) and flags.get(order[place + len(run)]) == flags[part]:
                    run.append(order[place + len(run)])
                self._optional(flow, block, run, flags[part], kind)
                place += len(run)
            else:
                self._statement(flow, block, part, kind, "        ")
                place += 1
        results = [flow.holding[feed.ref] for node in design.output_nodes() if (feed := design.feeds[node.id][0])]
        return [*signature, *flow.lines, f"        return {', '.join(results)}"]

    def _statement(
        self, flow: _Forward, block: Analysis, part: NodeId, kind: Kind | None, indent: str, target: str = ""
    ) -> None:
        design = block.design
        reads = [flow.holding[feed.ref] for feed in design.feeds[part] if feed is not None]
        text = self._expression(block, part, reads, kind)
        self._release(flow, design, part)
        refs = [PortRef(part, port.name) for port in design.nodes[part].layer.outputs]
        for ref in refs:
            # The name of what was read goes on where nothing else needs it: x = self.conv(x).
            free = [name for name in reads if name not in flow.holding.values()]
            flow.holding[ref] = target or (free[0] if free else flow.fresh())
        targets = ", ".join(flow.holding[ref] for ref in refs)
        flow.lines.append(f"{indent}{targets} = {text}")

    @staticmethod
    def _release(flow: _Forward, design: Design, part: NodeId) -> None:
        """Forget what no later node reads."""
        rank = design.rank
        for feed in design.feeds[part]:
            if feed is not None and feed.ref in flow.holding:
                readers = [wire.target.node for wire in design.outgoing(feed.node) if wire.source == feed.ref]
                if max(rank[reader] for reader in readers) <= rank[part]:
                    del flow.holding[feed.ref]

    def _optional(self, flow: _Forward, block: Analysis, run: Sequence[NodeId], flag: str, kind: Kind | None) -> None:
        """Parts under ``if self.flag:``; where they are missing, the variable holds what passes them by."""
        design = block.design
        first = passed_by(design, run[0])
        past = flow.holding[first.ref] if first is not None else "x"
        # The variable that passes them by is used again where nothing else reads it; else another begins as its copy.
        after = _Forward(holding=dict(flow.holding))
        for part in run:
            self._release(after, design, part)
        target = past if past not in after.holding.values() else flow.fresh()
        inside = _Forward(holding=dict(flow.holding))
        for part in run:
            self._statement(inside, block, part, kind, "            ", target if part == run[-1] else "")
        if target != past:
            flow.lines.append(f"        {target} = {past}")
        flow.lines += [f"        if self.{flag}:", *inside.lines]
        flow.holding = inside.holding

    def _expression(self, block: Analysis, part: NodeId, reads: Sequence[str], kind: Kind | None) -> str:
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

    # The network ----------------------------------------------------------------------------------------------

    def network(self, name: str, whole: Analysis) -> list[str]:
        """The tables, if there are any, and the class of the whole design."""
        runs = self._runs(whole)
        tables = [self._table(title, whole, members) for title, members in runs.values()]
        lines = [
            f"class {name}(nn.Module):",
            f'    """{_plain(whole.design.name)}."""',
            "",
            "    def __init__(self) -> None:",
        ]
        lines.append("        super().__init__()")
        inside = {member for _, members in runs.values() for member in members}
        for part in inner_parts(whole.design):
            if part in runs:
                title, members = runs[part]
                kind_name, _ = self._class_of[id(whole.node(members[0]).inner)]
                lines += [
                    f"        for name, *arguments in {title}:",
                    f"            self.add_module(name, {kind_name}(*arguments))",
                ]
            elif part not in inside:
                outputs = whole.node(part).outputs
                note = f"  # {outputs[0].label}" if outputs else ""
                lines += self._construction(whole, part, None, note=note)
        body = [*lines, "", *self._forward(whole, None, runs)]
        return [*(("\n".join(tables),) if tables else ()), "\n".join(body)]

    def _runs(self, whole: Analysis) -> dict[NodeId, tuple[str, list[NodeId]]]:
        """Blocks of one kind that follow one another and feed nothing else: by the first, the table's name and all."""
        found: dict[NodeId, tuple[str, list[NodeId]]] = {}
        chain: list[NodeId] = []
        titles: set[str] = set()

        def close() -> None:
            if len(chain) >= _TABLE_FROM:
                kind_name, _ = self._class_of[id(whole.node(chain[0]).inner)]
                title, number = _upper(kind_name), 2
                while title in titles:
                    title, number = f"{_upper(kind_name)}_{number}", number + 1
                titles.add(title)
                found[chain[0]] = (title, list(chain))
            chain.clear()

        for part in inner_parts(whole.design):
            if chain and not self._goes_on(whole, chain[-1], part):
                close()
            inner = whole.node(part).inner
            if (
                inner is not None
                and len(whole.design.nodes[part].layer.inputs) == 1
                and self._class_of[id(inner)][1].arguments
            ):
                chain.append(part)
            else:
                close()
        close()
        return found

    def _goes_on(self, whole: Analysis, before: NodeId, part: NodeId) -> bool:
        design, inner = whole.design, whole.node(part).inner
        if inner is None or self._class_of[id(inner)][1] is not self._class_of[id(whole.node(before).inner)][1]:
            return False
        return design.successors[before] == [part] and design.predecessors[part] == [before]

    def _table(self, title: str, whole: Analysis, members: Sequence[NodeId]) -> str:
        _, kind = self._class_of[id(whole.node(members[0]).inner)]
        rows = [f"{title} = (", f"    # name, {', '.join(kind.arguments)}"]
        for member in members:
            inner, outputs = whole.node(member).inner, whole.node(member).outputs
            if inner is not None and outputs:
                values = ", ".join(map(_literal, kind.values(inner)))
                rows.append(f'    ("{member}", {values}),  # {outputs[0].label}')
        return "\n".join([*rows, ")"])

    def _loop(self, flow: _Forward, design: Design, table: str, members: Sequence[NodeId]) -> None:
        feed = design.feeds[members[0]][0]
        read = flow.holding[feed.ref] if feed is not None else "x"
        self._release(flow, design, members[0])
        target = read if read not in flow.holding.values() else flow.fresh()
        if target != read:
            flow.lines.append(f"        {target} = {read}")
        flow.lines += [f"        for name, *_ in {table}:", f"            {target} = getattr(self, name)({target})"]
        flow.holding[PortRef(members[-1], design.nodes[members[-1]].layer.outputs[0].name)] = target


def _upper(name: str) -> str:
    """``ConvBlock`` as the name of a table: ``CONV_BLOCKS``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper() + "S"


def _type_of(column: Sequence[Any]) -> str:
    first = column[0]
    return f"tuple[{', '.join(['int'] * len(first))}]" if isinstance(first, tuple) else type(first).__name__


def _function(target: str) -> str:
    return target.removeprefix("torch.") if target.startswith("torch.nn.") else target
