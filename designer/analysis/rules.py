"""What is wrong with a design: one function a rule, in one tuple. What would fix it is asked for by an issue's code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from designer.analysis.issues import Issue, Severity
from designer.errors import ShapeError
from designer.graph.design import Design, NodeId, PortRef
from designer.issue_code import IssueCode

Rule = Callable[[Design], Iterator[Issue]]


def misfit_issue(id: NodeId, shape_error: ShapeError) -> Issue:
    """The problem that a layer cannot take the shapes that reach it; it says itself why."""
    return Issue(shape_error.code, Severity.ERROR, (id,), shape_error.what, shape_error.why)


def structure_issues(design: Design, is_body: bool = False) -> tuple[Issue, ...]:
    """Problems that follow from nodes and wires alone."""
    return tuple(
        issue
        for rule in STRUCTURE_RULES
        for issue in rule(design)
        if not (is_body and issue.code is IssueCode.NO_INPUT)
    )


def _is_empty(design: Design) -> Iterator[Issue]:
    if not design.nodes:
        yield Issue(
            IssueCode.EMPTY,
            Severity.UNFINISHED,
            (),
            "the design is empty",
            "nothing is on the canvas",
            "place an Input, a layer and an Output",
        )


def _has_input(design: Design) -> Iterator[Issue]:
    if design.nodes and not design.input_nodes():
        yield Issue(
            IssueCode.NO_INPUT,
            Severity.UNFINISHED,
            (),
            "there is no input",
            "shapes begin at an Input node",
            "place an Input and wire it to the first layer",
        )


def _has_output(design: Design) -> Iterator[Issue]:
    if design.nodes and not design.output_nodes():
        yield Issue(
            IssueCode.NO_OUTPUT,
            Severity.UNFINISHED,
            (),
            "there is no output",
            "what the design gives is marked by an Output node",
            "place an Output and wire the last layer to it",
        )


def _inputs_are_fed(design: Design) -> Iterator[Issue]:
    for ref in loose_inputs(design):
        layer = design.nodes[ref.node].layer
        which = f"input {ref.port}" if len(layer.inputs) > 1 else "its input"
        yield Issue(
            IssueCode.UNCONNECTED,
            Severity.UNFINISHED,
            (ref.node,),
            f"{which} takes no wire",
            "nothing is computed here without it",
            "drag a wire to it from an output, or delete the node",
            port=ref,
        )


def _outputs_are_read(design: Design) -> Iterator[Issue]:
    has_output = bool(design.output_nodes())
    for ref in loose_outputs(design):
        if has_output:
            which = "its result" if len(design.nodes[ref.node].layer.outputs) == 1 else f"its output '{ref.port}'"
            yield Issue(
                IssueCode.DEAD_END,
                Severity.UNFINISHED,
                (ref.node,),
                f"{which} goes nowhere",
                "nothing reads it, yet it is computed and counted",
                "wire it on, or delete the node",
                output=ref,
                runs_anyway=True,
            )


STRUCTURE_RULES: tuple[Rule, ...] = (_is_empty, _has_input, _has_output, _inputs_are_fed, _outputs_are_read)


def loose_inputs(design: Design) -> Iterator[PortRef]:
    """Inputs that take no wire."""
    for id, feeds in design.feeds.items():
        if None in feeds:
            for port, feed in zip(design.nodes[id].layer.inputs, feeds, strict=True):
                if feed is None:
                    yield PortRef(id, port.name)


def loose_outputs(design: Design) -> list[PortRef]:
    """Outputs that nothing reads."""
    read = {wire.source for wire in design.wires.values()}
    return [
        PortRef(node.id, port.name)
        for node in design.nodes.values()
        for port in node.layer.outputs
        if (node.id, port.name) not in read
    ]
