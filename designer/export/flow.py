"""The lines that pass tensors from part to part: which variable holds what, optional parts, tables and loops.

Shared by printed sources, whatever their framework; how a part is called is left to the writer of each.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from designer.analysis.analysis import Analysis
from designer.analysis.dead_ends import read_ports
from designer.export.block_classes import Kind, inner_parts, passed_by
from designer.export.source_text import broken, literal
from designer.graph.design import Design, NodeId, PortRef

_VARIABLES = ("x", "y", "z", "u", "v", "w")
_NOT_WRITTEN = "None"
"""Stands for a tensor that no line holds, as what would only go into a bypassed merge."""
_UNREAD = "_"
"""Takes a tensor that nothing has a use for, beside others of the same block."""
_TABLE_FROM = 3
"""From so many blocks of a kind in a row on, a table and a loop read better than lines."""


def _read_outputs(design: Design, readers: Collection[NodeId]) -> frozenset[PortRef]:
    """The outputs whose tensor one of these nodes reads."""
    ports = (ref for id in readers for ref in read_ports(design, id))
    return frozenset(design.wires[ref].source for ref in ports if ref in design.wires)


def _leading_out(design: Design) -> set[NodeId]:
    """The nodes that some output of this design depends on, whatever is inside them."""
    found: set[NodeId] = set()
    waiting = [node.id for node in design.output_nodes()]
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += [design.wires[ref].source.node for ref in read_ports(design, id) if ref in design.wires]
    return found


def is_variable(name: str) -> bool:
    """Whether a name may be that of a variable which holds a tensor."""
    return name in _VARIABLES or bool(re.fullmatch(r"t\d+", name))


@dataclass(frozen=True)
class Run:
    """Blocks of one kind that follow one another and feed nothing else.

    Attributes:
        table: Name of the table that lists them.
        kind_name: Name of their class or function.
        kind: What they are.
        members: Their nodes, in order.
    """

    table: str
    kind_name: str
    kind: Kind
    members: tuple[NodeId, ...]


@dataclass
class _Flow:
    """Lines so far, which variable holds what, and which outputs are read by anything."""

    lines: list[str] = field(default_factory=list)
    holding: dict[PortRef, str] = field(default_factory=dict)
    read: frozenset[PortRef] = frozenset()

    def fresh(self) -> str:
        """A variable that holds nothing that is still read."""
        taken = set(self.holding.values())
        free = (name for name in (*_VARIABLES, *(f"t{index}" for index in range(len(taken) + 1))) if name not in taken)
        return next(free)

    def release(self, design: Design, part: NodeId) -> None:
        """Forget what no later node reads; what is given out is read at the end, wherever its Output stands."""
        rank = design.rank
        ends = {node.id for node in design.output_nodes()}
        for feed in design.feeds[part]:
            if feed is not None and feed.ref in self.holding:
                readers = [wire.target.node for wire in design.outgoing(feed.node) if wire.source == feed.ref]
                if ends.isdisjoint(readers) and max(rank[reader] for reader in readers) <= rank[part]:
                    del self.holding[feed.ref]


class FlowWriter:
    """Writes how a block or a network is computed; knows which class or function each block inside is.

    Attributes:
        indent: What stands before each line.

    Args:
        kinds: The classes or functions of blocks, by name.
        keeps_dead_ends: Whether what no result depends on is written too, as PyTorch runs it.
    """

    indent = "    "
    keeps_dead_ends = True

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self._kinds = {id(block): (name, kind) for name, kind in kinds.items() for block in kind.blocks}

    def expression(self, block: Analysis, part: NodeId, reads: Sequence[str], kind: Kind | None) -> str:
        """A part called with variables."""
        raise NotImplementedError

    def condition(self, flag: str) -> str:
        """What says whether an optional part is there."""
        raise NotImplementedError

    def loop(self, run: Run, target: str) -> list[str]:
        """The lines that pass a variable through all blocks of a run."""
        raise NotImplementedError

    def kind_of(self, block: Analysis) -> tuple[str, Kind]:
        """The name and kind of a block."""
        return self._kinds[id(block)]

    def flow(
        self, block: Analysis, kind: Kind | None, holding: dict[PortRef, str], runs: Mapping[NodeId, Run]
    ) -> tuple[list[str], list[str]]:
        """The lines that compute a block, and the variables that hold its outputs in the end.

        Args:
            block: What is computed.
            kind: Its kind, where it is one of several blocks.
            holding: The variables that hold its inputs.
            runs: Blocks inside that a loop serves, by the first.
        """
        design = block.design
        written = set(design.nodes) if self.keeps_dead_ends else _leading_out(design)
        flow = _Flow(holding=holding, read=_read_outputs(design, written))
        flags = kind.flags if kind else {}
        order = [part for part in inner_parts(design) if part in written]
        place = 0
        while place < len(order):
            part = order[place]
            if part in runs:
                self._loop(flow, design, runs[part])
                place += len(runs[part].members)
            elif part in flags:
                optional = [part]
                while place + len(optional) < len(order) and flags.get(order[place + len(optional)]) == flags[part]:
                    optional.append(order[place + len(optional)])
                self._optional(flow, block, optional, flags[part], kind)
                place += len(optional)
            else:
                self._statement(flow, block, part, kind, self.indent)
                place += 1
        results = [flow.holding[feed.ref] for node in design.output_nodes() if (feed := design.feeds[node.id][0])]
        return flow.lines, results

    def _statement(
        self, flow: _Flow, block: Analysis, part: NodeId, kind: Kind | None, indent: str, target: str = ""
    ) -> None:
        design = block.design
        reads = [flow.holding.get(feed.ref, _NOT_WRITTEN) for feed in design.feeds[part] if feed is not None]
        text = self.expression(block, part, reads, kind)
        flow.release(design, part)
        refs = [PortRef(part, port.name) for port in design.nodes[part].layer.outputs]
        if not target and flow.read.isdisjoint(refs):
            flow.lines += broken(indent, text)  # it runs, and nothing has a use for what it gives
            return
        for ref in refs:
            if not target and ref not in flow.read:
                continue
            # The name of what was read goes on where nothing else needs it: x = self.conv(x).
            free = [name for name in reads if name not in {*flow.holding.values(), _NOT_WRITTEN}]
            flow.holding[ref] = target or (free[0] if free else flow.fresh())
        targets = ", ".join(flow.holding.get(ref, _UNREAD) for ref in refs)
        flow.lines += broken(f"{indent}{targets} = ", text)

    def _optional(self, flow: _Flow, block: Analysis, run: Sequence[NodeId], flag: str, kind: Kind | None) -> None:
        """Parts under ``if flag:``; where they are missing, the variable holds what passes them by."""
        design = block.design
        first = passed_by(design, run[0])
        past = flow.holding[first.ref] if first is not None else "x"
        # The variable that passes them by is used again where nothing else reads it; else another begins as its copy.
        after = _Flow(holding=dict(flow.holding))
        for part in run:
            after.release(design, part)
        target = past if past not in after.holding.values() else flow.fresh()
        inside = _Flow(holding=dict(flow.holding), read=flow.read)
        for part in run:
            self._statement(inside, block, part, kind, f"{self.indent}    ", target if part == run[-1] else "")
        if target != past:
            flow.lines.append(f"{self.indent}{target} = {past}")
        flow.lines += [f"{self.indent}if {self.condition(flag)}:", *inside.lines]
        flow.holding = inside.holding

    def _loop(self, flow: _Flow, design: Design, run: Run) -> None:
        first, last = run.members[0], run.members[-1]
        feed = design.feeds[first][0]
        read = flow.holding[feed.ref] if feed is not None else "x"
        flow.release(design, first)
        target = read if read not in flow.holding.values() else flow.fresh()
        if target != read:
            flow.lines.append(f"{self.indent}{target} = {read}")
        flow.lines += [f"{self.indent}{line}" for line in self.loop(run, target)]
        flow.holding[PortRef(last, design.nodes[last].layer.outputs[0].name)] = target

    # Tables ----------------------------------------------------------------------------------------------

    def runs(self, whole: Analysis, network: str) -> dict[NodeId, Run]:
        """The runs of a network that are long enough for a table, by their first node.

        Args:
            whole: The network.
            network: Its name in the file, which no table can have.
        """
        found: dict[NodeId, Run] = {}
        titles = {network, *(name for name, _ in self._kinds.values())}
        for members in self._chains(whole):
            inner = whole.node(members[0]).inner
            if inner is None or len(members) < _TABLE_FROM:
                continue
            kind_name, kind = self.kind_of(inner)
            title, number = _upper(kind_name), 2
            while title in titles:
                title, number = f"{_upper(kind_name)}_{number}", number + 1
            titles.add(title)
            found[members[0]] = Run(title, kind_name, kind, tuple(members))
        return found

    def _chains(self, whole: Analysis) -> Iterator[list[NodeId]]:
        chain: list[NodeId] = []
        for part in inner_parts(whole.design):
            if chain and not self._goes_on(whole, chain[-1], part):
                yield chain
                chain = []
            inner = whole.node(part).inner
            takes_one = len(whole.design.nodes[part].layer.inputs) == 1
            if inner is not None and takes_one and self.kind_of(inner)[1].arguments:
                chain.append(part)
        if chain:
            yield chain

    def _goes_on(self, whole: Analysis, before: NodeId, part: NodeId) -> bool:
        design, inner, last = whole.design, whole.node(part).inner, whole.node(before).inner
        if inner is None or last is None or self.kind_of(inner)[1] is not self.kind_of(last)[1]:
            return False
        return design.successors[before] == [part] and design.predecessors[part] == [before]

    @staticmethod
    def table(run: Run, whole: Analysis) -> str:
        """The table of a run: a row a block, its shape behind it."""
        rows = [f"{run.table} = (", f"    # name, {', '.join(run.kind.arguments)}"]
        for member in run.members:
            inner, outputs = whole.node(member).inner, whole.node(member).outputs
            if inner is not None and outputs:
                values = ", ".join(map(literal, run.kind.values(inner)))
                rows.append(f'    ("{member}", {values}),  # {outputs[0].label}')
        return "\n".join([*rows, ")"])


def _upper(name: str) -> str:
    """``ConvBlock`` as the name of a table: ``CONV_BLOCKS``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper() + "S"
