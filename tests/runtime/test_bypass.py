"""A bypassed node in the module, the ONNX file and the printed source: its input passes, bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from designer.analysis.analysis import analyse
from designer.edit.bypass import toggle_bypass
from designer.edit.edits import delete
from designer.export.python_source import python_source
from designer.graph.design import NodeId
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.onnx_file import export_onnx
from designer.templates.networks import template

pytestmark = pytest.mark.torch


def test_module_source_and_onnx_agree_with_the_design_without_the_node(tmp_path: Path) -> None:
    design = template("bottleneck").build()
    ids = [NodeId("depthwise"), NodeId("expand_act")]
    off, without = toggle_bypass(design, ids), delete(design, ids)
    module, reference = compile_module(off).eval(), compile_module(without).eval()
    reference.load_state_dict(module.state_dict())
    x = torch.randn(2, 24, 56, 56)
    with torch.inference_mode():
        expected = reference(x)
        assert torch.equal(module(x), expected)
        space: dict[str, object] = {"__name__": "printed"}
        exec(python_source(analyse(off)), space)  # it is our own printed source
        made = next(each for each in space.values() if isinstance(each, type) and each.__module__ == "printed")
        printed = made().eval()
        printed.load_state_dict(module.state_dict())
        assert torch.equal(printed(x), expected)
    assert export_onnx(off, tmp_path / "off.onnx").max_abs_difference < 1e-3
