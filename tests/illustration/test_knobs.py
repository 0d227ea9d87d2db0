"""What can be scrubbed on a picture, which field it is, and which values come next."""

from __future__ import annotations

import pytest

from designer.analysis.analysis import analyse
from designer.edit.grouping import as_group, group
from designer.graph.design import Design, NodeId
from designer.illustration.chain import block_chain
from designer.illustration.knob import Knob, Quantity
from designer.illustration.knobs import Knobs, knobs
from designer.layers.activation import Activation, SiLU
from designer.layers.blocks import Bottleneck
from designer.layers.convolution import Conv2d
from designer.layers.endpoints import Input, Output
from designer.layers.normalization import BatchNorm
from designer.templates.networks import template
from tests.small_designs import row

N1 = NodeId("n1")


def of(design: Design, *path: NodeId) -> Knobs:
    analysis = analyse(design)
    return knobs(analysis, block_chain(analysis, path))


def turned(design: Design, knob: Knob | None, value: object) -> Design:
    assert knob is not None
    return knob.edit(value)(design)


def test_a_blocks_numbers_are_its_fields() -> None:
    design = row(Input(24, 56, 56), Bottleneck(6, 24), Output())
    found = of(design, N1)
    for knob, value, name in (
        (found.expansion, 4.0, "expansion"),
        (found.out_channels, 32, "out_channels"),
        (found.kernel, 5, "kernel_size"),
        (found.stride, 2, "stride"),
        (found.activations[0], Activation.SILU, "activation"),
    ):
        assert getattr(turned(design, knob, value).nodes[N1].layer, name) == value
    assert found.activations[2] is None
    assert turned(design, found.channels, 16).nodes[NodeId("n0")].layer == Input(16, 56, 56)
    assert turned(design, found.resolution, 64).nodes[NodeId("n0")].layer == Input(24, 64, 64)


def test_numbers_of_nodes_drawn_out_are_theirs() -> None:
    design = template("bottleneck").build()
    found = of(design)
    wider = analyse(turned(design, found.expansion, 4 * 24))
    assert [spec.channels for spec in block_chain(wider).tensors] == [24, 96, 96, 24]
    smooth = turned(design, found.activations[1], Activation.SILU)
    assert smooth.nodes[NodeId("depthwise_act")].layer == SiLU()
    filtering = block_chain(analyse(turned(design, found.kernel, 5))).stages[1]
    assert filtering.kernels is not None
    assert filtering.kernels.rows == 5


def test_channels_of_the_input_are_the_fields_of_what_makes_them() -> None:
    design = row(Input(3, 56, 56), Conv2d(16), BatchNorm(), Bottleneck(6, 24), Output())
    found = of(design, NodeId("n3")).channels
    assert found is not None
    assert (found.path, found.names, found.value) == ((N1,), ("out_channels",), 16)


def test_a_block_within_a_group_is_edited_there() -> None:
    design, id = group(row(Input(24, 56, 56), Bottleneck(6, 24), Output()), [N1])
    found = of(design, id, N1)
    body = turned(design, found.kernel, 7).nodes[id].body
    assert body is not None
    assert body.nodes[N1].layer == Bottleneck(6, 24, 7)
    assert found.channels is not None
    assert found.channels.path == (NodeId("n0"),)


def test_within_a_block_of_parameters_nothing_is_edited_but_the_block() -> None:
    design = row(Input(24, 56, 56), Bottleneck(6, 24), Output())
    opened = as_group(design, N1, (analyse(design).node(N1).known_inputs or ()))
    assert of(opened, N1).expansion == Knob(Quantity.EXPANSION, (N1, NodeId("expand")), ("out_channels",), 144, 24)


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "steps", "expected"),
    [
        (Quantity.EXPANSION, 6.0, 1, 1, 6.5),
        (Quantity.EXPANSION, 0.5, 1, -3, 0.5),
        (Quantity.EXPANSION, 144, 24, -1, 120),
        (Quantity.CHANNELS, 24, 1, 3, 27),
        (Quantity.CHANNELS, 33, 1, 1, 40),
        (Quantity.OUT_CHANNELS, 40, 1, -2, 31),
        (Quantity.OUT_CHANNELS, 2, 1, -9, 1),
        (Quantity.KERNEL, 3, 1, 1, 5),
        (Quantity.KERNEL, 3, 1, -4, 1),
        (Quantity.STRIDE, 1, 1, 1, 2),
        (Quantity.RESOLUTION, 224, 1, -1, 216),
        (Quantity.ACTIVATION, Activation.RELU6, 1, 1, Activation.RELU),
        (Quantity.ACTIVATION, Activation.RELU6, 1, -1, Activation.NONE),
    ],
)
def test_steps(quantity: Quantity, value: object, unit: int, steps: int, expected: object) -> None:
    assert Knob(quantity, (N1,), ("x",), value, unit).stepped(steps) == expected


def test_what_a_field_does_not_take_becomes_the_nearest_that_it_does() -> None:
    design = row(Input(24, 56, 56), Bottleneck(6, 24), Output())
    assert turned(design, of(design, N1).expansion, 1000.0).nodes[N1].layer == Bottleneck(64.0, 24)
