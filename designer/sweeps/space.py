"""A space of designs: what is varied, which values it takes, and the design at each point.

A space is drawn around a design whose nodes say which of their fields vary, or around a template whose settings do, or
both. Its size is known before it is walked, and a design is made only where the walk comes by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

from designer.errors import EditRefused, ParameterError, near
from designer.graph.design import Design, Node, NodeId, NodePath
from designer.graph.parameter import Parameter
from designer.graph.values import MOST_SWEPT, parse_values
from designer.sweeps.result import Plain
from designer.templates.table import Template

Point = tuple[int, ...]
"""For each variable, in order, the place of its value among its values."""


@dataclass(frozen=True)
class Target:
    """A field that a variable sets.

    Attributes:
        path: Its node, through groups.
        field: The name of the layer's parameter.
    """

    path: NodePath
    field: str


@dataclass(frozen=True)
class Variable:
    """What takes one value after another.

    Attributes:
        name: Its word on the command line and in results: ``width``, ``bottleneck_6.expansion``.
        parameter: Whose values these are.
        values: The values, in the order they were given.
        targets: The fields that take the value; none where it is a setting of the template.
    """

    name: str
    parameter: Parameter
    values: tuple[Any, ...]
    targets: tuple[Target, ...] = ()

    def plain(self, place: int) -> Any:
        """A value as plain JSON data."""
        return self.parameter.to_json(self.values[place])

    def text(self, place: int) -> str:
        """A value as people read it."""
        return self.parameter.text(self.values[place])

    def place_of(self, plain: Any) -> int | None:
        """The place of a value that is plain JSON data, or None where it is not among the values."""
        try:
            return self._places.get(self.parameter.from_json(plain))
        except (ParameterError, TypeError):
            return None

    @cached_property
    def _places(self) -> Mapping[Any, int]:
        return {value: place for place, value in enumerate(self.values)}


@dataclass(frozen=True)
class Space:
    """A space of designs.

    Attributes:
        base: The design that the others are variants of.
        variables: What varies, by different names.
        constraints: What a design shall keep to, a sentence each.
        template: Whose settings some of the variables are, if any.
        settings: The template's other settings, by name.
    """

    base: Design
    variables: tuple[Variable, ...]
    constraints: tuple[str, ...] = ()
    template: Template | None = None
    settings: tuple[tuple[str, Any], ...] = ()

    def constrained(self, more: Iterable[str]) -> Space:
        """The same with further constraints."""
        return replace(self, constraints=tuple(dict.fromkeys((*self.constraints, *more))))

    @property
    def size(self) -> int:
        """How many points it has."""
        return prod(len(variable.values) for variable in self.variables)

    def point(self, index: int) -> Point:
        """The point at a place in order; the last variable changes from one to the next."""
        places: list[int] = []
        for variable in reversed(self.variables):
            index, place = divmod(index, len(variable.values))
            places.append(place)
        return tuple(reversed(places))

    def settings_at(self, point: Point) -> tuple[tuple[str, Any], ...]:
        """The variables' values at a point as plain JSON data, by name."""
        return tuple((each.name, each.plain(place)) for each, place in zip(self.variables, point, strict=True))

    def point_at(self, settings: Mapping[str, Plain]) -> Point | None:
        """The point of these values by name, or None where one of them is no value of its variable."""
        places = [each.place_of(settings.get(each.name)) for each in self.variables]
        return None if None in places else tuple(place for place in places if place is not None)

    def label(self, point: Point) -> str:
        """``width = 0.5 · t = 4``."""
        return " · ".join(
            f"{each.name} = {each.text(place)}" for each, place in zip(self.variables, point, strict=True)
        )

    def design(self, point: Point) -> Design:
        """The design at a point, named after what it is a variant of and its values.

        Raises:
            ParameterError: A value does not go with the others of its node.
            EditRefused: A field stands in a node that is not there at these settings of the template.
            TemplateError: The template takes no such settings together.
        """
        chosen = {
            each.name: each.values[place] for each, place in zip(self.variables, point, strict=True) if not each.targets
        }
        origin = self._origin(chosen) if chosen else self.base
        given = [
            (target.path, target.field, each.values[place])
            for each, place in zip(self.variables, point, strict=True)
            for target in each.targets
        ]
        return applied(origin, given).renamed(f"{self.base.name} · {self.label(point)}")

    def _origin(self, chosen: Mapping[str, Any]) -> Design:
        """The template's design at these settings; the last one is kept, as many points in a row share it."""
        key = tuple(chosen.values())
        if key not in self._last_origin:
            self._last_origin.clear()
            self._last_origin[key] = self._from_template(chosen)
        return self._last_origin[key]

    @cached_property
    def _last_origin(self) -> dict[tuple[Any, ...], Design]:
        return {}

    def _from_template(self, chosen: Mapping[str, Any]) -> Design:
        assert self.template is not None
        made = self.template.unplaced(**dict(self.settings), **chosen)
        # Where only parameters differ, the base's wiring serves, and with it all that was worked out of it.
        if list(made.nodes) == list(self.base.nodes) and made.wires == self.base.wires:
            places = self.base.nodes
            return self.base.refilled(
                made.name, [replace(each, position=places[each.id].position) for each in made.nodes.values()]
            )
        return made


def applied(design: Design, given: Sequence[tuple[NodePath, str, Any]]) -> Design:
    """A design whose fields have these values.

    Raises:
        EditRefused: There is no such node, or the path leads into no group.
        ParameterError: A layer has no such field, or the value does not suit it.
    """
    by_node: dict[NodeId, list[tuple[NodePath, str, Any]]] = {}
    for path, field, value in given:
        by_node.setdefault(path[0], []).append((path[1:], field, value))
    return design.replacing([_given(design.node(id), values) for id, values in by_node.items()]) if by_node else design


def _given(node: Node, values: Sequence[tuple[NodePath, str, Any]]) -> Node:
    layer = node.layer
    for path, field, value in values:
        if not path:
            layer = layer.with_parameter(field, value)
    inside = [each for each in values if each[0]]
    if inside:
        if node.body is None:
            raise EditRefused(f"{node.id} is no group: nothing was drawn inside whose fields could vary")
        layer = replace(layer, body=applied(node.body, inside))  # type: ignore[call-arg]  # a group has one
    return replace(node, layer=layer)


def marked(design: Design, within: NodePath = ()) -> Iterator[tuple[Target, str, str]]:
    """Every field that is marked to vary, through groups: where it is, its values as typed, its variable's name."""
    for node in design.nodes.values():
        path = (*within, node.id)
        for each in node.varied:
            yield Target(path, each.field), each.values, each.variable
        if node.body is not None:
            yield from marked(node.body, path)


def space_of(design: Design, vary: Iterable[tuple[str, str]] = ()) -> Space:
    """The space around a design: the fields it marks, and those named besides.

    Args:
        design: What the others are variants of.
        vary: Fields and their values as typed: ``("bottleneck_6.expansion", "2, 4, 6")``; one that is marked as
            well has these values instead.

    Raises:
        ParameterError: There is no such field, a value does not suit it, or fields of one variable differ in kind or
            values.
    """
    return Space(design, _variables(design, vary), design.constraints)


def space_around(template: Template, settings: Iterable[tuple[str, Any]], vary: Iterable[tuple[str, str]]) -> Space:
    """The space around a template: its settings, and fields of its nodes, those that are named.

    Args:
        template: The template.
        settings: The settings that do not vary.
        vary: Settings or fields and their values as typed: ``("width", "0.5, 1")``.

    Raises:
        ParameterError: There is no such setting or field, or a value does not suit it.
        TemplateError: A setting is unknown, or its value does not suit it.
    """
    by_name = {setting.name: setting for setting in template.settings}
    kept = dict(settings)
    own, fields = [], []
    for name, text in vary:
        if name in by_name:
            if name in kept:
                raise ParameterError(name, "it is both set and varied; say it once")
            own.append(Variable(name, by_name[name], parse_values(by_name[name], text, MOST_SWEPT)))
        elif "." in name:
            fields.append((name, text))
        else:
            raise ParameterError(name, f"template '{template.key}' has no such setting{near(name, by_name)}")
    base = template.build(**kept)
    return Space(base, (*own, *_variables(base, fields)), base.constraints, template, tuple(kept.items()))


def _variables(design: Design, vary: Iterable[tuple[str, str]]) -> tuple[Variable, ...]:
    said = dict(vary)
    found: dict[str, list[tuple[Target, str]]] = {}
    for target, values, variable in marked(design):
        name = variable or ".".join((*target.path, target.field))
        found.setdefault(name, []).append((target, said.get(name, values)))
    for name, text in said.items():
        if name in found:
            continue
        *path, field = name.split(".")
        found[name] = [(Target(tuple(map(NodeId, path)), field), text)]
    return tuple(_variable(design, name, fields) for name, fields in found.items())


def _variable(design: Design, name: str, fields: Sequence[tuple[Target, str]]) -> Variable:
    (first, text), *others = fields
    parameter = _parameter(design, name, first)
    values = parse_values(parameter, text, MOST_SWEPT)
    for target, other_text in others:
        other = _parameter(design, name, target)
        if parse_values(other, other_text, MOST_SWEPT) != values:
            where = ".".join(target.path)
            raise ParameterError(name, f"its values are '{text}', and '{other_text}' at {where}; give both the same")
    return Variable(name, parameter, values, tuple(target for target, _ in fields))


def _parameter(design: Design, name: str, target: Target) -> Parameter:
    where = design
    for id in target.path[:-1]:
        body = where.nodes[id].body if id in where.nodes else None
        if body is None:
            raise ParameterError(
                name, f"there is no group '{id}'; a field is named NODE.FIELD, bottleneck_6.expansion say"
            )
        where = body
    if not target.path or target.path[-1] not in where.nodes:
        known = where.nodes
        missing = target.path[-1] if target.path else target.field
        raise ParameterError(name, f"there is no node '{missing}'{near(missing, known)}; a field is named NODE.FIELD")
    return where.nodes[target.path[-1]].layer.parameter(target.field)
