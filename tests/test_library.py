"""The library's public names: what they give, and that asking for one does not load the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import designer


def test_every_public_name_is_there() -> None:
    assert all(getattr(designer, name) is not None for name in designer.__all__)
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = designer.nothing_such


def test_a_template_is_counted() -> None:
    design = designer.template("mobilenet_v2", width=1.0, resolution=224, classes=1000, padding="torch")
    cost = designer.cost(design)
    # reference costs: mobilenet_v2
    assert (cost.parameters, cost.macs) == (3504872, 300774272)
    assert (cost.input_shape, cost.output_shape) == ((1, 3, 224, 224), (1, 1000))
    assert designer.check(design) == ()


def test_a_design_survives_its_file(tmp_path: Path) -> None:
    design = designer.template("bottleneck", stride=2)
    designer.save(design, tmp_path / "b.design.json")
    assert designer.load(tmp_path / "b.design.json") == design


def test_the_graph_carries_layers_and_shapes() -> None:
    graph = designer.to_networkx(designer.template("bottleneck", batch_norm=False))
    assert graph.number_of_nodes() == 8
    assert graph.number_of_edges() == 8
    assert graph.nodes["depthwise"]["parameters"]["kernel_size"] == 3
    assert graph.edges["expand", "expand_act", "x"]["shape"] == (1, 144, 56, 56)


def test_what_needs_a_valid_design_says_why_one_is_not() -> None:
    broken = designer.template("article_bottleneck", depth=32)
    assert [issue.code for issue in designer.check(broken)] == ["shapes-differ"]
    for ask in (designer.cost, designer.to_networkx):
        with pytest.raises(designer.DesignerError, match="shapes differ: 24×56² ≠ 32×56²"):
            ask(broken)


@pytest.mark.torch
def test_a_design_compiles_runs_and_exports(tmp_path: Path) -> None:
    import torch

    design = designer.template("bottleneck", channels=8, out_channels=8, resolution=14)
    module = designer.compile_module(design).eval()
    with torch.inference_mode():
        assert module(torch.zeros(3, 8, 14, 14)).shape == (3, 8, 14, 14)
    report = designer.export_onnx(design, tmp_path / "b.onnx")
    assert all(each.max_abs_difference <= each.tolerance for each in report.comparisons)
    assert designer.measure_latency(design, threads=1).median_s > 0


HEAVY = {"torch", "PySide6", "numpy", "networkx", "onnx", "onnxruntime"}


@pytest.mark.parametrize(
    ("program", "loaded"),
    [
        ("import designer", set()),
        ("import designer; designer.cost(designer.template('mobilenet_v2'))", set()),
        ("import designer; designer.to_networkx(designer.template('bottleneck'))", {"networkx"}),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(program: str, loaded: set[str]) -> None:
    text = f"{program}; import sys; print(' '.join(sorted({HEAVY!r} & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    # networkx itself may bring numpy where that is installed.
    assert set(done.stdout.split()) - {"numpy"} == loaded
