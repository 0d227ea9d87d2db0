"""Each operation as LiteRT's operators: run in the runtime beside the module."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.export.result import ExportResult
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.layers.activation import ReLU6, Sigmoid
from designer.layers.endpoints import Input, Output
from designer.layers.merge import Add, Divide, Multiply, Subtract
from designer.layers.pooling import MaxPool
from designer.layers.shaping import Permute
from designer.runtime.formats.export import export_design
from tests.small_designs import drawn, row

pytest.importorskip("ai_edge_litert")
pytestmark = pytest.mark.torch


def written(folder: Path, nodes: dict[str, Layer], wires: str) -> ExportResult:
    """What an export found; it refuses a file whose outputs are not the module's."""
    return export_design(drawn(nodes, wires), folder / "net.tflite", "litert")


@pytest.mark.parametrize("layer", [Add(), Subtract(), Multiply(), Divide()], ids=lambda layer: layer.key)
@pytest.mark.parametrize("first", ["map", "turned"])
def test_a_map_meets_a_tensor_of_four_dimensions_that_is_none(tmp_path: Path, layer: Layer, first: str) -> None:
    """Both N×4×4×4, the one with its channels second and last in the file, the other with its channels third."""
    nodes: dict[str, Layer] = {"in": Input(4, 4, 4), "curve": Sigmoid(), "turn": Permute((0, 3, 1, 2))}
    second, first_port = ("turn", "curve") if first == "map" else ("curve", "turn")
    wires = f"in>curve in>turn {first_port}>both.a {second}>both.b both>out"
    result = written(tmp_path, {**nodes, "both": layer, "out": Output()}, wires)
    assert result.comparisons[0].max_abs_output > 0


def test_the_clip_behind_a_sum_of_both_is_taken_in(tmp_path: Path) -> None:
    nodes: dict[str, Layer] = {"in": Input(4, 4, 4), "turn": Permute((0, 2, 3, 1)), "sum": Add(), "clip": ReLU6()}
    result = written(tmp_path, {**nodes, "out": Output()}, "in>sum.a in>turn turn>sum.b sum>clip clip>out")
    assert result.comparisons[0].max_abs_output > 0


@pytest.mark.parametrize("pads", [(0, 3, 0, 3), (1, 2, 0, 2), (2, 0, 1, 1)])
@pytest.mark.parametrize("sides", [(5, 6), (6, 7), (7, 8)])
def test_a_pool_to_the_ceiling_has_the_positions_of_its_shape(
    tmp_path: Path, pads: tuple[int, int, int, int], sides: tuple[int, int]
) -> None:
    pool = MaxPool(4, 3, Padding.EXPLICIT, pads, True)
    result = export_design(row(Input(3, *sides), pool, Output()), tmp_path / "net.tflite", "litert")
    assert result.comparisons[0].max_abs_output > 0
