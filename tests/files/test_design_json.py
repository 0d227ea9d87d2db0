"""The file format: what is written comes back, and whatever does not hold is refused with its line and its fix."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.errors import DesignFileError
from designer.files import design_json
from designer.files.design_json import dumps, load, loads, save
from designer.graph.design import Design, Node, NodeId, Point, PortRef, Wire
from designer.graph.layer import UnknownLayer
from designer.layers.convolution import Conv2d
from designer.layers.endpoints import Input, Output
from designer.layers.registry import lookup
from designer.templates.networks import templates
from tests.random_designs import designs

RANDOM = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def chain() -> Design:
    """Input, convolution, output."""
    nodes = [
        Node(NodeId("in"), Input(3, 32, 32), position=Point(0, 0)),
        Node(NodeId("conv"), Conv2d(16), "First", Point(200, 4.5)),
        Node(NodeId("out"), Output(), position=Point(400, 0)),
    ]
    wires = [
        Wire(PortRef(NodeId("in"), "y"), PortRef(NodeId("conv"), "x")),
        Wire(PortRef(NodeId("conv"), "y"), PortRef(NodeId("out"), "x"), (Point(300, 50),)),
    ]
    return Design.build("Chain", nodes, wires)


# What is written comes back ---------------------------------------------------------------------------------


@RANDOM
@given(designs(nesting=2))
def test_every_design_comes_back_as_it_was(design: Design) -> None:
    back = loads(dumps(design))
    assert back == design
    assert back.digest == design.digest
    assert list(back.nodes) == list(design.nodes)
    assert dumps(back) == dumps(design)


@RANDOM
@given(designs())
def test_the_order_of_execution_survives_the_file(design: Design) -> None:
    assert loads(dumps(design)).order == loads(dumps(loads(dumps(design)))).order


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.key)
def test_every_template_comes_back_from_a_file(template, tmp_path: Path) -> None:
    design = template.build()
    save(design, tmp_path / "a.design.json")
    assert load(tmp_path / "a.design.json") == design


def test_the_text_has_one_line_for_each_node_and_each_wire() -> None:
    assert dumps(chain()).splitlines() == [
        "{",
        ' "format": "bottleneck-designer",',
        ' "version": 1,',
        ' "name": "Chain",',
        ' "nodes": [',
        '  {"id": "in", "type": "input", "at": [0, 0], "parameters": {"height": 32, "width": 32}},',
        '  {"id": "conv", "type": "conv2d", "name": "First", "at": [200, 4.5], "parameters": {"out_channels": 16}},',
        '  {"id": "out", "type": "output", "at": [400, 0]}',
        " ],",
        ' "wires": [',
        '  {"from": "in.y", "to": "conv.x"},',
        '  {"from": "conv.y", "to": "out.x", "via": [[300, 50]]}',
        " ]",
        "}",
    ]


def test_one_changed_parameter_is_one_changed_line() -> None:
    before = chain()
    after = before.with_layer(NodeId("conv"), Conv2d(24))
    pairs = zip(dumps(before).splitlines(), dumps(after).splitlines(), strict=True)
    assert sum(old != new for old, new in pairs) == 1


def test_rewiring_back_gives_the_same_bytes() -> None:
    design = chain()
    wire = design.wires[PortRef(NodeId("conv"), "x")]
    assert dumps(design.without_wires([wire.target]).with_wire(wire)) == dumps(design)


def test_a_place_that_is_no_number_costs_no_design() -> None:
    lost = chain().replacing([Node(NodeId("out"), Output(), position=Point(float("nan"), float("inf")))])
    assert loads(dumps(lost)).nodes[NodeId("out")].position == Point(0, 0)


# Unknown layers ---------------------------------------------------------------------------------------------


def text_with(**changes: object) -> str:
    """The chain's file with top-level values replaced."""
    return json.dumps({**json.loads(dumps(chain())), **changes}, indent=1)


def nodes_with(*more: object) -> list[object]:
    nodes: list[object] = json.loads(dumps(chain()))["nodes"]
    return [*nodes, *more]


def wires_with(*more: object) -> list[object]:
    wires: list[object] = json.loads(dumps(chain()))["wires"]
    return [*wires, *more]


def test_a_layer_of_unknown_type_is_kept_and_written_back_as_it_came() -> None:
    entry = {
        "id": "future",
        "type": "squeeze_attention",
        "name": "Mine",
        "at": [10, 20.5],
        "parameters": {"ratio": 0.25, "mode": ["a", {"b": None}], "big": 10**30, "nothing": {}},
        "body": {"anything": [1, 2, 3]},
        "colour": "rot",
    }
    more = [{"from": "conv.y", "to": "future.left"}, {"from": "in.y", "to": "future.right"}]
    design = loads(text_with(nodes=nodes_with(entry), wires=wires_with(*more)))
    layer = design.nodes[NodeId("future")].layer
    assert layer.card_title() == "squeeze_attention"
    assert [port.name for port in layer.inputs] == ["left", "right"]
    written = json.loads(dumps(design))
    assert written["nodes"][-1] == entry
    assert list(written["nodes"][-1]["parameters"]) == list(entry["parameters"])
    assert all(wire in written["wires"] for wire in more)
    assert loads(dumps(design)) == design


def test_two_unknown_layers_with_other_parameters_are_other_designs() -> None:
    def digest(ratio: int) -> str:
        return loads(text_with(nodes=nodes_with({"id": "f", "type": "future", "parameters": {"r": ratio}}))).digest

    assert digest(1) != digest(2)


def test_the_reason_of_an_unknown_layer_guesses_what_was_meant() -> None:
    design = loads(text_with(nodes=nodes_with({"id": "f", "type": "relu66"})))
    layer = design.nodes[NodeId("f")].layer
    assert isinstance(layer, UnknownLayer)
    assert "'relu6'" in layer.reason


# Old names and old versions ---------------------------------------------------------------------------------


def test_a_renamed_parameter_is_read_by_its_old_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup("conv2d"), "renamed", {"filters": "out_channels"})
    old = dumps(chain()).replace('"out_channels"', '"filters"')
    assert loads(old) == chain()
    assert '"filters"' not in dumps(loads(old))
    both = old.replace('"filters": 16', '"filters": 16, "out_channels": 8')
    with pytest.raises(DesignFileError, match="both given; remove one"):
        loads(both)


def test_a_file_of_an_older_version_goes_through_every_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {
        1: lambda data: {**data, "name": data["name"] + " two"},
        2: lambda data: {**data, "name": data["name"] + " three"},
    }
    text = dumps(chain())
    monkeypatch.setattr(design_json, "VERSION", 3)
    monkeypatch.setattr(design_json, "_MIGRATIONS", steps)
    assert loads(text).name == "Chain two three"


def test_every_older_version_has_its_migration() -> None:
    assert sorted(design_json._MIGRATIONS) == list(range(1, design_json.VERSION))


# Refusals ---------------------------------------------------------------------------------------------------

GOOD = dumps(chain())
CONV_LINE = 7
FIRST_WIRE_LINE = 11

REFUSED = {
    "empty": ("", "", "it is empty; take it back from a copy"),
    "blank": (" \n\n", "", "it is empty; take it back from a copy"),
    "cut off": (GOOD[:200], "line", "it ends too early"),
    "not JSON": (GOOD.replace('"version": 1,', '"version": 1'), "line 4, column 2", "it is not JSON here"),
    "unsettled merge": (
        GOOD.replace(' "name"', '<<<<<<< HEAD\n "name"', 1),
        "line 4",
        "git left an unsettled merge here; settle it",
    ),
    "foreign JSON": ('{"nodes": {}}', "line 1", "it is no design file"),
    "a list": ("[1, 2]", "line 1", "it is no design file"),
    "a number": ("7", "line 1", "it is no design file"),
    "another format": (
        GOOD.replace("bottleneck-designer", "netron"),
        "line 1",
        "choose a file that ends in .design.json",
    ),
    "newer version": (GOOD.replace('"version": 1', '"version": 99'), "line 3", "open it with a newer version"),
    "version 0": (GOOD.replace('"version": 1', '"version": 0'), "line 3", "0 is no version"),
    "version true": (GOOD.replace('"version": 1', '"version": true'), "line 3", "true is no version"),
    "no version": (GOOD.replace(' "version": 1,\n', ""), "line 1", "null is no version"),
    "no nodes": (GOOD.replace('"nodes"', '"knots"'), f"line {CONV_LINE - 2}", 'does not know "knots"'),
    "nodes an object": (GOOD.replace('"nodes": [', '"nodes": {}, "wires": [{').replace("\n", ""), "line 1", "not JSON"),
    "unknown key at the top": (GOOD.replace(' "name": "Chain"', ' "names": "Chain"'), "line 4", "did you mean 'name'?"),
    "a node that is a number": (text_with(nodes=[5]), "line", "5 is no JSON object"),
    "a node without id": (text_with(nodes=[{"type": "relu"}], wires=[]), "line", '"id" is missing; give it one'),
    "a node without type": (text_with(nodes=[{"id": "a"}], wires=[]), "node 'a'", '"type" is missing; give it one'),
    "an id that is code": (
        text_with(nodes=[{"id": "x); import os", "type": "relu"}], wires=[]),
        "node 'x); import os'",
        "letters, digits and underscores",
    ),
    "an unknown key at a node": (
        GOOD.replace('"at": [200, 4.5]', '"att": [200, 4.5]'),
        f"line {CONV_LINE}, node 'conv'",
        "does not know \"att\" (did you mean 'at'?); remove it",
    ),
    "a place with NaN": (GOOD.replace("4.5", "NaN"), "", "it holds NaN, which is no number"),
    "a place with infinity": (GOOD.replace("4.5", "-Infinity"), "", "it holds -Infinity, which is no number"),
    "a place beyond floats": (GOOD.replace("4.5", "1e999"), "", "it holds 1e999, which is too large a number"),
    "a place off the canvas": (GOOD.replace("4.5", "1e30"), f"line {CONV_LINE}, node 'conv'", "is no place"),
    "a place of three": (GOOD.replace("4.5", "4.5, 3"), f"line {CONV_LINE}, node 'conv'", "is no place"),
    "a name that is a number": (GOOD.replace('"First"', "5"), f"line {CONV_LINE}, node 'conv'", '"name" is 5'),
    "a number of many digits": (
        GOOD.replace('"out_channels": 16', f'"out_channels": {"9" * 5000}'),
        "",
        "it holds a number of 5000 digits",
    ),
    "a parameter out of range": (
        GOOD.replace('"out_channels": 16', '"out_channels": 1000000000000'),
        f"line {CONV_LINE}, node 'conv'",
        "out_channels: 1000000000000 is out of range; it takes 1 to",
    ),
    "a parameter of another kind": (
        GOOD.replace('"out_channels": 16', '"out_channels": "many"'),
        f"line {CONV_LINE}, node 'conv'",
        "out_channels: 'many' is not a whole number",
    ),
    "a parameter misspelt": (
        GOOD.replace('"out_channels": 16', '"out_chanels": 16'),
        f"line {CONV_LINE}, node 'conv'",
        "did you mean 'out_channels'?",
    ),
    "parameters in a list": (
        GOOD.replace('{"out_channels": 16}', "[16]"),
        f"line {CONV_LINE}, node 'conv'",
        "[16] is no JSON object",
    ),
    "one key twice": (GOOD.replace('"id": "conv"', '"id": "conv", "id": "b"'), "", 'one object gives "id" twice'),
    "one id twice": (
        GOOD.replace('"id": "out"', '"id": "conv"'),
        f"line {CONV_LINE + 1}, node 'conv'",
        "another node has this id",
    ),
    "a body where none belongs": (
        GOOD.replace('"type": "conv2d"', '"type": "conv2d", "body": {}'),
        f"line {CONV_LINE}, node 'conv'",
        "has no body; remove it",
    ),
    "a wire from nowhere": (
        GOOD.replace('"from": "in.y"', '"from": "inn.y"'),
        f"line {FIRST_WIRE_LINE}, wire inn.y → conv.x",
        "no such node (did you mean 'in'?); correct the name, or remove the wire",
    ),
    "a wire to no port": (
        GOOD.replace('"to": "conv.x"', '"to": "conv.z"'),
        f"line {FIRST_WIRE_LINE}, wire in.y → conv.z",
        "conv has no input 'z' (it has: x)",
    ),
    "a wire to no text": (GOOD.replace('"to": "conv.x"', '"to": 3'), f"line {FIRST_WIRE_LINE}, wire", '"to" is 3'),
    "a wire without its port": (
        GOOD.replace('"to": "conv.x"', '"to": "conv"'),
        f"line {FIRST_WIRE_LINE}, wire",
        "'conv' is no port; write it as node.port",
    ),
    "two wires into one input": (
        text_with(wires=wires_with({"from": "in.y", "to": "out.x"})),
        "wire in.y → out.x",
        "another wire ends at out.x and an input takes one",
    ),
    "a cycle": (
        text_with(
            nodes=nodes_with({"id": "a", "type": "add"}, {"id": "r", "type": "relu"}),
            wires=wires_with({"from": "a.y", "to": "r.x"}, {"from": "r.y", "to": "a.b"}),
        ),
        "line",
        "the wires run in a circle",
    ),
    "via that is no list": (
        GOOD.replace("[[300, 50]]", "5"),
        f"line {FIRST_WIRE_LINE + 1}, wire conv.y → out.x",
        '"via" is no list of places',
    ),
    "brackets without end": ("[" * 100_000, "", "nested deeper than any design"),
    "depth within the parser's reach": (
        text_with(nodes=nodes_with({"id": "f", "type": "future", "parameters": json.loads("[" * 300 + "]" * 300)})),
        "",
        "nested deeper than any design",
    ),
}


@pytest.mark.parametrize(("text", "where", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_hold_is_refused_with_place_and_fix(text: str, where: str, reason: str) -> None:
    with pytest.raises(DesignFileError) as caught:
        loads(text, "net.design.json")
    assert caught.value.path == "net.design.json"
    assert where in caught.value.where
    assert reason in caught.value.reason
    assert str(caught.value).startswith("net.design.json")


def test_a_fault_inside_a_group_says_in_which() -> None:
    group = {
        "id": "g",
        "type": "group",
        "body": {"name": "b", "nodes": [{"id": "r", "type": "leaky_relu", "parameters": {"slope": 1}}], "wires": []},
    }
    with pytest.raises(DesignFileError, match="node 'g' › node 'r': slope: LeakyReLU has no such parameter"):
        loads(text_with(nodes=nodes_with(group)))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_anywhere_gives_a_design_or_a_message_and_nothing_else(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    length = data.draw(st.integers(0, 30))
    filling = data.draw(st.sampled_from(["", "null", "[]", "{}", '"', "-1", "1e400", "true", ",", "\\u0000", "é"]))
    damaged = GOOD[:start] + filling + GOOD[start + length :]
    try:
        loads(damaged)
    except DesignFileError as error:
        assert error.reason  # noqa: PT017  # a design is as good an end as a message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["name", "nodes", "wires"]),
    st.sampled_from(["id", "type", "name", "at", "parameters", "body"]),
    JSON,
)
def test_any_JSON_in_any_place_gives_a_design_or_a_message(top: str, key: str, value: object) -> None:
    for text in (text_with(**{top: value}), text_with(nodes=[{"id": "a", "type": "group", key: value}], wires=[])):
        try:
            loads(text)
        except DesignFileError as error:
            assert error.reason  # noqa: PT017  # a design is as good an end as a message


# Files that are none ----------------------------------------------------------------------------------------


def test_a_file_in_another_encoding_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.design.json"
    path.write_bytes(GOOD.replace("First", "Größe").encode("latin-1"))
    with pytest.raises(DesignFileError, match=f"line {CONV_LINE}: it is not text; a design file is JSON in UTF-8"):
        load(path)


def test_a_byte_order_mark_and_other_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.design.json"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path) == chain()


def test_half_an_emoji_in_a_name_is_saved_and_read_back(tmp_path: Path) -> None:
    design = chain().renamed("cut \ud83d off")
    save(design, tmp_path / "a.design.json")
    assert load(tmp_path / "a.design.json") == design


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.design.json"
    with path.open("wb") as stream:
        stream.truncate(design_json.MAX_BYTES + 1)  # a hole: it has the size and takes no room
    monkeypatch.setattr(design_json, "loads", lambda *_: pytest.fail("it was parsed"))
    with pytest.raises(DesignFileError, match=r"it holds more than 64\.0\u202fMB"):
        load(path)
