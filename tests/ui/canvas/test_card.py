"""What stands on cards: real words and figures of real analyses, fitted to the card."""

import pytest
from PySide6.QtGui import QFontMetricsF

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.fixes import Problem, problems
from designer.analysis.issues import Severity
from designer.graph.design import NodeId
from designer.graph.layer import Category, Layer
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.endpoints import Input
from designer.layers.merge import Add
from designer.layers.registry import catalogue
from designer.ui.canvas.card import TEXT_WIDTH, Face, face, fitted, inner_channels, node_tip, wire_tip
from designer.ui.canvas.geometry import wire_width
from designer.ui.look import icons
from tests.ui.canvas.bench import design_of

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("qapp")]


def analysed(layer: Layer, channels: int = 24) -> Analysis:
    design = design_of({"input": (Input(channels, 56, 56), 0, 0), "it": (layer, 200, 0)}, [("input.y", "it.x")])
    return analyse(design)


def problems_of(analysis: Analysis, node: NodeId) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems(analysis) if problem.node == node)


def face_in(analysis: Analysis, id: str = "it", milliseconds: float | None = None) -> Face:
    node = NodeId(id)
    return face(analysis.design.nodes[node], analysis.node(node), problems_of(analysis, node), milliseconds)


def test_a_pointwise_says_its_channels_and_cost() -> None:
    found = face_in(analysed(PointwiseConv2d(144)))
    assert found.title.text == "Pointwise 1×1"
    assert found.summary.text == "24 → 144"
    # 24·144 = 3456 parameters; 3456·56² = 10 838 016 multiply-accumulates.
    assert found.cost.text == "3.46\u202fk · 10.8\u202fM MAC"
    assert found.glyph.text == "PW"
    assert found.category is Category.CONVOLUTION
    assert (found.input_count, found.output_count) == (1, 1)


def test_a_bottleneck_draws_its_own_thin_thick_thin() -> None:
    analysis = analysed(Bottleneck(6.0, 24))
    inner = analysis.node(NodeId("it")).inner
    assert inner is not None
    assert inner_channels(inner) == (24, 144, 24)
    found = face_in(analysis)
    assert found.profile == (wire_width(24), wire_width(144), wire_width(24))
    assert found.is_block
    assert found.skips, "stride 1 and equal channels have a residual"
    assert [line.text for line in found.large] == ["Bottleneck", "24→144→24"]
    assert not face_in(analysed(Bottleneck(6.0, 32))).skips


def test_measured_time_stands_on_the_card_only_when_there_is_one() -> None:
    analysis = analysed(DepthwiseConv2d())
    assert face_in(analysis).time == ""
    assert face_in(analysis, milliseconds=0.25).time == "0.250\u202fms"


def test_unknown_shapes_are_shown_as_unknown_not_as_zero() -> None:
    design = design_of({"it": (PointwiseConv2d(144), 0, 0)})
    found = face_in(analyse(design))
    assert not found.is_known
    assert found.cost.text == "–"
    assert found.severity is Severity.UNFINISHED
    assert found.loose == (0,), "the input without a wire is marked at its port"


def test_the_problem_of_a_mismatch_is_the_cards() -> None:
    design = design_of(
        {"input": (Input(24, 56, 56), 0, 0), "wide": (PointwiseConv2d(144), 200, 0), "it": (Add(), 400, 0)},
        [("input.y", "wide.x"), ("input.y", "it.a"), ("wide.y", "it.b")],
    )
    analysis = analyse(design)
    found = face_in(analysis)
    assert found.severity is Severity.ERROR
    assert found.loose == ()
    tip = node_tip(design.nodes[NodeId("it")], analysis.node(NodeId("it")), problems_of(analysis, NodeId("it")), None)
    assert "24×56² ≠ 144×56²" in tip


@pytest.mark.parametrize("layer", catalogue(), ids=lambda layer: layer.key)
def test_every_layers_title_stands_whole_on_its_card(layer: type[Layer]) -> None:
    design = design_of({"it": (layer(), 0, 0)})
    found = face_in(analyse(design))
    for line in (found.title, found.summary, found.cost):
        assert QFontMetricsF(line.font).horizontalAdvance(line.text) <= TEXT_WIDTH + 0.5
    assert found.title.text == design.nodes[NodeId("it")].title
    assert found.glyph.text
    assert not icons.shape(found.icon).lines.isEmpty() or not icons.shape(found.icon).fills.isEmpty()


def test_a_long_name_is_narrowed_then_shrunk_then_cut() -> None:
    name = "a very long name that a person gave to this node"
    line = fitted(name, 12, True)
    assert line.text != name
    assert line.text.endswith("…")
    assert QFontMetricsF(line.font).horizontalAdvance(line.text) <= TEXT_WIDTH + 0.5


def test_a_wire_tells_shape_bytes_and_receptive_field() -> None:
    analysis = analysed(DepthwiseConv2d(kernel_size=5))
    design = analysis.design
    (wire,) = design.wires.values()
    tip = wire_tip(wire, analysis.spec(wire.source), analysis.receptive_field(NodeId("it")))
    assert "1×24×56×56" in tip
    # 24·56·56 elements of 4 bytes.
    assert "75\u202f264 elements · 301\u202fkB" in tip
    assert "receptive field 5×5" in tip
    assert "shape unknown" in wire_tip(wire, None, None)
