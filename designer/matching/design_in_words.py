"""A design as lines of text: what each node is and what it reads, in the order of execution, places left out.

For line-by-line tools: git shows one line for one change, and none where a card was only moved.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.graph.design import Design, Node, NodeId, PortRef
from designer.graph.layer import Layer
from designer.matching.changes import type_title


def design_text(design: Design) -> str:
    """The design's name, then a line a node; what is inside a group is indented under it. Ends with a line feed."""
    return "\n".join([one_line(design.name), *_lines(design, "  ")]) + "\n"


def _lines(design: Design, indent: str) -> Iterator[str]:
    for id in design.order:
        node = design.nodes[id]
        yield f"{indent}{_line(design, node)}"
        if node.body is not None:
            yield from _lines(node.body, indent + "  ")


def _line(design: Design, node: Node) -> str:
    words = [layer_words(node.layer, tuple(parameter.name for parameter in node.layer.shown_parameters()))]
    if node.name:
        words.append(f"“{one_line(node.name)}”")
    sources = _sources(design, node)
    return f"{node.id}: {', '.join(words)}" + (f" ← {sources}" if sources else "")


def _sources(design: Design, node: Node) -> str:
    wires = [(port, design.wires.get(PortRef(node.id, port.name))) for port in node.layer.inputs]
    named = [(port, source_words(design, wire.source)) for port, wire in wires if wire is not None]
    return ", ".join(words if len(wires) == 1 else f"{port.name} {words}" for port, words in named)


def source_words(design: Design, source: PortRef) -> str:
    """The node a wire starts at, with its port where it has several."""
    return str(source) if len(design.nodes[source.node].layer.outputs) > 1 else source.node


def target_words(design: Design, target: PortRef) -> str:
    """The node a wire ends at, with its port where it has several."""
    return str(target) if len(design.nodes[target.node].layer.inputs) > 1 else target.node


def layer_words(layer: Layer, names: tuple[str, ...]) -> str:
    """The layer's type and these of its parameters: ``Pointwise 1×1, out channels 24, stride 1``."""
    words = [type_title(layer)]
    if layer.body is not None:
        words.append(f"“{one_line(layer.body.name)}”")
    for parameter in layer.parameters:
        if parameter.name in names:
            value = parameter.text(getattr(layer, parameter.name))
            words.append(f"{parameter.label.lower()} {value}{' ' + parameter.unit if parameter.unit else ''}")
    return ", ".join(words)


def set_parameters(layer: Layer) -> tuple[str, ...]:
    """Names of the parameters that have another value than a fresh layer's."""
    return tuple(
        parameter.name for parameter in layer.parameters if getattr(layer, parameter.name) != parameter.default
    )


def one_line(text: str) -> str:
    """The text without line breaks or other control characters: names are anybody's, and lines are ours."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def path_words(path: tuple[NodeId, ...]) -> str:
    """A node through groups, as problems name it."""
    return " / ".join(path)
