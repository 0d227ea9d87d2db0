"""Names in files: the canvas' where they can be, mapped and said where not."""

from __future__ import annotations

import ast
import keyword
from itertools import pairwise

import pytest

from designer.analysis.analysis import analyse
from designer.edit.edits import rename
from designer.edit.grouping import group
from designer.export.names import MODULE_ATTRIBUTES, named_for_python, names_in_files
from designer.export.python_source import python_source
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.layers.activation import SiLU
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template


def chain(*ids: str) -> Design:
    """Input, activations of these ids, Output."""
    nodes = [Node(NodeId("x"), Input(2, 4, 4)), *[Node(NodeId(id), SiLU()) for id in ids], Node(NodeId("y"), Output())]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    return Design.build("chain", nodes, wires)


def test_ids_stand_where_nobody_gave_a_name() -> None:
    names, renamed = names_in_files(analyse(template("mobilenet_v2").build()))
    assert names[(NodeId("bottleneck_2"), NodeId("expand"))] == "bottleneck_2.expand"
    assert renamed == ()


def test_given_names_are_cleaned_made_unique_and_said() -> None:
    design = chain("a", "b", "c", "d")
    for id, name in (("a", "act one"), ("b", "act_one"), ("c", "主干"), ("d", "a")):
        design = rename(design, NodeId(id), name)
    names, renamed = names_in_files(analyse(design))
    written = [names[(NodeId(id),)] for id in "abcd"]
    assert written == ["act_one", "act_one_2", "c", "a"]
    assert len(set(written)) == 4
    assert [(each.canvas, each.written) for each in renamed] == [
        ("act one", "act_one"),
        ("act_one", "act_one_2"),
        ("主干", "c"),
    ]


def test_a_groups_name_leads_those_inside() -> None:
    design = template("bottleneck").build()
    ids = [id for id in design.nodes if id.startswith("expand")]
    grouped, block = group(design, ids)
    grouped = rename(grouped, block, "Widen it")
    names, renamed = names_in_files(analyse(grouped))
    assert names[(block, NodeId("expand"))] == "Widen_it.expand"
    assert [each.canvas for each in renamed] == ["Widen it"]


@pytest.mark.torch
def test_every_public_attribute_of_pytorchs_modules_is_known() -> None:
    from torch import nn

    assert {name for name in dir(nn.Module()) if not name.startswith("_")} <= MODULE_ATTRIBUTES


def test_ids_that_python_or_pytorch_have_already_are_mapped() -> None:
    design, renamed = named_for_python(chain("forward", "class", "fine", "forward_", "_modules"))
    assert list(design.nodes) == ["x", "forward_", "class_", "fine", "forward__", "node__modules", "y"]
    assert [(each.canvas, each.written) for each in renamed] == [
        ("forward", "forward_"),
        ("class", "class_"),
        ("forward_", "forward__"),
        ("_modules", "node__modules"),
    ]
    assert not any(map(keyword.iskeyword, design.nodes))
    ast.parse(python_source(analyse(design)))


def test_inside_groups_too() -> None:
    design, block = group(chain("train", "fine"), [NodeId("train")])
    mapped, renamed = named_for_python(design)
    body = mapped.nodes[block].layer.body
    assert body is not None
    assert "train_" in body.nodes
    assert [each.written for each in renamed] == [f"{block}.train_"]
    assert analyse(mapped).is_valid


def test_what_can_stay_is_the_same_design() -> None:
    design = template("bottleneck").build()
    mapped, renamed = named_for_python(design)
    assert mapped is design
    assert renamed == ()
