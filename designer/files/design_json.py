"""The file format and clipboard format of designs: ``.design.json``.

A file is one JSON object: ``format``, ``version``, ``name``, ``nodes`` (one a line, in the order they were placed) and
``wires`` (one a line, in the order of the inputs they end at), so that git shows one line for one change. A node gives
the parameters that differ from their defaults; a group has its own nodes and wires in ``body``. Equal designs placed in
one order give equal bytes.

Reading trusts nothing: it runs no code, and whatever does not hold is refused with the file, the line, the node and
what would fix it. The one thing let through is a layer type that this version does not know: it is kept as it came,
and written back so.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from designer.errors import DesignFileError, EditRefused, ExpressionError, ParameterError, near
from designer.files.atomic import read_whole, write_whole
from designer.files.json_text import Spot, parse
from designer.files.own_parameters import own_parameter_data, own_parameters
from designer.graph.annotation import GREY, Annotation, AnnotationId
from designer.graph.arithmetic import expression
from designer.graph.bypass import bypassed
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.field_formula import FieldFormula
from designer.graph.layer import Layer, UnknownLayer
from designer.graph.values import MOST_SWEPT, parse_values
from designer.graph.variation import Variation
from designer.layers.blocks import Group
from designer.layers.registry import lookup

FORMAT = "bottleneck-designer"
VERSION = 1
SUFFIX = ".design.json"

MAX_BYTES = 64_000_000
MOST_CONSTRAINT_LETTERS = 1000
_MAX_PLACE = 1e7
"""A row of ten thousand cards is a quarter as long."""

_Object = dict[str, Any]
_MIGRATIONS: Mapping[int, Callable[[_Object], _Object]] = {}
"""By version: what makes a file of that version one of the next. Empty while there is one version only."""

_NODE_KEYS = ("id", "type", "name", "at", "parameters", "body", "bypassed", "varied", "formulas", "condition")
_WIRE_KEYS = ("from", "to", "via")
_VARIED_KEYS = ("values", "variable")
_DESIGN_KEYS = ("name", "nodes", "wires", "remarks", "constraints", "parameters")
_REMARK_KEYS = ("id", "kind", "text", "at", "size", "tone")
_KINDS = {"frame": True, "note": False}
_INCOMING = "incoming"
_HEAD_KEYS = {"format", "version", _INCOMING}


def save(design: Design, path: str | os.PathLike[str]) -> None:
    """Write a design; a kill at any moment leaves the old file or the new one whole.

    Raises:
        DesignFileError: The file cannot be written; the old one is as it was.
    """
    write_whole(path, dumps(design).encode())


def load(path: str | os.PathLike[str]) -> Design:
    """Read a design.

    Raises:
        DesignFileError: The file cannot be read or is no sound design.
    """
    content = read_whole(path, MAX_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DesignFileError(
            os.fspath(path), f"line {line}", "it is not text; a design file is JSON in UTF-8"
        ) from error
    return loads(text, os.fspath(path))


# Writing --------------------------------------------------------------------------------------------------------------


def dumps(design: Design, incoming: Iterable[Wire] = ()) -> str:
    """The design as the text of a file, or of the clipboard.

    Args:
        design: What to write.
        incoming: Of a piece on the clipboard: wires into it from what was not copied, to paste it wired.
    """
    head = [f' "format": {_json(FORMAT)}', f' "version": {VERSION}']
    outside = [_json({"from": str(wire.source), "to": str(wire.target)}) for wire in incoming]
    if outside:
        head.append(f' "{_INCOMING}": {_list(outside, " ")}')
    return "{\n" + ",\n".join([*head, *_design_lines(design, " ")]) + "\n}\n"


def _design_lines(design: Design, indent: str) -> Iterator[str]:
    yield f'{indent}"name": {_json(design.name)}'
    yield f'{indent}"nodes": {_list([_node_text(node, indent + " ") for node in design.nodes.values()], indent)}'
    yield f'{indent}"wires": {_list([_json(_wire_data(wire)) for wire in _sorted_wires(design)], indent)}'
    if design.annotations:
        written = [_json(_annotation_data(each)) for each in design.annotations.values()]
        yield f'{indent}"remarks": {_list(written, indent)}'
    if design.parameters:
        own = [_json(dict(own_parameter_data(each))) for each in design.parameters]
        yield f'{indent}"parameters": {_list(own, indent)}'
    if design.constraints:
        yield f'{indent}"constraints": {_list([_json(each) for each in design.constraints], indent)}'


def _list(entries: list[str], indent: str) -> str:
    if not entries:
        return "[]"
    return "[\n" + ",\n".join(f"{indent} {entry}" for entry in entries) + f"\n{indent}]"


def _node_text(node: Node, indent: str) -> str:
    layer = node.layer
    data: _Object = {"id": node.id, "type": layer.file_key}
    if node.name:
        data["name"] = node.name
    data["at"] = _place_data(node.position)
    data |= layer.file_data
    if node.varied:
        data["varied"] = {each.field: _variation_data(each) for each in node.varied}
    if node.formulas:
        data["formulas"] = {each.field: each.text for each in node.formulas}
    if node.condition:
        data["condition"] = node.condition
    text = _json(data)
    if layer.body is None:
        return text
    body = ",\n".join(_design_lines(layer.body, indent + " "))
    return f'{text[:-1]}, "body": {{\n{body}\n{indent}}}}}'


def _variation_data(variation: Variation) -> _Object:
    data: _Object = {"values": variation.values}
    return data | {"variable": variation.variable} if variation.variable else data


def _wire_data(wire: Wire) -> _Object:
    data: _Object = {"from": str(wire.source), "to": str(wire.target)}
    if wire.via:
        data["via"] = [_place_data(dot) for dot in wire.via]
    return data


def _annotation_data(annotation: Annotation) -> _Object:
    kind = next(word for word, is_frame in _KINDS.items() if is_frame == annotation.is_frame)
    place, size = Point(annotation.x, annotation.y), Point(annotation.width, annotation.height)
    data: _Object = {"id": annotation.id, "kind": kind, "text": annotation.text, "at": _place_data(place)}
    return data | {"size": _place_data(size), "tone": annotation.tone}


def _annotations(data: _Object, spot: Spot) -> list[Annotation]:
    """Frames and notes; a file without any says nothing of them."""
    found: dict[str, Annotation] = {}
    for index, entry in enumerate(_entries(data, "remarks", spot) if "remarks" in data else ()):
        here = spot.into("remarks", index).called("annotation")
        _check_object(entry, here, _REMARK_KEYS)
        id, kind = _string(entry, "id", here), _string(entry, "kind", here)
        if kind not in _KINDS:
            here.into("kind").refuse(f"'{_clipped(kind)}' is no kind of annotation; there are {', '.join(_KINDS)}")
        if id in found:
            here.refuse(f"another annotation is called '{_clipped(id)}'; give one of them another id")
        place, size = _place(entry.get("at"), here.into("at")), _place(entry.get("size"), here.into("size"))
        text, tone = _string(entry, "text", here, default=""), _string(entry, "tone", here, default=GREY)
        try:
            found[id] = Annotation(AnnotationId(id), text, place.x, place.y, size.x, size.y, _KINDS[kind], tone)
        except EditRefused as error:
            here.refuse(str(error))
    return list(found.values())


def _sorted_wires(design: Design) -> list[Wire]:
    place = {
        PortRef(node.id, port.name): (rank, index)
        for rank, node in enumerate(design.nodes.values())
        for index, port in enumerate(node.layer.inputs)
    }
    return sorted(design.wires.values(), key=lambda wire: place[wire.target])


def _place_data(place: Point) -> list[float]:
    # Whole numbers without a point: shorter, and the same text whether a place was dragged to or computed. What is no
    # place on any canvas is drawn in, rather than a design lost for it.
    held = [max(-_MAX_PLACE, min(_MAX_PLACE, float(value))) if math.isfinite(value) else 0.0 for value in place]
    return [int(value) if value.is_integer() else value for value in held]


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, as a cut-off emoji leaves one: only its escape can be written
        return json.dumps(value, allow_nan=False)
    return text


# Reading --------------------------------------------------------------------------------------------------------------


def loads(text: str, path: str = "clipboard") -> Design:
    """The design a text describes.

    Args:
        text: What ``dumps`` gives.
        path: What to call the text in messages.

    Raises:
        DesignFileError: The text is no sound design; the message has line, node, reason and fix.
    """
    spot = Spot(text, path)
    data = _checked_head(parse(text, path), spot)
    for version in range(data["version"], VERSION):
        data = _MIGRATIONS[version](data)
    return _design({key: value for key, value in data.items() if key not in _HEAD_KEYS}, spot)


def loads_piece(text: str) -> tuple[Design, tuple[Wire, ...]]:
    """The piece of a design that the clipboard holds, and the wires into it from what was not copied.

    Raises:
        DesignFileError: The text is no sound design, or its wires from outside are none.
    """
    piece = loads(text)
    data, spot = parse(text, "clipboard"), Spot(text, "clipboard")
    entries = _entries(data, _INCOMING, spot) if _INCOMING in data else []
    return piece, tuple(_wire(entry, spot.into(_INCOMING, index)) for index, entry in enumerate(entries))


def _checked_head(data: Any, spot: Spot) -> _Object:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        spot.refuse(f'it is no design file: it lacks "format": "{FORMAT}"; choose a file that ends in {SUFFIX}')
    version = data.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        spot.into("version").refuse(f"{_shown(version)} is no version of the format; this program writes {VERSION}")
    if version > VERSION:
        newer = f"it has version {version} of the format and this program reads up to {VERSION}"
        spot.into("version").refuse(f"{newer}; open it with a newer version of the program")
    return data


def _design(data: Any, spot: Spot) -> Design:
    _check_object(data, spot, _DESIGN_KEYS)
    name = _string(data, "name", spot, default="untitled")
    wires = [_wire(entry, spot.into("wires", index)) for index, entry in enumerate(_entries(data, "wires", spot))]
    ends = _ends(wires)
    nodes: dict[NodeId, Node] = {}
    for index, entry in enumerate(_entries(data, "nodes", spot)):
        node = _node(entry, spot.into("nodes", index), ends)
        if node.id in nodes:
            twice = spot.into("nodes", index).called(f"node '{node.id}'")
            twice.refuse("another node has this id; give one of them, and the wires meant for it, another id")
        nodes[node.id] = node
    _check_wires(Design(name, nodes), wires, spot)
    try:
        kept = (
            _annotations(data, spot),
            _constraints(data, spot),
            own_parameters(data.get("parameters", []), spot.into("parameters")),
        )
        return Design.build(name, nodes.values(), wires, *kept)
    except EditRefused as error:
        spot.into("wires").refuse(f"{error}; remove one of these wires")


def _constraints(data: _Object, spot: Spot) -> list[str]:
    """What a sweep shall keep to; whether each can be read is said when it is swept."""
    entries = _entries(data, "constraints", spot) if "constraints" in data else []
    for index, entry in enumerate(entries):
        if not isinstance(entry, str) or not 0 < len(entry) <= MOST_CONSTRAINT_LETTERS:
            here = spot.into("constraints", index).called("constraint")
            here.refuse(f"{_shown(entry)} is no sentence of at most {MOST_CONSTRAINT_LETTERS} letters; remove it")
    return entries


# A node ---------------------------------------------------------------------------------------------------------------


def _node(data: Any, spot: Spot, ends: Mapping[str, _Ends]) -> Node:
    _check_object(data, spot)
    id = _string(data, "id", spot)
    named = spot.called(f"node '{_clipped(id)}'")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", id):
        named.refuse("an id is made of letters, digits and underscores; give it such an id")
    name = _string(data, "name", named, default="")
    place = _place(data.get("at", [0, 0]), named.into("at"))
    layer = _layer(data, named, ends.get(id, _Ends()))
    varied, formulas = _variations(data, layer, named), _formulas(data, layer, named)
    return Node(NodeId(id), layer, name, place, varied, formulas, _condition(data, layer, named))


def _formulas(data: _Object, layer: Layer, spot: Spot) -> tuple[FieldFormula, ...]:
    """Fields that follow from a group's parameters; those of a layer of unknown type are kept with it, as they came."""
    if "formulas" not in data or isinstance(layer, UnknownLayer):
        return ()
    written, here = data["formulas"], spot.into("formulas")
    _check_object(written, here, tuple(parameter.name for parameter in layer.parameters))
    return tuple(FieldFormula(field, _readable(written, field, here.into(field))) for field in written)


def _condition(data: _Object, layer: Layer, spot: Spot) -> str:
    if "condition" not in data or isinstance(layer, UnknownLayer):
        return ""
    text = _readable(data, "condition", spot.into("condition"))
    try:
        bypassed(layer)
    except EditRefused as error:
        spot.into("condition").refuse(str(error))
    return text


def _readable(data: _Object, key: str, spot: Spot) -> str:
    text = _string(data, key, spot)
    try:
        return expression(text).text
    except ExpressionError as error:
        spot.refuse(str(error))


def _variations(data: _Object, layer: Layer, spot: Spot) -> tuple[Variation, ...]:
    """Which fields of a node are varied; those of a layer of unknown type are kept with it, as they came."""
    if "varied" not in data or isinstance(layer, UnknownLayer):
        return ()
    varied, here = data["varied"], spot.into("varied")
    _check_object(varied, here, tuple(parameter.name for parameter in layer.parameters))
    found = []
    for field, entry in varied.items():
        named = here.into(field)
        _check_object(entry, named, _VARIED_KEYS)
        values, variable = _string(entry, "values", named), _string(entry, "variable", named, default="")
        try:
            parse_values(layer.parameter(field), values, MOST_SWEPT)
        except ParameterError as error:
            named.refuse(str(error))
        found.append(Variation(field, values, variable))
    return tuple(found)


def _layer(data: _Object, spot: Spot, ends: _Ends) -> Layer:
    key = _string(data, "type", spot)
    try:
        cls = lookup(key)
    except KeyError as error:
        rest = {word: value for word, value in data.items() if word not in {"id", "type", "name", "at"}}
        return UnknownLayer(key, json.dumps(rest), tuple(ends.inputs), tuple(ends.outputs), str(error.args[0]))
    _check_object(data, spot, _NODE_KEYS)
    given, here = data.get("parameters", {}), spot.into("parameters")
    if "body" in data:
        if "body" not in {item.name for item in fields(cls)}:
            spot.into("body").refuse(f"a layer of type '{key}' has no body; remove it")
        group = Group(_design(data["body"], spot.into("body")))
        values: _Object = {"body": group.body, "values": tuple(_parameters(group, given, here).items())}
    elif cls is Group:
        values = {"values": tuple(_parameters(Group(), given, here).items())}
    else:
        values = _parameters(cls, given, here)
    is_bypassed = data.get("bypassed", False)
    if not isinstance(is_bypassed, bool):
        spot.into("bypassed").refuse(f"{_shown(is_bypassed)} is neither true nor false; correct it, or remove it")
    try:
        layer = cls(**values)
        return bypassed(layer) if is_bypassed else layer
    except (ParameterError, EditRefused) as error:
        spot.refuse(str(error))


def _parameters(cls: type[Layer] | Group, data: Any, spot: Spot) -> _Object:
    _check_object(data, spot)
    values: _Object = {}
    for written, value in data.items():
        name = cls.renamed.get(written, written)
        try:
            if name in values:
                raise ParameterError(written, f"it and its other name '{name}' are both given; remove one")
            values[name] = cls.parameter(name).from_json(value)
        except ParameterError as error:
            spot.into(written).refuse(str(error))
    return values


# A wire ---------------------------------------------------------------------------------------------------------------


def _wire(data: Any, spot: Spot) -> Wire:
    _check_object(data, spot.called("wire"), _WIRE_KEYS)
    source = _port(data, "from", spot.called("wire"))
    target = _port(data, "to", spot.called("wire"))
    dots = data.get("via", [])
    if not isinstance(dots, list):
        spot.called(f"wire {source} → {target}").refuse('"via" is no list of places; remove it')
    via = [_place(dot, spot.called(f"wire {source} → {target}").into("via", index)) for index, dot in enumerate(dots)]
    return Wire(source, target, tuple(via))


def _port(data: _Object, key: str, spot: Spot) -> PortRef:
    text = _string(data, key, spot)
    node, _, port = text.rpartition(".")
    if not node or not port:
        spot.refuse(f"'{_clipped(text)}' is no port; write it as node.port, conv_1.x say")
    return PortRef(NodeId(node), port)


def _check_wires(bare: Design, wires: list[Wire], spot: Spot) -> None:
    """Refuse wires that end nowhere, or where another ends, each by its line."""
    taken: set[PortRef] = set()
    for index, wire in enumerate(wires):
        try:
            bare.output_port(wire.source)
            bare.input_port(wire.target)
            if wire.target in taken:
                raise EditRefused(f"another wire ends at {wire.target} and an input takes one")
        except EditRefused as error:
            named = spot.into("wires", index).called(f"wire {wire.source} → {wire.target}")
            named.refuse(f"{error}; correct the name, or remove the wire")
        taken.add(wire.target)


class _Ends:
    """Ports that wires end and start at, of one node: all that is known of a layer of unknown type."""

    def __init__(self) -> None:
        self.inputs: dict[str, None] = {}
        self.outputs: dict[str, None] = {}


def _ends(wires: list[Wire]) -> Mapping[str, _Ends]:
    found: dict[str, _Ends] = {}
    for wire in wires:
        found.setdefault(wire.source.node, _Ends()).outputs[wire.source.port] = None
        found.setdefault(wire.target.node, _Ends()).inputs[wire.target.port] = None
    return found


# Plain values ---------------------------------------------------------------------------------------------------------


def _check_object(data: Any, spot: Spot, known: tuple[str, ...] = ()) -> None:
    """Refuse what is no object, and keys that are not among the known ones, where some are given."""
    if not isinstance(data, dict):
        spot.refuse(f"{_shown(data)} is no JSON object; correct it, or remove it")
    for key in data:
        if known and key not in known:
            reason = f'this version does not know "{_clipped(key)}"{near(key, known)}'
            spot.into(key).refuse(f"{reason}; remove it, or open the file with the version that wrote it")


def _entries(data: _Object, key: str, spot: Spot) -> list[Any]:
    entries = data.get(key)
    if isinstance(entries, list):
        return entries
    spot.refuse(f'"{key}" is {"no list" if key in data else "missing"}; a design has a list of nodes and one of wires')


def _string(data: _Object, key: str, spot: Spot, default: str | None = None) -> str:
    value = data.get(key, default)
    if isinstance(value, str) and (value or default is not None):
        return value
    reason = f'"{key}" is {_shown(value)}, which is no text' if key in data else f'"{key}" is missing'
    spot.refuse(f"{reason}; give it one")


def _place(data: Any, spot: Spot) -> Point:
    if isinstance(data, list) and len(data) == 2 and all(map(_is_coordinate, data)):
        return Point(float(data[0]), float(data[1]))
    spot.refuse(f"{_shown(data)} is no place; a place is two numbers, none beyond {_MAX_PLACE:g}")


def _is_coordinate(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float)) and abs(value) <= _MAX_PLACE


def _shown(value: object) -> str:
    return _clipped(json.dumps(value))


def _clipped(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
