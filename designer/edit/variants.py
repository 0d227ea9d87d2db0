"""A family of designs from one: a field of a node, or of several, given one value after another.

The values come as a person types them, ``1, 2, 4, 6``, ``1..8``, ``0.5..1 step 0.25`` or ``relu6, silu``; each is read
by the parameter itself, so what it refuses is refused here in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from designer.edit.document import Edit
from designer.edit.edits import set_parameter
from designer.edit.inside import lifted
from designer.errors import ParameterError
from designer.graph.design import Design, NodeId, NodePath
from designer.graph.parameter import Parameter
from designer.graph.values import parse_values


@dataclass(frozen=True)
class Variant:
    """One member of a family.

    Attributes:
        label: ``expansion = 4``.
        value: The value.
        design: The design with that value, named after its origin and the label.
        edit: From the origin to it, for a command that keeps it.
    """

    label: str
    value: Any
    design: Design
    edit: Edit


def variants(design: Design, ids: Sequence[NodeId], name: str, text: str) -> tuple[Variant, ...]:
    """A design for each value, in the order typed, no value twice.

    Args:
        design: What they are variants of.
        ids: The nodes whose field takes the value, all of them the same one at a time.
        name: The field: a parameter's name.
        text: The values, as ``parse_values`` reads them.

    Raises:
        ParameterError: No node is given, a node has no such parameter, or a value does not suit one of them.
    """
    if not ids:
        raise ParameterError(name, "no node is chosen; select one or several whose field is to vary")
    parameters = [design.nodes[id].layer.parameter(name) for id in ids]
    made = []
    for value in parse_values(parameters[0], text):
        for parameter in parameters:
            parameter.check(value)
        edit = partial(set_parameter, ids=tuple(ids), name=name, value=value)
        label = f"{parameters[0].label.lower()} = {parameters[0].text(value)}"
        made.append(Variant(label, value, edit(design).renamed(f"{design.name} · {label}"), edit))
    return tuple(made)


def inside_of(whole: Design, path: NodePath, family: Sequence[Variant]) -> tuple[Variant, ...]:
    """Variants of what is inside a group, as variants of the design that holds it.

    Args:
        whole: The design.
        path: The way to the group; the design itself where empty.
        family: Variants of its body.

    Raises:
        EditRefused: The path leads into no group.
    """
    if not path:
        return tuple(family)
    made = []
    for variant in family:
        edit = lifted(path, variant.edit)
        made.append(replace(variant, design=edit(whole).renamed(f"{whole.name} · {variant.label}"), edit=edit))
    return tuple(made)


def shared_parameters(design: Design, ids: Sequence[NodeId]) -> tuple[Parameter, ...]:
    """The parameters that every one of the nodes has, in the first one's order: those a family can vary.

    A parameter of one name but another kind or range is another; it is left out.
    """
    ids = [id for id in ids if id in design.nodes]  # a selection may be of what an undo has just taken away
    if not ids:
        return ()
    first, *others = [design.nodes[id].layer.parameters for id in ids]
    alike = [{_kind(parameter) for parameter in parameters} for parameters in others]
    return tuple(parameter for parameter in first if all(_kind(parameter) in kinds for kinds in alike))


def _kind(parameter: Parameter) -> Parameter:
    return replace(parameter, default=None, help="", shown_when=None)
