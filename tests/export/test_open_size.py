"""Which designs can take any height and width, and what their sides are called."""

from __future__ import annotations

from itertools import pairwise, product
from math import prod

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.export.open_size import SizeWords, fixed_size_reason, other_sizes, total_stride
from designer.graph.design import Design, Node, NodeId, PortRef, Wire
from designer.graph.layer import Layer
from designer.graph.window import Padding
from designer.layers.convolution import Conv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.templates.networks import template


def test_a_network_with_symmetric_padding_and_a_global_pool_can() -> None:
    assert fixed_size_reason(analyse(template("mobilenet_v2").build())) == ""


@pytest.mark.parametrize("key", ["mobilenet_v1", "mobilenet_v2"])
def test_tensorflows_padding_cannot_and_names_the_first_node(key: str) -> None:
    reason = fixed_size_reason(analyse(template(key).build(padding="tensorflow")))
    assert reason.startswith("stem.conv depends on the size: at 22")


def test_a_classifier_behind_a_flat_map_cannot() -> None:
    nodes = [
        Node(NodeId("x"), Input(2, 4, 4)),
        Node(NodeId("flat"), Flatten()),
        Node(NodeId("fc"), FullyConnected(3)),
        Node(NodeId("y"), Output()),
    ]
    wires = [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)]
    assert fixed_size_reason(analyse(Design.build("flat", nodes, wires))).startswith("fc depends on the size")


@pytest.mark.parametrize("strides", [(2,) * 7, (2,) * 9, (4, 4, 4, 2), (3, 3, 3), (5, 2), (64, 3)], ids=str)
@pytest.mark.parametrize("padding", [Padding.SYMMETRIC, Padding.NONE])
def test_sides_are_declared_as_they_are_at_any_size(strides: tuple[int, ...], padding: Padding) -> None:
    side = 64 if padding is Padding.SYMMETRIC else 1800
    kernels = (1 if padding is Padding.NONE else 3 for _ in strides)
    layers = [Conv2d(2, k, stride, padding) for k, stride in zip(kernels, strides, strict=True)]
    design = _chain(side, *layers)
    analysis = analyse(design)
    assert total_stride(analysis) == prod(strides)
    if reason := fixed_size_reason(analysis):
        pytest.fail(reason)
    at_each = (analysis, *other_sizes(analysis))
    bases = [_given(each)[0] for each in at_each]
    words = SizeWords(bases)
    said = [words.word([_given(each)[1][axis] for each in at_each]) for axis in range(2)]
    for rows, columns in product((side, side + 1, 3 * side, 5 * side + 7, 30 * side + 3), repeat=2):
        (height, width), out = _given(analyse(_chain((rows, columns), *layers)))
        for word, base, found in zip(said, (height, width), out, strict=True):
            name, _, divisor = str(word).partition("/")
            if name.startswith("size_"):  # no simple share of it: open, and nothing said
                continue
            assert found == (-(-base // int(divisor or 1)) if name in ("height", "width") else int(name))


def _chain(side: int | tuple[int, int], *layers: Layer) -> Design:
    rows, columns = (side, side) if isinstance(side, int) else side
    nodes = [Node(NodeId("x"), Input(2, rows, columns))]
    nodes += [Node(NodeId(f"n{index}"), layer) for index, layer in enumerate(layers)]
    nodes.append(Node(NodeId("y"), Output()))
    return Design.build("chain", nodes, [Wire(PortRef(a.id, "y"), PortRef(b.id, "x")) for a, b in pairwise(nodes)])


def _given(analysis: Analysis) -> tuple[tuple[int, int], tuple[int, int]]:
    """Height and width that enter, and that leave."""
    entering = next(iter(analysis.node(NodeId("x")).outputs or ()))
    (leaving,) = analysis.given_out() or ()
    return (entering.height, entering.width), (leaving.height, leaving.width)


def test_an_input_as_large_as_can_be_is_tried_as_it_is() -> None:
    assert fixed_size_reason(analyse(_chain(65536, Conv2d(2, 3, 2)))) == ""


def test_a_stride_beyond_what_can_be_tried_is_said() -> None:
    layers = [Conv2d(2, 3, 64), Conv2d(2, 3, 64), Conv2d(2, 3, 2)]
    assert "total stride of 8192" in fixed_size_reason(analyse(_chain(64, *layers)))


def test_words_for_sides() -> None:
    words = SizeWords([(224, 224), (225, 226), (256, 288)])
    assert words.word([3, 3, 3]) == 3
    assert words.word([224, 225, 256]) == "height"
    assert words.word([112, 113, 144]) == "width/2"
    assert words.word([112, 113, 128]) == "height/2"
    odd = words.word([222, 223, 254])
    assert odd == words.word([222, 223, 254])
    assert odd != words.word([222, 224, 286])
