"""The inspector by real keys and clicks: edits reach the document, one undo step a field, refusals in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.analysis.analysis import analyse
from designer.edit.document import Document
from designer.graph.design import Design, NodeId
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import DepthwiseConv2d
from designer.layers.pooling import MaxPool
from designer.ui.look.theme import Theme
from designer.ui.panels.inspector import InspectorPanel
from designer.ui.widgets.fields import ChoiceField, FlagField, NumberField

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("theme")]

EXPAND, DEPTHWISE = NodeId("expand"), NodeId("depthwise")


class Bench:
    """A document with the inspector that follows it, as the window has it."""

    def __init__(self, qtbot: QtBot, design: Design) -> None:
        self.document = Document(design)
        self.panel = InspectorPanel()
        qtbot.addWidget(self.panel)
        self.panel.show_document(self.document)
        self.panel.show_analysis(analyse(design))
        self.document.observe(lambda _before, after: self.panel.show_analysis(analyse(after)))
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def number(self, name: str) -> NumberField:
        field = self.panel.fields[name]
        assert isinstance(field, NumberField)
        return field

    def layer(self, id: NodeId) -> object:
        return self.document.design.nodes[id].layer

    def value(self, id: NodeId, name: str) -> object:
        return getattr(self.layer(id), name)


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, sketch: Design) -> Bench:
    return Bench(qtbot, sketch)


def test_the_form_has_a_field_for_each_shown_parameter(bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    assert list(bench.panel.fields) == ["kernel_size", "stride", "padding", "dilation", "multiplier", "bias"]


def test_typing_a_number_changes_the_design_and_is_one_undo_step(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([EXPAND])
    box = bench.number("out_channels").box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "96")
    assert bench.value(EXPAND, "out_channels") == 96
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert bench.document.undo_label == "Set out channels of Pointwise 1×1"
    bench.document.undo()
    assert bench.value(EXPAND, "out_channels") == 144
    assert bench.document.undo_label is None
    assert box.lineEdit().text() == "144"


def test_coming_back_to_a_field_is_an_undo_step_of_its_own(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    box = bench.number("stride").box
    for _ in range(2):
        qtbot.mouseClick(box.plus, Qt.MouseButton.LeftButton)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert len(bench.document.history) == 2


def test_a_value_out_of_range_is_refused_in_words_and_leaves_the_design(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    before = bench.document.design
    box = bench.number("kernel_size").box
    box.selectAll()
    qtbot.keyClicks(box, "0")
    assert bench.document.design is before
    assert bench.number("kernel_size").complaint == "0 is out of range; it takes 1 to 63"


@pytest.mark.parametrize(
    ("layer", "stops"),
    [
        (DepthwiseConv2d(3), [5, 7]),
        (DepthwiseConv2d(3, padding=Padding.SAME), [4, 5]),
        (DepthwiseConv2d(3, padding=Padding.NONE), [4, 5]),
        (MaxPool(3, padding=Padding.SYMMETRIC), [5, 7]),
        (Bottleneck(), [5, 7]),
        (Bottleneck(padding=Padding.SAME), [4, 5]),
    ],
)
def test_kernels_are_stepped_through_that_the_padding_takes(
    qtbot: QtBot, sketch: Design, layer: Layer, stops: list[int]
) -> None:
    bench = Bench(qtbot, sketch.with_layer(DEPTHWISE, layer))
    bench.panel.show_selection([DEPTHWISE])
    for stop in stops:
        qtbot.mouseClick(bench.number("kernel_size").box.plus, Qt.MouseButton.LeftButton)
        assert bench.value(DEPTHWISE, "kernel_size") == stop


def test_an_even_kernel_that_was_typed_leaves_the_other_numbers_their_steps(qtbot: QtBot, sketch: Design) -> None:
    bench = Bench(qtbot, sketch.with_layer(DEPTHWISE, DepthwiseConv2d(4)))
    bench.panel.show_selection([DEPTHWISE])
    qtbot.mouseClick(bench.number("stride").box.plus, Qt.MouseButton.LeftButton)
    assert bench.value(DEPTHWISE, "stride") == 2
    qtbot.mouseClick(bench.number("kernel_size").box.plus, Qt.MouseButton.LeftButton)
    assert bench.value(DEPTHWISE, "kernel_size") == 5


def test_choice_and_flag_reach_the_document(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    padding, bias = bench.panel.fields["padding"], bench.panel.fields["bias"]
    assert isinstance(padding, ChoiceField)
    assert isinstance(bias, FlagField)
    padding.combo.setFocus()
    qtbot.keyClick(padding.combo, Qt.Key.Key_Down)
    qtbot.keyClick(bias.check, Qt.Key.Key_Space)
    assert bench.layer(DEPTHWISE) == DepthwiseConv2d(padding=Padding.SAME, bias=True)


def test_a_parameter_appears_when_another_makes_it_matter(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    padding = bench.panel.fields["padding"]
    assert isinstance(padding, ChoiceField)
    padding.combo.setFocus()
    qtbot.keyClick(padding.combo, Qt.Key.Key_End)
    assert "explicit_padding" in bench.panel.fields


def test_several_nodes_share_the_fields_they_have_in_common(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([EXPAND, DEPTHWISE])
    assert list(bench.panel.fields) == ["stride", "bias"]
    qtbot.mouseClick(bench.number("stride").box.plus, Qt.MouseButton.LeftButton)
    assert (bench.value(EXPAND, "stride"), bench.value(DEPTHWISE, "stride")) == (2, 2)
    bench.document.undo()
    assert (bench.value(EXPAND, "stride"), bench.value(DEPTHWISE, "stride")) == (1, 1)


def test_differing_values_show_as_several_and_typing_makes_them_one(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    qtbot.mouseClick(bench.number("stride").box.plus, Qt.MouseButton.LeftButton)
    bench.panel.show_selection([EXPAND, DEPTHWISE])
    box = bench.number("stride").box
    assert box.lineEdit().text() == ""
    box.setFocus()
    qtbot.keyClicks(box, "3")
    assert (bench.value(EXPAND, "stride"), bench.value(DEPTHWISE, "stride")) == (3, 3)


def test_values_that_differ_stand_again_where_what_is_typed_on_is_refused(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    qtbot.mouseClick(bench.number("stride").box.plus, Qt.MouseButton.LeftButton)
    bench.panel.show_selection([EXPAND, DEPTHWISE])
    box = bench.number("stride").box
    box.setFocus()
    qtbot.keyClicks(box, "3x")
    assert (bench.value(EXPAND, "stride"), bench.value(DEPTHWISE, "stride")) == (1, 2)
    assert bench.document.redo_label is None
    assert box.lineEdit().text() == "3x"
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.lineEdit().text() == ""
    assert len(bench.document.history) == 1


@pytest.mark.parametrize("typed", ["99", "4,5", "1.280", "6 4"])
def test_what_is_refused_leaves_design_and_history_as_they_were(qtbot: QtBot, bench: Bench, typed: str) -> None:
    bench.panel.show_selection([DEPTHWISE])
    before = bench.document.design
    box = bench.number("kernel_size").box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, typed)
    assert bench.document.design == before
    assert bench.document.undo_label is None
    assert box.lineEdit().text() == typed, "what is typed stays to be fixed"
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.lineEdit().text() == "3"


def test_shapes_and_figures_of_the_node_stand_below(bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    assert bench.panel.shapes.text() == "in 144×56×56 → out 144×56×56"
    # 9·144 weights and 9·144·56² multiply-accumulates, by hand
    assert "1\u202f296 parameters" in bench.panel.facts.text()
    assert "4.06\u202fM MACs" in bench.panel.facts.text()
    assert "receptive field 3×3" in bench.panel.facts.text()


def test_the_layers_own_words_are_the_advice(bench: Bench) -> None:
    bench.panel.show_selection([DEPTHWISE])
    assert (DepthwiseConv2d.__doc__ or "").startswith(bench.panel.advice_text)
    assert bench.panel.advice_text


def test_nothing_selected_shows_the_designs_name_and_renames_it(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([])
    assert bench.panel.name.text() == "sketch"
    bench.panel.name.setFocus()
    bench.panel.name.selectAll()
    qtbot.keyClicks(bench.panel.name, "My block")
    qtbot.keyClick(bench.panel.name, Qt.Key.Key_Return)
    assert bench.document.design.name == "My block"


def test_a_node_is_renamed_and_an_empty_name_gives_the_layers_own_back(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([EXPAND])
    for typed, title in (("wide", "wide"), ("", "Pointwise 1×1")):
        bench.panel.name.setFocus()
        bench.panel.name.selectAll()
        qtbot.keyClicks(bench.panel.name, typed) if typed else qtbot.keyClick(bench.panel.name, Qt.Key.Key_Delete)
        qtbot.keyClick(bench.panel.name, Qt.Key.Key_Return)
        assert bench.document.design.nodes[EXPAND].title == title


def test_selecting_other_nodes_of_one_type_keeps_no_value_of_the_first(qtbot: QtBot, bench: Bench) -> None:
    bench.panel.show_selection([EXPAND])
    box = bench.number("out_channels").box
    box.selectAll()
    qtbot.keyClicks(box, "0")
    bench.panel.show_selection([DEPTHWISE])
    bench.panel.show_selection([EXPAND])
    assert bench.number("out_channels").complaint == ""
    assert bench.number("out_channels").box.lineEdit().text() == "144"
