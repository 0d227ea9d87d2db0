"""The printed source runs alone, has the compiled module's state dict, and gives its outputs bit for bit."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from designer.analysis.analysis import analyse
from designer.edit.grouping import group
from designer.errors import InvalidDesign
from designer.export.names import named_for_python
from designer.export.python_source import python_source
from designer.export.source_text import class_name, identifier
from designer.graph.design import Design, NodeId, PortRef
from designer.graph.layer import Layer
from designer.templates.networks import template
from tests.contracts.sampling import PLACEABLE, samples
from tests.export import hard_designs


def _run_source(text: str) -> Any:
    """The network of a source text, which is executed as a module of its own."""
    from torch import nn

    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), names)
    classes = [value for value in names.values() if isinstance(value, type) and issubclass(value, nn.Module)]
    return classes[-1]()


def _same_as_compiled(design: Design) -> None:
    import torch

    from designer.runtime.compile.module import compile_module

    compiled = compile_module(design, seed=3).eval()
    printed = _run_source(python_source(analyse(design))).eval()
    assert list(printed.state_dict()) == list(compiled.state_dict())
    printed.load_state_dict(compiled.state_dict(), strict=True)
    inputs = [torch.randn(2, *shape[1:]) for shape in compiled.input_shapes]
    with torch.inference_mode():
        results = [
            result if isinstance(result, tuple) else (result,) for result in (printed(*inputs), compiled(*inputs))
        ]
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(*results, strict=True))


@pytest.mark.torch
@pytest.mark.parametrize(("key", "settings"), hard_designs.TEMPLATES)
def test_templates_compute_what_the_module_computes(key: str, settings: dict[str, Any]) -> None:
    _same_as_compiled(template(key).build(**settings))


@pytest.mark.torch
@pytest.mark.parametrize("cls", PLACEABLE, ids=lambda cls: cls.key)
def test_every_layer_computes_what_the_module_computes(cls: type[Layer]) -> None:
    for sample in samples(cls, 3):
        _same_as_compiled(sample.design())


@pytest.mark.torch
def test_groups_become_classes_of_their_own() -> None:
    design = template("bottleneck").build()
    grouped, _ = group(design, [NodeId("depthwise"), NodeId("depthwise_bn"), NodeId("depthwise_act")], "Filter")
    _same_as_compiled(grouped)
    assert "class Filter(nn.Module):" in python_source(analyse(grouped))


@pytest.mark.torch
@pytest.mark.parametrize("ids", hard_designs.TAKEN_IDS, ids=" ".join)
def test_no_tensor_takes_a_name_that_the_file_needs_nor_is_lost_before_it_is_given_out(
    ids: tuple[str, str, str],
) -> None:
    design, _ = named_for_python(hard_designs.two_in_two_out(*ids))
    _same_as_compiled(design)
    _same_as_compiled(hard_designs.in_a_group(design))


@pytest.mark.torch
@pytest.mark.parametrize("name", hard_designs.TAKEN_NAMES, ids=lambda name: name[:9])
def test_any_name_makes_a_class(name: str) -> None:
    design = template("bottleneck").build(resolution=8)
    grouped, _ = group(design, [NodeId("depthwise"), NodeId("depthwise_bn")], name)
    _same_as_compiled(grouped.renamed(name))


@pytest.mark.torch
def test_dead_ends_run_and_leave_no_variable_behind() -> None:
    for design in (hard_designs.with_dead_ends(), hard_designs.with_unread_outputs()):
        _same_as_compiled(design)
    assert ", _ = self.group(left, right)" in python_source(analyse(hard_designs.with_unread_outputs()))


def test_bottlenecks_are_one_class_and_a_table_of_seventeen_rows() -> None:
    text = python_source(analyse(template("mobilenet_v2").build()))
    tree = ast.parse(text)
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert classes == ["ConvBlock", "Bottleneck", "MobileNetV2"]
    tables = [node for node in tree.body if isinstance(node, ast.Assign)]
    rows = ast.literal_eval(tables[0].value)
    # The paper's table 2: t, c, n, s, row by row.
    paper = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    wanted, before = [], 32
    for expansion, channels, repeats, stride in paper:
        for repeat in range(repeats):
            step = stride if repeat == 0 else 1
            wanted.append((before * expansion, channels, step, expansion != 1, step == 1 and before == channels))
            before = channels
    assert [(row[2], row[3], row[4], row[5], row[6]) for row in rows] == wanted


@pytest.mark.parametrize(("key", "settings"), hard_designs.TEMPLATES)
def test_the_text_is_formatted_and_clean(key: str, settings: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text(python_source(analyse(template(key).build(**settings))))
    for command in (["format", "--check"], ["check", "--select", "E4,E7,E9,F,I,UP,B,SIM,N"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.torch
@pytest.mark.slow
def test_the_file_runs_alone(tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text(python_source(analyse(template("mobilenet_v2").build())))
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True, cwd=tmp_path)
    # 3,504,872 parameters: reference-costs, mobilenet_v2.
    assert done.stdout.split() == ["output", "(1,", "1000)", "parameters", "3504872"]


def test_the_same_design_gives_the_same_bytes() -> None:
    first, second = (python_source(analyse(template("mobilenet_v2").build())) for _ in range(2))
    assert first == second


def test_names_cannot_become_code() -> None:
    hostile = 'x"""); import os; os.system("true")\n#'
    text = python_source(analyse(template("bottleneck").build().renamed(hostile)))
    tree = ast.parse(text)
    imported = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert imported == ["torch"]
    assert identifier("x); import os", "n") == "x_import_os"
    assert identifier("class", "n") == "class_"
    assert class_name("224 · net") == "NetworkNet"


def test_an_invalid_design_prints_nothing_and_says_why() -> None:
    design = template("bottleneck").build().without_wires([PortRef(NodeId("project"), "x")])
    with pytest.raises(InvalidDesign, match="project"):
        python_source(analyse(design))
