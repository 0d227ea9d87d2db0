"""Names as files can take them: what a person called a node, or its id, cleaned and made unique; and what changed.

Knows formats only by what their names may be made of.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from designer.analysis.analysis import Analysis
from designer.export.result import Renamed
from designer.graph.design import Design, Node, NodeId, NodePath, PortRef, Wire

_NOT_IN_FILES = re.compile(r"[^A-Za-z0-9_\-]+")

# What a module has already, PyTorch's or ours: an attribute of such a name would take its place.
MODULE_ATTRIBUTES = frozenset(
    """
    add_module append apply bfloat16 buffers call_super_init children compile cpu cuda digest double
    dump_patches eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule
    half input_shapes insert ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters observed parameters pop register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule
    share_memory state_dict submodule T_destination to to_empty train training type watched xpu zero_grad
    """.split()  # noqa: SIM905  # as quotes and commas it would be a page
)


def names_in_files(analysis: Analysis) -> tuple[Mapping[NodePath, str], tuple[Renamed, ...]]:
    """By node, through blocks, its name in a file: the person's own where there is one, else its id, joined by dots.

    Letters, digits, ``_`` and ``-`` stay; the specification of ONNX asks for little more.
    """
    found: dict[NodePath, str] = {}
    renamed: list[Renamed] = []
    _name_level(analysis, (), "", "", found, renamed)
    return found, tuple(renamed)


def _name_level(
    analysis: Analysis, prefix: NodePath, shown: str, written: str, found: dict[NodePath, str], renamed: list[Renamed]
) -> None:
    nodes = analysis.design.nodes.values()
    taken = {str(node.id) for node in nodes if not node.name}
    for node in nodes:
        plain, reason = _plain(node, taken)
        taken.add(plain)
        path, name = (*prefix, node.id), f"{written}{plain}"
        on_canvas = f"{shown}{node.name or node.id}"
        found[path] = name
        if reason:
            renamed.append(Renamed(on_canvas, name, reason))
        inner = analysis.node(node.id).inner
        if inner is not None:
            _name_level(inner, path, f"{on_canvas}.", f"{name}.", found, renamed)


def _plain(node: Node, taken: set[str]) -> tuple[str, str]:
    """A node's name for a file that no sibling has, and why it differs from the canvas'; empty where it does not."""
    if not node.name:
        return str(node.id), ""
    plain = _NOT_IN_FILES.sub("_", node.name).strip("_-")
    reason = "" if plain == node.name else "names in files are made of letters, digits, _ and -"
    if not plain:
        return str(node.id), "nothing of it can stand in a file, so its id does"
    stem, number = plain, 2
    while plain in taken:
        plain, number = f"{stem}_{number}", number + 1
        reason = "another node has this name"
    return plain, reason


def named_for_python(design: Design) -> tuple[Design, tuple[Renamed, ...]]:
    """The design with ids that can be attributes of a module, inside groups too, and which were changed."""
    renamed: list[Renamed] = []
    return _named_for_python(design, "", renamed), tuple(renamed)


def _named_for_python(design: Design, prefix: str, renamed: list[Renamed]) -> Design:
    wanted = {id: NodeId(attribute_name(id)) for id in design.nodes}
    for id, new in wanted.items():
        if new != id:
            renamed.append(Renamed(f"{prefix}{id}", f"{prefix}{new}", f"it is {_what_it_is(id)}"))
    nodes = []
    for node in design.nodes.values():
        layer = node.layer
        if layer.body is not None:
            body = _named_for_python(layer.body, f"{prefix}{node.id}.", renamed)
            layer = layer if body is layer.body else replace(layer, body=body)  # type: ignore[call-arg]
        nodes.append(replace(node, id=wanted[node.id], layer=layer))
    if all(old == new for old, new in wanted.items()) and nodes == list(design.nodes.values()):
        return design
    wires = [
        Wire(
            PortRef(wanted[wire.source.node], _port_name(design, wire.source)),
            PortRef(wanted[wire.target.node], _port_name(design, wire.target)),
            wire.via,
        )
        for wire in design.wires.values()
    ]
    return Design.build(design.name, nodes, wires)


def _port_name(design: Design, ref: PortRef) -> str:
    """A port of a group is called as the end inside it is, and so goes with its name."""
    return ref.port if design.nodes[ref.node].body is None else attribute_name(ref.port)


def attribute_name(id: str) -> str:
    """What a node is called as an attribute of a module: its id, unless Python or PyTorch has that word already.

    No two ids have one name, whatever stands beside them: ``half`` is ``half_``, and ``half_`` then ``half__``.
    """
    if re.match("(?:node_)*_", id):
        return f"node_{id}"
    return f"{id}_" if _reserved_word(id) else id


def state_key(path: Sequence[str]) -> str:
    """A node's name in a state dict: its attributes through blocks, joined by dots."""
    return ".".join(map(attribute_name, path))


def _reserved_word(id: str) -> str:
    """The word of Python or PyTorch that an id is, underscores behind it aside; empty where there is none."""
    word = id
    while not (keyword.iskeyword(word) or word in MODULE_ATTRIBUTES):
        if not word.endswith("_"):
            return ""
        word = word[:-1]
    return word


def _what_it_is(id: str) -> str:
    word = _reserved_word(id)
    if keyword.iskeyword(word):
        return "a word of Python"
    return "a name that PyTorch's modules have already" if word else "private to PyTorch's modules"
